"""A list's routes with their times, and what they cost by the independent scorer."""

from dispatch.routing.optimiser.course import Course, Visit
from dispatch.routing.optimiser.files.writing import json_of_plan, json_of_problem
from dispatch.routing.optimiser.problem import Plan, Problem
from dispatch.routing.optimiser.scorer import score

from .problem import Routes, Stop

Laid = dict[str, tuple[Stop, ...]]


class Broken(Exception):
    """A solver's routes break a rule: a bug of it, never the input's fault."""


def laid(problem: Problem, routes: Routes) -> tuple[Laid, dict[str, int]]:
    """Return team -> stops in order, and team -> when it is back (s); each as early as it can be."""
    course = Course(problem, routes)
    stops = {team: tuple(_stop(visit) for visit in visits) for team, visits in course.routes.items() if visits}
    return stops, {team: end.at_s for team, end in course.ends.items()}


def _stop(visit: Visit) -> Stop:
    work = visit.work
    begins_s = work.begins_s if work.begins_s is not None else visit.arrives_s
    return Stop(
        visit=work.job.id, drive_s=visit.drive_s or 0, arrives_s=visit.arrives_s, begins_s=begins_s,
        ends_s=begins_s + work.job.work_s,
    )  # fmt: skip


def scored(problem: Problem, routes: Routes) -> dict[str, float]:
    """
    Return rule -> cost in minutes of driving.

    :raises Broken: if the routes break a rule
    """
    found = score(json_of_problem(problem), json_of_plan(Plan(problem=problem.name, routes=routes)))
    if broken := {kind: n for kind, n in found["violations"].items() if n}:
        raise Broken(f"{problem.name}: {broken}")
    return {rule: float(cost) for rule, cost in found["by_rule"].items()}
