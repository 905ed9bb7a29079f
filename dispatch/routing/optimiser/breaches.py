"""
The validator: what a plan breaks, each time with a sentence that names what is wrong and what would mend it.

The same for plans of the machine and of people. Kinds and counts are those of ``docs/formats.md``; the scorer counts
them a second time, from the files.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .course import Course, Visit, Work
from .problem import Cap, Crew, Job, Problem
from .words import PLAIN, Naming, Violation


@dataclass(frozen=True, slots=True)
class Breach:
    """
    Something that a plan must not do.

    :ivar count: how often, as the scorer counts
    :ivar sentence: Chinese, what is wrong and what would mend it
    """

    kind: Violation
    sentence: str
    job: str | None = None
    crew: str | None = None
    count: int = 1


def breaches(course: Course, naming: Naming = PLAIN) -> tuple[Breach, ...]:
    """Return all that a plan breaks, in the order of ``docs/formats.md``."""
    return tuple(breach for rule in RULES for breach in rule(course, naming))


def minutes(seconds: int) -> str:
    """Return seconds as whole minutes, rounded up, for a sentence."""
    return f"{-(-seconds // 60)} 分钟"


def _unknown(course: Course, say: Naming) -> Iterator[Breach]:
    for crew, job in course.strangers:
        if job is None:
            said = f"问题中没有{say.the_crew(crew)}:请核对编号,或删去这条路线"
        else:
            said = f"{say.the_crew(crew)} 的路线上有问题中没有的{say.the_job(job)}:请核对编号,或删去"
        yield Breach(Violation.UNKNOWN, said, job, crew)


def _twice(course: Course, say: Naming) -> Iterator[Breach]:
    for job, works in course.of_job.items():
        for surplus in works[1:]:
            crew = surplus.visits[0].crew.id
            once = f"{say.the_job(job)} 只要 {surplus.job.crews} 支{say.a_crew}各去一次"
            said = f"{once},{say.the_crew(crew)} 这次多余:请从其路线删去"
            yield Breach(Violation.TWICE, said, job, crew)


def _partners(course: Course, say: Naming) -> Iterator[Breach]:
    for job, works in course.of_job.items():
        work = works[0]
        short = work.job.crews - len(work.visits)
        if work.begins_s is not None and short > 0:
            others = _able(course.problem, work.job, say, [visit.crew.id for visit in work.visits])
            together = f"{say.the_job(job)} 要 {work.job.crews} 支{say.a_crew}同时到场"
            said = f"{together},还缺 {short} 支:请加派{others},或整项撤下"
            yield Breach(Violation.PARTNERS, said, job)


def _skill(course: Course, say: Naming) -> Iterator[Breach]:
    for visit in course.attended():
        job, crew = visit.work.job, visit.crew
        if lacking := [need for need in job.needs if need not in crew.skills]:
            who, able = say.the_crew(crew.id), _able(course.problem, job, say)
            said = f"{who} 没有 {say.needs(lacking)},不能做{say.the_job(job.id)}:请改派{able}"
            yield Breach(Violation.SKILL, said, job.id, crew.id)


def _pinned(course: Course, say: Naming) -> Iterator[Breach]:
    for visit in course.attended():
        job, crew = visit.work.job, visit.crew
        if job.pinned not in (None, crew.id):
            pinned = say.crew(job.pinned or "")
            but = f"{say.the_job(job.id)} 已指定{say.a_crew} {pinned},却排给 {say.crew(crew.id)}"
            said = f"{but}:请改派 {pinned},或取消指定"
            yield Breach(Violation.PINNED, said, job.id, crew.id)


def _vetoed(course: Course, say: Naming) -> Iterator[Breach]:
    for visit in course.attended():
        job, crew = visit.work.job, visit.crew
        if crew.id in job.vetoed:
            able = _able(course.problem, job, say)
            said = f"{say.the_job(job.id)} 已排除{say.the_crew(crew.id)}:请改派{able},或取消排除"
            yield Breach(Violation.VETOED, said, job.id, crew.id)


def _frozen(course: Course, say: Naming) -> Iterator[Breach]:
    for crew, jobs in course.problem.plan.items():
        route = course.planned.get(crew, ())
        for i, name in enumerate(jobs):
            if course.jobs[name].frozen and tuple(route[i : i + 1]) != (name,):
                who = say.the_crew(crew)
                said = f"{say.the_job(name)} 已冻结,应是{who} 的第 {i + 1} 项:请放回原处,或先征得班组同意解除冻结"
                yield Breach(Violation.FROZEN, said, name, crew)


def _window(course: Course, say: Naming) -> Iterator[Breach]:
    for work, begins_s in course.begun():
        shuts_s = min(work.job.window_s[1], course.problem.horizon_s)
        if begins_s > shuts_s:
            late, mend = minutes(begins_s - shuts_s), f"请排在前面、改派更近的{say.a_crew},或与客户另约"
            said = f"{say.the_job(work.job.id)} {say.clock(begins_s)} 才开始,晚于时间窗 {late}:{mend}"
            yield Breach(Violation.WINDOW, said, work.job.id, work.visits[0].crew.id)


def _order(course: Course, say: Naming) -> Iterator[Breach]:
    for work, _ in course.begun():
        for name in work.job.after:
            if name not in course.of_job:
                this, first = say.job(work.job.id), say.job(name)
                said = f"{say.a_job} {this} 须在 {first} 之后,但 {first} 未安排:请先排 {first},或撤下 {this}"
                yield Breach(Violation.ORDER, said, work.job.id, work.visits[0].crew.id)


def _shift(course: Course, say: Naming) -> Iterator[Breach]:
    for crew, end in course.ends.items():
        over_s = end.at_s - course.crews[crew].latest_s
        if over_s > 0:
            last = course.routes[crew][-1].work.job.id
            when = f"{say.clock(end.at_s)} 才结束,超出最晚时间 {minutes(over_s)}"
            said = f"{say.the_crew(crew)} {when}:请撤下末项 {say.job(last)},或同意延长"
            yield Breach(Violation.SHIFT, said, last, crew)


def _room(course: Course, say: Naming) -> Iterator[Breach]:
    for crew, visits in course.routes.items():
        room, load = course.crews[crew].room, sum(visit.work.job.load for visit in visits)
        if room is not None and load > room:
            said = f"{say.the_crew(crew)} 装载 {load},只容 {room}:请把多出的 {load - room} 改派别队"
            yield Breach(Violation.ROOM, said, None, crew)


def _cap(course: Course, say: Naming) -> Iterator[Breach]:
    for cap, above in above_caps(course):
        said = (
            f"{say.depot(cap.depot)} 的 {say.kind(cap.kind)} 在 {say.clock(cap.from_s)}–{say.clock(cap.to_s)} "
            f"申报 {cap.visits} 次,"
            f"排了 {cap.visits + len(above)} 次:请改派其他班所、换时段,或增加申报 {len(above)} 次"
        )
        yield Breach(Violation.CAP, said, above[-1].work.job.id, above[-1].crew.id, len(above))


def above_caps(course: Course) -> Iterator[tuple[Cap, list[Visit]]]:
    """Yield each cap that is exceeded with the visits above it, those that begin last; frozen ones come first."""
    begun: dict[tuple[str, str], list[tuple[bool, int, Visit]]] = defaultdict(list)
    for work, begins_s in course.begun():
        for visit in work.visits:
            begun[visit.crew.depot, work.job.kind].append((not work.job.frozen, begins_s, visit))
    for cap in course.problem.caps:
        inside = [one for one in begun[cap.depot, cap.kind] if cap.from_s <= one[1] < cap.to_s]
        if len(inside) > cap.visits:
            yield cap, [visit for _, _, visit in sorted(inside, key=lambda one: one[:2])[cap.visits :]]


def _deadlock(course: Course, say: Naming) -> Iterator[Breach]:
    stuck = course.stuck
    names = "、".join(say.job(work.job.id) for work in stuck[:4])
    for work in stuck:
        said = f"{say.the_job(work.job.id)} 永远开始不了,路线互相等待({names}):请对调其中一队的先后次序"
        yield Breach(Violation.DEADLOCK, said, work.job.id, work.visits[0].crew.id)


def _way(course: Course, say: Naming) -> Iterator[Breach]:
    for visits in course.routes.values():
        for visit in visits:
            if visit.drive_s is None:
                job, crew = visit.work.job, visit.crew.id
                able = _able(course.problem, job, say, [crew])
                said = f"{say.the_crew(crew)} 没有路去{say.the_job(job.id)}:请改派{able},或等道路恢复"
                yield Breach(Violation.WAY, said, job.id, crew)
    for crew, end in course.ends.items():
        if end.drive_s is None:
            said = f"{say.the_crew(crew)} 做完最后一项没有路返回:请改派末项,或改其返回地点"
            yield Breach(Violation.WAY, said, None, crew)


def _able(problem: Problem, job: Job, say: Naming, without: list[str] | None = None) -> str:
    """Return up to three crews that may do a job, for a sentence."""
    found = [say.crew(crew.id) for crew in problem.crews if may_do(job, crew) and crew.id not in (without or ())]
    return f"合格的{say.a_crew}(如 {'、'.join(found[:3])})" if found else f"合格的{say.a_crew}(目前没有)"


def may_do(job: Job, crew: Crew) -> bool:
    """Tell whether skills, pin and vetoes let a crew do a job."""
    return set(job.needs) <= set(crew.skills) and job.pinned in (None, crew.id) and crew.id not in job.vetoed


def to_blame(course: Course, breach: Breach) -> Work | None:
    """Return the work that, taken out of the plan, would mend a breach or bring it nearer; None: nothing would."""
    if breach.job is not None:
        return course.of_job[breach.job][0] if breach.job in course.of_job else None
    visits = course.routes.get(breach.crew or "", [])
    return visits[-1].work if visits else None


RULES: tuple[Callable[[Course, Naming], Iterator[Breach]], ...] = (
    _unknown, _twice, _partners, _skill, _pinned, _vetoed, _frozen,
    _window, _order, _shift, _room, _cap, _deadlock, _way,
)  # fmt: skip
