"""Declared by the week over HTTP: the form and its grid, two at once, tried before done, who is still to do it."""

import asyncio
from typing import Any

import httpx
import pytest

from dispatch.desk.bookings.weekly import inherit_due, remind_due
from tests.worlds import XIANGSHAN, minutes

from .conftest import Centre, key
from .test_capacity import DEPOT, LINE, WANT, books, declares

WEEK = "2026-W27"  # the present one; START is its Wednesday, nine o'clock
NEXT = "2026-W28"
PATH = f"/depots/{DEPOT}/declarations"
A_DAY = 24 * 60


def line(day: int = 2, half: str = "am", **said: Any) -> dict[str, Any]:
    return LINE | {"date": f"2026-07-{day:02d}", "half": half, "teams": 1, "visits": 2, "version": 0} | said


async def puts(centre: Centre, *lines: dict[str, Any], week: str = WEEK, **said: Any) -> httpx.Response:
    return await (await centre.by("leader")).put(f"{PATH}/{week}", json={"lines": list(lines)} | said)


async def week_of(centre: Centre, week: str = WEEK, who: str = "leader") -> dict[str, Any]:
    answer = await (await centre.by(who)).get(f"{PATH}/{week}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def slots_of(centre: Centre, week: str = WEEK) -> list[dict[str, Any]]:
    return [slot for day in (await week_of(centre, week))["days"] for slot in day["slots"]]


async def test_a_week_is_declared_at_once_and_read_as_a_grid(centre: Centre) -> None:
    made = await puts(centre, line(3), line(2), line(2, "pm", kind="metering"))
    assert made.status_code == 200, made.text
    assert [each["date"] for each in made.json()["declarations"]] == ["2026-07-02", "2026-07-02", "2026-07-03"]
    await books(centre)
    grid = await week_of(centre)
    assert (grid["week"], grid["monday"], grid["due_at"]) == (WEEK, "2026-06-29", "2026-06-25T17:00:00+08:00")
    assert [day["workday"] for day in grid["days"]] == [True] * 5 + [False] * 2
    (slot, _) = grid["days"][3]["slots"]
    assert (slot["visits"], slot["booked"], slot["held"], slot["free"]) == (2, 0, 1, 1)
    assert (slot["declared_by"], slot["inherited"], slot["version"]) == ("leader", False, 1)
    assert await week_of(centre, "2026-06-29") == grid


async def test_what_is_declared_already_is_not_declared_again(centre: Centre) -> None:
    await puts(centre, line(2), line(3))
    again = await puts(centre, line(2, version=1), line(3, version=1, visits=3))
    assert [(each["date"], each["version"]) for each in again.json()["declarations"]] == [("2026-07-03", 2)]
    same = await puts(centre, line(2), line(3, visits=3))  # the same request once more, late
    assert (same.status_code, same.json()["declarations"]) == (200, [])


@pytest.mark.parametrize(
    ("lines", "status", "code", "field"),
    [
        ([line(2), line(6)], 422, "OutsideWeek", "lines.date"),
        ([line(2), line(2)], 422, "SlotTwice", "lines"),
        ([line(2), line(3, teams=0)], 422, "BadDeclaration", "teams"),
        ([line(2), line(3, visits=-1)], 422, "Invalid", "lines.1.visits"),
        ([LINE | {"teams": 1, "visits": 1}], 422, "Invalid", "lines.0.version"),
        (
            [line(2), LINE | {"date": "2026-06-30", "teams": 1, "visits": 1, "version": 0}],
            422,
            "OutsideHorizon",
            "date",
        ),
        ([line(2), line(3, version=4)], 409, "StaleDeclaration", "version"),
    ],
)
async def test_one_wrong_line_refuses_the_week_whole(
    centre: Centre, lines: list[dict[str, Any]], status: int, code: str, field: str
) -> None:
    answer = await puts(centre, *lines)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["field"]) == (status, code, field), answer.text
    assert await slots_of(centre) == []


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"{PATH}/2026-W26", 422, "OutsideHorizon"),
        (f"{PATH}/2026-W54", 422, "BadWeek"),
        (f"{PATH}/2026-07-01", 422, "BadWeek"),
        (f"/depots/{XIANGSHAN}/declarations/{WEEK}", 422, "NotADepot"),
        (f"/depots/nowhere/declarations/{WEEK}", 404, "NoSuchArea"),
        (f"/depots/330225-2/declarations/{WEEK}", 403, "Forbidden"),
    ],
)
async def test_a_week_or_a_depot_that_cannot_be_is_refused(centre: Centre, path: str, status: int, code: str) -> None:
    answer = await (await centre.by("leader")).put(path, json={"lines": [line()]})
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text


