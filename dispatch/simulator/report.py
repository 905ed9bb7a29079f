"""
The figures of a play, each with its population. Facts come from the database, latencies from the players and consoles.

``calls``                  calls of the slice that were sent to the server
``tickets``                tickets in the database afterwards
``dispatched, arrived, restored, closed``  tickets that got that far (have the time stamp)
``lost``                   acknowledged calls (201 received) without a call row, without a ticket, or with another one
``duplicated``             tickets beyond the first of one call (same ``external_no``)
``arrival_in_time_share``  of arrived tickets: those with ``arrived_at`` not after the due time of limit ``arrive``
``arrival_min_p50, _p90``  minutes from ``reported_at`` to ``arrived_at``, arrived tickets
``arrival_45min_share``    of arrived tickets: those with ``arrived_at`` within 45 minutes of ``reported_at``
``km_driven``              road kilometres of crews to the jobs they were sent to; their way home is not counted
``arrival_min_p50_real``   the same in the record, for those calls of the slice that show somebody on site
``cross_border_share``     of dispatches (every crew sent counts): those with a crew of another county
``minutes_saved_mean``     mean of ``saved_s``/60 over the dispatches that have it: the server's estimate of how much
                           earlier the chosen crew arrives than that of the old-district rule; 0 where it is the same
``saved_known``            how many dispatches that mean is over: it is not known where the own county had nobody free
``deadlines_fired``        limits in state ``fired``
``overdue_events``         events ``overdue`` in the logs; equal to ``deadlines_fired`` if each had its effect once
``feed_gaps``              gaps in the feed's numbers (``notify.audit``) and gaps that the consoles saw
``console_divergence``     tickets of consoles' boards that differed from the database, over all comparisons
``ack_ms_p50, _p99``       from sending ``POST /calls`` to its 201, acknowledged calls, retries included
``push_ms_p50, _p99``      from the write of a change to its receipt by a console, every change at every console
``indices``                those of domain 8 over all tickets that ended, by the functions that judge a live day
``wall_s``                 real seconds from the first simulated instant to the last
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import numpy as np

from dispatch.kit.db import Database
from dispatch.notify import audit
from dispatch.tickets import reviews
from dispatch.tickets.indices import Period, repeated
from dispatch.tickets.judged import Judged
from dispatch.tickets.outage_minutes import interruptions
from dispatch.tickets.reliability import all_figures

from .consoles import Compared
from .play import Acknowledged

Json = dict[str, Any]
WITHIN_MIN = 45.0  # the promise in towns (rule pack, limits.arrive), the same for every place to compare policies by
GAPS = frozenset({"feed_gap", "area_feed_gap"})

TICKETS = "SELECT doc::text AS doc FROM ticket"
CALLS = "SELECT id, ticket_id FROM call"
FIRED = "SELECT name, count(*) AS fired FROM deadline WHERE state = 'fired' GROUP BY name ORDER BY name"
ARRIVE_BY = "SELECT ticket_id, min(due_at) AS due_at FROM deadline WHERE name = 'arrive' GROUP BY ticket_id"
JUDGED = f"SELECT {reviews.ROW} FROM review WHERE counts"
EVENTS = "SELECT kind, count(*) AS seen FROM ticket_event GROUP BY kind ORDER BY kind"


@dataclass(frozen=True)
class Facts:
    """What the database holds after a play."""

    tickets: Sequence[Json]
    calls: dict[str, str | None]  # call -> ticket
    fired: dict[str, int]  # limit -> how many
    arrive_by: dict[str, datetime]  # ticket -> due time
    events: dict[str, int]  # kind -> how many
    feed: Sequence[audit.Finding]
    judged: Sequence[Judged] = ()


async def facts(db: Database) -> Facts:
    """Read everything in one go."""
    async with db.connection() as connection:
        return Facts(
            tickets=[msgspec.json.decode(row["doc"]) for row in await connection.fetch(TICKETS)],
            calls={row["id"]: row["ticket_id"] for row in await connection.fetch(CALLS)},
            fired={row["name"]: row["fired"] for row in await connection.fetch(FIRED)},
            arrive_by={row["ticket_id"]: row["due_at"] for row in await connection.fetch(ARRIVE_BY)},
            events={row["kind"]: row["seen"] for row in await connection.fetch(EVENTS)},
            feed=await audit.findings(connection),
            judged=[reviews.judged(row) for row in await connection.fetch(JUDGED)],
        )


def tickets_report(found: Facts) -> Json:
    """Return what the tickets say."""
    tickets = found.tickets
    sent = [dispatch | {"area": ticket["area"]} for ticket in tickets for dispatch in ticket.get("dispatches", ())]
    saved = [dispatch["saved_s"] / 60 for dispatch in sent if dispatch.get("saved_s") is not None]
    arrived = [ticket for ticket in tickets if ticket.get("arrived_at")]
    in_time = [_instant(t["arrived_at"]) <= found.arrive_by[t["id"]] for t in arrived if t["id"] in found.arrive_by]
    took = [_minutes(ticket["reported_at"], ticket["arrived_at"]) for ticket in arrived]
    return {
        "tickets": len(tickets),
        "dispatched": _have(tickets, "dispatched_at"),
        "arrived": len(arrived),
        "restored": _have(tickets, "restored_at"),
        "closed": _have(tickets, "closed_at"),
        "arrival_in_time_share": _mean(in_time),
        "arrival_min_p50": quantile(took, 50),
        "arrival_min_p90": quantile(took, 90),
        "arrival_45min_share": _mean([minutes <= WITHIN_MIN for minutes in took]),
        "cross_border_share": _mean([dispatch["crew_area"] != dispatch["area"] for dispatch in sent]),
        "minutes_saved_mean": _mean(saved),
        "dispatches": len(sent),
        "saved_known": len(saved),
        "in_time_by_area_class": _by_class(arrived, found),
        "stages": dict(sorted(Counter(ticket["stage"] for ticket in tickets).items())),
        "deadlines_fired": sum(found.fired.values()),
        "deadlines_fired_by_limit": found.fired,
        "overdue_events": found.events.get("overdue", 0),
        "events": sum(found.events.values()),
        "indices": indices(found.judged),
    }


def indices(judged: Sequence[Judged]) -> Json:
    """Return the value of each index that can be computed of a play, whose tickets are its population."""
    if not judged:
        return {}
    begin, end = min(row.reported_at for row in judged), max(row.ended_at for row in judged)
    reported = Counter(row.category for row in judged if row.submitted_at is not None)
    period = Period(begin, end, reported=reported, repeated=repeated(judged), outages=interruptions(judged))
    return {one.index.value: round(one.value, 4) for one in all_figures(judged, period) if one.value is not None}


def _by_class(arrived: Sequence[Json], found: Facts) -> Json:
    classes = sorted({ticket["area_class"] for ticket in arrived})
    return {
        name: _mean(
            [
                _instant(t["arrived_at"]) <= found.arrive_by[t["id"]]
                for t in arrived
                if t["area_class"] == name and t["id"] in found.arrive_by
            ]
        )
        for name in classes
    }


def delivery_report(found: Facts, acknowledged: Sequence[Acknowledged]) -> Json:
    """Return whether every acknowledged call became exactly one ticket, and how long the acknowledgement took."""
    known = {ticket["id"] for ticket in found.tickets}
    lost = [a.key for a in acknowledged if found.calls.get(a.call_id) != a.ticket_id or a.ticket_id not in known]
    keys = Counter(ticket["external_no"] for ticket in found.tickets if ticket.get("external_no"))
    took = [1000 * a.took_s for a in acknowledged]
    return {
        "acknowledged": len(acknowledged),
        "lost": len(lost),
        "lost_keys": lost[:20],
        "duplicated": sum(count - 1 for count in keys.values()),
        "ack_ms_p50": quantile(took, 50),
        "ack_ms_p99": quantile(took, 99),
    }


def feed_report(found: Facts, heard: Json, compared: Compared) -> Json:
    """Return whether the consoles heard everything, and how soon."""
    gaps = sum(finding.rule in GAPS for finding in found.feed)
    return {
        "feed_gaps": gaps + heard["gaps"],
        "feed_findings": [f"{finding.rule} {finding.place}: {finding.found}" for finding in found.feed],
        "console_divergence": len(compared.differences),
        "divergences": compared.differences[:20],
        "console_checks": compared.checks,
        "console_tickets_compared": compared.tickets,
        "consoles": heard["consoles"],
        "console_messages": heard["messages"],
        "console_reconnects": heard["reconnects"],
        "push_ms_p50": heard["push_ms"].get("p50"),
        "push_ms_p99": heard["push_ms"].get("p99"),
        "push_ms_max": heard["push_ms"].get("max"),
    }


def quantile(values: Sequence[float], percent: float) -> float | None:
    """Return a percentile, None of nothing."""
    return round(float(np.percentile(values, percent)), 3) if len(values) else None


def _mean(values: Sequence[float]) -> float | None:
    return round(float(np.mean(values)), 4) if len(values) else None


def _have(tickets: Iterable[Json], stamp: str) -> int:
    return sum(ticket.get(stamp) is not None for ticket in tickets)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _minutes(begin: str, end: str) -> float:
    return (_instant(end) - _instant(begin)).total_seconds() / 60
