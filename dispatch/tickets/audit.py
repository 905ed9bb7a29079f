"""Does all that is kept of the tickets agree? Folds every log and compares it with what was written beside it."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from dispatch.kit.db import Connection, Database, Row
from dispatch.kit.rulepack import Packs, UnknownPack
from dispatch.kit.words import Labelled

from . import lifecycle, limits, statements, store
from .chain import digest
from .events import Entry, Overdue
from .model import Ticket, document, lender
from .timed import timed

PAGE = 500
MOST_NAMED = 200  # findings that are kept in full; beyond that they are only counted

Progress = Callable[[int, int], None]  # tickets done, tickets in all


class Fault(Labelled):
    """What can be wrong with what is kept of a ticket."""

    GAP = "gap", "日志缺号"
    UNREADABLE = "unreadable", "日志无法解读"
    BROKEN_CHAIN = "broken_chain", "日志哈希不符"
    ROW_DIFFERS = "row_differs", "工单与日志不符"
    DISPATCH_DIFFERS = "dispatch_differs", "派工记录与日志不符"
    DEADLINE_DIFFERS = "deadline_differs", "时限记录与日志不符"
    NO_LOG = "no_log", "工单没有日志"
    NO_TICKET = "no_ticket", "日志没有工单"
    UNKNOWN_PACK = "unknown_pack", "规则包缺失"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not agree."""

    ticket_id: str
    fault: Fault
    detail: str


@dataclass
class Result:
    """What was looked at and what was found."""

    tickets: int = 0
    events: int = 0
    deadlines: int = 0
    dispatches: int = 0
    faults: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return self.faults == 0

    def add(self, found: Iterable[Finding]) -> None:
        for finding in found:
            self.faults += 1
            if len(self.findings) < MOST_NAMED:
                self.findings.append(finding)


@dataclass(frozen=True)
class Kept:
    """All that is kept of one ticket."""

    row: Row
    lines: Sequence[Row]
    dispatches: Sequence[Row]
    deadlines: Sequence[Row]


class _Unfit(Exception):
    """The log cannot be folded."""

    def __init__(self, fault: Fault, detail: str) -> None:
        super().__init__(detail)
        self.fault, self.detail = fault, detail


