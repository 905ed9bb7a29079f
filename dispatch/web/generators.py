"""Generator trucks (发电车): which there are; a plan proposed and confirmed; each truck sent, connected, released."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.desk.generators import confirming, plans, rows, working
from dispatch.desk.generators.words import AssignmentState, GeneratorPlanSource, GeneratorPlanState, TruckState
from dispatch.desk.room import Once
from dispatch.tickets.facts import Code

from .bodies import Id, In, Position, Version
from .deps import BodyOf, CallerOf, DeskOf, Now, shown
from .idempotency import REPLAYED, OnceOf

router = APIRouter(tags=["generators 发电车"])

TruckId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="发电车编号")]
PlanId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="方案编号")]
AssignmentId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="安排编号")]
Reader = Annotated[Account, CallerOf("generator.read")]
Planner = Annotated[Account, CallerOf("generator.plan")]
Decider = Annotated[Account, CallerOf("generator.decide")]
Reporter = Annotated[Account, CallerOf("generator.report")]
AREA = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="区域编码;缺省为本辖区")
NodeCode = Annotated[str, Field(min_length=1, max_length=64)]
Route = Annotated[list[NodeCode], Field(max_length=50)]


class ReasonsShown(BaseModel):
    """Why this truck, and what was estimated."""

    sentence: str = Field(description="为何派此车、何时接通、少停多少、其次是哪辆")
    restoration: str = Field(description="预计复电时间及依据")
    estimates: Sequence[str] = Field(description="没有数据而按规则估计的各项(按…估计)")


class AssignmentShown(BaseModel):
    """A truck feeds a customer, or all below a device."""

    id: str
    version: int
    plan_id: str
    area: str
    truck_id: str
    position: int = Field(description="在该车路线中的次序,从 0 起")
    target: str = Field(description="供电对象:电网设备编码或户号")
    target_name: str
    outage_id: str
    kva: int = Field(description="所需容量,kVA")
    customers: int
    lon: float
    lat: float
    leaves_at: datetime = Field(description="最迟出发时间")
    from_at: datetime = Field(description="预计接通")
    to_at: datetime = Field(description="预计供电到")
    refuel: bool = Field(description="出发前先加满油")
    reasons: ReasonsShown
    state: AssignmentState
    sent_by: str | None
    sent_at: datetime | None
    connected_by: str | None
    connected_at: datetime | None
    ended_by: str | None
    ended_at: datetime | None
    end_reason: str | None
    supply_back: bool = Field(description="停电已恢复:已接入的请撤离,在途的请召回")


class TruckShown(BaseModel):
    """A generator truck, and what it does."""

    id: str
    version: int
    area: str = Field(description="所属的县;市或省为所辖各县共用")
    depot: str | None
    name: str
    kva: int
    connect_min: int = Field(description="接线时间,分钟")
    fuel_h: float = Field(description="现有燃料按额定负荷可供小时数;供电中的已减去接入或补油以来的时间")
    tank_h: float = Field(description="满油可供小时数")
    state: TruckState
    lon: float | None = Field(description="现在的位置;空为在班所")
    lat: float | None
    reason: str = Field(description="停用原因")
    said_by: str
    said_at: datetime
    assignment: AssignmentShown | None = Field(description="正在执行的安排")


class TruckList(BaseModel):
    """The trucks that serve an area."""

    trucks: Sequence[TruckShown]


class HoursShown(BaseModel):
    """What a plan is worth."""

    customers_without: float = Field(description="不派车的停电户时")
    customers: float = Field(description="按方案的停电户时")
    weighted_without: float = Field(description="不派车的加权停电户时(重要用户按规则包折算)")
    weighted: float = Field(description="按方案的加权停电户时")
    travel: float = Field(description="行车小时")


class DarkShown(BaseModel):
    """A customer that no truck feeds, and why."""

    target: str
    name: str
    code: str
    sentence: str
    estimates: Sequence[str]


class UnusedShown(BaseModel):
    """A truck that stays, and why."""

    truck: str
    name: str
    code: str
    sentence: str


class GeneratorPlanShown(BaseModel):
    """A plan for generator trucks."""

    id: str
    version: int
    area: str
    made_at: datetime
    source: GeneratorPlanSource
    author: str
    state: GeneratorPlanState
    hours: HoursShown
    best: HoursShown | None = Field(description="自编方案时:同一时刻优化方案的户时,供比较")
    sentence: str = Field(description="一句话的结论;自编方案含比优化方案多停的户时")
    dark: Sequence[DarkShown]
    unused: Sequence[UnusedShown]
    notes: Sequence[str]
    solver: Mapping[str, str | int | float | bool | None]
    decided_by: str | None
    decided_at: datetime | None
    ended_at: datetime | None
    assignments: Sequence[AssignmentShown]


class GeneratorPlanList(BaseModel):
    """Plans, the newest first."""

    plans: Sequence[GeneratorPlanShown]
    next: str | None = Field(description="下一页的 before;没有下一页时为空")


class TruckQuery(BaseModel):
    """Whose trucks are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = AREA


