"""
Live routes: on which team's route a booked visit stands until the list is frozen (table ``visit_stop``).

Made from the bookings, and again where they do not agree: a booking that takes a place and stands nowhere is put in, a
stop whose booking lost its place goes. The caller has the county's turn, as for the bookings themselves.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from dispatch.capacity.booking import Stated
from dispatch.capacity.declaration import Hours, Slot, hours
from dispatch.capacity.worklist import team_id
from dispatch.desk.room import Desk
from dispatch.desk.worklists.ways import base_of
from dispatch.kit.db import Connection
from dispatch.routing.worklists import fitting
from dispatch.routing.worklists.fitting import Insertion, Misfit
from dispatch.routing.worklists.problem import Team, Visit
from dispatch.routing.worklists.routes import Route

from .driving import Ways
from .halfdays import rules_of

# What there is in those days is gathered before it is joined to the half-days that are asked for: the other way round
# PostgreSQL takes the three columns for independent, expects one booking, and looks up thousands of stops one by one.
READ = """
SELECT number - 1 AS slot, kept.id, place, team, position, lon, lat, work_s, drive_s, home_s,
       (date_part('epoch', from_at) - begins_s)::int AS opens_s,
       (date_part('epoch', to_at) - begins_s)::int AS shuts_s
FROM (
    SELECT booking.id, booking.depot, booking.date, booking.half, booking.place, booking.from_at, booking.to_at,
           coalesce(stop.number, 0) AS team, coalesce(stop.position, 0) AS position,
           coalesce(stop.lon, 0) AS lon, coalesce(stop.lat, 0) AS lat, coalesce(stop.work_s, 0) AS work_s,
           coalesce(stop.drive_s, 0) AS drive_s, coalesce(stop.home_s, 0) AS home_s
    FROM booking LEFT JOIN visit_stop AS stop ON stop.booking_id = booking.id
        AND stop.depot = booking.depot AND stop.date = booking.date AND stop.half = booking.half
    WHERE booking.depot = ANY($11::text[]) AND booking.date BETWEEN $8 AND $9 AND booking.place IS NOT NULL
      AND booking.kind = $5 AND booking.area_class = $6 AND (booking.expires_at IS NULL OR booking.expires_at > $7)
      AND booking.id <> ALL($10::text[])
    OFFSET 0
) AS kept JOIN unnest(string_to_array($1, ','), string_to_array($2, ',')::date[], string_to_array($3, ','),
                     string_to_array($4, ',')::float8[]) WITH ORDINALITY
    AS asked(depot, date, half, begins_s, number) USING (depot, date, half)
ORDER BY number, team, position
"""
STATED = """
SELECT array_agg(coalesce(teams, 0) ORDER BY number) AS teams, array_agg(visits ORDER BY number) AS visits
FROM unnest(string_to_array($1, ','), string_to_array($2, ',')::date[], string_to_array($3, ',')) WITH ORDINALITY
    AS asked(depot, date, half, number)
LEFT JOIN (
    SELECT depot, date, half, teams, visits FROM capacity_declaration
    WHERE depot = ANY($8::text[]) AND date BETWEEN $6 AND $7 AND kind = $4 AND area_class = $5 OFFSET 0
) AS declared USING (depot, date, half)
"""
COLUMNS = ("slot", "id", "place", "team", "position", "lon", "lat", "work_s", "drive_s", "home_s", "opens_s", "shuts_s")
TYPES = ("int", "text", "int", "int", "int", "float8", "float8", "int", "int", "int", "int", "int")
GATHERED = ", ".join(
    f"coalesce(array_agg({name}), '{{}}')::{kind}[] AS {name}" for name, kind in zip(COLUMNS, TYPES, strict=True)
)
ROWS = f"SELECT {GATHERED} FROM ({READ}) AS found"
DROP = """
DELETE FROM visit_stop WHERE depot = $1 AND date = $2 AND half = $3 AND starts_with(team, $4)
  AND booking_id <> ALL($5::text[])
"""
WRITE = """
INSERT INTO visit_stop (booking_id, area, depot, date, half, team, number, position, lon, lat, work_s, drive_s,
                        home_s, begins_at)
SELECT id, $1, $2, $3, $4, team, number, position, lon, lat, work_s, drive_s, home_s, begins_at
FROM unnest($5::text[], $6::text[], $7::int[], $8::int[], $9::float8[], $10::float8[], $11::int[], $12::int[],
            $13::int[], $14::timestamptz[])
    AS stop(id, team, number, position, lon, lat, work_s, drive_s, home_s, begins_at)
ON CONFLICT (booking_id) DO UPDATE SET depot = EXCLUDED.depot, date = EXCLUDED.date, half = EXCLUDED.half,
    team = EXCLUDED.team, number = EXCLUDED.number, position = EXCLUDED.position, lon = EXCLUDED.lon,
    lat = EXCLUDED.lat, work_s = EXCLUDED.work_s, drive_s = EXCLUDED.drive_s, home_s = EXCLUDED.home_s,
    begins_at = EXCLUDED.begins_at
