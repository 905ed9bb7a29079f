"""Plans for generator trucks: proposed by the optimiser or by a person, read, and confirmed."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.desk import idempotency
from dispatch.desk.ids import new_id
from dispatch.desk.looking import looked_at
from dispatch.desk.room import Desk, Once
from dispatch.kit.errors import Invalid, Refusal
from dispatch.kit.generatorrules import GeneratorRules
from dispatch.places.areas import AreaLevel
from dispatch.routing.generators.words import FeedingBreach

from . import posing, rows, targets, telling
from .apart import Answer, Made, made_apart
from .lighting import marked
from .posing import Posed
from .rows import GeneratorPlan, NoSuchTruck, Truck
from .scoring import Hours
from .words import GeneratorPlanSource, GeneratorPlanState


class NotPlannedFor(Invalid):
    """Trucks are planned for a county, a city or the province."""


class NothingDark(Refusal):
    """Nobody is in the dark who could be fed."""


class TruckUnavailable(Refusal):
    """The truck cannot be sent: it is out, or on its way to somebody."""


class WithinAnother(Invalid):
    """What is to be fed is part of something else that is fed as a whole."""


class GeneratorPlanBreaks(Refusal):
    """The routes break what no truck can do; nothing was proposed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    What a plan is wanted of.

    :param area: county, city or province
    :param targets: nodes of the network to be fed beside those that the rules choose
    :param routes: a person's own plan, truck -> nodes in order; None: the machine's
    """

    area: str
    targets: Collection[str] = ()
    routes: Mapping[str, Sequence[str]] | None = None

    @property
    def named(self) -> frozenset[str]:
        """All nodes that a person named."""
        return frozenset({*self.targets, *(code for route in (self.routes or {}).values() for code in route)})


def reach(desk: Desk, area: str) -> list[str]:
    """Return whose trucks serve an area: its own, those of its parts, and those that are shared from above."""
    return [*desk.areas.above(area), *desk.areas.below(area)]


async def trucks(
    desk: Desk, area: str | None, *, by: Account, at: datetime
) -> list[tuple[Truck, rows.Assignment | None]]:
    """
    Return the trucks that serve an area, each with what it does; of one that feeds, what is left in its tank by now.

    :param area: None: the caller's own
    :raises NoSuchArea, Forbidden: if there is no such area, or ``by`` may not look there
    """
    code = looked_at(desk, area, "generator.read", by=by)
    async with desk.db.connection() as connection:
        found = await rows.trucks(connection, reach(desk, code))
        busy = await rows.busy(connection, [truck.id for truck in found])
        doing = {one.truck_id: one for one in await marked(connection, list(busy.values()), at=at)}
    return [(_by_now(truck, doing.get(truck.id), at=at), doing.get(truck.id)) for truck in found]


def _by_now(truck: Truck, doing: rows.Assignment | None, *, at: datetime) -> Truck:
    return truck if doing is None else replace(truck, fuel_h=round(posing.left_h(truck, doing, at=at), 2))


async def propose(desk: Desk, wanted: Wanted, *, by: Account, at: datetime, once: Once | None = None) -> GeneratorPlan:
    """
    Propose a plan for an area's dark customers; it takes the place of the area's last proposal.

    A person's own routes are judged by the scorer that judges the machine's, and he is told what they cost beside it.

    :raises NoSuchArea, NotPlannedFor, Forbidden: if there is no such area, or ``by`` may not plan there
    :raises NotDark, WithinAnother: if a node is named that is not in the dark, or not by itself
    :raises NoSuchTruck, TruckUnavailable: if a truck is named that cannot be sent
    :raises NothingDark: if there is nobody to be fed
    :raises GeneratorPlanBreaks: if the routes break something
    :raises SolverAway: if the solver came to no plan
    """
    area = desk.areas.get(wanted.area)
    rights.check(by, "generator.plan", area=area.code, covers=desk.areas.covers)
    if area.level is AreaLevel.DEPOT:
        raise NotPlannedFor("发电车按县、市或省统一安排,不按班所;请改填县或市的编码", field="area")
    async with desk.db.connection() as connection:
        if (first := await idempotency.find(connection, by, once)) is not None:
            return await rows.load(connection, first)
    rules, posed = desk.pack.generating, await _posed(desk, area.code, wanted, at=at)
    if not posed.targets and not posed.dark:
        raise NothingDark(
            "本辖区没有需要发电车供电的停电用户;要供其他对象,请在 targets 中写明停电设备的编码", field="area"
        )
    routes = None if wanted.routes is None else _routes(posed, wanted.routes)
    async with desk.children:
        answer = await made_apart(posed.problem, routes, search_s=rules.search.duration.total_seconds())
    _check_sound(answer)
    plan = _plan(posed, answer, area.code, rules, by=by)
    async with desk.db.transaction() as tx:
        await rows.take_turn(tx, plan.area)
        gone = await rows.supersede(tx, plan.area, by=by.id, at=at)
        await telling.tell_plan(tx, desk, plan.area, gone, state=GeneratorPlanState.SUPERSEDED.value, by=by.id)
        await rows.write(tx, plan)
        await telling.tell_plan(tx, desk, plan.area, [(plan.id, 1)], state=plan.state.value, by=by.id)
        await rows.note(tx, "generator.propose", plan.id, plan.area, by=by.id, at=at, source=plan.source.value)
        await idempotency.remember(tx, by, once, plan.id, status=201)
        return await rows.load(tx, plan.id)


async def _posed(desk: Desk, area: str, wanted: Wanted, *, at: datetime) -> Posed:
    found = await targets.read(desk, desk.areas.counties(area), wanted.named, at=at)
    async with desk.db.connection() as connection:
        all_trucks = await rows.trucks(connection, reach(desk, area))
        doing = await rows.busy(connection, [truck.id for truck in all_trucks])
    return await asyncio.to_thread(lambda: posing.pose(desk, area, found, all_trucks, doing, at=at))


def _routes(posed: Posed, routes: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """
    Return a person's routes in the problem's names.

    :raises NoSuchTruck, TruckUnavailable: if a truck is named that cannot be sent
    :raises WithinAnother: if a node is fed as part of another
    """
    trucks = {truck.id: truck for truck in posed.trucks.values()}
    labels = {target.code: label for label, target in posed.targets.items()}
    planned = {truck.id for truck in posed.problem.trucks}
    made = {}
    for truck_id, route in routes.items():
        truck = trucks.get(truck_id)
        if truck is None:
            raise NoSuchTruck(f"没有可供本辖区调用的发电车“{truck_id[:40]}”,请从发电车列表中选择", field="routes")
        if truck.label not in planned:
            why = next(one["sentence"] for one in posed.apart if one["truck"] == truck_id)
            raise TruckUnavailable(f"{truck.name} 现在不能派:{why}", field="routes", truck_id=truck_id)
        if other := next((code for code in route if code not in labels), None):
            raise WithinAnother(
                f"“{other[:40]}”不能单独供电:它没有位置、已有车前往,或属于另一供电对象;请改写上级设备或删去",
                field="routes",
            )
        made[truck.label] = [labels[code] for code in route]
    return made


def _check_sound(answer: Answer) -> None:
    """:raises GeneratorPlanBreaks: if a person's routes break something, with a sentence for each"""
    own = answer.own
    if own is None or not (own.scored.violations or own.faults):
        return
    kinds = "、".join(f"{FeedingBreach(kind).label} {n} 处" for kind, n in sorted(own.scored.violations.items()))
    said = ";".join(own.faults[:3])
    raise GeneratorPlanBreaks(
        f"自编的发电车方案做不到({kinds}):{said};请修改 routes 后再试"
        if said
        else f"自编方案违反:{kinds};请修改 routes",
        field="routes",
        violations=dict(own.scored.violations),
        faults=list(own.faults),
        hours=asdict(own.scored.hours),
        best=None if answer.machine is None else asdict(answer.machine.scored.hours),
    )


