"""Speeds of roads from the crews' history: departures, arrivals and where the phones were then."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.routing.roads.calibration import Calibration, Trip

from . import rows

NEAR = timedelta(minutes=5)  # a position this long before or after a departure or an arrival is taken for its place
MOST = 20_000  # trips, the latest

# A trip: from where the phone was at the departure to where it was at the arrival, else to the customer's place.
TRIPS = """
SELECT trip.departed_at, trip.arrived_at, began.lon AS from_lon, began.lat AS from_lat,
       coalesce(ended.lon, trip.lon) AS to_lon, coalesce(ended.lat, trip.lat) AS to_lat
FROM (
    SELECT (doc->>'departed_at')::timestamptz AS departed_at, (sent->>'arrived_at')::timestamptz AS arrived_at,
           (sent->>'sent_at')::timestamptz AS sent_at, sent->>'crew_id' AS crew_id,
           (doc->>'lon')::float8 AS lon, (doc->>'lat')::float8 AS lat
    FROM ticket, json_array_elements(doc->'dispatches') AS sent
    WHERE reported_at >= $1 AND doc->>'departed_at' IS NOT NULL AND sent->>'arrived_at' IS NOT NULL
) AS trip
JOIN LATERAL (
    SELECT lon, lat FROM crew_track AS track
    WHERE track.crew_id = trip.crew_id AND track.at BETWEEN trip.departed_at - $2::interval AND trip.departed_at + $2
    ORDER BY abs(extract(epoch FROM track.at - trip.departed_at)), track.at LIMIT 1
) AS began ON true
LEFT JOIN LATERAL (
    SELECT lon, lat FROM crew_track AS track
    WHERE track.crew_id = trip.crew_id AND track.at BETWEEN trip.arrived_at - $2::interval AND trip.arrived_at + $2
    ORDER BY abs(extract(epoch FROM track.at - trip.arrived_at)), track.at LIMIT 1
) AS ended ON true
WHERE trip.sent_at <= trip.departed_at AND trip.departed_at < trip.arrived_at
    AND coalesce(ended.lon, trip.lon) IS NOT NULL
ORDER BY trip.arrived_at DESC LIMIT $3
"""
KEEP = """
INSERT INTO road_speed (road, area_class, factor, kmh, trips, km, set_by, set_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (road, area_class) DO UPDATE SET factor = EXCLUDED.factor, kmh = EXCLUDED.kmh, trips = EXCLUDED.trips,
    km = EXCLUDED.km, set_by = EXCLUDED.set_by, set_at = EXCLUDED.set_at
"""


async def trips(connection: Connection, *, since: datetime) -> list[Trip]:
    """Return what crews drove since an instant, the latest first: a departure and an arrival, and where both were."""
    return [
        Trip(
            start=(row["from_lon"], row["from_lat"]),
            goal=(row["to_lon"], row["to_lat"]),
            seconds=(row["arrived_at"] - row["departed_at"]).total_seconds(),
            at=row["departed_at"],
        )
        for row in await connection.fetch(TRIPS, since, NEAR, MOST)
    ]


async def apply(desk: Desk, found: Calibration, *, by: str, at: datetime) -> int:
    """
    Put calibrated speeds into force in every process; a class that was left as it is keeps what it had.

    Return how many classes were changed.
    """
    changed: Sequence[tuple[object, ...]] = [
        (one.road, one.area_class, one.factor, one.after_kmh, one.trips, one.km, by, at)
        for one in found.classes
        if not one.kept
    ]
    async with desk.db.transaction() as tx:
        await tx.executemany(KEEP, changed)
        await tx.execute(rows.CHANGED)
    return len(changed)
