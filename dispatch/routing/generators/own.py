"""A plan that a person made, which truck goes to whom in which order: when it would feed, what stands in its way."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .building import Building, Choice, by_gain
from .facts import FARTHEST, Facts, facts_of
from .problem import Group, Left, Plan, Problem, Stop, Truck
from .reasons import when

NOT_WANTED = Left("by_hand", "人工安排未派此车")
NOT_FED = Left("by_hand", "人工安排未供这里")
AUTHOR = {"name": "by hand"}


@dataclass(frozen=True, slots=True)
class Own:
    """The plan with its times, and a sentence for each stop that cannot be as it was wanted."""

    plan: Plan
    faults: tuple[str, ...]


def timed(problem: Problem, wanted: Mapping[str, Sequence[str]]) -> Own:
    """
    Return a plan of these routes, each stop as soon as it can be and as long as it can last.

    A stop that cannot be stands in the plan as it would be tried, so that the judge of all plans says what it breaks.

    :param wanted: truck id -> group ids in order; all of them are in the problem
    """
    facts = facts_of(problem)
    making = Building(facts, by_gain)
    trucks = {truck.id: t for t, truck in enumerate(problem.trucks)}
    groups = {group.id: g for g, group in enumerate(problem.groups)}
    left = {trucks[truck]: [groups[group] for group in route] for truck, route in sorted(wanted.items()) if route}
    faults: list[str] = []
    while left:
        t = min(left, key=lambda t: (int(making.offers[t].from_s[left[t][0]]), t))
        g = left[t].pop(0)
        faults += list(_faults(problem, facts, making, t, g))
        making.add(_choice(facts, making, t, g))
        left = {truck: route for truck, route in left.items() if route}
    return Own(_plan(problem, making), tuple(faults))


def _choice(facts: Facts, making: Building, t: int, g: int) -> Choice:
    """Return the feeding as it would be tried."""
    offer = making.offers[t]
    begin, end = int(offer.from_s[g]), int(offer.to_s[g])
    if begin >= FARTHEST:
        begin = making.states[t].free_s + int(facts.connect_s[t])
    return Choice(g, (t,), begin, max(end, begin + facts.least_s) if end < FARTHEST else begin + facts.least_s)


def _faults(problem: Problem, facts: Facts, making: Building, t: int, g: int) -> Iterator[str]:
    """Yield what stands in the way of a stop."""
    truck, group = problem.trucks[t], problem.groups[g]
    offer = making.offers[t]
    begin, end = int(offer.from_s[g]), int(offer.to_s[g])
    if truck.kva < group.kva:
        short = group.kva - truck.kva
        yield f"{truck.id} 为 {truck.kva:,} kVA,{group.id} 需 {group.kva:,} kVA,缺 {short:,} kVA;请改派更大的车"
    if begin >= FARTHEST:
        yield f"{truck.id} 没有路可到 {group.id};请核对道路封闭,或改派别的车"
    elif end - begin < facts.least_s:
        yield _too_late(problem, facts, making, truck, group, t, g)


def _too_late(problem: Problem, facts: Facts, making: Building, truck: Truck, group: Group, t: int, g: int) -> str:
    begin = int(making.offers[t].from_s[g])
    soonest = f"{truck.id} 最早{when(problem, begin)}才能供 {group.id}"
    if making.fed[g] >= facts.feedings[g]:
        return f"{group.id} 已安排 {int(facts.feedings[g])} 次供电,不再安排 {truck.id};请删去多余的"
    if begin >= facts.until_s[g] - facts.least_s:
        return f"{soonest},而预计{when(problem, int(facts.until_s[g]))}已复电;请改派更近的车,或不派"
    if making.states[t].fuel_s < facts.least_s and facts.tank_s[t] < facts.least_s:
        return f"{truck.id} 的燃料不够,不能供 {group.id};请先补油并登记"
    if begin >= facts.ends_s[t] - facts.disconnect_s[t] - facts.least_s:
        return f"{soonest},那时它已下班;请安排接班,或改派别的车"
    return f"{soonest},不在允许的时间内;请与用户改约"


def _plan(problem: Problem, making: Building) -> Plan:
    routes = {
        truck.id: tuple(Stop(problem.groups[feed.group].id, feed.from_s, feed.to_s, feed.refuel) for feed in route)
        for truck, route in zip(problem.trucks, making.done(), strict=True)
        if route
    }
    fed = {stop.group for route in routes.values() for stop in route}
    dark = {group.id: NOT_FED for group in problem.groups if group.id not in fed}
    unused = {truck.id: NOT_WANTED for truck in problem.trucks if truck.id not in routes}
    return Plan(problem=problem.name, routes=routes, dark=dark, unused=unused, solver=AUTHOR)
