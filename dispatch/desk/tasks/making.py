"""Grid service tasks made, looked at and withdrawn by those who keep the county's list of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import TypeAdapter

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.capacity import gridtask, gridtasks
from dispatch.capacity.gridtask import GridTask, NewTask
from dispatch.capacity.gridtasks import NoSuchTask, TaskFilter, TaskLine
from dispatch.capacity.taskwords import GridTaskStep
from dispatch.desk import idempotency
from dispatch.desk.bookings.booking import Said
from dispatch.desk.ids import new_id
from dispatch.desk.room import Desk, Once
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid, Refusal
from dispatch.places.areas import Area, AreaLevel

MADE = TypeAdapter(tuple[GridTask, ...])


class BadTask(Invalid):
    """A task of a request that cannot be; ``field`` names which, counted from 0."""


@dataclass(frozen=True, slots=True)
class Told:
    """A task and all that happened to it."""

    task: GridTask
    lines: Sequence[TaskLine] = field(default=())


async def make(
    desk: Desk, county: str, new: Sequence[NewTask], *, by: Account, at: datetime, once: Once | None = None
) -> tuple[GridTask, ...]:
    """
    Make tasks of a county, all or none.

    :raises NoSuchArea, Forbidden: by whom and for where
    :raises BadTask: naming the one that is wrong and what to do
    """
    area = county_of(desk, county, by=by)
    made = [_checked(desk, area.code, each, n, by=by, at=at) for n, each in enumerate(new)]
    return await keep(desk, made, by=by, at=at, once=once)


async def keep(
    desk: Desk, made: Sequence[GridTask], *, by: Account, at: datetime, once: Once | None
) -> tuple[GridTask, ...]:
    """Write down tasks that were checked, all at once."""
    async with desk.db.transaction() as tx:
        if (first := await idempotency.find(tx, by, once)) is not None:
            return MADE.validate_json(first)
        kept = tuple(await gridtasks.append(tx, made, GridTaskStep.MADE, by=by.id, at=at))
        await idempotency.remember(tx, by, once, MADE.dump_json(kept, exclude_none=True).decode(), status=201)
    return kept


def county_of(desk: Desk, county: str, *, by: Account) -> Area:
    """Return a county that ``by`` may make tasks of. :raises NoSuchArea, BadTask, Forbidden: if it is none"""
    area = desk.areas.get(county)
    if area.level is not AreaLevel.COUNTY:
        raise BadTask(f"网格任务按县建立,{area.name}是{area.level.label},请指定县", field="area")
    rights.check(by, "task.make", area=area.code, covers=desk.areas.covers)
    return area


def _checked(desk: Desk, county: str, new: NewTask, number: int, *, by: Account, at: datetime) -> GridTask:
    try:
        return checked(desk, county, new, by=by, at=at)
    except BadTask as refusal:
        said = f"第 {number + 1} 项:{refusal.message}"
        raise BadTask(said, field=f"tasks.{number}.{refusal.field}") from refusal


def checked(desk: Desk, county: str, new: NewTask, *, by: Account, at: datetime) -> GridTask:
    """Return a task as it will be kept. :raises BadTask: if it cannot be; ``field``: place or due"""
    try:
        desk.locator.check_point(new.lon, new.lat)
    except Refusal as refusal:
        raise BadTask(refusal.message, field="place") from refusal
    if new.due < at.astimezone(CHINA).date():
        raise BadTask(f"期限 {new.due} 已过,请改为今天或以后", field="due")
    work = new.work_min or round(desk.pack.lists.task_work.duration.total_seconds() / 60)
    return GridTask(
        id=new_id(at),
        area=county,
        kind=new.kind,
        lon=new.lon,
        lat=new.lat,
        area_class=new.area_class,
        address=new.address,
        text=new.text,
        work_min=work,
        due=new.due,
        skill=new.skill,
        made_by=by.id,
        made_at=at,
        pack=desk.pack.key,
    )


async def withdraw(desk: Desk, task_id: str, *, reason: str, said: Said) -> GridTask:
    """
    Nobody need do the task any more.

    :raises NoSuchTask, StaleTask, WrongTaskState: by whom, and where it stands
    """
    async with desk.db.transaction() as tx:
        if (first := await idempotency.find(tx, said.by, said.once)) is not None:
            return GridTask.model_validate_json(first)
        task = gridtask.as_of(await _seen(tx, desk, task_id, said.by, "task.make", lock=True), said.at)
        gridtask.check(task, GridTaskStep.WITHDRAWN, seen=said.version)
        step = GridTaskStep.WITHDRAWN
        (made,) = await gridtasks.append(tx, [gridtask.withdrawn(task)], step, by=said.by.id, at=said.at, reason=reason)
        await idempotency.remember(tx, said.by, said.once, made.model_dump_json(exclude_none=True))
    return made


async def _seen(
    connection: Connection, desk: Desk, task_id: str, by: Account, action: str, *, lock: bool = False
) -> GridTask:
    task = await gridtasks.load(connection, task_id, lock=lock)
    if not rights.allowed(by, action, area=task.area, covers=desk.areas.covers):
        raise NoSuchTask("没有这项网格任务,或不在您的查看范围内;请核对编号", field="task_id")
    return task


async def told(desk: Desk, task_id: str, *, by: Account, at: datetime) -> Told:
    """
    Return a task as it stands at ``at``, with its log.

    :raises NoSuchTask: if there is none that ``by`` may see
    """
    async with desk.db.connection() as connection:
        task = await _seen(connection, desk, task_id, by, "task.read")
        return Told(gridtask.as_of(task, at), await gridtasks.log(connection, task_id))


async def listed(desk: Desk, area: str | None, wanted: TaskFilter, *, by: Account, at: datetime) -> list[GridTask]:
    """
    Return the tasks of an area (by default the caller's own), the newest first, as they stand at ``at``.

    :raises NoSuchArea, Forbidden: if there is none, or not for ``by``
    """
    code = desk.areas.get(area or by.area).code
    rights.check(by, "task.read", area=code, covers=desk.areas.covers)
    async with desk.db.connection() as connection:
        found = await gridtasks.page(connection, [code, *desk.areas.counties(code)], wanted)
    return [gridtask.as_of(task, at) for task in found]
