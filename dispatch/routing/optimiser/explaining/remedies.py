"""
Why a job is left out, and what would help: each remedy is found and checked by putting the job into a changed problem.

A remedy has two costs: what the plan then costs more or less (``change``, by the objective), and what the remedy itself
asks of people (``price``). The cheapest of both together comes first.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dispatch.kit.words import Labelled
from dispatch.routing.optimiser.breaches import breaches
from dispatch.routing.optimiser.course import Course, Routes
from dispatch.routing.optimiser.joint.parting import CLOSED
from dispatch.routing.optimiser.objective import cost_of
from dispatch.routing.optimiser.problem import Crew, Job, Problem
from dispatch.routing.optimiser.search.unserved import Why as Left
from dispatch.routing.optimiser.search.unserved import reasons
from dispatch.routing.optimiser.words import Naming

from .explainer import Codes, Explainer, UnknownJob, counted
from .lifting import Found, Lifted
from .verdicts import CrewVerdict

LADDER_MIN = (10, 20, 30, 60, 120, 240, 480, 1440)  # how far a window or a shift is stretched, step by step
SWAPS = 40  # jobs near by that might make room


class Help(Labelled):
    """What would bring a job that is left out into the plan."""

    INSERT = "INSERT", "直接插入"
    RELEASE = "RELEASE", "解除指定或排除"
    WINDOW = "WINDOW", "放宽时间窗"
    DECLARE = "DECLARE", "增加申报"
    OVERTIME = "OVERTIME", "延长班次"
    SWAP = "SWAP", "换下另一项"
    CREW = "CREW", "增派班组"


@dataclass(frozen=True, slots=True)
class Prices:
    """
    What remedies ask of people, in minutes of driving (the objective's unit); assumptions that a unit may replace.

    :ivar release: to take a dispatcher's pin or veto back
    :ivar window_min: a minute that the customer is asked to wait or to be ready, at weight 1
    :ivar visit: a visit above what a depot declared
    :ivar overtime_min: a minute that a crew is asked to stay, beside the rule ``overtime``
    :ivar crew: to call a crew on duty: a shift of eight hours
    """

    release: float = 30.0
    window_min: float = 1.0
    visit: float = 60.0
    overtime_min: float = 1.0
    crew: float = 480.0


@dataclass(frozen=True, slots=True)
class Remedy:
    """
    Something that brings the job into the plan.

    :ivar change: cost of the plan with the job in the changed problem, less the cost of the plan as it is
    :ivar price: what the remedy asks of people
    :ivar problem: the problem with the remedy
    :ivar routes: a plan for it that breaks nothing and has the job
    :ivar crews: who does the job then; a crew that is to be called has no id of its own (``+``)
    :ivar begins_s: when it begins then
    """

    help: Help
    change: float
    price: float
    sentence: str
    problem: Problem = field(repr=False)
    routes: Routes = field(repr=False)
    crews: tuple[str, ...]
    begins_s: int


@dataclass(frozen=True, slots=True)
class WhyNot:
    """
    Why a job is left out.

    :ivar code: an English code, as in plans
    :ivar codes: (k) one verdict for each crew, in the order of the problem: its place in ``CrewVerdict``
    :ivar counts: how many crews which verdict holds for; ``CHOSEN``: it could do it
    :ivar least: what the cheapest place would cost; None: there is none
    :ivar remedies: what would help, the cheapest first; empty: nothing that is known
    """

    job: str
    code: Left
    sentence: str
    codes: Codes = field(repr=False)
    counts: Mapping[CrewVerdict, int]
    least: float | None
    remedies: tuple[Remedy, ...]


class Remedies:
    """Looks for what would bring one job into a plan."""

    def __init__(self, explainer: Explainer, job: str, prices: Prices | None = None) -> None:
        """:raises UnknownJob: if the problem has no such job"""
        if job not in explainer.laid.jobs:
            raise UnknownJob(f"问题中没有工作 {job}:请核对编号", field="job")
        self.explainer, self.problem, self.course = explainer, explainer.problem, explainer.course
        self.say = explainer.naming
        self.job, self.prices = explainer.laid.jobs[job], prices or Prices()
        self.cost = explainer.cost
        self.lifted = Lifted(explainer.laid, job)

    def why_not(self) -> WhyNot:
        """Return why the job is left out and what would help."""
        found = [remedy for look in LOOKS for remedy in look(self)]
        found.sort(key=lambda remedy: (remedy.change + remedy.price, remedy.help.value))
        insert = next((remedy for remedy in found if remedy.help is Help.INSERT), None)
        least = None if insert is None else insert.change + self.job.unserved * self.problem.rules.unserved
        codes = self.codes()
        counts, code = counted(codes), self._code(insert, {remedy.help for remedy in found})
        said = _said(code, counts, least, self.job, found, self.say)
        if missing := [self.say.job(name) for name in self.job.after if self.course.begins_s(name) is None]:
            said += f";须先安排 {'、'.join(missing)}"
        return WhyNot(self.job.id, code, said, codes, counts, least, tuple(found))

    def codes(self) -> Codes:
        """Return what stands against each crew, in the order of the problem; ``CHOSEN`` where there is a place."""
        laid = self.lifted.laid
        j = self.lifted.parts[0]
        facts = laid.native.facts
        facts.opens[j], facts.shuts[j] = self.job.window_s[0], min(self.job.window_s[1], self.problem.horizon_s)
        stops = laid.native.places_with_each(j)[1]
        codes = self.explainer.codes(self.job, j, stops, laid)
        facts.opens[j], facts.shuts[j] = CLOSED
        return codes

    def _code(self, insert: Remedy | None, helps: set[Help]) -> Left:
        """Return what stands in the way: what the problem says by itself, else the first rule whose lifting helps."""
        if insert is not None:
            return Left.COULD_BE if insert.change < 0 else Left.TOO_DEAR
        routes = {crew: tuple(names) for crew, names in self.course.planned.items()}
        told = Left(reasons(self.problem, routes)[self.job.id].code)
        if told is not Left.UNTOLD:
            return told
        return next((code for kind, code in STANDS.items() if kind in helps), Left.CROWDED)

    def _checked(self, kind: Help, problem: Problem, found: Found | None, price: float, said: str) -> Iterator[Remedy]:
        """Yield the remedy if the plan with the job breaks nothing in the changed problem."""
        if found is None:
            return
        course = self.course.rerouted(problem, found.routes)
        if len(breaches(course)) > self._broken(problem) or course.begins_s(self.job.id) is None:
            return
        change = cost_of(course) - self.cost
        verb = "多" if change >= 0 else "省"
        crews, at = "、".join(self.say.crew(crew) for crew in found.crews), self.say.clock(found.begins_s)
        asks = f",另需人力代价 {self.say.cost(price)}" if price else ""
        costs = f"计划总代价{verb} {self.say.cost(abs(change))}{asks}"
        text = f"{self.say.word(kind)}:{said},由 {crews} 承担,{at} 开始;{costs}"
        yield Remedy(kind, change, price, text, problem, found.routes, found.crews, found.begins_s)

    def _broken(self, problem: Problem) -> int:
        """Return how much the plan breaks in a changed problem; a remedy lets a rule give way, so it is never more."""
        return len(breaches(self.course.rerouted(problem, self.course.planned))) if self.explainer.broken else 0

    def _with_job(self, **changed: object) -> Problem:
        job = replace(self.job, **changed)  # type: ignore[arg-type]
        return replace(self.problem, jobs=tuple(job if one.id == job.id else one for one in self.problem.jobs))

    # one look for each kind of help

    def insert(self) -> Iterator[Remedy]:
        """As it is: the search may have stopped early, or the place costs more than leaving the job out."""
        yield from self._checked(Help.INSERT, self.problem, self.lifted.place(), 0.0, "现在就能安排")

    def release(self) -> Iterator[Remedy]:
        """Without the pin, or without those vetoes that stand in the way."""
        if self.job.pinned is None and not self.job.vetoed:
            return
        with self.lifted.choice():
            found = self.lifted.place()
        if found is None:
            return
        vetoed = tuple(crew for crew in self.job.vetoed if crew not in found.crews)
        pinned = self.job.pinned if found.crews == (self.job.pinned,) else None
        freed = [crew for crew in self.job.vetoed if crew in found.crews]
        if pinned == self.job.pinned and not freed:
            return
        lifted = [self.job.pinned or ""] if pinned != self.job.pinned else freed
        said = f"取消{'指定' if pinned != self.job.pinned else '排除'} {'、'.join(map(self.say.crew, lifted))}"
        problem = self._with_job(pinned=pinned, vetoed=vetoed)
        yield from self._checked(Help.RELEASE, problem, found, self.prices.release, said)

    def wider(self) -> Iterator[Remedy]:
        """With a window wider by as many minutes as it takes, before or after."""
        opens_s, shuts_s = self.job.window_s
        for more in LADDER_MIN:
            with self.lifted.window(more * 60):
                found = self.lifted.place()
            if found is None:
                continue
            early, late = opens_s - found.begins_s, found.begins_s - shuts_s
            if max(early, late) <= 0:
                return  # it fits as it is
            by = math.ceil(max(early, late) / 60)
            wide = (opens_s, min(self.problem.horizon_s, shuts_s + by * 60))
            if early > 0:
                wide = (max(0, opens_s - by * 60), shuts_s)
            price = self.prices.window_min * by * max(1.0, self.job.weight)
            said = f"{'提前' if early > 0 else '推后'} {by} 分钟"
            yield from self._checked(Help.WINDOW, self._with_job(window_s=wide), found, price, said)
            return

    def declare(self) -> Iterator[Remedy]:
        """With more visits declared by the depot whose crews would do it."""
        with self.lifted.caps():
            found = self.lifted.place()
        if found is None:
            return
        above = self._above(found.routes)
        if not above:
            return
        caps = tuple(replace(cap, visits=cap.visits + above.get(i, 0)) for i, cap in enumerate(self.problem.caps))
        told = ((self.say.depot(caps[i].depot), self.say.kind(caps[i].kind), n) for i, n in above.items())
        said = "、".join(f"{depot} 的 {kind} 多申报 {n} 次" for depot, kind, n in told)
        price = self.prices.visit * sum(above.values())
        yield from self._checked(Help.DECLARE, replace(self.problem, caps=caps), found, price, said)

    def _above(self, routes: Routes) -> dict[int, int]:
        """Return how many visits each cap lacks, by its place in the problem."""
        course, lacking = Course(self.problem, routes), {}
        for i, cap in enumerate(self.problem.caps):
            begun = [
                visit for visit in course.attended()
                if visit.crew.depot == cap.depot and visit.work.job.kind == cap.kind
                and cap.from_s <= (visit.work.begins_s or 0) < cap.to_s
            ]  # fmt: skip
            if len(begun) > cap.visits:
                lacking[i] = len(begun) - cap.visits
        return lacking

    def longer(self) -> Iterator[Remedy]:
        """With crews that stay as many minutes longer as it takes."""
        for more in LADDER_MIN:
            with self.lifted.shifts(more * 60):
                found = self.lifted.place()
            if found is None:
                continue
            ends = Course(self.problem, found.routes).ends
            over = {
                crew.id: math.ceil((end.at_s - crew.latest_s) / 60)
                for crew in self.problem.crews
                if crew.id in found.crews and (end := ends.get(crew.id)) and end.at_s > crew.latest_s
            }
            if not over:
                return
            crews = tuple(replace(c, latest_s=c.latest_s + 60 * over.get(c.id, 0)) for c in self.problem.crews)
            said = "、".join(f"{self.say.crew(crew)} 延长 {by} 分钟" for crew, by in over.items())
            price = self.prices.overtime_min * sum(over.values())
            yield from self._checked(Help.OVERTIME, replace(self.problem, crews=crews), found, price, said)
            return

    def swap(self) -> Iterator[Remedy]:
        """In place of another job near by that is cheaper to leave out: the best of them."""
        found = [remedy for name in self.lifted.near(SWAPS) for remedy in self._instead_of(name)]
        yield from sorted(found, key=lambda remedy: remedy.change)[:1]

    def _instead_of(self, name: str) -> Iterator[Remedy]:
        other = self.explainer.laid.jobs[name]
        if other.frozen or other.unserved >= self.job.unserved:
            return
        with self.lifted.absent(name):
            found = self.lifted.place()
        yield from self._checked(Help.SWAP, self.problem, found, 0.0, f"暂不安排 {self.say.job(name)}")

    def crew(self) -> Iterator[Remedy]:
        """With one more crew (or more, where the job wants several) of the skills at the depot where it helps most."""
        spare = list(self._spare())
        taken = {crew.id for crew in self.problem.crews}
        if any(crew.id in taken for crew in spare):
            return
        found = self._placed(spare)
        if found is None:
            return
        used = tuple(crew for crew in spare if crew.id in found.crews)
        if not used:
            return
        problem = replace(self.problem, crews=(*self.problem.crews, *used))
        skills = f"具备 {self.say.needs(self.job.needs)} 的" if self.job.needs else ""
        said = "、".join(f"{self.say.depot(one.depot)} 增派一支{skills}{self.say.a_crew}" for one in used)
        price = self.prices.crew * len(used)
        yield from self._checked(Help.CREW, problem, self._placed(used), price, said)

    def _placed(self, crews: Sequence[Crew]) -> Found | None:
        """Return where the job costs least if these crews were there, too."""
        return Lifted(self.explainer.laid, self.job.id, crews).place()

    def _spare(self) -> Iterator[Crew]:
        """Yield crews that could be called: as many as the job wants at each depot, where its first crew stands."""
        first: dict[str, Crew] = {}
        for crew in self.problem.crews:
            first.setdefault(crew.depot, crew)
        horizon_s = self.problem.horizon_s
        for depot, model in first.items():
            for i in range(self.job.crews):
                yield replace(
                    model, id=f"+{depot}-{i + 1}", at=model.back or model.at, skills=self.job.needs, free_s=0,
                    ends_s=horizon_s, latest_s=horizon_s, rest_s=None, back=None, room=None,
                )  # fmt: skip


# What stands in the way where lifting it helps, the first that does.
STANDS = {
    Help.RELEASE: Left.PIN_VETO,
    Help.DECLARE: Left.CAP_FULL,
    Help.WINDOW: Left.TOO_LATE,
    Help.OVERTIME: Left.SHIFT_ENDS,
}
LOOKS: tuple[Callable[[Remedies], Iterator[Remedy]], ...] = (
    Remedies.insert, Remedies.release, Remedies.wider, Remedies.declare, Remedies.longer, Remedies.swap, Remedies.crew,
)  # fmt: skip


def why_not(explainer: Explainer, job: str, prices: Prices | None = None) -> WhyNot | None:
    """
    Return why a job is left out and what would help; None: the plan has it.

    :raises UnknownJob: if the problem has no such job
    """
    if job in explainer.laid.jobs and explainer.course.begins_s(job) is not None:
        return None
    return Remedies(explainer, job, prices).why_not()


# Codes that say something of all crews that may do the job; and what may stand against one of them.
ALL_OF_THEM = frozenset({Left.CAP_FULL, Left.TOO_LATE, Left.SHIFT_ENDS, Left.CROWDED, Left.NO_WAY, Left.NO_ROOM})
MIXED = frozenset({
    CrewVerdict.NO_ROOM, CrewVerdict.NO_WAY, CrewVerdict.TOO_LATE, CrewVerdict.CAP_FULL, CrewVerdict.SHIFT_ENDS,
    CrewVerdict.CROWDED,
})  # fmt: skip


def _said(
    code: Left, counts: Mapping[CrewVerdict, int], least: float | None, job: Job, found: list[Remedy], say: Naming
) -> str:
    why = say.word(code)
    if least is not None:
        why += f":最便宜的位置代价 {say.cost(least)},暂不安排代价 {say.cost(job.unserved)}"
    elif len(MIXED & counts.keys()) > 1 and code in ALL_OF_THEM:
        why = f"合格班组各有原因({_counted(counts, say)})"
    elif crews := _counted(counts, say):
        why += f"({crews})"
    return why + (f";最省的办法:{found[0].sentence}" if found else ";没有找到可行的办法")


def _counted(counts: Mapping[CrewVerdict, int], say: Naming) -> str:
    return "、".join(f"{say.word(word)} {n} 支" for word, n in counts.items() if word is not CrewVerdict.CHOSEN)
