"""
Solving large flows beside the event loop.

OR-Tools holds the interpreter while it solves. A small flow takes a few milliseconds and is solved here; a large one in
a process of its own with a memory limit and a deadline. If that dies or is too slow, the plain greedy choice stands in.
"""

import io
import resource
import subprocess
import sys

import numpy as np

from dispatch.kit.logs import logger
from dispatch.routing.flow import Arcs, Ints, greedy, solve

LARGE = 40_000  # arcs: above this a solution takes more than some 15 ms
DEADLINE_S = 20.0
MEMORY = 4 * 1024**3  # bytes of address space
PARTS = ("job", "crew", "cost", "depot", "room")

log = logger("solver")


def solve_apart(arcs: Arcs, *, large: int = LARGE, deadline_s: float = DEADLINE_S) -> Ints:
    """Return the chosen arcs as ``flow.solve`` does; never longer than the deadline, and never nothing."""
    if len(arcs.job) < large:
        return solve(arcs)
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__], input=packed(arcs), capture_output=True, timeout=deadline_s, check=True
        )
        chosen: Ints = np.load(io.BytesIO(done.stdout))
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        log.warning("solver failed, greedy choice instead", error=repr(error), arcs=len(arcs.job))
        return greedy(arcs)
    return chosen


def packed(arcs: Arcs) -> bytes:
    """Return the problem as bytes."""
    file = io.BytesIO()
    np.savez(file, jobs=np.array(arcs.jobs), **{part: getattr(arcs, part) for part in PARTS})
    return file.getvalue()


def unpacked(data: bytes) -> Arcs:
    """Return the problem of ``packed``."""
    with np.load(io.BytesIO(data)) as parts:
        return Arcs(int(parts["jobs"]), *(parts[part] for part in PARTS))


def main() -> None:
    """The solver's own process: a problem on standard input, the answer on standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    answer = io.BytesIO()
    np.save(answer, solve(unpacked(sys.stdin.buffer.read())))
    sys.stdout.buffer.write(answer.getvalue())


if __name__ == "__main__":
    main()
