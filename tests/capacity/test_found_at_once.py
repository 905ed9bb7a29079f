"""Hundreds of half-days are judged at once: what is found is what each half-day says when it is asked by itself."""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from dispatch.capacity import offering, store
from dispatch.capacity.booking import HalfDay, refused_of
from dispatch.capacity.declaration import Declaration, Slot
from dispatch.capacity.wishes import slots_of
from dispatch.capacity.words import Appointment, BookingStep, Half
from dispatch.desk.bookings import mending, packed
from dispatch.desk.bookings.finding import Question, asked_visit, find, placed
from dispatch.desk.bookings.halfdays import half_day, rules_of
from dispatch.desk.bookings.packed import frame_of
from dispatch.desk.bookings.routes import load, span_of
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from tests.worlds import START, XIANGSHAN, minutes

from .bookings import DEPOT, OTHER, RULES, TOMORROW, booked, slot, wish
from .live import minutes_east

DAYS = [TOMORROW + timedelta(days=n) for n in range(4)]
STANDING = """
SELECT booking.id, place, coalesce(number, 0), coalesce(position, 0), coalesce(work_s, 0), coalesce(drive_s, 0),
       coalesce(home_s, 0), coalesce(stop.lon, 0), coalesce(stop.lat, 0)
FROM booking LEFT JOIN visit_stop AS stop ON stop.booking_id = booking.id AND stop.depot = booking.depot
    AND stop.date = booking.date AND stop.half = booking.half
WHERE booking.depot = $1 AND booking.date = $2 AND booking.half = $3 AND booking.kind = $4
  AND booking.area_class = $5 AND place IS NOT NULL AND (expires_at IS NULL OR expires_at > $6) ORDER BY id
"""


def somewhere(desk: Desk, draw: random.Random) -> dict[str, float]:
    lon, lat = minutes_east(desk, 121.88, 29.47, draw.uniform(-50, 70))
    return {"lon": lon, "lat": lat + draw.uniform(-0.02, 0.02)}


async def county(tx: Connection, desk: Desk, draw: random.Random) -> list[str]:
    """Declare and book at random; return the bookings that take a place."""
    names = []
    slots = [slot(day, half, depot) for day in DAYS for half in Half for depot in (DEPOT, OTHER)]
    for number, where in enumerate(draw.sample(slots, 13)):
        teams, visits = draw.choice([0, 1, 1, 2]), draw.choice([1, 2, 4, 6])
        said: dict[str, Any] = {"declared_by": "leader", "declared_at": START}
        await store.declare(tx, Declaration(slot=where, teams=teams, visits=visits, version=1, **said), XIANGSHAN)
        span = span_of(desk, where)
        for place in range(1, draw.randint(0, visits) + 1):
            made = booked(
                f"b{number}-{place}", where, place=place, version=0, appointment=Appointment.BY_DATE, due=where.date,
                from_at=span.begins_at + timedelta(minutes=draw.choice([0, 0, 60])), to_at=span.ends_at,
                expires_at=minutes(10) if draw.random() < 0.2 else None, **somewhere(desk, draw),
            )  # fmt: skip
            await store.append(tx, made, BookingStep.HELD, by="seat", at=START)
            names.append(made.id)
        await mending.mend(tx, desk, where, at=START)
    return names


async def one_by_one(tx: Connection, desk: Desk, question: Question) -> list[HalfDay]:
    """Ask each half-day by itself."""
    found = []
    for each in question.slots:
        day = await half_day(tx, desk, each, at=question.at)
        live, _ = await load(tx, desk, each, at=question.at, without=question.without)
        drive = placed(live, asked_visit(desk, question, each, live.span))
        taken = tuple(one for one in day.taken if one.id not in question.without)
        found.append(replace(day, taken=taken, drive=drive))
    return found


def asked(desk: Desk, draw: random.Random, names: list[str], *, at: datetime) -> Question:
    kind = draw.choice(list(Appointment))
    day = draw.choice(DAYS)
    begin = span_of(desk, slot(day)).begins_at + timedelta(hours=draw.choice([0, 1, 2, 5, 7]))
    when: dict[str, Any] = {
        Appointment.FIXED: {"from_at": begin, "to_at": begin + timedelta(hours=1)},
        Appointment.WITHIN: {"start_by": begin},
        Appointment.BY_DATE: {"due": day},
    }[kind]
    wanted = wish(appointment=kind, **when, **somewhere(desk, draw))
    slots = slots_of(wanted, (DEPOT, OTHER), rules=rules_of(desk.pack), at=at)
    without = draw.sample(names, min(len(names), draw.choice([0, 0, 1])))
    return Question(wish=wanted, slots=slots, at=at, without=without, soonest=draw.random() < 0.3, plans=False)


def said(days: Any, at: Any) -> list[tuple[Slot, str]]:
    return [(day.slot, why.message) for day, why in refused_of(days, rules=RULES, at=at)]  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(6))
async def test_what_is_found_at_once_is_what_each_half_day_says_by_itself(desk: Desk, seed: int) -> None:
    draw, about = random.Random(seed), desk.pack.lists.tolerance.duration
    async with desk.db.transaction() as tx:
        names = await county(tx, desk, draw)
        for n in range(12):
            at = minutes(0 if n < 6 else 11)  # a hold that ran out does not come back
            question = asked(desk, draw, names, at=at)
            trial = tx.transaction()
            await trial.start()
            found = await find(tx, desk, question)
            days = await one_by_one(tx, desk, question)
            await trial.rollback()
            plain = offering.offers(
                question.wish, days, rules=rules_of(desk.pack), at=question.at, soonest=question.soonest, about=about
            )  # fmt: skip
            assert list(found.ranked) == list(plain)
            assert said(found.days, question.at) == said(days, question.at)
            if plain:
                assert (found.ranked.place, found.ranked.others_s) == (plain.place, plain.others_s)


FREE = "ALTER TABLE booking DROP CONSTRAINT IF EXISTS booking_depot_date_half_kind_area_class_fkey"
CHANGES = (
    "DELETE FROM visit_stop WHERE booking_id = $1",
    "UPDATE visit_stop SET position = position + 7 WHERE booking_id = $1",
    "UPDATE booking SET place = NULL WHERE id = $1",
    "UPDATE booking SET expires_at = '2026-07-01T00:05:00Z' WHERE id = $1",
    "UPDATE booking SET date = date + 1, place = 99 WHERE id = $1",
    "DELETE FROM booking WHERE id = $1",
)


@pytest.mark.parametrize("change", CHANGES)
async def test_what_is_packed_is_what_stands_whoever_changed_it(desk: Desk, change: str) -> None:
    draw = random.Random(11)
    async with desk.db.transaction() as tx:
        names = await county(tx, desk, draw)
        slots = [slot(day, half, depot) for day in DAYS for half in Half for depot in (DEPOT, OTHER)]
        for name in draw.sample(names, 3):
            await tx.execute(
                "ALTER TABLE booking DROP CONSTRAINT IF EXISTS booking_depot_date_half_kind_area_class_fkey"
            )
            await packed.read(tx, frame_of(slots), at=START)
            await tx.execute(change, name)
            found = await packed.read(tx, frame_of(slots), at=minutes(11))
            for n, each in enumerate(slots):
                lines = await tx.fetch(STANDING, *each.model_dump().values(), minutes(11))
                mine = [k for k in range(len(found.stops.slot)) if found.stops.slot[k] == n]
                told = [(found.stops.id(k), *list(found.stops.said[k].tolist())[:8]) for k in mine]
                assert sorted(told) == [tuple(line) for line in lines]
