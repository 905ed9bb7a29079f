"""Judged tickets for hand-solved cases: a usual one, and what is different about it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from dispatch.tickets.indices import Figure, Index, Period
from dispatch.tickets.judged import Judged
from dispatch.tickets.reliability import all_figures

BEGIN = datetime(2026, 6, 30, 16, 0, tzinfo=UTC)  # midnight of 1 July in China
DAY = timedelta(days=1)


def at(minutes: float) -> datetime:
    """Return the instant so many minutes after the begin of the period."""
    return BEGIN + timedelta(minutes=minutes)


USUAL = Judged(
    ticket_id="T",
    judgement=1,
    area="330225",
    ending="closed",
    category="lv",
    area_class="urban",
    child=False,
    appointed=False,
    incident="T",
    nested_in=None,
    family="T",
    customer="T",
    feeder=None,
    repeat_of=None,
    crew="c1",
    lent=False,
    reported_at=at(0),
    submitted_at=at(0),
    accepted_at=at(1),
    arrived_at=at(30),
    restored_at=at(90),
    replied_at=at(100),
    ended_at=at(200),
    dark_from=at(0),
    dark_until=at(90),
    spread_until=at(90),
    customers_out=None,
    returned_n=0,
    wrong_district=False,
    app_accepted=True,
    reply_rejected_n=0,
    trust=None,
    false_reply=False,
    satisfied=True,
    chases_n=0,
    supervisions_n=0,
    contacts_n=1,
    score=100,
    faults=(),
    excused=(),
)
CANCELLED: dict[str, Any] = {
    "ending": "cancelled",
    "crew": None,
    "app_accepted": False,
    "arrived_at": None,
    "restored_at": None,
    "replied_at": None,
    "satisfied": None,
    "dark_from": None,
    "dark_until": None,
    "spread_until": None,
}


def row(name: str, **different: Any) -> Judged:
    """Return a usual ticket with these differences; its own fault point unless said otherwise."""
    return USUAL._replace(**{"ticket_id": name, "incident": name, "family": name, "customer": name, **different})


def period(**known: Any) -> Period:
    """Return a period of one day."""
    return Period(BEGIN, BEGIN + DAY, **known)


def figure(index: Index, rows: list[Judged], **known: Any) -> Figure:
    """Return one index of these tickets."""
    (found,) = [one for one in all_figures(rows, period(**known)) if one.index is index]
    return found
