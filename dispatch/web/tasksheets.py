"""Grid service tasks by sheet (网格任务导入): the table to fill in, and what comes back."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from dispatch.desk.room import Once
from dispatch.desk.tasks import importing
from dispatch.tickets.facts import Code

from .bodies import In
from .declaring import CSV, XLSX, Encoded, unpacked
from .deps import BodyOf, DeskOf, Now, shown
from .idempotency import REPLAYED, OnceOf
from .tasks import Maker, TaskShown

router = APIRouter(tags=["tasks 网格任务"])


class TaskSheetBody(In):
    """A table of tasks of one county, CSV or XLSX; all rows or none."""

    area: Code = Field(description="县")
    content: str = Field(min_length=1, description="文件内容,Base64")
    dry_run: bool = Field(default=False, description="只检查,不建立")


class TaskSheetAnswer(BaseModel):
    """What became of a sheet."""

    rows: int = Field(description="表头以下的行数")
    kept: bool = Field(description="已建立;只检查时为否")
    tasks: Sequence[TaskShown] = Field(description="建立的任务;只检查时为将要建立的")


@router.post(
    "/grid-tasks/sheets",
    operation_id="import_grid_tasks",
    summary="导入网格任务表",
    status_code=201,
    response_model=TaskSheetAnswer,
)
async def import_tasks(
    caller: Maker,
    body: Annotated[TaskSheetBody, BodyOf(TaskSheetBody)],
    once: Annotated[Once, OnceOf(required=True)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """
    Make the tasks of a sheet: all rows or none.

    422 `BadSheet` names every wrong cell by row and column letter with the remedy, at most 100.
    """
    content = unpacked(body.content)
    done = await importing.import_sheet(desk, body.area, content, dry_run=body.dry_run, by=caller, at=now, once=once)
    answer = TaskSheetAnswer(rows=done.rows_n, kept=done.kept, tasks=[TaskShown.of(task) for task in done.tasks])
    return shown(answer, status=201, headers=REPLAYED if once.replayed else None)


@router.get(
    "/grid-tasks/template.xlsx",
    operation_id="grid_task_workbook",
    summary="网格任务表(XLSX)",
    response_class=Response,
    responses={200: {"content": {XLSX: {}}, "description": "首行填写说明、次行表头,带下拉框"}},
)
async def workbook(caller: Maker) -> Response:
    """Return the table to fill in, with drop-down lists."""
    content = await asyncio.to_thread(importing.template, None)
    return Response(content, media_type=XLSX, headers=_named("xlsx"))


@router.get(
    "/grid-tasks/template.csv",
    operation_id="grid_task_csv",
    summary="网格任务表(CSV)",
    response_class=Response,
    responses={200: {"content": {CSV: {}}, "description": "首行填写说明、次行表头"}},
)
async def as_text(caller: Maker, query: Annotated[Encoded, Query()]) -> Response:
    """Return the table to fill in as text."""
    charset = "utf-8" if query.encoding == "utf-8-sig" else query.encoding
    content = importing.template(query.encoding)
    return Response(content, media_type=f"{CSV}; charset={charset}", headers=_named("csv"))


def _named(ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="grid-tasks.{ending}"'}
