"""Many jobs to many crews: the declared reserve, each crew once, and the least cost, checked another way."""

import random
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.routing.batch import Left, Plan, Problem, assign, pose, worth_s
from dispatch.routing.fleet import Fleet, Position
from dispatch.routing.model import CrewCard, DepotCard, Job, Policy
from tests.routing.fleets import BORDERLESS, NOW, RULE, fleet_of, job_of

SEEDS = st.integers(0, 100_000)
HOUR = 3600.0


def jobs_of(seed: int, n: int) -> list[Job]:
    rng = random.Random(seed)
    return [job_of(rng, f"T{k:03}") for k in range(n)]


def posed(fleet: Fleet, jobs: list[Job], policy: Policy = Policy.NEAREST) -> Problem:
    return pose(fleet, jobs, now=NOW, policy=policy)


def total(problem: Problem, pairs: list[tuple[int, int]]) -> tuple[int, float]:
    """Return (jobs left waiting, sum of scores): what a plan is judged by, in this order."""
    return len(problem.jobs) - len(pairs), float(sum(problem.scores[i, k] for i, k in pairs))


def allowed(problem: Problem, pairs: list[tuple[int, int]]) -> bool:
    used = [0] * len(problem.room)
    for i, k in pairs:
        used[problem.depot[k]] += 1
        if problem.scores[i, k] == float("inf"):
            return False
    return all(n <= room for n, room in zip(used, problem.room.tolist(), strict=True))


def greedy(problem: Problem) -> list[tuple[int, int]]:
    """Take the cheapest pair that is still possible, again and again."""
    room, jobs, crews, taken = problem.room.tolist(), set(), set(), []
    order = [(problem.scores[i, k], i, k) for i in range(len(problem.jobs)) for k in range(len(problem.rows))]
    for score, i, k in sorted(order):
        depot = problem.depot[k]
        if score != float("inf") and i not in jobs and k not in crews and room[depot] > 0:
            jobs.add(i)
            crews.add(k)
            room[depot] -= 1
            taken.append((i, k))
    return taken


def best_of_all(problem: Problem) -> tuple[int, float]:
    """Try every choice of jobs and crews."""
    jobs, crews = range(len(problem.jobs)), range(len(problem.rows))
    for n in range(min(len(jobs), len(crews)), 0, -1):
        plans = (
            list(zip(some, order, strict=True)) for some in combinations(jobs, n) for order in permutations(crews, n)
        )
        totals = [total(problem, pairs) for pairs in plans if allowed(problem, pairs)]
        if totals:
            return min(totals)
    return len(problem.jobs), 0.0


def judged(plan: Plan) -> tuple[int, int]:
    return len(plan.left), plan.score


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(1, 40), st.integers(1, 60), st.sampled_from(list(Policy)))
def test_no_plan_breaks_a_reserve_or_sends_a_crew_twice(seed: int, n: int, crews: int, policy: Policy) -> None:
    fleet, jobs = fleet_of(seed, crews, depots=10), jobs_of(seed, n)
    plan = assign(fleet, jobs, now=NOW, policy=policy, candidates=3)
    sent = [pair.crew_id for pair in plan.pairs]
    assert len(sent) == len(set(sent))
    assert {pair.job_id for pair in plan.pairs} | set(plan.left) == {job.id for job in jobs}
    assert len(plan.pairs) + len(plan.left) == len(jobs)
    by_id = {job.id: job for job in jobs}
    used: dict[str, int] = {}
    for pair in plan.pairs:
        card, job = fleet.card(pair.crew_id), by_id[pair.job_id]
        assert card is not None
        assert card.active
        assert not fleet.jobs_of(card.id)
        assert job.skill is None or job.skill in card.skills
        assert policy is Policy.NEAREST or card.county == job.county
        used[card.depot] = used.get(card.depot, 0) + 1
    for depot, n_sent in used.items():
        room = fleet.remaining(depot)
        assert room is None or n_sent <= room


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(1, 4), st.integers(1, 5))
def test_small_plans_equal_the_best_of_all_plans(seed: int, n: int, crews: int) -> None:
    fleet, jobs = fleet_of(seed, crews, depots=3, busy=0.1, rule=BORDERLESS), jobs_of(seed, n)
    assert judged(assign(fleet, jobs, now=NOW)) == best_of_all(posed(fleet, jobs))


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(1, 50), st.integers(1, 80))
def test_a_plan_is_never_worse_than_taking_the_nearest_pair_first(seed: int, n: int, crews: int) -> None:
    fleet, jobs = fleet_of(seed, crews, depots=12, rule=BORDERLESS), jobs_of(seed, n)
    problem = posed(fleet, jobs)
    assert judged(assign(fleet, jobs, now=NOW, candidates=1000)) <= total(problem, greedy(problem))


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_looking_at_few_candidates_leaves_no_job_that_a_free_crew_could_take(seed: int) -> None:
    fleet, jobs = fleet_of(seed, 60, depots=12, rule=BORDERLESS), jobs_of(seed, 40)
    plan = assign(fleet, jobs, now=NOW, candidates=1)
    problem = posed(fleet, jobs)
    crews = [fleet.table.crews[int(row)].id for row in problem.rows]
    depot = dict(zip(crews, problem.depot.tolist(), strict=True))
    used = {pair.crew_id for pair in plan.pairs}
    room = problem.room.tolist()
    for crew in used:
        room[depot[crew]] -= 1
    could = [i for i, crew in enumerate(crews) if crew not in used and room[depot[crew]] > 0]
    for n, job in enumerate(jobs):
        assert job.id not in plan.left or not np.isfinite(problem.scores[n, could]).any()


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_the_order_of_jobs_does_not_change_what_a_plan_costs(seed: int) -> None:
    fleet, jobs = fleet_of(seed, 40, depots=8), jobs_of(seed, 30)
    shuffled = random.Random(seed).sample(jobs, len(jobs))
    assert judged(assign(fleet, jobs, now=NOW)) == judged(assign(fleet, shuffled, now=NOW))