class GeneratorPlanQuery(BaseModel):
    """Which plans are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = AREA
    state: list[GeneratorPlanState] | None = Field(default=None, description="只列这些状态的;缺省全部", max_length=3)
    before: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,64}$", description="上一页返回的 next")
    limit: int = Field(default=20, ge=1, le=100, description="最多几条")


class ProposeBody(In):
    """What is to be planned."""

    area: Code = Field(description="县、市或省的编码:其停电用户一并安排")
    targets: Annotated[list[NodeCode], Field(max_length=100)] = Field(
        default=[], description="另外要供电的设备编码或户号(须在停电范围内);重要用户和未移交小区自动列入"
    )
    routes: Annotated[dict[Code, Route], Field(min_length=1, max_length=200)] | None = Field(
        default=None, description="自编方案:发电车 → 依次供电的设备编码或户号;缺省由系统计算"
    )


class ConfirmBody(In):
    """Which plan was seen, and what of it is wanted."""

    version: Version
    assignments: Annotated[list[Id], Field(min_length=1, max_length=1000)] | None = Field(
        default=None, description="只确认这些安排;缺省全部"
    )


class StepBody(In):
    """Which assignment was seen."""

    version: Version


class ReleaseBody(StepBody):
    """Why the truck leaves."""

    reason: str = Field(min_length=1, max_length=200, description="撤离或召回原因")


class TruckBody(In):
    """What is said of a truck."""

    version: Version
    out: str | None = Field(default=None, min_length=1, max_length=200, description="停用原因;空为可用")
    fuel_h: float | None = Field(default=None, ge=0, le=1000, description="现有燃料可供小时数;缺省不变")
    place: Position | None = Field(default=None, description="现在的位置;缺省不变")


def _assignment(one: rows.Assignment) -> AssignmentShown:
    return AssignmentShown.model_validate(asdict(one))


def _truck(truck: rows.Truck, doing: rows.Assignment | None) -> TruckShown:
    return TruckShown.model_validate(asdict(truck) | {"assignment": None if doing is None else asdict(doing)})


def _plan(plan: rows.GeneratorPlan) -> GeneratorPlanShown:
    return GeneratorPlanShown.model_validate(asdict(plan))


def _replayed(once: Once | None) -> dict[str, str] | None:
    return REPLAYED if once is not None and once.replayed else None


@router.get("/generators", operation_id="list_generators", summary="发电车", response_model=TruckList)
async def list_generators(caller: Reader, query: Annotated[TruckQuery, Query()], desk: DeskOf, now: Now) -> Response:
    """List the trucks that serve an area: its own, those of its parts, and those shared by the city or province."""
    found = await plans.trucks(desk, query.area, by=caller, at=now)
    return shown(TruckList(trucks=[_truck(truck, doing) for truck, doing in found]))


@router.post(
    "/generators/{truck_id}/state", operation_id="tell_generator", summary="登记发电车状态", response_model=TruckShown
)
async def tell_generator(
    truck_id: TruckId,
    caller: Reporter,
    body: Annotated[TruckBody, BodyOf(TruckBody)],
    once: Annotated[Once | None, OnceOf()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """
    Say that a truck is out of order or back, what is in its tank, where it stands. One that breaks down while it feeds
    is released at once, and can be planned around; one that was filled up while it feeds goes on.
    """
    place = None if body.place is None else body.place.wgs84()
    told = working.Told(out=body.out, fuel_h=body.fuel_h, place=place)
    truck, doing = await working.tell(desk, truck_id, told, version=body.version, by=caller, at=now, once=once)
    return shown(_truck(truck, doing), headers=_replayed(once))


@router.get(
    "/generator-plans",
    operation_id="list_generator_plans",
    summary="发电车方案列表",
    response_model=GeneratorPlanList,
)
async def list_generator_plans(
    caller: Reader, query: Annotated[GeneratorPlanQuery, Query()], desk: DeskOf, now: Now
) -> Response:
    """List the plans of an area and what lies below it, the newest first, each with its assignments."""
    found = await plans.plans(desk, query.area, query.state, before=query.before, limit=query.limit, by=caller)
    more = found[-1].id if len(found) == query.limit else None
    return shown(GeneratorPlanList(plans=[_plan(plan) for plan in await plans.lit(desk, found, at=now)], next=more))


@router.get(
    "/generator-plans/{plan_id}",
    operation_id="read_generator_plan",
    summary="一个发电车方案",
    response_model=GeneratorPlanShown,
)
async def read_generator_plan(plan_id: PlanId, caller: Reader, desk: DeskOf, now: Now) -> Response:
    """Read a plan: who feeds whom and why, what stays dark, customer-hours with and without it."""
    return shown(_plan(await plans.read(desk, plan_id, by=caller, at=now)))


@router.post(
    "/generator-plans",
    operation_id="propose_generator_plan",
    summary="计算或自编发电车方案",
    status_code=201,
    response_model=GeneratorPlanShown,
)
async def propose_generator_plan(
    caller: Planner,
    body: Annotated[ProposeBody, BodyOf(ProposeBody)],
    once: Annotated[Once | None, OnceOf()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """
    Propose which truck feeds whom, so that the fewest weighted customer-hours stay dark. With `routes` a person's own
    plan is judged instead, by the same scorer, beside the machine's; 409 `GeneratorPlanBreaks` if no truck can do it.
    """
    wanted = plans.Wanted(body.area, tuple(body.targets), body.routes)
    plan = await plans.propose(desk, wanted, by=caller, at=now, once=once)
    return shown(_plan(plan), status=201, headers=_replayed(once))


@router.post(
    "/generator-plans/{plan_id}/confirm",
    operation_id="confirm_generator_plan",
    summary="确认发电车方案",
    response_model=GeneratorPlanShown,
)
async def confirm_generator_plan(
    plan_id: PlanId,
    caller: Decider,
    body: Annotated[ConfirmBody, BodyOf(ConfirmBody)],
    once: Annotated[Once | None, OnceOf()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Bring a proposal, or some of its assignments, into force: each free truck is sent to its first customer."""
    plan = await confirming.confirm(
        desk, plan_id, version=body.version, only=body.assignments, by=caller, at=now, once=once
    )
    return shown(_plan(plan), headers=_replayed(once))


