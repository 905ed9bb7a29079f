"""The borders of counties, for maps: simplified once, sent packed, and only when they are not known already."""

import asyncio
import gzip
from hashlib import sha256
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.places.areas import AreaLevel, Areas
from dispatch.places.outlines import outlines

from .deps import CallerOf, DeskOf

router = APIRouter(tags=["areas 区域"])

KEPT: dict[tuple[int, str], tuple[Areas, bytes, str]] = {}  # tree and area -> that tree, packed, its tag
MOST_KEPT = 200


class BordersQuery(BaseModel):
    """Which borders are wanted."""

    model_config = ConfigDict(extra="forbid")

    under: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="只要该区域内的;缺省为全省")


class Border(BaseModel):
    """One county: a GeoJSON Feature."""

    type: str
    id: str
    properties: dict[str, str | bool] = Field(description="code 编码,name 名称,approximate 边界为推算")
    geometry: dict[str, object] = Field(description="Polygon 或 MultiPolygon,WGS-84")


class Borders(BaseModel):
    """A GeoJSON FeatureCollection; empty where nobody has loaded borders."""

    type: str
    features: list[Border]


@router.get("/areas/borders", operation_id="list_borders", summary="区域边界", response_model=Borders)
async def list_borders(
    request: Request,
    caller: Annotated[Account, CallerOf("area.read")],
    query: Annotated[BordersQuery, Query()],
    desk: DeskOf,
) -> Response:
    """Return the borders of the counties as they are drawn on a screen (GeoJSON)."""
    tree = desk.areas
    under = tree.get(query.under or tree.province().code).code
    key = id(tree), under
    if key not in KEPT:
        if len(KEPT) >= MOST_KEPT:
            KEPT.clear()
        KEPT[key] = tree, *await asyncio.to_thread(_packed, tree, under)
    _, packed, tag = KEPT[key]
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, media_type="application/json", headers=headers | {"Content-Encoding": "gzip"})
    return Response(gzip.decompress(packed), media_type="application/json", headers=headers)


def _packed(tree: Areas, under: str) -> tuple[bytes, str]:
    within = {under, *tree.below(under)}
    drawn = msgspec.json.encode(outlines([area for area in tree.of_level(AreaLevel.COUNTY) if area.code in within]))
    return gzip.compress(drawn, 6), f'"{sha256(drawn).hexdigest()[:16]}"'
