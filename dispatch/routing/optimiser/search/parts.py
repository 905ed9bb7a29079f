"""
A plan cut into parts that are searched on their own, at the same time, and put together again.

The cut runs between routes, each time along another line, so that what lies at a border once lies inside the next time.
What parts would share (visits left under a cap, crews above a county's reserve) is given to one of them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .facts import MATRIX, Bytes, Facts, Floats, Ints, Shorts, Tour, blank, seed_of
from .native import Native
from .teams import grouped


@dataclass(frozen=True, slots=True)
class Part:
    """Some crews with their jobs; numbers are those of the whole."""

    jobs: Ints
    crews: Ints


def cut(facts: Facts, tour: Tour, *, most: int, turn: float) -> list[Part]:
    """
    Return parts of at most ``most`` jobs where crews allow it.

    :param turn: direction of the first cut, radians; the next are at right angles to it
    """
    middle = _middles(facts, tour)
    axes = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    seen = middle @ axes.T
    weight = tour.length + len(np.flatnonzero(tour.crew_of < 0)) / max(1, facts.crews)
    heap = [(np.arange(facts.crews), 0)]
    crew_part = np.zeros(facts.crews, np.int64)
    count = 0
    while heap:
        crews, axis = heap.pop()
        if weight[crews].sum() <= most or len(crews) < 2:
            crew_part[crews] = count
            count += 1
            continue
        order = crews[np.argsort(seen[crews, axis], kind="stable")]
        half = int(np.searchsorted(np.cumsum(weight[order]), weight[order].sum() / 2))
        half = min(max(1, half), len(order) - 1)
        heap += [(order[:half], 1 - axis), (order[half:], 1 - axis)]
    job_part = _parts_of_jobs(facts, tour, crew_part)
    return [Part(np.flatnonzero(job_part == i), np.flatnonzero(crew_part == i)) for i in range(count)]


def _middles(facts: Facts, tour: Tour) -> Floats:
    """Return (k, 2) the middle of each crew's route, where it stands if it has none."""
    if facts.by == MATRIX:
        x = facts.matrix[0].astype(float)
        y = facts.matrix[len(facts.matrix) // 2].astype(float)
    else:
        x, y = facts.x + 0.3 * facts.z, facts.y - 0.4 * facts.z
    points = np.column_stack([x, y])
    middle = points[facts.start].copy()
    owner = tour.crew_of[tour.crew_of >= 0]
    for axis in range(2):
        total = np.bincount(owner, points[facts.place[tour.crew_of >= 0], axis], facts.crews)
        middle[:, axis] = np.where(tour.length > 0, total / np.maximum(1, tour.length), middle[:, axis])
    return middle


def _parts_of_jobs(facts: Facts, tour: Tour, crew_part: Ints) -> Ints:
    """Return the part of each job: that of its crew; of a crew that stands near if it has none."""
    leader = facts.member[facts.first[:-1]]
    stand_in = leader[np.maximum(facts.close[:, 0], 0)]
    owner = np.where(tour.crew_of >= 0, tour.crew_of, stand_in)
    part: Ints = crew_part[owner]
    return part


def open_part(facts: Facts, tour: Tour, part: Part, *, seed: int) -> Native:
    """Return the search on one part, its plan as it stands in the whole."""
    inner = _facts_of(facts, tour, part)
    own = blank(inner, width=tour.width, seed=seed)
    number = np.full(facts.jobs, -1, np.int32)
    number[part.jobs] = np.arange(len(part.jobs), dtype=np.int32)
    own.stops[:] = number[tour.stops[part.crews]]
    own.length[:] = tour.length[part.crews]
    return settle(Native(inner, own))


def settle(native: Native) -> Native:
    """Compute all that is kept of a plan anew from its routes; the plan becomes the best so far."""
    facts, own = native.facts, native.tour
    own.crew_of[:] = -1
    inside = np.arange(own.width) < own.length[:, None]
    own.crew_of[own.stops[inside]] = np.repeat(np.arange(facts.crews, dtype=np.int32), own.length)
    absent = np.flatnonzero(own.crew_of < 0)
    own.absent[: len(absent)] = absent
    own.sums[:] = len(absent), 0, 0
    native.recount()
    native.journal.best[0] = own.total[0]
    native.journal.best_stops[:], native.journal.best_length[:] = own.stops, own.length
    return native


def _facts_of(facts: Facts, tour: Tour, part: Part) -> Facts:
    jobs, crews = part.jobs, part.crews
    job_number, crew_number = np.full(facts.jobs + 1, -1, np.int32), np.full(facts.crews + 1, -1, np.int32)
    team = np.repeat(np.arange(facts.teams), np.diff(facts.first))[np.argsort(facts.member, kind="stable")][crews]
    here, own_team = np.unique(team, return_inverse=True)
    team_number = np.full(facts.teams + 1, -1, np.int32)
    team_number[here] = np.arange(len(here), dtype=np.int32)
    teams = grouped(own_team.ravel())
    job_number[jobs] = np.arange(len(jobs), dtype=np.int32)
    crew_number[crews] = np.arange(len(crews), dtype=np.int32)
    of_jobs: dict[str, Any] = {name: getattr(facts, name)[jobs] for name in JOB_COLUMNS}
    of_crews: dict[str, Any] = {name: np.ascontiguousarray(getattr(facts, name)[crews]) for name in CREW_COLUMNS}
    before = of_jobs["before"]
    of_jobs["before"] = np.where(before >= 0, np.where(crew_number[before] >= 0, crew_number[before], len(crews)), -1)
    of_jobs["before"] = of_jobs["before"].astype(np.int32)
    able: Bytes = np.ascontiguousarray(facts.able[:, crews])
    return facts._replace(
        jobs=len(jobs), crews=len(crews), **of_jobs, **of_crews, able=able, near=job_number[facts.near[jobs]],
        close=team_number[facts.close[jobs]], teams=len(here),
        first=teams.first, member=teams.member, cap=_caps_left(facts, tour, part), keep=_keep_left(facts, tour, part),
    )  # fmt: skip


JOB_COLUMNS = ("place", "kind", "sort", "work", "due", "opens", "shuts", "slope", "skip", "county", "load", "before")
CREW_COLUMNS = ("start", "back", "free", "ends", "latest", "rest", "depot", "home", "room", "lent", "held")


def _caps_left(facts: Facts, tour: Tour, part: Part) -> Shorts:
    """Return the caps of a part: what its own crews use, and what is left where most of the depot's crews are its."""
    whole = np.bincount(facts.depot, minlength=len(facts.cap))
    own = np.bincount(facts.depot[part.crews], minlength=len(facts.cap))
    used = used_of(facts, tour, part.crews)
    left = np.maximum(0, facts.cap - tour.used)
    mine = (2 * own > whole)[:, None, None]
    caps: Shorts = (used + np.where(mine, left, 0)).astype(np.int32)
    return caps


def _keep_left(facts: Facts, tour: Tour, part: Part) -> Shorts:
    """Return the reserves of a part: what the crews outside of it do not keep; a county belongs to one part."""
    idle = np.bincount(facts.home[part.crews][tour.length[part.crews] == 0], minlength=len(facts.keep))
    whole = np.bincount(facts.home, minlength=len(facts.keep))
    own = np.bincount(facts.home[part.crews], minlength=len(facts.keep))
    elsewhere = tour.idle - idle
    keep: Shorts = np.where(2 * own > whole, np.maximum(0, facts.keep - elsewhere), np.minimum(idle, facts.keep))
    return keep.astype(np.int32)


def used_of(facts: Facts, tour: Tour, crews: Ints) -> Shorts:
    """Return the visits of these crews in the shape of the caps."""
    used = np.zeros_like(facts.cap)
    inside = np.arange(tour.width) < tour.length[crews][:, None]
    jobs = tour.stops[crews][inside]
    depot = np.repeat(facts.depot[crews], tour.length[crews])
    period = np.searchsorted(facts.edges, tour.begins[crews][inside], side="right")
    kind = facts.kind[jobs]
    np.add.at(used, (depot, kind, facts.spell[depot, kind, period]), 1)
    return used


def put_back(tour: Tour, part: Part, stops: Shorts, length: Shorts) -> None:
    """Write a part's routes into the whole; what is computed from them must be computed anew after."""
    tour.stops[part.crews] = part.jobs[np.minimum(stops, max(0, len(part.jobs) - 1))] if len(part.jobs) else 0
    tour.length[part.crews] = length


def seeds(seed: int, *numbers: int) -> int:
    """Return a seed of its own for each part of each round."""
    state = seed
    for number in numbers:
        state = seed_of(state + number + 1)
    return state % 2**63
