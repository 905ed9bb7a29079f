"""The San Francisco fire calls of the city's open data: one row per unit and call, with the full timeline."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import hypot
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from dispatch.simulator.day import SHIFT, SHORTEST, Call, Day, Town, Unit, Window, required, with_work
from dispatch.tickets.words import Category, Level, Symptom

from .rows import BadField, Complaints, number, picker, table

LOCAL = ZoneInfo("America/Los_Angeles")  # the file's times are the city's wall clock
COLUMNS = (
    "Call Number", "Unit ID", "Call Type", "Received DtTm", "On Scene DtTm", "Available DtTm", "Address", "Battalion",
    "Station Area", "Final Priority", "Location",
)  # fmt: skip
POINT = re.compile(r"\(\s*([-+0-9.eE]+)\s*,\s*([-+0-9.eE]+)\s*\)")  # "(lat, lon)"

# A fire brigade's calls stand in for faults: only their times, places and work matter here.
SYMPTOMS = {
    "Structure Fire": Symptom.EQUIPMENT_FIRE,
    "Electrical Hazard": Symptom.LINE_DOWN,
    "Outside Fire": Symptom.EQUIPMENT_FIRE,
}


@dataclass
class _Visit:
    """One unit's row."""

    row: int
    fields: dict[str, str]
    at: datetime
    lon: float
    lat: float
    on_scene: datetime | None
    available: datetime | None


@dataclass
class _Whole:
    visits: dict[str, list[_Visit]] = field(default_factory=lambda: defaultdict(list))  # by call
    points: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))  # by station
    battalion: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))  # by station
    home: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))  # by unit


def read(path: Path, window: Window, *, seed: int = 0) -> Day:
    """
    Read the file: the unit rows of a call number make one call; its first unit on scene gives the real times.

    Work: that unit's "available" minus its "on scene"; within [10 min, 8 h]; drawn from the file's own where missing.
    Towns are the station areas at the median of their calls, battalions the old districts, unit ids the crews,
    each at the station whose area it served most.

    :raises BadFile: with the rows that cannot be read
    :raises NoCalls: if the window is empty
    """
    header, rows = table(path, COLUMNS)
    complaints = Complaints(path)
    pick = picker(header, path, complaints)
    whole = _Whole()
    for row in rows:
        fields = pick(row)
        if fields is None:
            continue
        try:
            _take(row[0], fields, whole)
        except BadField as error:
            complaints.add(row[0], error.field, error.message)
    complaints.raise_any()
    every = [_call(key, visits) for key, visits in sorted(whole.visits.items())]
    worked = [min(max(call.work, SHORTEST), SHIFT) for call in every if call.work is not None]
    calls = with_work(required(window.cut(every), path.name), worked, seed=seed)
    return Day(path.name, calls, tuple(_towns(whole)), tuple(_units(whole)))


def _take(row: int, fields: dict[str, str], whole: _Whole) -> None:
    at = _time(fields, "Received DtTm")
    if at is None:
        raise BadField("Received DtTm", "接警时间为空")
    found = POINT.fullmatch(fields["Location"].strip())
    if found is None:
        raise BadField("Location", f"“{fields['Location'][:40]}”不是“(纬度, 经度)”")
    lat = number(found[1], "Location", low=-90, high=90)
    lon = number(found[2], "Location", low=-180, high=180)
    on_scene, available = _time(fields, "On Scene DtTm"), _time(fields, "Available DtTm")
    whole.visits[fields["Call Number"]].append(_Visit(row, fields, at, lon, lat, on_scene, available))
    station = fields["Station Area"].strip()
    if station:
        whole.points[station].append((lon, lat))
        whole.battalion[station][fields["Battalion"].strip() or "?"] += 1
        whole.home[fields["Unit ID"].strip()][station] += 1


def _time(fields: dict[str, str], name: str) -> datetime | None:
    text = fields[name].strip()
    if not text:
        return None
    try:
        local = datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p")  # noqa: DTZ007 - the zone is set in the next line
    except ValueError:
        raise BadField(name, f"“{text[:40]}”不是 12/31/2016 11:57:56 PM 这样的时间") from None
    return local.replace(tzinfo=LOCAL).astimezone(UTC)


def _call(key: str, visits: list[_Visit]) -> Call:
    first = min(visits, key=lambda visit: (visit.at, visit.row))
    seen = [(visit.on_scene, visit) for visit in visits if visit.on_scene is not None and visit.on_scene >= first.at]
    on_scene, visit = min(seen, key=lambda pair: (pair[0], pair[1].row)) if seen else (None, first)
    worked = visit.available - on_scene if on_scene and visit.available and visit.available > on_scene else None
    kind = first.fields["Call Type"].strip()
    urgent = first.fields["Final Priority"].strip() == "3"
    return Call(
        key=f"sffd-{key}",
        at=first.at,
        lon=first.lon,
        lat=first.lat,
        town=first.fields["Station Area"].strip(),
        symptom=SYMPTOMS.get(kind, Symptom.OTHER),
        category=Category.LV,
        level=Level.URGENT if urgent else Level.NORMAL,
        hazard=kind in SYMPTOMS,
        address=first.fields["Address"].strip(),
        text=kind,
        work=worked,
        waited=on_scene - first.at if on_scene else None,
    )


def _towns(whole: _Whole) -> Iterable[Town]:
    """Yield the station areas; one whose battalion has no unit of its own goes to that of the nearest which has."""
    middle = {
        station: (median(p[0] for p in points), median(p[1] for p in points))
        for station, points in whole.points.items()
    }
    battalion = {station: counts.most_common(1)[0][0] for station, counts in whole.battalion.items()}
    manned = {battalion[stations.most_common(1)[0][0]] for stations in whole.home.values()}
    held = [station for station in sorted(middle) if battalion[station] in manned]
    for station, (lon, lat) in sorted(middle.items()):
        near = min(held, key=lambda other: hypot(middle[other][0] - lon, middle[other][1] - lat))
        yield Town(station, round(lon, 5), round(lat, 5), len(whole.points[station]), battalion[near])


def _units(whole: _Whole) -> Iterable[Unit]:
    for name, stations in sorted(whole.home.items()):
        yield Unit(name, stations.most_common(1)[0][0])
