"""The queue of regions: who takes a turn, who gives it up; and the child that solves, within its bounds."""

from datetime import timedelta

import pytest

from dispatch.desk.planning import turns
from dispatch.desk.planning.apart import Bounds, SolverFailed, solve_apart
from dispatch.desk.planning.turns import Turn
from dispatch.desk.planning.words import PlannerState, ReplanCause, SolverFailure
from dispatch.kit.db import Connection
from dispatch.routing.optimiser.problem import Job, Place, Problem
from tests.planning.conftest import manned, posed, three_waiting
from tests.worlds import Small, minutes

MINUTE, LEASE = timedelta(minutes=1), timedelta(minutes=2)
CITY = "3302"
SILENT = "UPDATE solver SET beat_wall = clock_timestamp() - interval '11 seconds'"


async def claimed(connection: Connection, solver: str, at: float) -> Turn | None:
    await turns.beat(connection, solver, region=None, host="here", pid=1)
    return await turns.claim(connection, solver, [CITY], every=MINUTE, lease=LEASE, at=minutes(at))


async def test_a_region_is_one_solvers_until_it_is_done_and_due_again_after_a_minute(small: Small) -> None:
    async with small.db.connection() as one:
        await turns.ensure(one, small.desk, at=minutes(0))
        turn = await claimed(one, "first", 0)
        assert turn == Turn(CITY)
        assert await claimed(one, "second", 0) is None
        await turns.done(one, "first", turn, every=MINUTE, at=minutes(0))
        assert await claimed(one, "second", 0.5) is None
        assert await claimed(one, "second", 1) == Turn(CITY)


async def test_what_happens_brings_the_turn_forward_and_is_settled_by_it(small: Small) -> None:
    async with small.db.connection() as one:
        await turns.ensure(one, small.desk, at=minutes(0))
        turn = await claimed(one, "first", 0)
        assert turn is not None
        await turns.done(one, "first", turn, every=MINUTE, at=minutes(0))
        await turns.ask(one, CITY, ReplanCause.EMERGENCY, "t1", at=minutes(0.2))
        await turns.ask(one, CITY, ReplanCause.EMERGENCY, "t1", at=minutes(0.3))
        turn = await claimed(one, "first", 0.3)
        assert turn == Turn(CITY, (("emergency", "t1"),))
        await turns.ask(one, CITY, ReplanCause.WISH, "t2", at=minutes(0.4))  # while it is planned
        await turns.done(one, "first", turn, every=MINUTE, at=minutes(0.3))
        assert await claimed(one, "first", 0.4) == Turn(CITY, (("wish", "t2"),))


async def test_a_solver_that_fell_silent_gives_its_region_up_and_insertion_is_told(small: Small) -> None:
    async with small.db.connection() as one:
        await turns.ensure(one, small.desk, at=minutes(0))
        turn = await claimed(one, "first", 0)
        assert turn is not None
        assert (await turns.planners(one, [CITY]))[CITY].state is PlannerState.INSERTION_ONLY, "nothing is planned yet"
        await turns.done(one, "first", turn, every=MINUTE, at=minutes(0))
        assert (await turns.planners(one, [CITY]))[CITY].state is PlannerState.OK
        assert await claimed(one, "first", 1) == Turn(CITY)
        await one.execute(SILENT)
        told = (await turns.planners(one, [CITY]))[CITY]
        assert (told.state, told.since is not None) == (PlannerState.INSERTION_ONLY, True)
        assert await claimed(one, "second", 1) == Turn(CITY)
        assert (await turns.planners(one, [CITY]))[CITY].state is PlannerState.OK


async def test_a_turn_that_failed_is_told_with_its_reason_and_tried_again(small: Small) -> None:
    async with small.db.connection() as one:
        await turns.ensure(one, small.desk, at=minutes(0))
        for _ in range(2):
            turn = await claimed(one, "first", 0)
            assert turn is not None
            await turns.failed(one, "first", turn, SolverFailure.HUNG, "60 秒", every=MINUTE, at=minutes(0))
            assert await claimed(one, "first", 0) is None, "not at once"
            await one.execute("UPDATE solver_region SET retry_wall = clock_timestamp() - interval '1 second'")
        told = (await turns.planners(one, [CITY]))[CITY]
        assert told.state is PlannerState.INSERTION_ONLY
        assert told.said == "求解进程超时:60 秒"
        turn = await claimed(one, "second", 0)
        assert turn is not None
        await turns.done(one, "second", turn, every=MINUTE, at=minutes(0))
        assert (await turns.planners(one, [CITY]))[CITY].state is PlannerState.OK


async def test_a_child_makes_the_plan_and_the_scorer_finds_nothing_broken(small: Small) -> None:
    await manned(small, c1=(121.87, 29.48), c2=(121.94, 29.21))
    tickets = await three_waiting(small)
    problem = (await posed(small)).problem
    made = await solve_apart(problem, Bounds(search_s=0.1), seed=1)
    assert {job for route in made.plan.routes.values() for job in route} == {ticket.id for ticket in tickets}
    assert made.judged.violations == {}
    assert made.judged.cost == pytest.approx(sum(made.judged.by_rule.values()))
    assert {job for _, job in made.judged.begun} == {ticket.id for ticket in tickets}


@pytest.mark.parametrize(
    ("bounds", "failure"),
    [
        (Bounds(search_s=60, deadline_s=2), SolverFailure.HUNG),
        (Bounds(search_s=0.1, memory_mib=64), SolverFailure.OUT_OF_MEMORY),
    ],
)
async def test_a_child_that_goes_beyond_its_bounds_is_ended_and_named(
    small: Small, bounds: Bounds, failure: SolverFailure
) -> None:
    await manned(small, c1=(121.87, 29.48), c2=(121.94, 29.21))
    await three_waiting(small)
    with pytest.raises(SolverFailed) as failed:
        await solve_apart((await posed(small)).problem, bounds)
    assert failed.value.failure is failure


async def test_a_problem_that_contradicts_itself_is_refused_by_name(small: Small) -> None:
    job = Job(id="t", at=Place(), work_s=60, window_s=(0, 60), unserved=1.0, pinned="nobody")
    problem = Problem(travel=(await posed(small)).problem.travel, jobs=(job,), crews=())
    with pytest.raises(SolverFailed, match="pinned") as failed:
        await solve_apart(problem, Bounds(search_s=0.1))
    assert failed.value.failure is SolverFailure.REFUSED
