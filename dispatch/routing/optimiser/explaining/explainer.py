"""
Why a plan gives a job to this crew: what each other would cost, exactly, and what stands against those that cannot.

All is asked of the plan without that job, the rest as it stands: what one re-assignment would change. For jobs of
several crews, one partner is exchanged while the others and the moment stay. A plan is laid out once (``Explainer``);
each question then takes milliseconds. Jobs left out are asked in ``remedies``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dispatch.kit.errors import NotFound
from dispatch.routing.optimiser.breaches import breaches
from dispatch.routing.optimiser.mending import mended
from dispatch.routing.optimiser.objective import Share, cost_of, shares
from dispatch.routing.optimiser.problem import Job, Plan, Problem
from dispatch.routing.optimiser.search.blocked import blocked
from dispatch.routing.optimiser.search.facts import NEVER, Floats, Ints
from dispatch.routing.optimiser.words import PLAIN, Naming

from .alongside import Apart, apart, begins_at
from .laid import Laid
from .verdicts import DEARER, TERMS, Binding, CrewVerdict

Codes = NDArray[np.int64]

NAMED = 5  # other crews that are told one by one
EVEN = 1e-6  # costs that differ by less are the same
WORDS = tuple(CrewVerdict)
CODE = {word: i for i, word in enumerate(WORDS)}
DEARER_CODES = np.array([CODE[word] for word in DEARER])


class UnknownJob(NotFound):
    """The problem has no such job."""


@dataclass(frozen=True, slots=True)
class Choice:
    """
    A crew for a job.

    :ivar cost: what the job costs with it, in the plan without the job
    :ivar extra: how much dearer than the crew of the plan; 0 for that crew
    :ivar begins_s: when it would begin
    :ivar terms: what the cost consists of, by what the crew is dearer for; zeros are left out
    :ivar more: what ``extra`` consists of, in the same words: the terms less those of the crew of the plan
    """

    crew: str
    verdict: CrewVerdict
    cost: float
    extra: float
    begins_s: int
    terms: Mapping[CrewVerdict, float]
    more: Mapping[CrewVerdict, float]
    sentence: str


@dataclass(frozen=True, slots=True)
class Why:
    """
    Why a crew does a job.

    :ivar others: the next best crews, the cheapest first
    :ivar codes: (k) one verdict for each crew, in the order of the problem: its place in ``CrewVerdict``
    :ivar counts: how many crews each verdict holds for
    """

    job: str
    chosen: Choice
    binding: Binding
    others: tuple[Choice, ...]
    codes: Codes
    counts: Mapping[CrewVerdict, int]
    sentence: str


@dataclass(frozen=True, slots=True)
class WhyPlan:
    """
    What a whole plan costs.

    :ivar gap: (cost - bound) / cost, at most so much can still be saved; None: no bound is known
    """

    cost: float
    shares: tuple[Share, ...]
    bound: float | None
    gap: float | None
    sentence: str


class Explainer:
    """A plan of which the reasons are asked, job by job."""

    def __init__(self, problem: Problem, plan: Plan, naming: Naming = PLAIN) -> None:
        """
        :param plan: what breaks a rule in it is taken out first; ``judging`` tells what that is
        :param naming: how sentences name crews, jobs and instants
        """
        self.problem, self.naming = problem, naming
        self.course = mended(problem, plan.routes)
        self.laid = Laid(problem, self.course)
        self._crews = [crew.id for crew in problem.crews]
        self._skills = [frozenset(crew.skills) for crew in problem.crews]
        self._lacking: dict[tuple[str, ...], np.ndarray] = {}

    @cached_property
    def cost(self) -> float:
        """What the plan costs."""
        return cost_of(self.course)

    @cached_property
    def broken(self) -> int:
        """How much the plan breaks: what is frozen stays, whatever it breaks."""
        return len(breaches(self.course))

    def why(self, job: str) -> tuple[Why, ...]:
        """
        Return why each of its crews does the job; nothing if it is left out.

        :raises UnknownJob: if the problem has no such job
        """
        if job not in self.laid.jobs:
            raise UnknownJob(f"问题中没有工作 {job}:请核对编号", field="job")
        tour = self.laid.native.tour
        return tuple(self._why(job, j) for j in self.laid.numbers_of(job) if tour.crew_of[j] >= 0)

    def _why(self, name: str, j: int) -> Why:
        native, job = self.laid.native, self.laid.jobs[name]
        facts, tour = native.facts, native.tour
        partners = [int(tour.crew_of[one]) for one in self.laid.numbers_of(name) if one != j]
        with self.laid.without(j) as (c, stop, spent):
            cost, stops = native.places_with_each(j)
            stops[partners] = -1
            cost[c], stops[c] = spent, stop
            terms = apart(facts, tour, j, stops, cost)
            if int(tour.drives[c, stop]) >= NEVER:  # without the job no way leads on: the drive is what it is for
                for column in terms:
                    column[c] = 0.0
                terms.travel[c] = spent
            starts = begins_at(facts, tour, j, stops)
            codes = self.codes(job, j, stops, self.laid)
        _compare(codes, terms, cost, stops, c)
        codes[partners] = CODE[CrewVerdict.PARTNER]
        ranked = np.argsort(np.where(stops >= 0, cost, np.inf), kind="stable")[: NAMED + 1].tolist()
        order = [i for i in ranked if stops[i] >= 0]
        choices = [self._choice(i, c, codes, cost, starts, terms) for i in order if i != c][:NAMED]
        chosen = self._choice(c, c, codes, cost, starts, terms)
        binding = _binding(job, choices)
        return Why(
            job=name, chosen=chosen, binding=binding, others=tuple(choices), codes=codes,
            counts=counted(codes), sentence=_said(chosen, binding, choices, self.naming),
        )  # fmt: skip

    def codes(self, job: Job, j: int, stops: Ints, laid: Laid) -> Codes:
        """Return, for each crew, what stands against it; ``CHOSEN`` where there is a place (``stops`` not -1)."""
        facts, tour = laid.native.facts, laid.native.tour
        found = np.full(facts.crews, CODE[CrewVerdict.CROWDED])
        lacking = self._without_skill(job)
        stands = blocked(facts, tour, j, np.flatnonzero((stops < 0) & ~lacking))
        for verdict, column in (
            (CrewVerdict.SHIFT_ENDS, stands.shift), (CrewVerdict.CAP_FULL, stands.cap),
            (CrewVerdict.TOO_LATE, stands.window), (CrewVerdict.NO_WAY, stands.way),
            (CrewVerdict.NO_ROOM, stands.room),
        ):  # fmt: skip
            found[column] = CODE[verdict]
        if job.pinned is not None:
            found[[crew != job.pinned for crew in self._crews]] = CODE[CrewVerdict.PINNED_ELSEWHERE]
        for crew in job.vetoed:
            found[self.laid.numbers.crews[crew]] = CODE[CrewVerdict.VETOED]
        found[lacking] = CODE[CrewVerdict.NO_SKILL]
        found[stops >= 0] = CODE[CrewVerdict.CHOSEN]
        return found

    def _without_skill(self, job: Job) -> np.ndarray:
        if job.needs not in self._lacking:
            needs = frozenset(job.needs)
            self._lacking[job.needs] = np.array([not needs <= has for has in self._skills], bool)
        return self._lacking[job.needs]

    def _choice(self, c: int, chosen: int, codes: Codes, cost: Floats, starts: Ints, terms: Apart) -> Choice:
        columns = dict(zip(DEARER, terms, strict=True))
        found = {word: float(column[c]) for word, column in columns.items() if abs(column[c]) > EVEN}
        beside = {word: float(column[c] - column[chosen]) for word, column in columns.items()}
        more = {word: by for word, by in beside.items() if abs(by) > EVEN}
        extra, verdict = float(cost[c] - cost[chosen]), WORDS[codes[c]]
        at, say = self.naming.clock(int(starts[c])), self.naming
        said = f"{say.crew(self._crews[c])}:{say.word(verdict)},{at} 开始,代价 {say.cost(float(cost[c]))}"
        if verdict is not CrewVerdict.CHOSEN:
            dearer = f"{'贵' if extra > 0 else '省'} {say.cost(abs(extra))}"
            said += ",与现安排相同" if abs(extra) <= EVEN else f",比现安排{dearer}"
            said += f"({'、'.join(f'{TERMS[word]} {by:+.1f}' for word, by in more.items())})" if more else ""
        return Choice(self._crews[c], verdict, float(cost[c]), extra, int(starts[c]), found, more, said)

    def why_plan(self, bound: float | None = None) -> WhyPlan:
        """
        Return what the plan costs by rule, and how much less any plan could cost at the least.

        :param bound: no plan costs less (``bound.lower_bound``)
        """
        found, cost = shares(self.course), self.cost
        gap = None if bound is None else max(0.0, cost - bound) / cost if cost > 0 else 0.0
        parts = "、".join(f"{share.rule.label} {share.cost:.1f}" for share in found if share.cost)
        said = f"总代价 {self.naming.cost(cost)}" + (f":{parts}" if parts else "")
        return WhyPlan(cost, found, bound, gap, said + (f";距下界至多 {gap:.1%}" if gap is not None else ""))


def counted(codes: Codes) -> dict[CrewVerdict, int]:
    """Return how many crews each verdict holds for."""
    return {WORDS[i]: int(n) for i, n in enumerate(np.bincount(codes, minlength=len(WORDS))) if n}


def _compare(codes: Codes, terms: Apart, cost: Floats, stops: Ints, chosen: int) -> None:
    """Say of each crew that has a place what makes it dearer than the chosen one: the rule that adds the most."""
    table = np.vstack(terms)
    worst = DEARER_CODES[np.argmax(table - table[:, [chosen]], axis=0)]
    extra = cost - cost[chosen]
    word = np.where(extra > EVEN, worst, np.where(extra < -EVEN, CODE[CrewVerdict.CHEAPER], CODE[CrewVerdict.EVEN]))
    np.copyto(codes, word, where=stops >= 0)
    codes[chosen] = CODE[CrewVerdict.CHOSEN]


def _binding(job: Job, others: Sequence[Choice]) -> Binding:
    if job.frozen:
        return Binding.FROZEN
    if job.pinned is not None:
        return Binding.PINNED
    if not others:
        return Binding.ONLY_ONE
    return Binding.NOT_BEST if others[0].extra < -EVEN else Binding.COST


def _said(chosen: Choice, binding: Binding, others: Sequence[Choice], say: Naming) -> str:
    at = say.clock(chosen.begins_s)
    said = f"{say.crew(chosen.crew)}:{say.word(binding)},{at} 开始,代价 {say.cost(chosen.cost)}"
    if not others:
        return said
    best = others[0]
    more = f"{'多' if best.extra >= 0 else '少'} {say.cost(abs(best.extra))}"
    return f"{said};其次 {say.crew(best.crew)}({say.word(best.verdict)}),{more}"
