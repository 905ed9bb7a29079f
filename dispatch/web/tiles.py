"""Map tiles out of the file that an installation has in place of a tile service; as public as the other pictures."""

import asyncio
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request, Response

from dispatch.kit.tilefile import TileFile

from .errors import NoSuchPath
from .screens import basemap_of

router = APIRouter(include_in_schema=False)

A_DAY = "public, max-age=86400"


@cache
def tile_file(path: Path) -> TileFile:
    """Return the file, opened once; a new one is taken up at the next start."""
    return TileFile(path)


@router.get("/tiles/{z:int}/{x:int}/{y:int}")
async def tile(request: Request, z: int, x: int, y: int) -> Response:
    """
    Return one tile as the file has it; an empty answer where the map ends.

    :raises NoSuchPath: if this installation has no file of tiles
    """
    ground = basemap_of(request)
    if ground is None or ground.file is None:
        raise NoSuchPath("本系统没有配置瓦片文件,请在 DISPATCH_BASEMAP 中设置 kind 为 pmtiles")
    tiles = tile_file(ground.file)
    found = await asyncio.to_thread(tiles.tile, z, x, y)
    told = {"Cache-Control": A_DAY, "X-Content-Type-Options": "nosniff"}
    if found is None:
        return Response(status_code=204, headers=told)
    return Response(found, media_type=tiles.media, headers=told)
