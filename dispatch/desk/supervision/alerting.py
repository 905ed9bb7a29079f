"""
Who is told when a ladder climbs, or when somebody chases, supervises or escalates (预警、催办、督办、升级告知). Domain
2.9, 2.10.

Always in the transaction of what is told, and for many tickets at once. Of several steps that were taken in one change
each addressee hears of the last alone. In a storm what the clocks raise below the top level, and is no danger, waits
for the addressee's next digest (``digests``). The contacts are those of the nearest area that has some, up to the
province; a crew is its own contact. Where nobody is entered the event still says who was to be told, and a line in the
log and ``contacts.gaps`` say that nobody was.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from dispatch.accounts.model import SYSTEM
from dispatch.desk.ids import new_id
from dispatch.desk.messages import digests, telling
from dispatch.desk.storm import workings
from dispatch.kit.db import Connection
from dispatch.kit.logs import logger
from dispatch.kit.looprules import ModeSettings
from dispatch.kit.rulepack import Packs, RulePack
from dispatch.notify import texts
from dispatch.notify.phones import is_mobile
from dispatch.notify.templates import Medium, Occasion, compose
from dispatch.tickets import ladder
from dispatch.tickets.events import Chased, Entry, Escalated, Event, Noted, Overdue, Supervised, Warned
from dispatch.tickets.lifecycle import AFTERWARDS
from dispatch.tickets.model import Ticket
from dispatch.tickets.rows import Change
from dispatch.tickets.terms import Addressee, ChaseTarget, NoteKind

from . import notes, supervisions

CONTACTS = """
WITH RECURSIVE line AS (
    SELECT code AS start, code, name, parent, 0 AS steps FROM area WHERE code = ANY($1::text[])
    UNION ALL
    SELECT line.start, area.code, line.name, area.parent, line.steps + 1 FROM line JOIN area ON area.code = line.parent
)
SELECT line.start, line.name, line.steps, contact.addressee, contact.phone
FROM line LEFT JOIN duty_contact AS contact ON contact.area = line.code ORDER BY line.steps, contact.phone
"""
CREWS = "SELECT id, phone FROM crew WHERE id = ANY($1::text[]) AND phone IS NOT NULL"

# Who is to move when a ticket is chased (domain 2.9): the unit, the crew, or the shift at work with its leader.
CHASED: dict[ChaseTarget, tuple[Addressee, ...]] = {
    ChaseTarget.UNIT: (Addressee.DISPATCHER,),
    ChaseTarget.CREW: (Addressee.CREW,),
    ChaseTarget.WORK: (Addressee.CREW, Addressee.DEPOT_LEADER),
}
MOST_NAMED = 5  # areas with their addressees that a line of the log names

log = logger("alerting")


@dataclass(frozen=True, slots=True)
class Alert:
    """
    What somebody is to hear of a ticket.

    :param fields: of the occasion's text, beside number and area
    :param entry: the line of the log that tells it
    :param by_incident: the ticket's incident is chased, supervised and escalated for it
    """

    ticket: Ticket
    addressees: tuple[Addressee, ...]
    occasion: Occasion
    fields: dict[str, object]
    entry: Entry
    by_incident: bool = False

    def only(self, *addressees: Addressee) -> "Alert":
        """Return what some of its addressees are to hear."""
        return replace(self, addressees=addressees)


async def follow(tx: Connection, changes: Sequence[Change], *, packs: Packs, at: datetime) -> None:
    """Do what follows from changes beside their tickets: the list of 督办单 is kept, and everybody is told."""
    await supervisions.keep(tx, changes)
    await notes.keep(tx, changes)
    await tell(tx, packs, changes, at=at)
    await telling.apologise(tx, packs, changes, at=at)


async def tell(tx: Connection, packs: Packs, changes: Iterable[Change], *, at: datetime) -> None:
    """Write to all who are to hear of these changes."""
    told = [alert for change in changes for alert in alerts(change, packs.get(change.after.pack))]
    if not told:
        return
    book = await _look_up(tx, told)
    modes = await workings.modes_in(tx, (alert.ticket.area for alert in told))
    parts = [_parted(alert, workings.settings_for(alert.ticket, modes, packs.get(alert.ticket.pack))) for alert in told]
    messages = [message for now, _ in parts for message in _messages(now, book, at)]
    await digests.keep(tx, [line for _, later in parts if later for line in _lines(later, book)], at=at)
    if book.missing:
        log.warning("nobody to tell", pairs=len(book.missing), among_them=sorted(book.missing)[:MOST_NAMED])
    rules = {key: pack.messages for key, pack in packs.by_key.items() if pack.messages is not None}
    await texts.enqueue_all(tx, messages, rules=rules, at=at)


def alerts(change: Change, pack: RulePack) -> list[Alert]:
    """
    Return what is to be heard of a change, and by whom; nothing under a pack that sends no messages.

    A warning says more than the 催办 that comes with it: who hears the one does not hear the other.
    """
    if pack.messages is None:
        return []
    told: list[Alert] = []
    heard: set[Addressee] = set()
    latest_first = sorted(reversed(change.lines), key=lambda line: isinstance(line[0].event, Chased))
    for entry, _, _ in latest_first:
        for occasion, addressees, fields in _said(entry.event, change.after, pack):
            if left := tuple(who for who in addressees if who not in heard):
                told.append(Alert(change.after, left, occasion, fields, entry, change.by_incident))
            heard.update(left)
    return told[::-1]


def _parted(alert: Alert, settings: ModeSettings | None) -> tuple[Alert, Alert | None]:
    """Return whom to tell at once, and whom in the next digest: those on duty, of what does not burn."""
    if not _waits(alert, settings):
        return alert, None
    crew = tuple(who for who in alert.addressees if who is Addressee.CREW)
    return alert.only(*crew), alert.only(*(who for who in alert.addressees if who is not Addressee.CREW))


def _waits(alert: Alert, settings: ModeSettings | None) -> bool:
    """Tell whether a digest is soon enough: for no danger, no escalation, and no 督办 that a person issues."""
    if alert.ticket.hazard or alert.occasion is Occasion.ESCALATION:
        return False
    if alert.occasion is Occasion.SUPERVISION and alert.entry.by.id != SYSTEM.id:
        return False
    return alert.by_incident or (settings is not None and settings.alerts == "digest")


def _said(event: Event, ticket: Ticket, pack: RulePack) -> Iterator[tuple[Occasion, ladder.Told, dict[str, object]]]:
    match event:
        case Warned() | Overdue():
            said = {"limit": event.limit.label, "due_at": event.due_at, "state": _state(event, ticket, pack)}
            yield Occasion.WARNING, event.told, said
        case Supervised():
            said = {"order_no": event.no, "reason": event.reason, "due_at": event.due_at}
            yield Occasion.SUPERVISION, (event.addressee, *event.copies), said
        case Escalated():
            said = {"reason": _reason(event), "level": event.level}
            yield Occasion.ESCALATION, event.told, said
        case Noted(note=NoteKind.HELPED):  # domain 3.4 [V44]: contact, type and material are reported to the leader
            yield Occasion.HELPED, (Addressee.DEPOT_LEADER,), {"text": event.text}
        case Chased(target=ChaseTarget() as target) if ticket.is_open and ticket.stage not in AFTERWARDS:
            by = "客户" if event.by_customer else "指挥中心"
            said = {"by": by, "n": ticket.flags.chased_n, "target": target.label, "stage": ticket.stage.label}
            yield Occasion.CHASE, CHASED[target], said
        case _:
            pass


def _state(event: Warned | Overdue, ticket: Ticket, pack: RulePack) -> str:
    """Say how far a limit is used up: as a share, or for an appointment the time that is left."""
    if isinstance(event, Overdue) or pack.supervision is None:
        return "已超"
    if ladder.is_appointed(ticket, event.limit):
        around = pack.supervision.appointment
        left = around.before_1 if event.level == 1 else around.before_2
        return f"还有{left.duration / timedelta(minutes=1):.0f}分钟"
    return f"已用{pack.supervision.levels[event.level - 1].share.value:.0%}"


def _reason(event: Escalated) -> str:
    what = f"{event.limit.label}:" if event.limit else ""
    return f"{what}{event.reason.label}" + (f",{event.text}" if event.text else "")


@dataclass(frozen=True, slots=True)
class Book:
    """
    Names of areas; numbers by area (or depot) and addressee, with how far above they stand; numbers of crews.

    ``missing``: area and addressee of those who were looked for in vain.
    """

    names: dict[str, str]
    duty: dict[tuple[str, str], tuple[int, list[str]]]
    crews: dict[str, str]
    missing: set[tuple[str, str]] = field(default_factory=set)

    def numbers(self, ticket: Ticket, addressees: Iterable[Addressee]) -> list[str]:
        """Return whom to write to, each number once."""
        found: dict[str, None] = {}
        for who in addressees:
            numbers = self._numbers(ticket, who)
            found |= dict.fromkeys(numbers)
            if not numbers and (who is not Addressee.CREW or ticket.crew is not None):
                self.missing.add((ticket.area, who.value))
        return list(found)

    def _numbers(self, ticket: Ticket, who: Addressee) -> Sequence[str]:
        """A depot's leader is his own depot's, or whoever stands for him at the ticket's county."""
        crew = ticket.crew
        if who is Addressee.CREW:
            return [self.crews[crew.crew_id]] if crew and crew.crew_id in self.crews else []
        if who is Addressee.DEPOT_LEADER and crew is not None:
            steps, own = self.duty.get((crew.depot, who.value), (0, []))
            if own and steps == 0:
                return own
        return self.duty.get((ticket.area, who.value), (0, []))[1]


