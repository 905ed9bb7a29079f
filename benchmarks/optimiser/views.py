"""
What peers are told of a problem: driving times as a matrix, and windows in place of promises.

VROOM and PyVRP know windows that must be kept, no promise that costs by the minute. ``windows`` offers both ways to
say it: windows only where the problem has them (all is served, promises are left to the re-sequencing), or each job
also to be begun by a limit that is the sooner the dearer its delay, in shares of what a crew has to do on average; what
they leave out for that is inserted afterwards. Each peer is run with several of these views, and the best plan counts.
"""

import numpy as np
from numpy.typing import NDArray

from dispatch.routing.optimiser.problem import Problem

Ints = NDArray[np.int64]
BLOCK = 500  # rows of the matrix at once
ALLOWED = {10.0: 0.15, 4.0: 0.35, 1.0: 1.0, 0.5: 1.5}  # cost of a minute late -> share of a crew's mean load
DRIVE_S = 900  # about what a job's drive takes in a full plan


def matrix(problem: Problem) -> NDArray[np.int32]:
    """Return (n + k, n + k) seconds between places of a plane, jobs first; as docs/formats.md says."""
    places = [job.at for job in problem.jobs] + [crew.at for crew in problem.crews]
    x = np.array([place.x_km for place in places])
    y = np.array([place.y_km for place in places])
    seconds = np.empty((len(places), len(places)), np.int32)
    for at in range(0, len(places), BLOCK):
        rows = slice(at, at + BLOCK)
        d = np.hypot(x[rows, None] - x, y[rows, None] - y)
        drive = 60.0 * (1.5 + 78.0 * d / (22.0 + 33.0 * d / (d + 15.0)))
        seconds[rows] = np.where(d < 1e-9, 0.0, np.rint(drive))
    return seconds


def windows(problem: Problem, share: float) -> Ints:
    """
    Return between which seconds each job should begin, (n, 2).

    :param share: 0: only what the problem demands; else how much of a crew's mean load a job of weight 1 may wait
    """
    demanded = np.array([job.window_s for job in problem.jobs], np.int64).reshape(-1, 2)
    if not share:
        return demanded
    load_s = sum(job.work_s + DRIVE_S for job in problem.jobs) / max(1, len(problem.crews))
    for j, job in enumerate(problem.jobs):
        if job.due_s is not None:
            limit = max(job.due_s, demanded[j, 0]) + share * ALLOWED.get(job.weight, 1.0) * load_s
            demanded[j, 1] = min(demanded[j, 1], int(limit))
    return demanded


def skills(problem: Problem) -> dict[str, int]:
    """Return the number of each skill."""
    names = {name for thing in problem.crews for name in thing.skills} | {n for job in problem.jobs for n in job.needs}
    return {name: i for i, name in enumerate(sorted(names))}
