"""When supply is foretold to be back: by the plan, by what such faults took, and never in place of the crew's word."""

from datetime import datetime, timedelta

import pytest

from dispatch.accounts.rights import NoSuchTicket
from dispatch.desk.crews.fleet import FleetKeeper
from dispatch.desk.ids import new_id
from dispatch.desk.outages.merging import merge
from dispatch.desk.outages.restoration import EtrSource, Restoration, restoration
from dispatch.desk.planning import rows
from dispatch.desk.planning.rows import CountyPlan, Stop
from dispatch.desk.planning.words import PlanSource, PlanState
from dispatch.desk.room import Report
from dispatch.tickets import events as e
from dispatch.tickets.model import Ticket
from dispatch.tickets.words import Source
from tests.worlds import SENT, START, XIANGSHAN, Small, minutes, person

REPAIR = timedelta(minutes=75)  # lv, by the pack
LIMIT = timedelta(minutes=45)  # urban


async def foretold(small: Small, ticket: Ticket, at: datetime, *, by: str = "xiangshan") -> Restoration:
    return await restoration(small.desk, ticket.id, by=person(by), at=at)


async def plan(small: Small, *tickets: Ticket, crew: str = "c1", at: datetime) -> None:
    """Publish a plan in which one crew does the tickets one after the other."""
    stops = tuple(Stop(crew, i, one.id, at + timedelta(hours=i)) for i, one in enumerate(tickets))
    made = CountyPlan(
        id=new_id(at), area=XIANGSHAN, region="3302", made_at=at, source=PlanSource.SOLVER, author="system",
        state=PlanState.PUBLISHED, cost=0.0, by_rule={}, violations={}, touched=(), unserved={}, solver={}, feed_n=0,
        checked_at=at, stops=stops,
    )  # fmt: skip
    async with small.db.transaction() as tx:
        await rows.write(tx, made)


async def waiting(small: Small) -> Ticket:
    return await small.walk(await small.call(), to="accept")


async def test_while_nothing_is_planned_the_pack_s_word_is_foretold(small: Small) -> None:
    ticket = await waiting(small)
    told = await foretold(small, ticket, START)
    assert (told.source, told.etr_at) == (EtrSource.CAUSE, None)
    assert told.estimate is not None
    assert told.estimate.p50_at == START + LIMIT + REPAIR
    assert told.estimate.p90_at > told.estimate.p50_at
    assert "0 件" in told.estimate.sentence
    later = await foretold(small, ticket, minutes(300))
    assert later.estimate is not None
    assert minutes(300) < later.estimate.p50_at < later.estimate.p90_at


async def test_what_such_faults_took_moves_the_estimate(small: Small) -> None:
    for n in range(3):  # each restored 8 min after the call
        await small.walk(await small.call(at=minutes(20 * n)), to="close", start=20 * n + 1)
    ticket = await small.walk(await small.call(at=minutes(90)), to="accept", start=91)
    told = (await foretold(small, ticket, minutes(90))).estimate
    assert told is not None
    assert minutes(90) < told.p50_at < minutes(80) + LIMIT + REPAIR
    assert "3 件" in told.sentence


async def test_a_planned_ticket_is_foretold_by_its_plan_the_later_stop_later(small: Small) -> None:
    await FleetKeeper(small.db, small.desk.fleet, small.desk.pack).load()
    first, second = await waiting(small), await waiting(small)
    await plan(small, first, second, at=minutes(2))
    one, other = await foretold(small, first, minutes(2)), await foretold(small, second, minutes(2))
    assert one.source is other.source is EtrSource.PLAN
    assert one.estimate is not None
    assert other.estimate is not None
    assert minutes(2) + REPAIR <= one.estimate.p50_at < minutes(30) + REPAIR
    assert one.estimate.p50_at + REPAIR <= other.estimate.p50_at
    assert one.estimate.p90_at < other.estimate.p90_at
    assert "丹城一队" in other.estimate.sentence
    assert "前面还有 1 单" in other.estimate.sentence
    assert await foretold(small, second, minutes(2)) == other


async def test_a_plan_whose_crew_is_not_known_here_is_not_leant_on(small: Small) -> None:
    ticket = await waiting(small)
    await plan(small, ticket, at=minutes(2))  # the fleet of this desk was never filled
    assert (await foretold(small, ticket, minutes(2))).source is EtrSource.CAUSE


async def test_a_crew_on_its_way_and_on_site_counts(small: Small) -> None:
    ticket = await small.walk(await small.call(), to="depart")
    told = (await foretold(small, ticket, minutes(4))).estimate
    assert told is not None
    assert told.p50_at == pytest.approx(minutes(2) + timedelta(seconds=SENT.eta_s) + REPAIR, abs=timedelta(minutes=3))
    ticket = await small.does(ticket, "arrive", "crew-1", e.Arrived(), at=minutes(5))
    there = (await foretold(small, ticket, minutes(5))).estimate
    assert there is not None
    assert there.p50_at == minutes(5) + REPAIR
    overdue = (await foretold(small, ticket, minutes(200))).estimate
    assert overdue is not None
    assert minutes(200) < overdue.p50_at < overdue.p90_at


async def test_the_crew_s_own_word_holds_and_the_estimate_stands_beside_it(small: Small) -> None:
    ticket = await small.walk(await small.call(), to="locate")
    told = await foretold(small, ticket, minutes(7))
    assert (told.source, told.etr_at) == (EtrSource.CREW, minutes(120))
    assert told.estimate is not None
    assert told.estimate.source is EtrSource.CAUSE
    async with small.db.connection() as connection:
        kept = await connection.fetchval("SELECT (doc->>'etr_at')::timestamptz FROM ticket WHERE id = $1", ticket.id)
    assert kept == minutes(120)


async def test_nothing_is_foretold_of_what_is_over(small: Small) -> None:
    back = await small.walk(await small.call(), to="restore")
    told = await foretold(small, back, minutes(20))
    assert (told.source, told.estimate) == (None, None)
    assert told.none is not None
    assert told.none.code == "RESTORED"


async def test_only_who_may_see_the_ticket_hears_of_it(small: Small) -> None:
    ticket = await waiting(small)
    assert (await foretold(small, ticket, START, by="seat")).estimate is not None
    with pytest.raises(NoSuchTicket):
        await foretold(small, ticket, START, by="ninghai")


async def test_an_appointed_repair_ends_after_its_appointment(small: Small) -> None:
    ticket = await small.walk(await small.call(appointment_at=minutes(600)), to="accept")
    told = (await foretold(small, ticket, minutes(2))).estimate
    assert told is not None
    assert told.p50_at == minutes(600) + REPAIR


async def test_a_merged_ticket_is_foretold_its_parent_s(small: Small) -> None:
    parent, child = await small.walk(await small.call(), to="accept"), await small.call(at=minutes(2))
    report, by = Report(source=Source.PHONE), person("xiangshan")
    child = await merge(small.desk, child.id, into=parent.id, evidence="同一表箱", by=by, report=report, at=minutes(3))
    one, other = await foretold(small, child, minutes(4)), await foretold(small, parent, minutes(4))
    assert (one.ticket_id, one.estimate) == (child.id, other.estimate)
    assert one.estimate is not None
    await small.walk_on(parent, to="locate", start=5)
    told = await foretold(small, child, minutes(20))
    assert (told.source, told.etr_at) == (EtrSource.CREW, minutes(120))
