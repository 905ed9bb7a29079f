"""
What a plan may not use up: the free crews that a county keeps (保底), the open jobs that a depot declared (抢修承载力).

Both hold now and by number; the plan looks hours ahead. What is exact and what is a preference is said at each.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

import numpy as np

from dispatch.kit.planrules import PlanRules
from dispatch.routing.candidates import keeps
from dispatch.routing.fleet import UNDECLARED, Fleet
from dispatch.routing.lending import Grant
from dispatch.routing.optimiser.problem import Cap, Crew, Job, Reserve

from .mapping import KIND

PERIOD_LEAST_S = 900  # a job is open from its dispatch on: with the drive hardly ever for less


def reserves_of(fleet: Fleet, crews: Sequence[Crew], counties: Sequence[str], *, now: datetime) -> tuple[Reserve, ...]:
    """
    Return how many crews of each county should have no job in the plan: as many as it keeps free when it lends.

    What is left of it where somebody ordered by name that it be set aside: the crews that the order lets go are not
    kept. That nothing is lent now below the reserve is no preference: ``mapping.kinds_of`` bars it, as sending does.

    :param counties: that are planned
    """
    kept = dict(zip(fleet.table.county_code, keeps(fleet, now).tolist(), strict=True))
    city = {card.county: card.city for card in fleet.table.crews}
    province, out = fleet.lending.province, dict(fleet.lending.out)
    orders = _orders(fleet, {*counties, *(city.get(county, county) for county in counties), province}, now)
    found = []
    for county in sorted({crew.county for crew in crews}):
        of_it = [grant for grant in orders if grant.lender in {county, city[county], province}]
        if any(grant.crews is None for grant in of_it):
            continue
        let_go = sum(grant.crews - out.get(grant.id, 0) for grant in of_it if grant.crews is not None)
        if (left := kept.get(county, 0) - let_go) > 0:
            found.append(Reserve(county, left))
    return tuple(found)


def _orders(fleet: Fleet, borrowers: set[str], now: datetime) -> list[Grant]:
    """Return the orders in force that set a reserve aside for somebody who is planned."""
    in_force = fleet.lending.in_force(now.timestamp())
    return [grant for grant in in_force if grant.below_reserve and grant.borrower in borrowers]


def caps_of(
    fleet: Fleet, rows: Sequence[int], jobs: Sequence[Job], rules: PlanRules, *, now: datetime
) -> tuple[Cap, ...]:
    """
    Return what the crews' depots may begin, so that none has more jobs open at a time than it declared.

    The declaration counts jobs that are open at a time, from their dispatch on; a cap counts jobs that begin. What
    begins within the time that the shortest work takes is open together at the end of that time, with what is held
    still then: so no cap forbids what the declaration allows. It is not exact the other way round (drives, longer work
    from the period before); sending is, by the count of open jobs. A depot that declared a place for each of its crews
    needs no cap: the plan sends a crew only when it holds nothing.

    :param rows: of the crews that are planned
    """
    table, horizon_s = fleet.table, round(rules.horizon.duration.total_seconds())
    longest_s = round(rules.reserve_for.duration.total_seconds())
    period_s = max(PERIOD_LEAST_S, min([longest_s, *(job.work_s for job in jobs if job.kind == KIND)]))
    asked = np.asarray(rows, int)
    planned = Counter(table.depot[asked].tolist())
    holding = Counter(table.depot[asked[table.open_jobs[asked] > 0]].tolist())
    held = _held(fleet, planned, now)
    caps: list[Cap] = []
    for depot, crews in sorted(planned.items()):
        declared, surplus = int(table.reserve[depot]), int(table.depot_jobs[depot]) - holding[depot]
        if declared == UNDECLARED or declared >= crews + surplus:
            continue
        for from_s, to_s, left in _periods(declared, held[depot], period_s, horizon_s):
            caps.append(Cap(depot=table.depots[depot], kind=KIND, from_s=from_s, to_s=to_s, visits=left))
    return tuple(caps)


def _held(fleet: Fleet, depots: Collection[int], now: datetime) -> dict[int, list[int]]:
    """Return, of each depot, in how many seconds each job that its crews hold is expected to end, the soonest first."""
    table, second = fleet.table, now.timestamp()
    found: dict[int, list[int]] = {depot: [] for depot in depots}
    for row in np.flatnonzero(table.open_jobs > 0).tolist():
        if (ends := found.get(int(table.depot[row]))) is not None:
            jobs = fleet.jobs_of(table.crews[row].id)
            ends += [round(max(fleet.rule.overrun_s, one.ends_at - second)) for one in jobs]
    return {depot: sorted(ends) for depot, ends in found.items()}


def _periods(declared: int, held: Sequence[int], period_s: int, horizon_s: int) -> Iterator[tuple[int, int, int]]:
    """Yield (from, to, how many may begin): until the first job that is held ends, then period after period."""
    from_s = 0
    to_s = min([period_s, *held])
    while from_s <= horizon_s:
        yield from_s, to_s, max(0, declared - sum(end >= to_s for end in held))
        from_s, to_s = to_s, to_s + period_s