def _plan(posed: Posed, answer: Answer, area: str, rules: GeneratorRules, *, by: Account) -> GeneratorPlan:
    made, best = answer.shown, None if answer.own is None else answer.machine
    plan_id = new_id(posed.at)
    return GeneratorPlan(
        id=plan_id,
        area=area,
        made_at=posed.at,
        source=GeneratorPlanSource.SOLVER if answer.own is None else GeneratorPlanSource.PERSON,
        author=by.id,
        hours=asdict(made.scored.hours),
        best=None if best is None else asdict(best.scored.hours),
        sentence=_sentence(answer, made, best),
        dark=posing.dark_of(posed, made),
        unused=posing.unused_of(posed, made),
        notes=tuple(posed.notes),
        solver=made.plan.solver if answer.machine is None else answer.machine.plan.solver,
        assignments=posing.assignments(posed, made, rules, plan_id=plan_id, area=area),
    )


def _sentence(answer: Answer, made: Made, best: Made | None) -> str:
    """Say in one sentence what a plan is worth, and what a person's costs beside the machine's."""
    hours = made.scored.hours
    said = (
        f"派 {len(made.plan.routes)} 辆车,停电由 {hours.customers_without:,.1f} 户时减为 {hours.customers:,.1f} 户时"
        f"(加权 {hours.weighted_without:,.1f} 减为 {hours.weighted:,.1f})"
    )
    if answer.machine is None:
        return f"{said};优化计算没有完成({answer.failure}),未能比较"
    if best is None:
        return said
    dearer = _dearer(hours, best.scored.hours)
    if dearer > 0:
        return f"{said};比优化方案多停 {dearer:,.1f} 加权户时"
    return f"{said};不比优化方案差"


