"""The live routes of many half-days as columns, for ``routing.worklists.fitting``; no loop over visits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dispatch.capacity.booking import Taken
from dispatch.routing.worklists.fitting import FAR, Columns

from .packed import Packed, Stops

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Point = tuple[float, float]
MICROS = 1e6  # in a second


class Places(Sequence[Taken]):
    """What takes a place in a slot; nothing is made of it before somebody looks."""

    def __init__(self, stops: Stops, first: int, end: int) -> None:
        self._stops, self._line = stops, range(first, end)

    def __len__(self) -> int:
        return len(self._line)

    @overload
    def __getitem__(self, index: int) -> Taken: ...

    @overload
    def __getitem__(self, index: slice) -> list[Taken]: ...

    def __getitem__(self, index: int | slice) -> Taken | list[Taken]:
        if isinstance(index, int):
            n = self._line[index]
            return Taken(self._stops.id(n), int(self._stops.said["place"][n]))
        return [self[n] for n in range(*index.indices(len(self)))]


@dataclass(frozen=True, slots=True)
class Table:
    """
    :param stops: what takes a place
    :param first: stop at which each slot begins, and one more
    :param columns: the routes, then one team without a visit for each slot that has one
    :param starts: first stop of each team that has one
    :param ill: slots whose routes do not agree with their bookings
    """

    stops: Stops
    first: Ints
    columns: Columns
    starts: Ints
    ill: tuple[int, ...]

    def taken(self, slot: int) -> "Places":
        """Return what takes a place in a slot."""
        return Places(self.stops, int(self.first[slot]), int(self.first[slot + 1]))

    @property
    def taken_n(self) -> Ints:
        """How many places of each slot are taken."""
        return np.diff(self.first)

    def beside(self, team: int, position: int) -> tuple[str, ...]:
        """Return the bookings on both sides of a gap."""
        count = int(self.columns.count[team])
        begin = int(self.starts[team]) if count else 0
        return tuple(self.stops.id(begin + k) for k in (position - 1, position) if 0 <= k < count)

    def seen_from(self, bases: Sequence[Point | None], depot: Ints) -> "Table":
        """
        Return the table with the depots' places; where none is known the teams may get no visit.

        :param depot: which of the bases is each slot's
        """
        lon, lat = (np.array([base[k] if base else 0.0 for base in bases]) for k in (0, 1))
        known, mine = np.array([base is not None for base in bases], bool), depot[self.columns.half]
        spare = np.where(known[mine], self.columns.spare, 0.0)
        return replace(self, columns=replace(self.columns, lon=lon[mine], lat=lat[mine], spare=spare))


def table_of(packed: Packed, *, begins_us: Ints, length_s: Floats) -> Table:
    """
    Lay out what was read.

    :param begins_us: when each slot's half-day begins, microseconds (``packed.micros``)
    :param length_s: of each slot's half-day
    """
    stops, declared = packed.stops, np.maximum(packed.teams, 0)
    first = np.searchsorted(stops.slot, np.arange(len(declared) + 1))
    number = _ints(stops.said["team"])
    line = np.flatnonzero((number > 0) & (number <= declared[stops.slot]))  # who stands nowhere is on no team's route
    slot, number = stops.slot[line], number[line]
    fresh = np.ones(len(slot), bool)
    fresh[1:] = (slot[1:] != slot[:-1]) | (number[1:] != number[:-1])
    starts = np.flatnonzero(fresh)
    count = np.diff(np.append(starts, len(slot)))
    place = np.arange(len(slot)) - np.repeat(starts, count)
    ill = np.bincount(stops.slot, minlength=len(declared)) > np.bincount(slot, minlength=len(declared))
    ill[slot[stops.said["position"][line] != place]] = True
    empty = np.flatnonzero(declared > np.bincount(slot[starts], minlength=len(declared)))
    half, counts = np.concatenate([slot[starts], empty]), np.concatenate([count, np.zeros(len(empty), np.int64)])
    cells = (np.repeat(np.arange(len(starts)), count), place)
    columns = _columns(stops.said[line], half, counts, cells, begins_us[slot])
    return Table(stops, first, replace(columns, to_s=length_s[half]), line[starts], tuple(np.flatnonzero(ill).tolist()))


def _columns(said: NDArray[np.void], half: Ints, count: Ints, cells: tuple[Ints, Ints], begins_us: Ints) -> Columns:
    """
    Return what is said of stops as a table.

    :param cells: team and position of each
    """
    teams, longest = len(half), int(count.max(initial=0))

    def stops(values: ArrayLike, width: int = longest) -> Floats:
        table = np.zeros((teams, width))
        table[cells] = values
        return table

    used = np.flatnonzero(count)
    drive_s = stops(said["drive_s"], longest + 1)
    drive_s[used, count[used]] = said["home_s"][np.cumsum(count[used]) - 1]
    opens_s, shuts_s = (np.rint((said[edge] - begins_us) / MICROS) for edge in ("from_at", "to_at"))
    nothing = np.zeros(teams)
    return Columns(
        half=half, lon=nothing, lat=nothing, from_s=nothing, to_s=nothing, pause_from_s=np.full(teams, FAR),
        pause_to_s=np.full(teams, -FAR), spare=np.full(teams, FAR), count=count, stop_lon=stops(said["lon"]),
        stop_lat=stops(said["lat"]), opens_s=stops(opens_s), shuts_s=stops(shuts_s),
        work_s=stops(said["work_s"]), drive_s=drive_s,
    )  # fmt: skip


def _ints(values: ArrayLike) -> Ints:
    return np.asarray(values, np.int64)
