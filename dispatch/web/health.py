"""Is the process alive, can it serve, and how is it doing: for the supervisor, the load balancer and Prometheus."""

from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from starlette.requests import Request

from dispatch.desk.planning import states
from dispatch.desk.planning.words import PlannerState
from dispatch.desk.room import Desk
from dispatch.kit import metrics, migrate
from dispatch.kit.clock import CHINA
from dispatch.kit.errors import Refusal
from dispatch.notify import texts
from dispatch.notify.follower import Follower

from .deps import shown
from .errors import RETRY_AFTER_S

router = APIRouter(tags=["health 健康"])

FEED_FRESH_S = 5.0  # the feed is polled every 25 ms
FEED_LATE_MS = 10_000  # the sequencer numbers every 25 ms; ten seconds means that none runs


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Part(BaseModel):
    """One thing that must be right before the process can serve."""

    ok: bool
    said: str = Field(description="现状;不正常时含补救办法")
    english: str = Field(description="同 said,英文界面用")


class Ready(BaseModel):
    """Whether requests may be sent here, and if not, why."""

    ready: bool
    parts: dict[str, Part]


@router.get("/health/live", operation_id="live", summary="进程存活", response_model=Alive)
async def live() -> Response:
    """Answer without touching the database."""
    return shown(Alive())


@router.get(
    "/health/ready",
    operation_id="ready",
    summary="可以服务",
    response_model=Ready,
    responses={503: {"model": Ready, "description": "尚不能服务;parts 说明原因"}},
)
async def ready(request: Request) -> Response:
    """Check the database and its schema, the feed's age, and that areas and crews are in memory."""
    state: Any = request.app.state
    parts = {
        "database": await _database(state.desk),
        "feed": _feed(state.hub.follower),
        "areas": _areas(state.desk),
        "fleet": _fleet(len(state.desk.fleet)),  # read before the first request
    }
    if parts["database"].ok:
        parts["messages"] = await _messages(state)
        parts["planner"] = await _planner(state.desk)
    answer = Ready(ready=all(part.ok for part in parts.values()), parts=parts)
    if answer.ready:
        return shown(answer)
    return shown(answer, status=503, headers={"Retry-After": str(RETRY_AFTER_S)})


async def _database(desk: Desk) -> Part:
    try:
        await migrate.require_current(desk.db.dsn)
    except Refusal as refusal:
        return _refused(refusal, ok=False)
    return Part(ok=True, said=f"结构版本 {migrate.head()}", english=f"schema {migrate.head()}")


def _refused(refusal: Refusal, *, ok: bool) -> Part:
    return Part(ok=ok, said=refusal.message, english=f"{refusal.code}: see the log of the server, then dispatch doctor")


def _fleet(crews_n: int) -> Part:
    return Part(ok=True, said=f"{crews_n} 支队伍在内存", english=f"{crews_n} crews in memory")


def _feed(follower: Follower) -> Part:
    if not follower.is_fresh(FEED_FRESH_S):
        said, english = "收不到工单变更;请检查数据库连接", "no changes of tickets are heard: check the database"
        return Part(ok=False, said=said, english=english)
    said, english = f"编号落后 {follower.lag_ms} 毫秒", f"numbering {follower.lag_ms} ms behind"
    if follower.lag_ms > FEED_LATE_MS:
        said, english = f"{said};请检查 dispatch worker 是否在运行", f"{english}: check whether dispatch worker runs"
    return Part(ok=True, said=said, english=english)


async def _messages(state: Any) -> Part:
    """Messages that cannot go out are no reason to refuse requests; they are said here."""
    try:
        async with state.desk.db.connection() as connection:
            waiting = await texts.backlog(connection)
    except Refusal as refusal:
        return _refused(refusal, ok=True)
    said = f"待发 {waiting.waiting} 条,失败 {waiting.dead} 条"
    english = f"{waiting.waiting} waiting, {waiting.dead} failed"
    if state.sms_gateway is None:
        said += ";未设置短信网关,消息只排队不发送:请设 DISPATCH_SMS_GATEWAY"
        english += "; no SMS gateway, messages only queue: set DISPATCH_SMS_GATEWAY"
    return Part(ok=True, said=said, english=english)


async def _planner(desk: Desk) -> Part:
    """Insertion goes on without the rolling plan, so that requests need not be refused; it is said here."""
    try:
        regions = await states.planner_of_all(desk)
    except Refusal as refusal:
        return _refused(refusal, ok=True)
    down = [one for one in regions if one.state is not PlannerState.OK]
    if not down:
        return Part(
            ok=True, said=f"{PlannerState.OK.label},{len(regions)} 个区域", english=f"ok, {len(regions)} regions"
        )
    since = min((one.since for one in down if one.since is not None), default=None)
    begun = f",自 {since.astimezone(CHINA):%m-%d %H:%M:%S} 起" if since else ""
    english = f"{len(down)} regions without a rolling plan: new tickets are only inserted, check the solver process"
    said = f"{len(down)} 个区域{PlannerState.INSERTION_ONLY.label}{begun}:{down[0].said}"
    return Part(ok=True, said=said, english=english)


def _areas(desk: Desk) -> Part:
    n = len(desk.areas)
    if n == 0:
        said, english = "尚未载入地区数据;请执行 dispatch load 文件.json", "no areas yet: run dispatch load FILE.json"
        return Part(ok=False, said=said, english=english)
    return Part(ok=True, said=f"{n} 个区域", english=f"{n} areas")


@router.get("/metrics", operation_id="metrics", summary="运行指标", response_class=Response)
async def figures() -> Response:
    """Return the figures in Prometheus' text format."""
    return Response(metrics.exposition(), media_type=None, headers={"Content-Type": metrics.CONTENT_TYPE})
