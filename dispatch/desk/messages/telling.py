"""
Who is told of what by telephone: the customer and the crew. Always in the transaction of what is told.

A ticket under a pack without the section ``messages`` tells nobody. Only mobile numbers get texts; who called from a
land line is called back by a person (``visits``). Those on duty are told by ``alerting``.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dispatch.desk.ids import new_id
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.notify import texts
from dispatch.notify.phones import is_mobile, plain
from dispatch.notify.templates import Medium, Occasion, Text, compose
from dispatch.tickets.events import Backfilled, CrewRejected, Dispatched, Event, Reopened, Restored
from dispatch.tickets.limits import arrival_due
from dispatch.tickets.model import Ticket
from dispatch.tickets.words import Result

MOST_CALLERS = 3  # numbers that are told of one ticket; the rest can ask

PHONES = "SELECT phone FROM call WHERE ticket_id = $1 OR id = $2 ORDER BY id <> $2, at, id"
CREW = "SELECT phone FROM crew WHERE id = $1"

News = tuple[Occasion, dict[str, object]]


async def tell_of(tx: Connection, desk: Desk, event: Event, *, before: Ticket, after: Ticket, at: datetime) -> None:
    """Tell customer and crews of a step that was just taken, if it is one that they want to hear of."""
    if desk.packs.get(after.pack).messages is None:
        return
    if (news := news_of(event, before, after)) is not None:
        await tell_customer(tx, desk, after, news[0], at, **news[1])
    await _tell_crews(tx, desk, event, before, after, at)


def news_of(event: Event, before: Ticket, after: Ticket) -> News | None:
    """Return what a customer is told of a step: a crew, a time, the end of it; None: nothing."""
    match event:
        case Dispatched() if after.crew is not None:
            eta_at = after.crew.sent_at + timedelta(seconds=after.crew.eta_s)
            return Occasion.DISPATCHED, {"crew": event.crew_name, "eta_at": eta_at}
        case Restored(result=Result.RESTORED):
            return Occasion.RESTORED, {"restored_at": after.restored_at}
        case Reopened():
            return Occasion.REOPENED, {}
        case Backfilled() if after.restored_at is not None:  # what was promised then is no news any more
            return None
        case _ if after.etr_at is None or after.etr_at == before.etr_at:
            return None
        case _ if before.etr_at is None:
            return Occasion.ETR, {"etr_at": after.etr_at}
        case _:
            return Occasion.ETR_CHANGED, {"before_at": before.etr_at, "etr_at": after.etr_at}


async def tell_customer(
    tx: Connection, desk: Desk, ticket: Ticket, occasion: Occasion, at: datetime, **fields: object
) -> tuple[str, ...]:
    """
    Write to who reported the ticket, and to who asked after it; a question goes to one number only.

    :param fields: of the occasion's template, beside ``ticket_no``
    :returns: the messages' ids; none if no text can reach anybody
    :raises WrongField: if they are not the template's
    """
    text = compose(occasion, {"ticket_no": ticket.ticket_no, **fields})
    numbers = await customer_phones(tx, ticket)
    return await _send(tx, desk, ticket, text, numbers[: 1 if text.expects else MOST_CALLERS], at)


async def customer_phones(tx: Connection, ticket: Ticket) -> list[str]:
    """Return the mobile numbers that called about a ticket: first the one that reported it, each once."""
    rows = await tx.fetch(PHONES, ticket.id, ticket.call_id)
    return list(dict.fromkeys(plain(row["phone"]) for row in rows if is_mobile(row["phone"])))


async def tell_crew(
    tx: Connection, desk: Desk, ticket: Ticket, crew_id: str, occasion: Occasion, at: datetime, **fields: object
) -> tuple[str, ...]:
    """Write to a crew's telephone; see ``tell_customer``."""
    text = compose(occasion, {"ticket_no": ticket.ticket_no, **fields})
    phone = await tx.fetchval(CREW, crew_id)
    return await _send(tx, desk, ticket, text, [phone] if phone else [], at)


async def _tell_crews(tx: Connection, desk: Desk, event: Event, before: Ticket, after: Ticket, at: datetime) -> None:
    """Tell a crew that it is sent, and the one before it that it need not go."""
    old, new = before.crew, after.crew
    if new is not None and isinstance(event, Dispatched):
        said = {
            "crew": new.crew_name,
            "level": after.level.label,
            "symptom": after.symptom.label,
            "address": after.address or "地址见工单",
            "due_at": arrival_due(after, desk.packs.get(after.pack)),
        }
        await tell_crew(tx, desk, after, new.crew_id, Occasion.CREW_JOB, at, **said)
    gone = old is not None and (new is None or new.no != old.no)
    if gone and old is not None and not isinstance(event, Restored | CrewRejected):
        await tell_crew(tx, desk, after, old.crew_id, Occasion.CREW_RELIEVED, at, crew=old.crew_name)


async def _send(
    tx: Connection, desk: Desk, ticket: Ticket, text: Text, numbers: Sequence[str], at: datetime
) -> tuple[str, ...]:
    rules = desk.packs.get(ticket.pack).messages
    if rules is None:
        return ()
    made = []
    for phone in numbers:
        if text.channel is Medium.SMS and not is_mobile(phone):
            continue
        message = texts.Message(new_id(at), ticket.area, ticket.id, phone, text, ticket.pack)
        await texts.enqueue(tx, message, rules=rules, at=at)
        made.append(message.id)
    return tuple(made)
