"""Capacity declared by the week and by sheet, tried before it is done, and who has not declared yet (周申报)."""

import base64
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.capacity import weekly
from dispatch.capacity.declaration import Declaration
from dispatch.capacity.weekstore import Gap
from dispatch.capacity.words import Half, VisitArea, VisitKind
from dispatch.desk.bookings import preview, sheets, weeks
from dispatch.desk.bookings.capacity import NewDeclaration
from dispatch.desk.bookings.keeping import Declared
from dispatch.desk.bookings.preview import Foreseen, Victim
from dispatch.desk.bookings.weeks import Standing, Week
from dispatch.desk.room import Once
from dispatch.kit.errors import Invalid

from .bodies import In
from .capacity import (
    BookingShown,
    Day,
    DeclarationBody,
    DeclarationLine,
    DeclarationShown,
    DeclaredShown,
    Local,
    MaybeOnce,
    SlotShown,
)
from .deps import AreaCode, BodyOf, CallerOf, DeskOf, Now, shown
from .idempotency import REPLAYED, OnceOf

router = APIRouter(tags=["capacity 承载力"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
MOST_LINES = 7 * len(Half) * len(VisitKind) * len(VisitArea)  # of a depot's week
AREA = r"^[A-Za-z0-9_-]{1,32}$"
WEEK = "周:2026-W28,或该周星期一的日期 2026-07-06"
WeekCode = Annotated[str, Path(max_length=10, description=WEEK)]
WeekText = Annotated[str, Field(max_length=10, description=WEEK)]


class SheetNotBase64(Invalid):
    """The sheet in the body is not Base64."""


class WeekLine(DeclarationLine):
    """One half-day of a week, upon the version that the caller saw."""

    version: int = Field(ge=0, le=2**31 - 1, description="所见版本,0 为尚未申报;不符则 409")


class WeekBody(In):
    """A depot's week; all lines or none. What is not named stays as it is."""

    lines: list[WeekLine] = Field(min_length=1, max_length=MOST_LINES)
    reason: str = Field(default="", max_length=200, description="原因;有户因此失去名额时必填")


class GapShown(BaseModel):
    """A half-day that the depot declared before and not for this week."""

    date: date
    half: Half
    kind: VisitKind
    area_class: VisitArea
    teams: int = Field(description="往周同一天的队伍数;逾期未申报则沿用")
    visits: int
    source: Day = Field(description="沿用自哪一天")

    @classmethod
    def of(cls, gap: Gap) -> Self:
        said = gap.slot.model_dump(exclude={"depot"})
        return cls(**said, teams=gap.source.teams, visits=gap.source.visits, source=gap.source.slot.date)


class DayShown(BaseModel):
    """One day of the week."""

    date: date
    workday: bool = Field(description="false 为休息日:不沿用往周,申报后才可预约")
    slots: Sequence[SlotShown]
    missing: Sequence[GapShown] = Field(description="往周同一天申报过、本周尚未申报的")


class WeekShown(BaseModel):
    """A depot's week as a grid."""

    depot: str
    week: str
    monday: date
    due_at: Local = Field(description="申报截止;逾期未申报的沿用往周同一天")
    days: Sequence[DayShown]

    @classmethod
    def of(cls, depot: str, week: Week) -> Self:
        slots = [SlotShown.with_load(load) for load in week.loads]
        gaps = [GapShown.of(gap) for gap in week.gaps]
        days = [
            DayShown(
                date=day,
                workday=day not in week.off,
                slots=[slot for slot in slots if slot.date == day],
                missing=[gap for gap in gaps if gap.date == day],
            )
            for day in weekly.days_of(week.monday)
        ]
        return cls(depot=depot, week=weekly.name_of(week.monday), monday=week.monday, due_at=week.due_at, days=days)


class VictimShown(BaseModel):
    """A visit that would lose its place, and what it would get."""

    before: BookingShown
    after: BookingShown = Field(description="试算结果:已自动改期,或待改约(第 0 个时段会为客户占位)")

    @classmethod
    def of(cls, victim: Victim) -> Self:
        return cls(before=BookingShown.of(victim.before), after=BookingShown.of(victim.after))


class PreviewShown(BaseModel):
    """What a change would do; nothing was changed and nobody told."""

    depot: str
    declarations: Sequence[DeclarationShown]
    reason_needed: bool = Field(description="有户因此失去名额,申报时须填原因")
    victims: Sequence[VictimShown]

    @classmethod
    def of(cls, depot: str, found: Foreseen) -> Self:
        return cls(
            depot=depot,
            declarations=[DeclarationShown.of(each) for each in found.declarations],
            reason_needed=found.reason_needed,
            victims=[VictimShown.of(victim) for victim in found.victims],
        )


class SheetBody(In):
    """A table of declarations, CSV or XLSX; all rows or none."""

    content: str = Field(min_length=1, description="文件内容,Base64")
    reason: str = Field(default="", max_length=200, description="原因;有户因此失去名额时必填")
    dry_run: bool = Field(default=False, description="只检查和试算,不申报")


class SlotDeclared(DeclarationShown):
    """What holds for a half-day of a depot."""

    depot: str

    @classmethod
    def of(cls, declaration: Declaration) -> Self:
        return cls(**declaration.model_dump(exclude={"slot"}), **declaration.slot.model_dump())


class SheetAnswer(BaseModel):
    """What became of a sheet."""

    rows: int = Field(description="表头以下的行数")
    same: int = Field(description="与已申报相同、未改动的行数")
    kept: bool = Field(description="已申报;试算为 false")
    reason_needed: bool = Field(description="有户失去名额,导入时须填原因")
    declared: Sequence[SlotDeclared]
    moved: Sequence[BookingShown] = Field(description="已自动改期的限期作业")
    reoffered: Sequence[BookingShown] = Field(description="须联系客户改约的作业")


class StandingShown(BaseModel):
    """How far a depot is with a week."""

    depot: str
    name: str
    county: str
    open: bool = Field(description="还需处理:未申报、未报全,或有沿用的")
    declared: int = Field(description="已申报的半日类别数")
    inherited: int = Field(description="系统沿用的半日类别数")
    missing: int = Field(description="往周同一天有、本周尚未申报的半日类别数")
    reminded_at: Local | None = Field(description="何时提醒过")

    @classmethod
    def of(cls, standing: Standing) -> Self:
        return cls(**{name: getattr(standing, name) for name in cls.model_fields})


class StandingList(BaseModel):
    """The depots of an area, who is still to declare first."""

    week: str
    monday: date
    due_at: Local
    depots: Sequence[StandingShown]


class TemplateQuery(BaseModel):
    """Which week, of which depot."""

    model_config = ConfigDict(extra="forbid")

    week: WeekText
    depot: str | None = Field(default=None, pattern=AREA, description="班所编码;缺省为本人申报的各班所")


class Encoded(BaseModel):
    """How the letters of a text file are written."""

    model_config = ConfigDict(extra="forbid")

    encoding: Literal["utf-8-sig", "utf-8", "gb18030"] = Field(
        default="utf-8-sig", description="编码;缺省为带 BOM 的 UTF-8"
    )


class CsvQuery(TemplateQuery, Encoded):
    """Also: how its letters are written."""


class StandingQuery(BaseModel):
    """Which week, in which area."""

    model_config = ConfigDict(extra="forbid")

    area: str = Field(pattern=AREA, description="区域编码,含其下属班所;也可以是班所")
    week: WeekText


def _declared(depot: str, made: Declared) -> DeclaredShown:
    return DeclaredShown(
        depot=depot,
        declarations=[DeclarationShown.of(each) for each in made.declarations],
        moved=[BookingShown.of(each) for each in made.moved],
        reoffered=[BookingShown.of(each) for each in made.reoffered],
    )


@router.put(
    "/depots/{depot}/declarations/{week}",
    operation_id="declare_week",
    summary="按周申报承载力",
    response_model=DeclaredShown,
)
async def declare_week(
    depot: AreaCode,
    week: WeekCode,
    caller: Annotated[Account, CallerOf("capacity.declare")],
    body: Annotated[WeekBody, BodyOf(WeekBody)],
    once: MaybeOnce,
    desk: DeskOf,
    now: Now,
) -> Response:
    """Declare a week at once: all lines or none; a line that says what is declared already changes nothing."""
    lines = [NewDeclaration(**line.model_dump()) for line in body.lines]
    monday = weekly.read_week(week)
    made = await weeks.declare_week(desk, depot, monday, lines, reason=body.reason, by=caller, at=now, once=once)
    return shown(_declared(depot, made), headers=REPLAYED if once is not None and once.replayed else None)


@router.get(
    "/depots/{depot}/declarations/{week}", operation_id="read_week", summary="一周的承载力", response_model=WeekShown
)
async def read_week(
    depot: AreaCode, week: WeekCode, caller: Annotated[Account, CallerOf("capacity.read")], desk: DeskOf, now: Now
) -> Response:
    """Return a week as a grid: declared by whom, copied, booked, held, and what is still missing."""
    found = await weeks.week_of(desk, depot, weekly.read_week(week), by=caller, at=now)
    return shown(WeekShown.of(depot, found))


@router.get(
    "/capacity/undeclared", operation_id="list_undeclared", summary="各班所申报进度", response_model=StandingList
)
async def list_undeclared(
    caller: Annotated[Account, CallerOf("capacity.read")],
    query: Annotated[StandingQuery, Query()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """List the depots of an area with how far each is with a week; who has not declared yet comes first."""
    monday = weekly.read_week(query.week)
    found = await weeks.standings(desk, query.area, monday, by=caller, at=now)
    answer = StandingList(
        week=weekly.name_of(monday),
        monday=monday,
        due_at=weekly.due_at(desk.pack.lists, monday),
        depots=[StandingShown.of(each) for each in found],
    )
    return shown(answer)


@router.post(
    "/capacity/preview", operation_id="preview_capacity", summary="试算承载力变更", response_model=PreviewShown
)
async def preview_capacity(
    caller: Annotated[Account, CallerOf("capacity.preview")],
    body: Annotated[DeclarationBody, BodyOf(DeclarationBody)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Say who would lose his place and what he would be offered; nothing is changed and nobody told."""
    lines = [NewDeclaration(**line.model_dump()) for line in body.lines]
    return shown(PreviewShown.of(body.depot, await preview.preview(desk, body.depot, lines, by=caller, at=now)))


@router.post(
    "/capacity/sheets",
    operation_id="import_declarations",
    summary="导入承载力申报表",
    status_code=201,
    response_model=SheetAnswer,
)
async def import_declarations(
    caller: Annotated[Account, CallerOf("capacity.declare")],
    body: Annotated[SheetBody, BodyOf(SheetBody)],
    once: Annotated[Once, OnceOf(required=True)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """
    Declare what a sheet says: all rows or none.

    422 `BadSheet` names every wrong cell by row and column letter with the remedy, 409 `SheetConflicts` every row that
    overwrites what the sheet has not seen, or cuts below what is booked without a reason; both at most 100.
    """
    done = await sheets.import_sheet(
        desk, unpacked(body.content), reason=body.reason, dry_run=body.dry_run, by=caller, at=now, once=once
    )
    made = done.declared
    answer = SheetAnswer(
        rows=done.rows_n,
        same=done.same_n,
        kept=done.kept,
        reason_needed=done.reason_needed,
        declared=[SlotDeclared.of(each) for each in made.declarations],
        moved=[BookingShown.of(each) for each in made.moved],
        reoffered=[BookingShown.of(each) for each in made.reoffered],
    )
    return shown(answer, status=201, headers=REPLAYED if once.replayed else None)


@router.get(
    "/capacity/template.xlsx",
    operation_id="declaration_workbook",
    summary="承载力申报表(XLSX)",
    response_class=Response,
    responses={200: {"content": {XLSX: {}}, "description": "首行填写说明、次行表头,带下拉框;已申报的已填好"}},
)
async def declaration_workbook(
    caller: Annotated[Account, CallerOf("capacity.declare")],
    query: Annotated[TemplateQuery, Query()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Return a week's table to fill in, with drop-down lists; what is declared, or was last week, stands in it."""
    monday = weekly.read_week(query.week)
    content = await sheets.template_of(desk, monday, query.depot, encoding=None, by=caller, at=now)
    return Response(content, media_type=XLSX, headers=_named(monday, "xlsx"))


@router.get(
    "/capacity/template.csv",
    operation_id="declaration_csv",
    summary="承载力申报表(CSV)",
    response_class=Response,
    responses={200: {"content": {CSV: {}}, "description": "首行填写说明、次行表头;已申报的已填好"}},
)
async def declaration_csv(
    caller: Annotated[Account, CallerOf("capacity.declare")],
    query: Annotated[CsvQuery, Query()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Return a week's table to fill in as text."""
    monday = weekly.read_week(query.week)
    content = await sheets.template_of(desk, monday, query.depot, encoding=query.encoding, by=caller, at=now)
    charset = "utf-8" if query.encoding == "utf-8-sig" else query.encoding
    return Response(content, media_type=f"{CSV}; charset={charset}", headers=_named(monday, "csv"))


def unpacked(text: str) -> bytes:
    """Return a file from its Base64, on one line or, as ``base64`` of the command line writes it, on many."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError as error:
        raise SheetNotBase64("content 应为文件内容的 Base64 编码,不带 data: 前缀,请检查", field="content") from error


def _named(monday: date, ending: str) -> dict[str, str]:
    name = f"declarations-{weekly.name_of(monday)}.{ending}"
    return {"Content-Disposition": f'attachment; filename="{name}"'}
