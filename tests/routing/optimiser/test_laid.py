"""A plan laid out a second time, or carried out again in part, tells the same as one made from nothing."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dispatch.routing.optimiser.breaches import breaches
from dispatch.routing.optimiser.course import Course, Routes
from dispatch.routing.optimiser.engine import solve
from dispatch.routing.optimiser.explaining.laid import Laid
from dispatch.routing.optimiser.explaining.lifting import Lifted
from dispatch.routing.optimiser.files.generate import Scene, generate
from dispatch.routing.optimiser.files.reading import read_problem
from dispatch.routing.optimiser.mending import mended
from dispatch.routing.optimiser.objective import shares
from dispatch.routing.optimiser.problem import Crew, Problem
from dispatch.routing.optimiser.search.columns import Numbering, facts_of
from dispatch.routing.optimiser.search.nearness import nearest_to
from tests.routing.optimiser.medleys import medley
from tests.routing.optimiser.streets import MIN, crew, job, street

SEEDS = st.integers(0, 10**9)


def planned(problem: Problem, seed: int) -> Course:
    """Return a plan without every third of its jobs: somebody must be left out to be asked of."""
    found = mended(problem, solve(problem, iterations=30, seed=seed).routes)
    some = {name for i, name in enumerate(found.of_job) if i % 3 == 0 and not found.jobs[name].frozen}
    return mended(problem, {crew: tuple(j for j in names if j not in some) for crew, names in found.planned.items()})


def spare(problem: Problem) -> tuple[Crew, ...]:
    """Return a crew more of each depot, of all skills that are asked for."""
    first = {one.depot: one for one in reversed(problem.crews)}
    skills = tuple(sorted({need for job in problem.jobs for need in job.needs}))
    return tuple(
        replace(
            one, id=f"+{depot}", skills=skills, free_s=0, ends_s=problem.horizon_s, latest_s=problem.horizon_s,
            rest_s=None, back=None, room=None,
        )
        for depot, one in sorted(first.items())
    )  # fmt: skip


def from_nothing(problem: Problem, course: Course, job: str, crews: tuple[Crew, ...]) -> Lifted:
    """Return the job lifted out of a plan that was laid out for it alone."""
    found = Lifted(Laid(problem, course), job, crews)
    more = replace(problem, crews=(*problem.crews, *crews))
    found.laid = Laid(more, Course(more, course.planned), [job])
    found.ties, found.native = found.laid.ties, found.laid.native
    found.parts = found.ties.parts[job]
    found.native.facts.skip[found.parts] = 1e9
    return found


def answers(lifted: Lifted) -> Iterator[object]:
    """Yield where the job goes as it is, and with each rule lifted."""
    yield lifted.place()
    with lifted.window(3600):
        yield lifted.place()
    with lifted.caps():
        yield lifted.place()
    with lifted.shifts(3600):
        yield lifted.place()
    with lifted.choice():
        yield lifted.place()
    for name in lifted.near(3):
        with lifted.absent(name):
            yield lifted.place()
    yield lifted.place()


@settings(max_examples=8, deadline=None)
@given(SEEDS)
@example(7)
def test_a_job_is_put_in_beside_a_plan_as_into_one_that_was_laid_out_for_it(seed: int) -> None:
    problem = medley(seed, jobs=9, crews=4, frozen=bool(seed % 2))
    course = planned(problem, seed)
    base = Laid(problem, course)
    for one in problem.jobs:
        if one.id in course.of_job:
            continue
        for crews in ((), spare(problem)):
            quick, slow = Lifted(base, one.id, crews), from_nothing(problem, course, one.id, crews)
            assert list(answers(quick)) == list(answers(slow))


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_a_plan_of_which_others_asked_is_the_plan_that_it_was(seed: int) -> None:
    problem = medley(seed, jobs=9, crews=4, frozen=False)
    base = Laid(problem, planned(problem, seed))
    facts, tour = base.native.facts, base.native.tour
    before = [column.copy() for column in (*facts, *tour) if isinstance(column, np.ndarray)]
    for one in problem.jobs:
        if one.id not in base.course.of_job:
            list(answers(Lifted(base, one.id, spare(problem))))
    after = [column for column in (*facts, *tour) if isinstance(column, np.ndarray)]
    assert all(np.array_equal(was, now) for was, now in zip(before, after, strict=True))


def told(course: Course) -> tuple[object, ...]:
    """Return all that is asked of a plan that was carried out."""
    begun = {job: [work.begins_s for work in works] for job, works in course.of_job.items()}
    order = [work.job.id for work in course.works]
    routes = {crew: [(v.work.job.id, v.arrives_s, v.drive_s) for v in visits] for crew, visits in course.routes.items()}
    return begun, order, routes, course.ends, course.strangers, shares(course), breaches(course)


def shuffled(problem: Problem, course: Course, seed: int) -> Routes:
    """Return the plan with some jobs moved, one put in twice or one unknown now and then."""
    draw = np.random.default_rng(seed)
    routes = {name: list(names) for name, names in course.planned.items()}
    for _ in range(3):
        crew_id = str(draw.choice([one.id for one in problem.crews] + ["ghost"] * (seed % 5 == 0)))
        name = str(draw.choice([one.id for one in problem.jobs] + ["nothing"] * (seed % 7 == 0)))
        if seed % 3:
            routes = {one: [job for job in names if job != name] for one, names in routes.items()}
        route = routes.setdefault(crew_id, [])
        route.insert(int(draw.integers(len(route) + 1)), name)
    return routes


@settings(max_examples=25, deadline=None)
@given(SEEDS)
@example(0)
@example(5)
@example(21)
def test_a_plan_carried_out_again_in_part_is_the_plan_carried_out(seed: int) -> None:
    problem = medley(seed, jobs=9, crews=4, frozen=bool(seed % 2))
    if seed % 4:
        problem = replace(problem, jobs=tuple(replace(one, crews=1, after=()) for one in problem.jobs))
    course = planned(problem, seed)
    late = tuple(replace(one, latest_s=one.latest_s + 600) for one in problem.crews[:1]) + problem.crews[1:]
    for changed in (problem, replace(problem, crews=late), replace(problem, crews=(*problem.crews, *spare(problem)))):
        routes = shuffled(problem, course, seed)
        assert told(course.rerouted(changed, routes)) == told(Course(changed, routes))
        assert told(course.rerouted(changed, course.planned)) == told(Course(changed, course.planned))


def test_who_lies_near_one_job_is_who_the_columns_say() -> None:
    problem = generate(Scene.STORM, jobs=30, crews=5, seed=3)
    facts = facts_of(problem, Numbering.of(problem), near=12)
    for j in range(facts.jobs):
        assert nearest_to(facts, j, 12).tolist() == facts.near[j].tolist()


def test_a_job_that_nobody_may_do_has_no_place_whatever_gives_way() -> None:
    problem = read_problem(street([job("j", 1, needs=["live"], window_s=[0, 5 * MIN])], [crew("c1")]))
    lifted = Lifted(Laid(problem, Course(problem, {})), "j")
    assert list(answers(lifted)) == [None] * 6
