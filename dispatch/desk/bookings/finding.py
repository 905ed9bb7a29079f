"""
Which half-days of a county can take a visit: what is declared and taken, and whether a team can drive to it in time.

All routes of all half-days are judged at once (``routing.worklists.fitting``); what is found along roads by the way
there alone is asked again both ways before it is offered. The caller has the county's turn.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from dispatch.capacity.booking import Drive, NoDrive, OpenSlot, promised
from dispatch.capacity.declaration import Hours, Slot, hours
from dispatch.capacity.offering import Ranked, offers
from dispatch.capacity.wishes import Wish
from dispatch.desk.room import Desk
from dispatch.desk.worklists.ways import base_of
from dispatch.kit.db import Connection
from dispatch.routing.travel import Straight
from dispatch.routing.worklists import fitting
from dispatch.routing.worklists.fitting import Best, Lack, Misfit
from dispatch.routing.worklists.problem import Visit

from .days import Days, drive_of
from .driving import Floats, Ways, alike
from .halfdays import rules_of
from .mending import anew, mend
from .packed import Frame, Packed, frame_of, micros, read
from .routes import Live, load
from .table import Table, table_of

ASKED = "?"  # name of a visit that is only asked for
ROUNDING_S = 60  # drives are told in whole seconds
BY_ORDER = frozenset({Lack.WINDOW, Lack.LATER, Lack.BACK})  # other routes may help


@dataclass
class Found:
    """
    What the half-days say to a wish.

    :param days: every half-day that was asked
    :param ranked: where it can be kept, the best first
    """

    days: Sequence[OpenSlot]
    ranked: Ranked


@dataclass(frozen=True, kw_only=True)
class Question:
    """
    What is asked of the half-days.

    :param slots: of one kind and area class
    :param without: bookings that are thought away
    :param soonest: rank by time, whatever the appointment
    :param plans: half-days may be planned anew
    """

    wish: Wish
    slots: Sequence[Slot]
    at: datetime
    without: Collection[str] = ()
    soonest: bool = False
    plans: bool = True


async def find(tx: Connection, desk: Desk, question: Question) -> Found:
    """
    Return where a wish can be kept, and why not elsewhere.

    If no half-day can take it as its routes stand, those that lack least are planned anew, a few of them, before the
    answer is that it is too far.
    """
    if not question.slots:
        return Found((), offers(question.wish, (), rules=rules_of(desk.pack), at=question.at))
    days = await _standing(tx, desk, question)
    found = _ranked(desk, question, days)
    if found.ranked and not isinstance(desk.travel, Straight):
        found = await _both_ways(tx, desk, question, days)
    if found.ranked or not question.plans:
        return found
    return await _planned_anew(tx, desk, question, days)


def _ranked(desk: Desk, question: Question, days: Days) -> Found:
    rules, about = rules_of(desk.pack), desk.pack.lists.tolerance.duration
    ranked = offers(
        question.wish, days, rules=rules, at=question.at, soonest=question.soonest, about=about, able=days.able()
    )  # fmt: skip
    return Found(days, ranked)


async def _standing(tx: Connection, desk: Desk, question: Question) -> Days:
    """Return the slots as they stand, each with how the visit can be driven there."""
    frame, rules = frame_of(question.slots), rules_of(desk.pack)
    spans = [hours(rules, day, half) for day, half in frame.half_days]
    begins_us = np.array([micros(span.begins_at) for span in spans])[frame.span]
    length_s = np.array([(span.ends_at - span.begins_at).total_seconds() for span in spans])[frame.span]
    for mends in (True, False):
        packed = await read(tx, frame, at=question.at, without=question.without)
        table = table_of(packed, begins_us=begins_us, length_s=length_s)
        if not (mends and await _mended(tx, desk, question, table, packed)):
            break
    bases = [base_of(desk, code) for code in frame.depots]
    table = table.seen_from(bases, frame.depot)
    return Days(
        frame, spans, packed, table, _judged(desk, question, frame, spans, table),
        names=[desk.areas.get(code).name for code in frame.depots],
        known=np.array([base is not None for base in bases]),
        works=np.array([desk.calendar.is_workday(day) for day, _ in frame.half_days]),
        closed=np.array([question.at >= span.closes_at for span in spans]),
    )  # fmt: skip


async def _mended(tx: Connection, desk: Desk, question: Question, table: Table, packed: Packed) -> bool:
    """Bring routes in line with their bookings where a place is free, all of them; tell whether there were any."""
    free = [n for n in table.ill if table.taken_n[n] < packed.visits[n]]
    for n in free:
        await mend(tx, desk, question.slots[n], at=question.at, without=question.without)
    return bool(free)


def _judged(desk: Desk, question: Question, frame: Frame, spans: Sequence[Hours], table: Table) -> Best:
    """Judge all gaps of all routes at once."""
    span = frame.span[table.columns.half]
    edges = np.array([window_s(question.wish, each) for each in spans], float)[span]
    asked = fitting.Asked(opens_s=edges[:, 0], shuts_s=edges[:, 1], work_s=work_s(desk, question.wish))
    into_s = _into(desk, question, [each.begins_at for each in spans], table, span)
    found = fitting.gaps(table.columns)
    return fitting.best(found, asked, into_s=into_s, back_s=into_s, halves=len(frame.slots))


def _into(desk: Desk, question: Question, begins: Sequence[datetime], table: Table, span: fitting.Ints) -> Floats:
    """Return the seconds from each node of the routes to the visit, by the ways that are open then."""
    wish, (lon, lat) = question.wish, table.columns.nodes
    into_s = np.full(lon.shape, fitting.FAR)
    for at, group in alike(desk, sorted(set(begins))).items():
        mine = np.isin(span, [n for n, begin in enumerate(begins) if begin in group])
        ways = Ways(desk, wish.area_class.value, max(at, question.at))
        into_s[mine] = ways.into(lon[mine], lat[mine], (wish.lon, wish.lat))
    return into_s


def work_s(desk: Desk, wish: Wish) -> int:
    """Return how long the work on site takes, seconds."""
    return round(desk.pack.lists.lengths.of(wish.kind.value).duration.total_seconds())


def window_s(wish: Wish, span: Hours) -> tuple[int, int]:
    """Return between which seconds of a half-day work may begin, both included."""
    from_at, to_at = promised(wish, span)
    return tuple(round((edge - span.begins_at).total_seconds()) for edge in (from_at, to_at))  # type: ignore[return-value]


def asked_visit(desk: Desk, question: Question, slot: Slot, span: Hours, *, name: str = ASKED) -> Visit:
    """Return the visit that is asked for, as it would be in a slot."""
    wish = question.wish
    return Visit(
        id=name, depot=slot.depot, lon=wish.lon, lat=wish.lat, kind=slot.kind.value,
        area_class=slot.area_class.value, work_s=work_s(desk, wish), window_s=window_s(wish, span),
        price=desk.pack.lists.left_out.duration.total_seconds() / 60,
    )  # fmt: skip


async def _both_ways(tx: Connection, desk: Desk, question: Question, days: Days) -> Found:
    """Ask again, by the way there and the way on, what would be offered first, until it is certain."""
    few, found = 1 + rules_of(desk.pack).offers.value, _ranked(desk, question, days)
    while doubtful := [n for one in found.ranked[:few] if (n := days.number(one.slot)) not in days.drives]:
        n = doubtful[0]
        live, _ = await load(tx, desk, question.slots[n], at=question.at, without=question.without)
        days.known_better(n, placed(live, asked_visit(desk, question, live.slot, live.span)))
        found = _ranked(desk, question, days)
    return found


def placed(live: Live, visit: Visit) -> Drive | NoDrive:
    """Return how a visit can be driven on a slot's routes as they stand."""
    where = live.place(visit)
    if isinstance(where, Misfit):
        return NoDrive(where.rule.label, where.lacks_s)
    return drive_of(where, live.span, live.beside(where))


