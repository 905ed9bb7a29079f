"""The fleet in memory: one column per property of a crew; a question over all crews is a few array operations."""

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from math import inf, nan

import numpy as np
from numpy.typing import NDArray

from .duty import rested_at
from .geo import Floats, unit_vectors
from .lending import Lending, burden
from .model import CrewCard, DepotCard, Engagement, RoutingRule

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Work = tuple[float, float]  # from, until: epoch seconds

REMEMBERED = 50_000  # jobs whose latest version is known, so that an older one changes nothing
OF_RULE = -1  # reserve of a county that has set no number of its own: the pack's share
UNDECLARED = np.iinfo(np.int64).max // 2  # reserve of a depot that has declared none: no limit


MOVING = ("position", "position_at", "open_jobs", "free_at", "base", "bound", "reserve", "depot_jobs", "rested_at")


@dataclass(frozen=True, slots=True)
class Position:
    """Where a crew's phone said it was; ``at`` in epoch seconds."""

    crew_id: str
    lon: float
    lat: float
    at: float


@dataclass(frozen=True, slots=True)
class Promises:
    """The appointments (约时) that the depots gave: row of the depot and when they begin, epoch seconds, by time."""

    depot: Ints
    from_at: Floats


class Table:
    """The columns. Rows stand in the order of crew ids, so a row's number breaks ties the same way every time."""

    def __init__(self, crews: Iterable[CrewCard], depots: Iterable[DepotCard]) -> None:
        self.crews: list[CrewCard] = sorted(crews, key=lambda crew: crew.id)
        n = len(self.crews)
        self.row = {crew.id: i for i, crew in enumerate(self.crews)}
        self._duty: tuple[int, Bools, Ints] | None = None
        self._read_depots(depots)
        self.has = self._columns(lambda crew: crew.skills)
        self._read_fitness()
        self.county_code = {code: i for i, code in enumerate(sorted({crew.county for crew in self.crews}))}
        self.county = np.array([self.county_code[crew.county] for crew in self.crews], np.int64)
        self.city_code = {code: i for i, code in enumerate(sorted({crew.city for crew in self.crews}))}
        self.city = np.array([self.city_code[crew.city] for crew in self.crews], np.int64)
        self.shift_start = np.array([crew.shift_start for crew in self.crews], np.int64)
        self.shift_end = np.array([crew.shift_end for crew in self.crews], np.int64)
        self.active = np.array([crew.active for crew in self.crews], bool)
        self.position = np.full((3, n), nan)
        self.position_at = np.full(n, -np.inf)
        self.open_jobs = np.zeros(n, np.int64)
        self.free_at = np.zeros(n)
        self.base = self.depot_place.copy()  # where it starts from if not from its position: its last job, its depot
        self.bound = np.zeros(n, bool)  # busy at a known place: it starts from there once free, wherever it is now
        self.rested_at = np.full(n, -inf)  # from when on it may take a job again

    def _read_depots(self, depots: Iterable[DepotCard]) -> None:
        known = {depot.code: depot for depot in depots}
        self.depots = sorted(known.keys() | {crew.depot for crew in self.crews})
        self.depot_row = {code: i for i, code in enumerate(self.depots)}
        cards = [known.get(code, DepotCard(code)) for code in self.depots]
        self.depot = np.array([self.depot_row[crew.depot] for crew in self.crews], np.int64)
        place = unit_vectors(
            [nan if card.lon is None else card.lon for card in cards],
            [nan if card.lat is None else card.lat for card in cards],
        )
        self.depot_place = place[:, self.depot] if self.crews else np.zeros((3, 0))
        self.homeless = np.isnan(self.depot_place[0])  # of a depot that nobody knows the place of
        self.reserve = np.array([UNDECLARED if c.reserve is None else c.reserve for c in cards], np.int64)
        self.depot_jobs = np.zeros(len(cards), np.int64)

    def copied(self) -> "Table":
        """Return a table with columns of its own; what never changes is shared."""
        other = copy(self)
        for name in MOVING:
            setattr(other, name, getattr(self, name).copy())
        return other

    def on_duty(self, minute: int) -> tuple[Bools, Ints]:
        """
        Return who is on duty at a minute of the day, and how many active ones of them each county has.

        A shift may run over midnight, start = end is all day. Kept for the minute, in which many jobs are judged.
        """
        kept = self._duty
        if kept is None or kept[0] != minute:
            begun, unfinished = self.shift_start <= minute, minute < self.shift_end
            shift = np.where(self.shift_start < self.shift_end, begun & unfinished, begun | unfinished)
            kept = minute, shift, np.bincount(self.county[self.active & shift], minlength=len(self.county_code))
            self._duty = kept
        return kept[1], kept[2]

    def _columns(self, words: Callable[[CrewCard], Iterable[str]]) -> dict[str, Bools]:
        """Return for each word that some crew has, which crews have it."""
        of = [frozenset(words(crew)) for crew in self.crews]
        return {word: np.array([word in mine for mine in of], bool) for word in sorted(set().union(*of))}

    def _read_fitness(self) -> None:
        """Read certificates and vehicles; what is not registered is known not to be known."""
        self.vehicle_is = self._columns(lambda crew: [crew.vehicle] if crew.vehicle else ())
        self.vehicle_known = np.array([crew.vehicle is not None for crew in self.crews], bool)
        held = [crew.permits or {} for crew in self.crews]
        kinds = sorted(set().union(*held))
        self.permit_until = {kind: np.array([mine.get(kind, -inf) for mine in held], float) for kind in kinds}
        self.permit_known = np.array([crew.permits is not None for crew in self.crews], bool)


