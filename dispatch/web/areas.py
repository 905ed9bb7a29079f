"""The tree of areas."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.places.areas import AreaLevel

from .deps import CallerOf, DeskOf, shown

router = APIRouter(tags=["areas 区域"])


class AreaQuery(BaseModel):
    """Which areas are wanted."""

    model_config = ConfigDict(extra="forbid")

    under: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="只列该区域及其下属;缺省为全部"
    )
    q: str | None = Field(default=None, max_length=60, description="只列名称中含此字样、或编码以此开头的")


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


@router.get("/areas", operation_id="list_areas", summary="区域列表", response_model=AreaList)
async def list_areas(
    caller: Annotated[Account, CallerOf("area.read")], query: Annotated[AreaQuery, Query()], desk: DeskOf
) -> Response:
    """List province, cities, counties and depots."""
    tree = desk.areas
    top = [tree.get(query.under).code] if query.under else [area.code for area in tree.of_level(AreaLevel.PROVINCE)]
    codes = [code for first in top for code in (first, *tree.below(first))]
    said = query.q or ""
    areas = [area for area in map(tree.get, codes) if said in area.name or area.code.startswith(said)]
    return shown(
        AreaList(areas=[AreaShown(**{name: getattr(area, name) for name in AreaShown.model_fields}) for area in areas])
    )
