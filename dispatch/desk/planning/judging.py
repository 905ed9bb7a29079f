"""A dispatcher's own plan: judged by the validator that judges the machine's, with what it costs and what it breaks."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.desk import idempotency
from dispatch.desk.ids import new_id
from dispatch.desk.room import Desk, Once
from dispatch.desk.storm.modes import county_of
from dispatch.kit.errors import Invalid, Refusal
from dispatch.routing.optimiser.explaining import judging as beside
from dispatch.routing.optimiser.explaining.judging import Fare
from dispatch.routing.optimiser.problem import Plan
from dispatch.routing.optimiser.words import Naming, Violation

from . import plans, posing, rows, visits
from .naming import naming_of
from .picture import numbers_of
from .plans import BY_HAND
from .posing import Posed
from .rows import CountyPlan, Stop
from .scoring import Judged, judge
from .words import PlanSource, PlanState


class TicketTwice(Invalid):
    """The plan names a ticket twice."""


class PlanBreaks(Refusal):
    """The plan breaks rules of safety or sense; it can be judged, not published."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What a plan costs beside the one in force.

    :param sentence: the verdict in one sentence
    :param faults: a sentence for each thing that is broken, with what would mend it
    :param fares: tickets, and visits that depots promised, that fare otherwise than in the plan in force, those that
        pay the most first
    :param before: what the plan in force costs for the same tickets now, judged in the same way
    :param left_out: tickets of the county that wait and that the plan does not name
    """

    area: str
    at: datetime
    judged: Judged
    before: Judged
    sentence: str
    faults: tuple[str, ...]
    fares: tuple[Fare, ...]
    left_out: tuple[str, ...]
    stops: tuple[Stop, ...]

    @property
    def dearer(self) -> float:
        """Cost above the plan in force; below zero: the plan is better."""
        return self.judged.cost - self.before.cost


async def judge_own(
    desk: Desk, area: str, routes: Mapping[str, Sequence[str]], *, by: Account, at: datetime
) -> Verdict:
    """
    Judge a plan for a county's waiting tickets, crew -> tickets in order. Other counties' plans stay as they are.

    :raises NoSuchArea, NotACounty, Forbidden: if it is no county of the caller's
    :raises TicketTwice: if it names a ticket twice
    """
    verdict, _ = await _judged(desk, area, routes, by=by, at=at)
    return verdict


async def _judged(
    desk: Desk, area: str, routes: Mapping[str, Sequence[str]], *, by: Account, at: datetime
) -> tuple[Verdict, Posed]:
    county = county_of(desk, area)
    rights.check(by, "plan.judge", area=county, covers=desk.areas.covers)
    _check_once(routes)
    region = posing.region_of(desk, county)
    counties = posing.regions(desk)[region]
    async with desk.db.connection() as connection:
        known = await posing.read(connection, desk, region, counties, planned=counties, at=at)
        numbers = await numbers_of(connection, counties)
    posed = await asyncio.to_thread(posing.pose, desk, desk.fleet.still(), known)
    naming = naming_of(desk, numbers, at=at)
    return await asyncio.to_thread(_verdict, posed, county, routes, naming, at), posed


def _check_once(routes: Mapping[str, Sequence[str]]) -> None:
    named = [ticket for route in routes.values() for ticket in route]
    if twice := sorted({ticket for ticket in named if named.count(ticket) > 1}):
        raise TicketTwice(f"工单 {twice[0]} 在计划中出现了多次,请只保留一次", field="routes", ticket_ids=twice)


def _verdict(posed: Posed, county: str, routes: Mapping[str, Sequence[str]], naming: Naming, at: datetime) -> Verdict:
    problem = posed.problem
    ours = {job.id for job in problem.jobs if job.county == county}
    whole = {crew: tuple(route) for crew, route in routes.items() if route}
    named = {ticket for route in whole.values() for ticket in route}
    for crew, route in problem.plan.items():
        others = tuple(job for job in route if job not in ours and job not in named)
        if others:
            whole[crew] = (*whole.get(crew, ()), *others)
    whole = visits.kept_in(problem, whole)
    own = Plan(problem=problem.name, routes=whole)
    machine = Plan(problem=problem.name, routes=visits.kept_in(problem, problem.plan))
    judged, before = judge(problem, own), judge(problem, machine)
    told = beside.judge(problem, own, machine, naming)
    stops = tuple(
        Stop(crew, route.index(job), job, at + timedelta(seconds=judged.begun[crew, job].begins_s))
        for crew, route in whole.items()
        for job in route
        if job in ours and (crew, job) in judged.begun
    )
    left = tuple(sorted(ours - named))
    faults = tuple(breach.sentence for breach in told.breaches)
    return Verdict(county, at, judged, before, told.sentence, faults, told.fares, left, stops)


async def publish_own(
    desk: Desk,
    area: str,
    routes: Mapping[str, Sequence[str]],
    *,
    reason: str,
    by: Account,
    at: datetime,
    once: Once | None = None,
) -> CountyPlan:
    """
    Bring a dispatcher's own plan into force; the machine changes it only where that saves more than a change costs.

    :raises PlanBreaks: if it breaks anything; what it costs does not matter
    :raises NoSuchArea, NotACounty, Forbidden, TicketTwice: as ``judge_own``
    """
    async with desk.db.connection() as connection:
        if (first := await idempotency.find(connection, by, once)) is not None:
            return await rows.load(connection, first)
    verdict, posed = await _judged(desk, area, routes, by=by, at=at)
    _check_sound(verdict)
    made = _own(verdict, posed, reason=reason, by=by, at=at)
    async with desk.db.transaction() as tx:
        await rows.take_turn(tx, made.area)
        before = await rows.current(tx, made.area, PlanState.PUBLISHED)
        await plans.publish(tx, replace(made, touched=plans.touched(before, made)), by=by.id, at=at)
        await idempotency.remember(tx, by, once, made.id, status=201)
        return await rows.load(tx, made.id)


def _check_sound(verdict: Verdict) -> None:
    broken = verdict.judged.violations
    if broken:
        kinds = "、".join(f"{Violation(kind).label} {n} 处" for kind, n in sorted(broken.items()))
        raise PlanBreaks(
            f"计划违反约束,不能发布:{kinds};请按 faults 逐条修改后再发布",
            field="routes",
            violations=broken,
            faults=list(verdict.faults),
        )


def _own(verdict: Verdict, posed: Posed, *, reason: str, by: Account, at: datetime) -> CountyPlan:
    return CountyPlan(
        id=new_id(at),
        area=verdict.area,
        region=posed.known.region,
        made_at=at,
        source=PlanSource.PERSON,
        author=by.id,
        state=PlanState.PUBLISHED,
        cost=verdict.judged.cost,
        by_rule=verdict.judged.by_rule,
        violations={},
        touched=(),
        unserved=dict.fromkeys(verdict.left_out, BY_HAND),
        solver={},
        feed_n=posed.known.feed_n,
        checked_at=at,
        decided_by=by.id,
        decided_at=at,
        reason=reason,
        stops=verdict.stops,
    )
