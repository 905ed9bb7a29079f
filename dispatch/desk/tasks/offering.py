"""
Offering grid service tasks to a crew (网格任务推荐): the nearest that it can do without a promise being late.

A crew asks, or has just ended a job. All is read, judged and written in one transaction under the crew's lock, which
whoever dispatches the crew takes as well; what does not fit any more is given back at once.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.accounts import rights
from dispatch.accounts.model import SYSTEM, Account
from dispatch.capacity import gridtask, gridtasks
from dispatch.capacity.gridtask import GridTask
from dispatch.capacity.slack import Bounds, Fit, Ways, judge
from dispatch.capacity.taskwords import GridTaskState, GridTaskStep, NoTask
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection

from . import crew as crews
from . import promises, ways
from .crew import Crew

LOOKED_AT = 30  # open tasks that are judged for one crew, the nearest as the crow flies
OPEN = """
SELECT EXISTS (SELECT FROM crew JOIN grid_task USING (area) WHERE crew.id = $1 AND grid_task.state = 'open')
"""


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A task near the crew that it is not offered, and why."""

    task: GridTask
    reason: NoTask
    sentence: str


@dataclass(frozen=True, slots=True)
class Offered:
    """
    What a crew is offered.

    :param taken: the task that it has
    :param reason: why there is no offer; None: there is one
    """

    crew_id: str
    offers: tuple[GridTask, ...] = ()
    taken: GridTask | None = None
    reason: NoTask | None = None
    sentence: str = ""
    passed_over: tuple[PassedOver, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """A task and what it would mean for the crew."""

    task: GridTask
    fit: Fit
    reason: NoTask | None
    there_s: float


async def ask(desk: Desk, crew_id: str, *, by: Account, at: datetime) -> Offered:
    """
    Offer a crew what it can do now, and say why it is offered that, or nothing.

    :raises NoSuchCrew: if there is none
    :raises Forbidden: if it is not for ``by`` to ask
    """
    async with desk.db.transaction() as tx:
        area, depot = await crews.where(tx, crew_id)
        rights.check(by, "task.offer", area=area, crew_id=crew_id, depot=depot, covers=desk.areas.covers)
        await crews.lock(tx, crew_id)
        return await offer(tx, desk, crew_id, at=at)


async def after_job(tx: Connection, desk: Desk, crew_id: str, *, at: datetime) -> None:
    """Offer something to a crew that has just ended a job; nothing, if it is being sent somewhere at this moment."""
    if await tx.fetchval(OPEN, crew_id) and await crews.lock_if_free(tx, crew_id):
        await offer(tx, desk, crew_id, at=at)


async def offer(tx: Connection, desk: Desk, crew_id: str, *, at: datetime) -> Offered:
    """Write what a crew that is locked is offered now; what it was offered before and cannot do any more goes back."""
    crew = await crews.read(tx, desk, crew_id, at=at)
    held = await gridtasks.held_by(tx, crew_id)
    taken = next((task for task in held if task.state is GridTaskState.TAKEN), None)
    shown = [task for task in held if task.state is GridTaskState.OFFERED]
    reason = crews.refused(desk, crew, at=at) or (NoTask.HAS_TASK if taken else None)
    if reason is not None:
        await _lapse(tx, shown, at=at, reason=reason.label)
        return Offered(crew_id, taken=taken, reason=reason, sentence=_no(crew, reason))
    judged = await _judged(tx, desk, crew, at=at)
    fitting = [each for each in judged if each.reason is None][: desk.pack.lists.task_offers.value]
    await _lapse(tx, [task for task in shown if task.id not in {e.task.id for e in fitting}], at=at, reason="已不合适")
    offers = [await _show(tx, desk, crew, each, at=at) for each in fitting]
    passed = tuple(PassedOver(e.task, e.reason, said(desk, e)) for e in judged if e.reason is not None)
    none = None if offers else passed[0].reason if passed else NoTask.NONE_OPEN
    sentence = "" if none is None else passed[0].sentence if passed else _no(crew, none)
    return Offered(crew_id, tuple(offers), None, none, sentence, passed)


async def fits(tx: Connection, desk: Desk, crew: Crew, task: GridTask, *, at: datetime) -> Judged:
    """Judge one task for a crew as things are now."""
    (found,) = await _judge(tx, desk, crew, [task], at=at)
    return found


async def _judged(tx: Connection, desk: Desk, crew: Crew, *, at: datetime) -> list[Judged]:
    """Return the tasks near the crew, the nearest by its way first."""
    assert crew.lon is not None
    assert crew.lat is not None
    day = at.astimezone(CHINA).date()
    where = {"lon": crew.lon, "lat": crew.lat}
    tasks = await gridtasks.nearest(tx, crew.area, crew.id, day=day, at=at, limit=LOOKED_AT, **where)
    judged = await _judge(tx, desk, crew, [task for task in tasks if crew.id not in task.passed_by], at=at)
    return sorted(judged, key=lambda each: (each.there_s, each.task.id))


async def _judge(tx: Connection, desk: Desk, crew: Crew, tasks: Sequence[GridTask], *, at: datetime) -> list[Judged]:
    assert crew.lon is not None
    assert crew.lat is not None
    if not tasks:
        return []
    held, bounds = await promises.read(tx, desk, crew, at=at), bounds_of(desk, at)
    found = await asyncio.to_thread(ways.of_tasks, desk, (crew.lon, crew.lat), tasks, held, at=at)
    return [_one(crew, task, way, held, bounds, at=at) for task, way in zip(tasks, found, strict=True)]


def _one(crew: Crew, task: GridTask, way: Ways, held: promises.Held, bounds: Bounds, *, at: datetime) -> Judged:
    fit = judge(task.work_min * 60, held.chains, way, bounds, at=at)
    unable = task.skill is not None and task.skill not in crew.skills
    return Judged(task, fit, NoTask.NO_SKILL if unable else fit.reason, way.there_s)


def bounds_of(desk: Desk, at: datetime) -> Bounds:
    """Return what the pack leaves to tasks at this time of the day."""
    rules, local = desk.pack.lists, at.astimezone(CHINA)
    ends = [end for begin, end in rules.task_hours.spans if begin <= local.time() < end]
    return Bounds(
        detour_s=rules.task_detour.duration.total_seconds(),
        slack_s=rules.task_slack.duration.total_seconds(),
        until_at=datetime.combine(local.date(), ends[0], CHINA) if ends else at,
    )


async def _show(tx: Connection, desk: Desk, crew: Crew, each: Judged, *, at: datetime) -> GridTask:
    """Offer a task; one that stands offered stays so, until its time has run out."""
    task = each.task
    if task.state is GridTaskState.OFFERED and task.crew_id == crew.id and gridtask.as_of(task, at) == task:
        return task
    if task.state is GridTaskState.OFFERED:
        (task,) = await _lapse(tx, [task], at=at, reason="到时未答复")
    until = at + desk.pack.lists.task_hold.duration
    slack_min = None if each.fit.slack_s is None else int(each.fit.slack_s // 60)
    shown = gridtask.offered(task, crew.id, until=until, why=said(desk, each), slack_min=slack_min)
    (made,) = await gridtasks.append(tx, [shown], GridTaskStep.OFFERED, by=SYSTEM.id, at=at, reason=shown.why)
    return made


async def _lapse(tx: Connection, shown: Sequence[GridTask], *, at: datetime, reason: str) -> list[GridTask]:
    if not shown:
        return []
    back = [gridtask.lapsed(task) for task in shown]
    return await gridtasks.append(tx, back, GridTaskStep.LAPSED, by=SYSTEM.id, at=at, reason=reason)


def said(desk: Desk, each: Judged) -> str:
    """Return in words why a task is offered to a crew, or why not."""
    fit, rules, task = each.fit, desk.pack.lists, each.task
    detour, slack = fit.detour_s / 60, None if fit.slack_s is None else int(fit.slack_s // 60)
    match each.reason:
        case None:
            left = "" if slack is None else f",做完后距“{fit.tightest}”还有 {slack} 分钟余量"
            return f"绕路 {detour:.0f} 分钟,约 {fit.ends_at.astimezone(CHINA):%H:%M} 做完{left}"
        case NoTask.NO_SKILL:
            return f"{task.kind.label}需要技能 {task.skill},班组没有"
        case NoTask.TOO_FAR:
            return f"绕路 {detour:.0f} 分钟,超过上限 {rules.task_detour.value:g} 分钟"
        case NoTask.OFF_HOURS:
            return f"约 {fit.ends_at.astimezone(CHINA):%H:%M} 才能做完,超出作业时间 {rules.task_hours.value[0]}"
        case NoTask.NO_SLACK:
            left = f"距“{fit.tightest}”只剩 {slack} 分钟" if (slack or 0) >= 0 else f"赶不上“{fit.tightest}”"
            return f"做完后{left},须留 {rules.task_slack.value:g} 分钟"
        case other:
            return other.label


def _no(crew: Crew, reason: NoTask) -> str:
    return f"{crew.name}:{reason.label}"
