"""Grid service tasks (网格服务任务): made by the county, offered to crews with slack, answered by them."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.capacity.gridtask import GridTask, NewTask
from dispatch.capacity.gridtasks import TaskFilter
from dispatch.capacity.taskwords import GridTaskKind, GridTaskState, GridTaskStep, NoTask
from dispatch.capacity.words import VisitArea
from dispatch.desk.bookings.booking import Said
from dispatch.desk.naming import called
from dispatch.desk.room import Once
from dispatch.desk.tasks import answering, making, offering
from dispatch.desk.tasks.offering import Offered
from dispatch.tickets.facts import Code

from .bodies import In, NoNumber, Point, Version
from .capacity import Day, Local
from .deps import BodyOf, CallerOf, DeskOf, Now, shown
from .idempotency import REPLAYED, OnceOf

router = APIRouter(tags=["tasks 网格任务"])

TaskId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="网格任务编号")]
CrewId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="班组编号")]
MaybeOnce = Annotated[Once | None, OnceOf()]
Maker = Annotated[Account, CallerOf("task.make")]
Reader = Annotated[Account, CallerOf("task.read")]
Answerer = Annotated[Account, CallerOf("task.answer")]
SEEN = Field(default=None, description="所见版本;与当前不符则 409")


class TaskLineIn(In):
    """One task to be done."""

    kind: GridTaskKind
    place: Point = Field(description="任务地点,WGS-84")
    area_class: VisitArea
    address: str = Field(min_length=1, max_length=300, description="地点说明")
    due: Day = Field(description="最后一日(北京时间)")
    text: Annotated[str, NoNumber] = Field(default="", max_length=500, description="要做什么,勿填电话")
    work_min: int | None = Field(default=None, ge=1, le=240, description="现场用时,分钟;缺省按规则包")
    skill: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]{0,31}$", description="所需技能;缺省不限")

    def new(self) -> NewTask:
        lon, lat = self.place.wgs84()
        said = {name: getattr(self, name) for name in type(self).model_fields if name != "place"}
        return NewTask(lon=lon, lat=lat, **said)


class TasksBody(In):
    """Tasks of one county; all or none."""

    area: Code = Field(description="县")
    tasks: list[TaskLineIn] = Field(min_length=1, max_length=200)


class AcceptBody(In):
    """The crew takes it."""

    version: Version | None = SEEN


class DeclineBody(In):
    """Why the crew does not."""

    reason: str = Field(min_length=1, max_length=200, description="谢绝原因")
    version: Version | None = SEEN


class DoneBody(In):
    """What the crew found."""

    result: Annotated[str, NoNumber] = Field(
        min_length=1, max_length=500, description="结果,如电压读数、隐患情况;勿填电话"
    )
    version: Version | None = SEEN


class WithdrawBody(In):
    """Why nobody need do it."""

    reason: str = Field(min_length=1, max_length=200, description="撤销原因")
    version: Version | None = SEEN


class TaskShown(BaseModel):
    """A task as it stands."""

    id: str
    version: int
    area: str
    kind: GridTaskKind
    state: GridTaskState
    lon: float
    lat: float
    area_class: VisitArea
    address: str
    text: str
    work_min: int = Field(description="现场用时,分钟")
    due: date
    skill: str | None
    crew_id: str | None = Field(description="推荐给或承接的班组")
    crew_name: str | None = Field(default=None, description="其名称;只在列表中给出")
    offered_until: Local | None = Field(description="推荐有效到何时")
    why: str = Field(description="为何推荐给该班组")
    slack_min: int | None = Field(description="推荐时,做完后距最紧的承诺还有几分钟;没有承诺时为空")
    given_back_n: int = Field(description="为抢修让路的次数")
    result: str
    done_at: Local | None
    made_by: str
    made_at: Local

    @classmethod
    def of(cls, task: GridTask) -> Self:
        return cls(**{name: getattr(task, name) for name in cls.model_fields if name != "crew_name"})


class TaskList(BaseModel):
    """Tasks, the newest first."""

    tasks: Sequence[TaskShown]
    next: str | None = Field(default=None, description="下一页的 after;没有下一页时为空")


class TaskLineShown(BaseModel):
    """One line of a task's log."""

    step: GridTaskStep
    at: Local
    by: str
    reason: str
    state: GridTaskState
    crew_id: str | None


class TaskTold(BaseModel):
    """A task and all that happened to it."""

    task: TaskShown
    log: Sequence[TaskLineShown]


class PassedOverShown(BaseModel):
    """A task near the crew that it is not offered."""

    task: TaskShown
    reason: NoTask
    sentence: str


class OfferedShown(BaseModel):
    """What a crew is offered now, and why, or why nothing."""

    crew_id: str
    taken: TaskShown | None = Field(description="手上的任务")
    offers: Sequence[TaskShown] = Field(description="可接的任务,最近的在先")
    reason: NoTask | None = Field(description="没有推荐的原因;有推荐时为空")
    sentence: str = Field(description="没有推荐的原因,一句话")
    passed_over: Sequence[PassedOverShown] = Field(description="附近而不推荐的任务及原因")

    @classmethod
    def of_crew(cls, found: Offered) -> Self:
        passed = [
            PassedOverShown(task=TaskShown.of(each.task), reason=each.reason, sentence=each.sentence)
            for each in found.passed_over
        ]
        return cls(
            crew_id=found.crew_id,
            taken=TaskShown.of(found.taken) if found.taken else None,
            offers=[TaskShown.of(task) for task in found.offers],
            reason=found.reason,
            sentence=found.sentence,
            passed_over=passed,
        )


