"""
Tickets, crews, shifts, weights and ways said in the optimiser's words; one small function for each thing.

What keeps a crew from a ticket for good (skill, certificate, vehicle, lending) is judged by the rules of the nearest
crew and becomes a skill of its own: tickets that admit the same crews ask for one name, and those crews have it. What
keeps it for a while (a job in hand, rest, the shift not begun) becomes the moment at which it is free.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from dispatch.desk.crews.jobs import Seen
from dispatch.kit.clock import CHINA
from dispatch.kit.planrules import PlanRules
from dispatch.routing.candidates import GRAVITY, judge, origins
from dispatch.routing.durations import LogNormal, Path
from dispatch.routing.fleet import Bools, Fleet
from dispatch.routing.geo import Floats, lon_lat
from dispatch.routing.model import Job as RoutingJob
from dispatch.routing.model import Policy, ReasonCode, RoutingRule
from dispatch.routing.optimiser.explaining.remedies import Prices
from dispatch.routing.optimiser.problem import ByLine, ByMatrix, Crew, Job, Place, Rules
from dispatch.routing.travel import Travel

DAY_MIN, DAY_S = 1440, 86_400
WORK_MOST_S = 7 * DAY_S
SIGMA_MOST = 5.0  # docs/formats.md: of a job
FOR_A_WHILE = GRAVITY[ReasonCode.RESTING]  # reasons no graver than this pass by themselves
VITAL = frozenset({"life_support", "important"})
KIND = "repair"


@dataclass(frozen=True, slots=True)
class Waiting:
    """
    A ticket that waits for a crew.

    :param due_at: when somebody should be there; None: nobody promised
    :param opens_at: work may begin from then on: an appointment, the end of a suspension; None: at once
    :param closes_at: it may begin until then: an appointment that can still be kept; None: whenever
    :param symptom: what the caller said is wrong
    """

    ticket: Seen
    job: RoutingJob
    due_at: datetime | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    symptom: str = ""

    @property
    def path(self) -> Path:
        """What is known of the work beforehand, from the general to the particular."""
        return self.ticket.category, self.ticket.area_class, self.symptom


def opening_of(
    appointment_at: datetime | None, suspended_until: datetime | None, rules: PlanRules, *, at: datetime
) -> tuple[datetime | None, datetime | None]:
    """
    Return from when and until when work on a ticket may begin.

    An appointment is a window that is kept, or the ticket is left out of the plan; one that was missed is a promise
    that was broken, and the ticket is late.
    """
    opens_at = max((one for one in (appointment_at, suspended_until) if one is not None), default=None)
    if appointment_at is None or opens_at != appointment_at:
        return opens_at, None
    closes_at = appointment_at + rules.appointment.duration
    return opens_at, closes_at if closes_at >= at else None


def weight_of(ticket: Seen, rules: PlanRules) -> float:
    """Return what a minute after the promise costs."""
    late = rules.late
    weights = [late.normal.value]
    weights += [late.hazard.value] if ticket.hazard else []
    weights += [late.urgent.value] if ticket.level == "urgent" else []
    weights += [late.sensitive.value] if ticket.protected == "sensitive" else []
    return max(weights)


def job_of(
    waiting: Waiting,
    needs: tuple[str, ...],
    rules: PlanRules,
    *,
    at: datetime,
    pinned: str | None,
    vetoed: Sequence[str],
    length: LogNormal | None = None,
) -> Job:
    """
    Return a ticket as a job of the plan; its place is filled in by whoever knows how ways are measured.

    :param needs: what a crew must have: the name of those that may do tickets of this kind
    :param length: of the work, as learned; None: as the pack expects
    """
    length = length or LogNormal(waiting.job.work_s, rules.spread.value)
    horizon_s = round(rules.horizon.duration.total_seconds())
    opens_s = 0 if waiting.opens_at is None else _within(waiting.opens_at, at, horizon_s)
    closes_s = horizon_s if waiting.closes_at is None else _within(waiting.closes_at, at, horizon_s)
    weight = weight_of(waiting.ticket, rules)
    return Job(
        id=waiting.ticket.id,
        at=Place(lon=waiting.job.lon, lat=waiting.job.lat),
        work_s=min(WORK_MOST_S, round(length.median_s)),
        work_sigma=min(SIGMA_MOST, length.sigma),
        window_s=(opens_s, closes_s),
        unserved=weight * rules.unserved.duration.total_seconds() / 60,
        area_class=waiting.ticket.area_class,
        county=waiting.ticket.area,
        kind=KIND,
        needs=needs,
        weight=weight,
        due_s=None if waiting.due_at is None else round((waiting.due_at - at).total_seconds()),
        protected=waiting.ticket.protected in VITAL,
        pinned=pinned,
        vetoed=tuple(vetoed),
    )


def _within(moment: datetime, at: datetime, horizon_s: int) -> int:
    """Return in how many seconds something is, from now to the horizon."""
    return min(horizon_s, max(0, round((moment - at).total_seconds())))


def kinds_of(fleet: Fleet, jobs: Sequence[RoutingJob], *, now: datetime) -> tuple[list[str], dict[str, Bools]]:
    """
    Return for each job the name of its kind, and for each kind which crews may do it some time.

    A free crew of another county that has none to lend now may not (``over_reserve``), until it has, or somebody
    orders so by name: sending asks the same.
    """
    _, fresh = origins(fleet, now)
    named: dict[RoutingJob, str] = {}
    may: dict[str, Bools] = {}
    names = []
    for job in jobs:
        kind = RoutingJob(
            "", 0.0, 0.0, "", job.county, job.skill, city=job.city, permits=job.permits, vehicles=job.vehicles
        )
        if kind not in named:
            named[kind] = f"fit-{len(named)}"
            judged = judge(fleet, kind, now=now, policy=Policy.NEAREST, fresh=fresh)
            may[named[kind]] = (judged.gravity <= FOR_A_WHILE) & ~judged.not_lent & ~judged.over_reserve
        names.append(named[kind])
    return names, may


def shift_s(begin_min: int, end_min: int, now: datetime) -> tuple[int, int | None]:
    """
    Return in how many seconds a crew's shift begins (0: it is on duty) and ends (None: it is on duty round the clock).

    :param begin_min: minutes of the day in China; later than ``end_min``: over midnight
    """
    if begin_min == end_min:
        return 0, None
    local = now.astimezone(CHINA)
    second = local.hour * 3600 + local.minute * 60 + local.second
    begin, end = begin_min * 60, end_min * 60
    if begin > end:
        begin, end = (begin - DAY_S, end) if second < end else (begin, end + DAY_S)
    elif second >= end:
        begin, end = begin + DAY_S, end + DAY_S
    return max(0, begin - second), end - second


def rows_of(fleet: Fleet, counties: Sequence[str], *, now: datetime) -> tuple[list[int], Floats, Floats]:
    """Return the rows of the crews that may be planned, and where all crews start from, degrees."""
    table = fleet.table
    start, _ = origins(fleet, now)
    lon, lat = lon_lat(start)
    codes = [table.county_code[county] for county in counties if county in table.county_code]
    rows = np.flatnonzero(np.isin(table.county, codes) & table.active & ~np.isnan(lon))
    return [int(row) for row in rows], lon, lat


def shifts_of(fleet: Fleet, rows: Sequence[int], *, now: datetime) -> list[tuple[int, int | None]]:
    """Return ``shift_s`` of each crew; thousands have few shifts, so each is reckoned once."""
    found: dict[tuple[int, int], tuple[int, int | None]] = {}
    begins, ends = fleet.table.shift_start[rows].tolist(), fleet.table.shift_end[rows].tolist()
    for shift in zip(begins, ends, strict=True):
        if shift not in found:
            found[shift] = shift_s(*shift, now)
    return [found[shift] for shift in zip(begins, ends, strict=True)]


def crew_of(
    fleet: Fleet,
    row: int,
    place: Place,
    skills: Sequence[str],
    rules: PlanRules,
    shift: tuple[int, int | None],
    *,
    now: datetime,
) -> Crew | None:
    """
    Return a crew of the plan; None if its shift begins after the horizon.

    :param shift: as ``shift_s`` says it
    """
    table, second = fleet.table, now.timestamp()
    begins_s, ends = shift
    horizon_s = round(rules.horizon.duration.total_seconds())
    free_s = max(begins_s, _busy_s(fleet, row, second))
    if free_s > horizon_s:
        return None
    card = table.crews[row]
    ends_s = horizon_s + WORK_MOST_S if ends is None else ends
    return Crew(
        id=card.id,
        at=place,
        ends_s=ends_s,
        latest_s=ends_s + round(rules.overtime_most.duration.total_seconds()),
        lent_cost=rules.foreign.duration.total_seconds() / 60,
        county=card.county,
        depot=card.depot,
        skills=tuple(skills),
        free_s=free_s,
    )


def _busy_s(fleet: Fleet, row: int, second: float) -> int:
    """Return in how many seconds a crew has ended what it holds, and has rested."""
    table, held = fleet.table, int(fleet.table.open_jobs[row])
    job_s = max(float(table.free_at[row]) - second, fleet.rule.overrun_s * held) if held else 0.0
    rest_s = max(0.0, float(table.rested_at[row]) - second)
    return round(max(job_s, rest_s if np.isfinite(rest_s) else 0.0))


def by_line(rule: RoutingRule) -> ByLine:
    """Return how ways are measured without a road graph: as the nearest crew's are."""
    return ByLine(speed_kmh=dict(rule.speed_kmh), detour=dict(rule.detour))


