"""
Who can be there first: every crew of the province judged for one job in one pass over the columns.

Ties break in a fixed order: arrival in whole seconds, then crew id. The choice is who is there first, but for one
thing: of crews that are hardly apart the one whose county has lent less may go, and says so.
"""

from dataclasses import dataclass
from datetime import datetime
from math import isfinite

import numpy as np

from .candidates import (
    BUSY,
    CODES,
    FREE,
    GRAVITY,
    NUMBER,
    Codes,
    Judged,
    free_now,
    judge,
    on_shift,
    origins,
    promised,
    weigh,
)
from .duty import with_pauses
from .fleet import Bools, Fleet, Ints, Table
from .geo import Floats, arcs_m, lon_lat, unit_vectors
from .model import NAMED_ONLY, Basis, Job, Mark, NoCrew, Offer, Offers, Policy, ReasonCode
from .sentences import sentence, too_long
from .travel import Straight, Times, Travel, longest_s, reach_s, seconds_per_metre, whole_seconds

__all__ = ["BUSY", "CODES", "FREE", "Ranking", "free_now", "listed", "offer", "offers", "on_shift", "origins", "rank"]

R = ReasonCode
FAR = np.int64(2**40)  # seconds: sorts behind every arrival
NEVER = np.int64(2**41)
ENOUGH = 128  # crews whose ways the search on the roads must find before it may end; the others are farther
NO_CREW = {code: NoCrew[code.name] for code in CODES if code.name in NoCrew.__members__} | {R.BUSY_UNTIL: NoCrew.BUSY}


@dataclass(frozen=True, slots=True)
class Ranking:
    """
    One job's judgement on every crew; all columns in the fleet's row order.

    ``reason`` holds numbers of ``CODES`` with every free eligible crew as FARTHER: which of them is best is said by
    ``best``. ``eta_s`` includes the time until a busy crew is free; FAR where there is no place to start from, or no
    way. ``asked`` says for each reason that only a named person may set aside for whom it holds.

    :param first: the row of the free eligible crew with the earliest arrival
    :param best: the one that is proposed; another than ``first`` only so that the burden is shared
    """

    job: Job
    now: datetime
    policy: Policy
    fleet: Fleet
    table: Table
    reason: Codes
    eta_s: Ints
    times: Times
    fresh: Bools
    free_in_s: Floats
    asked: dict[ReasonCode, Bools]
    first: int | None = None
    best: int | None = None


def rank(
    fleet: Fleet, job: Job, *, now: datetime, policy: Policy = Policy.NEAREST, travel: Travel | None = None
) -> Ranking:
    """
    Judge every crew for one job.

    :param travel: how long they drive; None: by straight lines
    :raises UnknownAreaClass: if the rule pack has no speed for the job's area class
    """
    table, rule = fleet.table, fleet.rule
    start, fresh = origins(fleet, now)
    judged = judge(fleet, job, now=now, policy=policy, fresh=fresh)
    times = _times(fleet, job, start, travel, now, judged)
    drive = with_pauses(times.seconds, rule.duty)
    there = drive <= longest_s(rule)
    waits = np.maximum(table.free_at - now.timestamp(), rule.overrun_s * table.open_jobs)
    free_in = np.where(table.open_jobs > 0, np.rint(waits), 0.0)
    eta = np.where(there, drive + free_in, FAR).astype(np.int64)
    kept = promised(fleet, job, now, judged.free, eta)
    weigh(judged.gravity, R.PROMISED, kept)
    if not there.all():
        cut = ~there & ~np.isnan(drive)
        weigh(judged.gravity, R.UNREACHABLE, cut)
        weigh(judged.gravity, R.NO_PLACE, ~there & ~cut)
    reason = FREE - judged.gravity
    _keep_near(reason, eta, reach_s(rule, job, at=now.timestamp()))
    asked = dict(zip(NAMED_ONLY, (judged.not_lent, judged.over_reserve, kept), strict=True))
    first, best = _chosen(fleet, job, reason == FREE, eta, judged.foreign)
    return Ranking(job, now, policy, fleet, table, reason, eta, times, fresh, free_in, asked, first, best)


def _times(fleet: Fleet, job: Job, start: Floats, travel: Travel | None, now: datetime, judged: Judged) -> Times:
    """Return the driving times of all crews; along roads only of those that may be sent, with or without a name."""
    if travel is None or isinstance(travel, Straight):
        metres = arcs_m(start, unit_vectors(job.lon, job.lat))
        seconds = whole_seconds(metres, seconds_per_metre(fleet.rule, job.area_class))
        return Times(seconds, metres, Basis.LINE, np.zeros(len(metres), bool))
    lon, lat = lon_lat(start)
    among = (judged.gravity <= GRAVITY[R.HAD_IT]) & ~np.isnan(lon)

    def asked(enough: int | None) -> Times:
        return travel.to_job(lon, lat, job.lon, job.lat, area_class=job.area_class, at=now, among=among, enough=enough)

    times, free = asked(ENOUGH), judged.gravity == 0
    return times if _settled(times, free) and _settled(times, free & ~judged.foreign) else asked(None)


