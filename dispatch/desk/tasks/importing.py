"""Grid service tasks by sheet: a table to fill in, and what comes back, taken whole or not at all."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from dispatch.accounts.model import Account
from dispatch.capacity import tasksheet
from dispatch.capacity.cells import Fault
from dispatch.capacity.forms import Form, as_csv, as_xlsx
from dispatch.capacity.gridtask import GridTask
from dispatch.capacity.tasksheet import AREA, GUIDE, HEADINGS, KIND, MOST_MIN, WORK, TasksRead
from dispatch.capacity.taskwords import GridTaskKind
from dispatch.capacity.words import VisitArea
from dispatch.desk.bookings.sheets import BOUNDS, BadSheet, listed, said_of
from dispatch.desk.room import Desk, Once
from dispatch.kit import tables

from .making import BadTask, checked, county_of, keep

FORM = Form("网格任务", GUIDE, HEADINGS, (14, 11, 11, 8, 30, 13, 30, 12, 10))


@dataclass(frozen=True, slots=True)
class Imported:
    """
    What became of a sheet.

    :param rows_n: rows below the headings
    :param kept: False for a trial: then the tasks are those that would be made
    """

    rows_n: int
    tasks: tuple[GridTask, ...]
    kept: bool


async def import_sheet(
    desk: Desk,
    county: str,
    content: bytes,
    *,
    by: Account,
    at: datetime,
    once: Once | None = None,
    dry_run: bool = False,
) -> Imported:
    """
    Make the tasks that a sheet asks for, all or none.

    :raises NoSuchArea, BadTask, Forbidden: by whom and for where
    :raises BadTable, BadHeadings: if the file is no table of tasks
    :raises BadSheet: naming every cell that is wrong
    """
    area = county_of(desk, county, by=by)
    read = await asyncio.to_thread(_read, content)
    faults, made = list(read.faults), []
    for entry in read.entries:
        try:
            made.append(checked(desk, area.code, entry.task, by=by, at=at))
        except BadTask as refusal:
            faults.append(entry.fault(refusal.field, refusal.message))
    if faults:
        raise _bad(read, faults)
    kept = made if dry_run else await keep(desk, made, by=by, at=at, once=once)
    return Imported(read.rows_n, tuple(kept), kept=not dry_run)


def _read(content: bytes) -> TasksRead:
    return tasksheet.read(tables.read(content, BOUNDS), tables.merged(content))


def _bad(read: TasksRead, faults: list[Fault]) -> BadSheet:
    said = said_of(read.rows_n, faults, "填写有误", "未建立任何一项任务", "请改正后重新导入")
    return BadSheet(said, field="file", **listed(faults))


def template(encoding: str | None) -> bytes:
    """
    Return the empty table.

    :param encoding: of a CSV; None: a workbook with drop-down lists
    """
    if encoding is not None:
        return as_csv(FORM, [], encoding=encoding)
    choices = {KIND: [kind.label for kind in GridTaskKind], AREA: [area.label for area in VisitArea]}
    return as_xlsx(FORM, [], choices=choices, numbers={WORK: MOST_MIN})