def by_road(travel: Travel, jobs: Sequence[Job], crews: Sequence[Crew], *, at: datetime) -> ByMatrix:
    """
    Return the ways along the roads that are open now: from each job and each crew to each job.

    Rows and columns: the jobs, then the crews; nobody drives to where a crew stands.
    """
    return ways([(job.at, job.area_class) for job in jobs], [crew.at for crew in crews], travel, at=at)


def ways(ends: Sequence[tuple[Place, str]], starts: Sequence[Place], travel: Travel, *, at: datetime) -> ByMatrix:
    """
    Return the ways along the roads that are open now: from each end and each start to each end.

    :param ends: each with its area class
    """
    places = [place for place, _ in ends] + list(starts)
    lon, lat = np.array([place.lon for place in places]), np.array([place.lat for place in places])
    seconds = np.full((len(places), len(places)), -1, np.int64)
    np.fill_diagonal(seconds, 0)
    for column, (end, area_class) in enumerate(ends):
        times = travel.to_job(lon, lat, end.lon, end.lat, area_class=area_class, at=at).seconds
        seconds[:, column] = np.where(np.isfinite(times), np.nan_to_num(times, posinf=-1.0, nan=-1.0), -1.0)
        seconds[column, column] = 0
    return ByMatrix(seconds=tuple(tuple(int(s) for s in row) for row in seconds))


