"""The law of the live routes, looked at from outside: tables in, the scorer's word out; nothing of the desk is used."""

from collections import defaultdict
from datetime import datetime, timedelta
from math import cos, degrees, radians
from typing import Any

from dispatch.desk.room import Desk
from dispatch.kit.db import Connection, Database
from dispatch.kit.earth import EARTH_RADIUS_M
from dispatch.kit.rulepack import Packs
from dispatch.routing.optimiser.scorer import Course, score

PLACED = """
SELECT id, depot, date, half, kind, area_class, place, from_at, to_at, (doc->>'lon')::float8 AS lon,
       (doc->>'lat')::float8 AS lat
FROM booking WHERE place IS NOT NULL AND (expires_at IS NULL OR expires_at > $1)
"""
STOPS = "SELECT * FROM visit_stop ORDER BY depot, date, half, team, position"
DECLARED = "SELECT depot, date, half, kind, area_class, teams, visits FROM capacity_declaration"
DEPOTS = "SELECT code, lon, lat FROM area WHERE level = 'depot'"
BEGIN = {"am": "00:00", "pm": "05:00"}  # 08:00 and 13:00 in China, as UTC
LENGTH_S = 4 * 3600
WORK_S = {"survey": 2400, "metering": 1800, "field_test": 2700}
SLOT = ("depot", "date", "half", "kind", "area_class")
PACK = Packs.load().latest("sgcc")
LINE = {
    "by": "line",
    "speed_kmh": {name: getattr(PACK.travel.speed, name).value for name in ("urban", "rural", "remote")},
    "detour": {name: getattr(PACK.travel.detour, name).value for name in ("urban", "rural", "remote")},
}


async def check(db: Database, *, at: datetime) -> int:
    """
    Look whether each booking with a place stands on one live route, all of these can be driven, and none has too many.

    :returns: how many bookings have a place
    """
    async with db.connection() as connection:
        return await check_law(connection, at=at)


async def check_law(connection: Connection, *, at: datetime) -> int:
    bookings = {row["id"]: dict(row) for row in await connection.fetch(PLACED, at)}
    declared = {tuple(row[name] for name in SLOT): row for row in await connection.fetch(DECLARED)}
    depots = {row["code"]: (row["lon"], row["lat"]) for row in await connection.fetch(DEPOTS)}
    stops = [row for row in await connection.fetch(STOPS) if row["booking_id"] in bookings]
    routes: defaultdict[tuple[Any, ...], dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in stops:
        booking = bookings[row["booking_id"]]
        where = tuple(booking[name] for name in SLOT)
        assert (row["depot"], row["date"], row["half"]) == where[:3], f"{row} stands in another half-day"
        assert row["team"].startswith("/".join([where[0], *where[3:]])), f"{row} stands with another kind's team"
        routes[where][row["team"]].append(row)
    missing = set(bookings) - {row["booking_id"] for row in stops}
    assert not missing, f"{missing} stand on no route"
    taken: defaultdict[tuple[Any, ...], int] = defaultdict(int)
    for booking in bookings.values():
        taken[tuple(booking[name] for name in SLOT)] += 1
    for where, n in taken.items():
        assert n <= declared[where]["visits"], f"{where}: {n} of {declared[where]['visits']}"
        _drive(where, routes[where], bookings, depots, declared[where]["teams"])
    return len(bookings)


def _drive(
    where: tuple[Any, ...],
    routes: dict[str, list[Any]],
    bookings: dict[str, dict[str, Any]],
    depots: dict[str, tuple[float, float]],
    teams: int,
) -> None:
    depot, day, half, kind, area_class = where
    begins_at = datetime.fromisoformat(f"{day.isoformat()}T{BEGIN[half]}:00+00:00")
    lon, lat = depots[depot]
    names = [f"{depot}/{kind}/{area_class}/{n}" for n in range(1, teams + 1)]
    crew = {"lon": lon, "lat": lat, "back": {"lon": lon, "lat": lat}, "ends_s": LENGTH_S, "skills": [kind]}
    jobs = [_job(bookings[row["booking_id"]], begins_at) for rows in routes.values() for row in rows]
    problem = {
        "format": "dispatch-problem/1", "travel": LINE, "horizon_s": LENGTH_S, "jobs": jobs,
        "crews": [{"id": name, **crew} for name in names],
    }  # fmt: skip
    plan = {
        "format": "dispatch-plan/1",
        "routes": {t: [row["booking_id"] for row in rows] for t, rows in routes.items()},
    }
    found = score(problem, plan)
    broken = {name: n for name, n in found["violations"].items() if n}
    assert broken == {}, f"{where} breaks {broken}"
    assert found["served"] == len(jobs)
    begun = {visit.work.job["id"]: begins_s for visit, begins_s in Course(problem, plan).attended()}
    for rows in routes.values():
        assert [row["position"] for row in rows] == list(range(len(rows)))
        for row in rows:
            assert row["begins_at"] == begins_at + timedelta(seconds=begun[row["booking_id"]])


def _job(booking: dict[str, Any], begins_at: datetime) -> dict[str, Any]:
    window = [round((booking[edge] - begins_at).total_seconds()) for edge in ("from_at", "to_at")]
    return {
        "id": booking["id"], "lon": booking["lon"], "lat": booking["lat"], "work_s": WORK_S[booking["kind"]],
        "window_s": window, "needs": [booking["kind"]], "area_class": booking["area_class"],
    }  # fmt: skip


def minutes_east(
    desk: Desk, lon: float, lat: float, minutes: float, *, area_class: str = "urban"
) -> tuple[float, float]:
    """Return the place that is so many minutes of driving east of another (west if negative), by straight lines."""
    rule = desk.fleet.rule
    metres = minutes * 60 * rule.speed_kmh[area_class] / 3.6 / rule.detour[area_class]
    return lon + degrees(metres / (EARTH_RADIUS_M * cos(radians(lat)))), lat
