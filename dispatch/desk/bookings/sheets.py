"""
Declarations by sheet: a table to fill in, and what comes back, taken whole or not at all.

Cells that are wrong in themselves are 422, rows that overwrite what the sheet did not see or cut below what is booked
without a reason are 409; either way all of them are named (up to ``TOLD``), and nothing is changed.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.capacity import declaration as rules_of_declaring
from dispatch.capacity import sheet, template, weekly
from dispatch.capacity.cells import Fault, place_of, plain
from dispatch.capacity.declaration import Declaration, ReasonNeeded, hours
from dispatch.capacity.sheet import Entry, Read
from dispatch.capacity.template import Blank
from dispatch.capacity.words import Half, VisitArea, VisitKind
from dispatch.desk import idempotency
from dispatch.desk.room import Desk, Once
from dispatch.kit import tables
from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid, Refusal
from dispatch.kit.looprules import BookingRules
from dispatch.kit.tables import Bounds

from .halfdays import depot_of, rules_of
from .keeping import Declared, Standing, Wanted, standing, take_turns, troubles, write
from .preview import TRIAL, trial
from .weeks import Week, week_of

TOLD = 100  # faults that an answer lists
UNDONE = "未申报任何一行"
MIB = 1024 * 1024
EMPTY = "可先下载模板 template.xlsx 再填写"
FORMULA = ("=", "+", "-", "@")  # with which a spreadsheet takes a CSV's text for a formula
BOUNDS = Bounds(rows=2000, size=4 * MIB, unpacked=32 * MIB, empty=EMPTY, formulas=False)


class BadSheet(Invalid):
    """Cells of the sheet are wrong; nothing was changed. ``details.rows`` lists them."""


class SheetConflicts(Refusal):
    """Rows of the sheet do not agree with what was declared or booked since. ``details.rows`` lists them."""


class TooManyDepots(Invalid):
    """One sheet does not hold the weeks of so many depots."""


@dataclass(frozen=True, slots=True)
class Taken:
    """
    What became of a sheet.

    :param rows_n: rows below the headings
    :param same_n: that say what somebody declared already
    :param kept: False for a trial
    :param reason_needed: somebody loses his place by it, so it must say why
    """

    rows_n: int
    same_n: int
    declared: Declared
    kept: bool

    @property
    def reason_needed(self) -> bool:
        return any(each.displaced for each in self.declared.declarations)


async def import_sheet(
    desk: Desk,
    content: bytes,
    *,
    reason: str,
    by: Account,
    at: datetime,
    once: Once | None = None,
    dry_run: bool = False,
) -> Taken:
    """
    Declare what a sheet says, of all depots that ``by`` declares for.

    :raises NoBooking: by whom and for what
    :raises BadTable, BadHeadings: if the file is no table of declarations
    :raises BadSheet: naming every cell that is wrong
    :raises SheetConflicts: naming every row that overwrites what it has not seen, or cuts without a reason
    """
    rules, depots = rules_of(desk.pack), _names(desk, depots_of(desk, by))
    read = await asyncio.to_thread(_read, content, depots)
    async with trial(desk.db) if dry_run else desk.db.transaction() as tx:
        if not dry_run and (first := await idempotency.find(tx, by, once)) is not None:
            declared = Declared.model_validate_json(first)
            return Taken(read.rows_n, len(read.entries) - len(declared.declarations), declared, kept=True)
        await take_turns(tx, desk, (entry.slot for entry in read.entries), at=at)
        before = await standing(tx, [entry.slot for entry in read.entries], at=at)
        news = {wanted: entry for wanted, entry in _wanted(read, before) if not wanted.is_said(before[wanted.slot])}
        said = reason or (TRIAL if dry_run else "")
        _check(read, news, before, rules, reason=said, at=at)
        declared = await _written(tx, desk, read, news, before, reason=said, by=by, at=at)
        if not dry_run:
            await idempotency.remember(tx, by, once, declared.model_dump_json(exclude_none=True), status=201)
    return Taken(read.rows_n, len(read.entries) - len(news), declared, kept=not dry_run)


def _read(content: bytes, depots: dict[str, list[str]]) -> Read:
    return sheet.read(tables.read(content, BOUNDS), tables.merged(content), depots)


async def _written(
    tx: Connection,
    desk: Desk,
    read: Read,
    news: dict[Wanted, Entry],
    before: Standing,
    *,
    reason: str,
    by: Account,
    at: datetime,
) -> Declared:
    """:raises SheetConflicts: naming the row whose teams cannot drive to all who are booked, and that says no reason"""
    try:
        ordered = sorted(news, key=lambda wanted: wanted.slot.order)
        return await write(tx, desk, ordered, before, reason=reason, by=by, at=at)
    except ReasonNeeded as refusal:
        rows = [entry.fault(refusal) for wanted, entry in news.items() if wanted.slot == refusal.slot]
        raise _conflicting(read, rows) from refusal


def _wanted(read: Read, before: Standing) -> Iterator[tuple[Wanted, Entry]]:
    for entry in read.entries:
        now = before[entry.slot].declared
        said = Wanted(slot=entry.slot, teams=entry.teams, visits=entry.visits, seen=_seen(entry, now))
        yield said, entry


def _seen(entry: Entry, now: Declaration | None) -> int:
    """Return the version that a row was filled in upon: without one nobody's; a copy that nobody made hides nothing."""
    if entry.seen is not None:
        return entry.seen
    return now.version if now is not None and now.inherited else 0


