"""Declared capacity and booked visits over HTTP: what a leader, a seat and a county's console see and do."""

from typing import Any

import httpx
import pytest

from tests.worlds import XIANGSHAN

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
