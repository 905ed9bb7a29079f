"""
The ways in which crews report (现场汇报): the APP's batches, the desk that is told by telephone in two words, the SMS.

All make the same events, with the reporter's time and ours apart. What cannot be decided waits for a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.accounts import rights
from dispatch.accounts.model import Account, Role
from dispatch.accounts.rights import Scope
from dispatch.desk.acting import permit
from dispatch.desk.room import Desk, Once
from dispatch.kit.db import Connection, Row
from dispatch.kit.errors import Invalid, NotFound, Refusal, Unavailable
from dispatch.tickets import lifecycle, store
from dispatch.tickets.fieldreports import KINDS, FieldEvent, Outcome
from dispatch.tickets.model import Ticket
from dispatch.tickets.words import Source

from . import rows as fieldrows
from .rows import FieldReport
from .words import Spoken, UnknownWord, understood
from .work import Sent, take_in

MOST = 200  # in one page
JUST_ENDED = timedelta(hours=24)  # a job that a crew may still speak of without its number

NAMED = """
SELECT id, name, area, depot FROM crew
WHERE (id = $1 OR name = $1) AND active AND (area = ANY($2::text[]) OR depot = ANY($2::text[])) ORDER BY id
"""
SPEAKER = """
SELECT id, name, area FROM account WHERE crew_id = $1 AND role = 'CREW' AND active ORDER BY id LIMIT 1
"""
OF_CREW = "SELECT name, area FROM crew WHERE id = $1"
JOBS = """
SELECT ticket.doc, ticket.head, bool_or(dispatch.ended_at IS NULL) AS on_it
FROM dispatch JOIN ticket ON ticket.id = dispatch.ticket_id
WHERE dispatch.crew_id = $1 AND (dispatch.ended_at IS NULL OR dispatch.ended_at > $2)
GROUP BY ticket.id ORDER BY max(dispatch.sent_at), ticket.id
"""
OWN_NUMBERS = """
SELECT ticket_no FROM ticket
WHERE id IN (SELECT ticket_id FROM dispatch WHERE crew_id = $1 AND ended_at IS NULL) ORDER BY id LIMIT $2
"""
NUMBERS_TOLD = 4  # as many as a text has room for
NOT_UNDERSTOOD = "NotUnderstood"
BY_NO = "SELECT doc, head FROM ticket WHERE ticket_no = $1"
LIST = f"""
SELECT {fieldrows.COLUMNS} FROM field_report
WHERE (area = ANY($1::text[]) OR ($2 AND crew_area = ANY($1::text[])) OR crew_id = $3)
  AND ($4::text IS NULL OR outcome = $4) AND ($5::text IS NULL OR ticket_id = $5) AND ($6::text IS NULL OR id > $6)
ORDER BY id LIMIT $7
"""
EVENT_OF: dict[str, str] = {kind: event.model_fields["kind"].default for kind, event in KINDS.items()}


class NoSuchCrew(NotFound):
    """No crew of that name or number, or none within reach."""


class NoJob(Refusal):
    """The crew has no job that this could be about."""


class NotYourTicket(Refusal):
    """No ticket of that number is the crew's; whether another crew has it is not told."""


class Ambiguous(Invalid):
    """More than one crew or job could be meant."""


@dataclass(frozen=True, slots=True)
class Answered:
    """
    What is answered to a text of a crew.

    :param outcome: None: nothing was made of it
    :param why: code of why nothing was
    """

    text: str
    outcome: Outcome | None = None
    ticket_id: str | None = None
    why: str = ""


async def report_batch(desk: Desk, sent: Sequence[Sent], *, by: Account, at: datetime) -> list[FieldReport]:
    """
    Take in what a crew's phone has gathered; return what became of each, in the order in which they were sent.

    They are read in the order of their claimed times, each in a transaction of its own: a batch that breaks off is
    sent again whole.

    :raises Forbidden: if the account is no crew's
    """
    rights.check(by, "field.report", crew_id=by.crew_id, covers=desk.areas.covers)
    assert by.crew_id is not None
    order = sorted(range(len(sent)), key=lambda n: _order(sent[n], at))
    done: dict[int, FieldReport] = {}
    for n in order:
        done[n] = await take_in(desk, sent[n], crew_id=by.crew_id, source=Source.APP, by=by, at=at)
    async with desk.db.connection() as connection:  # one that waited may have been freed by a later one of the batch
        return [await fieldrows.find(connection, done[n].id) or done[n] for n in range(len(sent))]


