"""
A person's word that a visit is made by this team (指定队伍), before the list is frozen; and what it costs.

The cost is found as the list will be: it is made once with the word and once without, and the same scorer judges both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from dispatch.accounts.model import Account
from dispatch.capacity import lists, store
from dispatch.capacity.booking import Booking
from dispatch.capacity.words import Half
from dispatch.capacity.worklist import LeftOut, Worklist, team_label
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid, NotFound, Refusal

from .changing import NoSuchTeam
from .making import solve_each, written
from .naming import check_depot
from .posing import Known, is_pooled, read

PIN = """
INSERT INTO visit_pin (booking_id, area, team, set_by, set_at, reason) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (booking_id) DO UPDATE SET team = EXCLUDED.team, set_by = EXCLUDED.set_by, set_at = EXCLUDED.set_at,
    reason = EXCLUDED.reason
"""
UNPIN = "DELETE FROM visit_pin WHERE booking_id = $1 RETURNING team"
AUDIT = """
INSERT INTO audit (at, account_id, action, subject, area, details)
VALUES ($1, $2, $3, $4, $5, jsonb_build_object('team', $6::text, 'reason', $7::text))
"""
OF_HALF = """
SELECT booking_id, team, set_by, set_at, reason FROM visit_pin JOIN booking ON booking.id = booking_id
WHERE booking.depot = $1 AND booking.date = $2 AND booking.half = $3 ORDER BY set_at, booking_id
"""


class AlreadyFrozen(Refusal):
    """The list of that half-day is frozen: it is changed, not pinned."""


class NotBookedHere(NotFound):
    """The depot has no confirmed visit of that name in the half-day."""


class NotPinned(NotFound):
    """Nobody named a team for that visit."""


class OtherKind(Invalid):
    """The team was declared for another kind of work."""


@dataclass(frozen=True, slots=True)
class Pin:
    """Who said which team makes a visit, and why."""

    booking_id: str
    team: str
    set_by: str
    set_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Price:
    """
    What a pin costs, in minutes of driving as the scorer counts.

    :param extra: how much dearer the depot's lists become; below zero never, but for the search's luck
    :param left_out: visits that are left out with it and would not be without
    """

    pin: Pin
    extra: float
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which visit is to be made by which team, and why."""

    booking_id: str
    team: str
    reason: str


async def pin(desk: Desk, depot: str, day: date, half: Half, wanted: Wanted, *, by: Account, at: datetime) -> Price:
    """
    Name the team of a visit; it holds until it is taken back, and says what it costs.

    :raises NoSuchArea, NotADepot, Forbidden: by whom
    :raises AlreadyFrozen, NotBookedHere, NoSuchTeam, OtherKind: for what
    """
    county = check_depot(desk, depot, "worklist.pin", by=by)
    async with desk.db.transaction() as tx:
        await store.turn(tx, county, at=at)
        await _check_open(tx, depot, day, half)
        before = await read(tx, desk, county, await _depots(tx, desk, county, depot), day, half, at=at)
        _check_pair(before, _booked(before, wanted.booking_id, depot), wanted.team)
        await tx.execute(PIN, wanted.booking_id, county, wanted.team, by.id, at, wanted.reason)
        await _audit(tx, "worklist.pin", wanted, county, by=by, at=at)
    pins = {name: team for name, team in before.pins.items() if name != wanted.booking_id}
    made = Pin(wanted.booking_id, wanted.team, by.id, at, wanted.reason)
    then, now = replace(before, pins=pins), replace(before, pins={**pins, wanted.booking_id: wanted.team})
    solved = await solve_each(desk, [then, now], at=at)
    pairs = zip((then, now), solved, strict=True)
    return _price(made, *(written(desk, known, one, at=at) for known, one in pairs))


async def unpin(desk: Desk, depot: str, day: date, half: Half, booking_id: str, *, by: Account, at: datetime) -> None:
    """
    Take the word back.

    :raises NoSuchArea, NotADepot, Forbidden: by whom
    :raises AlreadyFrozen, NotBookedHere, NotPinned: for what
    """
    county = check_depot(desk, depot, "worklist.pin", by=by)
    async with desk.db.transaction() as tx:
        await store.turn(tx, county, at=at)
        await _check_open(tx, depot, day, half)
        _booked(await read(tx, desk, county, [depot], day, half, at=at), booking_id, depot)
        team = await tx.fetchval(UNPIN, booking_id)
        if team is None:
            raise NotPinned("这户没有指定队伍,无需取消;请刷新后核对", field="booking_id")
        await _audit(tx, "worklist.unpin", Wanted(booking_id=booking_id, team=team, reason=""), county, by=by, at=at)


async def pins_of(connection: Connection, depot: str, day: date, half: Half) -> list[Pin]:
    """Return the pins of a depot's half-day, the oldest first."""
    return [Pin(**row) for row in await connection.fetch(OF_HALF, depot, day, half.value)]


async def _depots(tx: Connection, desk: Desk, county: str, depot: str) -> Sequence[str]:
    """Return the depots whose lists are made together with this one's."""
    return desk.areas.depots(county) if await is_pooled(tx, desk, county) else (depot,)


async def _check_open(tx: Connection, depot: str, day: date, half: Half) -> None:
    if await lists.find(tx, depot, day, half) is not None:
        raise AlreadyFrozen("该半日的清单已冻结,不能再指定队伍;请用撤下、加入或撤出队伍来变更清单")


def _booked(known: Known, booking_id: str, depot: str) -> Booking:
    for one in known.bookings:
        if one.id == booking_id and one.slot.depot == depot:
            return one
    raise NotBookedHere("该半日没有这户已约的作业,请核对班所、日期与预约编号", field="booking_id")


def _check_pair(known: Known, booking: Booking, team: str) -> None:
    depot, kind, *_ = (*team.rsplit("/", 3), "", "")
    teams = {
        f"{one.slot.depot}/{one.slot.kind}/{one.slot.area_class}/{number}"
        for one in known.declared
        for number in range(1, one.teams + 1)
    }
    if team not in teams or (depot != booking.slot.depot and not known.pooled):
        raise NoSuchTeam(f"该半日没有申报队伍 {team[:60]},请核对班所、类别、城乡与队号", field="team")
    if kind != booking.slot.kind.value:
        raise OtherKind(f"{team_label(team)}不做{booking.slot.kind.label},请指定同一类别的队伍", field="team")


def _price(made: Pin, before: Sequence[Worklist], after: Sequence[Worklist]) -> Price:
    known = {left.booking_id for one in before for left in one.left_out}
    left = tuple(left for one in after for left in one.left_out if left.booking_id not in known)
    return Price(made, round(_cost(after) - _cost(before), 1), left)


def _cost(made: Sequence[Worklist]) -> float:
    """Return what lists cost together; those of pooled depots have one cost between them."""
    counted = made[:1] if made and made[0].pooled else made
    return sum(sum(one.cost.values()) for one in counted)


async def _audit(tx: Connection, action: str, wanted: Wanted, county: str, *, by: Account, at: datetime) -> None:
    await tx.execute(AUDIT, at, by.id, action, wanted.booking_id, county, wanted.team, wanted.reason)
