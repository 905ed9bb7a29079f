"""
What would help a wish that no half-day can keep: each remedy is tried with the same fit before it is named.

The smallest first: a wider window, another half-day (the customer's to give), one more visit declared, one more team.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta

from dispatch.capacity.booking import Drive, Full, NoDrive, NoTeam, OpenSlot, Refused, TooFar, refusal, refused_of
from dispatch.capacity.wishes import TIMES, Closed, OutsideHours, Wish, half_of, to_come
from dispatch.capacity.words import Half
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection
from dispatch.kit.errors import Refusal
from dispatch.kit.words import Labelled
from dispatch.routing.worklists.fitting import Misfit

from .finding import Found, Question, asked_visit, find
from .halfdays import rules_of
from .pauses import free_from
from .routes import bare

WIDER_MIN = (30, 60)  # issue 6: a window wider by so much is looked at


class Remedy(Labelled):
    """What would let a wish be kept."""

    WINDOW = "window", "放宽时段"
    HALF_DAY = "half_day", "另约半日"
    VISITS = "visits", "增报户数"
    TEAM = "team", "增派队伍"


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """
    A remedy that was tried and works.

    :param more: visits or teams to declare beyond what is; minutes that the window grows by
    """

    kind: Remedy
    say: str
    depot: str
    date: date
    half: Half
    more: int
    arrives_at: datetime


async def refused(tx: Connection, desk: Desk, question: Question, found: Found) -> Refusal:
    """Return the refusal of a wish: the reason nearest to a yes, every half-day's reason, and what would help."""
    no = refused_of(found.days, rules=rules_of(desk.pack), at=question.at)
    plain, helps = refusal(no), await helps_of(tx, desk, question, no) if no else []
    field = TIMES[question.wish.appointment] if isinstance(plain, Closed) else None
    return type(plain)(plain.message, field=field, **plain.details, helps=[said(one) for one in helps])


def said(one: Help) -> dict[str, object]:
    """Return a remedy for the details of a refusal."""
    local = one.arrives_at.astimezone(CHINA).isoformat()
    return asdict(one) | {"date": one.date.isoformat(), "arrives_at": local}


async def helps_of(tx: Connection, desk: Desk, question: Question, no: Sequence[Refused]) -> list[Help]:
    """
    Return what would help, the smallest first; at most one of each kind.

    :param no: the half-days that were asked, each with why it does not take the visit
    """
    tries = (
        await _wider(tx, desk, question),
        await _elsewhen(tx, desk, question),
        _more_visits(no),
        _more_teams(desk, question, no),
    )
    return [one for one in tries if one is not None]


async def _wider(tx: Connection, desk: Desk, question: Question) -> Help | None:
    """An agreed window that begins earlier, or ends later."""
    for wish, minutes, how in _windows(question.wish):
        if not _in_hours(desk, question, wish):
            continue
        found = await find(tx, desk, replace(question, wish=wish, plans=False))
        if (best := _best(Remedy.WINDOW, found, minutes, f"约定时段{how} {minutes} 分钟")) is not None:
            return best
    return None


def _windows(wish: Wish) -> Iterator[tuple[Wish, int, str]]:
    if wish.from_at is None or wish.to_at is None:
        return
    for minutes in WIDER_MIN:
        yield replace(wish, to_at=wish.to_at + timedelta(minutes=minutes)), minutes, "推后放宽"
        yield replace(wish, from_at=wish.from_at - timedelta(minutes=minutes)), minutes, "提前放宽"


def _in_hours(desk: Desk, question: Question, wish: Wish) -> bool:
    """Tell whether a wider window still lies in the half-day that was asked for."""
    if wish.from_at is None or wish.to_at is None:
        return False
    try:
        day, half = half_of(wish.from_at, wish.to_at, rules_of(desk.pack))
    except OutsideHours:
        return False
    return any((slot.date, slot.half) == (day, half) for slot in question.slots)


async def _elsewhen(tx: Connection, desk: Desk, question: Question) -> Help | None:
    """The soonest other half-day, at whichever of the depots that were asked."""
    asked, first = {(slot.date, slot.half) for slot in question.slots}, question.slots[0]
    county = desk.areas.county_of_depot(first.depot)
    free_at = await free_from(tx, desk, county, question.at)
    slots = [
        first.model_copy(update={"depot": depot, "date": day, "half": half})
        for day, half in to_come(rules_of(desk.pack), free_at)
        if (day, half) not in asked
        for depot in sorted({slot.depot for slot in question.slots})
    ]
    other = await find(tx, desk, replace(question, slots=slots, soonest=True, plans=False))
    return _best(Remedy.HALF_DAY, other, 0, "改约到这个半日")


def _more_visits(no: Sequence[Refused]) -> Help | None:
    """A half-day that is full, and can be driven all the same."""
    able = [(day, day.drive) for day, why in no if isinstance(why, Full) and isinstance(day.drive, Drive)]
    if not able:
        return None
    day, drive = min(able, key=lambda one: (_lacking(one[0]), one[1].extra_s, one[0].slot.order))
    more = _lacking(day)
    return _help(Remedy.VISITS, day, more, drive.arrives_at, f"增报 {more} 户")


def _lacking(day: OpenSlot) -> int:
    """Return how many visits more would have to be declared for one more to have a place."""
    return len(day.taken) + 1 - (day.declared.visits if day.declared else 0)


def _more_teams(desk: Desk, question: Question, no: Sequence[Refused]) -> Help | None:
    """A team more at a depot; tried where the visit is the only one that it has."""
    able = []
    for day in _each_depot_once(day for day, why in no if _wants_team(day, why)):
        live = bare(desk, day.slot, at=question.at, teams=1)
        where = live.place(asked_visit(desk, question, day.slot, live.span))
        if not isinstance(where, Misfit):
            able.append((where.extra_s, day.slot.order, live.span.begins_at + timedelta(seconds=where.begins_s), day))
    if not able:
        return None
    _, _, arrives_at, day = min(able, key=lambda one: one[:2])
    also = "" if day.declared is not None and day.free else "、1 户"
    return _help(Remedy.TEAM, day, 1, arrives_at, f"增派 1 队{also}")


def _wants_team(day: OpenSlot, why: Refusal) -> bool:
    """Tell whether nobody is there, or nobody can drive to the visit in time."""
    return isinstance(why, NoTeam | TooFar) or (isinstance(why, Full) and isinstance(day.drive, NoDrive))


def _each_depot_once(days: Iterable[OpenSlot]) -> list[OpenSlot]:
    """Return of each depot the earliest half-days, one with a place free and one without: the others are alike."""
    first: dict[tuple[str, bool], OpenSlot] = {}
    for day in sorted(days, key=lambda day: day.slot.order):
        first.setdefault((day.slot.depot, day.free > 0), day)
    return list(first.values())


def _help(kind: Remedy, day: OpenSlot, more: int, arrives_at: datetime, how: str) -> Help:
    slot, arrives = day.slot, arrives_at.astimezone(CHINA)
    say = f"{day.label}:{how},预计 {arrives:%H:%M} 可到"
    return Help(
        kind=kind, say=say, depot=slot.depot, date=slot.date, half=slot.half, more=more, arrives_at=arrives_at
    )  # fmt: skip


def _best(kind: Remedy, found: Found, more: int, how: str) -> Help | None:
    """Return the best half-day of what was asked anew; None: there is none."""
    if not found.ranked:
        return None
    best = found.ranked[0]
    day = next(day for day in found.days if day.slot == best.slot)
    return None if best.arrives_at is None else _help(kind, day, more, best.arrives_at, how)
