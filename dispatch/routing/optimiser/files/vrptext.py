"""What is wrong with the text of a VRPLIB file, before the library reads it: it says neither where nor what."""

from collections.abc import Mapping, Sequence
from math import isfinite

from dispatch.kit.errors import Invalid

from .saying import BadProblem, shown
from .shapes import FARTHEST_S

TYPES, WEIGHTS, MATRICES = ("CVRP", "VRPTW"), ("EUC_2D", "EXPLICIT"), ("LOWER_ROW", "FULL_MATRIX")
MOST_NODES, FARTHEST = 30_000, FARTHEST_S / 10  # distances are kept in tenths
BY_NODE = ("NODE_COORD", "DEMAND", "TIME_WINDOW", "SERVICE_TIME")  # a row of each node: its number, then values

Rows = Sequence[Sequence[str]]


def text_of(data: bytes, name: str, kind: type[Invalid] = BadProblem) -> str:
    """Return the text of a file. :raises Invalid: of that kind, if it is not UTF-8"""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        said = f"{name} 第 {error.start} 字节起不是 UTF-8 编码:请另存为 UTF-8"
        raise kind(said, field="file") from error


def check(text: str) -> None:
    """:raises BadProblem: naming the line or the section that is missing or wrong, and the remedy"""
    said, sections = _parts(text)
    for name in ("TYPE", "DIMENSION", "CAPACITY", "EDGE_WEIGHT_TYPE"):
        if name not in said:
            raise _missing(name)
    for name, allowed in (("TYPE", TYPES), ("EDGE_WEIGHT_TYPE", WEIGHTS)):
        if said[name] not in allowed:
            raise _refuse(name, f"应为 {'、'.join(allowed)} 之一,现为 {shown(said[name])}")
    _has_ways(said, sections)
    nodes = _whole("DIMENSION", said["DIMENSION"], least=1, most=MOST_NODES)
    if "VEHICLES" in said:
        _whole("VEHICLES", said["VEHICLES"], least=0, most=FARTHEST_S)
    for name, rows in sections.items():
        _are_numbers(f"{name}_SECTION", rows)
        if name in BY_NODE:
            _are_of_each_node(f"{name}_SECTION", rows, nodes)


def _has_ways(said: Mapping[str, str], sections: Mapping[str, Rows]) -> None:
    explicit = said["EDGE_WEIGHT_TYPE"] == "EXPLICIT"
    if explicit and said.get("EDGE_WEIGHT_FORMAT") not in MATRICES:
        now = f"现为 {shown(said['EDGE_WEIGHT_FORMAT'])}" if "EDGE_WEIGHT_FORMAT" in said else "现在没有,请补上"
        raise _refuse("EDGE_WEIGHT_FORMAT", f"应为 {'、'.join(MATRICES)} 之一,{now}")
    for name in ("EDGE_WEIGHT" if explicit else "NODE_COORD", "DEMAND", "DEPOT"):
        if name not in sections:
            raise _missing(f"{name}_SECTION")


def _refuse(where: str, said: str) -> BadProblem:
    return BadProblem(f"{where} {said}", field=where.lower())


def _missing(name: str) -> BadProblem:
    return BadProblem(f"缺少 {name}:请补上", field=name.lower())


def _parts(text: str) -> tuple[Mapping[str, str], Mapping[str, Rows]]:
    """Return what stands in lines ``KEY : VALUE``, and the rows of the sections, up to EOF."""
    said: dict[str, str] = {}
    sections: dict[str, list[list[str]]] = {}
    rows: list[list[str]] | None = None
    for line in (one.strip() for one in text.splitlines()):
        if line.startswith("EOF"):
            break
        if line.strip(" :").endswith("_SECTION"):
            name = line.strip(" :").removesuffix("_SECTION").upper()
            if name in sections:
                raise _refuse(f"{name}_SECTION", "写了两次:请只留一个")
            rows = sections[name] = []
        elif rows is not None and line:
            rows.append(line.split())
        elif ":" in line:
            key, _, value = line.partition(":")
            if not key.strip():
                raise BadProblem(f"{shown(line)} 这一行冒号前没有名称:请补上或删去", field="file")
            said[key.strip().upper()] = value.strip()
    return said, sections


def _whole(name: str, text: str, *, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 12 or not least <= int(text) <= most:
        raise _refuse(name, f"应为 {least:,} 至 {most:,} 的整数,现为 {shown(text)}:请改正")
    return int(text)


def _are_numbers(name: str, rows: Rows) -> None:
    for i, row in enumerate(rows, 1):
        for word in row:
            value = _number(word)
            if value is None or not isfinite(value):
                raise _refuse(name, f"第 {i} 行的 {shown(word)} 不是有限的数字:请改正")
            if abs(value) > FARTHEST:
                raise _refuse(name, f"第 {i} 行的 {shown(word)} 超出 ±{FARTHEST:,.0f}:请改正,或改用较大的单位")


def _number(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None


def _are_of_each_node(name: str, rows: Rows, nodes: int) -> None:
    """Rows are taken in their order, whatever number they begin with: it must be theirs."""
    for i, row in enumerate(rows, 1):
        if row[0] != str(i):
            raise _refuse(name, f"第 {i} 行应是节点 {i},现为 {row[0]}:每个节点按 1、2、3……的顺序写一行,请改正")
    if len(rows) != nodes:
        raise _refuse(name, f"有 {len(rows):,} 行,DIMENSION 是 {nodes:,}:请补上缺少的节点,或改 DIMENSION")
    if uneven := next((i for i, row in enumerate(rows, 1) if len(row) != len(rows[0])), None):
        raise _refuse(name, f"第 {uneven} 行有 {len(rows[uneven - 1])} 个数,第 1 行有 {len(rows[0])} 个:请核对")
