"""
Rows of the utility's file to own places, each fault with its row, its column and the remedy; and back to rows.

The columns are known by their headings, in any order; those marked * must be there.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import isfinite

from .areas import AreaLevel, Areas
from .crs import Crs
from .locate import Locator
from .own import OwnKind, OwnPlace, folded
from .points import PointFault, inspect
from .sheets import BadTable, Line

CODE, NAME, KIND, COUNTY = "编码", "名称", "类别", "县(区)编码"
ADDRESS, LON, LAT, CRS, ALIASES = "地址", "经度", "纬度", "坐标系", "别名"
HEADINGS = (CODE, NAME, KIND, COUNTY, ADDRESS, LON, LAT, CRS, ALIASES)
NEEDED = (CODE, NAME, KIND, COUNTY)
EXAMPLE = (
    "330225-T001",
    "东街1号公变",
    "台区变压器",
    "330225",
    "丹城街道东街1号",
    "121.87",
    "29.48",
    "wgs84",
    "东街变、老街变",
)
PARTING = "、"
PARTINGS = str.maketrans(dict.fromkeys(",;|\uff0c\uff1b\n", PARTING))
CODE_MOST, NAME_MOST, ADDRESS_MOST, ALIAS_MOST, ALIASES_MOST = 64, 60, 300, 60, 20
KINDS = {folded(word): kind for kind in OwnKind for word in (kind.value, kind.label)}
KINDS |= {"台区": OwnKind.TRANSFORMER, "变压器": OwnKind.TRANSFORMER, "公变": OwnKind.TRANSFORMER}
KINDS |= {"小区": OwnKind.BUILDING, "楼宇": OwnKind.BUILDING, "建筑": OwnKind.BUILDING, "路": OwnKind.ROAD}


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with one cell. ``column`` is the heading; empty: with the whole row."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"第 {self.row} 行{f'“{self.column}”列' if self.column else ''}:{self.message}"


@dataclass(frozen=True, slots=True)
class ReadRows:
    """The places of the rows that are right, the faults of the others, and what is odd but can be."""

    places: tuple[OwnPlace, ...]
    faults: tuple[RowFault, ...]
    notes: tuple[RowFault, ...]
    rows_n: int


class _Wrong(Exception):
    """A cell is wrong; the column and what to do."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column
        self.message = message


@dataclass
class _Reading:
    """What has been read so far."""

    areas: Areas
    locator: Locator
    crs: Crs
    seen: dict[str, int] = field(default_factory=dict)  # code -> row
    names: dict[tuple[str, OwnKind, str], int] = field(default_factory=dict)  # county, kind and name -> row
    notes: list[RowFault] = field(default_factory=list)  # of points that are odd but can be


def read_rows(lines: Sequence[Line], areas: Areas, locator: Locator, *, crs: Crs = Crs.WGS84) -> ReadRows:
    """
    Read a table whose first row are the headings.

    :param crs: of rows that do not say theirs
    :raises BadTable: if the headings are not those of ``HEADINGS``
    """
    columns = _columns(lines[0])
    if len(lines) == 1:
        raise BadTable("表中只有表头,没有数据行,请填写后再导入", field="file")
    known = _Reading(areas, locator, crs)
    places: list[OwnPlace] = []
    faults: list[RowFault] = []
    for line in lines[1:]:
        cells = {name: line.cells[i] if i < len(line.cells) else "" for name, i in columns.items()}
        found, wrong = _unread(line, columns) or _row(known, line.no, cells)
        faults += wrong
        if found is not None:
            places.append(found)
            known.notes += _twins(known, line.no, found)
    return ReadRows(tuple(places), tuple(faults), tuple(known.notes), len(lines) - 1)


def _twins(known: _Reading, no: int, place: OwnPlace) -> list[RowFault]:
    """Say that two places of a county bear one name: that can be, and whoever asks for one is asked which."""
    first = known.names.setdefault((place.area, place.kind, folded(place.name)), no)
    if first == no:
        return []
    return [RowFault(no, NAME, f"与第 {first} 行同县同类同名“{place.name}”,查询时两处都会列出;请补地址或别名以便区分")]


def _columns(line: Line) -> dict[str, int]:
    """Return where each heading stands; brackets and stars make no difference."""
    plain = {folded(name): name for name in HEADINGS} | {folded("区县编码"): COUNTY, folded("县编码"): COUNTY}
    found: dict[str, int] = {}
    for i, cell in enumerate(line.cells):
        name = plain.get(folded(cell))
        if cell and name is None:
            raise BadTable(f"第 {line.no} 行表头“{cell[:20]}”不认识,可用的列:{PARTING.join(HEADINGS)}", field="file")
        if name in found:
            raise BadTable(f"第 {line.no} 行表头“{name}”出现两次,请删去一列", field="file")
        if name is not None:
            found[name] = i
    if missing := [name for name in NEEDED if name not in found]:
        said = PARTING.join(missing)
        raise BadTable(f"第 {line.no} 行缺少表头:{said};空表可用 dispatch places template 生成", field="file")
    return found


def _unread(line: Line, columns: dict[str, int]) -> tuple[None, list[RowFault]] | None:
    """Return the faults of a row whose cells the file does not hold; None: it holds all that are looked at."""
    faults = [RowFault(line.no, name, line.unread[i]) for name, i in columns.items() if i in line.unread]
    return (None, faults) if faults else None


def _row(known: _Reading, no: int, cells: dict[str, str]) -> tuple[OwnPlace | None, list[RowFault]]:
    """Return the place of a row, or every fault that it has."""
    found: dict[str, object] = {}
    faults: list[RowFault] = []
    for read in CELLS.values():
        try:
            found |= read(known, no, cells, found)
        except _Wrong as wrong:
            faults.append(RowFault(no, wrong.column, wrong.message))
    if faults:
        return None, faults
    return OwnPlace(**found), []  # type: ignore[arg-type]  # each cell gives its own field


