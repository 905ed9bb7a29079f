"""Half-day lists (派工清单) changed: teams named, visits pinned, taken off and put on, teams withdrawn."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import Field

from dispatch.accounts.model import Account
from dispatch.desk.room import Once
from dispatch.desk.worklists import deciding, naming, pinning
from dispatch.desk.worklists.deciding import Order
from dispatch.desk.worklists.naming import Named
from dispatch.desk.worklists.pinning import Wanted
from dispatch.tickets.facts import Code

from .bodies import In, Instant, Version
from .deps import BodyOf, CallerOf, DeskOf, Now, shown
from .idempotency import REPLAYED, OnceOf
from .listshapes import DecisionShown, Depot, OfDay, OfHalf, PriceShown, WorklistShown

router = APIRouter(tags=["worklists 派工清单"])

TeamName = Annotated[
    str, Path(pattern=r"^[a-z_]{1,20}-[a-z]{1,10}-\d{1,4}$", description="队伍编号的后三段,如 survey-urban-1")
]
BookingId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="预约编号")]
TeamId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}/[a-z_]{1,20}/[a-z]{1,10}/\d{1,4}$")]
Name = Annotated[str, Field(min_length=1, max_length=40)]
Booking = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="预约编号")]
MaybeOnce = Annotated[Once | None, OnceOf()]
Changer = Annotated[Account, CallerOf("worklist.change")]


class NamedTeam(In):
    """Who goes in a team, and when."""

    team: TeamId = Field(description="队伍编号")
    persons: list[Name] = Field(max_length=12, description="人员姓名")
    crew_id: Code | None = Field(default=None, description="人员所属抢修队伍")
    from_at: Instant | None = Field(default=None, description="出工时间;缺省不变")
    to_at: Instant | None = Field(default=None, description="收工时间;缺省不变")


class NamesBody(In):
    """The persons of some teams; all or none."""

    teams: list[NamedTeam] = Field(min_length=1, max_length=200)
    version: Version | None = Field(default=None, description="所见清单版本;与当前不符则 409")


class PinBody(In):
    """Which team makes a visit."""

    booking_id: Booking
    team: TeamId = Field(description="队伍编号")
    reason: str = Field(min_length=2, max_length=200, description="原因")


class ReasonBody(In):
    """Why a frozen list is changed."""

    reason: str = Field(min_length=2, max_length=200, description="原因")
    version: Version | None = Field(default=None, description="所见清单版本;与当前不符则 409")


class AddBody(ReasonBody):
    """Which team is asked for a visit that is put onto the list."""

    team: TeamId | None = Field(default=None, description="只问该队;缺省为绕路最少的队")


@router.post(
    "/worklists/{depot}/{day}/{half}/names",
    operation_id="name_worklist",
    summary="清单定人",
    response_model=WorklistShown,
)
async def name_teams(
    depot: Depot,
    day: OfDay,
    half: OfHalf,
    caller: Annotated[Account, CallerOf("worklist.name")],
    body: Annotated[NamesBody, BodyOf(NamesBody)],
    once: MaybeOnce,
    desk: DeskOf,
    now: Now,
) -> Response:
    """Name who goes; hours that break a promise are refused."""
    named = [Named(**{**dict(one), "persons": tuple(one.persons)}) for one in body.teams]
    made = await naming.name_teams(desk, depot, day, half, named, version=body.version, by=caller, at=now, once=once)
    return shown(WorklistShown.standing(made), headers=_replayed(once))


@router.post(
    "/worklists/{depot}/{day}/{half}/pins",
    operation_id="pin_visit",
    summary="指定队伍",
    status_code=201,
    response_model=PriceShown,
)
async def pin_visit(
    depot: Depot,
    day: OfDay,
    half: OfHalf,
    caller: Annotated[Account, CallerOf("worklist.pin")],
    body: Annotated[PinBody, BodyOf(PinBody)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Name the team of a visit before the freeze, and hear what that costs."""
    wanted = Wanted(booking_id=body.booking_id, team=body.team, reason=body.reason)
    return shown(PriceShown.of(await pinning.pin(desk, depot, day, half, wanted, by=caller, at=now)), status=201)


@router.delete(
    "/worklists/{depot}/{day}/{half}/pins/{booking_id}",
    operation_id="unpin_visit",
    summary="取消指定队伍",
    status_code=204,
)
async def unpin_visit(
    depot: Depot,
    day: OfDay,
    half: OfHalf,
    booking_id: BookingId,
    caller: Annotated[Account, CallerOf("worklist.pin")],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Take a word back."""
    await pinning.unpin(desk, depot, day, half, booking_id, by=caller, at=now)
    return Response(status_code=204)


@router.post(
    "/worklists/{depot}/{day}/{half}/teams/{team}/withdraw",
    operation_id="withdraw_team",
    summary="队伍撤出清单",
    response_model=DecisionShown,
)
async def withdraw_team(
    depot: Depot,
    day: OfDay,
    half: OfHalf,
    team: TeamName,
    caller: Changer,
    body: Annotated[ReasonBody, BodyOf(ReasonBody)],
    once: MaybeOnce,
    desk: DeskOf,
    now: Now,
) -> Response:
    """Let a team go no further; its visits go to other teams, or are offered another half-day."""
    order = Order(by=caller, at=now, reason=body.reason, version=body.version, once=once)
    name = f"{depot}/{team.replace('-', '/')}"
    made = await deciding.withdraw(desk, depot, day, half, name, order)
    return shown(DecisionShown.of(made), headers=_replayed(once))


@router.post(
    "/worklists/{depot}/{day}/{half}/visits/{booking_id}/remove",
    operation_id="remove_visit",
    summary="清单撤下作业",
    response_model=DecisionShown,
)
async def remove_visit(
    depot: Depot,
    day: OfDay,
    half: OfHalf,
    booking_id: BookingId,
    caller: Changer,
    body: Annotated[ReasonBody, BodyOf(ReasonBody)],
    once: MaybeOnce,
    desk: DeskOf,
    now: Now,
) -> Response:
    """Take a visit off the list; its customer is moved or offered another half-day at once."""
    order = Order(by=caller, at=now, reason=body.reason, version=body.version, once=once)
    return shown(
        DecisionShown.of(await deciding.remove(desk, depot, day, half, booking_id, order)), headers=_replayed(once)
    )


@router.post(
    "/worklists/{depot}/{day}/{half}/visits/{booking_id}/add",
    operation_id="add_visit",
    summary="清单加入作业",
    response_model=DecisionShown,
)
async def add_visit(
    depot: Depot,
    day: OfDay,
    half: OfHalf,
    booking_id: BookingId,
    caller: Changer,
    body: Annotated[AddBody, BodyOf(AddBody)],
    once: MaybeOnce,
    desk: DeskOf,
    now: Now,
) -> Response:
    """Put a booked visit of the half-day onto the list, if it breaks nobody's promise."""
    order = Order(by=caller, at=now, reason=body.reason, version=body.version, once=once)
    made = await deciding.add(desk, depot, day, half, booking_id, body.team, order)
    return shown(DecisionShown.of(made), headers=_replayed(once))


def _replayed(once: Once | None) -> dict[str, str] | None:
    return REPLAYED if once is not None and once.replayed else None