async def _look_up(tx: Connection, told: Sequence[Alert]) -> Book:
    crews = {alert.ticket.crew for alert in told if alert.ticket.crew is not None}
    areas = {alert.ticket.area for alert in told} | {crew.depot for crew in crews}
    names: dict[str, str] = {}
    duty: dict[tuple[str, str], tuple[int, list[str]]] = {}
    for row in await tx.fetch(CONTACTS, sorted(areas)):
        names[row["start"]] = row["name"]
        if row["phone"] is not None:
            steps, numbers = duty.setdefault((row["start"], row["addressee"]), (row["steps"], []))
            if steps == row["steps"]:
                numbers.append(row["phone"])
    phones = await tx.fetch(CREWS, sorted({crew.crew_id for crew in crews})) if crews else []
    return Book(names, duty, {row["id"]: row["phone"] for row in phones})


def _messages(alert: Alert, book: Book, at: datetime) -> list[texts.Message]:
    ticket = alert.ticket
    numbers = book.numbers(ticket, alert.addressees)
    if not numbers:
        return []
    area = book.names.get(ticket.area, ticket.area)
    text = compose(alert.occasion, {"ticket_no": ticket.ticket_no, "area": area, **alert.fields})
    return [
        texts.Message(new_id(at), ticket.area, ticket.id, phone, text, ticket.pack)
        for phone in numbers
        if text.channel is Medium.VOICE or is_mobile(phone)
    ]


def _lines(alert: Alert, book: Book) -> list[digests.Line]:
    ticket, event = alert.ticket, alert.entry.event
    kind = digests.WarningKind(event.kind) if alert.addressees else None
    if kind is None:
        return []
    level = ladder.LIMIT if isinstance(event, Overdue) else getattr(event, "level", ladder.CHASE)
    return [
        digests.Line(
            phone,
            ticket.area,
            ticket.id,
            alert.entry.version,
            ticket.incident_id if alert.by_incident else ticket.id,
            kind,
            level,
            getattr(event, "due_at", None),
        )
        for phone in book.numbers(ticket, alert.addressees)
        if is_mobile(phone)
    ]