def _settled(times: Times, among: Bools) -> bool:
    """Tell whether the first of some crews was found by the search, and not estimated beyond its end."""
    seconds = np.where(among & ~np.isnan(times.seconds), times.seconds, np.inf)
    first = int(seconds.argmin()) if len(seconds) else 0
    return not len(seconds) or not np.isfinite(seconds[first]) or bool(times.by_road[first])


def _keep_near(reason: Codes, eta: Ints, reach: float) -> None:
    """Mark free crews beyond the reach as too far where a busy one will be there before them all the same."""
    soonest_busy = np.where(reason == BUSY, eta, NEVER).min(initial=NEVER)
    if soonest_busy < NEVER:
        np.putmask(reason, (reason == FREE) & (eta > max(reach, float(soonest_busy))), NUMBER[R.TOO_FAR])


def _chosen(fleet: Fleet, job: Job, free: Bools, eta: Ints, foreign: Bools) -> tuple[int | None, int | None]:
    """
    Return who is there first, and who is chosen: hardly later, and of a county that has lent less.

    A crew is set back by its county's burden, the job's own county by nothing; the burden is never more than
    ``fair_s``, and so is what the customer waits longer. What is dangerous, urgent or protected knows no burden.
    """
    if not free.any():
        return None, None
    first = int(np.where(free, eta, NEVER).argmin())  # of equals the lowest row
    if not fleet.burdened or not foreign[first] or job.hazard or job.urgent or job.protected:
        return first, first
    near = np.flatnonzero(free & (eta <= eta[first] + fleet.rule.borders.fair_s))
    weighed = eta[near] + np.where(foreign[near], fleet.burden[fleet.table.county[near]], 0)
    return first, int(near[np.lexsort((near, eta[near], weighed))[0]])


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


def own_district_row(ranking: Ranking, state: np.int8 = FREE) -> int | None:
    """
    Return the best crew of the job's own county, as the old-district rule would have chosen.

    :param state: FREE, or BUSY for whom it would have waited for where nobody was free
    """
    code = ranking.table.county_code.get(ranking.job.county, -1)
    found = soonest(ranking, (ranking.reason == state) & (ranking.table.county == code), 1)
    return found[0] if found else None


def reason_of(ranking: Ranking, row: int) -> ReasonCode:
    """Return why a crew is taken or not, as it is told: of the free ones, what sets them apart."""
    if row == ranking.best:
        return R.NEAREST if row == ranking.first else R.FAIRER
    code = CODES[int(ranking.reason[row])]
    if code is R.FARTHER and ranking.best is not None and ranking.eta_s[row] < ranking.eta_s[ranking.best]:
        return R.SPARED
    return code


def offer(ranking: Ranking, row: int, *, reason: ReasonCode | None = None) -> Offer:
    """Return one crew's answer, with its reason in words."""
    table, card, now = ranking.table, ranking.table.crews[row], ranking.now.timestamp()
    placed = int(ranking.eta_s[row]) < FAR
    age = now - float(table.position_at[row])
    held = int(table.open_jobs[row])
    lends = card.county != ranking.job.county and not ranking.asked[R.NOT_LENT][row]
    way = ";".join(filter(None, (ranking.times.why(row), _too_long(ranking, row))))
    marks = _marks(ranking, row) if placed else ()
    why = reason or reason_of(ranking, row)
    eta_s = int(ranking.eta_s[row]) if placed else None
    distance_m = round(float(ranking.times.metres[row])) if placed else None
    free_in_s = int(ranking.free_in_s[row]) if held else None
    return Offer(
        crew_id=card.id,
        crew_name=card.name,
        county=card.county,
        depot=card.depot,
        reason=why,
        sentence=sentence(why, card.name, distance_m, eta_s, held, free_in_s, way, marks),
        eta_s=eta_s,
        distance_m=distance_m,
        marks=marks,
        position_age_s=max(0, round(age)) if isfinite(age) else None,
        open_jobs=held,
        free_in_s=free_in_s,
        asks=tuple(code for code, holds in ranking.asked.items() if holds[row]),
        way=way,
        lent_by=ranking.fleet.lending.by_what(card, ranking.job, ranking.fleet.rule.borders, now) if lends else None,
    )


def _too_long(ranking: Ranking, row: int) -> str:
    """Say that a drive is longer than anybody is sent on, and whose number that is; nothing where it is not."""
    rule = ranking.fleet.rule
    seconds, longest = float(with_pauses(ranking.times.seconds[row : row + 1], rule.duty)[0]), longest_s(rule)
    return too_long(seconds, longest) if longest < seconds < np.inf else ""


