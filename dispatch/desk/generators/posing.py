"""What is known of trucks and of those in the dark, as a problem of the optimiser; and back from its plan to rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dispatch.desk.ids import new_id
from dispatch.desk.planning import mapping
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.generatorrules import GeneratorRules
from dispatch.routing.generators.problem import Group, Problem, Rules
from dispatch.routing.generators.problem import Truck as PosedTruck
from dispatch.routing.optimiser.problem import Place, Travel
from dispatch.routing.travel import Straight

from .apart import Made
from .rows import Assignment, Json, Truck
from .targets import Found, Target
from .words import AssignmentState, NotPlanned, TruckState

BY_ROAD = 300  # groups; more are planned by straight lines
HOUR_S = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Posed:
    """
    The problem, and who stands behind its names.

    :param targets, trucks: by their labels
    :param busy: what trucks do that are on the way or connected, by truck id
    :param apart: trucks that are not in it: truck, name, code, sentence; ``dark``: customers likewise, by target
    :param notes: what else was left out
    """

    problem: Problem
    at: datetime
    targets: Mapping[str, Target]
    trucks: Mapping[str, Truck]
    busy: Mapping[str, Assignment]
    apart: Sequence[Json]
    dark: Sequence[Json]
    notes: Sequence[str]

    def moment(self, at_s: int) -> datetime:
        """Return when a second of the problem is."""
        return self.at + timedelta(seconds=at_s)


def pose(
    desk: Desk,
    area: str,
    found: Found,
    trucks: Sequence[Truck],
    busy: Mapping[str, Assignment],
    *,
    at: datetime,
) -> Posed:
    """
    Return the problem of an area; nothing is waited for, so it may be made beside the event loop.

    A truck on its way keeps its errand, and whom it is for is not planned again; one that feeds may be moved.
    """
    rules = desk.pack.generating
    coming = {one.target: one for one in busy.values() if one.state is AssignmentState.SENT}
    targets = {one.label: one for one in found.targets if one.code not in coming}
    made = {truck.id: _truck(desk, truck, busy.get(truck.id), rules, at=at) for truck in trucks}
    posed = [
        _feeding(one, busy[name], targets) if name in busy else one
        for name, one in made.items()
        if isinstance(one, PosedTruck)
    ]
    names = {truck.id: truck.name for truck in trucks}
    return Posed(
        problem=_problem(desk, area, posed, [_group(one, rules, at=at) for one in targets.values()], at=at),
        at=at,
        targets=targets,
        trucks={truck.label: truck for truck in trucks},
        busy=busy,
        apart=[
            _not_planned("truck", name, names[name], why) for name, why in made.items() if isinstance(why, NotPlanned)
        ],
        dark=[_not_planned("target", code, name, NotPlanned.NO_PLACE) for name, code in found.placeless],
        notes=[
            *(f"{one.target_name} 已由 {names[one.truck_id]} 前往供电,不再另排" for one in coming.values()),
            *([f"另有 {found.more} 处超出一次计算的数量,请按县分别计算"] if found.more else []),
        ],
    )


def _problem(desk: Desk, area: str, trucks: Sequence[PosedTruck], groups: Sequence[Group], *, at: datetime) -> Problem:
    rules = desk.pack.generating
    travel, placed_trucks, placed_groups = _ways(desk, trucks, groups, at=at)
    return Problem(
        travel=travel,
        trucks=placed_trucks,
        groups=placed_groups,
        name=area,
        starts_at=at.astimezone(CHINA).isoformat(),
        horizon_s=round(rules.horizon.duration.total_seconds()),
        rules=Rules(
            protected=0.0,  # who is protected counts by his weight
            customer_owned=rules.customer_owned.value,
            least_feed_s=max(1, round(rules.least.duration.total_seconds())),
        ),
    )


SENTENCES = {
    NotPlanned.NO_PLACE: "没有位置:请在基础数据中补全坐标,或登记发电车的班所",
    NotPlanned.OUT: "停用:恢复后请登记可用",
    NotPlanned.ON_ITS_WAY: "已在途中:到场接入或召回后再排",
}


def _not_planned(kind: str, code: str, name: str, why: NotPlanned) -> Json:
    return {kind: code, "name": name, "code": why.value, "sentence": SENTENCES[why]}


def _truck(
    desk: Desk, truck: Truck, doing: Assignment | None, rules: GeneratorRules, *, at: datetime
) -> PosedTruck | NotPlanned:
    """Return a truck in the optimiser's words, or why it is not planned."""
    if truck.state is TruckState.OUT:
        return NotPlanned.OUT
    if doing is not None and doing.state is AssignmentState.SENT:
        return NotPlanned.ON_ITS_WAY
    place = _place(desk, truck) if doing is None else (doing.lon, doing.lat)
    if place is None:
        return NotPlanned.NO_PLACE
    fuel_h = truck.fuel_h if doing is None else left_h(truck, doing, at=at)
    return PosedTruck(
        id=truck.label,
        at=Place(lon=place[0], lat=place[1]),
        kva=truck.kva,
        fuel_s=round(fuel_h * HOUR_S),
        tank_s=round(truck.tank_h * HOUR_S),
        refuel_s=round(rules.refuel.duration.total_seconds()),
        connect_s=truck.connect_min * 60,
        disconnect_s=round(rules.disconnect.duration.total_seconds()),
        ends_s=round(rules.horizon.duration.total_seconds()),
    )


