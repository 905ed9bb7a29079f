"""What no plan can cost less than, for ``dispatch optimise --bound``."""

import sys
from collections.abc import Mapping
from typing import Any

from dispatch.routing.optimiser.problem import Problem
from dispatch.routing.optimiser.proofs.bound import Bound
from dispatch.routing.optimiser.proofs.routebound import bound_by_routes

LONGEST_S = 20.0
BOUND_HELP = f"求任何方案都不能低于的费用(下界),约 {LONGEST_S:g} 秒,大题更久"


def bound_of(problem: Problem, found: Mapping[str, Any]) -> Bound:
    """Return the bound: by routes where the problem's size allows, else by the flow; says that it takes time."""
    print(f"正在求下界(最多约 {LONGEST_S:g} 秒,大题更久)……", file=sys.stderr, flush=True)
    return bound_by_routes(problem, seconds=LONGEST_S, above=float(found["cost"]))


def said_of(bound: Bound, found: Mapping[str, Any]) -> str:
    """Return how good a plan is known to be."""
    if any(found["violations"].values()):
        return f"下界 {bound.cost:,.1f}:无违反的方案费用都不低于它;本方案有违反,不能与它相比"
    cost = float(found["cost"])
    if not bound.cost:
        return "下界 0.0:它说明不了本方案离最好还有多远" if cost else "下界 0.0:本方案就是最好的"
    return f"下界 {bound.cost:,.1f}:无违反的方案费用都不低于它;本方案至多比最好的高 {bound.gap(cost):.1%}"
