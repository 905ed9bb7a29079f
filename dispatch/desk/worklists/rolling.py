"""
What was not made (结转): a while after a half-day's end each visit without a report is taken as not made.

限期 with days left rolls to the next half-day that can take it; too often, or on its last day, it is 加急. Who was
promised an hour is asked at once for another; that nobody came is counted. Who arrived and has not finished is asked
for, and a while later taken as not finished: the same, and nobody has broken his promise. When every visit of a list is
accounted for it is closed. A county's half-day is one transaction: done once, and made up for after a stop.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from dispatch.accounts.model import SYSTEM
from dispatch.capacity import course, lists, store
from dispatch.capacity.booking import Booking
from dispatch.capacity.declaration import hours
from dispatch.capacity.wishes import slots_of, to_come
from dispatch.capacity.words import Appointment, BookingState, BookingStep, Half, ListState, ListStep, VisitOutcome
from dispatch.capacity.worklist import Worklist
from dispatch.desk.bookings.customers import tell_displaced
from dispatch.desk.bookings.displacing import displace
from dispatch.desk.bookings.finding import Found, Question, find
from dispatch.desk.bookings.halfdays import rules_of, wish_of
from dispatch.desk.bookings.pauses import free_from
from dispatch.desk.bookings.settling import settle, take_turn
from dispatch.desk.ids import new_id
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection
from dispatch.kit.logs import logger

from .keeping import NOTICE, Author, keep

REASON, UNFINISHED = "半日结束未报完成", "到达后一直未报完成"
ASKED = "到达后未报完成,请班所核实"
ITSELF = ""  # in place of a team's name: the depot itself is told

OVER = """
SELECT area, date, half FROM worklist WHERE state <> 'closed' AND date <= $1
UNION SELECT area, date, half FROM booking
WHERE state IN ('booked', 'arrived') AND place IS NOT NULL AND date <= $1
ORDER BY date, half, area
"""
STANDING = """
SELECT doc FROM booking WHERE area = $1 AND date = $2 AND half = $3 AND state = $4 AND place IS NOT NULL
ORDER BY from_at, id
"""
HERE = """
SELECT DISTINCT ON (e.booking_id) e.booking_id, e.doc ->> 'state' AS state, e.version = booking.version AS latest
FROM booking_event AS e JOIN booking ON booking.id = e.booking_id
WHERE e.booking_id = ANY($1::text[]) AND e.doc -> 'slot' ->> 'date' = $2 AND e.doc -> 'slot' ->> 'half' = $3
ORDER BY e.booking_id, e.version DESC
"""
ENDED = {
    BookingState.DONE: VisitOutcome.DONE,
    BookingState.ABSENT: VisitOutcome.ABSENT,
    BookingState.CANCELLED: VisitOutcome.CANCELLED,
    BookingState.MISSED: VisitOutcome.MISSED,
    BookingState.REOFFERED: VisitOutcome.REOFFERED,
}

log = logger("rolling")


@dataclass
class Rolled:
    """
    What became of the visits of a county's half-day.

    :param outcomes: booking -> what became of it, of those that were not made
    :param begun: those to which a team came
    :param urgent: depot -> visits that are 加急 now
    """

    outcomes: dict[str, VisitOutcome] = field(default_factory=dict)
    begun: frozenset[str] = frozenset()
    urgent: defaultdict[str, list[Booking]] = field(default_factory=lambda: defaultdict(list))


async def roll_due(desk: Desk, *, at: datetime) -> int:
    """See to every half-day that ended long enough ago; return how many visits had not been made."""
    rules = desk.pack.booking
    if rules is None:
        return 0
    async with desk.db.connection() as connection:
        rows = await connection.fetch(OVER, at.astimezone(CHINA).date())
    late, unmade = desk.pack.lists.late_end.duration, 0
    for row in rows:
        day, half = row["date"], Half(row["half"])
        if hours(rules, day, half).ends_at + late > at:
            continue
        try:
            unmade += await roll(desk, row["area"], day, half, at=at)
        except Exception:  # one county's trouble must not keep the others waiting; it is tried every minute
            log.exception("half-day not ended", area=row["area"], date=day.isoformat(), half=half.value)
    return unmade


async def roll(desk: Desk, county: str, day: date, half: Half, *, at: datetime) -> int:
    """See to a county's half-day that is over; return how many of its visits had not been made."""
    past, rules = at - hours(rules_of(desk.pack), day, half).ends_at, desk.pack.lists
    async with desk.db.transaction() as tx:
        await take_turn(tx, desk, county, at=at)
        unmade = await _standing(tx, county, day, half, BookingState.BOOKED)
        begun = await _standing(tx, county, day, half, BookingState.ARRIVED)
        given_up = begun if past >= rules.unfinished_end.duration else []
        done = Rolled(begun=frozenset(one.id for one in given_up))
        await _roll_on(
            tx, desk, _firmest_first([*unmade, *[await _given_up(tx, one, at=at) for one in given_up]]), done, at=at
        )
        made = await lists.of_county(tx, county, day, half)
        for one in made:
            if one.state is not ListState.CLOSED:
                await _accounted(tx, one, done, at=at)
        if begun and not given_up and past >= rules.unfinished_asked.duration:
            await _ask_for(tx, county, day, half, begun, at + rules.unfinished_end.duration - past, at=at)
        await _tell_depots(tx, county, day, half, done, {one.depot for one in made}, at=at)
    return len(unmade) + len(given_up)