class Fleet:
    """
    All crews, where they are and what they hold. It is kept current by its owner; it reads no table and no clock.

    :param rule: the numbers of the rule pack in force
    """

    def __init__(self, rule: RoutingRule) -> None:
        self.rule = rule
        self.lending = Lending()
        self._promised: tuple[tuple[str, float], ...] = ()
        self.load((), ())

    def load(
        self,
        crews: Iterable[CrewCard],
        depots: Iterable[DepotCard],
        *,
        positions: Iterable[Position] = (),
        engagements: Iterable[Engagement] = (),
    ) -> None:
        """Replace everything at once."""
        self.table = Table(crews, depots)
        self._held: dict[int, dict[str, Engagement]] = {}
        self._crew_of: dict[str, int] = {}
        self._versions: dict[str, int] = {}
        self._work: dict[int, dict[str, Work]] = {}
        self._latest_work = -inf
        self.lend(self.lending)
        self.promise(self._promised)
        self.move(positions)
        for engagement in engagements:
            self.engage(engagement)

    def __len__(self) -> int:
        return len(self.table.crews)

    def card(self, crew_id: str) -> CrewCard | None:
        """Return what is known of a crew, or None."""
        row = self.table.row.get(crew_id)
        return None if row is None else self.table.crews[row]

    def move(self, positions: Iterable[Position]) -> int:
        """Take in positions, in any order; an older one than is known changes nothing. Return how many were newer."""
        given = list(positions)
        return self.move_columns(
            [p.crew_id for p in given], [p.lon for p in given], [p.lat for p in given], [p.at for p in given]
        )

    def move_columns(
        self, crew_ids: Sequence[str], lons: Sequence[float], lats: Sequence[float], ats: Sequence[float]
    ) -> int:
        """Do as ``move``, for positions given as columns: thousands at a time."""
        table = self.table
        row = np.array([table.row.get(crew_id, -1) for crew_id in crew_ids], np.int64)
        at = np.array(ats, float)
        known = np.flatnonzero(row >= 0)
        newer = known[at[known] > table.position_at[row[known]]]
        newest = newer[np.argsort(at[newer], kind="stable")][::-1]
        rows, first = np.unique(row[newest], return_index=True)  # of each crew the newest stands first
        kept = newest[first]
        if len(rows):
            table.position[:, rows] = unit_vectors(np.array(lons, float)[kept], np.array(lats, float)[kept])
            table.position_at[rows] = at[kept]
        return len(rows)

    def follow(self, job_id: str, version: int, engagement: Engagement | None) -> None:
        """Take in what a job's version says of its crew; a version older than is known changes nothing."""
        if version < self._versions.get(job_id, 0):
            return
        self._versions.pop(job_id, None)  # the latest stand at the end
        self._versions[job_id] = version
        if len(self._versions) > REMEMBERED:
            del self._versions[next(iter(self._versions))]
        if engagement is None:
            self.release(job_id)
        else:
            self.engage(engagement)

    def engage(self, engagement: Engagement) -> None:
        """Note that a crew holds a job; the same job with another crew before is taken from that one."""
        self.release(engagement.job_id)
        row = self.table.row.get(engagement.crew_id)
        if row is None:
            return
        self._held.setdefault(row, {})[engagement.job_id] = engagement
        self._crew_of[engagement.job_id] = row
        self.table.depot_jobs[self.table.depot[row]] += 1
        self._sum(row)

    def release(self, job_id: str) -> None:
        """Note that nobody holds the job any more."""
        row = self._crew_of.pop(job_id, None)
        if row is None:
            return
        del self._held[row][job_id]
        self.table.depot_jobs[self.table.depot[row]] -= 1
        self._sum(row)

    def _sum(self, row: int) -> None:
        held = self._held.get(row, {})
        table = self.table
        table.open_jobs[row] = len(held)
        table.bound[row] = False
        table.base[:, row] = table.depot_place[:, row]
        if held:
            last = max(held.values(), key=lambda e: (e.ends_at, e.job_id))
            table.free_at[row] = last.ends_at
            if last.lon is not None and last.lat is not None:
                table.bound[row] = True
                table.base[:, row] = unit_vectors(last.lon, last.lat)
        else:
            table.free_at[row] = 0.0
            self._held.pop(row, None)

    def worked(self, crew_id: str, job: str, begin_at: float, end_at: float) -> None:
        """
        Note that a crew was at work on a job that it has left; the same job said again changes nothing. What it is on
        now is not counted: it is busy with it, and a job that waits for material may stay open for days.

        :param job: names the stretch of work: the job, and the how manyth crew on it this was
        """
        row = self.table.row.get(crew_id)
        self._latest_work = max(self._latest_work, end_at)
        oldest = self._latest_work - self.rule.duty.window_s
        if row is None or self.rule.duty.work_s <= 0 or end_at <= oldest:
            return
        mine = self._work.setdefault(row, {})
        mine[job] = (begin_at, end_at)
        for old in [name for name, (_, ended) in mine.items() if ended <= oldest]:
            del mine[old]
        self.table.rested_at[row] = rested_at(mine.values(), self.rule.duty)

    def lend(self, lending: Lending) -> None:
        """Take in what holds between the counties now: grants, storms, reserves, and who has lent how much."""
        self.lending = lending
        counties, borders = list(self.table.county_code), self.rule.borders
        own = dict(lending.reserves)
        self.kept = np.array([own.get(county, OF_RULE) for county in counties], np.int64)
        self.burden = np.array(burden(counties, lending, borders), np.int64)
        self.burdened = bool(self.burden.any())

    def promise(self, appointments: Iterable[tuple[str, float]]) -> None:
        """Take in all appointments to come: (depot, when it begins)."""
        self._promised = tuple(sorted(appointments, key=lambda one: (one[1], one[0])))
        known = [(self.table.depot_row[depot], at) for depot, at in self._promised if depot in self.table.depot_row]
        self.promises = Promises(
            np.array([row for row, _ in known], np.int64), np.array([at for _, at in known], float)
        )

    def still(self) -> "Fleet":
        """Return a picture of the fleet that does not move, for work beside the event loop. For reading only."""
        picture = copy(self)
        picture.table = self.table.copied()
        return picture

    def jobs_of(self, crew_id: str) -> tuple[Engagement, ...]:
        """Return what a crew holds now, in the order it was sent."""
        row = self.table.row.get(crew_id)
        held = self._held.get(row, {}) if row is not None else {}
        return tuple(sorted(held.values(), key=lambda e: (e.sent_at, e.job_id)))

    def holdings(self) -> set[tuple[str, str]]:
        """Return all that is held: (job, crew)."""
        return {(job_id, self.table.crews[row].id) for job_id, row in self._crew_of.items()}

    def remaining(self, depot: str) -> int | None:
        """Return how many more jobs a depot can take, or None if it declared no limit. Never below zero."""
        i = self.table.depot_row.get(depot)
        if i is None or self.table.reserve[i] == UNDECLARED:
            return None
        return max(0, int(self.table.reserve[i] - self.table.depot_jobs[i]))

    def declare(self, depot: str, jobs: int | None) -> None:
        """Take in a depot's declared repair reserve; None: no limit."""
        i = self.table.depot_row.get(depot)
        if i is not None:
            self.table.reserve[i] = UNDECLARED if jobs is None else jobs
