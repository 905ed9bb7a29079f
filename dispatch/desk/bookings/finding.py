"""
Which half-days of a county can take a visit: what is declared and taken, and whether a team can drive to it in time.

All routes of all half-days are judged at once (``routing.worklists.fitting``); what is found along roads by the way
there alone is asked again both ways before it is offered. The caller has the county's turn.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from dispatch.capacity.booking import (
    Drive,
    NoDrive,
    OpenSlot,
    Ranked,
    Stated,
    TooFar,
    offers,
    promised,
    refusal_of,
)
from dispatch.capacity.declaration import Hours, Slot, hours
from dispatch.capacity.wishes import Wish
from dispatch.capacity.words import Half
from dispatch.desk.room import Desk
from dispatch.desk.worklists.ways import base_of
from dispatch.kit.db import Connection
from dispatch.routing.travel import Straight
from dispatch.routing.worklists import fitting
from dispatch.routing.worklists.fitting import Fit, Insertion, Lack, Misfit, Outcome
from dispatch.routing.worklists.problem import Visit

from .driving import Floats, Ways, alike
from .halfdays import rules_of
from .mending import anew, mend
from .routes import Live, load, read, stated
from .table import Table, table_of

Spans = Mapping[tuple[date, Half], Hours]
NOWHERE = NoDrive("班所没有坐标,无法核算行车,请在地图数据中补全")
ASKED = "?"  # name of a visit that is only asked for
BY_ORDER = frozenset(one.label for one in (Lack.WINDOW, Lack.LATER, Lack.BACK))  # other routes may help


@dataclass
class Found:
    """
    What the half-days say to a wish.

    :param days: every half-day that was asked
    :param ranked: where it can be kept, the best first
    """

    days: list[OpenSlot]
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
        return _ranked(desk, question, [])
    found = _ranked(desk, question, await _standing(tx, desk, question))
    if found.ranked and not isinstance(desk.travel, Straight):
        found = await _both_ways(tx, desk, question, found)
    if found.ranked or not question.plans:
        return found
    return await _planned_anew(tx, desk, question, found)


def _ranked(desk: Desk, question: Question, days: Sequence[OpenSlot]) -> Found:
    rules = rules_of(desk.pack)
    about, soonest = desk.pack.lists.tolerance.duration, question.soonest
    ranked = offers(question.wish, days, rules=rules, at=question.at, soonest=soonest, about=about)
    return Found(list(days), ranked)


async def _standing(tx: Connection, desk: Desk, question: Question) -> list[OpenSlot]:
    """Return the slots as they stand, each with how the visit can be driven there."""
    slots, spans = question.slots, spans_of(desk, question.slots)
    declared = await stated(tx, slots)
    teams, length_s = [one.teams if one else 0 for one in declared], [_length_s(spans, slot) for slot in slots]
    for mends in (True, False):
        rows = await read(tx, desk, slots, at=question.at, without=question.without)
        table = table_of(rows, teams, length_s=length_s)
        if not (mends and await _mended(tx, desk, question, table, declared)):
            break
    bases = {code: base_of(desk, code) for code in {slot.depot for slot in slots}}
    table = table.seen_from([bases[slot.depot] for slot in slots])
    drives = _drives(desk, question, spans, table)
    known = [drive if bases[slot.depot] else NOWHERE for slot, drive in zip(slots, drives, strict=True)]
    return _states(desk, slots, declared, table, known)


def spans_of(desk: Desk, slots: Sequence[Slot]) -> Spans:
    """Return the hours of the slots' half-days, each once."""
    rules = rules_of(desk.pack)
    return {key: hours(rules, *key) for key in {(slot.date, slot.half) for slot in slots}}


def _length_s(spans: Spans, slot: Slot) -> float:
    span = spans[slot.date, slot.half]
    return (span.ends_at - span.begins_at).total_seconds()


def _states(
    desk: Desk,
    slots: Sequence[Slot],
    declared: Sequence[Stated | None],
    table: Table,
    drives: Sequence[Drive | NoDrive],
) -> list[OpenSlot]:
    workdays = {day: desk.calendar.is_workday(day) for day in {slot.date for slot in slots}}
    names = {code: desk.areas.get(code).name for code in {slot.depot for slot in slots}}
    return [
        OpenSlot(slot, names[slot.depot], one, table.taken(n), workdays[slot.date], drives[n])
        for n, (slot, one) in enumerate(zip(slots, declared, strict=True))
    ]


async def _mended(
    tx: Connection, desk: Desk, question: Question, table: Table, declared: Sequence[Stated | None]
) -> bool:
    """Bring routes in line with their bookings where a place is free; tell whether there were any."""
    free = [n for n in table.ill if (one := declared[n]) is not None and len(table.taken(n)) < one.visits]
    for n in free[: desk.pack.lists.anew.value]:
        await mend(tx, desk, question.slots[n], at=question.at, without=question.without)
    return bool(free)


