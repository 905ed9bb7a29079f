"""Tasks give way (网格任务让路): to a repair that the crew is sent to, to a storm, to the end of their time."""

from collections.abc import Sequence
from datetime import datetime

from dispatch.accounts.model import SYSTEM
from dispatch.capacity import gridtask, gridtasks
from dispatch.capacity.taskwords import GridTaskState, GridTaskStep
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection
from dispatch.tickets.events import Dispatched, Event
from dispatch.tickets.model import Ticket

from . import offering

AT_ONCE = 500  # tasks whose time has run out that one transaction takes


async def follow(tx: Connection, desk: Desk, event: Event, *, before: Ticket, after: Ticket, at: datetime) -> None:
    """Let a crew that is sent to a repair give its tasks back at once; offer some to one that has ended its job."""
    if isinstance(event, Dispatched):
        await give_back(tx, event.crew_id, at=at, reason=f"转抢修工单 {after.ticket_no}")
    elif before.crew is not None and after.crew is None:
        await offering.after_job(tx, desk, before.crew.crew_id, at=at)


async def give_back(tx: Connection, crew_id: str, *, at: datetime, reason: str) -> int:
    """Take from a crew what it was offered and what it does; return how many tasks. Whoever sends it has it locked."""
    return await _give_back(tx, await gridtasks.held_by(tx, crew_id), by=SYSTEM.id, at=at, reason=reason)


async def for_storm(tx: Connection, county: str, *, by: str, at: datetime, reason: str) -> int:
    """Take back all that is offered or being done in a county that turns to repairs only; return how many tasks."""
    return await _give_back(tx, await gridtasks.held_in(tx, county), by=by, at=at, reason=reason)


async def _give_back(tx: Connection, held: Sequence[gridtask.GridTask], *, by: str, at: datetime, reason: str) -> int:
    if held:
        back = [gridtask.given_back(task) for task in held]
        await gridtasks.append(tx, back, GridTaskStep.GIVEN_BACK, by=by, at=at, reason=reason)
    return len(held)


async def tidy(desk: Desk, *, at: datetime) -> int:
    """
    Let offers that nobody answered go back and tasks whose last day is over expire, in every county; return how many.

    Safe to call every minute and after a stop: what was done is not there any more.
    """
    done = 0
    while True:
        async with desk.db.transaction() as tx:
            found = await gridtasks.overdue(tx, day=at.astimezone(CHINA).date(), at=at, limit=AT_ONCE)
            shown = [task for task in found if task.state is GridTaskState.OFFERED]
            back = await _append(tx, [gridtask.lapsed(task) for task in shown], GridTaskStep.LAPSED, at, "到时未答复")
            still = [*back, *(task for task in found if task.state is GridTaskState.OPEN)]
            over = [gridtask.expired(task) for task in still if at >= task.over_at]
            await _append(tx, over, GridTaskStep.EXPIRED, at, "已过期限")
        done += len(found)
        if len(found) < AT_ONCE:
            return done


async def _append(
    tx: Connection, tasks: list[gridtask.GridTask], step: GridTaskStep, at: datetime, reason: str
) -> list[gridtask.GridTask]:
    return await gridtasks.append(tx, tasks, step, by=SYSTEM.id, at=at, reason=reason) if tasks else []
