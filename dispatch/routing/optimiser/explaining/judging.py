"""
A dispatcher's own plan beside the machine's: the same validator, the same objective, and who waits longer for it.

Nothing is refused: what the plan breaks is told with its remedy, what it costs with the jobs that pay for it.
"""

from dataclasses import dataclass

from dispatch.kit.words import Labelled
from dispatch.routing.optimiser.breaches import Breach, breaches, minutes
from dispatch.routing.optimiser.course import Course
from dispatch.routing.optimiser.objective import Share, cost_of, shares
from dispatch.routing.optimiser.problem import Job, Plan, Problem
from dispatch.routing.optimiser.words import PLAIN, Naming


class Difference(Labelled):
    """How a job fares in one's own plan, beside the machine's."""

    LEFT_OUT = "LEFT_OUT", "自排未安排"
    ADDED = "ADDED", "自排多安排"
    LATER = "LATER", "更晚"
    EARLIER = "EARLIER", "更早"
    OTHER_CREW = "OTHER_CREW", "时间相同,班组不同"


@dataclass(frozen=True, slots=True)
class Fare:
    """
    How one job fares.

    :ivar later_s: how much later it begins than in the machine's plan; negative: earlier; None: one leaves it out
    :ivar extra: what that costs more: lateness, and leaving out; negative: less
    """

    job: str
    difference: Difference
    later_s: int | None
    extra: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """
    What one's own plan costs and breaks.

    :ivar extra: how much dearer than the machine's; negative: it is cheaper
    :ivar fares: jobs that fare otherwise, those that pay the most first
    """

    cost: float
    machine_cost: float
    extra: float
    shares: tuple[Share, ...]
    machine_shares: tuple[Share, ...]
    breaches: tuple[Breach, ...]
    fares: tuple[Fare, ...]
    sentence: str


def judge(problem: Problem, plan: Plan, machine: Plan, naming: Naming = PLAIN) -> Judgement:
    """
    Return what a plan costs and breaks, and how each job fares in it beside the machine's plan.

    :param naming: how sentences name crews, jobs and instants
    """
    own, other = Course(problem, plan.routes), Course(problem, machine.routes)
    cost, machine_cost, broken = cost_of(own), cost_of(other), breaches(own, naming)
    fares = [fare for job in problem.jobs if (fare := _fare(job, own, other, naming)) is not None]
    fares.sort(key=lambda fare: (-fare.extra, fare.job))
    extra = cost - machine_cost
    said = _said(cost, extra, shares(own), shares(other), broken, fares, naming)
    return Judgement(
        cost=cost, machine_cost=machine_cost, extra=extra, shares=shares(own), machine_shares=shares(other),
        breaches=broken, fares=tuple(fares), sentence=said,
    )  # fmt: skip


def _fare(job: Job, own: Course, other: Course, say: Naming) -> Fare | None:
    mine, theirs = own.begins_s(job.id), other.begins_s(job.id)
    extra = _charge(job, own) - _charge(job, other)
    if mine is None or theirs is None:
        if mine is theirs:
            return None
        left_out = mine is None
        word = Difference.LEFT_OUT if left_out else Difference.ADDED
        at = say.clock(theirs if theirs is not None else mine or 0)
        said = f"{say.the_job(job.id)}:{say.word(word)}({'系统' if left_out else '自排'} {at} 开始)"
        return Fare(job.id, word, None, extra, said)
    crews = sorted(_crews(job, own)), sorted(_crews(job, other))
    if mine == theirs and crews[0] == crews[1]:
        return None
    word = Difference.LATER if mine > theirs else Difference.EARLIER if mine < theirs else Difference.OTHER_CREW
    by = f" {minutes(abs(mine - theirs))}" if mine != theirs else ""
    ours, others = ("、".join(say.crew(crew) for crew in names) for names in crews)
    said = f"{say.the_job(job.id)}:{ours} {say.clock(mine)} 开始,比系统({others}){say.word(word)}{by}"
    return Fare(job.id, word, mine - theirs, extra, said)


def _crews(job: Job, course: Course) -> list[str]:
    return [visit.crew.id for visit in course.of_job[job.id][0].visits]


def _charge(job: Job, course: Course) -> float:
    """Return what the job itself costs: leaving it out, or its lateness."""
    rules, work = course.problem.rules, next(iter(course.of_job.get(job.id, ())), None)
    if work is None or work.begins_s is None:
        return rules.unserved * job.unserved
    return (rules.late + rules.protected * job.protected) * job.weight * work.late_s / 60


def _said(
    cost: float,
    extra: float,
    own: tuple[Share, ...],
    other: tuple[Share, ...],
    broken: tuple[Breach, ...],
    fares: list[Fare],
    say: Naming,
) -> str:
    verb = "多" if extra > 0 else "省"
    parts = [f"自排计划代价 {say.cost(cost)},"]
    parts[0] += f"比系统{verb} {say.cost(abs(extra))}" if abs(extra) > 1e-6 else "与系统相同"
    apart = [(a.rule.label, a.cost - b.cost) for a, b in zip(own, other, strict=True) if abs(a.cost - b.cost) > 1e-6]
    if apart:
        parts.append("其中" + "、".join(f"{name} {more:+.1f}" for name, more in apart))
    later = sum(fare.difference is Difference.LATER for fare in fares)
    left = sum(fare.difference is Difference.LEFT_OUT for fare in fares)
    parts += [f"{later} 项更晚"] * bool(later) + [f"{left} 项未安排"] * bool(left)
    if broken:
        parts.append(f"违反 {sum(one.count for one in broken)} 处,先看:{broken[0].sentence}")
    return ";".join(parts)
