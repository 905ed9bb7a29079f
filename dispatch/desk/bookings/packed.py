"""
What takes a place in many half-days at once, as columns; each half-day is kept packed (table ``half_day_packed``).

A booking in a county looks at hundreds of half-days with thousands of visits. Read one by one they cost twenty times
what one value for each half-day does. Triggers take the value away where a booking or a stop changes, ``pack`` makes it
again, so that what is read is always what stands in ``booking`` and ``visit_stop``.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispatch.capacity.declaration import Slot
from dispatch.capacity.words import Half
from dispatch.kit.db import Connection

Ints = NDArray[np.int64]
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # of PostgreSQL
STOP = np.dtype(
    [(name, ">i4") for name in ("place", "team", "position", "work_s", "drive_s", "home_s")]
    + [(name, ">f8") for name in ("lon", "lat")]
    + [(name, ">i8") for name in ("from_at", "to_at", "expires_at")]  # microseconds, see ``micros``
)
KEY = np.dtype([(name, ">i4") for name in ("depot", "day", "half", "count")])
STATED = np.dtype([(name, ">i4") for name in ("depot", "day", "half", "teams", "visits")])
SENT = (
    "int4send(place) || int4send(coalesce(number, 0)) || int4send(coalesce(position, 0)) || "
    "int4send(coalesce(work_s, 0)) || int4send(coalesce(drive_s, 0)) || int4send(coalesce(home_s, 0)) || "
    "float8send(coalesce(lon, 0)) || float8send(coalesce(lat, 0)) || timestamptz_send(from_at) || "
    "timestamptz_send(to_at) || timestamptz_send(coalesce(expires_at, 'infinity'))"
)
REACH = "depot = ANY($1::text[]) AND date BETWEEN $2 AND $3 AND kind = $4 AND area_class = $5"
PACK = f"""
UPDATE half_day_packed AS packed SET (stops, names) = (
    SELECT coalesce(string_agg({SENT}, ''::bytea ORDER BY number, position, id), ''),
           coalesce(string_agg(id, E'\\n' ORDER BY number, position, id), '')
    FROM booking LEFT JOIN visit_stop AS stop ON stop.booking_id = booking.id
        AND stop.depot = booking.depot AND stop.date = booking.date AND stop.half = booking.half
    WHERE booking.depot = packed.depot AND booking.date = packed.date AND booking.half = packed.half
      AND booking.kind = packed.kind AND booking.area_class = packed.area_class AND place IS NOT NULL
) WHERE {REACH} AND stops IS NULL
"""
WHERE = "int4send(array_position($1::text[], depot)) || int4send(date - $2::date) || int4send((half = 'pm')::int)"
READ = f"""
SELECT stated, keys, stops, names
FROM (SELECT string_agg({WHERE} || int4send(teams) || int4send(visits), '') AS stated
      FROM capacity_declaration WHERE {REACH}) AS declared,
     (SELECT string_agg({WHERE} || int4send(coalesce(length(stops) / {STOP.itemsize}, -1)), '') AS keys,
             string_agg(stops, '') AS stops, string_agg(names, E'\\n') FILTER (WHERE stops IS NOT NULL) AS names
      FROM half_day_packed WHERE {REACH} AND stops IS DISTINCT FROM ''::bytea) AS packed
