"""Reports of a visit over HTTP: two or one, in order, with the time that is claimed."""

import pytest

from dispatch.capacity import store
from dispatch.capacity.store import Reach
from dispatch.capacity.words import Half
from dispatch.desk.setup import open_desk
from tests.web.conftest import Centre, key
from tests.worklists.halfday import BEFORE, DAY, DEPOT, OTHER, TEAM, at, declares, list_of, promised, slot

from .day import LIST, booking, does, morning, refused, says, steps


async def test_two_reports_make_a_visit_and_say_whether_it_was_in_time(centre: Centre) -> None:
    desk = await morning(centre)
    centre.set_clock(at("09:10"))
    there = await does(centre, "leader", "a", "arrive", at=at("08:55").isoformat())
    assert (there["state"], there["kept"], there["off_s"]) == ("arrived", True, 900)  # 15 min after its window
    assert there["arrived_at"] == "2026-07-02T08:55:00+08:00"
    made = await does(centre, "leader", "a", "finish", result="已勘查")
    assert (made["state"], made["has_place"], made["kept"]) == ("done", True, True)
    assert await steps(desk, "a") == ["confirmed", "arrived", "done"]
    early = await does(centre, "xiangshan", "b", "arrive", at=at("08:44").isoformat())
    assert (early["kept"], early["off_s"]) == (False, -960)
    async with desk.db.connection() as connection:
        to_come = await store.to_come(connection, "330225", at=at("08:00"), limit=9)
        taken = await store.taken(connection, Reach([DEPOT], DAY, DAY), at=at("09:10"))
    assert [one.id for one in to_come] == ["c"]
    assert sorted(one.id for one in taken) == ["a", "b", "c"]  # what is made has used its place


async def test_one_who_was_not_there_is_seen_from_one_report(centre: Centre) -> None:
    desk = await morning(centre)
    centre.set_clock(at("08:30"))
    gone = await does(centre, "leader", "a", "absent", reason="敲门无人", attempts=3)
    assert (gone["state"], gone["absent_n"], gone["kept"], gone["has_place"]) == ("absent", 1, True, True)
    assert await steps(desk, "a") == ["confirmed", "arrived", "absent"]
    async with desk.db.connection() as connection:
        log = await store.log(connection, "a")
    assert log[-1].reason == "敲门无人(联系客户 3 次)"
    await declares(desk, 1, 6, slot(half=Half.PM))
    wanted = {"appointment": "by_date", "due": "2026-07-02", "reason": "客户来电"}
    again = await (await centre.by("seat")).post("/bookings/a/reschedule", json=wanted, headers=key())
    assert again.status_code == 200, again.text
    assert (again.json()["state"], again.json()["half"], again.json()["absent_n"]) == ("booked", "pm", 1)
    assert (again.json()["arrived_at"], again.json()["kept"]) == (None, None)


async def test_a_customer_cannot_be_absent_before_his_time(centre: Centre) -> None:
    await morning(centre)
    centre.set_clock(at("08:30"))
    early = await says(centre, "leader", "b", "absent", reason="无人")
    assert refused(early) == (409, "TooEarlyToTell")
    assert "09:00" in early.json()["error"]["message"]
    centre.set_clock(at("08:45"))
    assert (await does(centre, "leader", "b", "absent", reason="无人"))["state"] == "absent"


async def test_who_is_named_reports_his_own_visits_and_no_others(centre: Centre) -> None:
    await morning(centre)
    assert refused(await says(centre, "crew-1", "a", "arrive")) == (404, "NoSuchBooking")
    names = {"teams": [{"team": TEAM, "persons": ["甲", "乙"], "crew_id": "c1"}]}
    named = await (await centre.by("leader")).post(f"{LIST}/names", json=names, headers=key())
    assert named.status_code == 200, named.text
    assert (await does(centre, "crew-1", "a", "arrive"))["state"] == "arrived"
    assert refused(await says(centre, "crew-2", "b", "arrive")) == (404, "NoSuchBooking")
    assert refused(await says(centre, "ninghai", "b", "arrive")) == (404, "NoSuchBooking")
    for who in ("seat", "monitor", "auditor"):
        assert refused(await says(centre, who, "b", "arrive")) == (403, "Forbidden")


async def test_who_is_named_may_ring_his_own_customers_and_is_seen_to(centre: Centre) -> None:
    desk = await morning(centre)
    async with desk.db.transaction() as tx:
        await tx.execute("UPDATE booking SET phone = '13900007777' WHERE id = 'a'")
    path = "/bookings/a/contact"
    crew = await centre.by("crew-1")
    assert refused(await crew.get(path)) == (404, "NoSuchBooking")
    names = {"teams": [{"team": TEAM, "persons": ["甲"], "crew_id": "c1"}]}
    await (await centre.by("leader")).post(f"{LIST}/names", json=names, headers=key())
    assert (await crew.get(path)).json() == {"phone": "13900007777"}
    assert refused(await (await centre.by("crew-2")).get(path)) == (404, "NoSuchBooking")
    async with desk.db.connection() as connection:
        looked = await connection.fetch("SELECT account_id FROM audit WHERE action = 'booking.contact'")
    assert [row["account_id"] for row in looked] == ["crew-1"]


