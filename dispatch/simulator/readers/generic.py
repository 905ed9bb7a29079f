"""A user's own log in the format of ``docs/replay-format.md``, with every error by its row."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

from dispatch.kit.words import Labelled
from dispatch.simulator.day import SHIFT, SHORTEST, Call, Day, Town, Window, required, with_work
from dispatch.tickets.words import Category, Cause, Level, Symptom

from .rows import BadField, Complaints, number, picker, table

Word = TypeVar("Word", bound=Labelled)

NEEDED = ("id", "at", "lon", "lat")
OPTIONAL = (
    "town", "district", "address", "text", "symptom", "category", "level", "hazard", "customers", "cause",
    "work_min", "waited_min",
)  # fmt: skip
NAME = 40  # characters of a town's or district's name
YEARS = (2001, 2099)  # that the server accepts whatever the zone
FAR = 10.0  # degrees: no province of one desk is that wide; a crew would drive for days [P]
NEAR = 5.0  # degrees: a point farther than that from the middle of the file, and near when swapped, is swapped
YES_NO = {"": False, "0": False, "1": True, "否": False, "是": True, "false": False, "true": True}


def read(path: Path, window: Window, *, seed: int = 0) -> Day:
    """
    Read the file: one row, one call.

    :raises BadFile: with every wrong row: header, number, time, code, swapped coordinates, duplicate id
    :raises NoCalls: if the window is empty
    """
    header, rows = table(path, NEEDED, known=NEEDED + OPTIONAL)
    complaints = Complaints(path)
    pick = picker(header, path, complaints)
    calls: list[tuple[int, Call, str]] = []
    seen: dict[str, int] = {}
    for row in rows:
        fields = pick(row)
        if fields is None:
            continue
        found = _call(fields, seen, row[0], complaints)
        if found is not None:
            calls.append((row[0], *found))
    _refuse_far(calls, complaints)
    complaints.raise_any()
    taken = required(window.cut(call for _, call, _ in calls), path.name)
    worked = [min(max(call.work, SHORTEST), SHIFT) for _, call, _ in calls if call.work is not None]
    return Day(path.name, with_work(taken, worked, seed=seed), tuple(_towns(calls)))


def _call(fields: dict[str, str], seen: dict[str, int], row: int, complaints: Complaints) -> tuple[Call, str] | None:
    """Return the call and its district; None if anything in the row is wrong, each of which is complained about."""
    given = {name: value.strip() for name, value in fields.items()}
    before = complaints.count
    ask = partial(complaints.attempt, row)
    facts: dict[str, Any] = {
        "key": ask(_key, given["id"], seen, row),
        "at": ask(_time, given["at"]),
        "lon": ask(_lon, given["lon"]),
        "lat": ask(_lat, given["lat"]),
        "town": ask(_short, given, "town", NAME),
        "symptom": ask(_word, given, "symptom", Symptom, Symptom.NO_POWER_ONE),
        "category": ask(_word, given, "category", Category, Category.LV),
        "level": ask(_word, given, "level", Level, Level.NORMAL),
        "hazard": ask(_flag, given.get("hazard", "")),
        "customers": ask(_customers, given.get("customers") or "1"),
        "cause": ask(_word, given, "cause", Cause, Cause.UNKNOWN),
        "address": ask(_short, given, "address", 300),
        "text": ask(_short, given, "text", 500),
        "work": ask(_minutes, given, "work_min"),
        "waited": ask(_minutes, given, "waited_min"),
    }
    district = ask(_short, given, "district", NAME)
    if complaints.count > before:
        return None
    facts["town"] = facts["town"] or f"{facts['lon']:.1f},{facts['lat']:.1f}"
    return Call(**facts), district or ""


def _key(key: str, seen: dict[str, int], row: int) -> str:
    if not 1 <= len(key) <= 60:
        raise BadField("id", "编号不能为空,也不能超过 60 个字符")
    if key in seen:
        raise BadField("id", f"编号“{key}”与第 {seen[key]} 行重复,每次来电须有自己的编号")
    seen[key] = row
    return key


def _lon(text: str) -> float:
    return number(text, "lon", low=-180, high=180)


def _lat(text: str) -> float:
    lat = number(text, "lat", low=-180, high=180)
    if abs(lat) > 90:
        raise BadField("lat", f"纬度 {lat:g} 超过 90,疑似经纬度写反:lon 列填经度,lat 列填纬度")
    return lat


def _customers(text: str) -> int:
    return round(number(text, "customers", low=0, high=10_000_000))


def _time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadField("at", f"“{text[:40]}”不是 2024-07-25T14:03:00+08:00 这样的时间") from None
    if at.tzinfo is None:
        raise BadField("at", f"“{text[:40]}”没有时区,北京时间请在后面加 +08:00")
    if not YEARS[0] <= at.year < YEARS[1]:
        raise BadField("at", f"“{text[:40]}”的年份应在 {YEARS[0]} 至 {YEARS[1] - 1}")
    return at.astimezone(UTC)


def _word(given: dict[str, str], name: str, words: type[Word], default: Word) -> Word:
    text = given.get(name, "")
    for word in words:
        if text in (word.value, word.label):
            return word
    if text:
        raise BadField(name, f"不认识“{text[:40]}”,可填:{'、'.join(f'{w.value}({w.label})' for w in words)}")
    return default


def _flag(text: str) -> bool:
    if text.lower() not in YES_NO:
        raise BadField("hazard", f"“{text[:40]}”应为 0 或 1")
    return YES_NO[text.lower()]


def _short(given: dict[str, str], name: str, most: int) -> str:
    text = given.get(name, "").strip()
    if len(text) > most:
        raise BadField(name, f"有 {len(text)} 个字符,最多 {most} 个")
    return text


def _minutes(given: dict[str, str], name: str) -> timedelta | None:
    text = given.get(name, "")
    return timedelta(minutes=number(text, name, low=0, high=100_000)) if text else None


def _refuse_far(calls: list[tuple[int, Call, str]], complaints: Complaints) -> None:
    """Complain about points far from the file's middle: they are swapped, or belong to another province."""
    if not calls:
        return
    lon, lat = median(call.lon for _, call, _ in calls), median(call.lat for _, call, _ in calls)
    for row, call, _ in calls:
        away = max(abs(call.lon - lon), abs(call.lat - lat))
        if away > NEAR and max(abs(call.lat - lon), abs(call.lon - lat)) <= NEAR:
            complaints.add(row, "lon", f"({call.lon:g}, {call.lat:g}) 疑似经纬度写反:lon 列填经度,lat 列填纬度")
        elif away > FAR:
            said = f"({call.lon:g}, {call.lat:g}) 离全文件中心 ({lon:.2f}, {lat:.2f}) {away:.0f} 度,超过 {FAR:g} 度"
            complaints.add(row, "lon", f"{said}:不在同一省内,请核对经纬度,或分成几个文件")


def _towns(calls: list[tuple[int, Call, str]]) -> Iterable[Town]:
    """Yield each town at the median of its calls, in the district that most of its rows name."""
    points: dict[str, list[tuple[float, float]]] = defaultdict(list)
    districts: dict[str, list[str]] = defaultdict(list)
    for _, call, district in calls:
        points[call.town].append((call.lon, call.lat))
        districts[call.town].append(district)
    for name, where in sorted(points.items()):
        named = [district for district in districts[name] if district]
        most = max(sorted(set(named)), key=named.count) if named else None
        lon, lat = median(p[0] for p in where), median(p[1] for p in where)
        yield Town(name, round(lon, 5), round(lat, 5), len(where), most)
