"""Roads that are closed or slow (道路封闭与限行): set, lifted, listed; and what the road network is made of."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.desk.roads import closing
from dispatch.desk.room import Once
from dispatch.routing.roads.closures import ClosureCause
from dispatch.tickets.facts import Code

from .bodies import Crs, In, Instant
from .deps import BodyOf, CallerOf, DeskOf, Now, shown
from .idempotency import REPLAYED, OnceOf

router = APIRouter(tags=["roads 道路"])

ClosureId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="道路封闭编号")]
WayId = Annotated[int, Field(ge=1, lt=2**63)]
CAUSES = "flood 洪水积水;typhoon 台风;snow 冰雪;landslide 塌方滑坡;works 道路施工;accident 交通事故;other 其他原因"


class ClosureBody(In):
    """Which roads, why, and for how long. What is given of polygon, road, ways and classes holds together."""

    area: Code = Field(description="区域编码:道路所在的辖区")
    cause: ClosureCause = Field(description=CAUSES)
    title: str = Field(min_length=1, max_length=60, description="地点或路段的通称,写入派工理由,例如 象山港大桥")
    factor: float | None = Field(default=None, gt=1, le=20, description="通行时间为平时的几倍;缺省为完全封闭")
    polygon: dict[str, Any] | None = Field(default=None, description="GeoJSON Polygon 或 MultiPolygon")
    crs: Crs = "wgs84"
    road: str | None = Field(default=None, min_length=1, max_length=60, description="路名或编号,例如 甬莞高速 或 G1523")
    ways: tuple[WayId, ...] = Field(default=(), strict=False, max_length=500, description="OSM 路段编号")
    classes: tuple[str, ...] = Field(default=(), strict=False, max_length=20, description="道路等级,例如 ferry(轮渡)")
    from_at: Instant | None = Field(default=None, description="缺省为现在")
    until_at: Instant | None = Field(default=None, description="缺省为直到解除")


class LiftBody(In):
    """Why the roads are open again."""

    reason: str = Field(min_length=1, max_length=200, description="解除原因")


class ClosureShown(BaseModel):
    """One closure."""

    id: str
    area: str
    cause: ClosureCause
    title: str
    factor: float | None = Field(description="通行时间为平时的几倍;空为完全封闭")
    polygon: dict[str, Any] | None = Field(description="GeoJSON,WGS-84")
    road: str | None
    ways: Sequence[int]
    classes: Sequence[str]
    from_at: datetime
    until_at: datetime | None = Field(description="空为直到解除")
    set_by: str
    set_at: datetime
    lifted_by: str | None
    lifted_at: datetime | None
    lift_reason: str | None
    edges: int | None = Field(description="涉及的路段数;未导入路网时为空")
    kilometres: float | None


class ClosureList(BaseModel):
    """Closures, the one that begins last first."""

    closures: Sequence[ClosureShown]


class ClosureQuery(BaseModel):
    """Which closures are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="区域编码;缺省为本辖区")
    holding: bool = Field(default=True, description="只列此刻有效的")
    limit: int = Field(default=100, ge=1, le=500, description="最多几条")


@router.post(
    "/roads/closures",
    operation_id="close_road",
    summary="封闭或限行道路",
    status_code=201,
    response_model=ClosureShown,
)
async def close_road(
    caller: Annotated[Account, CallerOf("road.close")],
    body: Annotated[ClosureBody, BodyOf(ClosureBody)],
    once: Annotated[Once, OnceOf(required=True)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Close roads or make them slow; from the answer on no crew is sent over a closed road."""
    wanted = closing.Wanted(**body.model_dump(exclude={"area"}))
    closure = await closing.close(desk, body.area, wanted, by=caller, at=now, once=once)
    return shown(ClosureShown(**asdict(closure)), status=201, headers=REPLAYED if once.replayed else None)


@router.post(
    "/roads/closures/{closure_id}/lift",
    operation_id="lift_road_closure",
    summary="解除道路封闭",
    response_model=ClosureShown,
)
async def lift(
    closure_id: ClosureId,
    caller: Annotated[Account, CallerOf("road.lift")],
    body: Annotated[LiftBody, BodyOf(LiftBody)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Open the roads again, from now on."""
    return shown(ClosureShown(**asdict(await closing.lift(desk, closure_id, reason=body.reason, by=caller, at=now))))


@router.get("/roads/closures", operation_id="list_road_closures", summary="道路封闭清单", response_model=ClosureList)
async def list_closures(
    caller: Annotated[Account, CallerOf("road.read")],
    query: Annotated[ClosureQuery, Query()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """List the closures of an area, of what lies above it and below it."""
    at = now if query.holding else None
    found = await closing.closures(desk, query.area, by=caller, holding_at=at, limit=query.limit)
    return shown(ClosureList(closures=[ClosureShown(**asdict(closure)) for closure in found]))


@router.get(
    "/roads/closures/{closure_id}",
    operation_id="read_road_closure",
    summary="一条道路封闭",
    response_model=ClosureShown,
)
async def read_closure(
    closure_id: ClosureId, caller: Annotated[Account, CallerOf("road.read")], desk: DeskOf
) -> Response:
    """Return one closure."""
    return shown(ClosureShown(**asdict(await closing.find_closure(desk, closure_id, by=caller))))
