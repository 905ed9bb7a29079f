"""How many repair jobs a depot declares it can hold at a time."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.capacity import reserve
from dispatch.capacity.reserve import NegativeReserve, Reserve
from tests.worlds import START, Small, minutes

DEPOT = "330225-1"


@given(st.none() | st.integers(0, 50), st.integers(0, 60))
def test_a_depot_takes_jobs_until_its_reserve_is_used_up(jobs: int | None, open_jobs: int) -> None:
    held = Reserve(jobs, open_jobs)
    assert held.full is (jobs is not None and open_jobs >= jobs)
    assert held.remaining is None or held.remaining == max(0, jobs - open_jobs)  # type: ignore[operator]


async def test_a_declaration_replaces_the_one_before(small: Small) -> None:
    for jobs in (3, 7):
        async with small.db.transaction() as tx:
            await reserve.declare(tx, DEPOT, jobs, by="leader", at=START)
    async with small.db.connection() as connection:
        assert (await reserve.declared(connection))[DEPOT] == 7


async def test_a_reserve_below_zero_is_refused(small: Small) -> None:
    with pytest.raises(NegativeReserve, match="不能为负"):
        async with small.db.transaction() as tx:
            await reserve.declare(tx, DEPOT, -1, by="leader", at=START)


async def test_a_depot_that_declared_nothing_is_not_limited(small: Small) -> None:
    async with small.db.transaction() as tx:
        held = await reserve.hold(tx, "330226-1")
    assert (held.remaining, held.full) == (None, False)


async def test_what_is_held_is_counted_after_the_lock_is_had(small: Small) -> None:
    """Two who take the last place one after the other: the second sees the first's job."""
    await small.walk(await small.call(), to="dispatch")  # at DEPOT
    counts = []

    async def take(number: int) -> None:
        async with small.db.transaction() as tx:
            held = await reserve.hold(tx, DEPOT)
            counts.append(held.open)
            await tx.execute(
                "INSERT INTO dispatch VALUES ($1, 1, $1, '330225', 'c1', '330225', $2, $3)",
                f"x{number}",
                DEPOT,
                minutes(number),
            )

    await asyncio.gather(*(take(n) for n in range(5)))
    assert counts == [1, 2, 3, 4, 5]
