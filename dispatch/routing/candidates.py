"""
Which crews may be sent to a job, and for each that may not the gravest reason; every rule a mask over the columns.

Gravity is a small number, 0 for a crew that is free; a rule raises it where it holds and never lowers it, so the order
of the rules does not matter. ``CODES`` has the reasons by gravity, the gravest first.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from dispatch.kit.clock import CHINA

from .fleet import Bools, Fleet, Ints, Table
from .geo import Floats
from .lending import open_to_all
from .model import Borders, Job, Policy, ReasonCode, Standing

R = ReasonCode
Codes = NDArray[np.int8]
CODES: tuple[ReasonCode, ...] = tuple(ReasonCode)
NUMBER = {code: np.int8(i) for i, code in enumerate(CODES)}
FREE, BUSY = NUMBER[R.FARTHER], NUMBER[R.BUSY_UNTIL]
GRAVITY = {code: np.int8(FREE - i) for i, code in enumerate(CODES) if i <= FREE}


@dataclass(frozen=True, slots=True)
class Judged:
    """
    What is known of every crew before its way is; columns in the fleet's row order.

    :param gravity: of what stands against each crew
    :param free: on duty, rested, holding nothing: who counts for a county's and a depot's reserve
    :param foreign: of another county than the job
    :param not_lent, over_reserve: which of the foreign ones only a named person may send
    """

    gravity: Codes
    free: Bools
    foreign: Bools
    not_lent: Bools
    over_reserve: Bools


def minute_of(now: datetime) -> int:
    """Return the minute of the day by the clock in China."""
    local = now.astimezone(CHINA)
    return local.hour * 60 + local.minute


def on_shift(table: Table, now: datetime) -> Bools:
    """Return who is on duty now."""
    return table.on_duty(minute_of(now))[0]


def origins(fleet: Fleet, now: datetime) -> tuple[Floats, Bools]:
    """
    Return where each crew would start from, and whose position is fresh.

    A fresh position, else the depot's place, else the last position known; a busy crew starts from its last job. A
    position of the future is not fresh: the phone's clock is wrong, and so may its place be.
    """
    table, second = fleet.table, now.timestamp()
    age = second - table.position_at
    fresh = (age <= fleet.rule.stale_s) & (age >= -fleet.rule.ahead_s)
    return np.where((fresh | table.homeless) & ~table.bound, table.position, table.base), fresh


def at_large(fleet: Fleet, now: datetime) -> Bools:
    """Return who is on duty, rested and holding nothing."""
    table = fleet.table
    rested = table.rested_at <= now.timestamp()
    free: Bools = table.active & on_shift(table, now) & (table.open_jobs == 0) & rested
    return free


def free_now(fleet: Fleet, now: datetime) -> Bools:
    """Return who could be sent somewhere at once: at large, of a depot with room."""
    table = fleet.table
    return at_large(fleet, now) & (table.depot_jobs < table.reserve)[table.depot]


def judge(fleet: Fleet, job: Job, *, now: datetime, policy: Policy, fresh: Bools) -> Judged:
    """Judge every crew by all that does not need its way to the job."""
    table, shift = fleet.table, on_shift(fleet.table, now)
    idle, rested = table.open_jobs == 0, table.rested_at <= now.timestamp()
    free = table.active & shift & idle & rested
    foreign = table.county != table.county_code.get(job.county, -1)
    not_lent, over = not_lent_to(fleet, job, now, foreign), over_reserve(fleet, job, now, foreign, free)
    gravity = np.zeros(len(table.crews), np.int8)
    weigh(gravity, R.OVER_RESERVE, over)
    weigh(gravity, R.STALE, ~fresh & table.homeless & idle & (table.position_at > -np.inf))
    weigh(gravity, R.BUSY_UNTIL, ~idle)
    weigh(gravity, R.NOT_LENT, not_lent)
    weigh(gravity, R.DEPOT_FULL, (table.depot_jobs >= table.reserve)[table.depot])
    weigh(gravity, R.QUEUE_FULL, table.open_jobs >= fleet.rule.queue_max)
    if policy is Policy.OWN_DISTRICT:
        weigh(gravity, R.OTHER_DISTRICT, foreign)
    weigh(gravity, R.OFF_SHIFT, ~shift)
    weigh(gravity, R.RESTING, ~rested)
    weigh(gravity, R.INACTIVE, ~table.active)
    _fit(table, job, now, gravity)
    _been(table, job, gravity)
    return Judged(gravity, free, foreign, not_lent, over)


def weigh(gravity: Codes, code: ReasonCode, where: Bools) -> None:
    """Raise the gravity of crews to that of a reason where it holds for them."""
    np.maximum(gravity, where.view(np.int8) * GRAVITY[code], out=gravity)


def _fit(table: Table, job: Job, now: datetime, gravity: Codes) -> None:
    """Weigh what makes a crew unfit for the work, whenever and wherever it is."""
    nobody = np.zeros(len(gravity), bool)
    if job.vehicles:
        right = np.logical_or.reduce([table.vehicle_is.get(kind, nobody) for kind in sorted(job.vehicles)])
        weigh(gravity, R.NO_VEHICLE, table.vehicle_known & ~right)
    if job.permits:
        held = [table.permit_until[kind] > now.timestamp() for kind in job.permits if kind in table.permit_until]
        weigh(gravity, R.NO_PERMIT, table.permit_known & ~np.logical_or.reduce([nobody, *held]))
    if job.skill is not None:
        weigh(gravity, R.NO_SKILL, ~table.has.get(job.skill, nobody))


def _been(table: Table, job: Job, gravity: Codes) -> None:
    """Weigh that a crew has the job, or had it."""
    for crew in job.had_it:
        if (row := table.row.get(crew)) is not None:
            gravity[row] = max(gravity[row], GRAVITY[R.HAD_IT])
    if (row := table.row.get(job.on_it or "")) is not None:
        gravity[row] = max(gravity[row], GRAVITY[R.ON_THIS_JOB])


def not_lent_to(fleet: Fleet, job: Job, now: datetime, foreign: Bools) -> Bools:
    """Return the crews of other counties that nothing lends to the job's."""
    lending, borders, table = fleet.lending, fleet.rule.borders, fleet.table
    if open_to_all(lending, borders, job):
        return np.zeros(len(foreign), bool)
    barred = foreign & ~_within(table, job, borders, in_storm=job.county in lending.storms)
    if not barred.any():
        return barred
    for grant in lending.in_force(now.timestamp()):
        if grant.borrower in (job.county, job.city, lending.province):
            barred &= ~_lent_by(table, grant.lender, grant.skill, lending.province)
    return barred


