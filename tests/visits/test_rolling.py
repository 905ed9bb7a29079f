"""What was not made: it rolls, becomes urgent, or its customer is asked; and every list ends."""

import random
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from dispatch.capacity.words import Appointment, BookingState, Half, ListState
from dispatch.desk.room import Desk
from dispatch.desk.worklists.making import freeze_due
from dispatch.desk.worklists.reading import notices
from dispatch.desk.worklists.rolling import is_urgent, roll_due
from tests.capacity.live import check
from tests.web.conftest import Centre, key
from tests.worklists.halfday import CUT_OFF, DAY, DEPOT, at, declares, promised, slot
from tests.worlds import person

from .day import booking, does, list_then, morning, outcomes, steps

OVER = at("12:20")  # twenty minutes after the morning's end
SENT = "SELECT occasion, to_phone FROM message WHERE booking_id = $1"
PM, NEXT = Half.PM, DAY + timedelta(days=1)


async def texts(desk: Desk, name: str) -> list[str]:
    async with desk.db.connection() as connection:
        return [row["occasion"] for row in await connection.fetch(SENT, name)]


async def with_phone(desk: Desk, name: str) -> None:
    async with desk.db.connection() as connection:
        await connection.execute("UPDATE booking SET phone = '13900007788' WHERE id = $1", name)


async def test_what_was_not_made_goes_where_it_belongs_and_the_list_is_closed(centre: Centre) -> None:
    desk = await morning(centre)
    for where in (slot(half=PM), slot(day=NEXT)):
        await declares(desk, 1, 6, where)
    for name in ("b", "c"):
        await with_phone(desk, name)
    centre.set_clock(at("08:10"))
    await does(centre, "leader", "a", "arrive")
    await does(centre, "leader", "a", "finish")
    assert await roll_due(desk, at=OVER - timedelta(minutes=1)) == 0
    assert await roll_due(desk, at=OVER) == 2
    missed, rolled = await booking(desk, "b"), await booking(desk, "c")
    assert (missed.state, missed.missed_n, missed.reoffered_n) == (BookingState.REOFFERED, 1, 1)
    assert missed.offers[0].slot.date == NEXT  # at noon nobody is asked about the afternoon
    assert (rolled.state, rolled.rolled_n, rolled.moved_n, rolled.slot.half) == (BookingState.BOOKED, 1, 1, PM)
    assert not rolled.urgent
    assert await steps(desk, "b") == ["confirmed", "missed", "reoffered"]
    assert await steps(desk, "c") == ["confirmed", "rolled"]
    assert await texts(desk, "b") == ["visit_reoffered"]
    assert await texts(desk, "c") == ["visit_moved"]
    made = await list_then(desk)
    assert made.state is ListState.CLOSED
    assert outcomes(made) == {"a": "done", "b": "missed", "c": "rolled"}
    assert await check(desk.db, at=OVER) == 3


async def test_it_is_done_once_and_made_up_for_after_a_stop(centre: Centre) -> None:
    desk = await morning(centre)
    await declares(desk, 1, 6, slot(day=DAY + timedelta(days=4)))
    late = at("09:00", DAY + timedelta(days=3))
    assert await roll_due(desk, at=late) == 3
    before = {name: await steps(desk, name) for name in "abc"}
    version = (await list_then(desk)).version
    for minutes in range(3):
        assert await roll_due(desk, at=late + timedelta(minutes=minutes)) == 0
    assert {name: await steps(desk, name) for name in "abc"} == before
    assert (await list_then(desk)).version == version
    seen = await (await centre.by("leader")).get(f"/worklists/{DEPOT}/{DAY.isoformat()}/am")
    assert seen.json()["state"] == "closed"
    assert [line["step"] for line in seen.json()["log"]] == ["frozen", "closed"]


async def test_on_its_last_day_a_visit_is_urgent_and_goes_first(centre: Centre) -> None:
    desk = await morning(centre)
    await declares(desk, 1, 6, slot(half=PM))
    await promised(desk, "d", 3.0, due=DAY)
    await roll_due(desk, at=OVER)
    urgent = await booking(desk, "d")
    assert (urgent.urgent, urgent.state, urgent.slot.date, urgent.slot.half) == (True, BookingState.BOOKED, DAY, PM)
    told = await notices(desk, DEPOT, by=person("leader"))
    assert [notice.team for notice in told if "加急 1 户" in notice.text] == [""]
    assert any("3301d" in notice.text for notice in await notices(desk, "330225", by=person("xiangshan")))
    await freeze_due(desk, at=at("12:30"))
    afternoon = await list_then(desk, PM)
    assert {stop.booking_id: stop.urgent for team in afternoon.teams for stop in team.stops}["d"]
    listed = (await (await centre.by("leader")).get(f"/bookings?depot={DEPOT}&date={DAY}")).json()["bookings"]
    assert (listed[0]["id"], listed[0]["urgent"]) == ("d", True)
    assert not any(one["urgent"] for one in listed[1:])


