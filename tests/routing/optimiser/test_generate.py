"""Generated problems: repeatable, complete, and of the shape that they say."""

from collections import Counter

import pytest

from dispatch.routing.optimiser.files.generate import SORTS, BadSize, Scene, generate
from dispatch.routing.optimiser.files.reading import problem_of
from dispatch.routing.optimiser.files.writing import bytes_of_problem


@pytest.mark.parametrize("scene", Scene)
def test_the_same_seed_makes_the_same_file_and_another_another(scene: Scene) -> None:
    once, again = (bytes_of_problem(generate(scene, 60, 45, 7, caps=True)) for _ in range(2))
    assert once == again
    assert once != bytes_of_problem(generate(scene, 60, 45, 8, caps=True))


@pytest.mark.parametrize("scene", Scene)
def test_a_generated_problem_is_one_that_is_read(scene: Scene) -> None:
    problem = generate(scene, 200, 90, 3, caps=True)
    assert problem_of(bytes_of_problem(problem)) == problem


@pytest.mark.parametrize(("jobs", "crews"), [(0, 0), (5, 0), (0, 5), (1, 1), (30, 2)])
def test_there_may_be_no_jobs_and_no_crews(jobs: int, crews: int) -> None:
    problem = generate("storm", jobs, crews, 1, caps=True)
    assert (len(problem.jobs), len(problem.crews)) == (jobs, crews)
    assert problem_of(bytes_of_problem(problem)) == problem


def test_every_county_with_crews_has_every_skill() -> None:
    problem = generate("storm", 10, 90, 5)
    owned: dict[str, set[str]] = {}
    for crew in problem.crews:
        owned.setdefault(crew.county, set()).update(crew.skills)
    assert len(owned) == 3
    assert all(skills == {sort.name for sort in SORTS} for skills in owned.values())


def test_a_storm_is_late_before_it_is_planned_and_a_normal_day_is_not() -> None:
    """Two thirds and more of a storm's faults are past their limit; reported within 40 minutes none can be."""
    storm, normal = generate("storm", 2000, 300, 1), generate("normal", 2000, 300, 1)
    assert sum(job.due_s == 0 for job in storm.jobs) > 1200
    assert all(job.due_s is not None and job.due_s >= 5 * 60 for job in normal.jobs)


def test_limits_follow_the_area_of_a_normal_day() -> None:
    longest = {"urban": 45, "rural": 90, "remote": 120}
    jobs = [job for job in generate("normal", 500, 60, 2).jobs if job.window_s == (0, 43_200)]
    assert {job.area_class for job in jobs} == set(longest)
    assert all(0 <= longest[job.area_class] * 60 - (job.due_s or 0) < 40 * 60 for job in jobs)


def test_a_planned_half_day_has_hard_windows_and_nobody_is_busy() -> None:
    problem = generate("planned", 400, 120, 1)
    assert problem.horizon_s == 4 * 3600
    assert all(crew.free_s == 0 and crew.latest_s == problem.horizon_s for crew in problem.crews)
    assert all(0 <= job.window_s[0] < job.window_s[1] <= problem.horizon_s for job in problem.jobs)
    shapes = Counter((job.unserved, job.window_s[1] < problem.horizon_s) for job in problem.jobs)
    assert {unserved for unserved, _ in shapes} == {600.0, 300.0, 120.0}


def test_the_hour_of_a_planned_visit_may_only_begin() -> None:
    ending, open_ended = (generate("planned", 200, 60, 1, hours_end=ends) for ends in (True, False))
    hours = [job for job in ending.jobs if job.window_s[0] > 0]
    assert hours
    assert all(shuts - opens <= 3600 for opens, shuts in (job.window_s for job in hours))
    assert all(job.window_s[1] == 4 * 3600 for job in open_ended.jobs if job.window_s[0] > 0)


def test_depots_declare_for_what_they_can_do_only() -> None:
    problem = generate("storm", 900, 60, 1, caps=True)
    able = {(crew.depot, skill) for crew in problem.crews for skill in crew.skills}
    assert all((cap.visits > 0) == ((cap.depot, cap.kind) in able) for cap in problem.caps)


@pytest.mark.parametrize(("jobs", "crews", "seed"), [(-1, 1, 1), (1, 10**9, 1), (1, 1, -1)])
def test_enormous_and_negative_sizes_are_refused(jobs: int, crews: int, seed: int) -> None:
    with pytest.raises(BadSize, match="应在 0 到"):
        generate("storm", jobs, crews, seed)
