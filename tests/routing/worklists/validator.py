"""
What is wrong with a half-day's list: written from docs/worklists.md, without the planner, the search or the scorer.

It reads the values only (``Any``), computes ways itself, carries each route out itself, and counts declared visits.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

EARTH_M = 6_371_008.8
SLACK_S = 1  # another formula of the same distance may round to the next second


def faults(half_day: Any, made: Any) -> list[str]:
    """Return what is wrong, in words; empty: the list can be driven and keeps every promise."""
    visits = {visit.id: visit for visit in half_day.visits}
    teams = {team.id: team for team in half_day.teams}
    return [
        *_once(half_day, made),
        *(f"{name}: no such team" for name in made.routes if name not in teams),
        *(said for name, stops in made.routes.items() if name in teams
          for said in _route(half_day, teams[name], stops, made.home_s.get(name), visits)),
        *_declared(half_day, made, visits, teams),
        *_costs(half_day, made, visits),
    ]  # fmt: skip


def _once(half_day: Any, made: Any) -> Iterator[str]:
    """Each visit stands on one route, or is left out with a reason."""
    often = Counter(stop.visit for stops in made.routes.values() for stop in stops)
    often.update(list(made.left))
    known = {visit.id for visit in half_day.visits}
    yield from (f"{name}: stands {often[name]} times" for name in sorted(known) if often[name] != 1)
    yield from (f"{name}: nobody booked it" for name in sorted(set(often) - known))
    yield from (f"{name}: left out without a reason" for name, left in made.left.items() if not left.sentence)
    yield from (f"{name}: an empty route" for name, stops in made.routes.items() if not stops)


def _route(half_day: Any, team: Any, stops: Any, home_s: int | None, visits: Mapping[str, Any]) -> Iterator[str]:
    """Carry a route out, from the depot and back."""
    here, free_s, toward = team, team.from_s, None
    for stop in stops:
        if (toward := visits.get(stop.visit)) is None:
            return
        yield from (f"{team.id} at {stop.visit}: {said}" for said in _stop(half_day, team, here, free_s, toward, stop))
        here, free_s = toward, stop.ends_s
    if toward is None:
        return
    back_s = seconds(half_day.travel, here, team, toward.area_class)
    if back_s is None or home_s is None or abs(free_s + back_s - home_s) > SLACK_S:
        yield f"{team.id}: home at {home_s}, should be {free_s} + {back_s}"
    elif home_s > team.to_s:
        yield f"{team.id}: home at {home_s}, after {team.to_s}"
    if team.most is not None and len(stops) > team.most:
        yield f"{team.id}: {len(stops)} visits, may make {team.most}"


def _stop(half_day: Any, team: Any, here: Any, free_s: int, visit: Any, stop: Any) -> Iterator[str]:
    drive_s = seconds(half_day.travel, here, visit, visit.area_class)
    if drive_s is None or abs(drive_s - stop.drive_s) > SLACK_S:
        yield f"drives {stop.drive_s}, the way takes {drive_s}"
    if stop.arrives_s != free_s + stop.drive_s:
        yield f"arrives at {stop.arrives_s}, left at {free_s}"
    yield from _hours(half_day, team, visit, stop)
    yield from _right(half_day, team, visit)


def _hours(half_day: Any, team: Any, visit: Any, stop: Any) -> Iterator[str]:
    """Work begins as soon as it may, in its window, not before the team is there, and not in its pause."""
    soonest_s = max(stop.arrives_s, visit.window_s[0])
    pause = team.pause_s or (0, 0)
    if stop.begins_s < soonest_s:
        yield f"begins at {stop.begins_s}, may not before {soonest_s}"
    if stop.begins_s > min(visit.window_s[1], half_day.length_s):
        yield f"begins at {stop.begins_s}, after {visit.window_s}"
    if stop.begins_s not in (soonest_s, pause[1]):
        yield f"waits for nothing from {soonest_s} to {stop.begins_s}"
    if stop.ends_s != stop.begins_s + visit.work_s:
        yield "works another time than booked"
    if stop.begins_s < pause[1] and stop.ends_s > pause[0]:
        yield "works in its pause"


def _right(half_day: Any, team: Any, visit: Any) -> Iterator[str]:
    """The team may make the visit."""
    if f"{visit.kind}/{visit.area_class}" not in team.skills:
        yield "has not the skill"
    if not half_day.pooled and team.depot != visit.depot:
        yield "is of another depot"
    if visit.pinned not in (None, team.id):
        yield f"is pinned to {visit.pinned}"


def _declared(half_day: Any, made: Any, visits: Mapping[str, Any], teams: Mapping[str, Any]) -> Iterator[str]:
    """No depot makes more than it declared of a kind and area class."""
    used: Counter[tuple[str, str]] = Counter()
    for name, stops in made.routes.items():
        for stop in stops:
            if name in teams and stop.visit in visits:
                visit = visits[stop.visit]
                used[teams[name].depot, f"{visit.kind}/{visit.area_class}"] += 1
    for cell, most in half_day.caps.items():
        if used[cell] > most:
            yield f"{cell}: {used[cell]} visits, declared {most}"


def _costs(half_day: Any, made: Any, visits: Mapping[str, Any]) -> Iterator[str]:
    """The cost is the driving, and the price of what is left out."""
    ends = {team.id: team for team in half_day.teams}
    driven_s = 0
    for name, stops in made.routes.items():
        home_s = made.home_s.get(name, 0)
        driven_s += sum(stop.drive_s for stop in stops) + (home_s - stops[-1].ends_s if stops and name in ends else 0)
    left = math.fsum(visits[name].price for name in made.left if name in visits)
    for rule, value in (("travel", driven_s / 60), ("unserved", left)):
        if not math.isclose(made.cost[rule], value, rel_tol=1e-9, abs_tol=1e-6):
            yield f"cost of {rule} is said to be {made.cost[rule]}, is {value}"


def seconds(travel: Any, a: Any, b: Any, area_class: str) -> int | None:
    """Return how long a drive takes; by a matrix where it has ``seconds``, else by the great circle."""
    if hasattr(travel, "seconds"):
        found = travel.seconds[a.place][b.place]
        return None if found < 0 else int(found)
    lon, lat = math.radians(b.lon - a.lon), (math.radians(a.lat), math.radians(b.lat))
    across = math.cos(lat[1]) * math.sin(lon)
    along = math.cos(lat[0]) * math.sin(lat[1]) - math.sin(lat[0]) * math.cos(lat[1]) * math.cos(lon)
    upward = math.sin(lat[0]) * math.sin(lat[1]) + math.cos(lat[0]) * math.cos(lat[1]) * math.cos(lon)
    metres = EARTH_M * math.atan2(math.hypot(across, along), upward)  # Vincenty's form for a sphere
    pace: float = travel.detour[area_class] * 3.6 / travel.speed_kmh[area_class]
    return round(metres * pace)
