"""事后评价: the judgements on a ticket and the appeals; the indices of an area; judged tickets page by page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import to_json

from dispatch.accounts.model import Account
from dispatch.desk.closing import reviewing
from dispatch.tickets.facts import Words
from dispatch.tickets.indices import Figure, Index, Unit
from dispatch.tickets.judged import Fault
from dispatch.tickets.review import Review
from dispatch.tickets.reviews import Appeal

from .bodies import In, Instant
from .deps import BodyOf, CallerOf, DeskOf, Now, TicketId, shown
from .errors import JSON

router = APIRouter(tags=["reviews 评价"])

Reader = Annotated[Account, CallerOf("index.read")]
MOST = 500  # judgements in one page
Faults = Annotated[  # named twice it is one fault
    tuple[Fault, ...],
    Field(strict=False, max_length=len(Fault)),
    AfterValidator(lambda faults: tuple(dict.fromkeys(faults))),
]
Evidence = Annotated[tuple[Words, ...], Field(strict=False, max_length=20, description="证据说明或附件编号")]


class AppealBody(In):
    """What is contested, and why."""

    faults: Annotated[Faults, Field(min_length=1, description="申诉的违约项")]
    text: Words = Field(description="申诉理由")
    evidence: Evidence = ()


class DecisionBody(In):
    """Which of the contested faults are excused; none: the judgement is upheld."""

    granted: Faults = Field(description="申诉成立的违约项;为空即维持原评价")
    text: Words = Field(description="裁定理由")
    evidence: Evidence = ()


class TicketReview(BaseModel):
    """All judgements on a ticket, the first first; the last one counts."""

    ticket_id: str
    judgements: Sequence[Review]
    appeals: Sequence[Appeal]


class PeriodQuery(BaseModel):
    """An area and a half-open period."""

    model_config = ConfigDict(extra="forbid")

    area: str = Field(pattern=r"^[A-Za-z0-9_-]{1,32}$", description="区域编码,含其下属单位")
    begin_at: Instant = Field(alias="from", description="起始时刻(含)")
    end_at: Instant = Field(alias="to", description="截止时刻(不含);最多 366 天")


class ReviewQuery(PeriodQuery):
    """Which judgements are wanted."""

    breach: Fault | None = Field(default=None, description="只看有这一违约项的")
    after: str | None = Field(default=None, max_length=120, description="上一页返回的 next,原样传回")
    limit: int = Field(default=100, ge=1, le=MOST, description="每页条数")


class FigureShown(BaseModel):
    """One index. ``value`` is null where it cannot be computed; ``reason`` says why."""

    index: Index
    name: str
    value: float | None = Field(description="占比为 0 至 1")
    unit: Unit
    numerator: float | None
    denominator: float | None
    p50: float | None
    p90: float | None
    population: str = Field(description="统计范围")
    start: str = Field(description="时长或时限的起点")
    parts: dict[str, float] = Field(description="分项")
    reason: str


class Indices(BaseModel):
    """The indices of an area and period."""

    area: str
    begin_at: datetime = Field(serialization_alias="from")
    end_at: datetime = Field(serialization_alias="to")
    ended: int = Field(description="本期办结的工单数")
    figures: Sequence[FigureShown]


class ReviewPage(BaseModel):
    """Judgements that count, the latest end first."""

    reviews: Sequence[Review]
    next: str | None = Field(description="下一页的 after;没有下一页时为空")


@router.get("/tickets/{ticket_id}/review", operation_id="read_review", summary="工单评价", response_model=TicketReview)
async def read_review(
    ticket_id: TicketId, caller: Annotated[Account, CallerOf("review.read")], desk: DeskOf
) -> Response:
    """Return every judgement on the ticket with its breaches and evidence, and the appeals."""
    judgements, appeals = await reviewing.of_ticket(desk, ticket_id, by=caller)
    return shown(TicketReview(ticket_id=ticket_id, judgements=judgements, appeals=appeals))


@router.post(
    "/tickets/{ticket_id}/review/appeal",
    operation_id="file_appeal",
    summary="评价申诉",
    status_code=201,
    response_model=Appeal,
)
async def file_appeal(
    ticket_id: TicketId,
    caller: Annotated[Account, CallerOf("review.appeal")],
    body: Annotated[AppealBody, BodyOf(AppealBody)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Contradict the judgement that counts; it stays until the appeal is decided."""
    appeal = await reviewing.appeal(
        desk, ticket_id, faults=body.faults, text=body.text, evidence=body.evidence, by=caller, at=now
    )
    return Response(to_json(appeal), status_code=201, media_type=JSON)


@router.post(
    "/tickets/{ticket_id}/review/appeal/decide",
    operation_id="decide_appeal",
    summary="申诉裁定",
    response_model=Review,
)
async def decide_appeal(
    ticket_id: TicketId,
    caller: Annotated[Account, CallerOf("review.decide")],
    body: Annotated[DecisionBody, BodyOf(DecisionBody)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Decide on the appeal; the decision is a further judgement, and the first stays."""
    after = await reviewing.decide(
        desk, ticket_id, granted=body.granted, text=body.text, evidence=body.evidence, by=caller, at=now
    )
    return shown(after)


@router.get("/indices", operation_id="read_indices", summary="指标", response_model=Indices)
async def read_indices(caller: Reader, query: Annotated[PeriodQuery, Query()], desk: DeskOf, now: Now) -> Response:
    """Return the indices of domain 8 for an area and period, each with its population and starting point."""
    found = await reviewing.findings(desk, query.area, query.begin_at, query.end_at, by=caller, at=now)
    answer = Indices(
        area=query.area,
        begin_at=query.begin_at,
        end_at=query.end_at,
        ended=len(found.rows),
        figures=[_shown(figure) for figure in found.figures],
    )
    return Response(answer.model_dump_json(by_alias=True), media_type=JSON)


def _shown(figure: Figure) -> FigureShown:
    said: dict[str, Any] = {name: getattr(figure, name) for name in FigureShown.model_fields}
    return FigureShown(**said | {"parts": dict(figure.parts)})


@router.get("/reviews", operation_id="list_reviews", summary="评价列表", response_model=ReviewPage)
async def list_reviews(caller: Reader, query: Annotated[ReviewQuery, Query()], desk: DeskOf) -> Response:
    """List the judgements of tickets that ended in the period, page by page; optionally with one kind of breach."""
    documents = await reviewing.page(
        desk,
        query.area,
        query.begin_at,
        query.end_at,
        fault=query.breach,
        after=reviewing.place_of(query.after),
        limit=query.limit,
        by=caller,
    )
    following = None
    if len(documents) == query.limit:
        last = Review.model_validate_json(documents[-1])
        following = f"{last.ended_at.isoformat()}|{last.ticket_id}"
    return Response(b'{"reviews":[%s],"next":%s}' % (",".join(documents).encode(), to_json(following)), media_type=JSON)
