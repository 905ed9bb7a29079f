"""Files of map tiles for the tests: real ones, written by the library that other people write theirs with."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from PIL import Image
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

SIDE_PX = 256


def picture(colour: str) -> bytes:
    """Return a tile of one colour (PNG)."""
    content = BytesIO()
    Image.new("RGB", (SIDE_PX, SIDE_PX), colour).save(content, "PNG")
    return content.getvalue()


def written(
    path: Path, tiles: Mapping[tuple[int, int, int], bytes], kind: TileType = TileType.PNG, packed: bool = False
) -> Path:
    """Write tiles, each at its zoom, column and row."""
    with path.open("wb") as file:
        writer = Writer(file)
        for place in sorted(tiles, key=lambda place: zxy_to_tileid(*place)):
            writer.write_tile(zxy_to_tileid(*place), tiles[place])
        compression = Compression.GZIP if packed else Compression.NONE
        header = {"tile_type": kind, "tile_compression": compression}
        zooms = {"min_zoom": min(z for z, _, _ in tiles), "max_zoom": max(z for z, _, _ in tiles)}
        edges = {"min_lon_e7": 0, "min_lat_e7": 0, "max_lon_e7": 0, "max_lat_e7": 0}
        middle = {"center_zoom": 0, "center_lon_e7": 0, "center_lat_e7": 0}
        writer.finalize(header | zooms | edges | middle, {})
    return path
