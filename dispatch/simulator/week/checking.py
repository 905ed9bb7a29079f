"""
The judge of a week: whether what the API said can be true. It shares no code with what plans, books or lists.

Each rule is one function that yields a sentence for each breach. What it knows of the trade stands in the week's file.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from typing import Any

from dispatch.capacity.words import Half, VisitKind

from .journal import Journal, Json
from .script import Expected, Week
from .takings import taken

EARTH_KM = 6371.0
ROUNDING = timedelta(seconds=2)
TASK_SLACK_MIN = 10  # before each promise
MAGIC = {"worklist.xlsx": b"PK", "routes.png": b"\x89PNG"}
STANDS = "booked"  # the state of a booking that is to be kept
WAITING = (STANDS, "arrived")
MADE = ("done", "absent")  # a team was there


def breaches(week: Week, journal: Journal) -> list[str]:
    """Return every breach, half-day by half-day, and then of the week as a whole."""
    found = list(journal.faults)
    for day, half in week.half_days:
        lists = journal.frozen.get((day, half), [])
        label = f"{day:%m月%d日}{half.label}截单"
        found += [f"{label}:{each}" for each in of_half(week, journal, day, half, lists)]
    whole = (
        _nothing_lost(week, journal), _told(week, journal), _on_one_list(week, journal), _not_overbooked(journal),
        _in_passing(week, journal), taken(week, journal), _printed(journal),
    )  # fmt: skip
    return [*found, *(each for rule in whole for each in rule)]


def of_half(week: Week, journal: Journal, day: date, half: Half, lists: Sequence[Json]) -> Iterator[str]:
    """Yield what is wrong with the lists of one half-day as they were frozen."""
    booked = journal.booked.get((day, half), {})
    yield from _accounted(lists, booked, day, half)
    for made in lists:
        yield from _declared(made, journal.declared[day, half][made["depot"]], half)
        yield from _nobody_twice(made)
        for team in made["teams"]:
            for fault in (*_skilled(made, team), *_as_promised(team, booked), *_driven(week, made, team, day, half)):
                yield f"{team['team']} {fault}"


def _accounted(lists: Sequence[Json], booked: dict[str, Json], day: date, half: Half) -> Iterator[str]:
    """Every visit that stands is on one list once: on a route, or left out with a reason; and nothing else is."""
    on = Counter(stop["booking_id"] for made in lists for team in made["teams"] for stop in team["stops"])
    on += Counter(left["booking_id"] for made in lists for left in made["left_out"])
    wanted = {
        name
        for name, each in booked.items()
        if (each["date"], each["half"]) == (day.isoformat(), half.value) and each["state"] == STANDS
    }
    yield from (f"预约 {name} 未列入清单,也没有说明原因" for name in sorted(wanted - on.keys()))
    yield from (f"预约 {name} 不在本半日或已不成立,却在清单上" for name in sorted(on.keys() - wanted))
    yield from (f"预约 {name} 在清单上出现 {n} 次" for name, n in sorted(on.items()) if n > 1)
    for made in lists:
        yield from (f"预约 {left['booking_id']} 未排入而没有原因" for left in made["left_out"] if not left["sentence"])


def _declared(made: Json, slots: Sequence[Json], half: Half) -> Iterator[str]:
    """Neither more visits nor more teams of a kind and class than the depot declared."""
    visits = Counter((s["kind"], s["area_class"]) for team in made["teams"] for s in team["stops"])
    teams = Counter(tuple(team["team"].split("/")[1:3]) for team in made["teams"])
    said = {(slot["kind"], slot["area_class"]): slot for slot in slots if slot["half"] == half.value}
    for which, n in sorted(visits.items()):
        most = said[which]["visits"] if which in said else 0
        if n > most and not made["pooled"]:
            yield f"{made['depot']} {'/'.join(which)} 排了 {n} 户,只申报了 {most} 户"
    for which, n in sorted(teams.items()):
        most = said[which]["teams"] if which in said else 0
        if n > most:
            yield f"{made['depot']} {'/'.join(which)} 有 {n} 队,只申报了 {most} 队"


def _nobody_twice(made: Json) -> Iterator[str]:
    persons = Counter(person for team in made["teams"] for person in team["persons"])
    yield from (f"{made['depot']} 的 {person} 同时在 {n} 队" for person, n in persons.items() if n > 1)


def _skilled(made: Json, team: Json) -> Iterator[str]:
    depot, kind, area_class, _ = team["team"].split("/")
    if depot != made["depot"]:
        yield f"不是 {made['depot']} 的队伍"
    for stop in team["stops"]:
        if (stop["kind"], stop["area_class"]) != (kind, area_class):
            yield f"没有 {stop['kind']}/{stop['area_class']} 的技能,却排了 {stop['booking_id']}"


def _as_promised(team: Json, booked: dict[str, Json]) -> Iterator[str]:
    """The list says of a visit what its customer was promised, and its work begins within that."""
    for stop in team["stops"]:
        said = booked.get(stop["booking_id"])
        if said is None:
            continue
        if any(at(stop[name]) != at(said[name]) for name in ("from_at", "to_at")):
            yield f"{stop['booking_id']} 清单上的时段与预约不符"
        if (stop["lon"], stop["lat"]) != (said["lon"], said["lat"]):
            yield f"{stop['booking_id']} 清单上的地点与预约不符"
        if not at(said["from_at"]) <= at(stop["begins_at"]) <= at(said["to_at"]):
            yield f"{stop['booking_id']} 预计 {stop['begins_at']} 开始,不在承诺的时段内"


def _driven(week: Week, made: Json, team: Json, day: date, half: Half) -> Iterator[str]:
    """The route can be driven: out of the depot after the half-day begins, no way too quick, back before it ends."""
    expected, stops = week.expected, team["stops"]
    begins_at, ends_at = expected.hours(day, half)
    if not stops:
        return
    clock = at(stops[0]["arrives_at"]) - timedelta(seconds=stops[0]["drive_s"])
    if clock < begins_at - ROUNDING:
        yield f"{clock:%H:%M:%S} 就出发,半日 {begins_at:%H:%M} 才开始"
    for stop in stops:
        yield from _visited(expected, stop, clock)
        clock = at(stop["ends_at"])
    for one, other in pairwise(stops):
        if other["drive_s"] + ROUNDING.total_seconds() < quickest_s(expected, one, other):
            yield f"{one['booking_id']} 到 {other['booking_id']} 只用 {other['drive_s']} 秒,开不到"
    home_at = at(team["home_at"]) if team["home_at"] else clock
    if home_at < clock or home_at > ends_at + ROUNDING:
        yield f"{home_at} 才回到班所,或早于最后一户结束;半日 {ends_at:%H:%M} 结束"


def _visited(expected: Expected, stop: Json, clock: datetime) -> Iterator[str]:
    """A visit is reached from where the team was, begun when it is there, and lasts as long as its kind of work."""
    arrives_at, begins_at, ends_at = (at(stop[name]) for name in ("arrives_at", "begins_at", "ends_at"))
    if arrives_at + ROUNDING < clock + timedelta(seconds=stop["drive_s"]):
        yield f"{stop['booking_id']} 上一户结束加行车之前就到了"
    if begins_at < arrives_at:
        yield f"{stop['booking_id']} 到达之前就开始"
    if ends_at - begins_at != timedelta(minutes=expected.work_min[VisitKind(stop["kind"])]):
        yield f"{stop['booking_id']} 作业时长与类别不符"


def quickest_s(expected: Expected, one: Json, other: Json) -> float:
    """Return the seconds below which nobody drives between two places."""
    lon, lat, lon2, lat2 = (radians(place[name]) for place in (one, other) for name in ("lon", "lat"))
    half = sin((lat2 - lat) / 2) ** 2 + cos(lat) * cos(lat2) * sin((lon2 - lon) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half)) * expected.least_min_per_km * 60


def _nothing_lost(week: Week, journal: Journal) -> Iterator[str]:
    """Who ever held a place is found at the end, once."""
    yield from (f"预约 {name} 不见了" for name in sorted(journal.made.keys() - journal.final.keys()))
    yield from (f"预约 {name} 在两个班所或两天里出现" for name in sorted(journal.twice))
    yield from (f"多出预约 {name}" for name in sorted(journal.final.keys() - journal.made.keys()))


def _told(week: Week, journal: Journal) -> Iterator[str]:
    """Of a half-day that is over nobody waits; whom a team reached was not missed; in time is who came in time."""
    over = {(day.isoformat(), half.value) for day, half in journal.closed}
    for name, each in sorted(journal.final.items()):
        if (each["date"], each["half"]) in over and each["state"] in WAITING:
            yield f"预约 {name} 的半日已结束,状态仍是 {each['state']}"
        if each["missed_n"] and journal.made[name].reached:
            yield f"预约 {name} 的队伍去过,却记为爽约"
        if each["state"] == "done":
            arrived_at, slack = at(each["arrived_at"]), timedelta(minutes=week.expected.tolerance_min)
            kept = at(each["from_at"]) - slack <= arrived_at <= at(each["to_at"]) + slack
            if kept != each["kept"]:
                yield f"预约 {name} {arrived_at:%H:%M} 到达,按时应为 {kept},记为 {each['kept']}"


def _on_one_list(week: Week, journal: Journal) -> Iterator[str]:
    """Who was visited in a half-day was on that half-day's list, as it was left."""
    where: dict[str, list[tuple[str, str]]] = {}
    for (day, half), lists in journal.closed.items():
        for made in lists:
            names = [stop["booking_id"] for team in made["teams"] for stop in team["stops"]]
            for name in (*names, *(left["booking_id"] for left in made["left_out"])):
                where.setdefault(name, []).append((day.isoformat(), half.value))
    over = {(day.isoformat(), half.value) for day, half in week.half_days}
    for name, each in sorted(journal.final.items()):
        mine = (each["date"], each["half"])
        if each["state"] in (STANDS, *MADE) and mine in over and mine not in where.get(name, []):
            yield f"预约 {name}({mine[0]} {mine[1]})从未列入当时的清单"


