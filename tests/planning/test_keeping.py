"""What a plan leaves alone: the free crews that a county keeps (保底), and what a depot declared (抢修承载力)."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from dispatch.capacity import reserve
from dispatch.desk.crews import lending
from dispatch.desk.crews.fleet import FleetKeeper
from dispatch.desk.crews.lending import NewGrant
from dispatch.desk.planning import keeping
from dispatch.desk.planning.scoring import judge
from dispatch.kit.planrules import STANDARD
from dispatch.routing.lending import GrantKind
from dispatch.routing.optimiser.engine import solve
from dispatch.routing.optimiser.files.checks import check
from dispatch.routing.optimiser.problem import Cap, Problem, Reserve
from dispatch.tickets.events import Accepted
from tests.planning.conftest import manned, posed, three_waiting
from tests.worlds import IN_NINGHAI, NINGHAI, SENT, START, XIANGSHAN, Small, minutes, person

ORDER = NewGrant(
    lender=NINGHAI,
    borrower=XIANGSHAN,
    kind=GrantKind.ORDER,
    from_at=START,
    until_at=START + timedelta(days=2),
    reason="象山台风抢修",
    approved_by="省公司李处",
    below_reserve=True,
)


async def keeps(small: Small, county: str, crews: int) -> None:
    await lending.set_reserve(small.desk, county, crews, reason="保底", by=person("monitor"), at=START)


def may(problem: Problem, ticket_id: str) -> set[str]:
    needs = next(set(job.needs) for job in problem.jobs if job.id == ticket_id)
    return {crew.id for crew in problem.crews if needs <= set(crew.skills)}


async def test_a_county_that_has_none_to_spare_lends_none_by_plan_but_takes_its_last_for_itself(small: Small) -> None:
    await manned(small, c1=(121.87, 29.48), c3=(121.61, 29.45), c4=(121.43, 29.29))
    await keeps(small, NINGHAI, 2)
    first, _, _ = await three_waiting(small)
    called = await small.call(place=IN_NINGHAI, address="城关街1号")
    own = await small.does(called, "accept", "ninghai", Accepted(), at=minutes(1))
    problem = (await posed(small)).problem
    check(problem)
    assert problem.reserves == (Reserve(NINGHAI, 2),)
    assert problem.rules.reserve == 3
    assert may(problem, first.id) == {"c1"}
    assert may(problem, own.id) == {"c1", "c3", "c4"}
    plan = solve(problem, iterations=200, seed=1)
    assert {job for route in plan.routes.values() for job in route} == {job.id for job in problem.jobs}


async def test_a_county_with_one_to_spare_lends_it_only_for_more_than_the_reserve_is_worth(small: Small) -> None:
    await manned(small, c1=(121.87, 29.48), c3=(121.61, 29.45), c4=(121.62, 29.45))
    await keeps(small, NINGHAI, 1)
    await three_waiting(small)
    problem = (await posed(small)).problem
    free = replace(problem, rules=replace(problem.rules, reserve=0.0, foreign=0.0), reserves=())
    both = {"c3": (problem.jobs[0].id,), "c4": (problem.jobs[1].id,)}
    plan = solve(problem, iterations=50, seed=1)
    cost, without = (judge(asked, replace(plan, routes=both)).by_rule["reserve"] for asked in (problem, free))
    assert (cost, without) == (3, 0), "one crew short of the one that is kept"


async def test_an_order_by_name_sets_the_reserve_aside_for_as_many_as_it_lets_go(small: Small) -> None:
    await manned(small, c1=(121.87, 29.48), c3=(121.61, 29.45), c4=(121.43, 29.29))
    await keeps(small, NINGHAI, 2)
    first, _, _ = await three_waiting(small)
    await lending.grant(small.desk, replace(ORDER, crews=1), by=person("monitor"), at=START)
    problem = (await posed(small)).problem
    assert problem.reserves == (Reserve(NINGHAI, 1),)
    assert may(problem, first.id) == {"c1", "c3", "c4"}


async def test_an_order_without_a_number_leaves_no_reserve(small: Small) -> None:
    await manned(small, c1=(121.87, 29.48), c3=(121.61, 29.45))
    await keeps(small, NINGHAI, 1)
    await three_waiting(small)
    await lending.grant(small.desk, ORDER, by=person("monitor"), at=START)
    assert (await posed(small)).problem.reserves == ()


async def one_depot(small: Small, *, declared: int) -> None:
    """Let both crews of 象山 be of one depot, which declared so many open jobs."""
    async with small.db.transaction() as tx:
        await tx.execute("UPDATE crew SET depot = '330225-1' WHERE id = 'c2'")
        await reserve.declare(tx, "330225-1", declared, by="leader", at=START)
    await manned(small, c1=(121.87, 29.48), c2=(121.94, 29.21))


async def test_a_depot_with_a_place_for_each_of_its_crews_has_no_cap(small: Small) -> None:
    await one_depot(small, declared=2)
    await three_waiting(small)
    assert (await posed(small)).problem.caps == ()


async def test_a_depot_that_declared_less_begins_no_more_in_the_time_that_a_repair_takes(small: Small) -> None:
    await one_depot(small, declared=1)
    await three_waiting(small)
    problem = (await posed(small)).problem
    check(problem)
    period = min(job.work_s for job in problem.jobs)
    first = problem.caps[0]
    assert first == Cap(depot="330225-1", kind="repair", from_s=0, to_s=min(period, 3600), visits=1)
    assert [cap.from_s for cap in problem.caps[1:]] == [cap.to_s for cap in problem.caps[:-1]]
    assert problem.caps[-1].to_s > problem.horizon_s, "the whole day, not its first hour"
    plan = solve(problem, iterations=500, seed=1)
    judged = judge(problem, plan)
    assert judged.violations == {}
    assert len(judged.begun) == 3
    begins = sorted(begun.begins_s for begun in judged.begun.values())
    assert all(later // first.to_s > sooner // first.to_s for sooner, later in pairwise(begins))


async def test_what_is_held_takes_its_place_until_it_is_expected_to_end(small: Small) -> None:
    await one_depot(small, declared=1)
    first, _, _ = await three_waiting(small)
    await small.does(first, "dispatch", "xiangshan", SENT, at=minutes(3))
    await FleetKeeper(small.db, small.desk.fleet, small.desk.pack).load()
    problem = (await posed(small, at=minutes(5))).problem
    busy = next(crew for crew in problem.crews if crew.id == "c1")
    taken = [cap for cap in problem.caps if cap.visits == 0]
    assert taken
    assert all(cap.to_s <= busy.free_s for cap in taken)
    assert {cap.visits for cap in problem.caps if cap.to_s > busy.free_s} == {1}


async def test_a_depot_that_declared_none_at_all_begins_nothing(small: Small) -> None:
    await one_depot(small, declared=0)
    await three_waiting(small)
    fleet, rows = small.desk.fleet, [small.desk.fleet.table.row["c1"]]
    caps = keeping.caps_of(fleet, rows, (), STANDARD, now=minutes(1))
    assert {cap.visits for cap in caps} == {0}
    assert (caps[0].from_s, caps[0].to_s) == (0, 3600), "without work known, the pack's time"
