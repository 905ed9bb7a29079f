"""A day under each policy, small enough to be worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from dispatch.kit.rulepack import Packs
from dispatch.routing.optimiser.files.generate import generate
from dispatch.routing.optimiser.problem import ByLine, Place
from dispatch.simulator.gym import making
from dispatch.simulator.gym.days import Outcome, PlayDay
from dispatch.simulator.gym.drives import seconds_to
from dispatch.simulator.gym.figures import measured
from dispatch.simulator.gym.live import Live
from dispatch.simulator.gym.playing import play
from dispatch.simulator.gym.policies import PolicyName
from dispatch.simulator.gym.replanning import Search
from dispatch.simulator.gym.terms import terms_of

from .days import MINUTE_S, day
from .scenes import small

EVERY = list(PolicyName)


def played(given: PlayDay, name: PolicyName, search: Search | None = None) -> Outcome:
    return play(given, name, search or Search(), lambda _: None)


def minutes(outcome: Outcome) -> list[int]:
    return (outcome.begun_s // MINUTE_S).tolist()


def test_the_own_district_keeps_to_its_crew_while_a_neighbour_stands_nearer() -> None:
    two = day([(0, 3, 30, 30)], [(0, "甲"), (4, "乙")])
    assert played(two, PolicyName.OWN_DISTRICT).crew.tolist() == [0]
    assert minutes(played(two, PolicyName.OWN_DISTRICT)) == [30]
    assert played(two, PolicyName.NEAREST).crew.tolist() == [1]
    assert minutes(played(two, PolicyName.NEAREST)) == [10]


def test_a_county_without_a_crew_for_the_work_asks_its_neighbours() -> None:
    assert played(day([(0, 3, 30, 30)], [(4, "乙")]), PolicyName.OWN_DISTRICT).crew.tolist() == [0]


def test_the_nearest_crew_is_the_one_that_ends_its_queue_and_is_there_first() -> None:
    """The near crew works until minute 60 and would be there at 60; the far one comes at 40."""
    three = day([(0, 0, 60, 60), (1, 0, 10, 10)], [(0, "甲"), (4, "甲")])
    outcome = played(three, PolicyName.NEAREST)
    assert outcome.crew.tolist() == [0, 1]
    assert minutes(outcome) == [0, 41]


def test_a_queue_waits_for_how_long_work_really_takes() -> None:
    long_ = day([(0, 0, 30, 100), (1, 1, 10, 10)], [(0, "甲")])
    for name in EVERY:
        assert minutes(played(long_, name)) == [0, 110]


def test_insertion_puts_an_urgent_job_before_one_that_can_wait() -> None:
    """Both wait behind the first; the dear one is called in last and goes first."""
    calls = day([(0, 0, 60, 60), (1, 1, 60, 60), (2, 2, 10, 10)], [(0, "甲")])
    jobs = list(calls.problem.jobs)
    jobs[2] = replace(jobs[2], weight=10.0)
    urgent = replace(calls, problem=replace(calls.problem, jobs=tuple(jobs)))
    assert minutes(played(urgent, PolicyName.INSERTION)) == [0, 100, 80]
    assert minutes(played(urgent, PolicyName.NEAREST)) == [0, 70, 140]


def stuck() -> PlayDay:
    """Return a day on which crew 0 should be done at minute 50 and is stuck until 300; crew 1 is done at 60, near."""
    calls = day([(0, 0, 50, 300), (0, 1, 60, 60), (1, 0, 20, 20)], [(0, "甲"), (1, "甲")])
    jobs = calls.problem.jobs
    return replace(calls, problem=replace(calls.problem, jobs=(*jobs[:2], replace(jobs[2], weight=3.0))))


def test_the_rolling_plan_takes_a_waiting_job_from_a_crew_that_is_stuck_and_counts_the_move() -> None:
    outcome = played(stuck(), PolicyName.ROLLING, Search(change=1.0))
    assert outcome.crew.tolist() == [0, 1, 1]
    assert outcome.moves.tolist() == [0, 0, 1]
    assert minutes(outcome) == [0, 0, 70]


def test_a_change_that_costs_more_than_it_gains_is_not_made() -> None:
    outcome = played(stuck(), PolicyName.ROLLING, Search(change=10_000.0))
    assert outcome.crew.tolist() == [0, 1, 0]
    assert outcome.moves.sum() == 0


def test_a_job_that_a_crew_drives_to_is_never_taken_from_it() -> None:
    """The crew leaves at once for a cheap job far away; a dear one beside it is called in a minute later and waits."""
    calls = day([(0, 9, 10, 10), (1, 0, 10, 10)], [(0, "甲")])
    jobs = calls.problem.jobs
    dear = replace(calls, problem=replace(calls.problem, jobs=(jobs[0], replace(jobs[1], weight=1000.0))))
    for name in EVERY:
        assert minutes(played(dear, name)) == [90, 190]


def test_what_nobody_can_do_never_begins_and_costs_a_day() -> None:
    calls = day([(0, 0, 10, 10), (0, 1, 10, 10)], [(0, "甲")])
    jobs = (calls.problem.jobs[0], replace(calls.problem.jobs[1], needs=("cable",)))
    for name in EVERY:
        figures = measured(played(replace(calls, problem=replace(calls.problem, jobs=jobs)), name))
        assert (figures.never, figures.cost) == (1, 1440.0)


def test_the_cost_is_weighted_minutes_late_and_minutes_driven() -> None:
    """Begins at 0 and 110: 64 minutes after the promise of minute 46, at weight 1; ten minutes driven."""
    figures = measured(played(day([(0, 0, 30, 100), (1, 1, 10, 10)], [(0, "甲")]), PolicyName.INSERTION))
    assert (figures.cost, figures.late_cost, figures.drive_min) == (74.0, 64.0, 10.0)
    assert figures.on_time == 0.5
    assert figures.response_mean == (0 + 109) / 2


@pytest.mark.parametrize("name", EVERY)
def test_every_job_is_done_once_and_no_crew_is_at_two_places(name: PolicyName) -> None:
    given = making.made(small(), 7, terms_of(Packs.load().latest("sgcc")))
    outcome = played(given, name)
    assert (outcome.begun_s >= given.called_s).all()
    for crew in range(len(given.problem.crews)):
        own = np.flatnonzero(outcome.crew == crew)
        own = own[np.argsort(outcome.begun_s[own])]
        ends = (outcome.begun_s + given.works_s)[own]
        leaves = (outcome.begun_s - outcome.drive_s)[own]
        assert (leaves[1:] >= ends[:-1]).all()
        assert (leaves >= given.called_s[own]).all(), "nobody leaves for a call that was not made yet"
        skills = set(given.problem.crews[crew].skills)
        assert all(set(given.problem.jobs[job].needs) <= skills for job in own)


@pytest.mark.parametrize("name", EVERY)
def test_the_same_seed_is_the_same_day(name: PolicyName) -> None:
    terms = terms_of(Packs.load().latest("sgcc"))
    one, other = (played(making.made(small(), 3, terms), name) for _ in range(2))
    assert (one.begun_s == other.begun_s).all()
    assert (one.crew == other.crew).all()
    assert (one.moves == other.moves).all()


@pytest.mark.parametrize("name", EVERY)
def test_no_policy_sees_what_is_called_in_later(name: PolicyName) -> None:
    """The day's second half is changed altogether; what was decided before it is the same."""
    given = making.made(small(), 5, terms_of(Packs.load().latest("sgcc")))
    noon = int(given.called_s[len(given.called_s) // 2])
    late = given.called_s > noon
    jobs = tuple(
        replace(job, at=Place(x_km=-job.at.x_km, y_km=job.at.y_km)) if after else job
        for job, after in zip(given.problem.jobs, late, strict=True)
    )
    other = replace(given, problem=replace(given.problem, jobs=jobs), works_s=np.where(late, 3600, given.works_s))
    one, two = played(given, name), played(other, name)
    before = (one.begun_s - one.drive_s) <= noon
    assert before.any()
    assert (one.crew[before] == two.crew[before]).all()
    assert (one.begun_s[before] == two.begun_s[before]).all()


def test_a_crew_is_told_its_next_job_when_it_will_soon_be_free() -> None:
    problem = generate("storm", 6, 2, 3)
    live = Live(PlayDay(problem, np.zeros(6, np.int64), np.ones(6, np.int64), 0, 1), "x", ahead=1, within_s=600)
    live.busy[:], live.expected_s[:] = True, (600, 601)
    live.look(0)
    for job in range(6):
        crew = next(c for c in range(2) if live.facts.able[live.facts.sort[job], c])
        live.put(job, crew, 0)
    live.publish()
    first = [int(live.tour.stops[c, 0]) if live.tour.length[c] else -1 for c in range(2)]
    assert first[1] >= 0
    assert set(np.flatnonzero(live.published >= 0).tolist()) == {first[0]} - {-1}
    live.look(1)
    live.publish()
    assert set(np.flatnonzero(live.published >= 0).tolist()) == set(first) - {-1}


def test_columns_of_drives_are_those_of_the_search() -> None:
    flat = generate("storm", 30, 8, 1)
    speeds = {"urban": 30.0, "rural": 45.0, "remote": 35.0}
    round_ = replace(
        flat,
        travel=ByLine(speeds, {"urban": 1.35, "rural": 1.4, "remote": 1.7}),
        jobs=tuple(replace(j, at=Place(lon=121 + j.at.x_km / 100, lat=29 + j.at.y_km / 110)) for j in flat.jobs),
        crews=tuple(replace(c, at=Place(lon=121 + c.at.x_km / 100, lat=29 + c.at.y_km / 110)) for c in flat.crews),
    )
    for problem in (flat, round_):
        n = len(problem.jobs)
        live = Live(PlayDay(problem, np.zeros(n, np.int64), np.ones(n, np.int64), 0, 1), "x", ahead=1, within_s=0)
        live.look(0)
        for job in range(n):
            crew = next(c for c in range(8) if live.facts.able[live.facts.sort[job], c])
            live.put(job, crew, 0)
            drive = seconds_to(live.facts, live.facts.start[[crew]], int(live.facts.place[job]))[0]
            assert live.tour.drives[crew, 0] == drive
