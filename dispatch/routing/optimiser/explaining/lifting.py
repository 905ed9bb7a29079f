"""What if a rule gave way? A job left out is put into the plan, with one rule lifted; then all is as it was."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from dispatch.routing.optimiser.course import Routes
from dispatch.routing.optimiser.problem import Crew, Job
from dispatch.routing.optimiser.search.facts import NEVER

from .laid import Laid

DEAR = 1e9  # cost of leaving the asked job out while it is tried: any place is taken


@dataclass(frozen=True, slots=True)
class Found:
    """A place for the job: the whole plan with it, its crews, and when it begins."""

    routes: Routes
    crews: tuple[str, ...]
    begins_s: int


class Lifted:
    """A plan and one job that it leaves out, to be put in under other rules."""

    def __init__(self, laid: Laid, job: str, crews: Sequence[Crew] = ()) -> None:
        """
        :param laid: the plan, of which nobody may ask meanwhile (``Laid.without``); it stays as it is
        :param crews: more crews, that have no work
        """
        self.laid = laid.beside(job, crews)
        self.problem, self.name = self.laid.problem, job
        self.ties, self.native = self.laid.ties, self.laid.native
        self.parts = self.ties.parts[job]
        self.native.facts.skip[self.parts] = DEAR

    @property
    def job(self) -> Job:
        return self.ties.jobs[self.name]

    def place(self) -> Found | None:
        """Put the job where it costs least, tell where, and take it out again; None: there is no place."""
        facts, tour = self.native.facts, self.native.tour
        if not facts.able[facts.sort[self.parts[0]]].any():
            return None  # whatever gives way, nobody may do it
        kept = tour.stops.copy(), tour.length.copy(), dict(self.ties.begins)
        self.native.recount()
        try:
            if not self.ties.put_in(self.name):
                return None
            crews = tuple(self.problem.crews[int(tour.crew_of[j])].id for j in self.parts)
            return Found(self.ties.routes(), crews, self.ties.begins[self.name])
        finally:
            self.ties.go_back(kept, [self.name])

    @contextmanager
    def window(self, more_s: int) -> Iterator[None]:
        """Let the job begin so much earlier or later than its window."""
        was = self.job
        opens_s, shuts_s = was.window_s
        wide = max(0, opens_s - more_s), min(self.problem.horizon_s, shuts_s + more_s)
        self.ties.jobs[self.name] = replace(was, window_s=wide)
        try:
            yield
        finally:
            self.ties.jobs[self.name] = was

    @contextmanager
    def caps(self) -> Iterator[None]:
        """Let every depot take on as many more visits of the job's kind as it wants crews."""
        facts = self.native.facts
        was = facts.cap.copy()
        facts.cap[:, facts.kind[self.parts[0]], :] += len(self.parts)
        try:
            yield
        finally:
            facts.cap[:] = was

    @contextmanager
    def shifts(self, more_s: int) -> Iterator[None]:
        """Let every crew end so much later."""
        facts = self.native.facts
        was = facts.latest.copy()
        facts.latest[:] = np.minimum(facts.latest + more_s, NEVER)
        try:
            yield
        finally:
            facts.latest[:] = was
            self.native.recount()

    @contextmanager
    def choice(self) -> Iterator[None]:
        """Let every crew with the skills do the job, whatever pins and vetoes say."""
        facts = self.native.facts
        row = int(facts.sort[self.parts[0]])
        was = facts.able[row].copy()
        facts.able[row] = [set(self.job.needs) <= set(crew.skills) for crew in self.problem.crews]
        try:
            yield
        finally:
            facts.able[row] = was

    @contextmanager
    def absent(self, job: str) -> Iterator[None]:
        """Leave another job out."""
        tour = self.native.tour
        kept = tour.stops.copy(), tour.length.copy(), dict(self.ties.begins)
        self.ties.lift([self.laid.numbers.jobs[job]])
        try:
            yield
        finally:
            self.ties.go_back(kept, [])

    def near(self, most: int) -> list[str]:
        """Return up to so many jobs of the plan near the job that hang on nothing, the nearest first."""
        return self.laid.near(self.name, most)
