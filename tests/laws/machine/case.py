"""
One ticket with its log and its clocks in memory: checked, climbed, sealed and evolved as the store does it.

``Kept`` stands for a row of the table ``deadline``; what the statements do to such a row is done here by hand.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from dispatch.kit.rulepack import Packs, RulePack
from dispatch.tickets import climbing, lifecycle, limits, store
from dispatch.tickets.chain import digest, geo_text, payload_of
from dispatch.tickets.events import EVENT, Actor, Drafted, Entry, Event, Submitted
from dispatch.tickets.model import Ticket
from dispatch.tickets.rows import Armed, Call, Change, Moved
from dispatch.tickets.words import CallOutcome, Limit, Source
from tests.tickets.history import OPENING

PACK = Packs.load().latest("sgcc")
SEAT = Actor("seat", "SEAT_AGENT")
Key = tuple[Limit, datetime]


@dataclass
class Kept:
    """One clock as it is kept: how far its ladder was climbed, its steps, when the next is due."""

    level: int
    ladder: tuple[datetime | None, ...]
    next_at: datetime | None
    state: str


@dataclass
class Case:
    """A ticket, all that was written down of it, and the same read back line by line."""

    ticket: Ticket
    pack: RulePack
    log: list[Entry] = field(default_factory=list)
    rows: dict[Key, Kept] = field(default_factory=dict)
    rebuilt: Ticket | None = None

    @classmethod
    def open(cls, at: datetime, *, draft: bool, pack: RulePack = PACK, **said: Any) -> "Case":
        given = {**OPENING, "pack": pack.key, "reported_at": at, **said}
        event = Drafted(**given) if draft else Submitted(**given)
        outcome = CallOutcome.DRAFT if draft else CallOutcome.TICKET
        call = Call(event.call_id, event.area, event.channel, "13900000001", SEAT.id, at, outcome)
        change = store.opened(store.Opening("ticket-1", event, call, SEAT, Source.CTI, at, pack))
        case = cls(change.after, pack)
        case._write(change)
        return case

    def append(
        self, event: Event, *, by: Actor, source: Source, at: datetime, claimed: datetime | None = None
    ) -> list[Entry]:
        """
        Let the event happen, after what was due before; return the new lines, the event's own last.

        :raises Refusal: what the life cycle refuses; nothing is changed then
        """
        when = claimed or max(at, self.ticket.last_at)
        before, kept, n = self.ticket, {key: replace(row) for key, row in self.rows.items()}, len(self.log)
        try:
            while True:
                entry = Entry(self.ticket.id, self.ticket.version + 1, when, at, by, source, event)
                lifecycle.check(self.ticket, entry, self.pack)
                settled = limits.settled(self.ticket, entry, self.pack)
                if self._climb(at, spared=limits.kept(settled)):
                    continue
                change = Change(self.ticket, self.ticket)
                climbing.add(change, replace(entry, event=settled))
                climbing.set_clocks(change, self.pack)
                self._write(change)
                return self.log[n:]
        except Exception:
            self.ticket, self.rows = before, kept
            del self.log[n:]
            raise

    def catch_up(self, at: datetime) -> list[Entry]:
        """Take what is due, as the worker does; return the new lines."""
        n = len(self.log)
        while self._climb(at):
            pass
        return self.log[n:]

    def read_back(self) -> None:
        """Read the lines that are not read yet, each from its payload, and hold it against its seal."""
        for entry in self.log[0 if self.rebuilt is None else self.rebuilt.version :]:
            before = self.rebuilt.head if self.rebuilt else b""
            payload = payload_of(entry)
            assert digest(before, entry, payload, geo_text(entry.geo)) == entry.hash
            self.rebuilt = lifecycle.evolve(self.rebuilt, replace(entry, event=EVENT.validate_json(payload)))

    def _climb(self, at: datetime, *, spared: frozenset[Limit] = frozenset()) -> bool:
        due = [
            {"name": limit.value, "due_at": due_at, "level": row.level, "ladder": row.ladder}
            for (limit, due_at), row in self.rows.items()
            if row.next_at is not None and row.next_at < at and limit not in spared
        ]
        if not due:
            return False
        assert climbing.may_climb(self.ticket, self.pack, at)  # else the store would not look for these rows
        change = Change(self.ticket, self.ticket)
        climbing.climb(change, due, self.pack, at)
        climbing.set_clocks(change, self.pack)
        self._write(change)
        return True

    def _write(self, change: Change) -> None:
        self.log += [entry for entry, _, _ in change.lines]
        self.ticket = change.after
        for key, moved in change.moved.items():
            self._move(self.rows[key], moved)
        for armed in change.armed:
            self._arm(armed, begun=(armed.limit, armed.times[2]) not in change.moved)

    @staticmethod
    def _move(row: Kept, moved: Moved) -> None:
        row.state = "fired" if moved.state == "met" and row.state == "fired" else moved.state
        row.level = row.level if moved.level is None else moved.level
        row.next_at = moved.next_at

    def _arm(self, armed: Armed, *, begun: bool) -> None:
        assert begun, f"{armed.limit} is moved and armed in one statement"
        row = self.rows.get((armed.limit, armed.times[2]))
        if row is None:
            self.rows[armed.limit, armed.times[2]] = Kept(armed.level, armed.times, armed.times[armed.level], "armed")
        elif row.next_at is None:
            row.level = max(row.level, armed.level)
            row.state = "fired" if row.level >= 3 else "armed"
            row.ladder = armed.times
            row.next_at = armed.times[row.level] if row.level < 4 else None
