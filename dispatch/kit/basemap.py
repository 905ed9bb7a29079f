"""
The ground that maps are drawn on, as the utility's own tile service gives it: read from one setting, checked at start.

Only raster tiles in spherical Mercator; a WMTS is asked by an address with its three places filled in, tiles in a file
(PMTiles) are handed out by this server itself. Without a setting the screens draw borders themselves.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from .errors import Invalid
from .tilefile import BadTileFile, TileFile
from .words import Labelled

BASEMAP = "DISPATCH_BASEMAP"
OWN_TILES = "/tiles/{z}/{x}/{y}"  # where this server hands out the tiles of a file
FORM = '应为 JSON,例如 {"kind":"xyz","url":"https://主机/{z}/{x}/{y}.png","attribution":"审图号","shift":"none"}'
MOST_URLS = 4  # ground, roads and names are layers of their own in some services
LONGEST = 500
ZOOMS = (1, 20)
DEFAULT_ZOOM = 18
HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?")
W = TypeVar("W", bound=Labelled)
PLACE = re.compile(r"\{[^}]*\}")


class BadBasemap(Invalid):
    """The setting ``DISPATCH_BASEMAP`` cannot be used; the message says what it may hold."""


class TileKind(Labelled):
    """How tiles are asked for."""

    XYZ = "xyz", "XYZ 瓦片"
    WMTS = "wmts", "WMTS 瓦片"
    PMTILES = "pmtiles", "PMTiles 瓦片文件"


class TileShift(Labelled):
    """What the tiles are drawn in, so that points are shifted to fit."""

    NONE = "none", "WGS-84 或 CGCS2000"
    GCJ02 = "gcj02", "GCJ-02"


PLACES: Mapping[TileKind, frozenset[str]] = {
    TileKind.XYZ: frozenset({"{z}", "{x}", "{y}"}),
    TileKind.WMTS: frozenset({"{TileMatrix}", "{TileRow}", "{TileCol}"}),
}


@dataclass(frozen=True, kw_only=True)
class Basemap:
    """
    A tile service, or a file of tiles.

    :param urls: addresses with places for zoom, column and row, the lowest layer first
    :param file: the file whose tiles this server hands out; None with a service
    :param attribution: what stands beneath the map, e.g. the number of the map's approval
    """

    kind: TileKind
    urls: tuple[str, ...]
    attribution: str = ""
    shift: TileShift = TileShift.NONE
    max_zoom: int = DEFAULT_ZOOM
    file: Path | None = None

    @property
    def hosts(self) -> tuple[str, ...]:
        """Other hosts that the browser loads tiles from, as a content policy names them."""
        parts = (urlsplit(url) for url in self.urls)
        return tuple(dict.fromkeys(f"{part.scheme}://{part.netloc}" for part in parts if part.netloc))

    def text(self) -> str:
        """Return the setting from which this is read again."""
        said = {"kind": self.kind.value, "attribution": self.attribution, "shift": self.shift.value}
        ground = {"file": str(self.file)} if self.file else {"url": self.urls, "max_zoom": self.max_zoom}
        return json.dumps(said | ground, ensure_ascii=False)


def read_basemap(text: str | None) -> Basemap | None:
    """
    Return the tile service of a setting; None where nothing is set.

    :raises BadBasemap: saying which part is wrong and what it may be
    """
    if not text:
        return None
    said = _object(text)
    kind = _word(TileKind, said.pop("kind", "xyz"), "kind")
    ground = _file(said.pop("file", None)) if kind is TileKind.PMTILES else _service(said, kind)
    shift = _word(TileShift, said.pop("shift", "none"), "shift")
    attribution = said.pop("attribution", "")
    if not isinstance(attribution, str) or len(attribution) > LONGEST:
        raise _bad(f"attribution 应为不超过 {LONGEST} 字的文字")
    if said:
        items = "file" if kind is TileKind.PMTILES else "url、max_zoom"
        raise _bad(f"不认识的项 {'、'.join(said)};kind 为 {kind.value} 时可用 {items}、attribution、shift")
    return Basemap(kind=kind, attribution=attribution, shift=shift, **ground)


def _service(said: dict[str, Any], kind: TileKind) -> dict[str, Any]:
    """Take what says where a service is."""
    urls = _urls(said.pop("url", None), kind)
    zoom = said.pop("max_zoom", DEFAULT_ZOOM)
    if not isinstance(zoom, int) or isinstance(zoom, bool) or not ZOOMS[0] <= zoom <= ZOOMS[1]:
        raise _bad(f"max_zoom 应为 {ZOOMS[0]} 到 {ZOOMS[1]} 的整数")
    return {"urls": urls, "max_zoom": zoom}


def _file(said: object) -> dict[str, Any]:
    """Open a file of tiles, to be sure that it can be used; it knows its own zooms."""
    if not isinstance(said, str) or not Path(said).is_absolute():
        raise _bad("file 应为 PMTiles 文件的绝对路径")
    try:
        tiles = TileFile(Path(said))
    except BadTileFile as error:
        raise _bad(error.message) from error
    return {"urls": (OWN_TILES,), "max_zoom": tiles.max_zoom, "file": Path(said)}


def _bad(what: str) -> BadBasemap:
    return BadBasemap(f"环境变量 {BASEMAP} 的底图设置不能用:{what}", field=BASEMAP)


def _object(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _bad(FORM) from error
    if not isinstance(said, dict):
        raise _bad(FORM)
    return said


def _word(words: type[W], said: object, name: str) -> W:
    found = next((word for word in words if word.value == said), None)
    if found is None:
        raise _bad(f"{name} 应为 {'、'.join(f'{word.value}({word.label})' for word in words)} 之一")
    return found


def _urls(said: object, kind: TileKind) -> tuple[str, ...]:
    given = said if isinstance(said, list) else [said]
    urls = tuple(url for url in given if isinstance(url, str) and len(url) <= LONGEST)
    if not 1 <= len(urls) == len(given) <= MOST_URLS:
        raise _bad(f"url 应为瓦片地址,或 1 至 {MOST_URLS} 个地址的列表(自下而上)")
    for url in urls:
        _check(url, kind)
    return urls


def _check(url: str, kind: TileKind) -> None:
    places = PLACES[kind]
    if set(PLACE.findall(url)) != places:
        raise _bad(f"url {url[:80]} 应恰好含 {'、'.join(sorted(places))}")
    parts = urlsplit(PLACE.sub("0", url))
    own = not parts.scheme and not parts.netloc and parts.path.startswith("/")
    if not own and not (parts.scheme in {"http", "https"} and HOST.fullmatch(parts.netloc)):
        raise _bad(f"url {url[:80]} 应以 https://主机/ 开头,或以 / 开头(本机转发)")
    if re.search(r"[\s;,'\"\\]", url):
        raise _bad(f"url {url[:80]} 不应含空格、引号、逗号或分号")