async def test_of_three_at_once_one_wins_and_the_other_is_told_what_it_did_not_see(centre: Centre) -> None:
    answers = await asyncio.gather(*(puts(centre, line(2, visits=n), line(3, visits=n)) for n in range(1, 9)))
    won = [answer for answer in answers if answer.status_code == 200]
    assert len(won) == 1
    ours = won[0].json()["declarations"][0]["visits"]
    for answer in answers:
        if answer is not won[0]:
            error = answer.json()["error"]
            assert (answer.status_code, error["code"]) == (409, "StaleDeclaration")
            now, slot = error["details"]["now"], error["details"]["slot"]
            assert (now["visits"], now["version"], now["declared_by"]) == (ours, 1, "leader")
            assert (slot["depot"], slot["date"], slot["half"]) == (DEPOT, "2026-07-02", "am")
            assert f"1 队 {ours} 户,leader 申报" in error["message"]
    assert [slot["visits"] for slot in await slots_of(centre)] == [ours, ours]


async def test_the_same_key_gives_the_same_answer_and_declares_once(centre: Centre) -> None:
    leader, header, body = await centre.by("leader"), key(), {"lines": [line()]}
    first, again = [await leader.put(f"{PATH}/{WEEK}", json=body, headers=header) for _ in range(2)]
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"


async def booked(centre: Centre, **said: Any) -> dict[str, Any]:
    held = (await books(centre, **said)).json()
    done = await (await centre.by("seat")).post(f"/bookings/{held['id']}/confirm", json={})
    assert done.status_code == 200, done.text
    made: dict[str, Any] = done.json()
    return made


async def everything(centre: Centre) -> dict[str, int]:
    async with centre.db.connection() as connection:
        tables = ("capacity_declaration", "capacity_change", "booking", "booking_event", "message", "idempotency")
        return {table: await connection.fetchval(f"SELECT count(*) FROM {table}") for table in tables}


async def test_a_cut_is_tried_before_it_is_done_and_then_does_just_that(centre: Centre) -> None:
    await puts(centre, line(2), line(2, "pm"))
    fixed = {"due": None, "appointment": "fixed"}
    first = await booked(centre, **fixed, from_at="2026-07-02T09:00:00+08:00", to_at="2026-07-02T10:00:00+08:00")
    second = await booked(centre, due="2026-07-02", account_no="330112", place={"lon": 121.875, "lat": 29.482})
    before, body = await everything(centre), {"depot": DEPOT, "lines": [line(2, visits=0, version=1)]}
    tried = await (await centre.by("xiangshan")).post("/capacity/preview", json=body)
    assert tried.status_code == 200, tried.text
    found = tried.json()
    assert found["reason_needed"] is True
    assert await everything(centre) == before
    after = {each["before"]["id"]: each["after"] for each in found["victims"]}
    expected = {first["id"]} | ({second["id"]} if second["half"] == "am" else set())
    assert after.keys() == expected
    assert after[first["id"]]["state"] == "reoffered"
    assert after[first["id"]]["offers"][0]["half"] == "pm"
    assert [slot["visits"] for slot in await slots_of(centre)] == [2, 2]
    refused = await puts(centre, line(2, visits=0, version=1))
    assert refused.json()["error"]["code"] == "ReasonNeeded"
    done = (await puts(centre, line(2, visits=0, version=1), reason="队伍抽调抢修")).json()
    same = ("id", "state", "depot", "date", "half", "from_at")
    for each in (*done["reoffered"], *done["moved"]):
        assert {name: each[name] for name in same} == {name: after[each["id"]][name] for name in same}


@pytest.mark.parametrize(("who", "status"), [("leader", 200), ("xiangshan", 200), ("ninghai", 403), ("seat", 403)])
async def test_a_change_is_tried_by_the_depot_and_its_county(centre: Centre, who: str, status: int) -> None:
    body = {"depot": DEPOT, "lines": [line()]}
    answer = await (await centre.by(who)).post("/capacity/preview", json=body)
    assert answer.status_code == status, answer.text


async def undeclared(centre: Centre, who: str = "xiangshan", area: str = XIANGSHAN, week: str = NEXT) -> httpx.Response:
    return await (await centre.by(who)).get("/capacity/undeclared", params={"area": area, "week": week})


async def test_who_has_not_declared_is_listed_reminded_and_then_copied(centre: Centre) -> None:
    desk = centre.app.state.desk
    await puts(centre, line(2), line(3, "pm", visits=5))
    contact = [{"addressee": "depot_leader", "name": "班所长", "phone": "13900009901"}]
    set_up = await (await centre.by("admin")).put(f"/areas/{DEPOT}/contacts", json={"contacts": contact})
    assert set_up.status_code == 200, set_up.text
    await remind_due(desk, at=minutes(1))
    await remind_due(desk, at=minutes(2))
    listed = (await undeclared(centre)).json()
    mine = listed["depots"][0]
    assert (mine["depot"], mine["open"], mine["missing"], mine["declared"]) == (DEPOT, True, 2, 0)
    assert mine["reminded_at"] == "2026-07-01T09:01:00+08:00"
    assert [each["reminded_at"] for each in listed["depots"][1:]] == [None]  # it never declared anything
    async with centre.db.connection() as connection:
        (body,) = [row["body"] for row in await connection.fetch("SELECT body FROM message")]
    assert "7月6日至7月12日的承载力尚未申报完,请于7月2日17:00前申报" in body
    missing = [gap for day in (await week_of(centre, NEXT))["days"] for gap in day["missing"]]
    assert [(gap["date"], gap["visits"], gap["source"]) for gap in missing] == [
        ("2026-07-09", 2, "2026-07-02"),
        ("2026-07-10", 5, "2026-07-03"),
    ]
    late = minutes(A_DAY + 8 * 60 + 5)  # Thursday, five past five
    centre.set_clock(late)
    await inherit_due(desk, at=late)
    copied = await slots_of(centre, NEXT)
    assert [(slot["date"], slot["visits"], slot["inherited"], slot["declared_by"]) for slot in copied] == [
        ("2026-07-09", 2, True, "system"),
        ("2026-07-10", 5, True, "system"),
    ]
    assert "沿用 2026-07-02" in copied[0]["reason"]
    mine = (await undeclared(centre)).json()["depots"][0]
    assert (mine["inherited"], mine["missing"], mine["open"]) == (2, 0, True)
    own = await puts(centre, line(9, visits=2, version=1), week=NEXT)
    assert [(each["version"], each["inherited"]) for each in own.json()["declarations"]] == [(2, False)]


