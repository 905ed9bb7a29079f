"""How long the ways by tasks take: each task against each chain of promises, in few questions to the roads."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

import numpy as np

from dispatch.capacity.gridtask import GridTask
from dispatch.capacity.slack import Promise, Ways
from dispatch.desk.room import Desk
from dispatch.routing.geo import Floats

from .promises import Held

Place = tuple[float, float]  # lon, lat


def of_tasks(desk: Desk, here: Place, tasks: Sequence[GridTask], held: Held, *, at: datetime) -> list[Ways]:
    """
    Return for each task the ways to it, on to the promises, and between them, as the roads are now.

    A way without an answer is ``inf``: what nobody knows the length of does not fit in.
    """
    from_tasks = [(task.lon, task.lat) for task in tasks]
    first = [_to(desk, [here, *from_tasks], chain[0], at=at) if chain else None for chain in held.chains]
    between = tuple(tuple(_way(desk, one, other, at=at) for one, other in pairwise(chain)) for chain in held.chains)
    straight_s = float(first[0][0]) if first[0] is not None else None
    return [
        Ways(
            there_s=_there(desk, here, task, at=at),
            straight_s=straight_s,
            first_s=tuple(0.0 if ways is None else float(ways[row]) for ways in first),
            between_s=between,
        )
        for row, task in enumerate(tasks, 1)
    ]


def _there(desk: Desk, here: Place, task: GridTask, *, at: datetime) -> float:
    return float(_seconds(desk, [here], (task.lon, task.lat), task.area_class.value, at=at)[0])


def _way(desk: Desk, one: Promise, other: Promise, *, at: datetime) -> float:
    return float(_to(desk, [(one.lon, one.lat)], other, at=at)[0])


def _to(desk: Desk, starts: Sequence[Place], end: Promise, *, at: datetime) -> Floats:
    return _seconds(desk, starts, (end.lon, end.lat), end.area_class, at=at)


def _seconds(desk: Desk, starts: Sequence[Place], end: Place, area_class: str, *, at: datetime) -> Floats:
    lon, lat = np.array(starts, float).T
    found = desk.travel.to_job(lon, lat, *end, area_class=area_class, at=at).seconds
    return np.nan_to_num(found, nan=np.inf, posinf=np.inf)
