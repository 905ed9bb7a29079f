"""Visits that depots promised, in what is told of a plan and in what a dispatcher's own plan is judged by."""

from datetime import datetime, timedelta

import pytest

from dispatch.desk.planning import judging, plans, visits, whys
from dispatch.desk.planning.apart import Bounds, Made, solve_apart
from dispatch.desk.planning.picture import Picture
from dispatch.desk.planning.preparing import Preparing
from dispatch.desk.planning.scoring import judge
from dispatch.desk.planning.telling import Why
from dispatch.routing.optimiser.problem import Plan
from dispatch.tickets.model import Ticket
from tests.planning.conftest import manned, posed
from tests.planning.test_appointments import AFTERNOON, promised, waiting
from tests.worlds import NINGHAI, XIANGSHAN, Small, person

IN_TOWN, IN_PORT = (121.87, 29.48), (121.94, 29.21)
NOW = AFTERNOON + timedelta(minutes=5)
BY = person("xiangshan")


async def planned(small: Small, at: datetime = NOW) -> Made:
    """Plan the region and bring the plans into force."""
    found = await posed(small, at=at)
    made = await solve_apart(found.problem, Bounds(search_s=0.2), seed=1)
    await plans.take(small.desk, found, made, dispatching={XIANGSHAN: plans.AUTO, NINGHAI: plans.AUTO}, at=at)
    return made


async def told(small: Small, ticket: Ticket, at: datetime = NOW) -> Why:
    return await whys.why(small.desk, ticket.id, by=BY, at=at)


async def test_a_ticket_behind_a_visit_is_told_to_begin_when_the_plan_begins_it(small: Small) -> None:
    await manned(small, c1=IN_TOWN)
    visit = await promised(small, AFTERNOON + timedelta(minutes=10))
    ticket = await waiting(small)
    made = await planned(small)
    assert made.plan.routes == {"c1": (visit, ticket.id)}
    found = await told(small, ticket)
    assert found.chosen is not None
    assert found.stop is not None
    begins_s = made.judged.begun["c1", ticket.id].begins_s
    assert found.chosen.begins_at == found.stop.starts_at == NOW + timedelta(seconds=begins_s)
    assert begins_s >= 65 * 60, "five minutes to the visit, an hour for it"
    assert found.before == (), "no ticket comes before it"
    assert f"前面还有 1 单({visits.SAID})" in found.sentence


async def test_a_crew_that_a_visit_makes_too_late_is_told_to_be(small: Small) -> None:
    """The visit takes the crew at the door for an hour: the ticket goes elsewhere or later, and why says so."""
    await manned(small, c1=IN_TOWN, c2=IN_PORT)
    ticket = await waiting(small)
    alone = await told(small, ticket)
    assert alone.chosen is not None
    assert alone.chosen.crew_id == "c1"
    visit = await promised(small, AFTERNOON + timedelta(minutes=10))
    made = await planned(small)
    found = await told(small, ticket)
    assert found.chosen is not None
    assert ticket.id in made.plan.routes[found.chosen.crew_id]
    problem = (await posed(small, at=NOW)).problem
    routes = visits.kept_in(problem, problem.plan)
    assert any(visit in route for route in routes.values()), "the visit is kept in what is told"
    was = judge(problem, Plan(problem=problem.name, routes=routes))
    assert was.violations == {}
    assert was.cost == pytest.approx(made.judged.cost), "what is told costs what was planned"
    first = next(option for option in (found.chosen, *found.crews) if option.crew_id == "c1")
    assert first.begins_at > alone.chosen.begins_at or first.extra > 0


async def test_what_was_made_ready_tells_the_same_as_what_is_made_when_asked(small: Small) -> None:
    await manned(small, c1=IN_TOWN, c2=IN_PORT)
    await promised(small, AFTERNOON + timedelta(minutes=10))
    tickets = [await waiting(small, address=f"丹城北街{n}号") for n in range(3)]
    await planned(small)
    preparing = Preparing(small.desk, lambda: {XIANGSHAN, "33", "gone"})
    ready = await preparing.look(at=NOW)
    assert ready is not None
    told_of_ready = [await told(small, ticket) for ticket in tickets]
    assert await small.desk.pictures.get("3302", holds=lambda kept: kept is ready, make=never) is ready
    small.desk.pictures.clear()
    assert [await told(small, ticket) for ticket in tickets] == told_of_ready
    await waiting(small, address="丹城南街9号")
    again = await preparing.look(at=NOW)
    assert again is not ready, "one more waits"
    assert await preparing.look(at=NOW) is again, "nothing changed"
    assert await preparing.look(at=NOW + timedelta(seconds=50)) is not again, "it would be out of date before the next"


async def test_nothing_is_made_ready_where_nobody_looks(small: Small) -> None:
    await manned(small, c1=IN_TOWN)
    ticket = await waiting(small)
    preparing = Preparing(small.desk, set)
    assert await preparing.look(at=NOW) is None
    await told(small, ticket)
    assert await preparing.look(at=NOW) is not None, "who asked will ask again"
    assert await preparing.look(at=NOW + timedelta(hours=2)) is None


async def never() -> Picture:
    raise AssertionError("it is ready")


async def test_a_dispatchers_own_plan_pays_for_the_visit_that_it_delays_or_breaks(small: Small) -> None:
    await manned(small, c1=IN_TOWN)
    visit = await promised(small, AFTERNOON + timedelta(minutes=10))
    first, second = await waiting(small), await waiting(small, address="丹城北街2号")
    await planned(small)
    own = {"c1": (first.id, second.id)}
    verdict = await judging.judge_own(small.desk, XIANGSHAN, own, by=BY, at=NOW)
    found = await posed(small, at=NOW)
    whole = visits.kept_in(found.problem, own)
    assert visit in {job.id for job in found.problem.jobs}
    assert [name for name in whole["c1"] if name != visit] == [first.id, second.id], "the order is the dispatcher's"
    scored = judge(found.problem, Plan(problem=found.problem.name, routes=whole))
    assert verdict.judged.cost == scored.cost
    begun = {stop.ticket_id: stop.starts_at for stop in verdict.stops}
    assert set(begun) == {first.id, second.id}, "a visit is no stop of the plan"
    assert max(begun.values()) >= NOW + timedelta(minutes=65) or scored.by_rule["unserved"] > 0
    assert verdict.left_out == ()