def _within(table: Table, job: Job, borders: Borders, *, in_storm: bool) -> Bools:
    """Return the crews that the standing rule lends to the job's county; an unknown city is no border."""
    reach = {borders.standing, borders.storm} if in_storm else {borders.standing}
    if Standing.CITY not in reach:
        return np.zeros(len(table.crews), bool)
    if not job.city:
        return np.ones(len(table.crews), bool)
    near: Bools = (table.city == table.city_code.get(job.city, -1)) | (table.city == table.city_code.get("", -1))
    return near


def _lent_by(table: Table, lender: str, skill: str | None, province: str) -> Bools:
    who: Bools = (table.county == table.county_code.get(lender, -1)) | (table.city == table.city_code.get(lender, -1))
    if lender == province:
        who = np.ones(len(who), bool)
    return who if skill is None else who & table.has.get(skill, np.zeros(len(who), bool))


def over_reserve(fleet: Fleet, job: Job, now: datetime, foreign: Bools, free: Bools) -> Bools:
    """Return the free crews of other counties whose going would leave their county fewer free ones than it keeps."""
    table, lending = fleet.table, fleet.lending
    over = (spare(fleet, free, now) < 1)[table.county] & foreign & free
    for grant in lending.in_force(now.timestamp()):
        if grant.below_reserve and grant.borrower in (job.county, job.city, lending.province):
            over &= ~_lent_by(table, grant.lender, grant.skill, lending.province)
    return over


def keeps(fleet: Fleet, now: datetime) -> Ints:
    """Return for each county how many free crews it keeps when it lends (保底), by the numbers of ``county_code``."""
    on_duty = fleet.table.on_duty(minute_of(now))[1]
    by_rule = (on_duty * fleet.rule.borders.reserve).astype(np.int64)  # rounded down
    kept: Ints = np.where(fleet.kept < 0, by_rule, fleet.kept)
    return kept


def spare(fleet: Fleet, free: Bools, now: datetime) -> Ints:
    """Return for each county how many free crews it has beyond what it keeps, by the numbers of ``county_code``."""
    table, kept = fleet.table, keeps(fleet, now)
    free_ones = np.bincount(table.county, weights=free, minlength=len(kept)).astype(np.int64)
    left: Ints = free_ones - kept
    return left


def promised(fleet: Fleet, job: Job, now: datetime, free: Bools, eta_s: Ints) -> Bools:
    """
    Return the free crews that would still be at the job when their depot needs them for an appointment (约时).

    A depot keeps a crew for each appointment that begins within ``promise_s``. What is dangerous, urgent or protected
    goes before an appointment: repair may take crews from the plan (domain 7.2).
    """
    nobody, second = np.zeros(len(free), bool), now.timestamp()
    if not len(fleet.promises.depot) or job.hazard or job.urgent or job.protected:
        return nobody
    first, last = np.searchsorted(fleet.promises.from_at, (second, second + fleet.rule.borders.promise_s))
    if first == last:
        return nobody
    table, depots = fleet.table, len(fleet.table.depots)
    needing, when = fleet.promises.depot[first:last], fleet.promises.from_at[first:last]
    earliest = np.full(depots, np.inf)
    np.minimum.at(earliest, needing, when)
    short = np.bincount(table.depot[free], minlength=depots) - 1 < np.bincount(needing, minlength=depots)
    return free & short[table.depot] & (second + eta_s + job.work_s > earliest[table.depot])