def _order(sent: Sent, at: datetime) -> tuple[datetime, int]:
    return sent.at or at, list(KINDS).index(sent.kind) if sent.kind in KINDS else 0


async def by_phone(
    desk: Desk, *, which: str, what: str, happened_at: datetime | None, by: Account, at: datetime, once: Once | None
) -> FieldReport:
    """
    Take in what a crew says by telephone, as the desk types it in two fields.

    :param which: number of the ticket, or the crew's name or number: then its present job
    :param what: one of a few words, see ``fieldwords``
    :param happened_at: when it happened; None: now
    :raises UnknownWord: if the words mean nothing
    :raises Ambiguous: if more than one crew or job could be meant
    :raises NoJob: if the crew has none
    :raises NoSuchTicket: if there is none of that number within reach
    """
    spoken = understood(what)
    event = spoken.event()
    async with desk.db.connection() as connection:
        ticket, crew_id = await _meant(connection, desk, which.strip(), spoken.kind, by, at)
    permit(desk, by, f"ticket.{_entered_as(spoken.kind)}", ticket)
    sent = _sent(f"phone:{once.key}" if once else None, spoken, event, ticket, happened_at or at)
    return await take_in(desk, sent, crew_id=crew_id, source=Source.PHONE, by=by, at=at)


def _entered_as(kind: str) -> str:
    """A desk that writes down for a crew that it gives a job back needs the right to send crews."""
    return "dispatch" if kind == "crew-reject" else kind


def _sent(report_id: str | None, spoken: Spoken, event: FieldEvent, ticket: Ticket, happened_at: datetime) -> Sent:
    return Sent(report_id, spoken.kind, happened_at, ticket_id=ticket.id, event=event)


async def _meant(
    connection: Connection, desk: Desk, which: str, kind: str, by: Account, at: datetime
) -> tuple[Ticket, str]:
    """Return the ticket and the crew that the desk means."""
    if (row := await connection.fetchrow(BY_NO, which)) is not None:
        ticket = store.ticket_of(row)
        permit(desk, by, "ticket.read", ticket)
        if not ticket.dispatches:
            raise NoJob(f"工单 {ticket.ticket_no} 还没有派给任何班组,请先派工", field="which")
        return ticket, ticket.dispatches[-1].crew_id
    areas = [by.area, *desk.areas.below(by.area)]
    crews = await connection.fetch(NAMED, which, areas)
    if not crews:
        raise NoSuchCrew(f"没有编号为 {which} 的工单,本辖区也没有叫 {which} 的班组,请核对", field="which")
    if len(crews) > 1:
        names = "、".join(f"{crew['name']}({crew['id']})" for crew in crews)
        raise Ambiguous(f"有多个班组叫 {which}:{names};请填班组编号", field="which")
    return await _job(connection, crews[0]["id"], crews[0]["name"], kind, at), crews[0]["id"]


async def _job(connection: Connection, crew_id: str, name: str, kind: str, at: datetime) -> Ticket:
    """Return the job that a crew speaks of when it does not say which."""
    rows = await connection.fetch(JOBS, crew_id, at - JUST_ENDED)
    jobs = [store.ticket_of(row) for row in rows if row["on_it"]]
    stages = lifecycle.WORKING if kind == "restore" else lifecycle.TRANSITIONS[EVENT_OF[kind]][0]
    fitting = [job for job in jobs if job.stage in stages] or jobs or [store.ticket_of(row) for row in rows[-1:]]
    if not fitting:
        raise NoJob(f"{name} 现在没有在办工单,请报工单编号", field="which")
    if len(fitting) > 1:
        numbers = "、".join(job.ticket_no for job in fitting)
        raise Ambiguous(f"{name} 有多张在办工单:{numbers};请报工单编号", field="which")
    return fitting[0]


async def from_sms(desk: Desk, *, crew_id: str, text: str, at: datetime, message_id: str) -> str:
    """Take in a text of a crew (接、出发、到、完、拒, with or without the ticket's number); return what to answer."""
    return (await take_sms(desk, crew_id=crew_id, text=text, at=at, message_id=message_id)).text