class TaskQuery(BaseModel):
    """Which tasks are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="区域编码,含其下属各县;缺省为本辖区"
    )
    state: list[GridTaskState] | None = Field(default=None, max_length=len(GridTaskState))
    kind: list[GridTaskKind] | None = Field(default=None, max_length=len(GridTaskKind))
    due_by: Day | None = Field(default=None, description="期限不晚于")
    crew: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,64}$", description="推荐给或承接的班组")
    after: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,64}$", description="上一页返回的 next")
    limit: int = Field(default=100, ge=1, le=500, description="每页条数")


@router.post(
    "/grid-tasks", operation_id="make_grid_tasks", summary="建立网格任务", status_code=201, response_model=TaskList
)
async def make_tasks(
    caller: Maker,
    body: Annotated[TasksBody, BodyOf(TasksBody)],
    once: Annotated[Once, OnceOf(required=True)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Make tasks of a county, all or none; one that is wrong is named by its number."""
    made = await making.make(desk, body.area, [line.new() for line in body.tasks], by=caller, at=now, once=once)
    answer = TaskList(tasks=[TaskShown.of(task) for task in made])
    return shown(answer, status=201, headers=REPLAYED if once.replayed else None)


@router.get("/grid-tasks", operation_id="list_grid_tasks", summary="网格任务列表", response_model=TaskList)
async def list_tasks(caller: Reader, query: Annotated[TaskQuery, Query()], desk: DeskOf, now: Now) -> Response:
    """List the tasks of an area, the newest first."""
    wanted = TaskFilter(
        states=query.state,
        kinds=query.kind,
        due_by=query.due_by,
        crew_id=query.crew,
        after=query.after,
        limit=query.limit,
    )
    found = await making.listed(desk, query.area, wanted, by=caller, at=now)
    following = found[-1].id if len(found) == query.limit else None
    named = await called(desk, crews=(task.crew_id for task in found))
    tasks = [TaskShown.of(task).model_copy(update={"crew_name": named.crews.get(task.crew_id or "")}) for task in found]
    return shown(TaskList(tasks=tasks, next=following))


@router.get("/grid-tasks/{task_id}", operation_id="read_grid_task", summary="网格任务及其经过", response_model=TaskTold)
async def read_task(task_id: TaskId, caller: Reader, desk: DeskOf, now: Now) -> Response:
    """Return a task and its log."""
    told = await making.told(desk, task_id, by=caller, at=now)
    log = [
        TaskLineShown(
            step=line.step,
            at=line.at,
            by=line.by,
            reason=line.reason,
            state=line.task.state,
            crew_id=line.task.crew_id,
        )
        for line in told.lines
    ]
    return shown(TaskTold(task=TaskShown.of(told.task), log=log))


@router.get(
    "/crews/{crew_id}/tasks",
    operation_id="offer_grid_tasks",
    summary="推荐给班组的网格任务",
    response_model=OfferedShown,
)
async def offer_tasks(
    crew_id: CrewId, caller: Annotated[Account, CallerOf("task.offer")], desk: DeskOf, now: Now
) -> Response:
    """Offer the crew what it can do without a promise being late; asked again, the same while it holds."""
    return shown(OfferedShown.of_crew(await offering.ask(desk, crew_id, by=caller, at=now)))


@router.post(
    "/grid-tasks/{task_id}/accept", operation_id="accept_grid_task", summary="接受网格任务", response_model=TaskShown
)
async def accept_task(
    task_id: TaskId,
    caller: Answerer,
    body: Annotated[AcceptBody, BodyOf(AcceptBody)],
    once: MaybeOnce,
    desk: DeskOf,
    now: Now,
) -> Response:
    """The crew takes a task that it was offered."""
    said = Said(by=caller, at=now, version=body.version, once=once)
    return _answer(await answering.take(desk, task_id, said=said), once)


@router.post(
    "/grid-tasks/{task_id}/decline", operation_id="decline_grid_task", summary="谢绝网格任务", response_model=TaskShown
)
async def decline_task(
    task_id: TaskId,
    caller: Answerer,
    body: Annotated[DeclineBody, BodyOf(DeclineBody)],
    once: MaybeOnce,
    desk: DeskOf,
    now: Now,
) -> Response:
    """The crew does not do it; it is not offered to it again."""
    said = Said(by=caller, at=now, version=body.version, once=once)
    return _answer(await answering.decline(desk, task_id, reason=body.reason, said=said), once)


@router.post(
    "/grid-tasks/{task_id}/done", operation_id="report_grid_task", summary="网格任务完成", response_model=TaskShown
)
async def report_task(
    task_id: TaskId,
    caller: Answerer,
    body: Annotated[DoneBody, BodyOf(DoneBody)],
    once: MaybeOnce,
    desk: DeskOf,
    now: Now,
) -> Response:
    """The crew did it, and says what it found."""
    said = Said(by=caller, at=now, version=body.version, once=once)
    return _answer(await answering.report_done(desk, task_id, result=body.result, said=said), once)


@router.post(
    "/grid-tasks/{task_id}/withdraw",
    operation_id="withdraw_grid_task",
    summary="撤销网格任务",
    response_model=TaskShown,
)
async def withdraw_task(
    task_id: TaskId,
    caller: Maker,
    body: Annotated[WithdrawBody, BodyOf(WithdrawBody)],
    once: MaybeOnce,
    desk: DeskOf,
    now: Now,
) -> Response:
    """Nobody need do it any more."""
    said = Said(by=caller, at=now, version=body.version, once=once)
    return _answer(await making.withdraw(desk, task_id, reason=body.reason, said=said), once)


def _answer(made: GridTask, once: Once | None) -> Response:
    return shown(TaskShown.of(made), headers=REPLAYED if once is not None and once.replayed else None)