@router.post(
    "/generator-assignments/{assignment_id}/send",
    operation_id="send_generator",
    summary="派出发电车",
    response_model=AssignmentShown,
)
async def send_generator(
    assignment_id: AssignmentId,
    caller: Decider,
    body: Annotated[StepBody, BodyOf(StepBody)],
    once: Annotated[Once | None, OnceOf()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Send a truck to the next customer of its route."""
    one = await working.send(desk, assignment_id, version=body.version, by=caller, at=now, once=once)
    return shown(_assignment(one), headers=_replayed(once))


@router.post(
    "/generator-assignments/{assignment_id}/connected",
    operation_id="connect_generator",
    summary="登记发电车接入",
    response_model=AssignmentShown,
)
async def connect_generator(
    assignment_id: AssignmentId,
    caller: Reporter,
    body: Annotated[StepBody, BodyOf(StepBody)],
    once: Annotated[Once | None, OnceOf()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Say that a truck feeds its customer from now on."""
    one = await working.connect(desk, assignment_id, version=body.version, by=caller, at=now, once=once)
    return shown(_assignment(one), headers=_replayed(once))


@router.post(
    "/generator-assignments/{assignment_id}/released",
    operation_id="release_generator",
    summary="登记发电车撤离",
    response_model=AssignmentShown,
)
async def release_generator(
    assignment_id: AssignmentId,
    caller: Reporter,
    body: Annotated[ReleaseBody, BodyOf(ReleaseBody)],
    once: Annotated[Once | None, OnceOf()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Say that a truck left, or was called back on its way; it can be sent again."""
    one = await working.release(
        desk, assignment_id, version=body.version, reason=body.reason, by=caller, at=now, once=once
    )
    return shown(_assignment(one), headers=_replayed(once))
