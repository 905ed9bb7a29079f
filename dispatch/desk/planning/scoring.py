"""What a plan costs and breaks, whoever made it: the one validator, which shares no code with the search (law 7)."""

from dataclasses import dataclass
from typing import Any

from dispatch.routing.optimiser.files.writing import json_of_plan, json_of_problem
from dispatch.routing.optimiser.problem import Plan, Problem
from dispatch.routing.optimiser.scorer import Course, Visit, score

from .visits import VISIT

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Begun:
    """
    When a visit begins, in seconds from the problem's zero.

    :param leaves_s: it would wait on site, so it need not leave before, or it keeps an appointment first; None: it
        leaves as soon as it can
    """

    begins_s: int
    leaves_s: int | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """
    :param by_rule: rule -> cost; the cost is their sum
    :param violations: kind -> how many; only what there is
    :param begun: (crew, job) -> when; what never begins is missing
    """

    cost: float
    by_rule: dict[str, float]
    violations: dict[str, int]
    begun: dict[tuple[str, str], Begun]


def judge(problem: Problem, plan: Plan) -> Judged:
    """Return what the plan costs by rule, what it breaks, and when each visit begins."""
    asked, planned = json_of_problem(problem), json_of_plan(plan)
    found = score(asked, planned)
    begun = {(v.crew["id"], v.work.job["id"]): _begun(v, at_s) for v, at_s in Course(asked, planned).attended()}
    broken = {kind: n for kind, n in found["violations"].items() if n}
    return Judged(found["cost"], found["by_rule"], broken, begun)


def _begun(visit: Visit, begins_s: int) -> Begun:
    if begins_s > visit.arrives_s:
        return Begun(begins_s, begins_s - visit.drive_s)
    return Begun(begins_s, visit.arrives_s - visit.drive_s if _after_a_visit(visit) else None)


def _after_a_visit(visit: Visit) -> bool:
    before = visit.previous
    while before is not None and not before.work.job["id"].startswith(VISIT):
        before = before.previous
    return before is not None
