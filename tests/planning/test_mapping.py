"""Tickets, crews, shifts and wishes as the optimiser sees them; what moves the plan at once."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from dispatch.desk.crews.jobs import Seen, Sent, seen
from dispatch.desk.planning import mapping, posing
from dispatch.desk.planning.noticing import happened
from dispatch.desk.planning.wishes import say, take_back
from dispatch.desk.planning.words import ReplanCause, Wish
from dispatch.kit.clock import CHINA
from dispatch.kit.planrules import STANDARD
from dispatch.routing.optimiser.files.checks import check
from dispatch.routing.optimiser.problem import ByLine
from dispatch.tickets.words import Level, Protected
from tests.planning.conftest import manned, posed, three_waiting
from tests.worlds import SENT, START, XIANGSHAN, Small, minutes, person

NINE = datetime(2026, 7, 1, 9, 0, tzinfo=CHINA)
HOUR = 3600


@pytest.mark.parametrize(
    ("begin", "end", "hour", "expected"),
    [
        (0, 0, 9, (0, None)),  # round the clock
        (8 * 60, 17 * 60, 9, (0, 8 * HOUR)),
        (10 * 60, 17 * 60, 9, (HOUR, 8 * HOUR)),
        (6 * 60, 8 * 60, 9, (21 * HOUR, 23 * HOUR)),  # tomorrow's
        (20 * 60, 6 * 60, 9, (11 * HOUR, 21 * HOUR)),  # over midnight, not begun
        (20 * 60, 6 * 60, 23, (0, 7 * HOUR)),
        (20 * 60, 6 * 60, 2, (0, 4 * HOUR)),
    ],
)
def test_a_shift_is_said_in_seconds_from_now(begin: int, end: int, hour: int, expected: tuple[int, int | None]) -> None:
    assert mapping.shift_s(begin, end, NINE.replace(hour=hour)) == expected


def ticket(**said: Any) -> Seen:
    usual: dict[str, Any] = {
        "id": "t", "version": 5, "stage": "accepted", "area": XIANGSHAN, "area_class": "urban", "category": "lv",
        "level": "normal", "reported_at": START,
    }  # fmt: skip
    return Seen(**{**usual, **said})


@pytest.mark.parametrize(
    ("said", "weight"),
    [
        ({}, 1),
        ({"level": "urgent"}, 3),
        ({"hazard": True, "level": "urgent"}, 10),
        ({"protected": "sensitive"}, 2),
        ({"protected": "life_support"}, 1),  # the rule ``protected`` weighs it beside
    ],
)
def test_a_minute_late_costs_the_largest_weight_that_holds(said: dict[str, Any], weight: float) -> None:
    assert mapping.weight_of(ticket(**said), STANDARD) == weight


@pytest.mark.parametrize(
    ("before", "after", "cause"),
    [
        (None, {}, None),
        (None, {"hazard": True}, ReplanCause.EMERGENCY),
        (None, {"level": "urgent", "stage": "submitted"}, None),  # nobody has accepted it
        ({"stage": "submitted", "protected": "important"}, {"protected": "important"}, ReplanCause.EMERGENCY),
        ({"hazard": True}, {"hazard": True}, None),  # it waited before
        ({"level": "normal"}, {"level": "urgent"}, ReplanCause.EMERGENCY),  # it was corrected
        (
            {"stage": "arrived", "etr_at": minutes(30), "dispatches": (Sent("c1", START, 600),)},
            {"stage": "arrived", "etr_at": minutes(60), "dispatches": (Sent("c1", START, 600),)},
            ReplanCause.LONGER_JOB,
        ),
        (
            {"stage": "dispatched", "dispatches": (Sent("c1", START, 600),)},
            {"stage": "accepted", "dispatches": (Sent("c1", START, 600, minutes(3)),)},
            ReplanCause.REASSIGNED,
        ),
        (
            {"stage": "arrived", "dispatches": (Sent("c1", START, 600),)},
            {"stage": "restored", "dispatches": (Sent("c1", START, 600, minutes(50)),)},
            None,  # it is done
        ),
    ],
)
def test_what_presses_moves_the_plan_at_once(
    before: dict[str, Any] | None, after: dict[str, Any], cause: ReplanCause | None
) -> None:
    was = None if before is None else ticket(**{"version": 4, **before})
    assert happened(was, ticket(**after), STANDARD) is cause


async def test_a_waiting_ticket_is_a_job_and_a_dispatched_one_keeps_its_crew_busy(small: Small) -> None:
    await manned(small, c1=(121.87, 29.48), c2=(121.94, 29.21))
    first, second, _ = await three_waiting(small)
    await small.does(first, "dispatch", "xiangshan", SENT, at=minutes(3))
    found = await posed(small, at=minutes(5))
    problem = found.problem
    check(problem)
    assert isinstance(problem.travel, ByLine)
    assert first.id not in {job.id for job in problem.jobs}
    busy = {crew.id: crew.free_s for crew in problem.crews}
    assert busy["c1"] > 600
    assert busy["c2"] == 0
    job = next(job for job in problem.jobs if job.id == second.id)
    assert job.due_s is not None
    assert timedelta(seconds=job.due_s) + minutes(5) == second.reported_at + timedelta(minutes=45), "urban: 45 minutes"
    assert job.window_s == (0, problem.horizon_s)
    assert (job.weight, job.protected, job.work_s > 0) == (1, False, True)


async def test_who_cannot_do_the_work_may_not_in_the_plan_either(small: Small) -> None:
    await manned(small, c1=(121.87, 29.48), c4=(121.43, 29.29))
    called = await small.call(skill="cable", level=Level.URGENT, protected=Protected.LIFE_SUPPORT)
    await small.walk(called, to="accept")
    problem = (await posed(small)).problem
    (job,) = problem.jobs
    able = [crew.id for crew in problem.crews if set(job.needs) <= set(crew.skills)]
    assert able == ["c4"]
    assert (job.weight, job.protected) == (3, True)


async def test_pins_and_vetoes_are_heard_and_a_pin_that_cannot_be_lets_nobody_else_in(
    small: Small,
) -> None:
    await manned(small, c1=(121.87, 29.48), c2=(121.94, 29.21))
    first, second, third = await three_waiting(small)
    by, at = person("xiangshan"), minutes(4)
    await say(small.desk, first.id, Wish.PIN, "c2", reason="相熟", by=by, at=at)
    await say(small.desk, second.id, Wish.VETO, "c1", reason="纠纷", by=by, at=at)
    pin = await say(small.desk, third.id, Wish.PIN, "c1", reason="相熟", by=by, at=at)
    jobs = {job.id: job for job in (await posed(small)).problem.jobs}
    assert (jobs[first.id].pinned, jobs[second.id].vetoed, jobs[third.id].pinned) == ("c2", ("c1",), "c1")
    await manned(small, c2=(121.94, 29.21))
    found = await posed(small)
    gone = next(job for job in found.problem.jobs if job.id == third.id)
    assert found.unheard == {third.id: "c1"}
    assert posing.UNHEARD in gone.needs
    await take_back(small.desk, third.id, pin.id, reason="改了", by=by, at=at)
    found = await posed(small)
    assert found.unheard == {}
    check(found.problem)


async def test_the_published_plan_is_kept_as_far_as_it_still_holds(small: Small) -> None:
    await manned(small, c1=(121.87, 29.48), c2=(121.94, 29.21))
    first, second, third = await three_waiting(small)
    problem = (await posed(small)).problem
    jobs, crews = {job.id: job for job in problem.jobs}, {crew.id: crew for crew in problem.crews}
    jobs[second.id] = replace(jobs[second.id], vetoed=("c1",))
    jobs[third.id] = replace(jobs[third.id], pinned="c2")
    published = {"c1": [first.id, second.id, third.id, "done"], "c2": [first.id, third.id], "gone": [second.id]}
    assert mapping.kept_plan(published, jobs, crews) == {"c1": (first.id,), "c2": (third.id,)}


def test_a_ticket_is_read_for_its_appointment() -> None:
    said = '{"appointment_at": "2026-07-01T04:00:00Z", "id": "t"}'
    assert msgspec.json.decode(said, type=posing.When).appointment_at == minutes(180)
    assert seen(ticket_document()).id == "t"


def ticket_document() -> dict[str, Any]:
    return {
        "id": "t", "version": 1, "stage": "accepted", "area": XIANGSHAN, "area_class": "urban", "category": "lv",
        "level": "normal", "reported_at": "2026-07-01T01:00:00Z",
    }  # fmt: skip