async def audit(db: Database, packs: Packs, *, progress: Progress | None = None) -> Result:
    """
    Check every ticket, as of one moment.

    :param progress: told after each page how far it is
    """
    result = Result()
    async with (
        db.connection() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        total = await connection.fetchval("SELECT count(*) FROM ticket")
        after = ""
        while kept := await _page(connection, after):
            for ticket in kept:
                _count(result, ticket)
                result.add(findings(ticket, packs))
            after = kept[-1].row["id"]
            if progress is not None:
                progress(result.tickets, total)
        orphans = await connection.fetch(statements.ORPHANS)
        result.add(Finding(row["ticket_id"], Fault.NO_TICKET, f"{row['n']} 行") for row in orphans)
    return result


async def _page(connection: Connection, after: str) -> list[Kept]:
    rows = await connection.fetch(statements.AUDITED, after, PAGE)
    ids = [row["id"] for row in rows]
    parts: list[dict[str, list[Row]]] = []
    for statement in (statements.LINES, statements.DISPATCHES, statements.DEADLINES):
        of: dict[str, list[Row]] = defaultdict(list)
        for row in await connection.fetch(statement, ids):
            of[row["ticket_id"]].append(row)
        parts.append(of)
    return [Kept(row, *(part[row["id"]] for part in parts)) for row in rows]


def _count(result: Result, kept: Kept) -> None:
    result.tickets += 1
    result.events += len(kept.lines)
    result.dispatches += len(kept.dispatches)
    result.deadlines += len(kept.deadlines)


def findings(kept: Kept, packs: Packs) -> Iterator[Finding]:
    """Yield what does not agree about one ticket."""
    ticket_id = kept.row["id"]
    try:
        entries, ticket = _folded(kept)
    except _Unfit as unfit:
        yield Finding(ticket_id, unfit.fault, unfit.detail)
        return
    if difference := _difference(kept.row, ticket, packs):
        yield Finding(ticket_id, Fault.ROW_DIFFERS, difference)
    if _dispatch_rows(ticket) != {tuple(row.values()) for row in kept.dispatches}:
        yield Finding(ticket_id, Fault.DISPATCH_DIFFERS, f"{len(ticket.dispatches)} 次派工")
    try:
        difference = _deadlines_differ(ticket, entries, kept.deadlines, packs)
    except UnknownPack:
        yield Finding(ticket_id, Fault.UNKNOWN_PACK, ticket.pack)
        return
    if difference:
        yield Finding(ticket_id, Fault.DEADLINE_DIFFERS, difference)


def _folded(kept: Kept) -> tuple[list[Entry], Ticket]:
    """
    Return the log and its sum, having checked number and hash of each line.

    :raises _Unfit: at the first line that is wrong
    """
    ticket: Ticket | None = None
    entries: list[Entry] = []
    before = b""
    for version, row in enumerate(kept.lines, start=1):
        if row["version"] != version:
            raise _Unfit(Fault.GAP, f"第 {version} 行缺失")
        entry = _read(row)
        if digest(before, entry, row["payload"], row["geo"]) != row["hash"]:
            raise _Unfit(Fault.BROKEN_CHAIN, f"第 {version} 行")
        ticket, before = lifecycle.evolve(ticket, entry), row["hash"]
        if (row["area"], row["kind"]) != (ticket.area, entry.event.kind):
            raise _Unfit(Fault.BROKEN_CHAIN, f"第 {version} 行的单位或类型")
        entries.append(entry)
    if ticket is None:
        raise _Unfit(Fault.NO_LOG, "")
    return entries, ticket


def _read(row: Row) -> Entry:
    try:
        return store.entry_of(row)
    except (ValidationError, ValueError, TypeError) as error:
        raise _Unfit(Fault.UNREADABLE, f"第 {row['version']} 行:{type(error).__name__}") from error


def _difference(row: Row, ticket: Ticket, packs: Packs) -> str:
    """Return the names of what differs between the row and the sum of the log; empty if nothing does."""
    expected: dict[str, Any] = {
        "version": ticket.version,
        "area": ticket.area,
        "stage": ticket.stage.value,
        "ticket_no": ticket.ticket_no,
        "incident_id": ticket.incident_id,
        "crew_id": ticket.crew.crew_id if ticket.crew else None,
        "lender": lender(ticket),
        "reported_at": ticket.reported_at,
        "is_open": ticket.is_open,
        "head": ticket.head,
    }
    names = [name for name, value in expected.items() if row[name] != value]
    pack = packs.by_key.get(ticket.pack)
    folded = document(ticket if pack is None else timed(ticket, pack))
    if row["doc"] != folded:
        names += [f"doc.{name}" for name in _fields_apart(json.loads(row["doc"]), json.loads(folded))]
    return "、".join(names)


def _fields_apart(kept: Mapping[str, Any], folded: Mapping[str, Any]) -> list[str]:
    """``due`` is compared where both have it: rows older than the field have none, nor a ticket whose pack is lost."""
    names = (kept.keys() | folded.keys()) - ({"due"} - (kept.keys() & folded.keys()))
    return sorted(name for name in names if kept.get(name) != folded.get(name))


def _dispatch_rows(ticket: Ticket) -> set[tuple[Any, ...]]:
    return {
        (ticket.id, d.no, ticket.area, d.crew_id, d.crew_area, d.depot, d.sent_at, d.ended_at)
        for d in ticket.dispatches
    }


def _deadlines_differ(ticket: Ticket, entries: Iterable[Entry], rows: Iterable[Row], packs: Packs) -> str:
    """Each clock that runs is armed unless it was fired; each that was fired has one event, and each event a clock."""
    by_state: dict[str, set[tuple[str, datetime]]] = defaultdict(set)
    for row in rows:
        by_state[row["state"]].add((row["name"], row["due_at"]))
    events = [(e.event.limit.value, e.event.due_at) for e in entries if isinstance(e.event, Overdue)]
    if len(events) != len(set(events)) or set(events) != by_state["fired"]:
        return f"超时事件 {len(events)} 条,已触发 {len(by_state['fired'])} 条"
    running = {(limit.value, clock.due_at) for limit, clock in limits.running(ticket, packs.get(ticket.pack))}
    if running - by_state["fired"] != by_state["armed"]:
        return f"应计时 {len(running)} 项,已设 {len(by_state['armed'])} 项"
    return ""
