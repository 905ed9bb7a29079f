"""Half-day lists (派工清单): read and printed; what teams must acknowledge."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.capacity.words import Half
from dispatch.desk.room import Desk
from dispatch.desk.worklists import own, reading
from dispatch.desk.worklists.sheet import Sheet, sheet_of
from dispatch.kit.clock import CHINA
from dispatch.reports.press import Press
from dispatch.reports.worklists import leaf, paper, routemap, tables

from .capacity import Day
from .deps import CallerOf, DeskOf, Now, PressOf, shown
from .listshapes import Depot, NoticeList, NoticeShown, OfDay, OfHalf, OwnList, OwnLists, WorklistList, WorklistShown

router = APIRouter(tags=["worklists 派工清单"])

CrewId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="班组编号")]
NoticeId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="通知编号")]
Reader = Annotated[Account, CallerOf("worklist.read")]
AREA = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="区域编码,含其下属各班所;缺省为本辖区")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class WorklistQuery(BaseModel):
    """Which lists are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="县或班所;缺省为本辖区,全省、全市须指定"
    )
    depot: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="只要该班所的")
    date: Day
    half: Half


class OwnQuery(BaseModel):
    """Which day is wanted."""

    model_config = ConfigDict(extra="forbid")

    date: Day | None = Field(default=None, description="作业日;缺省为今天(北京时间)")


class NoticeQuery(BaseModel):
    """Which notices are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = AREA
    date: Day | None = Field(default=None, description="只列这一天的清单")
    seen: bool = Field(default=False, description="也列已确认的")
    limit: int = Field(default=reading.AT_MOST, ge=1, le=reading.AT_MOST, description="最多几条")


@router.get("/worklists", operation_id="list_worklists", summary="派工清单", response_model=WorklistList)
async def list_worklists(caller: Reader, query: Annotated[WorklistQuery, Query()], desk: DeskOf, now: Now) -> Response:
    """List the half-day's lists of an area; before the freeze drafts, where something is booked."""
    if query.depot is not None:
        one = await reading.shown(desk, query.depot, query.date, query.half, by=caller, at=now)
        return shown(WorklistList(worklists=[WorklistShown.of(one)]))
    found = await reading.shown_in(desk, query.area, query.date, query.half, by=caller, at=now)
    return shown(WorklistList(worklists=[WorklistShown.of(each) for each in found]))


@router.get(
    "/worklists/{depot}/{day}/{half}.xlsx",
    operation_id="export_worklist_xlsx",
    summary="派工清单(XLSX)",
    response_class=Response,
    responses={200: {"content": {XLSX: {}}, "description": "工作簿"}},
)
async def as_workbook(
    depot: Depot, day: OfDay, half: OfHalf, caller: Reader, desk: DeskOf, press: PressOf, now: Now
) -> Response:
    """Return the list as a workbook."""
    return await _file(desk, press, (depot, day, half), tables.workbook, ("xlsx", XLSX), by=caller, at=now)


@router.get(
    "/worklists/{depot}/{day}/{half}.html",
    operation_id="export_worklist_html",
    summary="派工清单(打印页)",
    response_class=Response,
    responses={200: {"content": {"text/html": {}}, "description": "A4 打印页"}},
)
async def as_page(
    depot: Depot, day: OfDay, half: OfHalf, caller: Reader, desk: DeskOf, press: PressOf, now: Now
) -> Response:
    """Return the list as a page for the printer; it asks nothing of the network."""
    return await _file(
        desk, press, (depot, day, half), leaf.page, ("html", "text/html; charset=utf-8"), by=caller, at=now
    )


@router.get(
    "/worklists/{depot}/{day}/{half}.pdf",
    operation_id="export_worklist_pdf",
    summary="派工清单(PDF)",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}, "description": "每队一页"}},
)
async def as_paper(
    depot: Depot, day: OfDay, half: OfHalf, caller: Reader, desk: DeskOf, press: PressOf, now: Now
) -> Response:
    """Return the list as PDF, a page for each team."""
    return await _file(desk, press, (depot, day, half), paper.paper, ("pdf", "application/pdf"), by=caller, at=now)


@router.get(
    "/worklists/{depot}/{day}/{half}/map.png",
    operation_id="export_worklist_map",
    summary="派工清单路线图",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}, "description": "路线图"}},
)
async def as_map(
    depot: Depot, day: OfDay, half: OfHalf, caller: Reader, desk: DeskOf, press: PressOf, now: Now
) -> Response:
    """Return the routes as a picture."""
    return await _file(desk, press, (depot, day, half), routemap.png, ("png", "image/png"), by=caller, at=now)


@router.get(
    "/worklists/{depot}/{day}/{half}",
    operation_id="read_worklist",
    summary="一份派工清单",
    response_model=WorklistShown,
)
async def read_worklist(depot: Depot, day: OfDay, half: OfHalf, caller: Reader, desk: DeskOf, now: Now) -> Response:
    """Return a depot's list, or the draft of one that is not frozen yet."""
    return shown(WorklistShown.of(await reading.shown(desk, depot, day, half, by=caller, at=now)))


@router.get(
    "/crews/{crew_id}/worklists",
    operation_id="read_crew_worklists",
    summary="班组自己的派工清单",
    response_model=OwnLists,
)
async def of_crew(
    crew_id: CrewId,
    caller: Annotated[Account, CallerOf("worklist.own")],
    query: Annotated[OwnQuery, Query()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Return the route of each team that the crew's people are; no other team's, and nobody's telephone."""
    day = query.date or now.astimezone(CHINA).date()
    found = await own.of_crew(desk, crew_id, day, by=caller)
    return shown(OwnLists(crew_id=crew_id, date=day, lists=[OwnList.of(made, team) for made, team in found]))


@router.get(
    "/worklist-notices", operation_id="list_worklist_notices", summary="清单变更通知", response_model=NoticeList
)
async def list_notices(caller: Reader, query: Annotated[NoticeQuery, Query()], desk: DeskOf) -> Response:
    """List what teams were told and nobody has acknowledged yet."""
    found = await reading.notices(desk, query.area, day=query.date, seen=query.seen, limit=query.limit, by=caller)
    return shown(NoticeList(notices=[NoticeShown.of(each) for each in found]))


@router.post(
    "/worklist-notices/{notice_id}/seen",
    operation_id="see_worklist_notice",
    summary="确认清单变更",
    response_model=NoticeShown,
)
async def see_notice(
    notice_id: NoticeId, caller: Annotated[Account, CallerOf("worklist.seen")], desk: DeskOf, now: Now
) -> Response:
    """Say that the team knows."""
    return shown(NoticeShown.of(await reading.see(desk, notice_id, by=caller, at=now)))


async def _file(
    desk: Desk,
    press: Press,
    which: tuple[str, date, Half],
    write: Callable[[Sheet], bytes],
    kind: tuple[str, str],
    *,
    by: Account,
    at: datetime,
) -> Response:
    """Return a list as a file; that it left the system is kept in the audit."""
    found = await reading.shown(desk, *which, by=by, at=at)
    await reading.exported(desk, found, kind[0], by=by, at=at)
    sheet = await sheet_of(desk, found, at=at)
    file = await press.printed(write, sheet)
    name = f"worklist-{which[0]}-{which[1].isoformat()}-{which[2].value}.{kind[0]}"
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
    return Response(file, media_type=kind[1], headers=headers)