"""


class Rows(NamedTuple):
    """
    Bookings that take a place, in columns; slot by slot, team by team.

    :ivar slot: which of the slots asked for, from 0
    :ivar team: number of the team on whose route it stands; 0: on none, all that would say where is 0 then
    """

    slot: list[int]
    id: list[str]
    place: list[int]
    team: list[int]
    position: list[int]
    lon: list[float]
    lat: list[float]
    work_s: list[int]
    drive_s: list[int]
    home_s: list[int]
    opens_s: list[int]
    shuts_s: list[int]


@dataclass
class Live:
    """
    The routes of one slot.

    :param routes: number of the team -> its route, of every declared team
    :param home_s: booking -> drive from there to the depot
    :param left: bookings that take a place and that no team can drive to
    """

    slot: Slot
    county: str
    span: Hours
    ways: Ways
    base: tuple[float, float] | None
    routes: dict[int, Route] = field(default_factory=dict)
    home_s: dict[str, int] = field(default_factory=dict)
    left: tuple[str, ...] = ()

    @property
    def length_s(self) -> int:
        return round((self.span.ends_at - self.span.begins_at).total_seconds())

    @property
    def visits(self) -> tuple[Visit, ...]:
        return tuple(visit for route in self.routes.values() for visit in route.visits)

    def team(self, number: int) -> Team:
        """Return a declared team: it sets out from its depot when the half-day begins, and is back when it ends."""
        slot, (lon, lat) = self.slot, self.base or (0.0, 0.0)
        name = team_id(slot.depot, slot.kind, slot.area_class, number)
        skill = f"{slot.kind.value}/{slot.area_class.value}"
        return Team(
            id=name, depot=slot.depot, lon=lon, lat=lat, skills=(skill,), from_s=0, to_s=self.length_s
        )  # fmt: skip

    def place(self, visit: Visit) -> Insertion | Misfit:
        """Return the cheapest place for a further visit as the routes stand, or which rule binds."""
        routes = self.distinct()
        if self.base is None or not routes:
            return Misfit(fitting.Lack.SKILL)
        columns = fitting.laid(routes)
        lon, lat = columns.nodes
        into_s, back_s = (way(lon, lat, (visit.lon, visit.lat)) for way in (self.ways.into, self.ways.back))
        return fitting.cheapest(visit, routes, columns, into_s=into_s, back_s=back_s)

    @property
    def driven_s(self) -> int:
        """Driving of all teams, seconds."""
        return sum(sum(route.drives_s) for route in self.routes.values())

    def alone(self, visit: Visit) -> Insertion | Misfit:
        """Return how a team that has nothing else could make a visit, or which rule keeps it from it."""
        empty = replace(self, routes={1: Route(team=self.team(1))} if self.routes else {})
        return empty.place(visit)

    def beside(self, where: Insertion) -> tuple[str, ...]:
        """Return the bookings on both sides of a place."""
        ids = [visit.id for visit in self.routes[int(where.team.rsplit("/", 1)[1])].visits]
        return tuple(ids[max(0, where.position - 1) : where.position + 1])

    def distinct(self) -> list[Route]:
        """Return the routes, of those without a visit only the first: they are alike."""
        used = [route for route in self.routes.values() if route.visits]
        empty = [route for route in self.routes.values() if not route.visits]
        return used + empty[:1]

    def put(self, visit: Visit, where: Insertion) -> None:
        """Let a visit stand where it fits."""
        number = int(where.team.rsplit("/", 1)[1])
        route = self.routes[number]
        self.routes[number] = route.inserted(where.position, visit, into_s=where.into_s, onward_s=where.onward_s)
        self.home_s[visit.id] = self.home_from(visit)

    def home_from(self, visit: Visit) -> int:
        """Return the drive from a visit to the depot, seconds."""
        return self.ways.leg((visit.lon, visit.lat), self.base or (visit.lon, visit.lat))


def span_of(desk: Desk, slot: Slot) -> Hours:
    """Return the hours of a slot."""
    return hours(rules_of(desk.pack), slot.date, slot.half)


async def read(
    connection: Connection, desk: Desk, slots: Sequence[Slot], *, at: datetime, without: Collection[str] = ()
) -> Rows:
    """Return what takes a place in slots of one kind and area class; one query, however many slots."""
    begins = {
        key: hours(rules_of(desk.pack), *key).begins_at.timestamp()
        for key in {(slot.date, slot.half) for slot in slots}
    }
    named, days, depots, of = _asked(slots)
    begins_s = ",".join(str(begins[slot.date, slot.half]) for slot in slots)
    row = await connection.fetchrow(ROWS, *named, begins_s, *of, at, min(days), max(days), list(without), depots)
    return Rows(*(row[name] for name in COLUMNS)) if row else Rows(*([] for _ in COLUMNS))


async def stated(connection: Connection, slots: Sequence[Slot]) -> list[Stated | None]:
    """Return what is declared for slots of one kind and area class; None: nothing."""
    named, days, depots, of = _asked(slots)
    row = await connection.fetchrow(STATED, *named, *of, min(days), max(days), depots)
    pairs = zip(row["teams"], row["visits"], strict=True) if row else ()
    return [None if visits is None else Stated(teams, visits) for teams, visits in pairs]


def _asked(slots: Sequence[Slot]) -> tuple[tuple[str, str, str], list[date], list[str], tuple[str, str]]:
    """
    Return depots, days and halves of the slots as three texts (a list of hundreds is slow to send), the days, the
    depots each once, and the kind and area class of them all.
    """
    days = [slot.date for slot in slots]
    named = (
        ",".join([slot.depot for slot in slots]),
        ",".join([day.isoformat() for day in days]),
        ",".join([slot.half.value for slot in slots]),
    )
    return named, days, sorted({slot.depot for slot in slots}), (slots[0].kind.value, slots[0].area_class.value)


def bare(desk: Desk, slot: Slot, *, at: datetime, teams: int = 0) -> Live:
    """Return a slot with so many teams that have no visit yet."""
    span = span_of(desk, slot)
    ways = Ways(desk, slot.area_class.value, max(at, span.begins_at))
    live = Live(slot, desk.areas.county_of_depot(slot.depot), span, ways, base_of(desk, slot.depot))
    live.routes = {number: Route(team=live.team(number)) for number in range(1, teams + 1)}
    return live


async def load(
    tx: Connection, desk: Desk, slot: Slot, *, at: datetime, without: Collection[str] = (), teams: int | None = None
) -> tuple[Live, list[str]]:
    """
    Return the routes of a slot as they are kept, and the bookings that stand nowhere on them.

    :param teams: there are to be; None: as many as are declared
    """
    (known,) = await stated(tx, [slot])
    rows = await read(tx, desk, [slot], at=at, without=without)
    live = bare(desk, slot, at=at, teams=teams if teams is not None else known.teams if known else 0)
    return live, _lay(live, rows)


def _lay(live: Live, rows: Rows) -> list[str]:
    """Put what is kept onto the routes; return the bookings that have no stop, or one that cannot be."""
    loose, stops = [], dict[int, list[int]]()
    for n, number in enumerate(rows.team):
        if number not in live.routes:
            loose.append(rows.id[n])
        else:
            stops.setdefault(number, []).append(n)
    for number, line in stops.items():
        route = _route(live, rows, live.routes[number].team, line)
        if route.holds():
            live.routes[number] = route
            live.home_s |= {rows.id[n]: rows.home_s[n] for n in line}
        else:
            loose += [rows.id[n] for n in line]
    return loose


def _route(live: Live, rows: Rows, team: Team, line: Sequence[int]) -> Route:
    """Return a team's route; where a stop has gone from between two others, they are joined."""
    visits = [_visit(live, rows, n) for n in line]
    drives, before, expected = [], (team.lon, team.lat), 0
    for visit, n in zip(visits, line, strict=True):
        here = (visit.lon, visit.lat)
        drives.append(rows.drive_s[n] if rows.position[n] == expected else live.ways.leg(before, here))
        before, expected = here, rows.position[n] + 1
    return Route(team=team, visits=tuple(visits), drives_s=(*drives, rows.home_s[line[-1]]))


