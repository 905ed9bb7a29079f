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
        "fleet": Part(ok=True, said=f"{len(state.desk.fleet)} 支队伍在内存"),  # read before the first request
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
        return Part(ok=False, said=refusal.message)
    return Part(ok=True, said=f"结构版本 {migrate.head()}")


def _feed(follower: Follower) -> Part:
    if not follower.is_fresh(FEED_FRESH_S):
        return Part(ok=False, said="收不到工单变更;请检查数据库连接")
    late = follower.lag_ms > FEED_LATE_MS
    return Part(
        ok=True, said=f"编号落后 {follower.lag_ms} 毫秒" + (";请检查 dispatch worker 是否在运行" if late else "")
    )


async def _messages(state: Any) -> Part:
    """Messages that cannot go out are no reason to refuse requests; they are said here."""
    try:
        async with state.desk.db.connection() as connection:
            waiting = await texts.backlog(connection)
    except Refusal as refusal:
        return Part(ok=True, said=refusal.message)
    said = f"待发 {waiting.waiting} 条,失败 {waiting.dead} 条"
    if state.sms_gateway is None:
        said += ";未设置短信网关,消息只排队不发送:请设 DISPATCH_SMS_GATEWAY"
    return Part(ok=True, said=said)


async def _planner(desk: Desk) -> Part:
    """Insertion goes on without the rolling plan, so that requests need not be refused; it is said here."""
    try:
        regions = await states.planner_of_all(desk)
    except Refusal as refusal:
        return Part(ok=True, said=refusal.message)
    down = [one for one in regions if one.state is not PlannerState.OK]
    if not down:
        return Part(ok=True, said=f"{PlannerState.OK.label},{len(regions)} 个区域")
    since = min((one.since for one in down if one.since is not None), default=None)
    begun = f",自 {since.astimezone(CHINA):%m-%d %H:%M:%S} 起" if since else ""
    return Part(ok=True, said=f"{len(down)} 个区域{PlannerState.INSERTION_ONLY.label}{begun}:{down[0].said}")


def _areas(desk: Desk) -> Part:
    ok = len(desk.areas) > 0
    return Part(ok=ok, said=f"{len(desk.areas)} 个区域" if ok else "尚未载入地区数据;请执行 dispatch load 文件.json")


@router.get("/metrics", operation_id="metrics", summary="运行指标", response_class=Response)
async def figures() -> Response:
    """Return the figures in Prometheus' text format."""
    return Response(metrics.exposition(), media_type=None, headers={"Content-Type": metrics.CONTENT_TYPE})
