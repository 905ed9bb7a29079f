"""
A list after its freeze: a visit or a team leaves it, or a visit comes onto it. Domain 7.2: by push, acknowledged.

Each change is a version of its own. Order and teams of all other visits stay, their times are told anew, and each team
that is touched is told until somebody says that it knows. The caller has the county's turn (``store.turn``).
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dispatch.capacity import lists, store
from dispatch.capacity.booking import Booking
from dispatch.capacity.declaration import Hours
from dispatch.capacity.words import BookingState, Half, ListState, ListStep
from dispatch.capacity.worklist import LeftOut, ListedStop, ListedTeam, Worklist
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.kit.errors import NotFound, Refusal
from dispatch.routing.worklists.problem import HalfDay, Left
from dispatch.routing.worklists.retiming import Standing, placed, retimed

from .begun import begun_of
from .keeping import Author, keep
from .posing import span_of
from .standing import posed, rewritten, standing_of, without
from .telling import told_of

OF_BOOKING = "SELECT doc FROM worklist WHERE area = $1 AND date = $2 AND half = $3 ORDER BY depot"


class NoSuchTeam(NotFound):
    """The list has no team of that name."""


class NotOnList(NotFound):
    """The visit does not stand on the list."""


class ListEnded(Refusal):
    """The list's half-day is over; what was made and what was not is written down."""


class AlreadyWithdrawn(Refusal):
    """The team was withdrawn before."""


class CannotBeMade(Refusal):
    """No team of the list can make the visit in its promised time without breaking another's."""


class NotOfThisHalfDay(Refusal):
    """The visit is not booked in the list's half-day, or stands on a list already."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A list that is being changed, with all that timing it anew asks for."""

    made: Worklist
    span: Hours
    half_day: HalfDay
    standings: Mapping[str, Standing]
    known: Mapping[str, ListedStop]
    at: datetime

    @property
    def now_s(self) -> int:
        return max(0, round((self.at - self.span.begins_at).total_seconds()))


async def without_visits(
    tx: Connection,
    desk: Desk,
    depot: str,
    day: date,
    half: Half,
    booking_ids: Collection[str],
    *,
    by: str,
    at: datetime,
    reason: str,
) -> Worklist:
    """
    Take visits off a depot's list; the others are timed anew. What stands nowhere on it changes nothing.

    :param by: id of the account
    :raises NoSuchList: if it is not frozen yet
    :raises ListEnded: if it is closed
    """
    made = await lists.load(tx, depot, day, half)
    check_open(made)
    gone = frozenset(booking_ids) & {*on_routes(made), *(left.booking_id for left in made.left_out)}
    if not gone:
        return made
    left = tuple(left for left in made.left_out if left.booking_id not in gone)
    short = made.model_copy(update={"left_out": left})
    touched = tuple(team for team in made.teams if any(stop.booking_id in gone for stop in team.stops))
    if touched:
        frame = await framed(tx, desk, short, at=at)
        names = {team.team for team in touched}
        standings = {name: _cut(frame.standings[name], gone) for name in frame.standings if name in names}
        short = timed(frame, standings)
    return await _changed(tx, made, short, Author(by, at, reason))


def _cut(standing: Standing, gone: Collection[str]) -> Standing:
    """Return a route without some visits; one that was begun and is taken off all the same leaves its time behind."""
    done = tuple(stop for stop in standing.done if stop.visit not in gone)
    return Standing(done, without(standing, gone).to_come, standing.heading)


async def withdraw_team(
    tx: Connection,
    desk: Desk,
    made: Worklist,
    team: str,
    *,
    by: str,
    at: datetime,
    reason: str,
) -> tuple[Worklist, tuple[str, ...]]:
    """
    Let a team go no further: its visits to come go to the other teams of the list, where they can still be kept.

    What it has begun stays with it. A visit that no other team can take is left out, with the reason; who called then
    offers another half-day, which takes it off the list.

    :return: the list, and the bookings that no other team can take
    :raises NoSuchTeam, AlreadyWithdrawn, ListEnded: what cannot be
    """
    check_open(made)
    one = team_in(made, team)
    if one.withdrawn:
        raise AlreadyWithdrawn(f"{one.label}已撤出({one.withdrawn}),请刷新后核对", field="team")
    frame = await framed(tx, desk, made, at=at)
    mine = frame.standings[team]
    others = {name: standing for name, standing in frame.standings.items() if name != team}
    now, left = await asyncio.to_thread(placed, frame.half_day, others, mine.to_come, now_s=frame.now_s)
    after = timed(frame, {**now, team: Standing(mine.done)})
    teams = tuple(each.model_copy(update={"withdrawn": reason}) if each.team == team else each for each in after.teams)
    left_out = (*after.left_out, *(_left_out(name, why) for name, why in left.items()))
    after = after.model_copy(update={"teams": teams, "left_out": left_out})
    return await _changed(tx, made, after, Author(by, at, reason)), tuple(left)