async def test_a_last_day_that_is_over_is_a_broken_promise(centre: Centre) -> None:
    desk = await morning(centre)
    await promised(desk, "d", 3.0, due=DAY)
    await declares(desk, 1, 6, slot(day=NEXT))
    await roll_due(desk, at=OVER)
    late = await booking(desk, "d")
    assert (late.urgent, late.missed_n, late.state) == (True, 1, BookingState.REOFFERED)
    assert late.offers[0].slot.date == NEXT
    assert await steps(desk, "d") == ["confirmed", "missed", "reoffered"]


async def test_the_third_time_a_visit_rolls_it_is_urgent(desk: Desk) -> None:
    await declares(desk, 1, 6)
    one = await promised(desk, "a", 2.0, due=date(2026, 7, 8))
    most = desk.pack.lists.rolls.value
    assert [is_urgent(one.model_copy(update={"rolled_n": n}), rolls=most) for n in range(4)] == [
        False,
        False,
        True,
        True,
    ]
    firm = one.model_copy(update={"appointment": Appointment.FIXED, "rolled_n": 9, "due": None})
    assert not is_urgent(firm, rolls=most)


async def test_without_a_place_before_its_date_the_customer_is_asked_and_nothing_is_missed(desk: Desk) -> None:
    await declares(desk, 1, 6)
    await promised(desk, "a", 2.0, due=NEXT)
    await freeze_due(desk, at=CUT_OFF)
    await roll_due(desk, at=OVER)
    after = await booking(desk, "a")
    assert (after.state, after.missed_n, after.urgent, after.place) == (BookingState.REOFFERED, 0, True, None)
    assert outcomes(await list_then(desk)) == {"a": "reoffered"}


async def test_who_arrived_and_has_not_finished_keeps_the_list_open(centre: Centre) -> None:
    desk = await morning(centre)
    await does(centre, "leader", "a", "arrive")
    await roll_due(desk, at=OVER)
    made = await list_then(desk)
    assert made.state is not ListState.CLOSED
    assert {name for name, outcome in outcomes(made).items() if not outcome} == {"a"}
    centre.set_clock(at("14:00"))
    await does(centre, "leader", "a", "finish", at=at("08:50").isoformat())
    await roll_due(desk, at=at("14:01"))
    assert (await list_then(desk)).state is ListState.CLOSED


async def test_who_never_finishes_is_asked_for_and_then_taken_as_not_finished(centre: Centre) -> None:
    desk = await morning(centre)
    await declares(desk, 1, 6, slot(day=NEXT))
    for name in ("a", "c"):  # 约时 and 限期
        await does(centre, "leader", name, "arrive")
    await roll_due(desk, at=OVER)
    assert not [notice for notice in await notices(desk, DEPOT, by=person("leader")) if "未报完成" in notice.text]
    assert await roll_due(desk, at=at("13:00")) == 0
    (asked,) = [notice for notice in await notices(desk, DEPOT, by=person("leader")) if "未报完成" in notice.text]
    assert (asked.team, "16:00" in asked.text, "3301a" in asked.text) == ("", True, True)
    before = await list_then(desk)
    assert await roll_due(desk, at=at("13:01")) == 0
    assert await list_then(desk) == before  # asked once
    assert await roll_due(desk, at=at("15:59")) == 0
    assert await roll_due(desk, at=at("16:00")) == 2
    made = await list_then(desk)
    assert (made.state, outcomes(made)) == (
        ListState.CLOSED,
        {"a": "unfinished", "b": "missed", "c": "unfinished"},
    )
    firm, by_date = await booking(desk, "a"), await booking(desk, "c")
    assert (firm.state, firm.missed_n, firm.unfinished_n, firm.arrived_at) == (BookingState.REOFFERED, 0, 1, None)
    assert (by_date.state, by_date.slot.date, by_date.rolled_n) == (BookingState.BOOKED, NEXT, 1)
    assert await steps(desk, "a") == ["confirmed", "arrived", "unfinished", "reoffered"]
    assert await steps(desk, "c") == ["confirmed", "arrived", "unfinished", "rolled"]
    assert await check(desk.db, at=at("16:00")) >= 1
    params = {"area": "330225", "from": DAY.isoformat(), "to": DAY.isoformat()}
    found = (await (await centre.by("monitor")).get("/capacity/indices", params=params)).json()["figures"]
    counted = {one["index"]: one["numerator"] for one in found}
    told = ("booked", "unfinished", "rolled", "missed_appointment")
    assert [counted[name] for name in told] == [3, 2, 0, 1]  # each came once, or should have
    assert await roll_due(desk, at=at("16:01")) == 0