async def _standing(tx: Connection, county: str, day: date, half: Half, state: BookingState) -> list[Booking]:
    rows = await tx.fetch(STANDING, county, day, half.value, state.value)
    return [Booking.model_validate_json(row["doc"]) for row in rows]


async def _given_up(tx: Connection, booking: Booking, *, at: datetime) -> Booking:
    """Take a visit as not finished to which a team came."""
    after = course.unfinished(booking)
    return await store.append(tx, after, BookingStep.UNFINISHED, by=SYSTEM.id, at=at, reason=UNFINISHED)


async def _ask_for(
    tx: Connection, county: str, day: date, half: Half, begun: Sequence[Booking], until_at: datetime, *, at: datetime
) -> None:
    """Ask the depots once, by their lists, for what is not finished."""
    waits = {one.id: one for one in begun}
    for made in await lists.of_county(tx, county, day, half):
        stops = [stop for team in made.teams for stop in team.stops if stop.booking_id in waits]
        if stops and made.asked_at is None and made.state is not ListState.CLOSED:
            text = unfinished_text([waits[stop.booking_id] for stop in stops], until_at)
            asked = made.model_copy(update={"asked_at": at})
            await keep(tx, asked, ListStep.CHANGED, Author(SYSTEM.id, at, ASKED), told={ITSELF: text})


def unfinished_text(begun: Sequence[Booking], until_at: datetime) -> str:
    """Return what a depot must answer, and by when."""
    named = "、".join(f"户号 {one.account_no}" for one in begun[:4]) + (f"等 {len(begun)} 户" if len(begun) > 4 else "")
    return (
        f"已报到达、未报完成 {len(begun)} 户:{named}。请核实后补报完成或客户不在;"
        f"{until_at.astimezone(CHINA):%H:%M} 仍未报的按未完成结转或另约客户。"
    )


def _firmest_first(unmade: Sequence[Booking]) -> list[Booking]:
    """Return who finds his new place first: what is urgent, then 约时, 限时, 限期."""
    firm = (Appointment.FIXED, Appointment.WITHIN, Appointment.BY_DATE)
    return sorted(unmade, key=lambda one: (not one.urgent, firm.index(one.appointment), one.from_at, one.id))


async def _roll_on(tx: Connection, desk: Desk, unmade: Sequence[Booking], done: Rolled, *, at: datetime) -> None:
    """Give each its new place, or offers of one."""
    for booking in unmade:
        begun = booking.id in done.begun
        urgent = is_urgent(booking, rolls=desk.pack.lists.rolls.value)
        found = await _next(tx, desk, booking, at=at)
        if found is not None and found.ranked:
            reason = UNFINISHED if begun else REASON
            after = await _moved(tx, desk, booking, found, urgent=urgent, reason=reason, at=at)
            outcome = VisitOutcome.ROLLED
        else:
            after, outcome = await _asked(tx, desk, booking, begun=begun, at=at)
        done.outcomes[booking.id] = VisitOutcome.UNFINISHED if begun else outcome
        if after.urgent and not booking.urgent:
            done.urgent[booking.slot.depot].append(after)


def is_urgent(booking: Booking, *, rolls: int) -> bool:
    """Tell whether a 限期 visit that was not made once more is 加急: it rolled too often, or its last day has come."""
    if booking.appointment is not Appointment.BY_DATE:
        return booking.urgent
    return booking.urgent or booking.rolled_n >= rolls or _day_has_come(booking)


def _day_has_come(booking: Booking) -> bool:
    return booking.due is None or booking.due <= booking.slot.date


async def _next(tx: Connection, desk: Desk, booking: Booking, *, at: datetime) -> Found | None:
    """Return where a 限期 visit can still be made before its date, the soonest first; None: its customer is asked."""
    rules = desk.pack.booking
    if booking.appointment is not Appointment.BY_DATE or rules is None:
        return None
    wish, free_at = wish_of(booking), await free_from(tx, desk, booking.area, at)
    if not any(to_come(rules, free_at, booking.due)):
        return None
    slots = slots_of(wish, desk.areas.depots(booking.area), rules=rules, at=free_at)
    return await find(tx, desk, Question(wish=wish, slots=slots, at=at, without=(booking.id,), soonest=True))


