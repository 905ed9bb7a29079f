"""What is not a repair (非抢修工单), and new connections (业扩): opened, listed by what is due, stage after stage."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.desk.bookings import services, serviceviews
from dispatch.desk.bookings.services import NewService, Said
from dispatch.desk.room import Once
from dispatch.kit.numbers import Span, Workdays
from dispatch.services.events import Short, Text
from dispatch.services.model import Pause, ServiceRequest, Stage
from dispatch.services.store import Line
from dispatch.services.words import CustomerClass, DamageCause, PauseReason, ServiceKind, ServiceStep
from dispatch.tickets.facts import Code

from .bodies import Id, In, Instant, Version
from .deps import BodyOf, CallerOf, DeskOf, Now, shown
from .idempotency import REPLAYED, OnceOf

router = APIRouter(tags=["services 服务工单"])

RequestId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="服务工单内部编号")]
MaybeOnce = Annotated[Once | None, OnceOf()]


class OpenBody(In):
    """What a customer wants."""

    kind: ServiceKind
    text: Text = Field(description="诉求内容")
    area: Code | None = Field(default=None, description="办理单位(县);缺省为来源工单的单位")
    customer_class: CustomerClass | None = Field(default=None, description="业扩报装必填,其他不填")
    accounts: list[Code] = Field(default=[], max_length=200, description="户号;每户各开一单")
    phone: str | None = Field(default=None, min_length=3, max_length=20, pattern=r"^[0-9+\-]+$", description="联系电话")
    ticket_id: Id | None = Field(default=None, description="来源抢修工单;同一工单同一户不会重复开单")
    appointed_at: Instant | None = Field(default=None, description="预约时间,只用于高速快充预约")
    owner: Short | None = Field(default=None, description="客户经理")


class StepBody(In):
    """What every step may say."""

    version: Version | None = Field(default=None, description="所见版本;与当前不符则 409")
    at: Instant | None = Field(default=None, description="实际办理时间;缺省为服务器时间")


class AdvanceBody(StepBody):
    """The present stage is done."""

    stage: int | None = Field(default=None, ge=0, le=50, description="所见的当前环节序号;不符则 409")
    person: Short | None = Field(default=None, description="联系人、查勘人或现场核实人")
    text: str = Field(default="", max_length=1000, description="办理情况")
    damage_cause: DamageCause | None = Field(default=None, description="家电损坏原因,处理环节必填")


class AnswerBody(StepBody):
    """What the customer was told."""

    text: Text = Field(description="答复内容")


class PauseBody(StepBody):
    """Why the clock is to stand still."""

    reason: PauseReason
    text: Text = Field(description="说明")


class ResumeBody(StepBody):
    """Why the clock runs on."""

    text: Text = Field(description="说明")


class CloseBody(StepBody):
    """File it."""

    satisfied: bool | None = Field(default=None, description="客户是否满意;未问则不填")
    text: str = Field(default="", max_length=1000)


class StageShown(BaseModel):
    """One stage with its limit and what became of it."""

    step: ServiceStep
    limit: Span | Workdays | None = Field(description="时限及其来源;不限时的环节为空")
    begun_at: datetime | None = Field(description="计时起点;尚未起算时为空")
    due_at: datetime | None = Field(description="到期时间,工作日时限到最后一日24时")
    level: int = Field(description="0 未预警;1 剩余一半;2 剩余两成;3 已超时")
    done_at: datetime | None
    done_by: str | None
    person: str | None
    text: str
    late: bool = Field(description="办结晚于到期,或已超时未办结")

    @classmethod
    def of(cls, stage: Stage) -> Self:
        said = {
            name: getattr(stage, name) for name in ("step", "limit", "level", "done_at", "done_by", "person", "text")
        }
        runs = stage.clock
        begun_at, due_at = (runs.since_at, runs.due_at) if runs else (None, None)
        return cls(**said, begun_at=begun_at, due_at=due_at, late=stage.is_late)


class ServiceShown(BaseModel):
    """A service request."""

    id: str
    version: int
    request_no: str
    kind: ServiceKind
    customer_class: CustomerClass | None
    pack: str = Field(description="受理时的规则包,终身按它计时")
    area: str
    text: str
    account_no: str | None
    phone_masked: str
    ticket_id: str | None
    ticket_no: str | None
    appointed_at: datetime | None
    owner: str | None
    opened_at: datetime
    opened_by: str
    stages: Sequence[StageShown]
    current: int | None = Field(description="当前环节序号;全部办结后为空")
    due_at: datetime | None = Field(description="最近的到期时间;暂停计时或无时限时为空")
    overdue: bool
    paused: Pause | None = Field(description="正在暂停计时")
    pauses: Sequence[Pause]
    answer: str | None
    damage_cause: DamageCause | None
    satisfied: bool | None
    closed_at: datetime | None

    @classmethod
    def of(cls, request: ServiceRequest) -> Self:
        derived = {"stages", "due_at", "overdue", "paused", "current"}
        said: dict[str, Any] = {name: getattr(request, name) for name in cls.model_fields if name not in derived}
        return cls(
            **said,
            stages=[StageShown.of(stage) for stage in request.stages],
            current=request.current,
            due_at=None if request.paused else request.due_at,
            overdue=request.is_overdue,
            paused=request.paused,
        )


class ServicesOpened(BaseModel):
    """The requests that were opened, one for each household."""

    requests: Sequence[ServiceShown]


class ServicePage(BaseModel):
    """Requests, what is due first before the others."""

    requests: Sequence[ServiceShown]
    next: str | None = Field(description="下一页的 after;没有下一页时为空")


class ServiceQuery(BaseModel):
    """Which requests are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="区域编码;缺省为本辖区")
    kind: ServiceKind | None = None
    open: bool = Field(default=True, description="true 未归档,false 已归档")
    after: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,64}$", description="上一页返回的 next")
    limit: int = Field(default=100, ge=1, le=500, description="每页条数")


