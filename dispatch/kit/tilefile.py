"""
Map tiles in one file (PMTiles, version 3): the ground of a map where no tile service can be reached.

Only pictures: the screens draw on a plain canvas, and tiles of shapes (MVT) would have to be painted there first.
"""

import mmap
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from pmtiles.tile import (
    Compression,
    Entry,
    MagicNumberNotFound,
    SpecVersionUnsupported,
    TileType,
    deserialize_directory,
    deserialize_header,
    find_tile,
    zxy_to_tileid,
)

from .errors import Invalid

HEADER = 127  # bytes, of PMTiles version 3
DEEPEST = 4  # directories from the first to a tile
KEPT = 256  # directories that are not read again
MEDIA = MappingProxyType(
    {
        TileType.PNG: "image/png",
        TileType.JPEG: "image/jpeg",
        TileType.WEBP: "image/webp",
        TileType.AVIF: "image/avif",
    }
)


class BadTileFile(Invalid):
    """A file cannot be used as a map's ground; the message says why and what to do."""


class Place(NamedTuple):
    """Where something lies in the file, in bytes."""

    offset: int
    length: int


class TileFile:
    """
    An opened file of map tiles; it may be read from several threads.

    :param path: the file; it must not be changed in place while it is open (a new one may take its name)
    :raises BadTileFile: if it cannot be read, or holds something else than pictures
    """

    def __init__(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            header = deserialize_header(self._map[:HEADER])
        except OSError as error:
            raise BadTileFile(f"瓦片文件 {path} 读不到({error}),请核对路径和读取权限") from error
        except (MagicNumberNotFound, SpecVersionUnsupported, ValueError, IndexError) as error:
            raise BadTileFile(f"{path} 不是 PMTiles(第 3 版)文件,请用 pmtiles convert 转换后再用") from error
        media = MEDIA.get(header["tile_type"])
        if media is None:
            raise BadTileFile(f"{path} 存的是矢量或未知瓦片,请改用栅格(png、jpeg、webp)的 PMTiles 文件")
        if header["tile_compression"] not in {Compression.NONE, Compression.UNKNOWN}:
            raise BadTileFile(f"{path} 的瓦片又压缩了一层,请用不压缩瓦片的 PMTiles 文件")
        self.media = media
        self.max_zoom: int = header["max_zoom"]
        self._root = Place(header["root_offset"], header["root_length"])
        self._leaves, self._tiles = header["leaf_directory_offset"], header["tile_data_offset"]
        self._directory = lru_cache(KEPT)(self._read)

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """
        Return the picture at a zoom, column and row (XYZ, from the north-west); None where the file has none.

        :raises BadTileFile: if the file is damaged there
        """
        if not (0 <= z <= self.max_zoom and 0 <= x < 1 << z and 0 <= y < 1 << z):
            return None
        wanted, place = zxy_to_tileid(z, x, y), self._root
        for _ in range(DEEPEST):
            found = find_tile(self._directory(place), wanted)
            if found is None:
                return None
            if found.run_length:
                return self._part(Place(self._tiles + found.offset, found.length))
            place = Place(self._leaves + found.offset, found.length)
        raise BadTileFile("瓦片文件的目录层数过多,文件可能已损坏,请重新制作")

    def _part(self, place: Place) -> bytes:
        return self._map[place.offset : place.offset + place.length]

    def _read(self, place: Place) -> list[Entry]:
        try:
            return deserialize_directory(self._part(place))
        except (OSError, EOFError, ValueError, IndexError) as error:
            raise BadTileFile("瓦片文件的目录读不出,文件可能已损坏,请重新制作") from error
