"""What may happen to a service request, and what it makes of it. Pure: the calendar and the time are arguments."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dispatch.kit.errors import Invalid, Refusal
from dispatch.kit.servicerules import StageRule
from dispatch.kit.workdays import Calendar

from .clocks import clock
from .events import Advanced, Answered, Clocks, Closed, Opened, Paused, Resumed, ServiceEvent, Warned
from .model import Clock, Pause, ServiceRequest, Stage
from .words import ServiceKind, ServiceStep

AHEAD = timedelta(minutes=2)  # domain 2.3: what is later than the server's clock by more is refused


class WrongServiceStage(Refusal):
    """The request is not where this step belongs."""


class ServiceClosed(Refusal):
    """The request is filed."""


class ClockStands(Refusal):
    """The clock stands still already, or does not."""


class NoPause(Refusal):
    """The clock of this kind of request never stands still."""


class ServiceTime(Invalid):
    """The time that was reported cannot be."""


class ServiceFact(Invalid):
    """A fact that this stage needs is missing, or is none of its facts."""


def stages_of(rules: Sequence[StageRule]) -> tuple[Stage, ...]:
    """Return the stages of a pack, none begun. :raises ValueError: if the pack names a stage that nobody knows"""
    return tuple(
        Stage(step=ServiceStep(rule.step), limit=rule.limit, since_opened=rule.since == "opened") for rule in rules
    )


def starting(
    stages: Sequence[Stage],
    *,
    opened_at: datetime,
    appointed_at: datetime | None,
    warnings: tuple[float, float],
    calendar: Calendar,
) -> tuple[Stage, ...]:
    """
    Return the stages with the clocks that run from the opening: the first stage's, and those that count from there.

    :raises CalendarEnds: if a limit ends in a year whose holidays are not known
    """
    started = []
    for no, stage in enumerate(stages):
        if stage.step is ServiceStep.ARRIVE and appointed_at is not None:
            stage = stage.model_copy(update={"clock": _appointed(opened_at, appointed_at, warnings)})
        elif stage.limit is not None and (no == 0 or stage.since_opened):
            runs = clock(stage.limit, since=opened_at, warnings=warnings, pauses=(), calendar=calendar)
            stage = stage.model_copy(update={"clock": runs})
        started.append(stage)
    return tuple(started)


def _appointed(opened_at: datetime, appointed_at: datetime, warnings: tuple[float, float]) -> Clock:
    """约时: the booked time is the limit."""
    if appointed_at <= opened_at:
        raise ServiceTime("预约时间应晚于受理时间,请改正", field="appointed_at")
    first, second = (appointed_at - (appointed_at - opened_at) * left for left in warnings)
    return Clock(since_at=opened_at, first_warning_at=first, second_warning_at=second, due_at=appointed_at)


def following(request: ServiceRequest, *, at: datetime, warnings: tuple[float, float], calendar: Calendar) -> Clocks:
    """Return the clock of the stage after the present one, which begins now; empty if there is none to start."""
    no = request.current
    if no is None or no + 1 >= len(request.stages):
        return {}
    stage = request.stages[no + 1]
    if stage.limit is None or stage.clock is not None or stage.since_opened:
        return {}
    return {no + 1: clock(stage.limit, since=at, warnings=warnings, pauses=(), calendar=calendar)}


def resumed_clocks(
    request: ServiceRequest, *, at: datetime, warnings: tuple[float, float], calendar: Calendar
) -> Clocks:
    """Return the clocks of all running stages, put off by the pause that ends now."""
    pauses = _ended(request.pauses, at)
    return {
        no: clock(stage.limit, since=stage.clock.since_at, warnings=warnings, pauses=pauses, calendar=calendar)
        for no, stage in enumerate(request.stages)
        if stage.limit is not None and stage.clock is not None and stage.done_at is None
    }


def _ended(pauses: Sequence[Pause], at: datetime) -> tuple[Pause, ...]:
    return (*pauses[:-1], pauses[-1].model_copy(update={"ended_at": at})) if pauses else ()


def check(request: ServiceRequest, event: ServiceEvent, *, claimed: datetime, at: datetime) -> None:
    """
    Refuse what may not happen now.

    :param claimed: when it happened, as the reporter says
    :raises ServiceClosed, WrongServiceStage, ClockStands, NoPause, ServiceTime, ServiceFact: saying what would be right
    """
    if not request.is_open:
        raise ServiceClosed(f"服务工单 {request.request_no} 已归档,不能再办理;如有新诉求请另行受理")
    if not isinstance(event, Warned):
        _check_time(request, claimed, at)
    match event:
        case Advanced() | Answered():
            _check_step(request, event)
        case Paused():
            _check_pause(request)
        case Resumed() if request.paused is None:
            raise ClockStands("计时没有暂停,无需恢复")
        case Closed() if request.current is not None:
            step = request.stages[request.current].step
            raise WrongServiceStage(f"“{step.label}”尚未办结,不能归档", stage=step.value)


def _check_time(request: ServiceRequest, claimed: datetime, at: datetime) -> None:
    if claimed > at + AHEAD:
        raise ServiceTime("办理时间晚于服务器时间,请核对", field="at")
    if claimed < request.last_at:
        raise ServiceTime("办理时间早于上一步,时间不能倒退,请核对", field="at", earliest=request.last_at.isoformat())


def _check_step(request: ServiceRequest, event: Advanced | Answered) -> None:
    no = request.current
    if request.paused is not None:
        raise ClockStands(f"计时因“{request.paused.reason.label}”暂停,请先恢复计时再办理")
    if no is None:
        raise WrongServiceStage("各环节均已办结,请归档")
    step = request.stages[no].step
    if event.stage != no:
        raise WrongServiceStage(f"当前环节是“{step.label}”(序号 {no}),请按最新工单办理", stage=step.value, current=no)
    if (step is ServiceStep.ANSWER) != isinstance(event, Answered):
        way = "请用“答复”办理并填写答复内容" if step is ServiceStep.ANSWER else "请先办结该环节再答复"
        raise WrongServiceStage(f"当前环节是“{step.label}”,{way}", stage=step.value)
    if request.kind is ServiceKind.APPLIANCE_DAMAGE and isinstance(event, Advanced):
        _check_damage(step, event)


def _check_damage(step: ServiceStep, event: Advanced) -> None:
    """家电损坏: who was contacted, who verified on site, and what the cause was. Domain 2.6, 6.1."""
    if step in (ServiceStep.CONTACT, ServiceStep.ARRIVE) and event.person is None:
        who = "联系人" if step is ServiceStep.CONTACT else "现场核实人"
        raise ServiceFact(f"家电损坏须填写{who}", field="person")
    if step is ServiceStep.HANDLE and event.damage_cause is None:
        raise ServiceFact("家电损坏须填写原因,以确定是否属于供电企业责任", field="damage_cause")


def _check_pause(request: ServiceRequest) -> None:
    if request.kind is not ServiceKind.CONNECTION:
        raise NoPause(f"{request.kind.label}工单不能暂停计时,只有业扩报装可以")
    if request.paused is not None:
        raise ClockStands(f"计时已因“{request.paused.reason.label}”暂停")
    if request.current is None:
        raise WrongServiceStage("各环节均已办结,请归档")


def warnings_due(request: ServiceRequest, *, at: datetime) -> list[Warned]:
    """Return the warnings that are due and were not given, one for each stage, the highest level only."""
    if not request.is_open or request.paused is not None:
        return []
    found = []
    for no, stage in enumerate(request.stages):
        if stage.clock is None or stage.done_at is not None:
            continue
        level = sum(moment <= at for moment in _moments(stage.clock))
        if level > stage.level:
            found.append(Warned(stage=no, level=level, due_at=stage.clock.due_at))
    return found


def _moments(runs: Clock) -> tuple[datetime, datetime, datetime]:
    return runs.first_warning_at, runs.second_warning_at, runs.due_at


def next_at(request: ServiceRequest) -> datetime | None:
    """Return when the next warning is due; None while the clock stands still and when there is none."""
    if not request.is_open or request.paused is not None:
        return None
    moments = [
        _moments(stage.clock)[stage.level]
        for stage in request.stages
        if stage.clock is not None and stage.done_at is None and stage.level < 3
    ]
    return min(moments, default=None)


def opened(event: Opened, *, by: str, at: datetime) -> ServiceRequest:
    """Return the request that an opening makes."""
    said = event.model_dump(exclude={"kind", "service", "stages"})
    return ServiceRequest(
        version=1, kind=event.service, stages=event.stages, opened_at=at, opened_by=by, last_at=at, **said
    )


def evolve(request: ServiceRequest, event: ServiceEvent, *, by: str, claimed: datetime) -> ServiceRequest:
    """Return the request after an event; whether it may happen was checked."""
    change: dict[str, object] = {}
    match event:
        case Advanced() | Answered():
            change = _done(request, event, by, claimed)
        case Paused(reason=reason, text=text):
            change = {"pauses": (*request.pauses, Pause(reason=reason, text=text, begun_at=claimed))}
        case Resumed(clocks=clocks):
            change = {"pauses": _ended(request.pauses, claimed), "stages": _with(request.stages, clocks)}
        case Warned(stage=no, level=level):
            change = {"stages": _put(request.stages, no, level=level)}
        case Closed(satisfied=satisfied):
            change = {"closed_at": claimed, "satisfied": satisfied}
    last = request.last_at if isinstance(event, Warned) else claimed
    return request.model_copy(update={**change, "version": request.version + 1, "last_at": last})


def _done(request: ServiceRequest, event: Advanced | Answered, by: str, claimed: datetime) -> dict[str, object]:
    person = event.person if isinstance(event, Advanced) else None
    stages = _put(request.stages, event.stage, done_at=claimed, done_by=by, person=person, text=event.text)
    change: dict[str, object] = {"stages": _with(stages, event.clocks)}
    if isinstance(event, Answered):
        return change | {"answer": event.text}
    return change | ({"damage_cause": event.damage_cause} if event.damage_cause else {})


def _put(stages: tuple[Stage, ...], no: int, **facts: object) -> tuple[Stage, ...]:
    return (*stages[:no], stages[no].model_copy(update=facts), *stages[no + 1 :])


def _with(stages: tuple[Stage, ...], clocks: Clocks) -> tuple[Stage, ...]:
    """Put clocks on their stages; a stage that was warned keeps its level only as far as it still holds."""
    for no, runs in clocks.items():
        stages = _put(stages, no, clock=runs)
    return stages