def _drives(desk: Desk, question: Question, spans: Spans, table: Table) -> list[Drive | NoDrive]:
    """Judge all gaps of all routes at once."""
    keys, half = [(slot.date, slot.half) for slot in question.slots], table.columns.half
    windows = {key: window_s(question.wish, span) for key, span in spans.items()}
    edges = np.array([windows[key] for key in keys], float)
    asked = fitting.Asked(opens_s=edges[half, 0], shuts_s=edges[half, 1], work_s=work_s(desk, question.wish))
    into_s = _into(desk, question, [spans[key].begins_at for key in keys], table)
    outcomes = fitting.fits(fitting.gaps(table.columns), asked, into_s=into_s, back_s=into_s, halves=len(keys))
    return [_drive(outcome, spans[key], table) for outcome, key in zip(outcomes, keys, strict=True)]


def _into(desk: Desk, question: Question, begins: Sequence[datetime], table: Table) -> Floats:
    """Return the seconds from each node of the routes to the visit, by the ways that are open then."""
    wish, (lon, lat) = question.wish, table.columns.nodes
    into_s = np.full(lon.shape, fitting.FAR)
    half_begins = np.array([at.timestamp() for at in begins])[table.columns.half]
    for at, group in alike(desk, sorted(set(begins))).items():
        mine = np.isin(half_begins, [each.timestamp() for each in group])
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


def _drive(outcome: Outcome, span: Hours, table: Table) -> Drive | NoDrive:
    if isinstance(outcome, Misfit):
        return NoDrive(outcome.rule.label, outcome.lacks_s)
    between = table.beside(outcome.team, outcome.position)
    return drive_of(outcome, span, between)


def drive_of(fit: Fit | Insertion, span: Hours, between: tuple[str, ...], *, anew: bool = False) -> Drive:
    """Return an insertion in the words of what is offered."""
    arrives_at = span.begins_at + timedelta(seconds=fit.begins_s)
    return Drive(arrives_at=arrives_at, extra_s=fit.extra_s, between=between, anew=anew)


def asked_visit(desk: Desk, question: Question, slot: Slot, span: Hours, *, name: str = ASKED) -> Visit:
    """Return the visit that is asked for, as it would be in a slot."""
    wish = question.wish
    return Visit(
        id=name, depot=slot.depot, lon=wish.lon, lat=wish.lat, kind=slot.kind.value,
        area_class=slot.area_class.value, work_s=work_s(desk, wish), window_s=window_s(wish, span),
        price=desk.pack.lists.left_out.duration.total_seconds() / 60,
    )  # fmt: skip


async def _both_ways(tx: Connection, desk: Desk, question: Question, found: Found) -> Found:
    """Ask again, by the way there and the way on, what would be offered first, until it is certain."""
    certain: set[Slot] = set()
    few = 1 + rules_of(desk.pack).offers.value
    while doubtful := [one.slot for one in found.ranked[:few] if one.slot not in certain]:
        slot = doubtful[0]
        live, _ = await load(tx, desk, slot, at=question.at, without=question.without)
        drive = placed(live, asked_visit(desk, question, slot, live.span))
        days = [replace(day, drive=drive) if day.slot == slot else day for day in found.days]
        certain.add(slot)
        found = _ranked(desk, question, days)
    return found


def placed(live: Live, visit: Visit) -> Drive | NoDrive:
    """Return how a visit can be driven on a slot's routes as they stand."""
    where = live.place(visit)
    if isinstance(where, Misfit):
        return NoDrive(where.rule.label, where.lacks_s)
    return drive_of(where, live.span, live.beside(where))


async def _planned_anew(tx: Connection, desk: Desk, question: Question, found: Found) -> Found:
    """Plan a few half-days anew that have a place and lack least, until one of them can take the visit."""
    rules, most = rules_of(desk.pack), desk.pack.lists.anew.value
    near = [
        (day.drive.lacks_s, n)
        for n, day in enumerate(found.days)
        if isinstance(day.drive, NoDrive)
        and day.drive.rule in BY_ORDER
        and isinstance(refusal_of(day, rules=rules, at=question.at), TooFar)
    ]
    for _, n in sorted(near)[:most]:
        day = found.days[n]
        live, _ = await load(tx, desk, day.slot, at=question.at, without=question.without)
        drive = await driven_anew(desk, live, asked_visit(desk, question, day.slot, live.span))
        if drive is not None:
            found.days[n] = replace(day, drive=drive)
            return _ranked(desk, question, found.days)
    return found


async def driven_anew(desk: Desk, live: Live, visit: Visit) -> Drive | None:
    """Return how a visit can be driven if a slot's routes are made anew; None: it cannot, or not with all others."""
    if isinstance(live.alone(visit), Misfit):
        return None
    before_s = live.driven_s
    if not await anew(desk, live, live.visits, [visit]):
        return None
    begins_s = next(stop.begins_s for route in live.routes.values() for stop in route.stops() if stop.visit == visit.id)
    arrives_at = live.span.begins_at + timedelta(seconds=begins_s)
    return Drive(arrives_at=arrives_at, extra_s=max(0, live.driven_s - before_s), anew=True)
