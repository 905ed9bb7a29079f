"""
Jobs that hang on others, taken apart: a job of several crews becomes parts of one crew each, order becomes windows.

What remains is a problem that the search can plan. The windows say when the parts may begin; they are moved while the
plan is searched (``ties``).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from dispatch.routing.optimiser.course import Course, Routes
from dispatch.routing.optimiser.problem import Job, Problem

CLOSED = (0, -1)  # a window in which nothing can begin


@dataclass(frozen=True, slots=True)
class Parted:
    """
    A problem with its tied jobs (of several crews, or ordered) taken apart.

    :ivar plain: the problem of parts; tied jobs that do not begin yet are closed
    :ivar tied: tied job -> the ids of its parts; an ordered job of one crew is its own only part
    :ivar whole: part -> its job, for parts that are not called like it
    :ivar follow: job -> the jobs that come after it
    :ivar depth: tied job -> how many must be done one after the other before it
    :ivar order: tied jobs, those that come first before those that come after, the most urgent that may first
    """

    plain: Problem
    tied: Mapping[str, tuple[str, ...]]
    whole: Mapping[str, str]
    follow: Mapping[str, tuple[str, ...]]
    depth: Mapping[str, int]
    order: tuple[str, ...]

    def joined(self, routes: Routes) -> dict[str, tuple[str, ...]]:
        """Return routes of parts as routes of jobs."""
        return {crew: tuple(self.whole.get(name, name) for name in names) for crew, names in routes.items()}

    def taken_apart(self, routes: Routes) -> dict[str, tuple[str, ...]]:
        """Return routes of jobs as routes of parts: the first route that has a job takes its first part."""
        used: dict[str, int] = {}
        made: dict[str, tuple[str, ...]] = {}
        for crew, names in routes.items():
            parts = []
            for name in names:
                at = used[name] = used.get(name, -1) + 1
                parts.append(self.tied[name][at] if name in self.tied else name)
            made[crew] = tuple(parts)
        return made


def has_ties(problem: Problem) -> bool:
    """Tell whether a problem has jobs of several crews, or ordered ones."""
    return any(job.crews > 1 or job.after for job in problem.jobs)


def part(problem: Problem, course: Course, also: Collection[str] = ()) -> Parted:
    """
    Take a problem's tied jobs apart.

    :param course: the published plan as far as it can be carried out; its tied jobs may begin when they begin there
    :param also: jobs that are treated as tied though they hang on nothing, to be put in at will
    """
    named = {name for job in problem.jobs for name in job.after}
    tied = {job.id: job for job in problem.jobs if job.crews > 1 or job.after or job.id in named or job.id in also}
    mark = "#"
    while any(mark in job.id for job in problem.jobs):
        mark += "#"
    parts = {
        name: (name,) if job.crews == 1 else tuple(f"{name}{mark}{i + 1}" for i in range(job.crews))
        for name, job in tied.items()
    }
    whole = {one: name for name, many in parts.items() for one in many if one != name}
    shell = Parted(problem, parts, whole, {}, {}, ())
    jobs = tuple(one for job in problem.jobs for one in _parts(job, shell, course.begins_s(job.id)))
    depth = _depths(tied)
    return replace(
        shell,
        plain=replace(problem, jobs=jobs, plan=shell.taken_apart(problem.plan), told=_told(problem, shell)),
        follow=_followers(problem),
        depth=depth,
        order=_order(tied, depth),
    )


def also_tied(parted: Parted, job: str) -> Parted:
    """Return the same with one more job treated as tied: it hangs on nothing, comes first, is its own only part."""
    tied, depth = {**parted.tied, job: (job,)}, {**parted.depth, job: 0}
    return replace(parted, tied=tied, depth=depth, order=(job, *parted.order))


def _told(problem: Problem, shell: Parted) -> tuple[str, ...] | None:
    if problem.told is None:
        return None
    return tuple(one for name in problem.told for one in shell.tied.get(name, (name,)))


def _parts(job: Job, shell: Parted, begins_s: int | None) -> tuple[Job, ...]:
    if job.id not in shell.tied:
        return (job,)
    window_s = CLOSED if begins_s is None else (begins_s, begins_s)
    return tuple(replace(job, id=name, crews=1, after=(), window_s=window_s) for name in shell.tied[job.id])


def _followers(problem: Problem) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for job in problem.jobs:
        for name in job.after:
            found.setdefault(name, []).append(job.id)
    return {name: tuple(followers) for name, followers in found.items()}


def _order(tied: Mapping[str, Job], depth: Mapping[str, int]) -> tuple[str, ...]:
    """Return the tied jobs so that each comes after those that it waits for.

    Urgent is what costs the most a minute, itself or by what waits for it; then what was promised first.
    """
    urgent = {name: (-job.weight, job.due_s if job.due_s is not None else 2**40) for name, job in tied.items()}
    for name in reversed(list(depth)):
        for before in tied[name].after:
            urgent[before] = min(urgent[before], urgent[name])
    return tuple(sorted(depth, key=lambda name: (depth[name], urgent[name])))


def _depths(tied: Mapping[str, Job]) -> dict[str, int]:
    """Return how many jobs must be done one after the other before each; none stands before what it waits for."""
    waits = {name: len(set(job.after)) for name, job in tied.items()}
    follow: dict[str, list[str]] = {}
    for name, job in tied.items():
        for before in set(job.after):
            follow.setdefault(before, []).append(name)
    depth = {name: 0 for name in tied if not waits[name]}
    ready = list(depth)
    for name in ready:
        for one in follow.get(name, ()):
            waits[one] -= 1
            if not waits[one]:
                depth[one] = depth[name] + 1
                ready.append(one)
    return depth