class ServiceLine(BaseModel):
    """One line of a request's log."""

    version: int
    at_claimed: datetime
    at_server: datetime
    by: str
    role: str
    event: dict[str, Any] = Field(description="事件内容,kind 为类别")

    @classmethod
    def of(cls, line: Line) -> Self:
        return cls(**(asdict(line) | {"event": line.event.model_dump(mode="json", exclude_none=True)}))


class ServiceLog(BaseModel):
    """All that happened to a request, in order."""

    lines: Sequence[ServiceLine]


class ServiceContact(BaseModel):
    """The customer's number; the look is kept."""

    phone: str | None


@router.post(
    "/services", operation_id="open_services", summary="受理服务工单", status_code=201, response_model=ServicesOpened
)
async def open_services(
    caller: Annotated[Account, CallerOf("service.open")],
    body: Annotated[OpenBody, BodyOf(OpenBody)],
    once: Annotated[Once, OnceOf(required=True)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Open a request for each household."""
    new = NewService(**{name: getattr(body, name) for name in OpenBody.model_fields})
    made = await services.open_services(desk, new, by=caller, at=now, once=once)
    headers = REPLAYED if once.replayed else None
    return shown(ServicesOpened(requests=[ServiceShown.of(one) for one in made]), status=201, headers=headers)


@router.get("/services", operation_id="list_services", summary="服务工单列表", response_model=ServicePage)
async def list_services(
    caller: Annotated[Account, CallerOf("service.read")], query: Annotated[ServiceQuery, Query()], desk: DeskOf
) -> Response:
    """List the requests of an area by what is due."""
    wanted = {"is_open": query.open, "kind": query.kind, "after": query.after, "limit": query.limit}
    found = await serviceviews.page(desk, query.area, by=caller, **wanted)  # type: ignore[arg-type]
    following = found[-1].id if len(found) == query.limit else None
    return shown(ServicePage(requests=[ServiceShown.of(one) for one in found], next=following))


@router.get("/services/{request_id}", operation_id="read_service", summary="服务工单", response_model=ServiceShown)
async def read_service(
    request_id: RequestId, caller: Annotated[Account, CallerOf("service.read")], desk: DeskOf
) -> Response:
    """Return one request."""
    return shown(ServiceShown.of(await serviceviews.read(desk, request_id, by=caller)))


@router.get(
    "/services/{request_id}/events", operation_id="list_service_events", summary="办理记录", response_model=ServiceLog
)
async def list_events(
    request_id: RequestId, caller: Annotated[Account, CallerOf("service.read")], desk: DeskOf
) -> Response:
    """List all that happened to a request."""
    lines = await serviceviews.log(desk, request_id, by=caller)
    return shown(ServiceLog(lines=[ServiceLine.of(line) for line in lines]))


@router.get(
    "/services/{request_id}/contact",
    operation_id="read_service_contact",
    summary="查看联系电话",
    response_model=ServiceContact,
)
async def read_contact(
    request_id: RequestId, caller: Annotated[Account, CallerOf("service.contact")], desk: DeskOf, now: Now
) -> Response:
    """Return the customer's number; who looked is kept."""
    return shown(ServiceContact(phone=await serviceviews.contact(desk, request_id, by=caller, at=now)))


def _said(body: StepBody, caller: Account, now: datetime, once: Once | None) -> Said:
    return Said(by=caller, at=now, claimed=body.at, version=body.version, once=once)


def _answer(request: ServiceRequest, once: Once | None) -> Response:
    headers = REPLAYED if once is not None and once.replayed else None
    return shown(ServiceShown.of(request), headers=headers)


@router.post(
    "/services/{request_id}/advance", operation_id="advance_service", summary="环节办结", response_model=ServiceShown
)
async def advance(
    request_id: RequestId,
    caller: Annotated[Account, CallerOf("service.advance")],
    body: Annotated[AdvanceBody, BodyOf(AdvanceBody)],
    once: MaybeOnce,
    desk: DeskOf,
    now: Now,
) -> Response:
    """Note that the present stage is done; the next one's clock begins."""
    facts = body.model_dump(include={"stage", "person", "text", "damage_cause"})
    said = _said(body, caller, now, once)
    return _answer(await services.advance(desk, request_id, **facts, said=said), once)


@router.post(
    "/services/{request_id}/answer", operation_id="answer_service", summary="答复客户", response_model=ServiceShown
)
async def answer(
    request_id: RequestId,
    caller: Annotated[Account, CallerOf("service.answer")],
    body: Annotated[AnswerBody, BodyOf(AnswerBody)],
    once: MaybeOnce,
    desk: DeskOf,
    now: Now,
) -> Response:
    """Keep what the customer was told; the stage of the answer is done with it."""
    said = _said(body, caller, now, once)
    return _answer(await services.answer(desk, request_id, text=body.text, said=said), once)


@router.post(
    "/services/{request_id}/pause", operation_id="pause_service", summary="暂停计时", response_model=ServiceShown
)
async def pause(
    request_id: RequestId,
    caller: Annotated[Account, CallerOf("service.pause")],
    body: Annotated[PauseBody, BodyOf(PauseBody)],
    once: MaybeOnce,
    desk: DeskOf,
    now: Now,
) -> Response:
    """Let the clock of a new connection stand still while the work is the customer's."""
    said = _said(body, caller, now, once)
    return _answer(await services.pause(desk, request_id, reason=body.reason, text=body.text, said=said), once)


@router.post(
    "/services/{request_id}/resume", operation_id="resume_service", summary="恢复计时", response_model=ServiceShown
)
async def resume(
    request_id: RequestId,
    caller: Annotated[Account, CallerOf("service.pause")],
    body: Annotated[ResumeBody, BodyOf(ResumeBody)],
    once: MaybeOnce,
    desk: DeskOf,
    now: Now,
) -> Response:
    """Let the clock run on; what is due is put off by as long as it stood."""
    said = _said(body, caller, now, once)
    return _answer(await services.resume(desk, request_id, text=body.text, said=said), once)


@router.post("/services/{request_id}/close", operation_id="close_service", summary="归档", response_model=ServiceShown)
async def close(
    request_id: RequestId,
    caller: Annotated[Account, CallerOf("service.close")],
    body: Annotated[CloseBody, BodyOf(CloseBody)],
    once: MaybeOnce,
    desk: DeskOf,
    now: Now,
) -> Response:
    """File a request whose stages are all done."""
    said = _said(body, caller, now, once)
    done = await services.close(desk, request_id, satisfied=body.satisfied, text=body.text, said=said)
    return _answer(done, once)
