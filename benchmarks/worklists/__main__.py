"""
A province's half-day lists: our own against VROOM, PyVRP and OR-Tools with equal CPU time, by the independent scorer.

usage: PYTHONPATH=build/peers python -m benchmarks.worklists [--quick | --medium] [--seeds 9001] [--iterations 300]

Depots that make only their own visits, then depots pooled by county. Ours runs first, a county after the other on so
many cores, with reasons and all. The seconds that it took of them are what each peer gets in the parts that ours uses,
by visits; with --whole VROOM tries the province in one model as well (PyVRP cannot be told so many skills).
"""

import argparse
import os
from statistics import median

from .days import SIZES, province
from .playing import Result, replanned_s, rows

HEAD = "| solver | unserved | driving, min | cost | broken | wall s | CPU s |"
JUDGED = ("VROOM", "PyVRP")


def told(title: str, found: list[Result]) -> None:
    """Print a table and what it says."""
    print(f"\n**{title}**\n\n{HEAD}\n" + "|---" * 7 + "|")
    for one in found:
        worth = f"{one.unserved} | {one.driving_min:,.0f} | {one.cost:,.0f} | {one.broken}"
        print(f"| {one.name} | {worth} | {one.wall_s:.1f} | {one.cpu_s:.1f} |")
    others = [one for one in found[1:] if not one.broken and one.name.startswith(JUDGED)]
    if others:
        own, best = found[0], min(others, key=lambda one: one.worth)
        more = own.driving_min / best.driving_min, own.cost / best.cost
        print(f"\nThe better of the two: {best.name}. Unserved {own.unserved} against {best.unserved}; "
              f"driving {more[0]:.4f}, cost {more[1]:.4f} of its.", flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_const", dest="size", const="quick", default="full")
    parser.add_argument("--medium", action="store_const", dest="size", const="medium")
    parser.add_argument("--seeds", type=int, nargs="+", default=[9001])
    parser.add_argument("--iterations", type=int, default=300)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--whole", action="store_true", help="VROOM on the whole province too: full size, no end seen")
    asked = parser.parse_args()
    size = SIZES[asked.size]
    print(f"{size.visits:,} visits, {size.teams:,} teams, {size.depots} depots; {asked.iterations} turns a visit, "
          f"{asked.cores} cores, load {os.getloadavg()[0]:.1f} at the start.", flush=True)  # fmt: skip
    for seed in asked.seeds:
        for pooled in (False, True):
            days = province(size, seed, pooled=pooled)
            told(
                f"{'Pooled by county' if pooled else 'Each depot its own'}, seed {seed}",
                rows(days, asked.iterations, asked.cores, whole=asked.whole),
            )
    took = replanned_s(province(size, asked.seeds[0], pooled=False), asked.iterations)
    print(f"\nOne depot planned again: median {median(took):.2f} s, at most {max(took):.2f} s of {len(took)}.")


if __name__ == "__main__":
    main()
