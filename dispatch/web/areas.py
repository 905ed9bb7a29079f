"""The tree of areas, and how each county's tickets are dispatched."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.desk import modes
from dispatch.desk.modes import Mode
from dispatch.places.areas import AreaLevel

from .bodies import In
from .deps import AreaCode, BodyOf, CallerOf, DeskOf, Now, shown

router = APIRouter(tags=["areas 区域"])


class AreaQuery(BaseModel):
    """Which areas are wanted."""

    model_config = ConfigDict(extra="forbid")

    under: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="只列该区域及其下属;缺省为全部"
    )


class AreaShown(BaseModel):
    """One area."""

    code: str
    name: str
    level: AreaLevel
    parent: str | None
    lon: float | None = Field(description="驻地经度")
    lat: float | None = Field(description="驻地纬度")
    approximate: bool = Field(description="边界为推算,非测绘")


class AreaList(BaseModel):
    """Areas, each after the one above it."""

    areas: Sequence[AreaShown]


class ModeBody(In):
    """The mode to switch to, and why."""

    mode: Mode = Field(description="auto 自动派工;confirm 系统推荐、人工确认;manual 人工派工")
    reason: str = Field(min_length=1, max_length=200, description="切换原因")


class ModeShown(BaseModel):
    """A county's mode, and who set it when and why."""

    area: str
    mode: Mode
    set_by: str | None = Field(description="设置人账号;从未设置时为空")
    set_at: datetime | None
    reason: str


@router.get("/areas", operation_id="list_areas", summary="区域列表", response_model=AreaList)
async def list_areas(
    caller: Annotated[Account, CallerOf("area.read")], query: Annotated[AreaQuery, Query()], desk: DeskOf
) -> Response:
    """List province, cities, counties and depots."""
    tree = desk.areas
    top = [tree.get(query.under).code] if query.under else [area.code for area in tree.of_level(AreaLevel.PROVINCE)]
    codes = [code for first in top for code in (first, *tree.below(first))]
    areas = [tree.get(code) for code in codes]
    return shown(
        AreaList(areas=[AreaShown(**{name: getattr(area, name) for name in AreaShown.model_fields}) for area in areas])
    )


@router.get("/areas/{code}/mode", operation_id="read_mode", summary="派工模式", response_model=ModeShown)
async def read_mode(code: AreaCode, caller: Annotated[Account, CallerOf("mode.read")], desk: DeskOf) -> Response:
    """Say how a county's tickets are dispatched."""
    return shown(ModeShown(**asdict(await modes.mode_of(desk, code, by=caller))))


@router.put("/areas/{code}/mode", operation_id="set_mode", summary="切换派工模式", response_model=ModeShown)
async def set_mode(
    code: AreaCode,
    caller: Annotated[Account, CallerOf("mode.set")],
    body: Annotated[ModeBody, BodyOf(ModeBody)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Switch a county's mode; who, when and why are kept."""
    return shown(
        ModeShown(**asdict(await modes.set_mode(desk, code, body.mode, reason=body.reason, by=caller, at=now)))
    )
