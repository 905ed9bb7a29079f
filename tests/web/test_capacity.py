"""Declared capacity and booked visits over HTTP: what a leader, a seat and a county's console see and do."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from dispatch.capacity import reserve
from tests.worlds import START, XIANGSHAN

from .conftest import Centre, key

DEPOT = "330225-1"
LINE: dict[str, Any] = {"date": "2026-07-02", "half": "am", "kind": "survey", "area_class": "urban"}
WANT: dict[str, Any] = {
    "account_no": "330111",
    "kind": "survey",
    "area_class": "urban",
    "appointment": "by_date",
    "due": "2026-07-02",
    "area": XIANGSHAN,
    "place": {"lon": 121.87, "lat": 29.48},
}


async def declares(centre: Centre, who: str = "leader", **said: Any) -> httpx.Response:
    body = {"depot": DEPOT, "lines": [LINE | {"teams": 1, "visits": 2}]} | said
    return await (await centre.by(who)).post("/capacity/declarations", json=body, headers=key())


async def books(centre: Centre, who: str = "seat", **said: Any) -> httpx.Response:
    return await (await centre.by(who)).post("/bookings", json=WANT | said, headers=key())


async def test_a_depot_declares_and_a_seat_books(centre: Centre) -> None:
    assert (await declares(centre)).status_code == 201
    held = await books(centre)
    assert held.status_code == 201, held.text
    made = held.json()
    assert (made["depot"], made["state"], made["has_place"]) == (DEPOT, "held", True)
    seat, leader = await centre.by("seat"), await centre.by("leader")
    path = f"/bookings/{made['id']}"
    stale = await seat.post(f"{path}/confirm", json={"version": 7})
    assert (stale.status_code, stale.json()["error"]["code"]) == (409, "StaleBooking")
    done = await seat.post(f"{path}/confirm", json={"version": made["version"]})
    assert (done.status_code, done.json()["state"]) == (200, "booked")
    listed = (await leader.get("/bookings", params={"depot": DEPOT, "date": "2026-07-02"})).json()["bookings"]
    assert listed == [done.json()]
    shown = await leader.get("/capacity", params={"depot": DEPOT, "from": "2026-07-02", "to": "2026-07-02"})
    (slot,) = shown.json()["slots"]
    assert (slot["visits"], slot["booked"], slot["free"], slot["version"]) == (2, 1, 1, 1)
    gone = await seat.post(f"{path}/cancel", json={"reason": "客户取消"})
    assert (gone.status_code, gone.json()["state"], gone.json()["has_place"]) == (200, "cancelled", False)
    again = await seat.post(f"{path}/cancel", json={"reason": "客户取消"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "WrongBookingState")


async def test_repairs_at_a_time_are_told_apart_from_visits(centre: Centre) -> None:
    asked = {"depot": DEPOT, "from": "2026-07-02", "to": "2026-07-02"}
    dispatcher = await centre.by("xiangshan")

    async def told() -> dict[str, Any]:
        answer = (await dispatcher.get("/capacity", params=asked)).json()
        assert answer["slots"] == []  # no visits declared, and repairs are limited all the same
        found: dict[str, Any] = answer["repairs"]
        return found

    async with centre.db.transaction() as tx:
        await reserve.declare(tx, DEPOT, 4, by="leader", at=START)
    assert await told() == {"jobs": 4, "open": 0}
    ticket = await centre.call()
    await centre.does("xiangshan", ticket, "accept")
    await centre.does("xiangshan", ticket, "dispatch", crew_id="c1")
    assert await told() == {"jobs": 4, "open": 1}


async def test_the_same_booking_sent_twice_takes_one_place(centre: Centre) -> None:
    await declares(centre)
    seat, header = await centre.by("seat"), key()
    first, again = [await seat.post("/bookings", json=WANT, headers=header) for _ in range(2)]
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"


async def test_each_keeps_to_his_depot_and_county(centre: Centre) -> None:
    assert (await declares(centre, depot="330225-2")).json()["error"]["code"] == "Forbidden"
    assert (await declares(centre, "xiangshan")).status_code == 403
    await declares(centre)
    assert (await books(centre, "ninghai")).json()["error"]["code"] == "Forbidden"
    made = (await books(centre, "xiangshan")).json()
    hidden = await (await centre.by("ninghai")).post(f"/bookings/{made['id']}/confirm", json={})
    assert (hidden.status_code, hidden.json()["error"]["code"]) == (404, "NoSuchBooking")


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"lines": [LINE | {"teams": 1, "visits": -1}]}, 422, "Invalid"),
        ({"lines": [LINE | {"teams": 0, "visits": 1}]}, 422, "BadDeclaration"),
        ({"lines": [LINE | {"teams": 1, "visits": 1, "date": "2026-06-24"}]}, 422, "OutsideHorizon"),
        ({"lines": [LINE | {"teams": 1, "visits": 1, "date": 20260702}]}, 422, "Invalid"),
        ({"lines": [LINE | {"teams": 1, "visits": "4"}]}, 422, "Invalid"),
        ({"lines": [LINE | {"teams": 1, "visits": 1}] * 2}, 422, "SlotTwice"),
        ({"lines": []}, 422, "Invalid"),
        ({"depot": XIANGSHAN}, 422, "NotADepot"),
        ({"depot": "nowhere"}, 404, "NoSuchArea"),
    ],
)
async def test_a_declaration_that_is_wrong_is_refused_whole(
    centre: Centre, said: dict[str, Any], status: int, code: str
) -> None:
    answer = await declares(centre, **said)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text
    shown = await (await centre.by("leader")).get(f"/capacity?depot={DEPOT}&from=2026-06-20&to=2026-07-20")
    assert shown.json()["slots"] == []


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"due": None}, 422, "BadWish"),
        ({"due": "2026-10-01", "depot": "330225-2"}, 409, "NoTeam"),
        ({"due": "2026-06-01"}, 409, "Closed"),
        ({"area": None}, 422, "BookingField"),
        ({"depot": "330226-1"}, 422, "BookingField"),
        ({"area": "3302"}, 422, "BookingField"),
        ({"place": {"lon": 29.48, "lat": 121.87}}, 422, "SwappedCoordinates"),
        ({"place": {"lon": 121.87, "lat": 29.48, "crs": "utm"}}, 422, "UnknownCrs"),
        ({"phone": "1390000111a"}, 422, "Invalid"),
    ],
)
async def test_a_booking_that_is_wrong_is_refused(centre: Centre, said: dict[str, Any], status: int, code: str) -> None:
    await declares(centre)
    answer = await books(centre, **said)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text


FIXED: dict[str, Any] = {
    "appointment": "fixed",
    "due": None,
    "from_at": "2026-07-02T09:00:00+08:00",
    "to_at": "2026-07-02T10:00:00+08:00",
}


def hour(begin: str, end: str) -> dict[str, str]:
    """Return an agreed window of a day, in the time of China."""
    return {"from_at": f"{begin}:00+08:00", "to_at": f"{begin[:10]}T{end}:00+08:00"}


async def test_fifty_seats_ask_for_the_last_place_at_once_and_one_has_it(centre: Centre) -> None:
    await declares(centre, lines=[LINE | {"teams": 1, "visits": 1}])
    seat = await centre.by("seat")
    asked = [seat.post("/bookings", json=WANT | FIXED, headers=key()) for _ in range(50)]
    answers = await asyncio.gather(*asked)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 49}
    assert {answer.json()["error"]["code"] for answer in answers if answer.status_code == 409} == {"Full"}
    listed = (await seat.get("/bookings", params={"depot": DEPOT, "date": "2026-07-02"})).json()["bookings"]
    assert [each["state"] for each in listed] == ["held"]


async def test_times_are_said_in_the_time_of_china_whatever_zone_they_were_asked_in(centre: Centre) -> None:
    await declares(centre)
    tokyo = {"from_at": "2026-07-02T10:00:00+09:00", "to_at": "2026-07-02T11:00:00+09:00"}
    made = (await books(centre, **(FIXED | tokyo))).json()
    assert (made["from_at"], made["to_at"]) == ("2026-07-02T09:00:00+08:00", "2026-07-02T10:00:00+08:00")
    assert made["arrives_at"] == "2026-07-02T09:00:00+08:00"


@pytest.mark.parametrize(
    ("said", "status", "code", "field"),
    [
        ({"from_at": "2026-07-02T09:00:00"}, 422, "Invalid", "from_at"),
        ({"to_at": "2026-07-02T09:20:00+08:00"}, 422, "BadWish", "to_at"),
        (hour("2026-06-30T09:00", "10:00"), 409, "Closed", "from_at"),
        (hour("2026-07-02T11:30", "13:30"), 409, "OutsideHours", "from_at"),
        (hour("2026-07-02T19:00", "20:00"), 409, "OutsideHours", "from_at"),
        (hour("2026-07-05T09:00", "10:00"), 409, "Closed", "from_at"),
    ],
    ids=["no zone", "too short", "past", "over noon", "evening", "Sunday"],
)  # fmt: skip
async def test_an_agreed_time_that_cannot_be_is_refused(
    centre: Centre, said: dict[str, Any], status: int, code: str, field: str
) -> None:
    await declares(centre)
    answer = await books(centre, **(FIXED | said))
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code), answer.text
    assert error.get("field") == field or any(one.get("field") == field for one in error.get("errors", [])), answer.text


async def test_a_refusal_names_each_half_day_and_what_would_help(centre: Centre) -> None:
    await declares(centre, lines=[LINE | {"teams": 1, "visits": 1}])
    await books(centre, **FIXED)
    answer = await books(centre, **FIXED)
    details = answer.json()["error"]["details"]
    assert [(one["depot"], one["code"]) for one in details["refused"]] == [(DEPOT, "Full"), ("330225-2", "NoTeam")]
    assert details["refused_n"] == 2
    assert details["helps"][0]["kind"] == "visits"
    assert "增报 1 户" in details["helps"][0]["say"]


async def test_a_customer_wants_another_time_and_why_tells_the_whole_story(centre: Centre) -> None:
    lines = [LINE | {"teams": 1, "visits": 1}, LINE | {"teams": 1, "visits": 1, "half": "pm"}]
    await declares(centre, lines=lines)
    held = (await books(centre, **FIXED)).json()
    seat, path = await centre.by("seat"), f"/bookings/{held['id']}"
    booked = (await seat.post(f"{path}/confirm", json={})).json()
    later = {"appointment": "fixed", "from_at": "2026-07-02T14:00:00+08:00", "to_at": "2026-07-02T15:00:00+08:00"}
    stale = await seat.post(f"{path}/reschedule", json=later | {"version": 1})
    assert (stale.status_code, stale.json()["error"]["code"]) == (409, "StaleBooking")
    answer = await seat.post(
        f"{path}/reschedule", json=later | {"reason": "客户上午不在", "version": booked["version"]}
    )
    after = answer.json()
    assert (answer.status_code, after["state"], after["half"]) == (200, "booked", "pm"), answer.text
    assert (after["arrives_at"], after["rescheduled_n"]) == ("2026-07-02T14:00:00+08:00", 1)
    why = (await seat.get(f"{path}/why")).json()
    assert [one["step"] for one in why["steps"]] == ["held", "confirmed", "rescheduled"]
    assert (why["stands"]["team"], why["stands"]["number"]) == (f"{DEPOT}/survey/urban/1", 1)
    assert (why["refused"], why["helps"]) == ([], [])
    hidden = await (await centre.by("ninghai")).get(f"{path}/why")
    assert hidden.status_code == 404


async def test_an_hour_of_another_zone_is_refused_saying_what_it_is_in_china(centre: Centre) -> None:
    await declares(centre)
    new_york = {"from_at": "2026-07-02T09:00:00-04:00", "to_at": "2026-07-02T10:00:00-04:00"}
    error = (await books(centre, **(FIXED | new_york))).json()["error"]
    assert (error["code"], error["field"]) == ("OutsideHours", "from_at")
    assert "所填为北京时间 07月02日21:00至07月02日22:00,请核对时区" in error["message"]


@pytest.mark.parametrize(
    "text", ["先打 13900001111", "139-0000-1111 找老王", "电话１３９０００0１１１１", "138 0000 1111"]
)
async def test_a_telephone_in_the_text_would_be_printed_and_is_refused(centre: Centre, text: str) -> None:
    await declares(centre)
    error = (await books(centre, text=text)).json()["error"]
    assert (error["code"], error["field"]) == ("Invalid", "text")
    assert "请删去" in error["message"]


@pytest.mark.parametrize("text", ["户号 330139000011112", "表号 A13900001111 室内", "东街139号1单元", "约 9:30-10:30"])
async def test_other_numbers_in_the_text_are_none_of_our_business(centre: Centre, text: str) -> None:
    await declares(centre)
    answer = await books(centre, text=text)
    assert answer.status_code == 201, answer.text