async def with_visit(
    tx: Connection,
    desk: Desk,
    made: Worklist,
    booking: Booking,
    *,
    team: str | None = None,
    by: str,
    at: datetime,
    reason: str,
) -> Worklist:
    """
    Put a visit of the list's half-day onto it, where it costs least; nobody else's promise is broken for it.

    :param team: the only team that is asked; None: all
    :raises NoSuchTeam, ListEnded, NotOfThisHalfDay, CannotBeMade: what cannot be
    """
    check_open(made)
    slot = booking.slot
    ours = (slot.depot, slot.date, slot.half) == (made.depot, made.date, made.half)
    if not ours or booking.state is not BookingState.BOOKED or booking.id in on_routes(made):
        raise NotOfThisHalfDay(
            f"户号 {booking.account_no} 不是本半日待安排的已约作业,请先改约到 {made.date:%m月%d日}{made.half.label}",
            field="booking_id",
        )
    frame = await framed(tx, desk, made, [booking], at=at)
    asked = frame.standings if team is None else {team: frame.standings[_going(made, team)]}
    now, left = await asyncio.to_thread(placed, frame.half_day, asked, [booking.id], now_s=frame.now_s)
    if left:
        why = left[booking.id]
        raise CannotBeMade(f"户号 {booking.account_no} 加不进清单:{why.sentence};请换队伍或另约时段", field="team")
    left_out = tuple(each for each in made.left_out if each.booking_id != booking.id)
    after = timed(frame, {name: one for name, one in now.items() if booking.id in one.to_come})
    return await _changed(tx, made, after.model_copy(update={"left_out": left_out}), Author(by, at, reason))


async def gone(tx: Connection, desk: Desk, before: Booking, *, by: str, at: datetime, reason: str) -> None:
    """Take a booking that has lost its half-day off the list that it stands on, if one was frozen and is not closed."""
    slot = before.slot
    if before.state is not BookingState.BOOKED:
        return
    for row in await tx.fetch(OF_BOOKING, before.area, slot.date, slot.half.value):
        made = Worklist.model_validate_json(row["doc"])
        named = {*on_routes(made), *(left.booking_id for left in made.left_out)}
        if before.id in named and made.state is not ListState.CLOSED:
            await without_visits(tx, desk, made.depot, slot.date, slot.half, [before.id], by=by, at=at, reason=reason)


async def framed(
    tx: Connection,
    desk: Desk,
    made: Worklist,
    more: Sequence[Booking] = (),
    *,
    begun: Collection[str] | None = None,
    at: datetime,
) -> Frame:
    """
    Return a list with its ways and its teams as they stand; teams that were withdrawn are not asked any more.

    :param begun: visits that were made or are in hand; None: as ``begun_of`` says
    """
    span = span_of(desk, made.date, made.half)
    begun = await begun_of(tx, made, at=at) if begun is None else begun
    half_day = await asyncio.to_thread(posed, desk, made, span, more, at=at)
    standings = {team.team: standing_of(team, span, begun=begun, at=at) for team in made.teams if not team.withdrawn}
    known = {stop.booking_id: stop for team in made.teams for stop in team.stops}
    known |= {booking.id: _unplaced(booking) for booking in more}
    return Frame(made, span, half_day, standings, known, at)


def _unplaced(booking: Booking) -> ListedStop:
    """Return a visit whose times are not known yet."""
    said = {name: getattr(booking, name) for name in ("appointment", "account_no", "text", "lon", "lat", "urgent")}
    times = dict.fromkeys(("arrives_at", "begins_at", "ends_at"), booking.from_at)
    slot, window = booking.slot, {"from_at": booking.from_at, "to_at": booking.to_at}
    return ListedStop(
        booking_id=booking.id, kind=slot.kind, area_class=slot.area_class, drive_s=0, **said, **window, **times
    )


def timed(frame: Frame, standings: Mapping[str, Standing]) -> Worklist:
    """Return the list with the routes of these teams timed anew; all others stay."""
    now = retimed(frame.half_day, standings, now_s=frame.now_s)
    anew = rewritten([team for team in frame.made.teams if team.team in standings], now, frame.span, frame.known)
    by_name = {team.team: team for team in anew}
    teams = tuple(by_name.get(team.team, team) for team in frame.made.teams)
    return frame.made.model_copy(update={"teams": teams})


async def _changed(tx: Connection, before: Worklist, after: Worklist, author: Author) -> Worklist:
    return await keep(tx, after, ListStep.CHANGED, author, told=told_of(before, after, author.reason))


def _left_out(booking_id: str, why: Left) -> LeftOut:
    return LeftOut(booking_id=booking_id, code=why.code, sentence=why.sentence, helps=why.helps)


def on_routes(made: Worklist) -> frozenset[str]:
    """Return the bookings that a team makes."""
    return frozenset(stop.booking_id for team in made.teams for stop in team.stops)


def team_in(made: Worklist, team: str) -> ListedTeam:
    """:raises NoSuchTeam: if the list has none of that name"""
    for each in made.teams:
        if each.team == team:
            return each
    raise NoSuchTeam(f"清单上没有队伍 {team[:60]},请核对班所、类别、城乡与队号", field="team")


def _going(made: Worklist, team: str) -> str:
    """Return the name of a team that goes. :raises NoSuchTeam, AlreadyWithdrawn: if there is none, or it does not"""
    one = team_in(made, team)
    if one.withdrawn:
        raise AlreadyWithdrawn(f"{one.label}已撤出({one.withdrawn}),请换其他队伍", field="team")
    return one.team


def check_open(made: Worklist) -> None:
    """:raises ListEnded: if the list is closed"""
    if made.state is ListState.CLOSED:
        raise ListEnded(f"{made.date:%m月%d日}{made.half.label}的清单已结束,不能再改;请改下一半日的清单")


async def turn(tx: Connection, made: Worklist, *, at: datetime) -> Worklist:
    """Wait for the county's turn; return the list as it stands then."""
    await store.turn(tx, made.area, at=at)
    return await lists.load(tx, made.depot, made.date, made.half)
