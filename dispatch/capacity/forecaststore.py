"""What was forecast, what came, and how full half-days were at any moment, read from the log of bookings."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from dispatch.kit.db import Connection, Row

from .declaration import Slot
from .forecast import Compared
from .words import BookingState, Half

# All that became of the bookings that ever had a place on one of the days.
LINES = """
SELECT booking_id, at, doc ->> 'place' IS NOT NULL AS placed, doc ->> 'state' AS state,
    (doc ->> 'expires_at')::timestamptz AS expires_at, doc -> 'slot' ->> 'depot' AS depot,
    (doc -> 'slot' ->> 'date')::date AS date, doc -> 'slot' ->> 'half' AS half, doc -> 'slot' ->> 'kind' AS kind,
    doc -> 'slot' ->> 'area_class' AS area_class
FROM booking_event WHERE area = $1 AND at >= $2 AND booking_id IN (
    SELECT booking_id FROM booking_event
    WHERE area = $1 AND at >= $2 AND (doc -> 'slot' ->> 'date')::date = ANY($3::date[]))
ORDER BY booking_id, version
"""
KEEP = """
INSERT INTO capacity_forecast (depot, area, date, half, kind, area_class, made_at, declared, booked, expected,
    suggested, because)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING
"""
OPEN = """
SELECT DISTINCT area, date, half FROM capacity_forecast WHERE came IS NULL AND date <= $1 ORDER BY date, area, half
"""
OF_HALF = "SELECT depot, kind, area_class FROM capacity_forecast WHERE area = $1 AND date = $2 AND half = $3"
CAME = """
UPDATE capacity_forecast SET came = $6
WHERE depot = $1 AND date = $2 AND half = $3 AND kind = $4 AND area_class = $5 AND came IS NULL
"""
COLUMNS = "depot, date, half, kind, area_class, made_at, declared, booked, expected, suggested, because, came"
OF_DAY = f"""
SELECT {COLUMNS} FROM capacity_forecast WHERE depot = ANY($1::text[]) AND date = $2
ORDER BY depot, half, kind, area_class
"""
COMPARED = """
SELECT here.expected, here.came, before.came AS last_week
FROM capacity_forecast AS here
LEFT JOIN capacity_forecast AS before
    ON before.depot = here.depot AND before.date = here.date - 7 AND before.half = here.half
    AND before.kind = here.kind AND before.area_class = here.area_class
WHERE here.depot = ANY($1::text[]) AND here.date BETWEEN $2 AND $3 AND here.came IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A forecast as it was made. ``came``: visits at the freeze; None: it is not frozen yet."""

    slot: Slot
    made_at: datetime
    declared: int
    booked: int
    expected: float
    suggested: int
    because: str
    came: int | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    """Where a booking stood from ``at`` on; ``expires_at``: its place is given back then."""

    at: datetime
    slot: Slot
    placed: bool
    agreed: bool
    expires_at: datetime | None

    def takes(self, at: datetime) -> bool:
        return self.placed and (self.expires_at is None or self.expires_at > at)


class Log:
    """What became of bookings, moment by moment."""

    def __init__(self, courses: Iterable[Sequence[_Line]]) -> None:
        self._courses = list(courses)

    def taken(self, at: datetime) -> Counter[Slot]:
        """Return how many places were taken then."""
        return Counter(line.slot for line in self._at(at))

    def agreed(self, at: datetime) -> Counter[Slot]:
        """Return how many of them were the customer's: what stands on a list that is frozen then."""
        return Counter(line.slot for line in self._at(at) if line.agreed)

    def _at(self, at: datetime) -> Iterator[_Line]:
        for course in self._courses:
            last = next((line for line in reversed(course) if line.at <= at), None)
            if last is not None and last.takes(at):
                yield last


async def log(connection: Connection, county: str, days: Sequence[date], *, since: datetime) -> Log:
    """
    Return what became of a county's bookings of some days.

    :param since: no booking of those days was made before
    """
    rows = await connection.fetch(LINES, county, since, list(days))
    return Log([_line(row) for row in course] for _, course in groupby(rows, key=lambda row: row["booking_id"]))


def _line(row: Row) -> _Line:
    agreed = row["state"] == BookingState.BOOKED
    return _Line(row["at"], _slot(row), row["placed"], agreed, row["expires_at"])


def _slot(row: Row) -> Slot:
    return Slot.model_validate({name: row[name] for name in Slot.model_fields})


async def keep(tx: Connection, county: str, forecasts: Sequence[Kept]) -> None:
    """Keep forecasts; one that was made already stays as it is."""
    await tx.executemany(
        KEEP,
        [
            (
                *(each.slot.depot, county, each.slot.date, each.slot.half, each.slot.kind, each.slot.area_class),
                *(each.made_at, each.declared, each.booked, each.expected, each.suggested, each.because),
            )
            for each in forecasts
        ],
    )


async def waiting(connection: Connection, until: date) -> list[tuple[str, date, Half]]:
    """Return counties and half-days with forecasts of which it is not known what came."""
    return [(row["area"], row["date"], Half(row["half"])) for row in await connection.fetch(OPEN, until)]


async def put_came(tx: Connection, county: str, day: date, half: Half, came: Counter[Slot]) -> None:
    """Put down beside a half-day's forecasts how many visits there were at the freeze."""
    rows = await tx.fetch(OF_HALF, county, day, half)
    slots = [
        Slot(depot=row["depot"], date=day, half=half, kind=row["kind"], area_class=row["area_class"]) for row in rows
    ]
    await tx.executemany(
        CAME, [(slot.depot, slot.date, slot.half, slot.kind, slot.area_class, came[slot]) for slot in slots]
    )


async def of_day(connection: Connection, depots: Sequence[str], day: date) -> list[Kept]:
    """Return the forecasts of a day."""
    found = []
    for row in await connection.fetch(OF_DAY, list(depots), day):
        said = {name: row[name] for name in Kept.__dataclass_fields__ if name != "slot"}
        found.append(Kept(slot=_slot(row), **said))
    return found


async def compared(connection: Connection, depots: Sequence[str], first: date, last: date) -> list[Compared]:
    """Return the forecasts of half-days that are frozen, with what came, and what came a week before."""
    rows = await connection.fetch(COMPARED, list(depots), first, last)
    return [Compared(row["expected"], row["came"], row["last_week"]) for row in rows]
