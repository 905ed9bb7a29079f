"""The live routes of many half-days as columns, for ``routing.worklists.fitting``; no loop over visits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dispatch.capacity.booking import Taken
from dispatch.routing.worklists.fitting import FAR, Columns

from .routes import Rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Point = tuple[float, float]


class Places(Sequence[Taken]):
    """What takes a place in a slot; nothing is made of it before somebody looks."""

    def __init__(self, rows: Rows, first: int, end: int) -> None:
        self._rows, self._line = rows, range(first, end)

    def __len__(self) -> int:
        return len(self._line)

    @overload
    def __getitem__(self, index: int) -> Taken: ...

    @overload
    def __getitem__(self, index: slice) -> list[Taken]: ...

    def __getitem__(self, index: int | slice) -> Taken | list[Taken]:
        if isinstance(index, int):
            n = self._line[index]
            return Taken(self._rows.id[n], self._rows.place[n])
        return [Taken(self._rows.id[n], self._rows.place[n]) for n in self._line[index]]


@dataclass(frozen=True, slots=True)
class Table:
    """
    :param rows: what was read
    :param first: row at which each slot begins, and one more
    :param columns: the routes, then one team without a visit for each slot that has one
    :param starts: row of the first visit of each team that has one
    :param ill: slots whose routes do not agree with their bookings
    """

    rows: Rows
    first: Ints
    columns: Columns
    starts: Ints
    ill: tuple[int, ...]

    def taken(self, slot: int) -> "Places":
        """Return what takes a place in a slot."""
        return Places(self.rows, int(self.first[slot]), int(self.first[slot + 1]))

    def beside(self, team: int, position: int) -> tuple[str, ...]:
        """Return the bookings on both sides of a gap."""
        count = int(self.columns.count[team])
        begin = int(self.starts[team]) if count else 0
        return tuple(self.rows.id[begin + k] for k in (position - 1, position) if 0 <= k < count)

    def seen_from(self, bases: Sequence[Point | None]) -> "Table":
        """Return the table with the depots' places, slot by slot; where none is known the teams may get no visit."""
        lon, lat = (np.array([base[k] if base else 0.0 for base in bases]) for k in (0, 1))
        known = np.array([base is not None for base in bases], bool)
        half = self.columns.half
        spare = np.where(known[half], self.columns.spare, 0.0)
        return replace(self, columns=replace(self.columns, lon=lon[half], lat=lat[half], spare=spare))


def table_of(rows: Rows, teams: Sequence[int], *, length_s: Sequence[float]) -> Table:
    """
    Lay out what was read.

    :param teams: declared for each slot
    :param length_s: of each slot's half-day
    """
    slot, number = _ints(rows.slot), _ints(rows.team)
    declared, lengths = _ints(teams), np.asarray(length_s, float)
    first = np.searchsorted(slot, np.arange(len(teams) + 1))
    fresh = np.ones(len(slot), bool)
    fresh[1:] = (slot[1:] != slot[:-1]) | (number[1:] != number[:-1])
    starts = np.flatnonzero(fresh)
    count = np.diff(np.append(starts, len(slot)))
    team_of = np.cumsum(fresh) - 1
    place = np.arange(len(slot)) - starts[team_of] if len(slot) else slot
    bad = (number == 0) | (number > declared[slot]) | (_ints(rows.position) != place)
    used = np.bincount(slot[starts], minlength=len(teams)) if len(slot) else np.zeros(len(teams), np.int64)
    empty = np.flatnonzero(declared > used)
    half = np.concatenate([slot[starts], empty])
    columns = _columns(rows, half, np.concatenate([count, np.zeros(len(empty), np.int64)]), team_of, place, starts)
    columns = replace(columns, to_s=lengths[half])
    return Table(rows, first, columns, starts, tuple(np.unique(slot[bad]).tolist()))


def _columns(rows: Rows, half: Ints, count: Ints, team_of: Ints, place: Ints, starts: Ints) -> Columns:
    teams, longest = len(half), int(count.max(initial=0))

    def stops(values: ArrayLike, width: int = longest) -> Floats:
        table = np.zeros((teams, width))
        table[team_of, place] = values
        return table

    drive_s = stops(rows.drive_s, longest + 1)
    last = starts + count[: len(starts)] - 1
    drive_s[np.arange(len(starts)), count[: len(starts)]] = np.asarray(rows.home_s, float)[last]
    nothing = np.zeros(teams)
    return Columns(
        half=half, lon=nothing, lat=nothing, from_s=nothing, to_s=nothing, pause_from_s=np.full(teams, FAR),
        pause_to_s=np.full(teams, -FAR), spare=np.full(teams, FAR), count=count, stop_lon=stops(rows.lon),
        stop_lat=stops(rows.lat), opens_s=stops(rows.opens_s), shuts_s=stops(rows.shuts_s),
        work_s=stops(rows.work_s), drive_s=drive_s,
    )  # fmt: skip


def _ints(values: Sequence[int]) -> Ints:
    return np.asarray(values, np.int64)
