"""日报 and 周报 as files, drawn in the process of the press."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.desk.closing.reporting import material
from dispatch.reports import office
from dispatch.reports.office import Period, Shape

from .deps import CallerOf, DeskOf, Now, PressOf

router = APIRouter(prefix="/reports", tags=["reviews 评价"])

OFFICE = "application/vnd.openxmlformats-officedocument"
MEDIA = {
    Shape.XLSX: f"{OFFICE}.spreadsheetml.sheet",
    Shape.DOCX: f"{OFFICE}.wordprocessingml.document",
    Shape.HTML: "text/html; charset=utf-8",
}
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


class ReportQuery(BaseModel):
    """Of which area and day."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="区域编码;缺省为本辖区")
    day: date = Field(alias="date", description="日期(北京时间);周报为该日所在的周,周一至周日")


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
    """Return the report of a day (`daily`) or of its week (`weekly`) as workbook, document or page."""
    begin, end = office.span(period, query.day, now)
    area = query.area or caller.area
    found = await material(desk, area, begin, end, by=caller, at=now)
    made = await press.printed(office.file, (period, shape, found))
    name = f"{period}-{area}-{query.day.isoformat()}.{shape}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(made, media_type=MEDIA[shape], headers=headers | {"Content-Security-Policy": POLICY})