def _feeding(made: PosedTruck, doing: Assignment, targets: Mapping[str, Target]) -> PosedTruck:
    """Return a truck that feeds: it may go on without more work; where supply is back it must be disconnected."""
    there = next((label for label, one in targets.items() if one.code == doing.target), None)
    return replace(made, connected=there) if there else replace(made, free_s=made.disconnect_s)


def left_h(truck: Truck, doing: Assignment, *, at: datetime) -> float:
    """
    Return what is left in the tank of a truck, in hours at its rated load: as if it had run at that since it feeds, or
    since somebody said what was in it.
    """
    if doing.connected_at is None:
        return truck.fuel_h
    since = max(doing.connected_at, truck.said_at)
    return max(0.0, truck.fuel_h - max(0.0, (at - since).total_seconds()) / HOUR_S)


def _place(desk: Desk, truck: Truck) -> tuple[float, float] | None:
    """Return where a truck stands: where it was left, else its depot, else its owner's seat."""
    if truck.lon is not None and truck.lat is not None:
        return truck.lon, truck.lat
    for code in (truck.depot, truck.area):
        area = desk.areas.find(code or "")
        if area is not None and area.lon is not None and area.lat is not None:
            return area.lon, area.lat
    return None


def _group(one: Target, rules: GeneratorRules, *, at: datetime) -> Group:
    horizon_s = round(rules.horizon.duration.total_seconds())
    return Group(
        id=one.label,
        at=Place(lon=one.lon, lat=one.lat),
        area_class=one.area_class,
        kva=one.kva,
        customers=one.customers,
        weight=one.weight,
        protected=one.protected,
        fault=one.fault,
        since_s=_seconds(one.outage.begins_at, at, horizon_s),
        p50_s=_seconds(one.back.p50_at, at, horizon_s),
        p90_s=_seconds(max(one.back.p50_at, one.back.p90_at), at, horizon_s),
        window_s=(0, horizon_s),
        ahead=one.outage.is_planned,
        feedings=max(1, min(4, rules.feedings.value)),
    )


def _seconds(moment: datetime, at: datetime, horizon_s: int) -> int:
    """Return when a moment is; what lies beyond the horizon, on either side, makes no difference."""
    return max(-horizon_s, min(horizon_s, round((moment - at).total_seconds())))


def _ways(
    desk: Desk, trucks: Sequence[PosedTruck], groups: Sequence[Group], *, at: datetime
) -> tuple[Travel, tuple[PosedTruck, ...], tuple[Group, ...]]:
    """Return how ways are measured, and trucks and groups with the places that are meant by it."""
    if isinstance(desk.travel, Straight) or len(groups) > BY_ROAD:
        return mapping.by_line(desk.fleet.rule), tuple(trucks), tuple(groups)
    ends = [(group.at, group.area_class) for group in groups]
    travel = mapping.ways(ends, [truck.at for truck in trucks], desk.travel, at=at)
    first = len(groups)
    return (
        travel,
        tuple(replace(truck, at=Place(place=first + i)) for i, truck in enumerate(trucks)),
        tuple(replace(group, at=Place(place=i)) for i, group in enumerate(groups)),
    )


def assignments(posed: Posed, made: Made, rules: GeneratorRules, *, plan_id: str, area: str) -> tuple[Assignment, ...]:
    """Return the stops of a plan as assignments."""
    refuel_s = round(rules.refuel.duration.total_seconds())
    found = []
    for label, stops in sorted(made.plan.routes.items()):
        truck = posed.trucks[label]
        for position, stop in enumerate(stops):
            target = posed.targets[stop.group]
            filling_s = refuel_s if stop.refuel else 0
            lead_s = filling_s + made.drives_s[label, position] + truck.connect_min * 60
            reasons = {
                "sentence": made.because[label, position],
                "restoration": target.back.sentence,
                "estimates": list(target.estimates),
            }
            found.append(
                Assignment(
                    id=new_id(posed.at),
                    plan_id=plan_id,
                    area=area,
                    truck_id=truck.id,
                    position=position,
                    target=target.code,
                    target_name=target.name,
                    outage_id=target.outage.id,
                    kva=target.kva,
                    customers=target.customers,
                    lon=target.lon,
                    lat=target.lat,
                    leaves_at=posed.moment(stop.from_s - lead_s),
                    from_at=posed.moment(stop.from_s),
                    to_at=posed.moment(stop.to_s),
                    refuel=stop.refuel,
                    reasons=reasons,
                )
            )
    return tuple(found)


def dark_of(posed: Posed, made: Made) -> list[Json]:
    """Return the customers that the plan leaves in the dark, and why."""
    left = [(posed.targets[label], why) for label, why in sorted(made.plan.dark.items())]
    rows: Iterable[Json] = (
        {
            "target": target.code,
            "name": target.name,
            "code": why.code,
            "sentence": why.sentence,
            "estimates": list(target.estimates),
        }
        for target, why in left
    )
    return [*rows, *({**one, "estimates": []} for one in posed.dark)]


def unused_of(posed: Posed, made: Made) -> list[Json]:
    """Return the trucks that stay where they are, and why."""
    left = [(posed.trucks[label], why) for label, why in sorted(made.plan.unused.items())]
    rows = ({"truck": t.id, "name": t.name, "code": why.code, "sentence": why.sentence} for t, why in left)
    return [*rows, *posed.apart]
