"""What a crew says of a task: it takes it, declines it, has done it; by its own telephone, or told to its county."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from dispatch.accounts import rights
from dispatch.accounts.model import SYSTEM
from dispatch.capacity import gridtask, gridtasks
from dispatch.capacity.gridtask import GridTask, OfferLapsed
from dispatch.capacity.gridtasks import NoSuchTask
from dispatch.capacity.taskwords import GridTaskState, GridTaskStep
from dispatch.desk import idempotency
from dispatch.desk.bookings.booking import Said
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.kit.errors import Refusal

from . import crew as crews
from . import offering

Decide = Callable[[Connection, GridTask, str], Awaitable[GridTask]]


class TaskDoesNotFit(Refusal):
    """Meanwhile something was promised that the task would make late, or the crew is wanted elsewhere."""


async def take(desk: Desk, task_id: str, *, said: Said) -> GridTask:
    """
    The crew takes a task that it was offered; its other offers go back.

    :raises NoSuchTask, Forbidden: by whom
    :raises StaleTask, OfferLapsed, NotYourTask, WrongTaskState: where it stands
    :raises TaskDoesNotFit: if it would make a promise late now
    """

    async def decide(tx: Connection, task: GridTask, crew_id: str) -> GridTask:
        gridtask.check(task, GridTaskStep.TAKEN, crew_id=crew_id, seen=said.version)
        await _refuse_late(tx, desk, task, crew_id, at=said.at)
        others = [each for each in await gridtasks.held_by(tx, crew_id) if each.id != task.id]
        back = [gridtask.lapsed(each) for each in others if each.state is GridTaskState.OFFERED]
        await gridtasks.append(tx, back, GridTaskStep.LAPSED, by=SYSTEM.id, at=said.at, reason="已接另一任务")
        return await _write(tx, gridtask.taken(task), GridTaskStep.TAKEN, said)

    return await _answer(desk, task_id, decide, said=said)


async def _refuse_late(tx: Connection, desk: Desk, task: GridTask, crew_id: str, *, at: datetime) -> None:
    crew = await crews.read(tx, desk, crew_id, at=at)
    if (reason := crews.refused(desk, crew, at=at)) is not None:
        raise TaskDoesNotFit(f"现在不能接网格任务:{reason.label},请稍后重新查看推荐任务", reason=reason.value)
    judged = await offering.fits(tx, desk, crew, task, at=at)
    if judged.reason is not None:
        sentence = offering.said(desk, judged)
        raise TaskDoesNotFit(f"情况已变,不能再接:{sentence},请重新查看推荐任务", reason=judged.reason.value)


async def decline(desk: Desk, task_id: str, *, reason: str, said: Said) -> GridTask:
    """
    The crew does not do a task that it was offered, or took; it is not offered to it again.

    :raises NoSuchTask, Forbidden, StaleTask, OfferLapsed, NotYourTask, WrongTaskState: as ``take``
    """

    async def decide(tx: Connection, task: GridTask, crew_id: str) -> GridTask:
        gridtask.check(task, GridTaskStep.DECLINED, crew_id=crew_id, seen=said.version)
        return await _write(tx, gridtask.declined(task, crew_id), GridTaskStep.DECLINED, said, reason=reason)

    return await _answer(desk, task_id, decide, said=said)


async def report_done(desk: Desk, task_id: str, *, result: str, said: Said) -> GridTask:
    """
    The crew has done it, and says what it found.

    :raises NoSuchTask, Forbidden, StaleTask, NotYourTask, WrongTaskState: as ``take``
    """

    async def decide(tx: Connection, task: GridTask, crew_id: str) -> GridTask:
        gridtask.check(task, GridTaskStep.DONE, crew_id=crew_id, seen=said.version)
        return await _write(tx, gridtask.done(task, result, at=said.at), GridTaskStep.DONE, said)

    return await _answer(desk, task_id, decide, said=said)


async def _answer(desk: Desk, task_id: str, decide: Decide, *, said: Said) -> GridTask:
    """Let a crew's word have its effect: the crew is locked, then the task; a repeat gets its first answer."""
    async with desk.db.transaction() as tx:
        if (first := await idempotency.find(tx, said.by, said.once)) is not None:
            return GridTask.model_validate_json(first)
        crew_id = await _crew_of(tx, desk, task_id, said)
        await crews.lock(tx, crew_id)
        task = gridtask.as_of(await gridtasks.load(tx, task_id, lock=True), said.at)
        return await decide(tx, task, crew_id)


async def _crew_of(tx: Connection, desk: Desk, task_id: str, said: Said) -> str:
    """
    Return whose word it is: the caller's own crew, else the one that the task is with.

    :raises NoSuchTask: if ``said.by`` may not see it
    :raises OfferLapsed: if it is with none
    """
    task = await gridtasks.load(tx, task_id)
    crew_id = said.by.crew_id or task.crew_id
    depot = None if crew_id is None else (await crews.where(tx, crew_id))[1]
    if not rights.allowed(
        said.by, "task.answer", area=task.area, crew_id=crew_id, depot=depot, covers=desk.areas.covers
    ):
        raise NoSuchTask("没有这项网格任务,或不在您的查看范围内;请核对编号", field="task_id")
    if crew_id is None:
        raise OfferLapsed("该任务当前没有推荐给任何班组,请先由班组查看推荐任务", state=task.state)
    return crew_id


async def _write(tx: Connection, task: GridTask, step: GridTaskStep, said: Said, *, reason: str = "") -> GridTask:
    (made,) = await gridtasks.append(tx, [task], step, by=said.by.id, at=said.at, reason=reason)
    await idempotency.remember(tx, said.by, said.once, made.model_dump_json(exclude_none=True))
    return made
