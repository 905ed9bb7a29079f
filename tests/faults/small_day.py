"""A short working day of five towns, with fewer crews than it needs: tickets wait, and limits run out."""

import random
from datetime import datetime, timedelta

from dispatch.kit.clock import CHINA
from dispatch.simulator.day import Call, Day, Town
from dispatch.simulator.world import World, of_day
from dispatch.tickets.words import Category, Cause, Level, Symptom

BEGINS = datetime(2026, 7, 14, 8, 0, tzinfo=CHINA)
LASTS = timedelta(hours=4)  # the last customer is called back before the quiet hours
DISTRICTS, CREWS = 3, 30
TOWNS = (
    Town("丹城", 121.87, 29.48, 5.0),
    Town("石浦", 121.95, 29.21, 4.0),
    Town("西周", 121.72, 29.45, 2.0),
    Town("宁海", 121.43, 29.29, 5.0),
    Town("长街", 121.67, 29.24, 2.0),
)


def small_day(seed: int, *, calls: int) -> Day:
    """Return a day of so many calls; the same seed makes the same day."""
    draw = random.Random(seed)
    seconds = sorted(draw.uniform(0, LASTS.total_seconds()) for _ in range(calls))
    return Day("故障日", tuple(_call(n, s, draw) for n, s in enumerate(seconds, start=1)), TOWNS)


def world_of(day: Day, *, seed: int) -> World:
    return of_day(day, count=DISTRICTS, crews=CREWS, seed=seed)


def _call(number: int, seconds: float, draw: random.Random) -> Call:
    town = draw.choices(TOWNS, [town.weight for town in TOWNS])[0]
    return Call(
        key=f"f{number:04d}",
        at=BEGINS + timedelta(seconds=round(seconds)),
        lon=round(town.lon + draw.gauss(0, 0.02), 5),
        lat=round(town.lat + draw.gauss(0, 0.02), 5),
        town=town.name,
        symptom=draw.choice((Symptom.NO_POWER_ONE, Symptom.NO_POWER_MANY)),
        category=draw.choice((Category.LV, Category.HV)),
        level=draw.choice((Level.NORMAL, Level.URGENT)),
        customers=draw.randint(1, 40),
        cause=Cause.UNKNOWN,
        address=f"{town.name}镇{number}号",
        text="没电了",
        work=timedelta(minutes=draw.randint(10, 40)),
    )
