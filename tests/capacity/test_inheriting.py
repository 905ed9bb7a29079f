"""What nobody declared in time is copied: once, from the last same weekday, never onto a day off or from nothing."""

import asyncio
from datetime import date, datetime, timedelta

import pytest

from dispatch.capacity import store
from dispatch.capacity.declaration import Declaration, Slot
from dispatch.capacity.store import Reach
from dispatch.capacity.words import Half
from dispatch.desk.bookings.weekly import inherit_due, remind_due
from dispatch.desk.room import Desk
from tests.worlds import NINGHAI, XIANGSHAN

from .bookings import DEPOT, OTHER, declare, slot

FOREIGN = "330226-1"
EARLY = datetime.fromisoformat("2026-06-22T08:00:00+08:00")
THURSDAY = datetime.fromisoformat("2026-07-02T17:00:00+08:00")
LAST, NEXT = date(2026, 6, 30), date(2026, 7, 7)  # Tuesdays
MONTH = (date(2026, 6, 1), date(2026, 10, 31))


async def held(desk: Desk, *depots: str) -> dict[Slot, Declaration]:
    async with desk.db.connection() as connection:
        return await store.declarations(connection, Reach(depots or (DEPOT,), *MONTH))


async def copies(desk: Desk, *depots: str) -> list[tuple[str, str, int]]:
    """Return depot, day and visits of what was copied."""
    found = sorted((await held(desk, *depots)).items(), key=lambda item: item[0].order)
    return [(slot.depot, slot.date.isoformat(), made.visits) for slot, made in found if made.inherited]


async def test_a_class_that_was_not_declared_is_copied_and_one_that_was_is_not(desk: Desk) -> None:
    await declare(desk, 8, slot(LAST), at=EARLY)
    await declare(desk, 5, slot(LAST, Half.PM), at=EARLY)
    await declare(desk, 3, slot(NEXT, Half.PM), at=EARLY)
    await inherit_due(desk, at=THURSDAY - timedelta(seconds=1))
    assert await copies(desk) == []
    await inherit_due(desk, at=THURSDAY)
    assert await copies(desk) == [(DEPOT, "2026-07-07", 8)]
    async with desk.db.connection() as connection:
        (line,) = [each for each in await store.changes(connection, DEPOT, NEXT, NEXT) if each.inherited]
    assert (line.version, line.declared_by, line.declared_at) == (1, "system", THURSDAY)
    assert line.reason == "逾期未申报,沿用 2026-06-30"


async def test_it_is_done_once_however_often_and_by_however_many(desk: Desk) -> None:
    await declare(desk, 8, slot(LAST), at=EARLY)
    await declare(desk, 4, slot(LAST, depot=FOREIGN), at=EARLY)
    await asyncio.gather(*(inherit_due(desk, at=THURSDAY) for _ in range(6)))
    await inherit_due(desk, at=THURSDAY + timedelta(minutes=1))
    assert await copies(desk, DEPOT, FOREIGN) == [(DEPOT, "2026-07-07", 8), (FOREIGN, "2026-07-07", 4)]
    async with desk.db.connection() as connection:
        done = await connection.fetch(
            "SELECT area, result FROM recurring_run WHERE due_at = $1 ORDER BY area", THURSDAY
        )
    assert [tuple(row) for row in done] == [(XIANGSHAN, DEPOT), (NINGHAI, FOREIGN)]


async def test_after_a_stop_what_can_still_be_booked_is_copied(desk: Desk) -> None:
    for half in Half:
        await declare(desk, 8, slot(LAST, half), at=EARLY)
    await inherit_due(desk, at=datetime.fromisoformat("2026-07-07T07:30:00+08:00"))  # the morning's list is frozen
    found = await held(desk)
    assert [(each.date, each.half) for each, made in found.items() if made.inherited] == [(NEXT, Half.PM)]


