"""A plan made sound: what breaks a rule is taken out, whole, until nothing does; what is frozen stays."""

from collections.abc import Iterable

from .breaches import Breach, breaches, to_blame
from .course import Course, Routes, Work
from .problem import Problem
from .words import Violation


def mended(problem: Problem, routes: Routes) -> Course:
    """
    Return the plan without the jobs that break something, carried out.

    Each pass takes out at least one job, so that it ends. What a frozen job breaks cannot be mended and stays.
    """
    kept = {crew: tuple(jobs) for crew, jobs in routes.items()}
    while True:
        course = Course(problem, kept)
        out = _to_take_out(course)
        if not out:
            return course
        kept = without(kept, out)


def without(routes: Routes, jobs: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return routes without these jobs."""
    gone = set(jobs)
    return {crew: tuple(job for job in names if job not in gone) for crew, names in routes.items()}


def with_followers(problem: Problem, jobs: Iterable[str]) -> set[str]:
    """Return these jobs and all that come after them."""
    found, grown = set(jobs), True
    ordered = [job for job in problem.jobs if job.after]
    while grown:
        more = {job.id for job in ordered if job.id not in found and not found.isdisjoint(job.after)}
        grown = bool(more)
        found |= more
    return found


def _to_take_out(course: Course) -> set[str]:
    found = breaches(course)
    plain = [breach for breach in found if breach.kind is not Violation.DEADLOCK]
    blamed = {work.job.id for breach in plain if (work := _blamed(course, breach))}
    if not blamed and len(plain) < len(found):
        blamed = _least(course)
    if not blamed:
        return set()
    whole = with_followers(course.problem, blamed)
    return {name for name in whole if name in course.of_job and not course.jobs[name].frozen}


def _blamed(course: Course, breach: Breach) -> Work | None:
    work = to_blame(course, breach)
    return None if work is None or work.job.frozen else work


def _least(course: Course) -> set[str]:
    """Return, of the jobs before which crews wait for each other, the one that costs least to leave out."""
    heads = [next((one.work for one in visits if one.work.begins_s is None), None) for visits in course.routes.values()]
    free = [work.job for work in heads if work is not None and not work.job.frozen]
    return {min(free, key=lambda job: (job.unserved, job.id)).id} if free else set()