async def test_who_says_in_time_that_he_finished_is_not_taken_as_unfinished(centre: Centre) -> None:
    desk = await morning(centre)
    await does(centre, "leader", "a", "arrive")
    await roll_due(desk, at=at("13:00"))
    centre.set_clock(at("14:00"))
    await does(centre, "leader", "a", "finish", at=at("08:40").isoformat())
    await roll_due(desk, at=at("16:00"))
    assert (await booking(desk, "a")).state is BookingState.DONE
    assert outcomes(await list_then(desk))["a"] == "done"


async def test_who_was_absent_and_has_another_time_already_was_absent(centre: Centre) -> None:
    desk = await morning(centre)
    await declares(desk, 1, 6, slot(half=PM))
    centre.set_clock(at("08:30"))
    await does(centre, "leader", "a", "absent", reason="无人")
    wanted = {"appointment": "by_date", "due": DAY.isoformat()}
    again = await (await centre.by("seat")).post("/bookings/a/reschedule", json=wanted, headers=key())
    assert again.json()["half"] == "pm", again.text
    await roll_due(desk, at=OVER)
    made = await list_then(desk)
    assert (made.state, outcomes(made)["a"]) == (ListState.CLOSED, "absent")


async def test_a_half_day_without_a_list_ends_too(desk: Desk) -> None:
    await declares(desk, 1, 6)
    await promised(desk, "a", 2.0, due=DAY)
    await declares(desk, 1, 6, slot(half=PM))
    assert await roll_due(desk, at=OVER) == 1  # nobody was there for the freeze
    assert (await booking(desk, "a")).slot.half is PM
    (notice,) = await notices(desk, DEPOT, by=person("leader"))
    assert (notice.version, notice.team) == (0, "")


LEAVES = {"done", "absent", "missed", "rolled", "reoffered", "moved", "rescheduled", "cancelled"}
LISTED = "SELECT DISTINCT s ->> 'booking_id' AS id FROM worklist_event, json_array_elements(doc -> 'teams') AS t, json_array_elements(t -> 'stops') AS s WHERE half = 'am'"  # noqa: E501
LOG = "SELECT step, doc FROM booking_event WHERE booking_id = $1 ORDER BY version"


async def exits(desk: Desk, name: str, *, frozen_at: datetime) -> list[str]:
    """Return by which steps a booking left the morning, or ended in it; ``missed`` stands for what follows at once."""
    async with desk.db.connection() as connection:
        rows = await connection.fetch(
            "SELECT step, at, doc FROM booking_event WHERE booking_id = $1 ORDER BY version", name
        )
    found, here = [], True
    for row in rows:
        if row["at"] >= frozen_at and here and row["step"] in LEAVES:
            found.append(row["step"])
            here = False
    return found


@pytest.mark.parametrize("seed", range(3))
async def test_every_visit_of_a_list_that_is_closed_ends_in_exactly_one_way(centre: Centre, seed: int) -> None:
    draw = random.Random(seed)
    desk = await morning(centre, teams=3)
    for half, day in ((PM, DAY), (Half.AM, NEXT)):
        await declares(desk, 2, 6, slot(half=half, day=day))
    names = ["a", "b", "c"]
    await _random_morning(centre, draw, names)
    await roll_due(desk, at=OVER)
    made = await list_then(desk)
    if made.state is not ListState.CLOSED:  # somebody had not finished
        centre.set_clock(OVER)
        for name, outcome in outcomes(made).items():
            if not outcome:
                await does(centre, "leader", name, "finish")
        await roll_due(desk, at=OVER + timedelta(minutes=1))
        made = await list_then(desk)
    assert made.state is ListState.CLOSED
    async with desk.db.connection() as connection:
        listed = {row["id"] for row in await connection.fetch(LISTED)}
    assert set(names) <= listed
    for name in listed:
        ways = await exits(desk, name, frozen_at=CUT_OFF)
        assert len(ways) == 1, f"{name}: {ways}"
        on_it = outcomes(made).get(name)
        assert on_it == ways[0] or (on_it is None and ways[0] in ("cancelled", "reoffered", "moved", "rescheduled"))


async def _random_morning(centre: Centre, draw: random.Random, names: list[str]) -> None:
    """Let each visit of the morning go its way, drawn."""
    for name in names:
        fate: Any = draw.choice(("made", "nobody", "arrived", "silence", "cancelled", "removed"))
        centre.set_clock(at("09:30"))
        if fate in ("made", "arrived"):
            await does(centre, "leader", name, "arrive")
        if fate == "made":
            await does(centre, "leader", name, "finish")
        if fate == "nobody":
            await does(centre, "leader", name, "absent", reason="无人")
        if fate == "cancelled":
            seat = await centre.by("seat")
            answer = await seat.post(f"/bookings/{name}/cancel", json={"reason": "不办了"}, headers=key())
            assert answer.status_code == 200
        if fate == "removed":
            leader, path = await centre.by("leader"), f"/worklists/{DEPOT}/{DAY}/am/visits/{name}/remove"
            answer = await leader.post(path, json={"reason": "现场停工"}, headers=key())
            assert answer.status_code == 200, answer.text
