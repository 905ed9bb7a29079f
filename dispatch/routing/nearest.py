"""
Who can be there first: every crew of the province judged for one job in one pass over the columns.

Ties break in a fixed order: arrival in whole seconds, then crew id.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from dispatch.kit.clock import CHINA

from .fleet import Bools, Fleet, Ints, Table
from .geo import Floats, arcs_m, unit_vectors
from .model import Basis, Job, Mark, Offer, Offers, Policy, ReasonCode
from .sentences import sentence
from .travel import reach_s, seconds_per_metre, whole_seconds

R = ReasonCode
CODES: tuple[ReasonCode, ...] = tuple(ReasonCode)
NUMBER = {code: i for i, code in enumerate(CODES)}
FREE = np.int64(NUMBER[R.FARTHER])
BUSY = np.int64(NUMBER[R.BUSY_UNTIL])
FAR = np.int64(2**40)  # seconds: sorts behind every arrival


@dataclass(frozen=True, slots=True)
class Ranking:
    """
    One job's judgement on every crew; all columns in the fleet's row order.

    ``reason`` holds numbers of ``CODES`` with every free eligible crew as FARTHER: which of them is best is read off
    ``eta_s``. ``eta_s`` includes the time until a busy crew is free; FAR where there is no place to start from.
    """

    job: Job
    now: datetime
    policy: Policy
    table: Table
    reason: Ints
    eta_s: Ints
    distance_m: Floats
    fresh: Bools
    free_in_s: Floats


def on_shift(table: Table, now: datetime) -> Bools:
    """Return who is on duty now by the clock in China; a shift may run over midnight, start = end is all day."""
    local = now.astimezone(CHINA)
    minute = local.hour * 60 + local.minute
    begun, unfinished = table.shift_start <= minute, minute < table.shift_end
    by_day = begun & unfinished
    over_midnight = begun | unfinished
    return np.where(table.shift_start < table.shift_end, by_day, over_midnight)


def origins(fleet: Fleet, now: datetime) -> tuple[Floats, Bools]:
    """
    Return where each crew would start from, and whose position is fresh.

    A fresh position, else the depot's place, else the last position known; a busy crew starts from its last job.
    """
    table = fleet.table
    fresh = now.timestamp() - table.position_at <= fleet.rule.stale_s
    start = np.where(fresh | np.isnan(table.depot_place[0]), table.position, table.depot_place)
    return np.where(np.isnan(table.last_job[0]), start, table.last_job), fresh


def free_now(fleet: Fleet, now: datetime) -> Bools:
    """Return who could be sent somewhere at once: active, on duty, holding nothing, of a depot with room."""
    table = fleet.table
    room = (table.depot_jobs < table.reserve)[table.depot]
    free: Bools = table.active & on_shift(table, now) & (table.open_jobs == 0) & room
    return free


def rank(fleet: Fleet, job: Job, *, now: datetime, policy: Policy = Policy.NEAREST) -> Ranking:
    """
    Judge every crew for one job.

    :raises UnknownAreaClass: if the rule pack has no speed for the job's area class
    """
    table, rule = fleet.table, fleet.rule
    start, fresh = origins(fleet, now)
    distance = arcs_m(start, unit_vectors(job.lon, job.lat))
    travel = whole_seconds(distance, seconds_per_metre(rule, job.area_class))
    placed = ~np.isnan(travel)
    busy = table.open_jobs > 0
    waits = np.maximum(table.free_at - now.timestamp(), rule.overrun_s * table.open_jobs)
    free_in = np.where(busy, np.rint(waits), 0.0)
    eta = np.where(placed, np.nan_to_num(travel) + free_in, FAR).astype(np.int64)
    reason = _reasons(fleet, job, policy, on_shift(table, now), placed)
    _keep_near(reason, eta, reach_s(rule, job, at=now.timestamp()))
    return Ranking(job, now, policy, table, reason, eta, distance, fresh, free_in)


def _keep_near(reason: Ints, eta: Ints, reach: float) -> None:
    """Mark free crews beyond the reach as too far where a busy one will be there before them all the same."""
    busy = eta[reason == BUSY]
    if len(busy):
        reason[(reason == FREE) & (eta > max(reach, float(busy.min())))] = NUMBER[R.TOO_FAR]


def _reasons(fleet: Fleet, job: Job, policy: Policy, shift: Bools, placed: Bools) -> Ints:
    """Write the reasons from the lightest to the gravest, each over the one before."""
    table = fleet.table
    reason = np.full(len(table.crews), FREE)
    reason[table.open_jobs > 0] = NUMBER[R.BUSY_UNTIL]
    reason[(table.depot_jobs >= table.reserve)[table.depot]] = NUMBER[R.DEPOT_FULL]
    reason[table.open_jobs >= fleet.rule.queue_max] = NUMBER[R.QUEUE_FULL]
    if policy is Policy.OWN_DISTRICT:
        reason[table.county != table.county_code.get(job.county, -1)] = NUMBER[R.OTHER_DISTRICT]
    reason[~shift] = NUMBER[R.OFF_SHIFT]
    reason[[table.row[crew] for crew in job.had_it if crew in table.row]] = NUMBER[R.HAD_IT]
    if job.on_it in table.row:
        reason[table.row[job.on_it]] = NUMBER[R.ON_THIS_JOB]
    reason[~placed] = NUMBER[R.NO_PLACE]
    if job.skill is not None:
        reason[~table.has.get(job.skill, np.zeros(len(reason), bool))] = NUMBER[R.NO_SKILL]
    reason[~table.active] = NUMBER[R.INACTIVE]
    return reason


def soonest(ranking: Ranking, among: Bools, limit: int) -> list[int]:
    """Return the rows of the ``limit`` crews with the earliest arrival among those asked for, soonest first."""
    rows = np.flatnonzero(among)
    if len(rows) == 0 or limit <= 0:
        return []
    key = ranking.eta_s[rows] * len(ranking.eta_s) + rows  # arrival, then crew id: rows stand in the order of ids
    if len(rows) > limit:
        near = np.argpartition(key, limit - 1)[:limit]
        rows, key = rows[near], key[near]
    return [int(row) for row in rows[np.argsort(key)]]


def own_district_row(ranking: Ranking) -> int | None:
    """Return the best free eligible crew of the job's own county, as the old-district rule would have chosen."""
    code = ranking.table.county_code.get(ranking.job.county, -1)
    found = soonest(ranking, (ranking.reason == FREE) & (ranking.table.county == code), 1)
    return found[0] if found else None


