"""Plans for generator trucks held against the independent scorer, the machine's and a person's alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dispatch.routing.generators import scorer
from dispatch.routing.generators.problem import Plan, Problem
from dispatch.routing.generators.writing import json_of_plan, json_of_problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """
    What a plan is worth, in hours.

    :param customers_without: customer-hours that stay dark if no truck moves; ``customers``: by the plan
    :param weighted_without: the same with what each customer counts (rule pack, ``generators.weights``); ``weighted``
    :param travel: hours of driving
    """

    customers_without: float
    customers: float
    weighted_without: float
    weighted: float
    travel: float


@dataclass(frozen=True, slots=True)
class Scored:
    """What the scorer says: hours; violations by kind, of those that there are."""

    hours: Hours
    violations: Mapping[str, int]


def scored(problem: Problem, plan: Plan) -> Scored:
    """Return what a plan is worth and what it breaks."""
    asked = json_of_problem(problem)
    none = scorer.score(asked, json_of_plan(Plan(problem=problem.name, routes={})))
    found = scorer.score(asked, json_of_plan(plan))
    return Scored(_hours(none["hours"], found["hours"]), {kind: n for kind, n in found["violations"].items() if n})


def _hours(none: Mapping[str, Any], found: Mapping[str, Any]) -> Hours:
    return Hours(
        customers_without=round(none["customers"], 3),
        customers=round(found["customers"], 3),
        weighted_without=round(found["without"], 3),
        weighted=round(found["unserved"], 3),
        travel=round(found["travel"], 3),
    )
