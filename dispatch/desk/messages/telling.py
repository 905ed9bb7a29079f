"""
Who is told of what by telephone: the customer and the crew. Always in the transaction of what is told.

A ticket under a pack without the section ``messages`` tells nobody. Only mobile numbers get texts; who called from a
land line is called back by a person (``visits``). Those on duty are told by ``alerting``. What the desk and the crews
write among themselves never reaches a customer: he is told where the ticket stands (``progress``).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from dispatch.desk.ids import new_id
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.kit.rulepack import Packs
from dispatch.notify import ownwords, texts
from dispatch.notify.phones import is_mobile, plain
from dispatch.notify.templates import Medium, Occasion, Text, compose, written
from dispatch.tickets import events as e
from dispatch.tickets.events import Chased, CrewRejected, Dispatched, Event, Excused, Overdue, Restored
from dispatch.tickets.lifecycle import AFTERWARDS
from dispatch.tickets.limits import arrival_due
from dispatch.tickets.model import Ticket
from dispatch.tickets.rows import Change
from dispatch.tickets.words import Limit, Result

from .progress import CHASED, arriving, progress

MOST_CALLERS = 3  # numbers that are told of one ticket; the rest can ask

PHONES = "SELECT phone FROM call WHERE ticket_id = $1 OR id = $2 ORDER BY id <> $2, at, id"
CALLER = "SELECT phone FROM call WHERE id = $1"
CREW = "SELECT phone FROM crew WHERE id = $1"
LAST_WORD = """
SELECT occasion, body, created_at FROM message WHERE ticket_id = $1 AND occasion = ANY($2::text[])
ORDER BY created_at DESC, id DESC LIMIT 1
"""

# What a customer hears of his ticket.
TO_CUSTOMERS = (
    Occasion.ACCEPTED,
    Occasion.DISPATCHED,
    Occasion.ETR,
    Occasion.ETR_CHANGED,
    Occasion.RESTORED,
    Occasion.SURVEY,
    Occasion.CHASED,
    Occasion.CHASE_ANSWERED,
    Occasion.DELAY_EXPLAINED,
    Occasion.APPOINTMENT_MISSED,
    Occasion.REOPENED,
)
# Steps that answer one who has asked how far it is, if they bring no news of their own.
ANSWERS = (
    e.Accepted,
    e.CrewAccepted,
    e.Departed,
    e.Arrived,
    e.Located,
    e.RepairStarted,
    e.Progressed,
    e.Resumed,
    e.Merged,
    e.Followed,
    e.SupervisionAnswered,
)
News = tuple[Occasion, dict[str, object]]


async def tell_of(tx: Connection, desk: Desk, event: Event, *, before: Ticket, after: Ticket, at: datetime) -> None:
    """Tell customer and crews of a step that was just taken, if it is one that they want to hear of."""
    if desk.packs.get(after.pack).messages is None:
        return
    if (news := news_of(event, before, after)) is not None and not await _known(tx, after, news[0]):
        await tell_customer(tx, desk, after, news[0], at, **news[1])
    elif isinstance(event, Chased) and event.by_customer:
        await _confirm_chase(tx, desk, after, event, at)
    elif isinstance(event, ANSWERS) and after.contacts_n > 1:
        await _answer_chase(tx, desk, after, at)
    await _tell_crews(tx, desk, event, before, after, at)


def news_of(event: Event, before: Ticket, after: Ticket) -> News | None:
    """Return what a customer is told of a step: a crew, a time, the end of it; None: nothing."""
    match event:
        case e.Accepted():
            return Occasion.ACCEPTED, {}
        case Dispatched() if after.crew is not None:
            return Occasion.DISPATCHED, {"crew": event.crew_name, "eta_at": arriving(after)}
        case Excused():
            return Occasion.DELAY_EXPLAINED, _explained(event)
        case Restored(result=Result.RESTORED):
            return Occasion.RESTORED, {"restored_at": after.restored_at}
        case e.Reopened():
            return Occasion.REOPENED, {}
        case e.Backfilled() if after.restored_at is not None:  # what was promised then is no news any more
            return None
        case _:
            return _new_time(before, after)


def _explained(event: Excused) -> dict[str, object]:
    when = f"预计{written(event.eta_at)}到达" if event.eta_at else "抢修人员仍在前往,到达时间另行告知"
    return {"reason": event.reason.label, "when": when, "explanation": event.explanation}


def _new_time(before: Ticket, after: Ticket) -> News | None:
    if after.etr_at is None or after.etr_at == before.etr_at:
        return None
    if before.etr_at is None:
        return Occasion.ETR, {"etr_at": after.etr_at}
    return Occasion.ETR_CHANGED, {"before_at": before.etr_at, "etr_at": after.etr_at}


async def _known(tx: Connection, ticket: Ticket, occasion: Occasion) -> bool:
    """Tell whether the customer need not hear it again: that his report was taken, when a second unit takes it."""
    return occasion is Occasion.ACCEPTED and await _last_word(tx, ticket, Occasion.ACCEPTED) is not None


async def _last_word(tx: Connection, ticket: Ticket, *of: Occasion) -> tuple[Occasion, str, datetime] | None:
    """Return the latest text of these occasions about a ticket: occasion, text, when it was written."""
    row = await tx.fetchrow(LAST_WORD, ticket.id, [occasion.value for occasion in of])
    return None if row is None else (Occasion(row["occasion"]), row["body"], row["created_at"])


async def _confirm_chase(tx: Connection, desk: Desk, ticket: Ticket, event: Chased, at: datetime) -> None:
    """
    Tell who asked that he was heard, and how far it is (domain 10.14).

    Nothing where the repair is done, and nothing if the same call has brought him other news at this very moment.
    """
    if event.target is None or ticket.stage in AFTERWARDS or not ticket.is_open:
        return
    last = await _last_word(tx, ticket, *TO_CUSTOMERS)
    if last is not None and last[2] == at:
        return
    said = {"ticket_no": ticket.ticket_no, "who": CHASED[event.target], "progress": progress(ticket, at)}
    phone = await tx.fetchval(CALLER, event.call_id) if event.call_id else None
    numbers = [phone] if phone else (await customer_phones(tx, ticket))[:1]
    await _send(tx, desk.packs, ticket, compose(Occasion.CHASED, said), numbers, at)


async def _answer_chase(tx: Connection, desk: Desk, ticket: Ticket, at: datetime) -> None:
    """Tell who asked how far it is now, if his question was the last that he heard of and there is something new."""
    last, said = await _last_word(tx, ticket, *TO_CUSTOMERS), progress(ticket, at)
    if last is None or last[0] is not Occasion.CHASED:
        return
    if not await ownwords.told(tx, Occasion.CHASED, last[1], progress=said):
        await tell_customer(tx, desk, ticket, Occasion.CHASE_ANSWERED, at, progress=said)


async def apologise(tx: Connection, packs: Packs, changes: Iterable[Change], *, at: datetime) -> None:
    """
    Apologise for appointments that nobody kept (约时未到).

    Not to who was told before that the crew will be late, nor where it has come meanwhile.
    """
    for change in changes:
        ticket = change.after
        if ticket.appointment_at is None or ticket.arrived_at is not None or ticket.flags.excused:
            continue
        if any(isinstance(line[0].event, Overdue) and line[0].event.limit is Limit.ARRIVE for line in change.lines):
            what_now = "抢修人员正赶往您处" if ticket.crew else "我们将尽快与您联系另约时间"
            said = {"ticket_no": ticket.ticket_no, "appointment_at": ticket.appointment_at, "what_now": what_now}
            numbers = (await customer_phones(tx, ticket))[:MOST_CALLERS]
            await _send(tx, packs, ticket, compose(Occasion.APPOINTMENT_MISSED, said), numbers, at)


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
    return await _send(tx, desk.packs, ticket, text, numbers[: 1 if text.expects else MOST_CALLERS], at)


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
    return await _send(tx, desk.packs, ticket, text, [phone] if phone else [], at)


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
    tx: Connection, packs: Packs, ticket: Ticket, text: Text, numbers: Sequence[str], at: datetime
) -> tuple[str, ...]:
    rules = packs.get(ticket.pack).messages
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
