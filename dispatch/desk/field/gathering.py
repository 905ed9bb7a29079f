"""What a crew's reports can be held against, gathered from its track, the meters and the log."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from dispatch.kit.db import Connection
from dispatch.kit.looprules import FieldRules
from dispatch.kit.rulepack import RulePack
from dispatch.outages import evidence as meters
from dispatch.tickets import store
from dispatch.tickets.events import Arrived, Backfilled, Entry, Located, Replied, Restored
from dispatch.tickets.fieldreports import Assignment, assignments
from dispatch.tickets.model import Ticket
from dispatch.tickets.replyform import fits
from dispatch.tickets.trust import Evidence, Fix, Reading, plain
from dispatch.tickets.words import Source

FIXES = 200  # looked at, the latest: a phone that reports every three seconds for ten minutes
TRACK = """
SELECT at, lon, lat, accuracy_m FROM crew_track WHERE crew_id = $1 AND at <= $2 ORDER BY at DESC LIMIT $3
"""
TOLD = """
SELECT at_claimed, geo FROM field_report
WHERE ticket_id = $1 AND crew_id = $2 AND kind = 'arrive' AND geo IS NOT NULL AND outcome IN ('accepted', 'duplicate')
ORDER BY id
"""
FAST = """
SELECT max(at_claimed - at_server) FROM field_report
WHERE ticket_id = $1 AND crew_id = $2 AND outcome = 'accepted' AND at_claimed > at_server
"""
READINGS = "SELECT at, live FROM meter_reading WHERE meter_no = $1 AND at BETWEEN $2 AND $3 ORDER BY at"
PHOTOS = "SELECT id FROM photo WHERE ticket_id = $1"
SAME = """
SELECT count(*) FROM field_text WHERE crew_id = $1 AND digest = $2 AND ticket_id <> $3 AND at > $4
"""
REMEMBER = """
WITH old AS (DELETE FROM field_text WHERE crew_id = $1 AND at < $6)
INSERT INTO field_text (crew_id, digest, ticket_id, area, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
"""


async def gather(
    tx: Connection, ticket: Ticket, pack: RulePack, rules: FieldRules, *, at: datetime, remember: bool = True
) -> Evidence:
    """
    Return what is known beside the reports of the crew that was the last on the job.

    :param remember: keep the crew's wording, to compare later ones with
    """
    log = await store.log(tx, ticket.id)
    crews = assignments(log)
    last = crews[-1] if crews else None
    arrived_at = last.when("arrived") if last else None
    kept = await photos(tx, ticket.id)
    papers_n = sum(len(e.event.evidence) for e in log if isinstance(e.event, Replied))
    known = Evidence(
        sent_at=last.sent_at if last else None,
        arrived_at=arrived_at,
        restored_at=ticket.restored_at,
        site=None if ticket.lon is None or ticket.lat is None else (ticket.lon, ticket.lat),
        readings=await _readings(tx, ticket, at),
        photos_n=len(kept) + papers_n,
        photos_missing_n=len(_named(log) - kept),
        by_app=any(isinstance(e.event, Located | Restored) and e.source is Source.APP for e in log),
        ownership=ticket.ownership,
        cause_fits=fits(ticket.category, ticket.cause_l1, pack.replies) if ticket.cause_l1 and pack.replies else None,
    )
    if last is None:
        return known
    ahead = await tx.fetchval(FAST, ticket.id, last.crew_id)
    known = replace(
        known,
        same_text_n=await _same_text(tx, ticket, last.crew_id, rules, at) if remember else None,
        ahead_s=ahead.total_seconds() if ahead else 0.0,
    )
    return known if arrived_at is None else await _with_positions(tx, ticket, known, last, log, arrived_at, rules)


async def photos(connection: Connection, ticket_id: str) -> frozenset[str]:
    """Return the ids of the photos that a ticket has: what a report names beside them never came in."""
    return frozenset(row["id"] for row in await connection.fetch(PHOTOS, ticket_id))


def _named(log: Sequence[Entry]) -> set[str]:
    """Return the photos that the reports name, whether or not they came in."""
    steps = [entry.event.step if isinstance(entry.event, Backfilled) else entry.event for entry in log]
    return {photo for step in steps if isinstance(step, Located | Restored) for photo in step.photos}


async def _with_positions(
    tx: Connection,
    ticket: Ticket,
    known: Evidence,
    crew: Assignment,
    log: Sequence[Entry],
    arrived_at: datetime,
    rules: FieldRules,
) -> Evidence:
    """Add where the crew was: by its own report, by one that said the same, else by its track."""
    near = rules.same_fact.duration
    entry = next((e for e in reversed(log) if _tells_of(e, arrived_at)), None)
    rows = await tx.fetch(TRACK, crew.crew_id, arrived_at + near, FIXES)
    track = [Fix(row["at"], row["lon"], row["lat"], row["accuracy_m"]) for row in rows]
    arrival: Fix | None = None
    if entry is not None and entry.geo is not None:
        arrival = Fix(arrived_at, entry.geo.lon, entry.geo.lat, entry.geo.accuracy_m)
    arrival = arrival or await _told(tx, ticket.id, crew.crew_id, arrived_at, near)
    beside = [fix for fix in track if abs(fix.at - arrived_at) <= near]
    arrival = arrival or min(beside, key=lambda fix: abs(fix.at - arrived_at), default=None)
    return replace(
        known, arrival=arrival, before=tuple(track), arrival_source=entry.source if entry is not None else None
    )


def _tells_of(entry: Entry, arrived_at: datetime) -> bool:
    if isinstance(entry.event, Backfilled):
        return isinstance(entry.event.step, Arrived) and entry.event.happened_at == arrived_at
    return isinstance(entry.event, Arrived) and entry.at_claimed == arrived_at


async def _told(tx: Connection, ticket_id: str, crew_id: str, arrived_at: datetime, near: timedelta) -> Fix | None:
    for row in await tx.fetch(TOLD, ticket_id, crew_id):
        geo = store.geo_of(row["geo"])
        if geo is not None and abs(row["at_claimed"] - arrived_at) <= near:
            return Fix(arrived_at, geo.lon, geo.lat, geo.accuracy_m)
    return None


async def _readings(tx: Connection, ticket: Ticket, at: datetime) -> tuple[Reading, ...]:
    if ticket.meter_no is None and ticket.account_no is None:
        return ()
    meter_no = await tx.fetchval(meters.METER_OF, ticket.meter_no, ticket.account_no)
    if meter_no is None:
        return ()
    rows = await tx.fetch(READINGS, meter_no, ticket.dark_since or ticket.reported_at, at)
    return tuple(Reading(row["at"], row["live"]) for row in rows)


async def _same_text(tx: Connection, ticket: Ticket, crew_id: str, rules: FieldRules, at: datetime) -> int | None:
    """Count the crew's other tickets with the very same record; remember this one."""
    text = plain(ticket.field_record or "")
    if not text:
        return None
    digest, since = sha256(text.encode()).digest(), at - rules.same_text_window.duration
    found: int = await tx.fetchval(SAME, crew_id, digest, ticket.id, since)
    await tx.execute(REMEMBER, crew_id, digest, ticket.id, ticket.area, at, since)
    return found