def _dearer(own: Hours, best: Hours) -> float:
    return round(own.weighted - best.weighted, 3)


async def read(desk: Desk, plan_id: str, *, by: Account, at: datetime) -> GeneratorPlan:
    """
    Return a plan as ``plan_of`` does, each assignment with the word whether supply is back there.

    :raises NoSuchGeneratorPlan: as it does
    """
    return (await lit(desk, [await plan_of(desk, plan_id, by=by)], at=at))[0]


async def lit(desk: Desk, found: Sequence[GeneratorPlan], *, at: datetime) -> list[GeneratorPlan]:
    """Return plans with the word of each assignment that is worked on whether supply is back there."""
    async with desk.db.connection() as connection:
        known = await marked(connection, [one for plan in found for one in plan.assignments], at=at)
    by_plan: dict[str, list[rows.Assignment]] = {}
    for one in known:
        by_plan.setdefault(one.plan_id, []).append(one)
    return [replace(plan, assignments=tuple(by_plan.get(plan.id, ()))) for plan in found]


async def plan_of(desk: Desk, plan_id: str, *, by: Account) -> GeneratorPlan:
    """
    Return a plan with its assignments.

    :raises NoSuchGeneratorPlan: if there is none, or none of an area that ``by`` may see
    """
    async with desk.db.connection() as connection:
        plan = await rows.load(connection, plan_id)
    if not rights.allowed(by, "generator.read", area=plan.area, covers=desk.areas.covers):
        rights.check_role(by, "generator.read")
        raise rows.NoSuchGeneratorPlan("没有这个发电车方案,或不在您的查看范围内;请从方案列表中选择", field="plan_id")
    return plan


async def plans(
    desk: Desk,
    area: str | None,
    states: Sequence[GeneratorPlanState] | None,
    *,
    before: str | None,
    limit: int,
    by: Account,
) -> list[GeneratorPlan]:
    """
    Return the plans of an area and of what lies below it, the newest first.

    :raises NoSuchArea, Forbidden: if there is no such area, or ``by`` may not look there
    """
    code = looked_at(desk, area, "generator.read", by=by)
    async with desk.db.connection() as connection:
        return await rows.listed(connection, [code, *desk.areas.below(code)], states, before=before, limit=limit)
