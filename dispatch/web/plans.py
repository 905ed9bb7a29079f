"""The rolling plan: what is planned, proposals accepted or refused, a dispatcher's own plan judged; is it at work."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.desk.planning import judging, plans, states
from dispatch.desk.planning.judging import Verdict
from dispatch.desk.planning.rows import CountyPlan
from dispatch.desk.planning.words import PlannerState, PlanSource, PlanState
from dispatch.desk.room import Once
from dispatch.routing.optimiser.explaining.judging import Difference
from dispatch.routing.optimiser.words import CostRule, Violation
from dispatch.tickets.facts import Code

from .bodies import In
from .deps import BodyOf, CallerOf, DeskOf, Now, shown
from .idempotency import REPLAYED, OnceOf

router = APIRouter(tags=["plans 滚动计划"])

PlanId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="计划编号")]
Reader = Annotated[Account, CallerOf("plan.read")]
Decider = Annotated[Account, CallerOf("plan.decide")]
Judge = Annotated[Account, CallerOf("plan.judge")]
AREA = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="区域编码,含其下属各县;缺省为本辖区")
FARES, FARE = 50, ("difference", "later_s", "extra", "sentence")  # tickets that are told, and what of each
Route = Annotated[list[Code], Field(max_length=500)]


class StopShown(BaseModel):
    """One visit of a plan."""

    crew_id: str
    crew_name: str | None
    position: int = Field(description="在该班组全部路线中的次序,从 0 起")
    ticket_id: str
    ticket_no: str | None
    stage: str | None = Field(description="工单现在的环节")
    starts_at: datetime = Field(description="预计开始作业")
    leaves_at: datetime | None = Field(description="不必早于此时出发(如约时);空为尽早")


class LeftShown(BaseModel):
    """Why a ticket is not in the plan."""

    code: str
    sentence: str


class PlanShown(BaseModel):
    """A county's plan; cost and rules are those of the region that was planned together, in minutes of driving."""

    id: str
    area: str
    region: str = Field(description="一并计算的区域")
    made_at: datetime
    source: PlanSource
    author: str
    state: PlanState
    cost: float = Field(description="全区域计划的代价,单位为分钟行车")
    by_rule: Mapping[CostRule, float] = Field(description="各项规则的代价")
    violations: Mapping[Violation, int] = Field(description="违反的约束;机器的计划没有")
    touched: Sequence[str] = Field(description="与前一计划相比班组有变的工单")
    unserved: Mapping[str, LeftShown] = Field(description="未排入的工单及原因")
    solver: Mapping[str, str | int | float | bool | None]
    feed_n: int = Field(description="计算时已读到的推送编号")
    checked_at: datetime = Field(description="最近一次确认仍为最优的时间")
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    ended_at: datetime | None
    stops: Sequence[StopShown]


class PlanList(BaseModel):
    """Plans, the newest first."""

    plans: Sequence[PlanShown]
    next: str | None = Field(description="下一页的 before;没有下一页时为空")


class PlanQuery(BaseModel):
    """Which plans are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = AREA
    state: list[PlanState] | None = Field(default=None, description="只列这些状态的;缺省全部", max_length=4)
    before: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,64}$", description="上一页返回的 next")
    limit: int = Field(default=20, ge=1, le=100, description="最多几条")


class SentShown(BaseModel):
    """A crew that was sent when the plan was accepted."""

    ticket_id: str
    crew_id: str
    eta_s: int
    saved_s: int | None


class AcceptedShown(BaseModel):
    """The plan in force, and whom it sent at once."""

    plan: PlanShown
    dispatched: Sequence[SentShown]


class ReasonBody(In):
    """Why."""

    reason: str = Field(min_length=2, max_length=200, description="原因")


class RoutesBody(In):
    """A dispatcher's own plan for one county."""

    area: Code = Field(description="县编码")
    routes: Annotated[dict[Code, Route], Field(max_length=5000)] = Field(
        description="班组 → 依次处理的待派工单;未列出的待派工单视为不安排"
    )


class OwnPlanBody(RoutesBody):
    """A dispatcher's own plan that is to come into force."""

    reason: str = Field(min_length=2, max_length=200, description="自编原因")


class CostShown(BaseModel):
    """What a plan costs, in minutes of driving, and what it breaks."""

    cost: float
    by_rule: Mapping[CostRule, float]
    violations: Mapping[Violation, int]


class FareShown(BaseModel):
    """How one ticket fares in a dispatcher's own plan beside the plan in force."""

    ticket_id: str = Field(description="工单;visit/ 开头的是班所已约时的上门(编号为其预约)")
    difference: Difference
    later_s: int | None = Field(description="比现行计划晚多少秒开始;负数为更早;任一方未安排时为空")
    extra: float = Field(description="因此高出的代价(迟到或未安排),单位为分钟行车;负数为更省")
    sentence: str


class VerdictShown(BaseModel):
    """What a dispatcher's own plan costs beside the one in force."""

    area: str
    at: datetime
    judged: CostShown
    before: CostShown = Field(description="现行计划按同一尺度的代价")
    dearer: float = Field(description="比现行计划高出的代价;负数为更优")
    sentence: str = Field(description="一句话的结论")
    faults: Sequence[str] = Field(description="违反约束的逐条说明与改法")
    fares: Sequence[FareShown] = Field(description="与现行计划相比有变的工单,至多 50 张,受影响最大的在前")
    left_out: Sequence[str] = Field(description="未安排的待派工单")
    stops: Sequence[StopShown]


