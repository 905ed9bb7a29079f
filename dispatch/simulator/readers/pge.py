"""The outage log of a Californian utility, as simonw/pge-outages archived it (README of the real data)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from dispatch.simulator.day import SHIFT, SHORTEST, Call, Day, Town, Window, required, with_work
from dispatch.tickets.words import Category, Cause, Level, Symptom

from .rows import BadField, Complaints, number, picker, table

COLUMNS = (
    "outage_id", "start", "lat", "lon", "region", "customers_max", "cause", "hazard",
    "first_seen", "t_onsite", "t_repair_onsite", "last_seen",
)  # fmt: skip
ARCHIVE_BEGINS = datetime(2019, 6, 1, tzinfo=UTC)  # some starts are years older than that: mistakes or very old outages
LAST_SECOND = 4_102_444_800.0  # 2100-01-01
FEEDER = 50  # customers: above that the fault is taken to be on the medium-voltage side [P]

# The utility's sentence (the archive cuts it at 80 characters) -> our family of causes and what a caller would say.
CAUSES: tuple[tuple[str, Cause, Symptom | None], ...] = (
    ("scheduled mainte", Cause.OPERATION, None),
    ("To protect public safety", Cause.OPERATION, Symptom.NO_POWER_AREA),
    ("equipment iss", Cause.EQUIPMENT, None),
    ("emergency iss", Cause.OPERATION, None),
    ("by the weather", Cause.NATURE, None),
    ("a car that hit", Cause.OUTSIDE, Symptom.LINE_DOWN),
    ("vegetation", Cause.NATURE, None),
    ("a fire in your", Cause.OUTSIDE, Symptom.EQUIPMENT_FIRE),
)


@dataclass
class _Whole:
    """What is learnt from the whole file, whichever slice of it is played."""

    where: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    worked: list[timedelta] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)


def read(path: Path, window: Window, *, seed: int = 0) -> Day:
    """
    Read the file: every outage is one call of the first customer who reports it, at ``start``, or when it was first
    seen if it is said to have started before the archive did.

    Work on site: from the first stage that shows a crew on site to ``last_seen``; within [10 min, 8 h]; drawn from
    the file's own where it shows none. Districts: none; towns (``region``) are weighted by their outages in all.

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
            _take(fields, window, whole)
        except BadField as error:
            complaints.add(row[0], error.field, error.message)
    complaints.raise_any()
    calls = required(window.cut(whole.calls), path.name)
    return Day(path.name, with_work(calls, whole.worked, seed=seed), tuple(_towns(whole.where)))


def _take(fields: dict[str, str], window: Window, whole: _Whole) -> None:
    start = number(fields["start"], "start", low=0, high=LAST_SECOND)
    lon = number(fields["lon"], "lon", low=-180, high=180)
    lat = number(fields["lat"], "lat", low=-90, high=90)
    town = fields["region"].strip() or "?"
    whole.where[town].append((lon, lat))
    on_site, work = _work(fields)
    if work is not None:
        whole.worked.append(min(max(work, SHORTEST), SHIFT))
    at = datetime.fromtimestamp(start, UTC)
    if at < ARCHIVE_BEGINS:
        at = datetime.fromtimestamp(number(fields["first_seen"], "first_seen", low=0, high=LAST_SECOND), UTC)
    if window.holds(at):
        waited = on_site - at if on_site and on_site > at else None
        whole.calls.append(_call(fields, at, lon, lat, town, work, waited))


def _work(fields: dict[str, str]) -> tuple[datetime | None, timedelta | None]:
    stages = [fields[name] for name in ("t_onsite", "t_repair_onsite") if fields[name]]
    if not stages:
        return None, None
    on_site = min(number(stage, "t_onsite", low=0, high=LAST_SECOND) for stage in stages)
    over = number(fields["last_seen"], "last_seen", low=0, high=LAST_SECOND)
    return datetime.fromtimestamp(on_site, UTC), timedelta(seconds=max(0.0, over - on_site))


def _call(
    fields: dict[str, str],
    at: datetime,
    lon: float,
    lat: float,
    town: str,
    work: timedelta | None,
    waited: timedelta | None,
) -> Call:
    customers = round(number(fields["customers_max"], "customers_max", low=0, high=10_000_000))
    hazard = number(fields["hazard"] or "0", "hazard", low=0, high=1000) > 0
    cause, said = _cause(fields["cause"])
    return Call(
        key=f"pge-{fields['outage_id'].strip()}",
        at=at,
        lon=lon,
        lat=lat,
        town=town,
        symptom=said or _symptom(customers),
        category=Category.HV if customers > FEEDER else Category.LV,
        level=Level.URGENT if hazard else Level.NORMAL,
        hazard=hazard,
        customers=customers,
        cause=cause,
        address=town,
        text=fields["cause"].strip(),
        work=work,
        waited=waited,
    )


def _cause(sentence: str) -> tuple[Cause, Symptom | None]:
    for part, cause, symptom in CAUSES:
        if part in sentence:
            return cause, symptom
    return Cause.UNKNOWN, None


def _symptom(customers: int) -> Symptom:
    if customers <= 1:
        return Symptom.NO_POWER_ONE
    return Symptom.NO_POWER_MANY if customers <= FEEDER else Symptom.NO_POWER_AREA


def _towns(where: dict[str, list[tuple[float, float]]]) -> Iterable[Town]:
    """Yield each town at the median of its outages: a mistyped coordinate does not move it."""
    for name, points in sorted(where.items()):
        lon, lat = median(p[0] for p in points), median(p[1] for p in points)
        yield Town(name, round(lon, 5), round(lat, 5), len(points))
