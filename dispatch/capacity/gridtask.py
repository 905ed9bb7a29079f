"""
A grid service task (网格服务任务): something small that is done in passing by a crew that is near. Paper S3.

It stands in this room because it is filled into what is left of the declared working time beside the promises; it has
no customer who waits and no clock that runs, so it is none of the service requests (``services``), and it is nobody's
job, so it is no ticket. Pure.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dispatch.kit.clock import CHINA
from dispatch.kit.errors import Refusal

from .declaration import Frozen
from .taskwords import GridTaskKind, GridTaskState, GridTaskStep
from .words import VisitArea


class WrongTaskState(Refusal):
    """The task does not stand where this may happen."""


class StaleTask(Refusal):
    """Somebody changed the task since the caller saw it."""


class NotYourTask(Refusal):
    """The task is offered to another crew, or done by one."""


class OfferLapsed(Refusal):
    """The offer was open until a time that has passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """
    One task to be done; degrees WGS-84.

    :param work_min: on site; None: as the pack expects
    """

    kind: GridTaskKind
    lon: float
    lat: float
    area_class: VisitArea
    address: str
    due: date
    text: str = ""
    work_min: int | None = None
    skill: str | None = None


class GridTask(Frozen):
    """
    One task; degrees WGS-84.

    :param work_min: expected on site
    :param due: the last day on which it is worth doing
    :param skill: that the crew must have; None: any crew
    :param crew_id: that it is offered to, or that does it
    :param offered_until: an offer that is not answered by then is over
    :param why: why it was offered to that crew
    :param slack_min: minutes that were left before its tightest promise, when it was offered
    :param passed_by: crews that declined it; it is not offered to them again
    :param given_back_n: times it gave way to a repair
    :param result: what the crew found
    """

    id: str
    version: int = 0
    area: str
    kind: GridTaskKind
    state: GridTaskState = GridTaskState.OPEN
    lon: float
    lat: float
    area_class: VisitArea
    address: str
    text: str = ""
    work_min: int
    due: date
    skill: str | None = None
    crew_id: str | None = None
    offered_until: datetime | None = None
    why: str = ""
    slack_min: int | None = None
    passed_by: tuple[str, ...] = ()
    given_back_n: int = 0
    result: str = ""
    done_at: datetime | None = None
    made_by: str
    made_at: datetime
    pack: str

    @property
    def over_at(self) -> datetime:
        """The end of its last day, in China."""
        return datetime.combine(self.due + timedelta(days=1), time(), CHINA)


S, T = GridTaskState, GridTaskStep
MAY: dict[GridTaskStep, frozenset[GridTaskState]] = {
    T.OFFERED: frozenset({S.OPEN}),
    T.LAPSED: frozenset({S.OFFERED}),
    T.TAKEN: frozenset({S.OFFERED}),
    T.DECLINED: frozenset({S.OFFERED, S.TAKEN}),
    T.GIVEN_BACK: frozenset({S.OFFERED, S.TAKEN}),
    T.DONE: frozenset({S.TAKEN}),
    T.WITHDRAWN: frozenset({S.OPEN, S.OFFERED, S.TAKEN}),
    T.EXPIRED: frozenset({S.OPEN}),
}
NOBODY: dict[str, object] = {"crew_id": None, "offered_until": None, "why": "", "slack_min": None}


def check(task: GridTask, step: GridTaskStep, *, crew_id: str | None = None, seen: int | None = None) -> None:
    """
    Refuse a step that may not be taken now.

    :param crew_id: whose word it is; None: nobody's in particular
    :param seen: version that the caller saw; None: whatever it is
    :raises StaleTask: if it is another
    :raises OfferLapsed: if the crew had the offer, and let it lapse
    :raises WrongTaskState: if the task stands elsewhere
    :raises NotYourTask: if it is another crew's
    """
    if seen is not None and seen != task.version:
        raise StaleTask(
            f"该任务已是第 {task.version} 版,您看到的是第 {seen} 版,请刷新后再办", field="version", version=task.version
        )
    if task.state not in MAY[step]:
        if step is T.TAKEN and task.state is S.OPEN:
            raise OfferLapsed("该任务当前没有推荐给本班组(推荐已失效或已收回),请重新查看推荐任务", state=task.state)
        raise WrongTaskState(f"任务处于“{task.state.label}”,不能{step.label};请刷新后核对", state=task.state)
    if crew_id is not None and task.crew_id != crew_id:
        raise NotYourTask("该任务已推荐给或已由其他班组承接,请重新查看推荐任务")


def as_of(task: GridTask, at: datetime) -> GridTask:
    """Return the task with an offer that has run out given back, and over if its last day has gone by."""
    if task.state is S.OFFERED and task.offered_until is not None and at >= task.offered_until:
        task = lapsed(task)
    return expired(task) if task.state is S.OPEN and at >= task.over_at else task


def offered(task: GridTask, crew_id: str, *, until: datetime, why: str, slack_min: int | None) -> GridTask:
    """It is shown to one crew, and to no other for a while."""
    update = {"state": S.OFFERED, "crew_id": crew_id, "offered_until": until, "why": why, "slack_min": slack_min}
    return task.model_copy(update=update)


def taken(task: GridTask) -> GridTask:
    """The crew does it."""
    return task.model_copy(update={"state": S.TAKEN, "offered_until": None})


def declined(task: GridTask, crew_id: str) -> GridTask:
    """The crew does not do it; another may."""
    passed = tuple(dict.fromkeys((*task.passed_by, crew_id)))
    return task.model_copy(update=NOBODY | {"state": S.OPEN, "passed_by": passed})


def lapsed(task: GridTask) -> GridTask:
    """The offer was not answered, or does not hold any more."""
    return task.model_copy(update=NOBODY | {"state": S.OPEN})


def given_back(task: GridTask) -> GridTask:
    """It gives way to a repair."""
    return task.model_copy(update=NOBODY | {"state": S.OPEN, "given_back_n": task.given_back_n + 1})


def done(task: GridTask, result: str, *, at: datetime) -> GridTask:
    """The crew did it, and says what it found."""
    return task.model_copy(update={"state": S.DONE, "result": result, "done_at": at})


def withdrawn(task: GridTask) -> GridTask:
    """Nobody need do it."""
    return task.model_copy(update=NOBODY | {"state": S.WITHDRAWN})


def expired(task: GridTask) -> GridTask:
    """Its last day has gone by."""
    return task.model_copy(update=NOBODY | {"state": S.EXPIRED})
