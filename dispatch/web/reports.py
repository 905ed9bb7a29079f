"""日报 and 周报 as files, drawn in the process of the press."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.desk.closing.reporting import material
from dispatch.kit.errors import Invalid
from dispatch.reports import office
from dispatch.reports.office import Period, Shape

from .deps import CallerOf, DeskOf, Now, PressOf

router = APIRouter(prefix="/reports", tags=["reviews 评价"])

OFFICE = "application/vnd.openxmlformats-officedocument"
MEDIA = {
    Shape.XLSX: f"{OFFICE}.spreadsheetml.sheet",
    Shape.DOCX: f"{OFFICE}.wordprocessingml.document",
    Shape.HTML: "text/html; charset=utf-8",
    Shape.PDF: "application/pdf",
}
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


class NoDay(Invalid):
    """It is not said of which day, or said twice."""


class ReportQuery(BaseModel):
    """Of which area and day; a week by one of its days or by its number."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="区域编码;缺省为本辖区")
    day: date | None = Field(
        default=None, alias="date", description="日期(北京时间);周报为该日所在的周,周一至周日,或改填 week"
    )
    week: str | None = Field(
        default=None, pattern=r"^\d{4}-W\d{2}$", description="周报的年份和周次(ISO 8601),如 2026-W27;与 date 只填一项"
    )


@router.get(
    "/{period}.{shape}",
    operation_id="read_report",
    summary="日报与周报",
    response_class=Response,
    responses={200: {"content": {media: {} for media in MEDIA.values()}, "description": "报表文件"}},
)
async def read_report(
    period: Period,
    shape: Shape,
    caller: Annotated[Account, CallerOf("index.read")],
    query: Annotated[ReportQuery, Query()],
    desk: DeskOf,
    press: PressOf,
    now: Now,
) -> Response:
    """Return the report of a day (`daily`) or of its week (`weekly`) as workbook, document, page or PDF."""
    day = _day(period, query)
    begin, end = office.span(period, day, now)
    area = query.area or caller.area
    found = await material(desk, area, begin, end, by=caller, at=now)
    made = await press.printed(office.file, (period, shape, found))
    name = f"{period}-{area}-{query.week or day.isoformat()}.{shape}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(made, media_type=MEDIA[shape], headers=headers | {"Content-Security-Policy": POLICY})


def _day(period: Period, query: ReportQuery) -> date:
    """
    Return the day, or the Monday of the week.

    :raises NoDay: if it is not said, or said twice; a day has no report of a week
    :raises BadWeek: if there is no such week
    """
    if query.week is not None and (period is Period.DAILY or query.day is not None):
        raise NoDay("周次只用于周报,并且不与 date 同时填写;请只留一项", field="week")
    if query.week is not None:
        return office.monday(query.week)
    if query.day is None:
        raise NoDay("请填写 date(日期,如 2026-07-01);周报也可以填 week(如 2026-W27)", field="date")
    return query.day
