"""The process that solves dies while the lists are made: the depots have their lists all the same, which say so."""

import asyncio
from datetime import timedelta

import pytest

from dispatch.capacity.words import Half
from dispatch.desk.planning.child import Bounds
from dispatch.desk.room import Desk
from dispatch.desk.worklists import apart
from dispatch.desk.worklists.making import freeze_due
from dispatch.desk.worklists.pinning import Wanted, pin
from dispatch.desk.worklists.reading import shown
from dispatch.desk.worklists.sheet import sheet_of
from dispatch.reports.worklists import leaf, lines, tables
from dispatch.web.listshapes import WorklistShown
from tests.striking import solvers, strike
from tests.worlds import person

from .halfday import (
    AM,
    BEFORE,
    CUT_OFF,
    DAY,
    DEPOT,
    OTHER,
    SECOND,
    at,
    busy_county,
    declares,
    list_of,
    promised,
    routes,
    slot,
)
from .test_laws import check

CHILD = "dispatch.desk.worklists.apart"


async def test_lists_are_frozen_though_the_solver_is_killed_and_say_why(desk: Desk) -> None:
    await busy_county(desk)
    frozen, killed = await asyncio.gather(freeze_due(desk, at=CUT_OFF), strike(CHILD))
    assert (frozen, killed > 0, solvers(CHILD)) == (2, True, [])
    made = await check(desk)
    assert made.made_by == {"solver": "insertion", "seed": 0, "iterations": 0, "failure": "died"}
    assert "求解进程异常退出" in made.note
    assert "请" in made.note
    assert sum(map(len, routes(made).values())) > len(made.left_out)
    other = await list_of(desk, OTHER)
    assert other is not None
    assert other.note == made.note
    seen = await shown(desk, DEPOT, DAY, AM, by=person("leader"), at=at("07:40"))
    assert WorklistShown.of(seen).note == made.note
    sheet = await sheet_of(desk, seen, at=at("07:40"))
    assert made.note in leaf.page(sheet).decode()
    assert made.note in lines.note(sheet)
    assert made.note in tables.book(sheet).sections[0].tables[0].note


async def test_the_next_lists_are_solved_again(desk: Desk) -> None:
    await declares(desk, 1, 4)
    await declares(desk, 1, 4, slot(half=Half.PM))
    await promised(desk, "a", 2.0)
    await promised(desk, "b", 2.0, slot(half=Half.PM))
    await asyncio.gather(freeze_due(desk, at=CUT_OFF), strike(CHILD))
    assert await freeze_due(desk, at=CUT_OFF + timedelta(hours=5)) == 1
    first, then = await list_of(desk), await list_of(desk, half=Half.PM)
    assert first is not None
    assert then is not None
    assert (first.made_by["solver"], then.made_by["solver"], then.note) == ("insertion", "own", "")
    assert list(routes(first).values()) == [["a"]]


@pytest.mark.parametrize(
    ("bounds", "failure"),
    [
        (Bounds(0.0, deadline_s=0.05), "求解进程超时"),
        (Bounds(0.0, deadline_s=180.0, memory_mib=64), "求解进程内存不足"),
    ],
    ids=["too late", "no memory"],
)
async def test_a_solver_that_hangs_or_starves_leaves_nobody_without_a_list(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, bounds: Bounds, failure: str
) -> None:
    monkeypatch.setattr(apart, "BOUNDS", bounds)
    await declares(desk, 1, 4)
    await promised(desk, "a", 2.0)
    assert await freeze_due(desk, at=CUT_OFF) == 1
    made = await list_of(desk)
    assert made is not None
    assert failure in made.note
    assert list(routes(made).values()) == [["a"]]


async def test_without_the_solver_a_pin_is_kept_and_its_price_told_by_one_way_of_solving(desk: Desk) -> None:
    await declares(desk, 2, 8)
    for name, east_km in (("a", 4.0), ("b", 4.5)):
        await promised(desk, name, east_km)
    wanted = Wanted(booking_id="b", team=SECOND, reason="熟悉现场")
    price, _ = await asyncio.gather(
        pin(desk, DEPOT, DAY, AM, wanted, by=person("leader"), at=BEFORE - timedelta(hours=1)), strike(CHILD)
    )
    assert price.extra > 0
    assert price.left_out == ()