async def take_sms(
    desk: Desk, *, crew_id: str, text: str, at: datetime, message_id: str, received_at: datetime | None = None
) -> Answered:
    """
    Take in a text of a crew; the same ``message_id`` again has no second effect.

    :param at: when it was written; ``received_at`` our time, by default the same
    :raises Unavailable: if the database cannot answer; the text may be handed over again
    """
    now = received_at or at
    try:
        spoken = understood(text)
        event = spoken.event()
        async with desk.db.connection() as connection:
            speaker = await _speaker(connection, crew_id)
            ticket = await _named(connection, spoken, speaker, now)
        sent = _sent(f"sms:{message_id}", spoken, event, ticket, at)
        report = await take_in(desk, sent, crew_id=crew_id, source=Source.SMS, by=speaker, at=now)
    except Unavailable:
        raise
    except Refusal as refusal:
        why = NOT_UNDERSTOOD if isinstance(refusal, UnknownWord) else refusal.code
        return Answered(f"未受理:{refusal.message}", why=why)
    said = f"{report.outcome.label}:工单 {ticket.ticket_no} {KINDS[spoken.kind].label}"
    return Answered(said + (f",{report.reason}" if report.reason else ""), report.outcome, report.ticket_id)


async def _speaker(connection: Connection, crew_id: str) -> Account:
    """Return the account that a crew's text counts for; a crew without one speaks for itself."""
    row = await connection.fetchrow(SPEAKER, crew_id)
    if row is not None:
        who, name, area = row["id"], row["name"], row["area"]
        return Account(id=who, login=who, name=name, role=Role.CREW, area=area, crew_id=crew_id)
    crew = await connection.fetchrow(OF_CREW, crew_id)
    if crew is None:
        raise NoSuchCrew(f"没有班组 {crew_id}")
    who = f"crew:{crew_id}"
    return Account(id=who, login=who, name=crew["name"], role=Role.CREW, area=crew["area"], crew_id=crew_id)


async def _named(connection: Connection, spoken: Spoken, speaker: Account, at: datetime) -> Ticket:
    assert speaker.crew_id is not None
    if spoken.ticket_no is None:
        return await _job(connection, speaker.crew_id, speaker.name, spoken.kind, at)
    row = await connection.fetchrow(BY_NO, spoken.ticket_no)
    ticket = store.ticket_of(row) if row else None
    if ticket is None or speaker.crew_id not in {d.crew_id for d in ticket.dispatches}:
        raise NotYourTicket(await _not_yours(connection, spoken.ticket_no, speaker.crew_id))
    return ticket


async def _not_yours(connection: Connection, ticket_no: str, crew_id: str) -> str:
    """Say the same of another crew's ticket and of none at all, and which numbers would be understood."""
    own = [row["ticket_no"] for row in await connection.fetch(OWN_NUMBERS, crew_id, NUMBERS_TOLD)]
    jobs = f"本队在办工单:{'、'.join(own)}" if own else "本队现在没有在办工单"
    return f"工单 {ticket_no} 不在本队名下,可能编号有误或由其他班组承办;{jobs};请核对编号后重发,或致电指挥台"


async def listed(
    desk: Desk,
    area: str | None,
    *,
    by: Account,
    outcome: Outcome | None = None,
    ticket_id: str | None = None,
    after: str | None = None,
    limit: int = MOST,
) -> list[FieldReport]:
    """
    Return reports of an area (by default the caller's own), the oldest first; a crew sees its own.

    :param after: id of the last report of the page before
    :raises NoSuchArea: if there is no such area
    :raises Forbidden: if the caller may not look there
    """
    code = desk.areas.get(area or by.area).code
    scope = rights.check_role(by, "field.read")
    areas: list[str] = []
    if scope is not Scope.OWN_CREW:
        rights.check(by, "field.read", area=code, covers=desk.areas.covers)
        areas = [code, *desk.areas.below(code)]
    own = by.crew_id if scope is Scope.OWN_CREW else None
    wanted = outcome.value if outcome else None
    lent = scope is Scope.AREA_OR_LENT
    async with desk.db.connection() as connection:
        rows: Sequence[Row] = await connection.fetch(
            LIST, areas, lent, own, wanted, ticket_id, after, min(max(limit, 1), MOST)
        )
    return [fieldrows.of_row(row) for row in rows]