def _marks(ranking: Ranking, row: int) -> tuple[Mark, ...]:
    table, job = ranking.table, ranking.job
    found = []
    if not ranking.fresh[row] and not table.bound[row]:
        found.append(_place_mark(ranking, row))
    if job.permits and not table.permit_known[row] and table.permit_known.any():  # else nobody registers them here
        found.append(Mark.PERMIT_UNKNOWN)
    if job.vehicles and not table.vehicle_known[row] and table.vehicle_known.any():
        found.append(Mark.VEHICLE_UNKNOWN)
    return tuple(found)


def _place_mark(ranking: Ranking, row: int) -> Mark:
    table = ranking.table
    if not np.isfinite(table.position_at[row]):
        return Mark.NO_POSITION
    if table.homeless[row]:
        return Mark.OLD_POSITION
    return Mark.FUTURE_POSITION if table.position_at[row] > ranking.now.timestamp() else Mark.STALE_POSITION


def offers(
    fleet: Fleet,
    job: Job,
    *,
    now: datetime,
    policy: Policy = Policy.NEAREST,
    limit: int = 8,
    travel: Travel | None = None,
) -> Offers:
    """
    Rank the crews of the whole province for one job.

    :param now: aware instant; shifts and the age of positions count from it
    :param limit: how many offers, and how many passed-over crews, are written out; the rest are counted
    :param travel: how long they drive; None: by straight lines
    :raises UnknownAreaClass: if the rule pack has no speed for the job's area class
    """
    return listed(rank(fleet, job, now=now, policy=policy, travel=travel), limit=limit)


def listed(ranking: Ranking, *, limit: int) -> Offers:
    """Write a ranking out: the proposal, the next best, those passed over, and the old-district rule's choice."""
    free, best, first = ranking.reason == FREE, ranking.best, ranking.first
    rows = soonest(ranking, free, max(limit, 1))
    if best is not None:  # it stands first, whoever is there before it
        rows = [best, *(row for row in rows if row != best)][: max(limit, 1)]
    waiting = soonest(ranking, ranking.reason == BUSY, limit - len(rows))
    own = own_district_row(ranking)
    queued = own_district_row(ranking, BUSY) if own is None else None
    over, over_n = _passed_over(ranking, free, limit)
    answers = [offer(ranking, row) for row in rows]
    counts = _counts(ranking, free)
    return Offers(
        job_id=ranking.job.id,
        at=ranking.now,
        policy=ranking.policy,
        basis=ranking.times.basis,
        approximate=ranking.job.approximate,
        offers=(*answers[:limit], *(offer(ranking, row) for row in waiting)),
        passed_over=tuple(offer(ranking, row) for row in over),
        counts=counts,
        best=answers[0] if answers else None,
        own_district=None if own is None else offer(ranking, own),
        saved_s=None if best is None or own is None else int(ranking.eta_s[own] - ranking.eta_s[best]),
        own_waiting=None if queued is None else offer(ranking, queued),
        nearer_n=over_n,
        fastest=None if first is None or first == best else offer(ranking, first),
        refusal=None if answers else _refusal(counts),
    )


def _passed_over(ranking: Ranking, free: Bools, limit: int) -> tuple[list[int], int]:
    """Return crews that stand nearer than the best (or nearest of all) and were not taken, nearest first; how many."""
    drive, best = ranking.eta_s - ranking.free_in_s.astype(np.int64), ranking.best
    nearer = ~free if best is None else ~free & (drive <= drive[best])
    rows = np.flatnonzero(nearer)
    n = len(rows)
    if n > limit:
        rows = rows[np.argpartition(drive[rows] * len(drive) + rows, limit - 1)[:limit]] if limit > 0 else rows[:0]
    return [int(row) for row in sorted(rows, key=lambda row: (drive[row], row))], n


def _counts(ranking: Ranking, free: Bools) -> dict[ReasonCode, int]:
    counts = {CODES[i]: int(n) for i, n in enumerate(np.bincount(ranking.reason, minlength=len(CODES))) if n}
    best = ranking.best
    if best is None:
        return counts
    spared = int((free & (ranking.eta_s < ranking.eta_s[best])).sum()) if best != ranking.first else 0
    told = {reason_of(ranking, best): 1, R.SPARED: spared, R.FARTHER: counts.get(R.FARTHER, 0) - 1 - spared}
    return {code: n for code, n in (counts | told).items() if n}


def _refusal(counts: dict[ReasonCode, int]) -> NoCrew:
    """Return what stopped the last of the crews: the least grave of all that was said."""
    return NO_CREW[max(counts, key=CODES.index)] if counts else NoCrew.NO_CANDIDATES