def _check(
    read: Read, news: dict[Wanted, Entry], before: Standing, rules: BookingRules, *, reason: str, at: datetime
) -> None:
    """:raises BadSheet, SheetConflicts: naming what is wrong"""
    faults = list(read.faults)
    for wanted, entry in news.items():
        try:
            rules_of_declaring.check(entry.slot, teams=wanted.teams, visits=wanted.visits, rules=rules, at=at)
        except Invalid as refusal:
            faults.append(entry.fault(refusal))
    if faults:
        said = said_of(read.rows_n, faults, "填写有误", UNDONE, "请改正后重新导入")
        raise BadSheet(said, field="file", **listed(faults))
    if not read.entries:
        raise BadSheet(f"{read.rows_n} 行都没有填队伍数和户数,{UNDONE};请填写后重新导入", field="file", **listed(()))
    conflicts = [news[wanted].fault(refusal) for wanted, refusal in troubles(news, before, reason=reason)]
    if conflicts:
        raise _conflicting(read, conflicts)


def _conflicting(read: Read, conflicts: Sequence[Fault]) -> SheetConflicts:
    remedy = "请下载最新模板核对后重新导入"
    said = said_of(read.rows_n, conflicts, "与现有申报或预约冲突", UNDONE, remedy)
    return SheetConflicts(said, field="file", **listed(conflicts))


def said_of(rows_n: int, faults: Sequence[Fault], what: str, undone: str, remedy: str) -> str:
    """Return in one sentence how much of a sheet is wrong, where first, that nothing was done, and what to do."""
    rows = len({fault.row for fault in faults})
    first = min(faults, key=place_of)
    return f"{rows_n} 行中有 {rows} 行{what},{undone};首处:{first}。{remedy}"


def listed(faults: Sequence[Fault]) -> dict[str, object]:
    """Return the faults as an answer's details, row by row."""
    told = sorted(faults, key=place_of)[:TOLD]
    rows = [{"row": fault.row, "column": fault.column, "message": fault.message} for fault in told]
    return {"rows": rows, "faults_n": len(faults)}


def depots_of(desk: Desk, by: Account) -> list[str]:
    """Return the depots that an account declares for."""
    areas = desk.areas
    counties = areas.counties(areas.province().code)
    found = ((county, depot) for county in counties for depot in areas.depots(county))
    return [
        depot
        for county, depot in found
        if rights.allowed(by, "capacity.declare", area=county, depot=depot, covers=areas.covers)
    ]


def _names(desk: Desk, depots: Sequence[str]) -> dict[str, list[str]]:
    """Return what a depot may be called, written as cells are read: its name, or its code, which goes first."""
    named: defaultdict[str, list[str]] = defaultdict(list)
    for depot in depots:
        named[plain(desk.areas.get(depot).name)].append(depot)
    return named | {depot: [depot] for depot in depots}


def _labels(desk: Desk, depots: Sequence[str]) -> dict[str, str]:
    """Return what depots are called in the table: by code where a name means two, or would act as a formula."""
    names = _names(desk, depots)
    called = {depot: desk.areas.get(depot).name for depot in depots}
    return {
        depot: name if names[plain(name)] == [depot] and not name.startswith(FORMULA) else depot
        for depot, name in called.items()
    }


async def template_of(
    desk: Desk, monday: date, depot: str | None, *, encoding: str | None, by: Account, at: datetime
) -> bytes:
    """
    Return the table of a week to fill in: what is declared, or what would be copied, else empty.

    :param depot: None: all that ``by`` declares for
    :param encoding: of a CSV; None: a workbook
    :raises NoSuchArea, NotADepot, Forbidden, NoBooking: by whom and for what
    :raises TooManyDepots: if one sheet does not hold them
    """
    depots = [depot_of(desk, depot).code] if depot is not None else depots_of(desk, by)
    for code in depots:
        county = desk.areas.county_of_depot(code)
        rights.check(by, "capacity.declare", area=county, depot=code, covers=desk.areas.covers)
    most = BOUNDS.rows // (len(weekly.days_of(monday)) * len(Half) * len(VisitKind) * len(VisitArea))
    if len(depots) > most:
        raise TooManyDepots(f"一张表最多放 {most} 个班所,请用 depot 指定一个班所", field="depot")
    labels, rows = _labels(desk, depots), list[Blank]()
    for code in depots:
        week = await week_of(desk, code, monday, by=by, at=at)
        rows += _blanks(labels[code], week, rules_of(desk.pack), at)
    if encoding is not None:
        return template.written_as_csv(rows, encoding=encoding)
    days = weekly.days_of(monday)
    return await asyncio.to_thread(template.written_as_xlsx, rows, depots=list(labels.values()), days=days)


def _blanks(label: str, week: Week, rules: BookingRules, at: datetime) -> Iterator[Blank]:
    """Yield a row for each class of each half-day that is not over; of a day off only where something is declared."""
    now = {load.declaration.slot: load.declaration for load in week.loads}
    said = {(each.slot.date, each.slot.half, each.slot.kind, each.slot.area_class): each for each in now.values()}
    copied = {(gap.slot.date, gap.slot.half, gap.slot.kind, gap.slot.area_class): gap.source for gap in week.gaps}
    off = week.off - {slot.date for slot in now}
    for day in (day for day in weekly.days_of(week.monday) if day not in off):
        for half in (half for half in Half if at < hours(rules, day, half).ends_at):
            for kind, area in ((kind, area) for kind in VisitKind for area in VisitArea):
                found = said.get((day, half, kind, area))
                like = found or copied.get((day, half, kind, area))
                teams, visits = (like.teams, like.visits) if like else (None, None)
                yield Blank(label, day, half, kind, area, teams, visits, found.version if found else None)
