"""What the screens must know of this installation before they draw: the ground of their maps."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from starlette.requests import Request

from dispatch.accounts.model import Account
from dispatch.kit.basemap import Basemap, TileKind, TileShift

from .deps import CallerOf, shown

router = APIRouter(tags=["areas 区域"])


class BasemapShown(BaseModel):
    """The tile service that maps are drawn on."""

    kind: TileKind
    urls: Sequence[str] = Field(description="瓦片地址,自下而上")
    attribution: str = Field(description="图上标注,例如审图号")
    shift: TileShift = Field(description="瓦片的坐标系;gcj02 时点位按 GCJ-02 显示")
    max_zoom: int


class ConsoleConfig(BaseModel):
    """How the screens are set up here."""

    basemap: BasemapShown | None = Field(description="空为没有底图,页面自绘边界")


def basemap_of(request: Request) -> Basemap | None:
    """Return the tile service of this installation."""
    found: Basemap | None = request.app.state.basemap
    return found


@router.get("/console/config", operation_id="console_config", summary="页面配置", response_model=ConsoleConfig)
async def config(caller: Annotated[Account, CallerOf("area.read")], request: Request) -> Response:
    """Tell the ground of the maps."""
    found = basemap_of(request)
    names = BasemapShown.model_fields
    ground = None if found is None else BasemapShown(**{name: getattr(found, name) for name in names})
    return shown(ConsoleConfig(basemap=ground))
