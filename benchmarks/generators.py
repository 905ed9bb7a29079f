"""
Generator trucks: weighted unserved customer-hours of the joint plan against rules of thumb.

usage: python -m benchmarks.generators [--sizes 20x60 60x200] [--seeds 9001 9002 9003 9004 9005] [--seconds 20]

Biggest first: the group with the most weighted customers in the dark gets the truck (or team) that is there first,
again and again. Nearest truck: the shortest drive of all is taken, again and again. Both keep every rule and feed as
long as they can. Scored by ``dispatch.routing.generators.scorer``; prints a table for ``docs/benchmarks.md``.
"""

import argparse
import os
import resource
from collections.abc import Sequence
from statistics import median
from time import monotonic

from dispatch.routing.generators import building, engine
from dispatch.routing.generators.building import Floats, Pick
from dispatch.routing.generators.facts import Routes, facts_of
from dispatch.routing.generators.generate import generate
from dispatch.routing.generators.problem import Plan, Problem, Stop
from dispatch.routing.generators.scorer import score
from dispatch.routing.generators.writing import json_of_plan, json_of_problem

FAR_S = 1e9


def biggest(pick: Pick) -> Floats:
    return pick.value - pick.from_s / FAR_S


def nearest(pick: Pick) -> Floats:
    return -pick.drive_s - pick.from_s / FAR_S


def plan_of(problem: Problem, routes: Routes) -> Plan:
    groups = problem.groups
    stops = {
        truck.id: tuple(Stop(groups[feed.group].id, feed.from_s, feed.to_s, feed.refuel) for feed in route)
        for truck, route in zip(problem.trucks, routes, strict=True)
    }
    return Plan(problem=problem.name, routes=stops)


def unserved(problem: Problem, plan: Plan) -> float:
    """Return weighted customer-hours; a plan that breaks something counts nothing here."""
    found = score(json_of_problem(problem), json_of_plan(plan))
    assert not any(found["violations"].values()), found["violations"]
    return float(found["hours"]["unserved"])


def row(trucks: int, groups: int, seeds: Sequence[int], seconds: float) -> str:
    """Return one line of the table: medians over the seeds of hours and of ratios."""
    hours: list[list[float]] = []
    bounds, proved, took = [], 0, []
    for seed in seeds:
        problem = generate(trucks, groups, seed)
        facts = facts_of(problem)
        rules = [plan_of(problem, building.built(facts, key)) for key in (biggest, nearest)]
        rules.append(plan_of(problem, building.start(facts)))
        began = monotonic()
        plan = engine.solve(problem, seconds=seconds, seed=1)
        took.append(monotonic() - began)
        proved += bool(plan.solver["optimal"])
        bounds.append(float(str(plan.solver["bound"])))
        hours.append([unserved(problem, one) for one in (plan, *rules)])
    ratios = [[one[0] / max(1e-9, other) for one in hours for other in [one[i]]] for i in (1, 2, 3)]
    cells = [f"{median(one[i] for one in hours):,.0f}" for i in range(4)]
    cells += [f"**{median(found):.3f}** ({min(found):.3f} – {max(found):.3f})" for found in ratios]
    cells += [f"{median(bounds):,.0f}", f"{proved} of {len(seeds)}", f"{median(took):.1f}"]
    return f"| {trucks} x {groups} | {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", default=["4x8", "20x60", "60x200"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[9001, 9002, 9003, 9004, 9005])
    parser.add_argument("--seconds", type=float, default=20.0)
    asked = parser.parse_args()
    print(f"Seeds {asked.seeds}, {asked.seconds:g} s of one core, load {os.getloadavg()[0]:.1f} at the start.\n")
    print("| trucks x groups | joint plan | biggest first | nearest truck | own start | plan / biggest | plan / nearest"
          " | plan / start | bound | proved | s |\n|---|---|---|---|---|---|---|---|---|---|---|")  # fmt: skip
    for size in asked.sizes:
        trucks, groups = (int(number) for number in size.split("x"))
        print(row(trucks, groups, asked.seeds, asked.seconds), flush=True)
    print(f"\nMemory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB.")


if __name__ == "__main__":
    main()