def _not_overbooked(journal: Journal) -> Iterator[str]:
    for (day, half), depots in journal.declared.items():
        for depot, slots in depots.items():
            for slot in slots:
                if slot["half"] == half.value and slot["booked"] + slot["held"] > slot["visits"]:
                    yield f"{depot} {day} {half.label} {slot['kind']}/{slot['area_class']} 超约"


def _in_passing(week: Week, journal: Journal) -> Iterator[str]:
    """No grid service task was lost, offered in the storm, or with less time left than a promise wants."""
    wanted = 0 if week.tasks is None else week.tasks.n
    if len(journal.tasks) != wanted:
        yield f"建了 {wanted} 项网格任务,周末有 {len(journal.tasks)} 项"
    for told in journal.tasks:
        name, slack_min = told["task"]["id"], told["task"]["slack_min"]
        for line in told["log"]:
            if line["step"] in ("offered", "taken") and _stormy(week, at(line["at"])):
                yield f"网格任务 {name} 在抗灾抢修时被{line['step']}"
        if slack_min is not None and slack_min < TASK_SLACK_MIN:
            yield f"网格任务 {name} 推荐时只剩 {slack_min} 分钟余量"


def _stormy(week: Week, moment: datetime) -> bool:
    return week.storm is not None and week.storm.at < moment < week.storm.until


def _printed(journal: Journal) -> Iterator[str]:
    for name, magic in MAGIC.items():
        if journal.frozen and name in journal.papers and not journal.papers[name].startswith(magic):
            yield f"{name} 不是这种文件"


def at(said: Any) -> datetime:
    """Return an instant that the API said."""
    return datetime.fromisoformat(said)