def _code(known: _Reading, no: int, cells: dict[str, str], _found: dict[str, object]) -> dict[str, object]:
    code = _text(cells, CODE, CODE_MOST, needed=True)
    if any(sign.isspace() for sign in code):
        raise _Wrong(CODE, "编码中不能有空格,请删去")
    if (first := known.seen.setdefault(code, no)) != no:
        raise _Wrong(CODE, f"编码 {code} 与第 {first} 行重复,请保留一行或改编码")
    return {"code": code}


def _name(_known: _Reading, _no: int, cells: dict[str, str], _found: dict[str, object]) -> dict[str, object]:
    name = _text(cells, NAME, NAME_MOST, needed=True)
    if not folded(name):
        raise _Wrong(NAME, "名称中没有文字,请填写地点名称")
    return {"name": name, "address": _text(cells, ADDRESS, ADDRESS_MOST)}


def _kind(_known: _Reading, _no: int, cells: dict[str, str], _found: dict[str, object]) -> dict[str, object]:
    said = _text(cells, KIND, NAME_MOST, needed=True)
    if (kind := KINDS.get(folded(said))) is None:
        labels = PARTING.join(kind.label for kind in OwnKind)
        raise _Wrong(KIND, f"类别“{said[:20]}”不认识,请填 {labels} 之一")
    return {"kind": kind}


def _county(known: _Reading, _no: int, cells: dict[str, str], _found: dict[str, object]) -> dict[str, object]:
    code = _text(cells, COUNTY, CODE_MOST, needed=True)
    area = known.areas.find(code)
    if area is None or area.level is not AreaLevel.COUNTY:
        raise _Wrong(COUNTY, f"“{code[:20]}”不是县(区)编码,请按地区列表填写")
    return {"area": code}


def _point(known: _Reading, no: int, cells: dict[str, str], found: dict[str, object]) -> dict[str, object]:
    lon, lat = _degrees(cells, LON), _degrees(cells, LAT)
    if lon is None and lat is None:
        return {}
    if lon is None or lat is None:
        raise _Wrong(LON if lon is None else LAT, "经度和纬度应同时填写,不知道位置请两格都留空")
    county = found.get("area")
    seen = inspect(
        known.locator,
        known.areas,
        lon,
        lat,
        crs=cells.get(CRS) or known.crs,
        county=county if isinstance(county, str) else None,
    )
    if seen.doubt is not None and seen.doubt.fault is PointFault.OFFSHORE:  # a jetty, perhaps: told, not refused
        known.notes.append(RowFault(no, LON, seen.doubt.message))
    elif seen.doubt is not None:
        column = CRS if seen.doubt.fault in (PointFault.UNKNOWN_CRS, PointFault.OTHER_CRS) else LON
        raise _Wrong(column, seen.doubt.message)
    assert seen.point is not None
    return {"lon": seen.point[0], "lat": seen.point[1]}


def _aliases(_known: _Reading, _no: int, cells: dict[str, str], _found: dict[str, object]) -> dict[str, object]:
    parts = (part.strip() for part in cells.get(ALIASES, "").translate(PARTINGS).split(PARTING))
    aliases = tuple(dict.fromkeys(part for part in parts if part))
    if len(aliases) > ALIASES_MOST:
        raise _Wrong(ALIASES, f"别名最多 {ALIASES_MOST} 个,现有 {len(aliases)} 个,请删减")
    for alias in aliases:
        if len(alias) > ALIAS_MOST or not folded(alias):
            raise _Wrong(ALIASES, f"别名“{alias[:20]}”不合要求:应有文字且不超过 {ALIAS_MOST} 个字")
        _refuse_control(ALIASES, alias)
    return {"aliases": aliases}


Read = Callable[[_Reading, int, dict[str, str], dict[str, object]], dict[str, object]]
CELLS: dict[str, Read] = {CODE: _code, NAME: _name, KIND: _kind, COUNTY: _county, LON: _point, ALIASES: _aliases}


def _text(cells: dict[str, str], column: str, most: int, *, needed: bool = False) -> str:
    text = cells.get(column, "")
    if needed and not text:
        raise _Wrong(column, "不能为空,请填写")
    if len(text) > most:
        raise _Wrong(column, f"最多 {most} 个字,现有 {len(text)} 个,请缩短")
    _refuse_control(column, text)
    return text


def _refuse_control(column: str, text: str) -> None:
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in text):
        raise _Wrong(column, "含有换行或控制字符,请删去")


def _degrees(cells: dict[str, str], column: str) -> float | None:
    text = cells.get(column, "").rstrip("°度")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value) or "_" in text:
        raise _Wrong(column, f"“{text[:20]}”不是数字,请填十进制度数,例如 121.87(不用度分秒)")
    if abs(value) > 180:
        raise _Wrong(column, f"“{text[:20]}”超出范围,请填以度为单位的经纬度")
    return value


def written(places: Iterable[OwnPlace]) -> list[tuple[str, ...]]:
    """Return the table of places, headings first; reading it again gives the same places."""
    return [HEADINGS, *(_cells(place) for place in places)]


def template() -> list[tuple[str, ...]]:
    """Return an empty table with an example row, to be overwritten."""
    return [HEADINGS, EXAMPLE]


def _cells(place: OwnPlace) -> tuple[str, ...]:
    lon, lat = ("" if value is None else repr(value) for value in (place.lon, place.lat))
    crs = Crs.WGS84.value if lon else ""
    aliases = PARTING.join(place.aliases)
    return (place.code, place.name, place.kind.label, place.area, place.address, lon, lat, crs, aliases)