async def test_nothing_is_copied_from_nothing(desk: Desk) -> None:
    await declare(desk, 8, slot(date(2026, 6, 9)), at=datetime.fromisoformat("2026-06-08T08:00:00+08:00"))
    await inherit_due(desk, at=THURSDAY)  # four weeks later: longer ago than the pack looks back
    assert await copies(desk, DEPOT, OTHER, FOREIGN) == []


async def test_a_day_off_is_not_copied_onto_and_does_not_end_the_row(desk: Desk) -> None:
    """National Day falls on a Thursday: its Thursday stays empty, and the week after has that of the week before."""
    before = datetime.fromisoformat("2026-09-21T08:00:00+08:00")
    await declare(desk, 8, slot(date(2026, 9, 24)), at=before)
    await inherit_due(desk, at=datetime.fromisoformat("2026-09-24T17:00:00+08:00"))
    assert await copies(desk) == []
    await inherit_due(desk, at=datetime.fromisoformat("2026-10-01T17:00:00+08:00"))
    assert await copies(desk) == [(DEPOT, "2026-10-08", 8)]


async def test_what_was_declared_for_a_day_off_stays(desk: Desk) -> None:
    holiday = date(2026, 10, 1)
    await declare(desk, 2, slot(holiday), at=datetime.fromisoformat("2026-09-23T08:00:00+08:00"))
    await inherit_due(desk, at=datetime.fromisoformat("2026-09-24T17:00:00+08:00"))
    assert [made.inherited for made in (await held(desk)).values()] == [False]


async def test_a_copy_of_a_copy_says_where_it_comes_from(desk: Desk) -> None:
    await declare(desk, 8, slot(LAST), at=EARLY)
    await inherit_due(desk, at=THURSDAY)
    await inherit_due(desk, at=THURSDAY + timedelta(days=7))
    assert await copies(desk) == [(DEPOT, "2026-07-07", 8), (DEPOT, "2026-07-14", 8)]
    assert (await held(desk))[slot(date(2026, 7, 14))].reason == "逾期未申报,沿用 2026-07-07"


async def test_a_depot_may_declare_later_and_then_nothing_is_a_copy(desk: Desk) -> None:
    await declare(desk, 8, slot(LAST), at=EARLY)
    await inherit_due(desk, at=THURSDAY)
    await declare(desk, 6, slot(NEXT), at=THURSDAY + timedelta(hours=1))
    made = (await held(desk))[slot(NEXT)]
    assert (made.version, made.visits, made.inherited, made.declared_by) == (2, 6, False, "leader")
    await inherit_due(desk, at=THURSDAY + timedelta(hours=2))
    assert (await held(desk))[slot(NEXT)] == made


@pytest.mark.parametrize(
    ("now", "written"),
    [("2026-07-01T08:59", 0), ("2026-07-01T09:00", 1), ("2026-07-02T16:59", 1), ("2026-07-02T17:00", 0)],
)
async def test_a_reminder_is_written_while_it_is_of_use(desk: Desk, now: str, written: int) -> None:
    await declare(desk, 8, slot(LAST), at=EARLY)
    async with desk.db.connection() as connection:
        await connection.execute(
            "INSERT INTO duty_contact (area, addressee, name, phone) VALUES ($1, 'depot_leader', '县', '13900009902')",
            XIANGSHAN,
        )
        for _ in range(2):
            await remind_due(desk, at=datetime.fromisoformat(f"{now}:00+08:00"))
        found = await connection.fetch("SELECT area, to_phone, occasion FROM message")
    assert [tuple(row) for row in found] == [(XIANGSHAN, "13900009902", "declaration_due")] * written


async def test_who_has_declared_is_not_reminded(desk: Desk) -> None:
    await declare(desk, 8, slot(LAST), at=EARLY)
    await declare(desk, 8, slot(NEXT), at=EARLY)
    await remind_due(desk, at=datetime.fromisoformat("2026-07-01T09:00:00+08:00"))
    async with desk.db.connection() as connection:
        done = await connection.fetch("SELECT area, result FROM recurring_run ORDER BY area")
    assert [tuple(row) for row in done] == [(XIANGSHAN, ""), (NINGHAI, "")]
