"""
How much of a plan's cost is proved to be needed: the lower bounds, and how the gap falls while the search goes on.

usage: python -m benchmarks.bound [--seconds 1 5] [--seed 101] [--rounds 50 200] [--large]

Prints a table: cost of the search after so many seconds of one core, bound by the flow of time (pieces of so many
seconds) or by routes (so many rounds of prices), cost divided by bound, seconds of processor for the bound.
"""

import argparse
import time
from collections.abc import Iterator

from dispatch.routing.optimiser.engine import solve
from dispatch.routing.optimiser.files.generate import Scene, generate
from dispatch.routing.optimiser.files.writing import json_of_plan, json_of_problem
from dispatch.routing.optimiser.problem import Problem
from dispatch.routing.optimiser.proofs.bound import bound
from dispatch.routing.optimiser.proofs.routebound import bound_by_routes
from dispatch.routing.optimiser.scorer import score

SIZES = ((Scene.NORMAL, 300, 600), (Scene.STORM, 1_000, 150), (Scene.PLANNED, 1_000, 300), (Scene.STORM, 5_000, 750))
LARGEST = ((Scene.STORM, 20_000, 3_000),)
PIECES_S = (600, 300)


def proved(problem: Problem, rounds: list[int], above: float) -> Iterator[tuple[str, float, float]]:
    """Yield what proves it, the bound and the seconds of processor that it took."""
    for piece_s in PIECES_S:
        began = time.process_time()
        cost = bound(problem, piece_s=piece_s).cost
        yield f"flow {piece_s} s", cost, time.process_time() - began
    for count in rounds:
        began = time.process_time()
        cost = bound_by_routes(problem, rounds=count, above=above).cost
        yield f"routes {count}", cost, time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, nargs="+", default=[1.0, 5.0])
    parser.add_argument("--seed", type=int, default=101)
    parser.add_argument("--rounds", type=int, nargs="+", default=[50, 200])
    parser.add_argument("--large", action="store_true", help="also 20,000 jobs")
    asked = parser.parse_args()
    print(f"{'problem':26} {'by':>12} {'bound':>11} {'cpu s':>7}  cost and ratio after seconds of search")
    for scene, jobs, crews in SIZES + (LARGEST if asked.large else ()):
        problem = generate(scene, jobs, crews, asked.seed)
        spec = json_of_problem(problem)
        costs = [score(spec, json_of_plan(solve(problem, seconds=s)))["cost"] for s in asked.seconds]
        for name, least, cpu_s in proved(problem, asked.rounds, costs[-1]):
            found = "  ".join(
                f"{s:g} s {cost:,.0f} ({cost / least:.3f})" for s, cost in zip(asked.seconds, costs, strict=True)
            )
            print(f"{problem.name:26} {name:>12} {least:11,.0f} {cpu_s:7.2f}  {found}", flush=True)


if __name__ == "__main__":
    main()