def offer(ranking: Ranking, row: int, *, reason: ReasonCode | None = None) -> Offer:
    """Return one crew's answer, with its reason in words."""
    table, card = ranking.table, ranking.table.crews[row]
    why = reason or CODES[ranking.reason[row]]
    placed = int(ranking.eta_s[row]) < FAR
    age = ranking.now.timestamp() - table.position_at[row]
    held = int(table.open_jobs[row])
    answer = Offer(
        crew_id=card.id,
        crew_name=card.name,
        county=card.county,
        depot=card.depot,
        reason=why,
        sentence="",
        eta_s=int(ranking.eta_s[row]) if placed else None,
        distance_m=round(float(ranking.distance_m[row])) if placed else None,
        marks=_marks(ranking, row) if placed else (),
        position_age_s=max(0, round(age)) if np.isfinite(age) else None,
        open_jobs=held,
        free_in_s=int(ranking.free_in_s[row]) if held else None,
    )
    return sentence(answer)


def _marks(ranking: Ranking, row: int) -> tuple[Mark, ...]:
    table = ranking.table
    if ranking.fresh[row] or not np.isnan(table.last_job[0, row]):
        return ()
    if not np.isfinite(table.position_at[row]):
        return (Mark.NO_POSITION,)
    return (Mark.OLD_POSITION if np.isnan(table.depot_place[0, row]) else Mark.STALE_POSITION,)


def offers(fleet: Fleet, job: Job, *, now: datetime, policy: Policy = Policy.NEAREST, limit: int = 8) -> Offers:
    """
    Rank the crews of the whole province for one job.

    :param now: aware instant; shifts and the age of positions count from it
    :param limit: how many offers, and how many passed-over crews, are written out; the rest are counted
    :raises UnknownAreaClass: if the rule pack has no speed for the job's area class
    """
    return listed(rank(fleet, job, now=now, policy=policy), limit=limit)


def listed(ranking: Ranking, *, limit: int) -> Offers:
    """Write a ranking out: the proposal, the next best, those passed over, and the old-district rule's choice."""
    free = ranking.reason == FREE
    rows = soonest(ranking, free, max(limit, 1))
    best = rows[0] if rows else None
    waiting = soonest(ranking, ranking.reason == BUSY, limit - len(rows))
    own = own_district_row(ranking)
    answers = [offer(ranking, row, reason=R.NEAREST if row == best else None) for row in rows]
    home = None if own is None else offer(ranking, own, reason=R.NEAREST if own == best else None)
    return Offers(
        job_id=ranking.job.id,
        at=ranking.now,
        policy=ranking.policy,
        basis=Basis.LINE,
        approximate=ranking.job.approximate,
        offers=(*answers[:limit], *(offer(ranking, row) for row in waiting)),
        passed_over=tuple(offer(ranking, row) for row in _passed_over(ranking, free, best, limit)),
        counts=_counts(ranking, best),
        best=answers[0] if answers else None,
        own_district=home,
        saved_s=None if best is None or own is None else int(ranking.eta_s[own] - ranking.eta_s[best]),
    )


def _passed_over(ranking: Ranking, free: Bools, best: int | None, limit: int) -> list[int]:
    """Return the crews that stand nearer than the best (or nearest of all) and were not taken, nearest first."""
    drive = ranking.eta_s - ranking.free_in_s.astype(np.int64)
    nearer = ~free if best is None else ~free & (drive <= drive[best])
    rows = np.flatnonzero(nearer)
    if len(rows) > limit:
        rows = rows[np.argpartition(drive[rows] * len(drive) + rows, limit - 1)[:limit]] if limit > 0 else rows[:0]
    return [int(row) for row in sorted(rows, key=lambda row: (drive[row], row))]


def _counts(ranking: Ranking, best: int | None) -> dict[ReasonCode, int]:
    counts = {CODES[i]: int(n) for i, n in enumerate(np.bincount(ranking.reason, minlength=len(CODES))) if n}
    if best is not None:
        counts[R.FARTHER] -= 1
        counts[R.NEAREST] = 1
        if not counts[R.FARTHER]:
            del counts[R.FARTHER]
    return counts