def placed(jobs: Sequence[Job], crews: Sequence[Crew]) -> tuple[tuple[Job, ...], tuple[Crew, ...]]:
    """Return jobs and crews with the rows of a matrix as their places, in the order of ``by_road``."""
    first = len(jobs)
    return (
        tuple(replace(job, at=Place(place=i)) for i, job in enumerate(jobs)),
        tuple(replace(crew, at=Place(place=first + i)) for i, crew in enumerate(crews)),
    )


def prices_of(rules: PlanRules) -> Prices:
    """Return what remedies ask of people; the unit is a minute of driving."""
    asked = rules.remedies
    return Prices(
        release=asked.release.duration.total_seconds() / 60,
        window_min=asked.window.value,
        visit=asked.visit.duration.total_seconds() / 60,
        overtime_min=asked.overtime.value,
        crew=asked.crew.duration.total_seconds() / 60,
    )


def rules_of(rules: PlanRules) -> Rules:
    """Return the weights of the objective; the unit is a minute of driving."""
    return Rules(
        travel=1.0,
        late=1.0,
        protected=rules.protected.value,
        unserved=1.0,
        change=rules.change.duration.total_seconds() / 60,
        overtime=rules.overtime.value,
        foreign=rules.foreign.duration.total_seconds() / 60,
        reserve=rules.reserve.duration.total_seconds() / 60,
    )


def kept_plan(
    published: Mapping[str, Sequence[str]], jobs: Mapping[str, Job], crews: Mapping[str, Crew]
) -> dict[str, tuple[str, ...]]:
    """Return what is left of the published plans: jobs that still wait, with crews that may still do them."""

    def holds(job: Job | None, crew: Crew) -> bool:
        if job is None or crew.id in job.vetoed or job.pinned not in (None, crew.id):
            return False
        return set(job.needs) <= set(crew.skills)

    found: dict[str, tuple[str, ...]] = {}
    taken: set[str] = set()
    for name, route in published.items():
        if (crew := crews.get(name)) is None:
            continue
        left = tuple(job for job in dict.fromkeys(route) if job not in taken and holds(jobs.get(job), crew))
        taken.update(left)
        if left:
            found[name] = left
    return found
