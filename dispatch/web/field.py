"""Reports from the field: the APP's batches, the desk's two fields, and the list that waits for a person."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema

from dispatch.accounts.model import Account
from dispatch.desk.field import reports as field
from dispatch.desk.field import settling
from dispatch.desk.field.rows import EVENTS, FieldReport
from dispatch.desk.field.work import Sent
from dispatch.desk.naming import Called, called
from dispatch.desk.room import Desk, Once
from dispatch.kit.errors import Refusal
from dispatch.tickets.events import Geo
from dispatch.tickets.facts import Code, Photos, Text, Words
from dispatch.tickets.fieldreports import KINDS, Outcome
from dispatch.tickets.terms import Waiver
from dispatch.tickets.words import Cause, Ownership, RejectReason, Result, Source

from .bodies import Id, In, Instant, Position
from .deps import BodyOf, CallerOf, DeskOf, Now, shown
from .errors import invalid
from .idempotency import OnceOf

router = APIRouter(tags=["field 现场汇报"])

ReportId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="现场汇报编号")]
KIND = ";".join(f"{kind} {event.label}" for kind, event in KINDS.items())


class FieldRow(In):
    """One report of a crew's phone: what happened when, and the fields of that step."""

    report_id: Id = Field(description="手机生成的唯一编号;重发时不变")
    ticket_id: Id | None = Field(default=None, description="工单内部编号;与 ticket_no 二选一")
    ticket_no: Id | None = Field(default=None, description="工单编号")
    kind: str = Field(description=KIND, json_schema_extra={"enum": list(KINDS)})
    at: Instant = Field(description="实际发生时间(手机时间)")
    position: Position | None = None
    reason: RejectReason | None = Field(default=None, description="拒单原因")
    text: Text | None = Field(default=None, description="进展或拒单说明")
    fault_point: Words | None = None
    ownership: Ownership | None = None
    etr_at: Instant | None = Field(default=None, description="预计复电时间")
    photos: Photos | None = Field(default=None, description="现场照片编号")
    site_class: Code | None = None
    permit: Code | None = None
    waiver: Waiver | None = Field(default=None, description="免到场原因")
    result: Result | None = None
    cause_l1: Cause | None = None
    cause_l2: Code | None = None
    field_record: Text | None = None


SAID = frozenset(FieldRow.model_fields) - {"report_id", "ticket_id", "ticket_no", "kind", "at", "position"}
# Rows are read one by one as ``FieldRow``: a bad one is refused and kept, and does not hold up the others; so the
# document only says that each is an object, and which fields it has.
ROW = "每条一个对象,逐条校验,错误的一条不影响其他。字段:" + "、".join(
    name + (f"({about.description})" if about.description else "") for name, about in FieldRow.model_fields.items()
)
Row = Annotated[Any, WithJsonSchema({"type": "object", "description": ROW})]


class FieldBatch(In):
    """What a phone has gathered, in any order; as often as it likes."""

    tolerant = True

    reports: list[Row] = Field(min_length=1, max_length=200)


class PhoneBody(In):
    """What a crew says by telephone."""

    which: str = Field(min_length=1, max_length=64, description="工单编号,或班组名称/编号(指其在办工单)")
    what: str = Field(min_length=1, max_length=200, description="接单、出发、到场、完工、拒单+原因;完工后可写处理情况")
    at: Instant | None = Field(default=None, description="实际发生时间;缺省为现在")


class DecideBody(In):
    """What a person decides on a report."""

    accept: bool = Field(description="true 采纳,false 驳回")
    text: Words = Field(description="裁定依据")


class Where(BaseModel):
    """Where the reporter was: WGS-84 degrees, metres."""

    lon: float
    lat: float
    accuracy_m: float | None = None


class FieldReportShown(BaseModel):
    """One report and what became of it."""

    id: str
    report_id: str | None = Field(description="手机生成的编号")
    crew_id: str
    crew_name: str | None = Field(description="班组名称")
    ticket_id: str | None
    ticket_no: str | None = Field(description="工单编号")
    area: str
    area_name: str | None
    kind: str
    at_claimed: datetime | None = Field(description="所报时间")
    at_server: datetime = Field(description="服务器收到时间")
    source: Source
    position: Where | None
    said: dict[str, Any] = Field(description="汇报内容")
    outcome: Outcome = Field(description="处理结果")
    reason: str = Field(description="原因")
    version: int | None = Field(description="生效后的工单版本")
    decided_by: str | None
    decided_at: datetime | None
    decision: str | None = Field(description="裁定依据")


class FieldReportsShown(BaseModel):
    """What became of a batch, row by row in the order in which it was sent."""

    reports: Sequence[FieldReportShown]


class FieldReportPage(BaseModel):
    """Reports, the oldest first."""

    reports: Sequence[FieldReportShown]
    next: str | None = Field(description="下一页的 after;没有下一页时为空")