class PlannerShown(BaseModel):
    """Whether a region's rolling plan is at work."""

    region: str
    state: PlannerState
    since: datetime | None = Field(description="自何时起仅逐单插入;正常或从未计算过时为空")
    said: str = Field(description="原因与补救办法")
    ok_at: datetime | None = Field(description="最近一次算完的业务时间")


class PlannerList(BaseModel):
    """Each region's planning."""

    regions: Sequence[PlannerShown]


class PlannerQuery(BaseModel):
    """Whose planning is asked for."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = AREA


def _shown(plan: CountyPlan) -> PlanShown:
    return PlanShown.model_validate(asdict(plan))


@router.get("/plans", operation_id="list_plans", summary="计划列表", response_model=PlanList)
async def list_plans(caller: Reader, query: Annotated[PlanQuery, Query()], desk: DeskOf) -> Response:
    """List the plans of an area's counties, the newest first, each with its stops."""
    found = await plans.plans(desk, query.area, query.state, before=query.before, limit=query.limit, by=caller)
    more = found[-1].id if len(found) == query.limit else None
    return shown(PlanList(plans=[_shown(plan) for plan in found], next=more))


@router.get("/plans/{plan_id}", operation_id="read_plan", summary="一个计划", response_model=PlanShown)
async def read_plan(plan_id: PlanId, caller: Reader, desk: DeskOf) -> Response:
    """Read a plan: stops by crew, cost by rule, tickets left out with the reason, tickets that it touches."""
    return shown(_shown(await plans.plan_of(desk, plan_id, by=caller)))


@router.post("/plans", operation_id="publish_plan", summary="发布自编计划", status_code=201, response_model=PlanShown)
async def publish_plan(
    caller: Judge,
    body: Annotated[OwnPlanBody, BodyOf(OwnPlanBody)],
    once: Annotated[Once | None, OnceOf()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """
    Bring a dispatcher's own plan into force. 409 `PlanBreaks` if it breaks a rule; what it costs is his decision.

    To hold a ticket to a crew for good, pin it: the machine changes a plan where that saves more than a change costs.
    """
    plan = await judging.publish_own(desk, body.area, body.routes, reason=body.reason, by=caller, at=now, once=once)
    return shown(_shown(plan), status=201, headers=_replayed(once))


@router.post("/plans/judge", operation_id="judge_plan", summary="试算自编计划", response_model=VerdictShown)
async def judge_plan(
    caller: Judge, body: Annotated[RoutesBody, BodyOf(RoutesBody)], desk: DeskOf, now: Now
) -> Response:
    """
    Judge a dispatcher's own plan by the validator of the machine's: what it costs by rule, what it breaks and what
    would mend that, and which tickets wait longer or shorter for it.
    """
    return shown(_verdict(await judging.judge_own(desk, body.area, body.routes, by=caller, at=now)))


@router.post("/plans/{plan_id}/accept", operation_id="accept_plan", summary="确认计划", response_model=AcceptedShown)
async def accept_plan(
    plan_id: PlanId, caller: Decider, once: Annotated[Once | None, OnceOf()], desk: DeskOf, now: Now
) -> Response:
    """Bring a proposed plan into force, and send the free crews to their first tickets in the caller's name."""
    done = await plans.accept(desk, plan_id, by=caller, at=now, once=once)
    sent = [SentShown(**asdict(one)) for one in done.dispatched]
    return shown(AcceptedShown(plan=_shown(done.plan), dispatched=sent), headers=_replayed(once))


@router.post("/plans/{plan_id}/refuse", operation_id="refuse_plan", summary="拒绝计划", response_model=PlanShown)
async def refuse_plan(
    plan_id: PlanId,
    caller: Decider,
    body: Annotated[ReasonBody, BodyOf(ReasonBody)],
    once: Annotated[Once | None, OnceOf()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Refuse a proposed plan; just that is not proposed again for a while (rule pack, section `planning`)."""
    plan = await plans.refuse(desk, plan_id, reason=body.reason, by=caller, at=now, once=once)
    return shown(_shown(plan), headers=_replayed(once))


@router.get("/planner", operation_id="read_planner", summary="滚动优化状态", response_model=PlannerList)
async def read_planner(caller: Reader, query: Annotated[PlannerQuery, Query()], desk: DeskOf) -> Response:
    """Tell of each region whether it is planned, or since when insertion alone goes on, and why."""
    found = await states.planner_of(desk, query.area, by=caller)
    return shown(PlannerList(regions=[PlannerShown(**asdict(one)) for one in found]))


def _replayed(once: Once | None) -> dict[str, str] | None:
    return REPLAYED if once is not None and once.replayed else None


def _verdict(found: Verdict) -> VerdictShown:
    judged, before = (
        CostShown(cost=one.cost, by_rule=one.by_rule, violations=one.violations) for one in (found.judged, found.before)
    )
    return VerdictShown(
        area=found.area,
        at=found.at,
        judged=judged,
        before=before,
        dearer=found.dearer,
        sentence=found.sentence,
        faults=found.faults,
        fares=[
            FareShown(ticket_id=one.job, **{name: getattr(one, name) for name in FARE}) for one in found.fares[:FARES]
        ],
        left_out=found.left_out,
        stops=[StopShown(**asdict(stop)) for stop in found.stops],
    )
