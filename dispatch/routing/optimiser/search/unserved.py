"""Why a job was left out, as far as the problem alone tells; ``leaving`` looks at the plan, ``explaining`` for help."""

from collections.abc import Mapping

from dispatch.kit.words import Labelled
from dispatch.routing.optimiser.problem import Crew, Job, Left, Problem


class Why(Labelled):
    """Why a job is not in a plan."""

    NO_CREWS = "NO_CREWS", "没有可用班组"
    NO_SKILL = "NO_SKILL", "没有具备所需技能的班组"
    TOO_FEW = "TOO_FEW", "合格班组少于所需班组数"
    PIN_VETO = "PIN_VETO", "指定或排除班组后无人可派"
    NOT_DECLARED = "NOT_DECLARED", "合格班组所属班所该类作业承载力为零"
    TOO_LONG = "TOO_LONG", "任何合格班组都无法在时间窗与班次内完成"
    BEFORE_OUT = "BEFORE_OUT", "前置工作未安排"
    NOT_TOGETHER = "NOT_TOGETHER", "凑不齐能同时到场的班组"
    CAP_FULL = "CAP_FULL", "合格班组所属班所的承载力已用完"
    TOO_LATE = "TOO_LATE", "合格班组都赶不上时间窗"
    SHIFT_ENDS = "SHIFT_ENDS", "合格班组在班次内都做不完"
    CROWDED = "CROWDED", "合格班组的路线都已排满"
    COULD_BE = "COULD_BE", "可直接插入,搜索尚未安排"
    TOO_DEAR = "TOO_DEAR", "插入任何路线的代价都高于暂不安排"
    NO_WAY = "NO_WAY", "合格班组都无路可达"
    NO_ROOM = "NO_ROOM", "合格班组都装载不下"
    UNTOLD = "UNTOLD", "没有更省的位置,或没有位置"


def reasons(problem: Problem, routes: Mapping[str, tuple[str, ...]]) -> dict[str, Left]:
    """Return why each job that no route has is left out."""
    served = {job for route in routes.values() for job in route}
    left = [job for job in problem.jobs if job.id not in served]
    return {job.id: _left(problem, job, served) for job in left}


def _left(problem: Problem, job: Job, served: set[str]) -> Left:
    why = _why(problem, job)
    if why is Why.UNTOLD and not served.issuperset(job.after):
        why = Why.BEFORE_OUT
    elif why is Why.UNTOLD and job.crews > 1:
        why = Why.NOT_TOGETHER
    return Left(why.value, why.label)


def _why(problem: Problem, job: Job) -> Why:
    if not problem.crews:
        return Why.NO_CREWS
    skilled = [crew for crew in problem.crews if set(job.needs) <= set(crew.skills)]
    if not skilled:
        return Why.NO_SKILL
    allowed = [c for c in skilled if job.pinned in (None, c.id) and c.id not in job.vetoed]
    if len(allowed) < job.crews:
        return Why.PIN_VETO if len(skilled) >= job.crews else Why.TOO_FEW
    if all(_none_declared(problem, job, crew) for crew in allowed):
        return Why.NOT_DECLARED
    if not any(_fits_alone(job, crew) for crew in allowed):
        return Why.TOO_LONG
    return Why.UNTOLD


def _none_declared(problem: Problem, job: Job, crew: Crew) -> bool:
    """Tell whether the crew's depot declared no visit for every moment at which the crew could begin the job."""
    first_s, last_s = max(job.window_s[0], crew.free_s), min(_last_s(problem, job), crew.latest_s - job.work_s)
    if first_s > last_s:  # it has no such moment: then for all of the job's
        first_s, last_s = job.window_s[0], _last_s(problem, job)
    caps = [c for c in problem.caps if c.depot == crew.depot and c.kind == job.kind and not c.visits]
    for cap in sorted(caps, key=lambda cap: cap.from_s):
        if cap.from_s <= first_s < cap.to_s:
            first_s = cap.to_s
    return bool(caps) and first_s > last_s


def _last_s(problem: Problem, job: Job) -> int:
    return min(job.window_s[1], problem.horizon_s)


def _fits_alone(job: Job, crew: Crew) -> bool:
    """Tell whether the crew could do the job if it stood there already."""
    begin = max(job.window_s[0], crew.free_s)
    return begin <= job.window_s[1] and begin + job.work_s <= crew.latest_s