async def _moved(
    tx: Connection, desk: Desk, booking: Booking, found: Found, *, urgent: bool, reason: str, at: datetime
) -> Booking:
    after = course.rolled(booking, found.ranked[0], found.ranked.place, urgent=urgent)
    made = await store.append(tx, after, BookingStep.ROLLED, by=SYSTEM.id, at=at, reason=reason)
    await settle(tx, desk, made, at=at)
    await tell_displaced(tx, desk, booking, made, BookingStep.MOVED, at=at)
    return made


async def _asked(
    tx: Connection, desk: Desk, booking: Booking, *, begun: bool, at: datetime
) -> tuple[Booking, VisitOutcome]:
    """Offer another time at once; that a promise was broken is counted first: not where a team came."""
    by_date, rules, reason = booking.appointment is Appointment.BY_DATE, rules_of(desk.pack), REASON
    victim, outcome = booking.model_copy(update={"urgent": booking.urgent or by_date}), VisitOutcome.REOFFERED
    if begun:
        reason = UNFINISHED
    elif not by_date or _day_has_come(booking):
        gone, outcome = course.missed(booking, urgent=by_date), VisitOutcome.MISSED
        victim = await store.append(tx, gone, BookingStep.MISSED, by=SYSTEM.id, at=at, reason=REASON)
    (made,) = await displace(tx, desk, [victim], rules, by=SYSTEM, reason=reason, at=at, listed=False)
    return made, outcome


async def _accounted(tx: Connection, made: Worklist, done: Rolled, *, at: datetime) -> None:
    """Write down on a list what became of its visits; when nothing is open any more it is closed."""
    ids = [stop.booking_id for team in made.teams for stop in team.stops]
    ids += [left.booking_id for left in made.left_out]
    rows = await tx.fetch(HERE, ids, made.date.isoformat(), made.half.value)
    ways = {row["booking_id"]: outcome_of(BookingState(row["state"]), latest=row["latest"]) for row in rows}
    outcomes = {name: outcome for name, outcome in ways.items() if outcome is not None}
    outcomes |= {name: outcome for name, outcome in done.outcomes.items() if name in ids}
    after = _told(made, outcomes)
    known = [stop.outcome for team in after.teams for stop in team.stops] + [left.outcome for left in after.left_out]
    closed = all(outcome is not None for outcome in known)
    if not closed and after == made:
        return
    step = ListStep.CLOSED if closed else ListStep.CHANGED
    after = after.model_copy(update={"state": ListState.CLOSED}) if closed else after
    told = {ITSELF: urgent_text(done.urgent[made.depot])} if done.urgent.get(made.depot) else {}
    await keep(tx, after, step, Author(SYSTEM.id, at, "半日结束"), told=told)


def outcome_of(last: BookingState, *, latest: bool) -> VisitOutcome | None:
    """
    Return what became of a booking in a half-day; None: not known yet.

    :param last: where it stood when it was last there
    :param latest: it is there still
    """
    return ENDED.get(last) or (None if latest else VisitOutcome.REOFFERED)


def _told(made: Worklist, outcomes: dict[str, VisitOutcome]) -> Worklist:
    """Return the list with what became of its visits; what was written down before stays."""
    teams = tuple(
        team.model_copy(
            update={
                "stops": tuple(
                    stop.model_copy(update={"outcome": stop.outcome or outcomes.get(stop.booking_id)})
                    for stop in team.stops
                )
            }
        )
        for team in made.teams
    )
    left_out = tuple(
        left.model_copy(update={"outcome": left.outcome or outcomes.get(left.booking_id)}) for left in made.left_out
    )
    return made.model_copy(update={"teams": teams, "left_out": left_out})


async def _tell_depots(
    tx: Connection, county: str, day: date, half: Half, done: Rolled, listed: set[str], *, at: datetime
) -> None:
    """Let depots without a list hear of what is urgent, too."""
    notes = [
        (new_id(at), county, depot, day, half.value, 0, ITSELF, urgent_text(urgent), at)
        for depot, urgent in done.urgent.items()
        if depot not in listed
    ]
    await tx.executemany(NOTICE, notes)


def urgent_text(urgent: Sequence[Booking]) -> str:
    """Return what a depot, and with it its county, must know of visits that are 加急 now."""
    named = "、".join(_named(one) for one in urgent[:4]) + (f"等 {len(urgent)} 户" if len(urgent) > 4 else "")
    return f"加急 {len(urgent)} 户,由班所长负责落实:{named}。"


def _named(booking: Booking) -> str:
    if booking.state is BookingState.REOFFERED:
        return f"户号 {booking.account_no}(须与客户另约)"
    return f"户号 {booking.account_no}(改到 {booking.slot.date:%m月%d日}{booking.slot.half.label})"
