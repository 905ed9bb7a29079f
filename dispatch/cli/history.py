"""Calls of the past and present depots out of a file of the user's: CSV or XLSX, faults told row by row."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import isfinite
from pathlib import Path
from typing import TypeVar

from dispatch.kit.errors import Invalid
from dispatch.kit.files import reason
from dispatch.kit.trimming import trimmed
from dispatch.places import sheets
from dispatch.routing.rules import CLASSES
from dispatch.routing.standby import Past, Site, SiteKind

CALLS = ("lon", "lat", "weight", "hour", "area_class")
DEPOTS = ("name", "lon", "lat")
SHOWN = 20  # faults that are told in full
LAST_HOUR = 23
BOM = b"\xef\xbb\xbf"
T = TypeVar("T")


class BadHistory(Invalid):
    """The file is no history of calls, or no list of depots; the message names rows and columns."""


class _Fault(ValueError):
    """One cell is wrong."""


def read_calls(path: Path) -> list[Past]:
    """
    Read calls: columns ``lon, lat``, and if there ``weight`` (1), ``hour`` 0 to 23, ``area_class`` (urban).

    Latitude in the longitude's column is read as it stands: ``routing.sifting`` names such calls and leaves them out.

    :raises BadHistory: naming what is wrong in which row
    """
    found = [replace(call, name=f"第 {no} 行") for no, call in _read(path, CALLS, 2, _call)]
    if not found:
        raise BadHistory(f"{path.name} 只有表头,没有来电;请每行填一件来电的 lon、lat", field="file")
    return found


def read_depots(path: Path) -> list[Site]:
    """
    Read depots: columns ``name, lon, lat``.

    :raises BadHistory: naming what is wrong in which row
    """
    return [depot for _, depot in _read(path, DEPOTS, 3, _depot)]


def _call(row: dict[str, str]) -> Past:
    hour = _number(row, "hour", 0, LAST_HOUR) if row.get("hour") else None
    name = row.get("area_class") or CLASSES[0]
    if name not in CLASSES:
        raise _Fault(f"area_class 应为 {'、'.join(CLASSES)},现为“{name[:20]}”")
    weight = _number(row, "weight", 0, 1e9) if row.get("weight") else 1.0
    place = (float(row["lon"]), float(row["lat"])) if _turned(row) else _point(row)
    return Past(*place, weight, None if hour is None else int(hour), name)


def _depot(row: dict[str, str]) -> Site:
    if not row["name"]:
        raise _Fault("name 为空,请填班所名称")
    return Site(SiteKind.DEPOT, row["name"], *_point(row))


def _point(row: dict[str, str]) -> tuple[float, float]:
    if _turned(row):
        raise _Fault("lon、lat 填反了(经度在 lon 列、纬度在 lat 列),请对调")
    return _number(row, "lon", -180, 180), _number(row, "lat", -90, 90)


def _turned(row: dict[str, str]) -> bool:
    """Tell whether a place is one on earth only the other way round."""
    if not (_is_number(row["lon"]) and _is_number(row["lat"])):
        return False
    return 90 < abs(float(row["lat"])) <= 180 and abs(float(row["lon"])) <= 90


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False


def _number(row: dict[str, str], field: str, low: float, high: float) -> float:
    text = row[field]
    if not _is_number(text) or not low <= float(text) <= high:
        raise _Fault(f"{field} 应为 {low:g} 至 {high:g} 的数字,现为“{text[:20]}”")
    return float(text)


def _read(path: Path, known: Sequence[str], needed: int, make: Callable[[dict[str, str]], T]) -> list[tuple[int, T]]:
    """Return what the rows say, with their numbers."""
    lines, faults = _lines(path, known)
    header = [name.strip().lower() for name in lines[0].cells]
    missing = [name for name in known[:needed] if name not in header]
    if missing:
        raise BadHistory(
            f"{path.name} 第 {lines[0].no} 行应为表头,缺少列 {'、'.join(missing)};可用的列:{'、'.join(known)}",
            field="header",
        )
    made = []
    for line in lines[1:]:
        cells = {name: line.cells[i] if i < len(line.cells) else "" for i, name in enumerate(header)}
        try:
            made.append((line.no, make(cells)))
        except _Fault as fault:
            faults[line.no] = str(fault)
    if faults:
        told = [f"第 {no} 行:{faults[no]}" for no in sorted(faults)]
        more = f";另有 {len(told) - SHOWN} 处" if len(told) > SHOWN else ""
        raise BadHistory(f"{path.name} 有 {len(told)} 处错误:{';'.join(told[:SHOWN])}{more}", field="file", rows=told)
    return made


def _lines(path: Path, known: Sequence[str]) -> tuple[list[sheets.Line], dict[int, str]]:
    """
    Return the rows that hold anything, and by its number what is wrong with a row that cannot be parted into cells.

    :raises BadHistory: if the file is no table at all
    """
    wanted = f"应为 CSV(UTF-8 或 GB18030)或 XLSX 表格,第 1 行为表头:{'、'.join(known)}"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadHistory(f"无法读取 {path}:{reason(error)}", field="file") from error
    try:
        lines = sheets.read(content)
    except sheets.BadTable as error:
        if not content.strip() or content.strip() == BOM:
            raise BadHistory(f"{path.name} 是空文件;{wanted}", field="file") from error
        lines, faults = _row_by_row(content)
        if not lines or not faults:
            raise BadHistory(f"{path.name} 不是可读的表格;{wanted}", field="file") from error
        return lines, faults
    if not content.startswith(sheets.ZIP) and any("\n" in cell for line in lines for cell in line.cells):
        return _row_by_row(content)  # two quotes that belong to two rows make one cell of all between them
    return lines, {}


def _row_by_row(content: bytes) -> tuple[list[sheets.Line], dict[int, str]]:
    """Part each row of a CSV by itself: a quote that is never closed is the fault of its row, not of those after it."""
    lines: list[sheets.Line] = []
    faults: dict[int, str] = {}
    text = _text(content)
    mark = max(",;\t", key=text.partition("\n")[0].count)
    for no, row in enumerate(text.split("\n"), 1):
        try:
            cells = tuple(
                trimmed(cell) for cell in next(csv.reader([row.rstrip("\r")], delimiter=mark, strict=True), ())
            )
        except csv.Error:
            faults[no] = "引号不成对,请补上或删去"
            continue
        if any(cells):
            lines.append(sheets.Line(no, cells))
    return lines, faults


def _text(content: bytes) -> str:
    """Return a text, empty if it is none."""
    for encoding in sheets.ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return "" if "\0" in text else text
    return ""
