"""What must agree between the parts of a problem; each rule is one function that names the field and the remedy."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise, takewhile

from dispatch.routing.optimiser.problem import Crew, Job, Place, Problem

from .alike import has_all_places, is_an_instant, once, refused
from .saying import shown


def check(problem: Problem) -> None:
    """:raises BadProblem: for the first thing in the problem that contradicts another"""
    for rule in RULES:
        rule(problem)


def _ids_are_unique(problem: Problem) -> None:
    once("jobs", (job.id for job in problem.jobs), "id")
    once("crews", (crew.id for crew in problem.crews), "id")
    once("reserves", (reserve.county for reserve in problem.reserves), "county")


def _zero_is_an_instant(problem: Problem) -> None:
    is_an_instant("starts_at", problem.starts_at)


def _the_matrix_is_square(problem: Problem) -> None:
    has_all_places(problem.travel, _places(problem))


def _places(problem: Problem) -> Iterator[tuple[str, Place]]:
    yield from ((f"jobs[{i}]", job.at) for i, job in enumerate(problem.jobs))
    for i, crew in enumerate(problem.crews):
        yield f"crews[{i}]", crew.at
        if crew.back is not None:
            yield f"crews[{i}].back", crew.back


def _windows_run_forward(problem: Problem) -> None:
    for i, job in enumerate(problem.jobs):
        opens, shuts = job.window_s
        if opens > shuts:
            raise refused(f"jobs[{i}].window_s", f"起点 {opens} 晚于终点 {shuts}:请对调或改正")
        if shuts > problem.horizon_s:
            raise refused(
                f"jobs[{i}].window_s", f"终点 {shuts} 超出 horizon_s({problem.horizon_s}):请改小,或把 horizon_s 改大"
            )
    for i, crew in enumerate(problem.crews):
        if crew.rest_s is not None and crew.rest_s[0] >= crew.rest_s[1]:
            raise refused(
                f"crews[{i}].rest_s", f"起点 {crew.rest_s[0]} 不早于终点 {crew.rest_s[1]}:请改正,没有休息则删去"
            )
    for i, cap in enumerate(problem.caps):
        if cap.from_s >= cap.to_s:
            raise refused(f"caps[{i}].to_s", f"为 {cap.to_s},不晚于 from_s({cap.from_s}):请对调或改正")


def _what_is_named_is_known(problem: Problem) -> None:
    jobs, crews = {job.id for job in problem.jobs}, {crew.id for crew in problem.crews}
    for i, job in enumerate(problem.jobs):
        _known(f"jobs[{i}].after", job.after, jobs, "工作")
        _known(f"jobs[{i}].vetoed", job.vetoed, crews, "队伍")
        if job.pinned is not None and job.pinned not in crews:
            raise refused(f"jobs[{i}].pinned", f"写了不存在的队伍 {shown(job.pinned)}:请核对,或删去")
    _known("plan", problem.plan, crews, "队伍")
    for crew, planned in problem.plan.items():
        _known(f"plan.{crew}", planned, jobs, "工作")
    _known("told", problem.told or (), {job for planned in problem.plan.values() for job in planned}, "计划内工作")


def _known(where: str, names: Iterable[str], known: set[str], what: str) -> None:
    for name in names:
        if name not in known:
            raise refused(where, f"写了不存在的{what} {shown(name)}:请核对,或删去")


def _declared_units_exist(problem: Problem) -> None:
    depots = {crew.depot for crew in problem.crews}
    counties = {crew.county for crew in problem.crews} | {job.county for job in problem.jobs}
    for i, cap in enumerate(problem.caps):
        if problem.crews and cap.depot not in depots:
            raise refused(f"caps[{i}].depot", f"写了没有队伍的班所 {shown(cap.depot)}:请核对,或删去该项")
    for i, reserve in enumerate(problem.reserves):
        if counties and reserve.county not in counties:
            raise refused(
                f"reserves[{i}].county", f"写了没有队伍也没有工作的县 {shown(reserve.county)}:请核对,或删去该项"
            )


def _pins_can_be_kept(problem: Problem) -> None:
    crews = {crew.id: crew for crew in problem.crews}
    for i, job in enumerate(problem.jobs):
        if job.pinned is None:
            continue
        if job.crews > 1:
            raise refused(
                f"jobs[{i}].pinned", f"只许一支队伍,但 crews 要 {job.crews} 支:请删去 pinned,或把 crews 改为 1"
            )
        _may_do(f"jobs[{i}].pinned", job, crews[job.pinned])


def _may_do(where: str, job: Job, crew: Crew) -> None:
    """:raises BadProblem: if the job is bound to a crew that must not, or cannot, do it"""
    if crew.id in job.vetoed:
        raise refused(where, f"把工作 {shown(job.id)} 定给 {shown(crew.id)},但该队在 vetoed 中:请删去其一")
    if lacking := [need for need in job.needs if need not in crew.skills]:
        raise refused(
            where,
            f"把工作 {shown(job.id)} 定给 {shown(crew.id)},但该队没有 {'、'.join(lacking)}:请换一队,或改 needs、skills",
        )


def _the_plan_has_each_job_once(problem: Problem) -> None:
    need = {job.id: job.crews for job in problem.jobs}
    often: Counter[str] = Counter()
    for crew, planned in problem.plan.items():
        twice = next((job for job, n in Counter(planned).items() if n > 1), None)
        if twice is not None:
            raise refused(f"plan.{crew}", f"中工作 {shown(twice)} 写了两次:请只留一次")
        often.update(planned)
    for name, n in often.items():
        if n > need[name]:
            raise refused("plan", f"中工作 {shown(name)} 在 {n} 条路线上,只要 {need[name]} 支队伍:请删去多余的")


def _frozen_jobs_stand_at_the_head(problem: Problem) -> None:
    frozen = {job.id: i for i, job in enumerate(problem.jobs) if job.frozen}
    crews = {crew.id: crew for crew in problem.crews}
    often: Counter[str] = Counter()
    for crew, planned in problem.plan.items() if frozen else ():
        free = next((job for job in planned if job not in frozen), None)
        head = planned.index(free) if free is not None else len(planned)
        for name in planned[head:]:
            if name in frozen:
                where = f"jobs[{frozen[name]}].frozen"
                raise refused(
                    where, f"已冻结,但在队伍 {shown(crew)} 的路线上排在未冻结的 {shown(free)} 之后:请提到前面"
                )
        for name in planned[:head]:
            _keeps_its_crew(problem.jobs[frozen[name]], crews[crew], f"jobs[{frozen[name]}]")
        often.update(planned[:head])
    for name, i in frozen.items():
        if often[name] != problem.jobs[i].crews:
            said = f"已冻结,应在 plan 的 {problem.jobs[i].crews} 条路线上,现在 {often[name]} 条"
            raise refused(f"jobs[{i}].frozen", f"{said}:请写进已发布的路线,或去掉 frozen")


def _keeps_its_crew(job: Job, crew: Crew, where: str) -> None:
    if job.pinned not in (None, crew.id):
        raise refused(
            f"{where}.pinned", f"定给 {shown(job.pinned)},但该工作已冻结在 {shown(crew.id)} 的路线上:请删去其一"
        )
    _may_do(f"{where}.frozen", job, crew)


def _no_job_waits_for_itself(problem: Problem) -> None:
    if circle := _in_a_circle({job.id: set(job.after) for job in problem.jobs if job.after}):
        where = next(f"jobs[{i}].after" for i, job in enumerate(problem.jobs) if job.id == circle[0])
        raise refused(where, f"互相等待:{' → '.join(circle)}:请删去其中一项 after")


def _frozen_orders_can_be_kept(problem: Problem) -> None:
    """A crew begins frozen work when it has done what stands before it; then nothing may wait for what comes later."""
    frozen = {job.id for job in problem.jobs if job.frozen}
    waits = {job.id: set(job.after) for job in problem.jobs if job.after}
    stands: dict[tuple[str, str], str] = {}
    for crew, planned in problem.plan.items() if frozen else ():
        head = list(takewhile(frozen.__contains__, planned))
        for before, name in pairwise(head):
            waits.setdefault(name, set()).add(before)
            stands[name, before] = crew
    if circle := _in_a_circle(waits):
        name, crew = next((name, stands[name, one]) for name, one in pairwise(circle) if (name, one) in stands)
        where = next(f"jobs[{i}].frozen" for i, job in enumerate(problem.jobs) if job.id == name)
        said = f"冻结的先后与 after 矛盾,谁都开不了工:{' 等 '.join(circle)}"
        raise refused(where, f"{said}:请改队伍 {shown(crew)} 路线的先后,或删去其中一项 after、frozen")


def _in_a_circle(waits: dict[str, set[str]]) -> list[str]:
    """Take away jobs that wait for nothing, again and again; what remains waits in a circle, or for one: return it."""
    followers: dict[str, list[str]] = {}
    for name, before in waits.items():
        for one in before:
            followers.setdefault(one, []).append(name)
    ready = [one for one in followers if one not in waits]
    while ready:
        for name in followers.get(done := ready.pop(), ()):
            waits[name].discard(done)
            if not waits[name]:
                del waits[name]
                ready.append(name)
    return _circle(waits) if waits else []


def _circle(waits: Mapping[str, set[str]]) -> list[str]:
    walk: list[str] = [next(iter(waits))]
    while walk[-1] not in walk[:-1]:
        walk.append(min(one for one in waits[walk[-1]] if one in waits))
    return walk[walk.index(walk[-1]) :]


RULES: tuple[Callable[[Problem], None], ...] = (
    _ids_are_unique,
    _zero_is_an_instant,
    _the_matrix_is_square,
    _windows_run_forward,
    _what_is_named_is_known,
    _declared_units_exist,
    _no_job_waits_for_itself,
    _pins_can_be_kept,
    _the_plan_has_each_job_once,
    _frozen_jobs_stand_at_the_head,
    _frozen_orders_can_be_kept,
)