async def _planned_anew(tx: Connection, desk: Desk, question: Question, days: Days) -> Found:
    """Plan a few half-days anew that have a place and lack least, until one of them can take the visit."""
    for n in days.nearly(BY_ORDER)[: desk.pack.lists.anew.value]:
        live, _ = await load(tx, desk, question.slots[n], at=question.at, without=question.without)
        drive = await driven_anew(desk, live, asked_visit(desk, question, live.slot, live.span))
        if drive is not None:
            days.known_better(n, drive)
            break
    return _ranked(desk, question, days)


async def driven_anew(desk: Desk, live: Live, visit: Visit) -> Drive | None:
    """Return how a visit can be driven if a slot's routes are made anew; None: it cannot, or not with all others."""
    alone = live.alone(visit)
    if isinstance(alone, Misfit) or live.worked_s + visit.work_s + alone.extra_s > live.teams_s + ROUNDING_S:
        return None  # who drives there and back has no time for others, and the others not for all that is left
    before_s = live.driven_s
    if not await anew(desk, live, live.visits, [visit]):
        return None
    begins_s = next(stop.begins_s for route in live.routes.values() for stop in route.stops() if stop.visit == visit.id)
    arrives_at = live.span.begins_at + timedelta(seconds=begins_s)
    return Drive(arrives_at=arrives_at, extra_s=max(0, live.driven_s - before_s), anew=True)
