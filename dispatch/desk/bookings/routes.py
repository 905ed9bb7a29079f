"""
Live routes: on which team's route a booked visit stands until the list is frozen (table ``visit_stop``).

Made from the bookings, and again where they do not agree: a booking that takes a place and stands nowhere is put in, a
stop whose booking lost its place goes. The caller has the county's turn, as for the bookings themselves.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

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
from .packed import pack

COLUMNS = {
    "id": "text", "team": "int", "position": "int", "lon": "float8", "lat": "float8", "work_s": "int",
    "drive_s": "int", "home_s": "int", "opens_s": "int", "shuts_s": "int",
}  # fmt: skip
GATHERED = ", ".join(f"coalesce(array_agg({name}), '{{}}')::{kind}[] AS {name}" for name, kind in COLUMNS.items())
READ = f"""
SELECT (SELECT teams FROM capacity_declaration WHERE depot = $1 AND date = $2 AND half = $3 AND kind = $4
        AND area_class = $5) AS teams, {GATHERED}
FROM (
    SELECT booking.id, coalesce(stop.number, 0) AS team, coalesce(stop.position, 0) AS position,
           coalesce(stop.lon, 0) AS lon, coalesce(stop.lat, 0) AS lat, coalesce(stop.work_s, 0) AS work_s,
           coalesce(stop.drive_s, 0) AS drive_s, coalesce(stop.home_s, 0) AS home_s,
           (date_part('epoch', from_at) - $8)::int AS opens_s, (date_part('epoch', to_at) - $8)::int AS shuts_s
    FROM booking LEFT JOIN visit_stop AS stop ON stop.booking_id = booking.id
        AND stop.depot = booking.depot AND stop.date = booking.date AND stop.half = booking.half
    WHERE booking.depot = $1 AND booking.date = $2 AND booking.half = $3 AND booking.kind = $4
      AND booking.area_class = $5 AND booking.place IS NOT NULL
      AND (booking.expires_at IS NULL OR booking.expires_at > $6) AND booking.id <> ALL($7::text[])
    ORDER BY team, position, id
) AS found
"""
WRITE = """
WITH gone AS (DELETE FROM visit_stop WHERE depot = $2 AND date = $3 AND half = $4 AND starts_with(team, $15)
              AND booking_id <> ALL($5::text[]))
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
WHERE visit_stop IS DISTINCT FROM EXCLUDED
"""

WIDTH = 10  # columns of a stop that are told one by one


class Rows(NamedTuple):
    """
    Bookings that take a place in a slot, in columns; team by team.

    :ivar team: number of the team on whose route it stands; 0: on none, all that would say where is 0 then
    """

    id: list[str]
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

    @property
    def worked_s(self) -> int:
        """Work on site of all visits, seconds."""
        return sum(visit.work_s for visit in self.visits)

    @property
    def teams_s(self) -> int:
        """The time of all teams, seconds."""
        return len(self.routes) * self.length_s

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
    where = (slot.depot, slot.date, slot.half.value, slot.kind.value, slot.area_class.value)
    row = await tx.fetchrow(READ, *where, at, list(without), span_of(desk, slot).begins_at.timestamp())
    assert row is not None, "what is gathered is one row"
    live = bare(desk, slot, at=at, teams=(row["teams"] or 0) if teams is None else teams)
    return live, _lay(live, Rows(*(row[name] for name in COLUMNS)))


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
    columns = [list(column) for column in zip(*lines, strict=True)] or [[]] * WIDTH
    await tx.execute(WRITE, live.county, *where, *columns, prefix)
    await pack(tx, [slot.depot], slot.date, slot.date, (slot.kind.value, slot.area_class.value))
