"""
A plan carried out: who sets out when, who waits for whom, when each job begins and each crew has ended.

Written as a simulation: crews stand in front of their next job until all who must be there have come and all that must
come before has ended. What then still stands there waits for itself (``stuck``). Any plan can be carried out, one that
a person wrote with mistakes too; what is wrong with it is told by ``breaches``.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .problem import Crew, Job, Problem
from .ways import Way, ways

Routes = Mapping[str, Sequence[str]]


@dataclass(slots=True, eq=False)
class Work:
    """Work at one job, begun by all its visits together; ``begins_s`` is None until it is known."""

    job: Job
    visits: list["Visit"] = field(default_factory=list)
    begins_s: int | None = None

    @property
    def ends_s(self) -> int:
        """Return when it has ended; asked only of work that has begun."""
        return (self.begins_s or 0) + self.job.work_s

    @property
    def late_s(self) -> int:
        """Return how long after the promise it begins; 0: in time, without promise, or never begun."""
        if self.begins_s is None or self.job.due_s is None:
            return 0
        return max(0, self.begins_s - self.job.due_s)


@dataclass(slots=True, eq=False)
class Visit:
    """A crew at a job. ``drive_s`` None: there is no way; it is taken for no time."""

    crew: Crew
    work: Work
    drive_s: int | None
    arrives_s: int = 0


@dataclass(frozen=True, slots=True)
class End:
    """When a crew has ended, with its drive back; ``drive_s`` 0: it need not go back, None: there is no way."""

    at_s: int
    drive_s: int | None


class Course:
    """
    A plan carried out as early as it can be.

    :ivar works: all work, surplus visits (of more crews than the job wants, or of the same crew again) on their own
    :ivar of_job: job id -> its works; the first is the one that counts
    :ivar routes: crew id -> its visits in order; crews of the plan without any too
    :ivar strangers: (crew, job or None) that the plan names and the problem has not
    :ivar ends: crew id -> when it has ended; crews that do nothing are missing
    """

    def __init__(self, problem: Problem, routes: Routes) -> None:
        self.problem, self.planned = problem, routes
        self.jobs = {job.id: job for job in problem.jobs}
        self.crews = {crew.id: crew for crew in problem.crews}
        self.works: list[Work] = []
        self.of_job: dict[str, list[Work]] = {}
        self.routes: dict[str, list[Visit]] = {}
        self.strangers: list[tuple[str, str | None]] = []
        self._way: Way = ways(problem)
        for crew, jobs in routes.items():
            self._lay(crew, jobs)
        self._next = dict.fromkeys(self.routes, 0)
        self._drive_out()
        self.ends = {crew: end for crew, visits in self.routes.items() if (end := self._end(visits)) is not None}

    def rerouted(self, problem: Problem, routes: Routes) -> "Course":
        """
        Return another plan carried out, for a problem in which some things are others: ``Course(problem, routes)``.

        Where no crew waits for another, what is the same as here is not carried out again but shared.

        :param problem: what is the same object in both is taken to be the same
        """
        if self._is_odd or any(job.crews > 1 or job.after for job in problem.jobs):
            return Course(problem, routes)
        made = Course(problem, {})
        made.planned = routes
        for name, names in routes.items():
            if self._stays(name, names, made):
                made._share(name, self)
            else:
                made._lay(name, names)
                made._next[name] = 0
        if made._is_odd:
            return Course(problem, routes)
        made._drive_out()
        made.ends |= {name: end for name in made._next if (end := made._end(made.routes[name])) is not None}
        return made

    @property
    def _is_odd(self) -> bool:
        """Tell whether the plan names what the problem has not, or a job more than once."""
        return bool(self.strangers) or any(len(works) > 1 for works in self.of_job.values())

    def _stays(self, name: str, names: Sequence[str], other: "Course") -> bool:
        """Tell whether a route is the same in another plan, and all that it is made of."""
        if tuple(self.planned.get(name, ())) != tuple(names) or name not in self.routes:
            return False
        if self.crews[name] is not other.crews[name]:
            return False
        return all(self.jobs[job] is other.jobs[job] for job in names)

    def _share(self, name: str, other: "Course") -> None:
        """Take over a route that was carried out."""
        self.routes[name] = other.routes[name]
        for visit in other.routes[name]:
            self.works.append(visit.work)
            self.of_job.setdefault(visit.work.job.id, []).append(visit.work)
        if name in other.ends:
            self.ends[name] = other.ends[name]

    @property
    def stuck(self) -> list[Work]:
        """Return the work that can never begin."""
        return [work for work in self.works if work.begins_s is None]

    def begun(self) -> Iterator[tuple[Work, int]]:
        """Yield the work that begins, and when."""
        return ((work, work.begins_s) for work in self.works if work.begins_s is not None)

    def attended(self) -> Iterator[Visit]:
        """Yield the visits whose work begins."""
        return (visit for work, _ in self.begun() for visit in work.visits)

    def begins_s(self, job: str) -> int | None:
        """Return when a job begins; None: it is left out, or never begins."""
        found = self.of_job.get(job)
        return found[0].begins_s if found else None

    def _lay(self, name: str, jobs: Sequence[str]) -> None:
        crew = self.crews.get(name)
        if crew is None:
            self.strangers += [(name, None), *((name, job) for job in jobs if job not in self.jobs)]
            return
        visits = self.routes.setdefault(name, [])
        at = crew.at
        for job_id in jobs:
            if (job := self.jobs.get(job_id)) is None:
                self.strangers.append((name, job_id))
                continue
            visit = Visit(crew, self._work(job, crew), self._way(at, job.at, job))
            visit.work.visits.append(visit)
            visits.append(visit)
            at = job.at

    def _work(self, job: Job, crew: Crew) -> Work:
        """Return the work that a visit belongs to: the job's, as long as it wants this crew; else one of its own."""
        known = self.of_job.setdefault(job.id, [])
        if known and len(known[0].visits) < job.crews and all(visit.crew is not crew for visit in known[0].visits):
            return known[0]
        known.append(work := Work(job))
        self.works.append(work)
        return work

    def _drive_out(self) -> None:
        """Let each crew go on until it stands before work that cannot begin; whoever begins wakes those who wait."""
        waiting: dict[str, list[str]] = defaultdict(list)  # job -> crews that wait for its end
        moving = list(reversed(self._next))
        while moving:
            name = moving.pop()
            while (visit := self._ahead(name)) is not None:
                lacking = self._lacking(visit.work)
                if lacking is None:
                    self._begin(visit.work)
                    moving += [one.crew.id for one in visit.work.visits if one.crew.id != name]
                    moving += waiting.pop(visit.work.job.id, ())
                elif lacking:
                    waiting[lacking].append(name)
                if visit.work.begins_s is None:
                    break
                self._next[name] += 1

    def _ahead(self, name: str) -> Visit | None:
        at, visits = self._next[name], self.routes[name]
        return visits[at] if at < len(visits) else None

    def _arrive(self, visit: Visit) -> int:
        """Return when the crew comes to the job that it drives to now."""
        name = visit.crew.id
        at = self._next[name]
        left_s = self.routes[name][at - 1].work.ends_s if at else visit.crew.free_s
        return left_s + (visit.drive_s or 0)

    def _lacking(self, work: Work) -> str | None:
        """Return None if work can begin (or has); a job that must end before; or nothing: a crew is not there yet."""
        if work.begins_s is not None:
            return ""
        for name in work.job.after:
            if any(one.begins_s is None for one in self.of_job.get(name, ())):
                return name
        here = all(self._ahead(visit.crew.id) is visit for visit in work.visits)
        return None if here else ""

    def _begin(self, work: Work) -> None:
        job = work.job
        for visit in work.visits:
            visit.arrives_s = self._arrive(visit)
        before = (one.ends_s for name in job.after for one in self.of_job.get(name, ()))
        begins_s = max([job.window_s[0], *before, *(visit.arrives_s for visit in work.visits)])
        rests = [visit.crew.rest_s for visit in work.visits if visit.crew.rest_s is not None]
        for from_s, to_s in sorted(rests, key=lambda rest: rest[1]):
            if begins_s < to_s and begins_s + job.work_s > from_s:
                begins_s = to_s
        work.begins_s = begins_s

    def _end(self, visits: list[Visit]) -> End | None:
        done = [visit for visit in visits if visit.work.begins_s is not None]
        if not done:
            return None
        last, back = done[-1].work, done[-1].crew.back
        drive_s = self._way(last.job.at, back, last.job) if back is not None and len(done) == len(visits) else 0
        return End(last.ends_s + (drive_s or 0), drive_s)
