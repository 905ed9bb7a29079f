"""What is told of a waiting ticket, from its region's picture: computed by the optimiser's own explanations."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from dispatch.routing import candidates
from dispatch.routing.candidates import Judged
from dispatch.routing.model import Policy, ReasonCode
from dispatch.routing.optimiser.course import Routes
from dispatch.routing.optimiser.explaining.explainer import WORDS, Choice, Codes, Explainer
from dispatch.routing.optimiser.explaining.explainer import Why as Found
from dispatch.routing.optimiser.explaining.remedies import Help, Prices, Remedies, Remedy, WhyNot
from dispatch.routing.optimiser.explaining.verdicts import Binding, CrewVerdict
from dispatch.routing.optimiser.problem import Plan
from dispatch.tickets.model import Dispatch

from .mapping import FOR_A_WHILE
from .picture import Picture
from .plans import BY_HAND, NO_PIN, NO_PLACE
from .posing import MOST_WAITING, UNHEARD
from .rows import Stop
from .visits import VISIT
from .words import PlanStanding

NAMED = 3  # tickets that are named one by one in a sentence


@dataclass(frozen=True, slots=True)
class Option:
    """
    A crew for the ticket; costs in minutes of driving.

    :ivar extra: how much dearer than the crew that has it, or would get it; ``more``: what that consists of
    """

    crew_id: str
    crew_name: str
    verdict: CrewVerdict
    cost: float
    extra: float
    begins_at: datetime
    more: Mapping[CrewVerdict, float]
    sentence: str


@dataclass(frozen=True, slots=True)
class Way:
    """
    What would let the ticket in, and who would do it then.

    :ivar change: of the plan's cost; ``price``: what it asks of people; both in minutes of driving
    """

    help: Help
    sentence: str
    change: float
    price: float
    crew_ids: tuple[str, ...]
    begins_at: datetime


@dataclass(frozen=True, slots=True)
class Why:
    """
    How a ticket stands, and why.

    :ivar sentence: the answer in one sentence
    :ivar dispatch: the crew that was sent, as the record has it
    :ivar plan_id: the plan in force that the answer is about, as it was checked at ``checked_at``
    :ivar as_of: of when crews and tickets were looked at
    :ivar stop: its place in that plan
    :ivar before: tickets that the crew does before it
    :ivar chosen: the crew that has it, or would get it; ``crews``: the next best, cheapest first
    :ivar counts: how many crews of the region which verdict holds for
    :ivar unfit: why those cannot do it that lack what it needs
    :ivar reason: an English code of why it is left out
    :ivar remedies: what would let it in, cheapest first
    """

    ticket_id: str
    at: datetime
    standing: PlanStanding
    sentence: str
    dispatch: Dispatch | None = None
    plan_id: str | None = None
    checked_at: datetime | None = None
    as_of: datetime | None = None
    stop: Stop | None = None
    before: tuple[str, ...] = ()
    binding: Binding | None = None
    chosen: Option | None = None
    crews: tuple[Option, ...] = ()
    counts: Mapping[CrewVerdict, int] = field(default_factory=dict)
    unfit: Mapping[ReasonCode, int] = field(default_factory=dict)
    reason: str | None = None
    remedies: tuple[Way, ...] = ()


def tell(picture: Picture, ticket_id: str, area: str, prices: Prices, *, at: datetime) -> Why:
    """
    Tell how a ticket of the picture stands, and remember it.

    :param area: the ticket's county
    """
    found = picture.told[ticket_id] = Telling(picture, ticket_id, area, prices).told()
    return replace(found, at=at)


def told_before(picture: Picture, ticket_id: str, *, at: datetime) -> Why | None:
    """Return what was told of a ticket of this picture before."""
    found = picture.told.get(ticket_id)
    return replace(found, at=at) if isinstance(found, Why) else None


class Telling:
    """One ticket and its region's picture."""

    def __init__(self, picture: Picture, ticket_id: str, area: str, prices: Prices) -> None:
        self.picture, self.ticket, self.prices = picture, ticket_id, prices
        self.problem, self.explainer = picture.posed.problem, picture.explainer
        self.say = picture.explainer.naming
        self.plan = picture.plans.get(area)
        self.left = None if self.plan is None else self.plan.unserved.get(ticket_id)
        stops = () if self.plan is None else self.plan.stops
        self.stop = next((stop for stop in stops if stop.ticket_id == ticket_id), None)

    def told(self) -> Why:
        """Return the answer."""
        if self.ticket not in self.explainer.laid.jobs and self.ticket not in self.picture.posed.known.placeless:
            return self._why(PlanStanding.NOT_PLANNED, f"一并计划的工单最多 {MOST_WAITING} 张,本单排在其后")
        if self.ticket in self.picture.posed.known.placeless:
            return self._why(PlanStanding.LEFT_OUT, f"未排入计划:{NO_PLACE.sentence}", reason=NO_PLACE.code)
        if self.ticket in self.picture.posed.unheard:
            return self._unheard()
        with self.picture.asking:
            found = self.explainer.why(self.ticket)
        return self._planned(found[0]) if found else self._waits()

    def _why(self, standing: PlanStanding, sentence: str, **more: object) -> Why:
        made = Why(self.ticket, self.picture.at, standing, sentence, as_of=self.picture.at)
        if self.plan is not None:
            made = replace(made, plan_id=self.plan.id, checked_at=self.plan.checked_at)
        return replace(made, **more)  # type: ignore[arg-type]

    def _planned(self, found: Found) -> Why:
        route = self.explainer.course.planned[found.chosen.crew]
        before = route[: route.index(self.ticket)]
        tickets = tuple(name for name in before if not name.startswith(VISIT))
        named = "、".join(self.say.job(ticket) for ticket in before[:NAMED]) + ("等" if len(before) > NAMED else "")
        first = f"前面还有 {len(before)} 单({named})" if before else "是该班组的下一单"
        crew, rule = self.say.crew(found.chosen.crew), self.say.word(found.binding)
        begins = self.say.clock(found.chosen.begins_s)
        said = f"已排给 {crew}({rule}),{first},预计 {begins} 开始作业;{self._next_best(found)}"
        return self._why(PlanStanding.PLANNED, said, stop=self.stop, before=tickets, **self._found(found))

    def _found(self, found: Found) -> dict[str, object]:
        return {
            "binding": found.binding,
            "chosen": self._option(found.chosen),
            "crews": tuple(self._option(choice) for choice in found.others),
            "counts": found.counts,
            "unfit": self._unfit(found.codes),
        }

    def _next_best(self, found: Found) -> str:
        if not found.others:
            others = {word: n for word, n in found.counts.items() if word is not CrewVerdict.CHOSEN}
            told = "、".join(f"{self.say.word(word)} {n} 支" for word, n in others.items())
            pinned = found.binding is Binding.PINNED
            return "指定撤销后才考虑别的班组" if pinned else f"别的班组:{told}" if told else "没有别的班组"
        best = found.others[0]
        if best.verdict is CrewVerdict.EVEN:
            return f"{self.say.crew(best.crew)} 代价相同"
        if best.extra < 0:
            return f"改派给 {self.say.crew(best.crew)} 可省 {self.say.cost(-best.extra)}"
        said = f"次选 {self.say.crew(best.crew)}({self.say.word(best.verdict)})"
        return f"{said},代价多 {self.say.cost(best.extra)}"

    def _option(self, choice: Choice) -> Option:
        begins_at = self._instant(choice.begins_s)
        name = self.say.crew(choice.crew)
        return Option(
            choice.crew, name, choice.verdict, choice.cost, choice.extra, begins_at, choice.more, choice.sentence
        )

    def _instant(self, seconds: int) -> datetime:
        return self.picture.at + timedelta(seconds=seconds)

    def _waits(self) -> Why:
        """Tell of a ticket that the plan does not have: it could be put in now, or it cannot, and what would help."""
        with self.picture.asking:
            remedies = Remedies(self.explainer, self.ticket, self.prices)
        insert = next(remedies.insert(), None)
        if self.left is None and insert is not None and insert.change < 0:
            return self._fits(insert, self._undone(remedies))
        found = remedies.why_not()
        lead = f"{BY_HAND.sentence};" if self.left is not None and self.left.code == BY_HAND.code else ""
        fits = next((way for way in found.remedies if way.help is Help.INSERT and way.change < 0), None)
        said = found.sentence if fits is None else fits.sentence
        return self._left(found, f"未排入计划:{lead}{self._undone(remedies)}{said}", found.remedies)

    def _undone(self, remedies: Remedies) -> str:
        """Return what became of the ticket's place in the plan in force, which does not hold any more."""
        if self.stop is None:
            return ""
        codes = dict(zip((crew.id for crew in self.problem.crews), remedies.codes(), strict=True))
        crew, code = self.say.crew(self.stop.crew_id), codes.get(self.stop.crew_id)
        if code is None:
            why = "现在不能派"
        else:
            fits = WORDS[code] is CrewVerdict.CHOSEN
            why = "原来的位置已不可行" if fits else self.say.word(WORDS[code])
        return f"现行计划排给 {crew},已不成立({why});"

    def _fits(self, insert: Remedy, undone: str) -> Why:
        """Tell of a ticket that no plan has decided on, and that there is a place for."""
        with_it = Explainer(self.problem, self._as_plan(insert.routes), self.say)
        (found,) = with_it.why(self.ticket)
        crew, begins = self.say.crew(found.chosen.crew), self.say.clock(found.chosen.begins_s)
        crew += f"({self.say.word(found.binding)})"
        said = f"尚未排入计划;{undone}现在最合适的是 {crew},预计 {begins} 开始作业;{self._next_best(found)}"
        return self._why(PlanStanding.NOT_PLANNED, said, stop=self.stop, **self._found(found))

    def _left(self, found: WhyNot, sentence: str, remedies: tuple[Remedy, ...], code: str | None = None) -> Why:
        return self._why(
            PlanStanding.LEFT_OUT, sentence, stop=self.stop, counts=found.counts, unfit=self._unfit(found.codes),
            reason=code or found.code.value, remedies=tuple(self._way(remedy) for remedy in remedies),
        )  # fmt: skip

    def _way(self, remedy: Remedy) -> Way:
        crews = tuple(crew for crew in remedy.crews if not crew.startswith("+"))
        begins_at = self._instant(remedy.begins_s)
        return Way(remedy.help, remedy.sentence, remedy.change, remedy.price, crews, begins_at)

    def _unheard(self) -> Why:
        """Tell of a ticket that was pinned to a crew that cannot come now: taking the pin back is tried first."""
        pinned = self.say.crew(self.picture.posed.unheard[self.ticket])
        jobs = tuple(
            replace(job, needs=tuple(need for need in job.needs if need != UNHEARD)) if job.id == self.ticket else job
            for job in self.problem.jobs
        )
        free = Explainer(replace(self.problem, jobs=jobs), self._as_plan(self.explainer.course.planned), self.say)
        found = Remedies(free, self.ticket, self.prices).why_not()
        remedies = tuple(self._released(remedy, pinned) for remedy in found.remedies)
        said = f"未排入计划:指定的 {pinned} 现在不能派往本单"
        said += f";最省的办法:{remedies[0].sentence}" if remedies else f";撤销指定后仍然{found.sentence}"
        return self._left(found, said, remedies, NO_PIN.code)

    def _as_plan(self, routes: Routes) -> Plan:
        return Plan(problem=self.problem.name, routes={crew: tuple(route) for crew, route in routes.items()})

    def _released(self, remedy: Remedy, pinned: str) -> Remedy:
        said = f"{self.say.word(Help.RELEASE)}:取消指定 {pinned};{remedy.sentence}"
        help_ = Help.RELEASE if remedy.help is Help.INSERT else remedy.help
        return replace(remedy, help=help_, price=remedy.price + self.prices.release, sentence=said)

    def _unfit(self, codes: Codes) -> dict[ReasonCode, int]:
        """Return what those crews lack that do not have what the ticket needs: as the candidates' list says it."""
        lacking = codes == list(CrewVerdict).index(CrewVerdict.NO_SKILL)
        known = self.picture.posed.known
        job = next((one.job for one in known.waiting if one.ticket.id == self.ticket), None)
        if job is None or not lacking.any():
            return {}
        fleet = self.picture.fleet
        fresh = candidates.origins(fleet, known.at)[1]
        judged = candidates.judge(fleet, job, now=known.at, policy=Policy.NEAREST, fresh=fresh)
        rows = [fleet.table.row[crew.id] for crew, lacks in zip(self.problem.crews, lacking, strict=True) if lacks]
        return dict(Counter(_reason(judged, row) for row in rows))


def _reason(judged: Judged, row: int) -> ReasonCode:
    if judged.gravity[row] > FOR_A_WHILE:
        return candidates.CODES[int(candidates.FREE) - int(judged.gravity[row])]
    return ReasonCode.NOT_LENT if judged.not_lent[row] else ReasonCode.OVER_RESERVE
