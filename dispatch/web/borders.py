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


class Drawn:
    """The borders of one tree of areas, packed, and their tags; a tree that was loaded anew is drawn anew."""

    def __init__(self) -> None:
        self._tree: Areas | None = None
        self._packed: dict[str, asyncio.Task[tuple[bytes, str]]] = {}

    async def under(self, tree: Areas, code: str) -> tuple[bytes, str]:
        """Return what lies in an area; who asks meanwhile waits for the same."""
        if tree is not self._tree:
            self._tree, self._packed = tree, {}
        held = self._packed.get(code)
        if held is None or (held.done() and held.exception() is not None):
            self._packed[code] = asyncio.create_task(asyncio.to_thread(_packed, tree, code))
        return await asyncio.shield(self._packed[code])


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
    under = desk.areas.get(query.under or desk.areas.province().code).code
    drawn: Drawn = request.app.state.borders
    packed, tag = await drawn.under(desk.areas, under)
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
