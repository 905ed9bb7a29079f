"""What a half-day must keep to before a list is made of it; each rule is one function that names the field."""

import math
from collections.abc import Callable, Iterable, Iterator

from dispatch.kit.errors import Invalid
from dispatch.routing.optimiser.problem import ByLine, ByMatrix

from .problem import HalfDay

Place = tuple[str, float, float, int]  # where it stands in the input, lon, lat, row of the matrix


class BadHalfDay(Invalid):
    """A half-day that no list can be made of; the message names the field and the remedy."""


def check(half_day: HalfDay) -> None:
    """:raises BadHalfDay: for the first thing that is wrong in itself, or contradicts another"""
    for rule in RULES:
        rule(half_day)


def _refused(where: str, said: str) -> BadHalfDay:
    return BadHalfDay(f"{where} {said}", field=where)


def _length_is_positive(half_day: HalfDay) -> None:
    if half_day.length_s <= 0:
        raise _refused("length_s", f"为 {half_day.length_s},半天应长于 0 秒:请核对起止时刻")


def _ids_stand_once(half_day: HalfDay) -> None:
    for field, names in (("teams", [t.id for t in half_day.teams]), ("visits", [v.id for v in half_day.visits])):
        first: dict[str, int] = {}
        for i, name in enumerate(names):
            if not name:
                raise _refused(f"{field}[{i}].id", "为空:请补上编号")
            if first.setdefault(name, i) != i:
                raise _refused(f"{field}[{i}].id", f"与 {field}[{first[name]}] 相同,都是“{name}”:请删去一个")


def _places(half_day: HalfDay) -> Iterator[Place]:
    yield from ((f"teams[{i}]", t.lon, t.lat, t.place) for i, t in enumerate(half_day.teams))
    yield from ((f"visits[{i}]", v.lon, v.lat, v.place) for i, v in enumerate(half_day.visits))
    yield from ((f"bases.{depot}", *base) for depot, base in half_day.bases.items())


def _ways_are_known(half_day: HalfDay) -> None:
    travel = half_day.travel
    if isinstance(travel, ByLine):
        _speeds_are_known(half_day, travel)
        for where, lon, lat, _ in _places(half_day):
            _is_on_earth(where, lon, lat)
    elif isinstance(travel, ByMatrix):
        _rows_are_there(travel, _places(half_day))
    else:
        raise _refused("travel", "应按直线(line)或路网矩阵(matrix)计算行车时间:请改正")


def _is_on_earth(where: str, lon: float, lat: float) -> None:
    for name, value, most in (("lon", lon, 180.0), ("lat", lat, 90.0)):
        if not math.isfinite(value) or abs(value) > most:
            raise _refused(f"{where}.{name}", f"为 {value},不是经纬度(WGS-84,度):请核对坐标")


def _speeds_are_known(half_day: HalfDay, travel: ByLine) -> None:
    for name in sorted({visit.area_class for visit in half_day.visits}):
        for field, values in (("speed_kmh", travel.speed_kmh), ("detour", travel.detour)):
            value = values.get(name)
            if value is None or not math.isfinite(value) or value <= 0:
                raise _refused(f"travel.{field}.{name}", f"为 {value},应为大于 0 的数:请在规则包中补上")


def _rows_are_there(travel: ByMatrix, places: Iterable[Place]) -> None:
    size = len(travel.seconds)
    for i, row in enumerate(travel.seconds):
        if len(row) != size:
            raise _refused(f"travel.seconds[{i}]", f"有 {len(row)} 个数,应与行数 {size} 相同:请补成方阵")
    for where, _, _, place in places:
        if not 0 <= place < size:
            raise _refused(f"{where}.place", f"为 {place},但 travel.seconds 只有 {size} 行(从 0 数起):请核对")


def _times_run_forward(half_day: HalfDay) -> None:
    for i, team in enumerate(half_day.teams):
        if team.from_s > team.to_s:
            raise _refused(f"teams[{i}].to_s", f"为 {team.to_s},早于 from_s({team.from_s}):请对调或改正")
        if team.pause_s is not None and team.pause_s[0] >= team.pause_s[1]:
            raise _refused(f"teams[{i}].pause_s", "起点不早于终点:请改正,没有休息则删去")
    for i, visit in enumerate(half_day.visits):
        if visit.window_s[0] > visit.window_s[1]:
            opens, shuts = visit.window_s
            raise _refused(f"visits[{i}].window_s", f"起点 {opens} 晚于终点 {shuts}:请对调或改正")


def _numbers_are_counts(half_day: HalfDay) -> None:
    for i, team in enumerate(half_day.teams):
        _not_negative(f"teams[{i}].from_s", team.from_s, "不能早于半天开始(0)")
        _not_negative(f"teams[{i}].most", team.most or 0, "户数不能为负")
    for i, visit in enumerate(half_day.visits):
        _not_negative(f"visits[{i}].work_s", visit.work_s, "作业时长不能为负")
        _not_negative(f"visits[{i}].price", visit.price, "未安排的代价应为不小于 0 的数")
    for (depot, skill), most in half_day.caps.items():
        _not_negative(f"caps.{depot}.{skill}", most, "申报户数不能为负")


def _not_negative(where: str, value: float, said: str) -> None:
    if not math.isfinite(value) or value < 0:
        raise _refused(where, f"为 {value},{said}:请改正")


RULES: tuple[Callable[[HalfDay], None], ...] = (
    _length_is_positive,
    _ids_stand_once,
    _times_run_forward,
    _numbers_are_counts,
    _ways_are_known,
)
