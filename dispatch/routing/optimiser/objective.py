"""
What a plan costs, rule by rule: each term of the objective once, with its weight, its unit and why it is there.

Computed from ``Problem`` and a plan's routes alone, in plain Python. The search counts the same terms in compiled code
and the scorer a third time from the files; tests hold the three against each other.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .course import Course, Routes
from .problem import Problem, Rules
from .words import CostRule


@dataclass(frozen=True, slots=True)
class Charge:
    """
    One thing that costs: so much of a rule's unit, for a job, a crew or both.

    :ivar amount: of the rule's unit, before the rule's weight; a rule with prices of its own counts in costs
    """

    amount: float
    job: str | None = None
    crew: str | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """
    A named rule of the objective.

    :ivar weight: reads the rule's weight
    :ivar charges: what it charges in a plan that is carried out
    :ivar unit: what one of ``Charge.amount`` is, in Chinese
    :ivar why: why a plan pays for it, in Chinese
    :ivar source: where the rule comes from
    """

    rule: CostRule
    weight: Callable[[Rules], float]
    charges: Callable[[Course], Iterator[Charge]]
    unit: str
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class Share:
    """A rule's part of a plan's cost: ``cost = weight * amount``."""

    rule: CostRule
    weight: float
    amount: float
    cost: float


def _travel(course: Course) -> Iterator[Charge]:
    for visit in course.attended():
        if visit.drive_s:
            yield Charge(visit.drive_s / 60, visit.work.job.id, visit.crew.id)
    for crew, end in course.ends.items():
        if end.drive_s:
            yield Charge(end.drive_s / 60, None, crew)


def _late(course: Course) -> Iterator[Charge]:
    for work, _ in course.begun():
        if work.late_s:
            yield Charge(work.job.weight * work.late_s / 60, work.job.id)


def _protected(course: Course) -> Iterator[Charge]:
    return (charge for charge in _late(course) if charge.job is not None and course.jobs[charge.job].protected)


def _unserved(course: Course) -> Iterator[Charge]:
    done = {work.job.id for work, _ in course.begun()}
    return (Charge(job.unserved, job.id) for job in course.problem.jobs if job.id not in done)


def _change(course: Course) -> Iterator[Charge]:
    named = named_in(course.problem)
    for visit in course.attended():
        job, crew = visit.work.job.id, visit.crew.id
        if job in named and crew not in named[job]:
            yield Charge(1.0, job, crew)


def _overtime(course: Course) -> Iterator[Charge]:
    for crew, end in course.ends.items():
        if (over_s := end.at_s - course.crews[crew].ends_s) > 0:
            yield Charge(over_s / 60, None, crew)


def _foreign(course: Course) -> Iterator[Charge]:
    for visit in course.attended():
        home, there = visit.crew.county, visit.work.job.county
        if home and there and home != there:
            yield Charge(visit.crew.lent_cost, visit.work.job.id, visit.crew.id)


def _reserve(course: Course) -> Iterator[Charge]:
    idle = Counter(crew.county for name, crew in course.crews.items() if not course.routes.get(name))
    for reserve in course.problem.reserves:
        if (short := reserve.crews - idle[reserve.county]) > 0:
            yield Charge(float(short))


def named_in(problem: Problem) -> dict[str, set[str]]:
    """Return job id -> the crews that the published plan names for it, and that were told so."""
    named: dict[str, set[str]] = defaultdict(set)
    told = None if problem.told is None else frozenset(problem.told)
    for crew, jobs in problem.plan.items():
        for job in jobs:
            if told is None or job in told:
                named[job].add(crew)
    return named


FORMAT = "docs/formats.md, Rules"
TERMS: tuple[Term, ...] = (
    Term(
        CostRule.TRAVEL, lambda rules: rules.travel, _travel, "行车分钟",
        "路上的时间不能抢修,一分钟行车作为各项代价的计量单位", FORMAT,
    ),
    Term(
        CostRule.LATE, lambda rules: rules.late, _late, "加权迟到分钟",
        "到场时限是对客户的承诺(城区 45、农村 90、边远 120 分钟),每迟一分钟按优先级计", f"{FORMAT}; 供电服务“十项承诺”",
    ),
    Term(
        CostRule.PROTECTED, lambda rules: rules.protected, _protected, "加权迟到分钟",
        "重要用户停电有人身与公共安全风险,迟到另加一份", f"{FORMAT}; GB/T 29328 重要电力用户",
    ),
    Term(
        CostRule.UNSERVED, lambda rules: rules.unserved, _unserved, "未安排代价",
        "不安排等于让客户再等一天,除非该工作另定代价", FORMAT,
    ),
    Term(
        CostRule.CHANGE, lambda rules: rules.change, _change, "改派次数",
        "已通知班组与客户的安排,收益不抵打扰就不改", FORMAT,
    ),
    Term(
        CostRule.OVERTIME, lambda rules: rules.overtime, _overtime, "加班分钟",
        "班次结束后继续作业使人疲劳,也要付加班费", FORMAT,
    ),
    Term(
        CostRule.FOREIGN, lambda _: 1.0, _foreign, "跨县作业代价",
        "借用别县班组使该县应急能力变弱,由各县公平分担", FORMAT,
    ),
    Term(
        CostRule.RESERVE, lambda rules: rules.reserve, _reserve, "缺少的留守班组",
        "各县须留有可随时出动的班组,应对下一个紧急故障", FORMAT,
    ),
)  # fmt: skip
TERM_OF = {term.rule: term for term in TERMS}


def shares(course: Course) -> tuple[Share, ...]:
    """Return what each rule costs in a plan, in the order of ``TERMS``; sums are rounded once."""
    found = []
    for term in TERMS:
        weight, amount = term.weight(course.problem.rules), math.fsum(one.amount for one in term.charges(course))
        found.append(Share(term.rule, weight, amount, weight * amount))
    return tuple(found)


def cost_of(course: Course) -> float:
    """Return what a plan costs altogether."""
    return math.fsum(share.cost for share in shares(course))


def cost(problem: Problem, routes: Routes) -> float:
    """Return what these routes cost altogether."""
    return cost_of(Course(problem, routes))