def test_one_freed_crew_in_a_storm_takes_a_near_urgent_job_and_not_the_oldest_far_away() -> None:
    fleet = Fleet(RULE)
    fleet.load([CrewCard("A", "甲班", "D1", "330225")], [DepotCard("D1", 121.8, 29.4)])
    fleet.move([Position("A", 121.80, 29.40, NOW.timestamp())])
    rng = random.Random(3)

    def waiting(name: str, lon: float, lat: float, waited_h: float, *, urgent: bool = False) -> Job:
        began = NOW.timestamp() - waited_h * HOUR
        return Job(name, lon, lat, "rural", "330225", urgent=urgent, reported_at=began)

    crowd = [waiting(f"T{k:04}", rng.uniform(118, 122), rng.uniform(27.5, 31), rng.uniform(0, 18)) for k in range(3000)]
    crowd = [job for job in crowd if abs(job.lon - 121.8) + abs(job.lat - 29.4) > 0.5]
    oldest = waiting("OLDEST", 119.0, 28.0, 30)
    near_new = waiting("NEAR-NEW", 121.83, 29.42, 0.1)
    near_urgent = waiting("NEAR-URGENT", 121.84, 29.42, 0.1, urgent=True)
    near_old = waiting("NEAR-OLD", 121.85, 29.42, 5)

    def first_of(*jobs: Job) -> str:
        (pair,) = assign(fleet, [*crowd, oldest, *jobs], now=NOW).pairs
        return pair.job_id

    assert first_of(near_new) == "NEAR-NEW"
    assert first_of(near_new, near_urgent) == "NEAR-URGENT"
    assert first_of(near_new, near_urgent, near_old) == "NEAR-OLD"  # five hours of waiting outweigh the urgency


def test_of_two_jobs_at_one_place_the_graver_goes_first_and_then_the_older() -> None:
    def value(**known: object) -> float:
        return worth_s(job_of(random.Random(1), "T1", **(PLAIN | known)), RULE.worth, now=NOW)

    order = [
        value(hazard=True),
        value(protected="life_support"),
        value(protected="important"),
        value(urgent=True),
        value(protected="sensitive"),
        value(),
    ]
    assert order == sorted(order, reverse=True)
    assert len(set(order)) == len(order)
    assert value(reported_at=NOW.timestamp() - 600) > value(reported_at=NOW.timestamp() - 60) > value()
    assert value(reported_at=NOW.timestamp() - 90_000) == value(reported_at=NOW.timestamp() - 80_000)  # capped
    assert value(reported_at=NOW.timestamp() + 600) == value()  # a clock ahead of ours gains nothing


PLAIN: dict[str, object] = {"hazard": False, "urgent": False, "protected": None, "reported_at": NOW.timestamp()}


def test_a_job_left_waiting_says_why() -> None:
    fleet = Fleet(RULE)
    fleet.load([CrewCard("A", "甲班", "D1", "330225", frozenset({"cable"}))], [DepotCard("D1", 121.8, 29.4)])
    near, far = Job("NEAR", 121.8, 29.4, "rural", "330225"), Job("FAR", 120.0, 28.0, "rural", "330225")
    diver = Job("DIVER", 121.8, 29.4, "rural", "330225", skill="diving")
    other = Job("OTHER", 121.8, 29.4, "rural", "330225", had_it=frozenset({"A"}))
    plan = assign(fleet, [near, far, diver, other], now=NOW)
    assert [pair.job_id for pair in plan.pairs] == ["NEAR"]
    assert plan.left == {"FAR": Left.OTHERS_FIRST, "DIVER": Left.NO_CREW_WITH_SKILL, "OTHER": Left.NO_FREE_CREW}


@pytest.mark.parametrize("crews", [0, 3])
def test_nothing_to_do_is_an_empty_plan(crews: int) -> None:
    assert assign(fleet_of(1, crews, depots=2, busy=0), [], now=NOW) == Plan((), {})


def test_no_free_crew_leaves_every_job_waiting() -> None:
    plan = assign(Fleet(RULE), jobs_of(1, 3), now=NOW)
    assert plan.pairs == ()
    assert set(plan.left.values()) <= {Left.NO_FREE_CREW, Left.NO_CREW_WITH_SKILL}
    assert len(plan.left) == 3


def test_a_batch_sends_nobody_beyond_the_reach_of_a_job() -> None:
    sent = 0  # so that the law is not about nothing
    for seed in range(20):
        jobs = [job_of(random.Random(seed * 100 + n), f"J{n}", reported_at=NOW.timestamp() - 300) for n in range(30)]
        for pair in assign(fleet_of(seed, 80), jobs, now=NOW).pairs:
            assert pair.eta_s <= RULE.reach_s + 1
            sent += 1
    assert sent > 20