def _visit(live: Live, rows: Rows, n: int) -> Visit:
    slot = live.slot
    return Visit(
        id=rows.id[n], depot=slot.depot, lon=rows.lon[n], lat=rows.lat[n], kind=slot.kind.value,
        area_class=slot.area_class.value, work_s=rows.work_s[n], window_s=(rows.opens_s[n], rows.shuts_s[n]),
        price=1.0,
    )  # fmt: skip


async def keep(tx: Connection, live: Live) -> None:
    """Write a slot's routes whole; stops of bookings that stand nowhere on them go."""
    slot, begins_at = live.slot, live.span.begins_at
    where = (slot.depot, slot.date, slot.half.value)
    lines = [
        (visit.id, route.team.id, number, n, visit.lon, visit.lat, visit.work_s, stop.drive_s, live.home_s[visit.id],
         begins_at + timedelta(seconds=stop.begins_s))
        for number, route in live.routes.items()
        for n, (visit, stop) in enumerate(zip(route.visits, route.stops(), strict=True))
    ]  # fmt: skip
    prefix = f"{slot.depot}/{slot.kind.value}/{slot.area_class.value}/"
    await tx.execute(DROP, *where, prefix, [line[0] for line in lines])
    if lines:
        await tx.execute(WRITE, live.county, *where, *(list(column) for column in zip(*lines, strict=True)))
