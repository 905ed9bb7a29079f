"""Why a group stays dark, and why a truck stays where it is: one code and one Chinese sentence each."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import numpy as np

from .facts import FARTHEST, Bools, Facts, Feed, Routes
from .problem import Group, Left, Problem, Truck
from .reach import direct
from .words import DarkWhy, IdleWhy


def dark(problem: Problem, facts: Facts, routes: Routes, *, proved: bool) -> dict[str, Left]:
    """Return for each group that no truck ever feeds why; ``proved``: no plan is better than this."""
    fed = {feed.group for route in routes for feed in route}
    left = [(g, group) for g, group in enumerate(problem.groups) if g not in fed]
    return {group.id: _dark(problem, facts, routes, g, proved=proved) for g, group in left}


def unused(problem: Problem, facts: Facts, routes: Routes) -> dict[str, Left]:
    """Return for each truck without a stop why."""
    fed = {feed.group for route in routes for feed in route}
    return {truck.id: _left(_idle(problem, facts, fed, t)) for t, truck in enumerate(problem.trucks) if not routes[t]}


def fed(problem: Problem, facts: Facts, routes: Routes) -> dict[tuple[str, int], str]:
    """Return for each stop (truck, number in its route from 0) why this truck, and who else could have come."""
    found = {}
    for t, route in enumerate(routes):
        drives_s = facts.drives_s(t, route)
        for number, feed in enumerate(route):
            joins = route[number - 1].group != feed.group if number else bool(facts.joins[t, feed.group])
            found[problem.trucks[t].id, number] = _chosen(problem, facts, routes, t, feed, drives_s[number], joins)
    return found


def _chosen(problem: Problem, facts: Facts, routes: Routes, t: int, feed: Feed, drive_s: int, joins: bool) -> str:
    truck, group, g = problem.trucks[t], problem.groups[feed.group], feed.group
    work = f"行车 {drive_s / 60:,.0f} 分、接线 {truck.connect_s / 60:,.0f} 分" if joins else "已接在此处"
    hours = facts.hours(int(facts.value[g]) * (feed.to_s - feed.from_s))
    return (
        f"{truck.id}({truck.kva:,} kVA)供 {group.id}(需 {group.kva:,} kVA):{work},{when(problem, feed.from_s)}接通,"
        f"供到{when(problem, feed.to_s)},少停 {hours:,.1f} 加权户时;{_others(problem, facts, routes, t, g)}"
    )


def _others(problem: Problem, facts: Facts, routes: Routes, t: int, g: int) -> str:
    """Say which other truck could have fed a group, how soon, and what it does instead."""
    able = [u for u in range(facts.trucks) if u != t and facts.kva[u] >= facts.need[g]]
    begins = {u: int(direct(facts, u)[g]) for u in able}
    in_time = {u: begin for u, begin in begins.items() if begin < facts.until_s[g]}
    if not in_time:
        return "没有别的车够大又赶得上"
    u = min(in_time, key=lambda u: (in_time[u], u))
    does = "、".join(problem.groups[feed.group].id for feed in routes[u][:3])
    what = f"供 {does}" if does else "留作备用"
    return f"其次 {problem.trucks[u].id} 最早{when(problem, in_time[u])}可接通,本方案中{what}"


def when(problem: Problem, at_s: int) -> str:
    """Return a time as people read it: the clock where the problem says what zero is, else minutes after zero."""
    if problem.starts_at is None:
        return f"第 {at_s / 60:,.0f} 分钟"
    return (datetime.fromisoformat(problem.starts_at) + timedelta(seconds=at_s)).strftime("%m-%d %H:%M")


def _left(found: tuple[DarkWhy | IdleWhy, str]) -> Left:
    why, said = found
    return Left(why.value, f"{why.label}:{said}")


def _dark(problem: Problem, facts: Facts, routes: Routes, g: int, *, proved: bool) -> Left:
    if facts.until_s[g] <= facts.dark_s[g]:
        return _left((DarkWhy.RESTORED, f"预计{when(problem, int(facts.until_s[g]))}已有电,没有可减少的停电时间"))
    if facts.value[g] == 0:
        return _left((DarkWhy.NO_WEIGHT, "户数、权重或产权系数为 0,供电不计入目标;要保电请改权重"))
    if not problem.trucks:
        return _left((DarkWhy.NO_TRUCKS, "没有可用的发电车;请登记发电车,或向邻县借用"))
    found = next(_hurdles(problem, facts, g), None)
    return _left(found or (DarkWhy.BUSY, _busy(problem, facts, routes, g, proved=proved)))


def _hurdles(problem: Problem, facts: Facts, g: int) -> Iterator[tuple[DarkWhy, str]]:
    """Yield what keeps every truck, or team, from the group, whatever else there is to do; the first is told."""
    group, begins = problem.groups[g], np.array([direct(facts, t)[g] for t in range(facts.trucks)])
    there = np.ones(facts.trucks, bool)
    if not _enough(facts, g, there):
        yield DarkWhy.TOO_BIG, _missing(problem, group)
    there &= facts.first_s[:, g] < FARTHEST
    if not _enough(facts, g, there):
        yield DarkWhy.NO_WAY, "够大的发电车都没有路可到;请核对道路,或从水路、邻县调车"
    there &= (facts.fuel_s >= facts.least_s) | ((facts.refuel_s < FARTHEST) & (facts.tank_s >= facts.least_s))
    if not _enough(facts, g, there):
        yield DarkWhy.NO_FUEL, "够大的发电车没有燃料,也不能加油;请先补油"
    yield from _clocks(problem, facts, g, begins, there)


def _clocks(problem: Problem, facts: Facts, g: int, begins: np.ndarray, there: Bools) -> Iterator[tuple[DarkWhy, str]]:
    soonest = _joined(facts, g, begins, there)
    said = f"最早也要到{when(problem, soonest)}才能接通"
    there = there & (begins <= facts.until_s[g] - facts.least_s)
    if not _enough(facts, g, there):
        yield DarkWhy.TOO_FAR, f"{said},而预计{when(problem, int(facts.until_s[g]))}已修复"
    there &= begins <= facts.shuts_s[g]
    if not _enough(facts, g, there):
        yield DarkWhy.WINDOW, f"{said},而只许在{when(problem, int(facts.shuts_s[g]))}之前接通;请与用户改约"
    there &= begins <= facts.ends_s - facts.disconnect_s - facts.least_s
    if not _enough(facts, g, there):
        yield DarkWhy.SHIFT_ENDS, f"{said},够大的发电车到那时都已下班;请安排接班"


def _enough(facts: Facts, g: int, there: Bools) -> bool:
    """Return whether one of those trucks, or all of them together where that is allowed, are strong enough."""
    kva = facts.kva[there]
    return bool((kva.sum() if facts.split[g] else kva.max(initial=0)) >= facts.need[g])


def _joined(facts: Facts, g: int, begins: np.ndarray, there: Bools) -> int:
    """Return when the first truck that is big enough, or the first team, could begin."""
    rows = [t for t in np.argsort(begins, kind="stable").tolist() if there[t]]
    power = 0
    for t in rows:
        power = power + int(facts.kva[t]) if facts.split[g] else int(facts.kva[t])
        if power >= facts.need[g]:
            return int(begins[t])
    return int(begins.max())


def _missing(problem: Problem, group: Group) -> str:
    if group.split:
        whole = sum(truck.kva for truck in problem.trucks)
        return (
            f"需 {group.kva:,} kVA,全部 {len(problem.trucks)} 辆车并列也只有 {whole:,} kVA,缺 {group.kva - whole:,} kVA"
        )
    big = max(problem.trucks, key=lambda truck: truck.kva)
    said = f"需 {group.kva:,} kVA,最大的发电车 {big.id} 为 {big.kva:,} kVA,缺 {group.kva - big.kva:,} kVA"
    together = sum(truck.kva for truck in problem.trucks) >= group.kva
    return f"{said};若现场许可,可改为几车并列" if together else said


def _busy(problem: Problem, facts: Facts, routes: Routes, g: int, *, proved: bool) -> str:
    """Say what the truck that could be there first does instead."""
    enough = facts.split[g] | (facts.kva >= facts.need[g])
    begins = np.array([int(direct(facts, t)[g]) if enough[t] else FARTHEST for t in range(facts.trucks)])
    t = int(np.argmin(begins))
    truck, hours = problem.trucks[t], facts.hours(int(facts.value[g]) * max(0, int(facts.until_s[g] - begins[t])))
    said = f"最早可由 {truck.id} 于{when(problem, int(begins[t]))}接通,最多少停 {hours:,.1f} 加权户时"
    does = "、".join(_fed(problem, facts, feed) for feed in routes[t][:3])
    if does:
        end = "改供这里总停电户时不会更少" if proved else "没有找到改供这里而总停电户时更少的方案"
        return f"{said};该车供 {does},{end}"
    return f"{said};派去不抵行车,或还须与别车并列而别车另有用途"


def _fed(problem: Problem, facts: Facts, feed: Feed) -> str:
    hours = facts.hours(int(facts.value[feed.group]) * (feed.to_s - feed.from_s))
    return f"{problem.groups[feed.group].id}(少停 {hours:,.1f} 加权户时)"


def _idle(problem: Problem, facts: Facts, fed: set[int], t: int) -> tuple[IdleWhy, str]:
    truck, begins = problem.trucks[t], direct(facts, t)
    wanted = [g for g in range(facts.groups) if facts.value[g] > 0 and facts.until_s[g] > facts.dark_s[g]]
    if not wanted:
        return IdleWhy.NO_GROUPS, "没有停电且计权重的用户"
    if facts.fuel_s[t] < facts.least_s and facts.refuel_s[t] >= FARTHEST:
        return IdleWhy.NO_FUEL, "油箱是空的,又不能加油;请先补油"
    strong = [g for g in wanted if facts.split[g] or facts.need[g] <= facts.kva[t]]
    if not strong:
        return IdleWhy.TOO_SMALL, _small(truck, [problem.groups[g] for g in wanted])
    last = np.minimum(facts.limit_s(t) - facts.least_s, facts.shuts_s)
    in_time = [g for g in strong if begins[g] <= last[g]]
    if not in_time:
        return IdleWhy.TOO_LATE, f"够得着的 {len(strong)} 处在它接通之前都已复电、已过时间窗或它已下班"
    if all(g in fed for g in in_time):
        return IdleWhy.ALL_FED, f"它能及时接上的 {len(in_time)} 处都由别的车供电"
    return IdleWhy.NO_GAIN, "去了省下的停电户时不抵行车,或单独不够大而没有别车可并列"


def _small(truck: Truck, groups: Sequence[Group]) -> str:
    least = min(groups, key=lambda group: group.kva)
    return (
        f"{truck.kva:,} kVA 小于每一处的需要,最小的 {least.id} 也要 {least.kva:,} kVA,缺 {least.kva - truck.kva:,} kVA"
    )
