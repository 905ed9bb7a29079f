"""Run every benchmark, one after the other (`make bench`); each prints its table, for docs/benchmarks.md."""

import subprocess
import sys

BENCHMARKS = (
    "benchmarks.nearest",
    "benchmarks.places",
    "benchmarks.restoration",
    "benchmarks.roads",
    "benchmarks.intake",
    "benchmarks.push",
    "benchmarks.sequencer",
    "benchmarks.ladder",
    "benchmarks.why",
    "benchmarks.offers",
    "benchmarks.screens",
    "benchmarks.mapframes",
)


def main() -> int:
    """Return the worst exit code."""
    codes = []
    for name in BENCHMARKS:
        print(f"\n== {name}", flush=True)
        codes.append(subprocess.run([sys.executable, "-m", name], check=False).returncode)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
