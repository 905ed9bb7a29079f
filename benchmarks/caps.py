"""
A batch of jobs to as many crews under shared caps: the price flows with GLOP and CP-SAT, against the whole programme.

usage: python -m benchmarks.caps [--jobs 3000] [--crews 3000] [--seeds 101 102 103] [--whole]

Prints a table: seconds of processor and of the clock, cost, gap to the bound, cap violations as the independent scorer
counts them, cost of the min-cost flow without caps (and how many visits it has above them). ``--whole`` also solves the
linear programme over all pairs with GLOP, PDLP and HiGHS.
"""

import argparse
import time
from collections.abc import Iterator

import numpy as np
from ortools.linear_solver.python import model_builder_helper
from scipy.optimize import linprog

from dispatch.routing.optimiser.files.generate import Scene, generate
from dispatch.routing.optimiser.files.writing import json_of_problem
from dispatch.routing.optimiser.problem import Problem
from dispatch.routing.optimiser.proofs import caps, prices
from dispatch.routing.optimiser.proofs.caps import Assigned, assign
from dispatch.routing.optimiser.proofs.offers import Offers, Standing, offers
from dispatch.routing.optimiser.scorer import score
from dispatch.routing.optimiser.search.columns import Numbering, facts_of
from dispatch.routing.optimiser.search.facts import Facts


def everything(facts: Facts) -> Offers:
    return offers(facts, Standing.of(facts, None), np.arange(facts.jobs), near=caps.NEAR)


def violations(problem: Problem, found: Assigned) -> int:
    """Return everything that the pairs, taken as a plan, break."""
    pairs = zip(found.crew.tolist(), found.job.tolist(), strict=True)
    routes: dict[str, list[str]] = {}
    for c, j in pairs:
        routes.setdefault(problem.crews[c].id, []).append(problem.jobs[j].id)
    broken = score(json_of_problem(problem), {"routes": routes})["violations"]
    return sum(broken.values()) + sum(len(route) > 1 for route in routes.values())


def whole(open_: Offers) -> Iterator[tuple[str, float, float]]:
    """Yield solver, cost and seconds of processor of the linear programme over all pairs."""
    matrix, most = caps.rows(open_)
    gain, sure, m = open_.cost - open_.skip[open_.job], float(open_.skip.sum()), len(open_.job)
    for name in ("glop", "pdlp"):
        began = time.process_time()
        model = model_builder_helper.ModelBuilderHelper()
        model.fill_model_from_sparse_data(np.zeros(m), np.ones(m), gain, np.full(len(most), -np.inf), most, matrix)
        solver = model_builder_helper.ModelSolverHelper(name)
        solver.solve(model)
        yield name, sure + solver.objective_value(), time.process_time() - began
    began = time.process_time()
    found = linprog(gain, A_ub=matrix, b_ub=most, bounds=(0, 1), method="highs-ds")
    yield "highs", sure + found.fun, time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=3_000)
    parser.add_argument("--crews", type=int, default=3_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[101, 102, 103])
    parser.add_argument("--whole", action="store_true")
    asked = parser.parse_args()
    head = f"{'cpu s':>6} {'clock':>6} {'served':>7} {'cost':>11} {'bound':>11} {'gap':>7} {'broken':>7} {'fract.':>7}"
    print(f"{'problem':24} {head}  without caps: cost, visits above")
    for scene in Scene:
        for seed in asked.seeds:
            problem = generate(scene, asked.jobs, asked.crews, seed, caps=True)
            facts = facts_of(problem, Numbering.of(problem))
            cpu, clock = time.process_time(), time.monotonic()
            found = assign(facts)
            cpu, clock = time.process_time() - cpu, time.monotonic() - clock
            open_ = everything(facts)
            free = prices.flow(open_, np.zeros(len(open_.left)))[0]
            above = int(np.maximum(0, np.bincount(open_.cell[free], minlength=len(open_.left)) - open_.left).sum())
            row = f"{len(found.job):7,} {found.cost:11,.0f} {found.bound:11,.0f} {100 * found.gap:6.2f}%"
            row += f" {violations(problem, found):7} {found.fractional:7}  {found.uncapped:,.0f}, {above}"
            print(f"{problem.name:24} {cpu:6.2f} {clock:6.2f} {row}", flush=True)
            for name, cost, cpu_s in whole(open_) if asked.whole else ():
                print(f"{'':24} {cpu_s:6.2f} whole programme with {name}: {cost:,.0f}", flush=True)


if __name__ == "__main__":
    main()