"""


@dataclass(frozen=True, slots=True, eq=False)
class Stops:
    """
    Bookings that take a place, slot by slot, team by team; each field but ``names`` has a value for each.

    :param slot: which of the slots asked for, from 0
    :param said: dtype ``STOP``; ``team`` 0: it stands on no route, all that would say where is 0 then
    :param names: of all that were read; ``name`` says which belongs to a stop
    """

    slot: Ints
    said: NDArray[np.void]
    names: Sequence[str]
    name: Ints

    def id(self, stop: int) -> str:
        """Return the booking of a stop."""
        return self.names[int(self.name[stop])]

    def kept(self, those: NDArray[np.bool_]) -> "Stops":
        """Return some of them."""
        return Stops(self.slot[those], self.said[those], self.names, self.name[those])


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """
    Slots as they stand.

    :param teams: declared for each slot; -1: nothing is declared
    :param visits: the same
    """

    teams: Ints
    visits: Ints
    stops: Stops


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """
    The slots asked for, all of one kind and area class, none twice: of which half-days and depots they are.

    :param half_days: each once; ``span`` says which is a slot's
    :param depots: each once; ``depot`` says which is a slot's
    """

    slots: Sequence[Slot]
    half_days: Sequence[tuple[date, Half]]
    span: Ints
    depots: Sequence[str]
    depot: Ints

    @property
    def work(self) -> tuple[str, str]:
        """Kind and area class of them all."""
        return self.slots[0].kind.value, self.slots[0].area_class.value

    @property
    def first(self) -> date:
        return min(day for day, _ in self.half_days)

    @property
    def last(self) -> date:
        return max(day for day, _ in self.half_days)

    def numbers(self, *lines: NDArray[np.void]) -> list[Ints]:
        """Return for each line which slot it is of; -1: of none that was asked for."""
        days = np.array([day.toordinal() for day, _ in self.half_days]) - self.first.toordinal()
        halves = np.array([half is Half.PM for _, half in self.half_days], np.int64)
        grid = np.full((len(self.depots), int(days.max()) + 1, len(Half)), -1, np.int64)
        grid[self.depot, days[self.span], halves[self.span]] = np.arange(len(self.slots))
        return [grid[line["depot"].astype(np.int64) - 1, line["day"], line["half"]] for line in lines]


def frame_of(slots: Sequence[Slot]) -> Frame:
    """Return slots with their half-days and depots."""
    half_days, depots = dict[tuple[date, Half], int](), dict[str, int]()
    span = [half_days.setdefault((slot.date, slot.half), len(half_days)) for slot in slots]
    depot = [depots.setdefault(slot.depot, len(depots)) for slot in slots]
    return Frame(slots, list(half_days), np.array(span, np.int64), list(depots), np.array(depot, np.int64))


async def pack(tx: Connection, depots: Sequence[str], first: date, last: date, work: tuple[str, str]) -> None:
    """Make again what was taken away by a change; ``work``: kind and area class. The caller has the county's turn."""
    await tx.execute(PACK, list(depots), first, last, *work)


async def read(tx: Connection, frame: Frame, *, at: datetime, without: Collection[str] = ()) -> Packed:
    """
    Return slots as they stand at ``at``; one query, however many.

    :param without: bookings that are thought away
    """
    reach = (frame.depots, frame.first, frame.last)
    row = await tx.fetchrow(READ, *reach, *frame.work)
    assert row is not None, "what is gathered is one row"
    stated, keys = np.frombuffer(row["stated"] or b"", STATED), np.frombuffer(row["keys"] or b"", KEY)
    if (keys["count"] < 0).any():
        await pack(tx, *reach, frame.work)
        return await read(tx, frame, at=at, without=without)
    lines, declared = frame.numbers(keys, stated)
    stops = _stops(np.repeat(lines, keys["count"]), row)
    teams, visits = (_by_slot(declared, stated[name], len(frame.slots)) for name in ("teams", "visits"))
    return Packed(teams, visits, _sifted(stops, at, frozenset(without)))


def _by_slot(number: Ints, values: Ints, count: int) -> Ints:
    table, mine = np.full(count, -1, np.int64), number >= 0
    table[number[mine]] = values[mine]
    return table


def _stops(slot: Ints, row: Any) -> Stops:
    """
    Return what was read in the order of the slots.

    :param slot: of each stop
    """
    said, names = np.frombuffer(row["stops"] or b"", STOP), (row["names"] or "").split("\n")
    order = np.argsort(slot, kind="stable")
    found = Stops(slot[order], said[order], names, order)
    return found if len(slot) and found.slot[0] >= 0 else found.kept(found.slot >= 0)


def _sifted(stops: Stops, at: datetime, without: frozenset[str]) -> Stops:
    """Think away what is to be thought away, and holds that ran out."""
    stay = stops.said["expires_at"] > micros(at)
    if without:
        gone = [n for n, name in enumerate(stops.names) if name in without]
        stay &= ~np.isin(stops.name, gone)
    return stops if stay.all() else stops.kept(stay)


def micros(at: datetime) -> int:
    """Return an instant as PostgreSQL sends it: microseconds since the year 2000."""
    since = at - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
