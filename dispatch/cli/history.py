"""Calls of the past and present depots out of a file of the user's: CSV or XLSX, faults told row by row."""

from collections.abc import Callable, Sequence
from math import isfinite
from pathlib import Path
from typing import TypeVar

from dispatch.kit.errors import Invalid
from dispatch.places import sheets
from dispatch.routing.rules import CLASSES
from dispatch.routing.standby import Past, Site, SiteKind

CALLS = ("lon", "lat", "weight", "hour", "area_class")
DEPOTS = ("name", "lon", "lat")
SHOWN = 20  # faults that are told in full
LAST_HOUR = 23
T = TypeVar("T")


class BadHistory(Invalid):
    """The file is no history of calls, or no list of depots; the message names rows and columns."""


class _Fault(ValueError):
    """One cell is wrong."""


def read_calls(path: Path) -> list[Past]:
    """
    Read calls: columns ``lon, lat``, and if there ``weight`` (1), ``hour`` 0 to 23, ``area_class`` (urban).

    :raises BadHistory: naming what is wrong in which row
    """
    return _read(path, CALLS, 2, _call)


def read_depots(path: Path) -> list[Site]:
    """
    Read depots: columns ``name, lon, lat``.

    :raises BadHistory: naming what is wrong in which row
    """
    return _read(path, DEPOTS, 3, _depot)


def _call(row: dict[str, str]) -> Past:
    hour = _number(row, "hour", 0, LAST_HOUR) if row.get("hour") else None
    name = row.get("area_class") or CLASSES[0]
    if name not in CLASSES:
        raise _Fault(f"area_class 应为 {'、'.join(CLASSES)},现为“{name[:20]}”")
    weight = _number(row, "weight", 0, 1e9) if row.get("weight") else 1.0
    return Past(*_point(row), weight, None if hour is None else int(hour), name)


def _depot(row: dict[str, str]) -> Site:
    if not row["name"]:
        raise _Fault("name 为空,请填班所名称")
    return Site(SiteKind.DEPOT, row["name"], *_point(row))


def _point(row: dict[str, str]) -> tuple[float, float]:
    if (
        _is_number(row["lat"])
        and abs(float(row["lat"])) > 90
        and _is_number(row["lon"])
        and abs(float(row["lon"])) <= 90
    ):
        raise _Fault("lon、lat 可能填反了,请核对")
    return _number(row, "lon", -180, 180), _number(row, "lat", -90, 90)


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


def _read(path: Path, known: Sequence[str], needed: int, make: Callable[[dict[str, str]], T]) -> list[T]:
    try:
        lines = sheets.read(path.read_bytes())
    except OSError as error:
        raise BadHistory(f"无法读取 {path}:{error.strerror}", field="file") from error
    header = [name.strip().lower() for name in lines[0].cells]
    missing = [name for name in known[:needed] if name not in header]
    if missing:
        raise BadHistory(f"{path.name} 第 1 行缺少列 {'、'.join(missing)};可用的列:{'、'.join(known)}", field="header")
    made, faults = [], []
    for line in lines[1:]:
        cells = {name: line.cells[i] if i < len(line.cells) else "" for i, name in enumerate(header)}
        try:
            made.append(make(cells))
        except _Fault as fault:
            faults.append(f"第 {line.no} 行:{fault}")
    if faults:
        more = f";另有 {len(faults) - SHOWN} 处" if len(faults) > SHOWN else ""
        raise BadHistory(
            f"{path.name} 有 {len(faults)} 处错误:{';'.join(faults[:SHOWN])}{more}", field="file", rows=faults
        )
    return made