async def test_a_form_that_did_not_see_the_copy_is_told_of_it(centre: Centre) -> None:
    await puts(centre, line(2))
    await inherit_due(centre.app.state.desk, at=minutes(A_DAY + 8 * 60))
    answer = await puts(centre, line(9, visits=7), week=NEXT)
    assert (answer.status_code, answer.json()["error"]["details"]["now"]["inherited"]) == (409, True)


@pytest.mark.parametrize(
    ("who", "area", "status"),
    [("leader", DEPOT, 200), ("leader", XIANGSHAN, 403), ("monitor", "33", 200), ("ninghai", XIANGSHAN, 403)],
)
async def test_each_sees_who_has_not_declared_in_his_own_area(centre: Centre, who: str, area: str, status: int) -> None:
    assert (await undeclared(centre, who, area)).status_code == status


async def test_the_daily_form_still_declares_beside_the_weekly_one(centre: Centre) -> None:
    await puts(centre, line(2))
    answer = await declares(centre, lines=[LINE | {"teams": 2, "visits": 6, "version": 1}])
    assert answer.json()["declarations"][0]["version"] == 2
    stale = await puts(centre, line(2, visits=3, version=1))
    assert stale.status_code == 409
    assert WANT["kind"] == LINE["kind"]


async def three_at_once(centre: Centre) -> list[str]:
    """Let two teams be declared, and three customers be promised the same hour; return the bookings."""
    await puts(centre, line(2, teams=2, visits=4))
    agreed = {"due": None, "appointment": "fixed"}
    agreed |= {"from_at": "2026-07-02T09:00:00+08:00", "to_at": "2026-07-02T09:40:00+08:00"}
    return [(await booked(centre, **agreed))["id"] for _ in range(3)]


async def test_teams_too_few_for_what_is_booked_need_a_reason_too(centre: Centre) -> None:
    made = await three_at_once(centre)
    body = {"depot": DEPOT, "lines": [LINE | {"teams": 1, "visits": 4}]}
    tried = (await (await centre.by("leader")).post("/capacity/preview", json=body)).json()
    assert (tried["reason_needed"], len(tried["victims"])) == (True, 1)
    before = await everything(centre)
    refused = await puts(centre, line(2, teams=1, visits=4, version=1))
    error = refused.json()["error"]
    assert (refused.status_code, error["code"], error["field"]) == (409, "ReasonNeeded", "reason"), refused.text
    assert set(error["details"]["victims"]) < set(made)
    assert await everything(centre) == before
    done = await puts(centre, line(2, teams=1, visits=4, version=1), reason="一队抽调抢修")
    assert [each["id"] for each in done.json()["reoffered"]] == error["details"]["victims"]


@pytest.mark.parametrize("by_week", [True, False])
async def test_the_same_request_sent_again_when_its_time_is_over_gets_its_first_answer(
    centre: Centre, by_week: bool
) -> None:
    leader, header = await centre.by("leader"), key()

    async def sent() -> httpx.Response:
        if by_week:
            return await leader.put(f"{PATH}/{WEEK}", json={"lines": [line()]}, headers=header)
        body = {"depot": DEPOT, "lines": [LINE | {"teams": 1, "visits": 2}]}
        return await leader.post("/capacity/declarations", json=body, headers=header)

    first = await sent()
    assert first.status_code < 300, first.text
    centre.set_clock(minutes(7 * A_DAY))
    again = await sent()
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers["Idempotent-Replayed"] == "true"
    late = await puts(centre, line(3))
    assert late.json()["error"]["code"] == "OutsideHorizon"


@pytest.mark.parametrize("day", ["2026/7/6", "2026-02-30", "明天", 20260706])
async def test_a_day_that_is_none_is_told_how_days_are_written(centre: Centre, day: object) -> None:
    refused = await puts(centre, line() | {"date": day})
    assert refused.status_code == 422
    assert refused.json()["error"]["message"] == "lines.0.date:应为日期,例如 2026-01-02"
