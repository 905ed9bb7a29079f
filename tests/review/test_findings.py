"""What the judged tickets of a period say together: whose outage it was, which tickets and households count."""

from datetime import timedelta

import pytest

from dispatch.accounts.model import SYSTEM
from dispatch.accounts.rights import Forbidden
from dispatch.desk.acting import make
from dispatch.desk.closing import reviewing
from dispatch.desk.closing.reviewing import BadPeriod
from dispatch.desk.outages.merging import merge
from dispatch.desk.room import Report
from dispatch.tickets import events as e
from dispatch.tickets import store
from dispatch.tickets.indices import Index
from dispatch.tickets.outage_minutes import customer_minutes, dark
from dispatch.tickets.terms import ReopenReason
from tests.worlds import ROAD, SENT, START, XIANGSHAN, Small, minutes, person

from .judging import DAY

# ---- outages of real tickets


async def test_a_child_that_stays_dark_is_one_customer_of_its_parents_outage(small: Small) -> None:
    """Ten dark at 0, mended at 60; the second caller, dark since 5, is mended at 180."""
    parent = await small.call(customers_out=10)
    parent = await small.walk(parent, to="accept")
    child = await small.call(at=minutes(5), phone="13900000002", address="丹城镇东街2号")
    child = await small.does(child, "accept", "xiangshan", e.Accepted(), at=minutes(6))
    child = await merge(
        small.desk,
        child.id,
        into=parent.id,
        evidence="同一台区",
        by=person("xiangshan"),
        report=Report(),
        at=minutes(7),
    )
    for n, (action, who, event) in enumerate(ROAD[1:7]):
        parent = await small.does(parent, action, who, event, at=minutes(8 + n))
    parent = await small.does(parent, "restore", "crew-1", ROAD[7][2], at=minutes(60))
    async with small.db.transaction() as tx:
        child = await store.load(tx, child.id, lock=True)
        dark_still = e.Reopened(reason=ReopenReason.STILL_DARK, nested_in=parent.id)
        child = await make(tx, small.desk, child, dark_still, by=SYSTEM, report=Report(), at=minutes(70))
    for n, (action, who, event) in enumerate(ROAD[8:]):
        parent = await small.does(parent, action, who, event, at=minutes(71 + n))
    child = await small.does(child, "dispatch", "xiangshan", SENT, at=minutes(80))
    for n, (action, who, event) in enumerate(ROAD[2:7]):
        child = await small.does(child, action, who, event, at=minutes(81 + n))
    for n, (action, who, event) in enumerate(ROAD[7:]):
        by = "auditor" if action == "queue-callback" else who  # a customer who came back is answered at length
        child = await small.does(child, action, by, event, at=minutes(180 + n))
    found = await reviewing.findings(small.desk, XIANGSHAN, *DAY, by=person("xiangshan"), at=DAY[1])
    assert {one.incident for one in found.period.outages} == {parent.id, child.id}
    assert customer_minutes(dark(found.period.outages)) == 9 * 60 + 180


# ---- the period asked for


async def test_a_period_is_half_open_and_neither_empty_nor_longer_than_a_year(small: Small) -> None:
    ticket = await small.walk(await small.call())
    by = person("xiangshan")
    assert ticket.closed_at is not None
    until = await reviewing.findings(small.desk, XIANGSHAN, START, ticket.closed_at, by=by, at=DAY[1])
    since = await reviewing.findings(
        small.desk, XIANGSHAN, ticket.closed_at, ticket.closed_at + timedelta(minutes=1), by=by, at=DAY[1]
    )
    assert ([row.ticket_id for row in until.rows], [row.ticket_id for row in since.rows]) == ([], [ticket.id])
    for end in (START, START + timedelta(days=367)):
        with pytest.raises(BadPeriod):
            await reviewing.findings(small.desk, XIANGSHAN, START, end, by=by, at=DAY[1])
    with pytest.raises(Forbidden):
        await reviewing.findings(small.desk, XIANGSHAN, *DAY, by=person("ninghai"), at=DAY[1])


async def test_households_of_a_city_are_its_own_number_or_the_sum_of_its_counties(small: Small) -> None:
    await small.walk(await small.call(customers_out=10))

    async def saidi(area: str) -> float | None:
        found = await reviewing.findings(small.desk, area, *DAY, by=person("monitor"), at=DAY[1])
        return next(figure for figure in found.figures if figure.index is Index.SAIDI).denominator

    assert await saidi("3302") is None
    async with small.db.connection() as connection:
        await connection.execute("UPDATE area SET households = 200000 WHERE code = $1", XIANGSHAN)
        assert await saidi(XIANGSHAN) == 200_000
        assert await saidi("3302") is None  # 宁海 is not known
        await connection.execute("UPDATE area SET households = 300000 WHERE code = '330226'")
        assert await saidi("3302") == 500_000
        await connection.execute("UPDATE area SET households = 510000 WHERE code = '3302'")
        assert await saidi("3302") == 510_000


async def test_a_second_report_counts_against_the_first_repair_even_while_it_is_open(small: Small) -> None:
    first = await small.walk(await small.call())
    await small.call(at=minutes(24 * 60), repeat_of=first.id)
    found = await reviewing.findings(small.desk, XIANGSHAN, *DAY, by=person("xiangshan"), at=DAY[1])
    assert found.period.repeated == {first.id}