async def test_the_leader_of_another_depot_has_nothing_to_say(centre: Centre) -> None:
    desk = await morning(centre)
    async with desk.db.connection() as connection:
        await connection.execute("UPDATE account SET area = $1 WHERE id = 'leader'", OTHER)
    assert refused(await says(centre, "leader", "a", "arrive")) == (404, "NoSuchBooking")


async def test_before_the_freeze_nobody_is_on_his_way(centre: Centre) -> None:
    desk = await open_desk(centre.db, "sgcc")
    await declares(desk, 1, 4)
    await promised(desk, "a", 2.0, clock=("08:00", "08:40"))
    centre.set_clock(BEFORE)
    for what in ("arrive", "absent"):
        answer = await says(centre, "leader", "a", what, **({"reason": "无人"} if what == "absent" else {}))
        assert refused(answer) == (409, "NotListed")


async def test_order_is_kept_and_nothing_is_said_twice(centre: Centre) -> None:
    desk = await morning(centre)
    assert refused(await says(centre, "leader", "a", "finish")) == (409, "NotArrived")
    await does(centre, "leader", "a", "arrive")
    assert refused(await says(centre, "leader", "a", "arrive")) == (409, "WrongBookingState")
    await does(centre, "leader", "a", "finish")
    for what in ("arrive", "finish", "absent"):
        answer = await says(centre, "leader", "a", what, **({"reason": "无人"} if what == "absent" else {}))
        assert refused(answer) == (409, "WrongBookingState")
    cancel = await (await centre.by("seat")).post("/bookings/a/cancel", json={"reason": "不办了"}, headers=key())
    assert refused(cancel) == (409, "WrongBookingState")
    assert await steps(desk, "a") == ["confirmed", "arrived", "done"]


async def test_a_report_that_is_sent_again_counts_once(centre: Centre) -> None:
    desk = await morning(centre)
    leader, header = await centre.by("leader"), key()
    first, again = [await leader.post("/bookings/a/arrive", json={}, headers=header) for _ in range(2)]
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    other = await leader.post("/bookings/b/arrive", json={}, headers=header)
    assert refused(other) == (422, "KeyReused")
    assert refused(await leader.post("/bookings/b/arrive", json={})) == (422, "BadKey")
    stale = await says(centre, "leader", "b", "arrive", version=7)
    assert refused(stale) == (409, "StaleBooking")
    assert await steps(desk, "a") == ["confirmed", "arrived"]


@pytest.mark.parametrize(
    ("what", "said", "status", "code"),
    [
        ("arrive", {"at": "2026-07-02T08:10:00+08:00"}, 422, "BadClaim"),  # tomorrow's news
        ("arrive", {"at": "2026-07-01T23:59:00+08:00"}, 422, "BadClaim"),  # before the visit's day
        ("arrive", {"at": "2026-07-02T08:00:00"}, 422, "Invalid"),
        ("arrive", {"at": 1_782_000_000}, 422, "Invalid"),
        ("arrive", {"note": "x"}, 422, "Invalid"),
        ("absent", {}, 422, "Invalid"),
        ("absent", {"reason": " "}, 422, "Invalid"),
        ("absent", {"reason": "无人", "attempts": 0}, 422, "Invalid"),
        ("arrive", {"version": 0}, 422, "Invalid"),
    ],
)
async def test_what_cannot_be_is_refused(
    centre: Centre, what: str, said: dict[str, object], status: int, code: str
) -> None:
    desk = await morning(centre)
    assert refused(await says(centre, "leader", "a", what, **said)) == (status, code)
    assert (await booking(desk, "a")).version == 1


async def test_a_telephone_that_is_a_little_fast_is_believed(centre: Centre) -> None:
    await morning(centre)
    there = await does(centre, "leader", "a", "arrive", at=at("08:01").isoformat())
    assert there["arrived_at"] == "2026-07-02T08:00:00+08:00"
    early = await says(centre, "leader", "a", "finish", at=at("07:50").isoformat())
    assert refused(early) == (422, "BadClaim")  # before it arrived


async def test_a_visit_that_was_made_is_not_lost_by_a_cut(centre: Centre) -> None:
    desk = await morning(centre)
    await does(centre, "leader", "a", "arrive")
    await does(centre, "leader", "a", "finish")
    line = {"date": DAY.isoformat(), "half": "am", "kind": "survey", "area_class": "urban", "teams": 1, "visits": 1}
    body = {"depot": DEPOT, "lines": [line], "reason": "人员抢修"}
    cut = await (await centre.by("leader")).post("/capacity/declarations", json=body, headers=key())
    assert cut.status_code == 201, cut.text
    assert {one["id"] for one in [*cut.json()["moved"], *cut.json()["reoffered"]]} == {"b", "c"}
    made = await list_of(desk)
    assert made is not None
    assert [stop.booking_id for team in made.teams for stop in team.stops] == ["a"]
    assert (await booking(desk, "a")).slot.date == DAY
