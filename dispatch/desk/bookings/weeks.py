"""The week of declarations at the desk: declared as a whole, read as a grid, and who is still to declare it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.capacity import declaration as rules_of_declaring
from dispatch.capacity import weekly, weekstore
from dispatch.capacity.declaration import OutsideHorizon, Slot
from dispatch.capacity.weekly import days_of, name_of
from dispatch.capacity.weekstore import Gap, Run
from dispatch.desk import idempotency
from dispatch.desk.room import Desk, Once
from dispatch.kit.clock import CHINA
from dispatch.kit.looprules import BookingRules

from .capacity import NewDeclaration, SlotLoad, capacity_of, depots_seen, wanted_of
from .halfdays import depot_of, rules_of
from .keeping import Declared, Stand, Wanted, standing, take_turns, troubles, write
from .weekly import REMIND


@dataclass(frozen=True, slots=True)
class Week:
    """
    A depot's week.

    :param loads: what is declared, the earliest first
    :param gaps: what it declared before and not for this week
    :param off: days on which nobody works; declared all the same, they count
    """

    monday: date
    due_at: datetime
    loads: Sequence[SlotLoad]
    gaps: Sequence[Gap]
    off: frozenset[date]


@dataclass(frozen=True, slots=True)
class Standing:
    """
    How far a depot is with a week.

    :param declared: half-days of a class that somebody declared
    :param inherited: that were copied because nobody did
    :param missing: that were declared on an earlier same weekday and are not yet
    """

    depot: str
    name: str
    county: str
    declared: int
    inherited: int
    missing: int
    reminded_at: datetime | None

    @property
    def open(self) -> bool:
        """Somebody should still look at it."""
        return self.missing > 0 or self.inherited > 0 or self.declared == 0


async def declare_week(
    desk: Desk,
    depot: str,
    monday: date,
    lines: Sequence[NewDeclaration],
    *,
    reason: str,
    by: Account,
    at: datetime,
    once: Once | None = None,
) -> Declared:
    """
    Declare a depot's week, all lines or none; what is there already and somebody declared stays as it is.

    What is not named stays too.

    :raises NoSuchArea, NotADepot, Forbidden, NoBooking: by whom and for what
    :raises OutsideWeek, SlotTwice, BadDeclaration, OutsideHorizon: a line that is wrong in itself
    :raises StaleDeclaration: the first half-day that somebody else declared since
    :raises ReasonNeeded: a cut below what is booked that does not say why
    """
    area, rules = depot_of(desk, depot), rules_of(desk.pack)
    county = desk.areas.county_of_depot(area.code)
    rights.check(by, "capacity.declare", area=county, depot=area.code, covers=desk.areas.covers)
    wanted = sorted(wanted_of(area.code, lines), key=lambda each: each.slot.order)
    async with desk.db.transaction() as tx:
        if (first := await idempotency.find(tx, by, once)) is not None:
            return Declared.model_validate_json(first)
        _check_past(monday, at)
        weekly.check_week(monday, (each.slot for each in wanted))
        slots = [each.slot for each in wanted]
        await take_turns(tx, desk, slots, at=at)
        before = await standing(tx, slots, at=at)
        news = [each for each in wanted if not each.is_said(before[each.slot])]
        _check_news(news, before, rules, reason=reason, at=at)
        made = await write(tx, desk, news, before, reason=reason, by=by, at=at)
        await idempotency.remember(tx, by, once, made.model_dump_json(exclude_none=True))
    return made


def _check_news(
    news: Sequence[Wanted], before: Mapping[Slot, Stand], rules: BookingRules, *, reason: str, at: datetime
) -> None:
    for _, refusal in troubles(news, before, reason=reason):
        raise refusal
    for each in news:
        rules_of_declaring.check(each.slot, teams=each.teams, visits=each.visits, rules=rules, at=at)


def _check_past(monday: date, at: datetime) -> None:
    last = days_of(monday)[-1]
    if last < at.astimezone(CHINA).date():
        raise OutsideHorizon(f"{name_of(monday)} 已于 {last.isoformat()} 过去,不能再申报,请改周次 week", field="week")


async def week_of(desk: Desk, depot: str, monday: date, *, by: Account, at: datetime) -> Week:
    """
    Return a depot's week as it stands: declared, booked, held, copied, by whom, and what is missing.

    :raises NoSuchArea, NotADepot, Forbidden, NoBooking: by whom and for what
    """
    days, rules = days_of(monday), rules_of(desk.pack)
    loads = await capacity_of(desk, depot, days[0], days[-1], by=by, at=at)
    halves = weekly.halves_open(monday, rules=rules, calendar=desk.calendar, at=at)
    async with desk.db.connection() as connection:
        gaps = await weekstore.undeclared(connection, [depot], halves, back=desk.pack.lists.inherits.value)
    off = frozenset(day for day in days if not desk.calendar.is_workday(day))
    return Week(monday, weekly.due_at(desk.pack.lists, monday), loads, gaps, off)


async def standings(desk: Desk, code: str, monday: date, *, by: Account, at: datetime) -> list[Standing]:
    """
    Return how far each depot of an area is with a week, who is still to declare first.

    :raises NoSuchArea, Forbidden, NoBooking: by whom and for what
    """
    rules, depots = rules_of(desk.pack), depots_seen(desk, code, by=by)
    halves = weekly.halves_open(monday, rules=rules, calendar=desk.calendar, at=at)
    days, lists = days_of(monday), desk.pack.lists
    async with desk.db.connection() as connection:
        missing = await weekstore.missing(connection, depots, halves, back=lists.inherits.value)
        counted = await weekstore.counted(connection, depots, days[0], days[-1])
        told = await weekstore.runs(connection, REMIND, weekly.reminded_at(lists, monday))
    found = [_standing(desk, depot, counted.get(depot, (0, 0)), missing[depot], told) for depot in depots]
    return sorted(found, key=lambda each: (not each.open, -each.missing, each.depot))


def _standing(desk: Desk, depot: str, counted: tuple[int, int], missing: int, told: Mapping[str, Run]) -> Standing:
    county = desk.areas.county_of_depot(depot)
    run = told.get(county)
    reminded_at = run.done_at if run is not None and depot in run.result.split() else None
    return Standing(depot, desk.areas.get(depot).name, county, *counted, missing, reminded_at)
