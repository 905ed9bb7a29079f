"""A made list written out: instants for seconds, bookings for their names; one list for each depot."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from dispatch.capacity.booking import Booking
from dispatch.capacity.declaration import Hours
from dispatch.capacity.words import ListState
from dispatch.capacity.worklist import LeftOut, ListedStop, ListedTeam, Worklist
from dispatch.desk.room import Desk
from dispatch.routing.worklists.problem import HalfDay, List, Stop, Team

from .posing import Known, span_of

NO_SHARES: Mapping[str, Mapping[str, float]] = {}


def drawn(
    desk: Desk,
    known: Known,
    half_day: HalfDay,
    made: List,
    *,
    at: datetime,
    shares: Mapping[str, Mapping[str, float]] = NO_SHARES,
    note: str = "",
) -> list[Worklist]:
    """
    Return the depots' lists, as version 0: not kept yet.

    :param shares: depot -> what its part of the plan costs, where that can be told
    :param note: what a reader must know of how they were made
    """
    span = span_of(desk, known.date, known.half)
    bookings = {one.id: one for one in known.bookings}
    return [
        Worklist(
            depot=depot,
            area=known.county,
            date=known.date,
            half=known.half,
            version=0,
            state=ListState.FROZEN,
            frozen_at=at,
            teams=tuple(team_of(one, made, bookings, span) for one in half_day.teams if one.depot == depot),
            left_out=left_of([one for one in known.bookings if one.slot.depot == depot], made),
            pooled=known.pooled,
            cost={rule: round(minutes, 3) for rule, minutes in shares.get(depot, made.cost).items()},
            made_by=dict(made.made_by),
            note=note,
            pack=desk.pack.key,
        )
        for depot in known.depots
    ]


def team_of(team: Team, made: List, bookings: Mapping[str, Booking], span: Hours) -> ListedTeam:
    """Return a declared team with its route."""
    home_s = made.home_s.get(team.id)
    return ListedTeam(
        team=team.id,
        from_at=instant(span, team.from_s),
        to_at=instant(span, team.to_s),
        stops=tuple(stop_of(bookings[stop.visit], stop, span) for stop in made.routes.get(team.id, ())),
        home_at=None if home_s is None or team.id not in made.routes else instant(span, home_s),
    )


def stop_of(booking: Booking, stop: Stop, span: Hours) -> ListedStop:
    """Return a visit with its times."""
    return ListedStop(
        booking_id=booking.id,
        kind=booking.slot.kind,
        area_class=booking.slot.area_class,
        appointment=booking.appointment,
        account_no=booking.account_no,
        text=booking.text,
        lon=booking.lon,
        lat=booking.lat,
        from_at=booking.from_at,
        to_at=booking.to_at,
        urgent=booking.urgent,
        **timed(stop, span),
    )


def timed(stop: Stop, span: Hours) -> dict[str, object]:
    """Return a stop's times as a list keeps them."""
    return {
        "drive_s": stop.drive_s,
        "arrives_at": instant(span, stop.arrives_s),
        "begins_at": instant(span, stop.begins_s),
        "ends_at": instant(span, stop.ends_s),
    }


def left_of(bookings: Sequence[Booking], made: List) -> tuple[LeftOut, ...]:
    """Return who of the bookings is on no route, and why."""
    return tuple(
        LeftOut(booking_id=one.id, code=why.code, sentence=why.sentence, helps=tuple(why.helps))
        for one in bookings
        if (why := made.left.get(one.id)) is not None
    )


def instant(span: Hours, second: int) -> datetime:
    """Return the instant so many seconds after the half-day's begin."""
    return span.begins_at + timedelta(seconds=second)