class FieldReportQuery(BaseModel):
    """Which reports are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="区域编码,含其下属单位;缺省为本辖区"
    )
    outcome: Outcome | None = Field(default=None, description="处理结果;contradiction 即待裁定名单")
    ticket_id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,64}$")
    after: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,64}$", description="上一页返回的 next")
    limit: int = Field(default=100, ge=1, le=field.MOST, description="每页条数")


@router.post(
    "/field-reports", operation_id="report_from_field", summary="现场汇报(可离线补报)", response_model=FieldReportsShown
)
async def report_from_field(
    caller: Annotated[Account, CallerOf("field.report")],
    body: Annotated[FieldBatch, BodyOf(FieldBatch)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """
    Take in what a crew's phone has gathered: late, doubled, in any order; every row is kept with its outcome.

    `accepted` it counts; `duplicate` known already; `held` waits for the step before it; `contradiction` waits for a
    person; `refused` cannot count, for the reason given. The same `report_id` again returns what became of it.
    """
    done = await field.report_batch(desk, [_sent(row) for row in body.reports], by=caller, at=now)
    return shown(FieldReportsShown(reports=await _named(desk, done)))


def _sent(raw: Any) -> Sent:
    """Read one row; one that cannot be read keeps as much as can be, and says what is wrong."""
    if not isinstance(raw, dict):
        return Sent(None, "", None, fault="汇报应为 JSON 对象,请升级手机程序后重报", raw={"row": raw})
    try:
        row = FieldRow.model_validate_json(json.dumps(raw))
        return _read(row, raw)
    except ValidationError as error:
        fault = invalid(error.errors(include_url=False, include_input=False))
    except Refusal as refusal:
        fault = refusal
    report_id = raw.get("report_id")
    known = isinstance(report_id, str) and 0 < len(report_id) <= 64
    kind = str(raw.get("kind"))[:64]
    return Sent(report_id if known else None, kind, None, fault=fault.message, raw=raw)


def _read(row: FieldRow, raw: dict[str, Any]) -> Sent:
    if row.kind not in KINDS:
        raise invalid([{"type": "enum", "loc": ("kind",), "ctx": {"expected": "、".join(KINDS)}}])
    if (row.ticket_id is None) == (row.ticket_no is None):
        raise invalid([{"type": "missing", "loc": ("ticket_id",)}])
    said = row.model_dump_json(include=set(SAID), exclude_none=True)
    event = EVENTS[row.kind].validate_json(said)
    position = row.position
    geo = Geo(*position.wgs84(), position.accuracy_m) if position else None
    return Sent(row.report_id, row.kind, row.at, row.ticket_id, row.ticket_no, event=event, geo=geo, raw=raw)


async def _named(desk: Desk, reports: Sequence[FieldReport]) -> list[FieldReportShown]:
    """Return reports as they are shown: beside the ids what people call them."""
    named = await called(
        desk,
        tickets=(report.ticket_id for report in reports),
        crews=(report.crew_id for report in reports),
        areas=(report.area for report in reports),
    )
    return [_shown(report, named) for report in reports]


def _shown(report: FieldReport, named: Called) -> FieldReportShown:
    geo = report.geo
    said = json.loads(report.payload)
    return FieldReportShown(
        id=report.id,
        report_id=report.report_id,
        crew_id=report.crew_id,
        crew_name=named.crews.get(report.crew_id),
        ticket_id=report.ticket_id,
        ticket_no=named.tickets.get(report.ticket_id or ""),
        area=report.area,
        area_name=named.areas.get(report.area),
        kind=report.kind,
        at_claimed=report.at_claimed,
        at_server=report.at_server,
        source=report.source,
        position=Where(lon=geo.lon, lat=geo.lat, accuracy_m=geo.accuracy_m) if geo else None,
        said=said if isinstance(said, dict) else {},
        outcome=report.outcome,
        reason=report.reason,
        version=report.version,
        decided_by=report.decided_by,
        decided_at=report.decided_at,
        decision=report.decision,
    )


@router.post(
    "/field-reports/phone", operation_id="report_by_phone", summary="电话汇报登记", response_model=FieldReportShown
)
async def report_by_phone(
    caller: Annotated[Account, CallerOf("field.phone")],
    body: Annotated[PhoneBody, BodyOf(PhoneBody)],
    once: Annotated[Once | None, OnceOf()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Write down what a crew says by telephone: which job, and what; the same events as from the APP."""
    done = await field.by_phone(
        desk, which=body.which, what=body.what, happened_at=body.at, by=caller, at=now, once=once
    )
    (answer,) = await _named(desk, [done])
    return shown(answer)


@router.get("/field-reports", operation_id="list_field_reports", summary="现场汇报列表", response_model=FieldReportPage)
async def list_field_reports(
    caller: Annotated[Account, CallerOf("field.read")],
    query: Annotated[FieldReportQuery, Query()],
    desk: DeskOf,
) -> Response:
    """List reports; with `outcome=contradiction` those that wait for a person's decision."""
    found = await field.listed(
        desk,
        query.area,
        by=caller,
        outcome=query.outcome,
        ticket_id=query.ticket_id,
        after=query.after,
        limit=query.limit,
    )
    following = found[-1].id if len(found) == query.limit else None
    return shown(FieldReportPage(reports=await _named(desk, found), next=following))


@router.post(
    "/field-reports/{report_id}/decide",
    operation_id="decide_field_report",
    summary="裁定",
    response_model=FieldReportShown,
)
async def decide_field_report(
    report_id: ReportId,
    caller: Annotated[Account, CallerOf("field.decide")],
    body: Annotated[DecideBody, BodyOf(DecideBody)],
    once: Annotated[Once | None, OnceOf()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Accept or reject a report that contradicts what is known; accepted, it takes its place where it may."""
    decision = settling.Decision(body.accept, body.text)
    done = await settling.decide(desk, report_id, decision, by=caller, at=now, once=once)
    (answer,) = await _named(desk, [done])
    return shown(answer)
