"""What is dear to make is made once, however many ask, and again when it does not hold any more."""

import asyncio

import pytest

from dispatch.kit.latest import Latest


class Made:
    """Counts how often something was made; ``version`` is what holds."""

    def __init__(self) -> None:
        self.times, self.version = 0, 1

    async def make(self) -> int:
        self.times += 1
        await asyncio.sleep(0)
        return self.version

    def holds(self, kept: int) -> bool:
        return kept == self.version


async def test_many_who_ask_at_once_get_one_that_was_made_once() -> None:
    made, kept = Made(), Latest[int](most=2)
    assert await asyncio.gather(*(kept.get("a", holds=made.holds, make=made.make) for _ in range(9))) == [1] * 9
    assert made.times == 1


async def test_what_does_not_hold_is_made_anew_and_only_so_many_are_kept() -> None:
    made, kept = Made(), Latest[int](most=2)
    for name in ("a", "b", "a", "c"):
        await kept.get(name, holds=made.holds, make=made.make)
    assert (made.times, len(kept)) == (3, 2)
    await kept.get("a", holds=made.holds, make=made.make)
    assert made.times == 3, "of b nobody asked lately: it went"
    made.version = 2
    assert await kept.get("a", holds=made.holds, make=made.make) == 2


async def test_what_could_not_be_made_is_not_kept() -> None:
    made, kept = Made(), Latest[int](most=2)

    async def fail() -> int:
        raise ValueError("nothing")

    with pytest.raises(ValueError, match="nothing"):
        await kept.get("a", holds=made.holds, make=fail)
    assert await kept.get("a", holds=made.holds, make=made.make) == 1
