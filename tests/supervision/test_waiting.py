"""A repair that waits, and an arrival that is late with a reason (golden scenario 8)."""

from datetime import timedelta
from typing import Any

import pytest

from dispatch.desk.packplans import PackKeeper
from tests.supervision.conftest import Json, Watch
from tests.worlds import START, minutes

LOCATE = {"fault_point": "东街5号杆", "ownership": "grid", "photos": ["p1"], "etr_at": "2026-07-01T12:00:00+08:00"}
WAITS = {"reason": "material", "text": "等待变压器"}


def said(n: float) -> str:
    """Return an instant as it is sent."""
    return minutes(n).isoformat()


async def not_yet(watch: Watch, key: str) -> None:
    """Have a pack wait as a planned one does: what is said to the desk alone, its keeper reads away."""
    async with watch.centre.db.transaction() as tx:
        await tx.execute(
            "INSERT INTO rule_pack_plan (key, family, from_at, reason, planned_by, planned_at)"
            " VALUES ($1, 'sgcc', $2, '试', 'admin', $2)",
            key,
            START,
        )
    while key not in watch.desk.packs.waiting:
        await PackKeeper(watch.desk).poll()


async def in_force(watch: Watch, key: str) -> None:
    """Have the pack that waited be followed."""
    async with watch.centre.db.transaction() as tx:
        await tx.execute("UPDATE rule_pack_plan SET begun_at = from_at WHERE key = $1", key)
    while key in watch.desk.packs.waiting:
        await PackKeeper(watch.desk).poll()


async def at_work(watch: Watch) -> Json:
    """Return a ticket whose crew arrived ten minutes after the report and is at work; the repair is due at 190."""
    ticket = await watch.centre.call()
    steps: list[tuple[float, str, str, dict[str, Any]]] = [
        (1, "xiangshan", "accept", {}),
        (2, "xiangshan", "dispatch", {"crew_id": "c1"}),
        (10, "crew-1", "arrive", {}),
        (11, "crew-1", "locate", LOCATE),
        (12, "crew-1", "start-repair", {}),
    ]
    for at, who, command, more in steps:
        watch.centre.set_clock(minutes(at))
        ticket = await watch.centre.does(who, ticket, command, **more)
    return ticket


async def armed(watch: Watch, ticket: Json) -> dict[str, float]:
    """Return the clocks that run, and when each is due, minutes after the start."""
    async with watch.centre.db.connection() as connection:
        rows = await connection.fetch(
            "SELECT name, due_at FROM deadline WHERE ticket_id = $1 AND state = 'armed'", ticket["id"]
        )
    return {row["name"]: (row["due_at"] - START) / timedelta(minutes=1) for row in rows}


async def test_the_repairs_clock_stands_still_for_as_long_as_the_wait_and_no_other_does(watch: Watch) -> None:
    ticket = await at_work(watch)
    assert await armed(watch, ticket) == {"restore": 190, "progress": 250}
    watch.centre.set_clock(minutes(60))
    await watch.centre.does("xiangshan", ticket, "suspend", until_at=said(120), **WAITS)
    assert await armed(watch, ticket) == {"suspension": 120, "progress": 250}
    watch.centre.set_clock(minutes(85))
    ticket = await watch.centre.does("xiangshan", ticket, "resume", text="物资已到")
    assert (ticket["paused_s"], ticket["flags"]["suspended"]) == (25 * 60, False)
    assert await armed(watch, ticket) == {"restore": 190 + 25, "progress": 250}
    watch.centre.set_clock(minutes(100))
    await watch.centre.does("monitor", ticket, "suspend", until_at=said(340), **WAITS)  # just four hours
    watch.centre.set_clock(minutes(140))
    await watch.centre.does("monitor", ticket, "resume")
    assert (await armed(watch, ticket))["restore"] == 190 + 25 + 40
    assert await watch.is_sound()


async def test_a_wait_ends_by_itself_at_the_minute_that_was_approved(watch: Watch) -> None:
    ticket = await at_work(watch)
    watch.centre.set_clock(minutes(60))
    await watch.centre.does("xiangshan", ticket, "suspend", until_at=said(120), **WAITS)
    await watch.look(minutes(119))
    assert (await watch.ticket(ticket))["flags"]["suspended"] is True
    await watch.look(minutes(133))  # the worker was away for a while: the clock runs on from 120 all the same
    ticket = await watch.ticket(ticket)
    assert (ticket["paused_s"], ticket["flags"]["suspended"]) == (60 * 60, False)
    assert await armed(watch, ticket) == {"restore": 250, "progress": 250}
    (line,) = await watch.log(ticket, "resumed")
    assert (line["after_min"], line["by"]) == (120, "system")
    assert ticket["flags"]["overdue"] == []
    assert await watch.is_sound()


async def test_a_repair_that_broke_its_limit_after_a_wait_that_no_worker_ended_is_late(watch: Watch) -> None:
    ticket = await at_work(watch)
    watch.centre.set_clock(minutes(180))
    await watch.centre.does("xiangshan", ticket, "suspend", until_at=said(200), **WAITS)
    watch.centre.set_clock(minutes(230))  # due at 190 + 20
    done = await watch.centre.does("crew-1", ticket, "restore", cause_l1="nature", field_record="更换绝缘子")
    assert done["paused_s"] == 20 * 60
    assert "restore" in done["flags"]["overdue"]
    lines = await watch.log(ticket, "resumed", "overdue", "restored")
    assert [(line["kind"], line["after_min"]) for line in lines] == [
        ("resumed", 200),
        ("overdue", 210),
        ("restored", 230),
    ]
    assert await watch.is_sound()


async def test_a_repair_that_was_done_in_time_after_such_a_wait_is_in_time(watch: Watch) -> None:
    ticket = await at_work(watch)
    watch.centre.set_clock(minutes(180))
    await watch.centre.does("xiangshan", ticket, "suspend", until_at=said(200), **WAITS)
    watch.centre.set_clock(minutes(212))
    restored = {"cause_l1": "nature", "field_record": "更换绝缘子", "at": said(209)}
    done = await watch.centre.does("crew-1", ticket, "restore", **restored)
    assert done["flags"]["overdue"] == []
    assert await watch.is_sound()


async def test_waits_that_cannot_be_approved_are_refused(watch: Watch) -> None:
    ticket = await at_work(watch)
    watch.centre.set_clock(minutes(60))
    for until, code in ((59, "Contradiction"), (60, "Contradiction"), (301, "TooLong")):
        answer = await watch.centre.tries("xiangshan", ticket, "suspend", until_at=said(until), **WAITS)
        assert (answer.status_code // 100, answer.json()["error"]["code"]) == (4, code)
        assert answer.json()["error"]["field"] == "until_at"
    backdated = await watch.centre.does("xiangshan", ticket, "suspend", until_at=said(90), at=said(20), **WAITS)
    assert backdated["suspended_at"] == said(60).replace("+00:00", "Z")  # an approval holds from when it is given
    again = await watch.centre.tries("xiangshan", ticket, "suspend", until_at=said(100), **WAITS)
    assert again.json()["error"]["code"] == "AlreadySuspended"
    for who in ("crew-1", "seat", "ninghai"):
        answer = await watch.centre.tries(who, ticket, "resume")
        assert answer.status_code in (403, 404)
    await watch.centre.does("xiangshan", ticket, "resume")
    assert (await watch.centre.tries("xiangshan", ticket, "resume")).json()["error"]["code"] == "NotSuspended"


async def test_an_arrival_cannot_wait(watch: Watch) -> None:
    ticket = await watch.centre.call()
    await watch.centre.does("xiangshan", ticket, "accept")
    answer = await watch.centre.tries("xiangshan", ticket, "suspend", until_at=said(30), **WAITS)
    assert answer.json()["error"]["code"] == "WrongStage"


async def test_no_step_is_taken_again_because_a_repair_waited_and_the_province_approves_a_third_wait(
    watch: Watch,
) -> None:
    """Half of the three hours was over when it waited first; each wait moves what is still ahead, and only that."""
    ticket = await at_work(watch)
    now = 110.0  # on site at 10: half of the time was over at 100
    for n, who in enumerate(("xiangshan", "xiangshan", "monitor", "monitor")):
        watch.centre.set_clock(minutes(now))
        if n == 2:
            again = await watch.centre.tries("xiangshan", ticket, "suspend", until_at=said(now + 240), **WAITS)
            assert (again.status_code, again.json()["error"]["code"]) == (403, "NeedsProvince")
        await watch.centre.does(who, ticket, "suspend", until_at=said(now + 240), **WAITS)
        await watch.look(minutes(now + 241))
        now += 242
    await watch.look(minutes(3000))
    lines = [x for x in await watch.log(ticket, "warned", "overdue", "escalated") if x.get("limit") == "restore"]
    waited = 4 * 240
    assert [(x["kind"], x["after_min"]) for x in lines] == [
        ("warned", 100),
        ("warned", 145 + waited),
        ("overdue", 190 + waited),
        ("escalated", 280 + waited),
    ]
    assert await watch.is_sound()


async def test_a_repair_that_broke_its_limit_is_late_however_long_it_waits_afterwards(watch: Watch) -> None:
    ticket = await at_work(watch)
    await watch.look(minutes(195))  # due at 190
    watch.centre.set_clock(minutes(200))
    await watch.centre.does("xiangshan", ticket, "suspend", until_at=said(400), **WAITS)
    await watch.look(minutes(401))
    watch.centre.set_clock(minutes(405))
    done = await watch.centre.does("crew-1", ticket, "restore", cause_l1="nature", field_record="更换绝缘子")
    assert "restore" in done["flags"]["overdue"]
    assert [x["after_min"] for x in await watch.log(ticket, "overdue") if x["limit"] == "restore"] == [190]
    assert await watch.is_sound()


async def test_a_promise_that_broke_is_moved_by_no_appointment_and_no_other_place(watch: Watch) -> None:
    agreed = {"agreed_by": "客户本人", "agreed_at": said(79)}
    booked = {"appointment_at": said(110), **agreed}
    farther = {"place": {"lon": 121.75, "lat": 29.40}}
    for n, correction in enumerate((booked, farther)):
        watch.centre.set_clock(minutes(0))
        ticket = await watch.centre.call(phone=f"1390000110{n}")
        await watch.centre.does("xiangshan", ticket, "accept")
        watch.centre.set_clock(minutes(80))
        unsaid = await watch.centre.tries("xiangshan", ticket, "correct", reason="改约", appointment_at=said(110))
        assert unsaid.json()["error"]["field"] == "agreed_by"
        put_right = await watch.centre.does("xiangshan", ticket, "correct", reason="客户更正", **correction)
        assert "arrive" in put_right["flags"]["overdue"]
        await watch.centre.does("xiangshan", ticket, "dispatch", crew_id=f"c{n + 1}")
        watch.centre.set_clock(minutes(85))
        there = await watch.centre.does(f"crew-{n + 1}", ticket, "arrive")
        assert "arrive" in there["flags"]["overdue"]
    assert put_right["area_class"] == "rural"
    assert await watch.is_sound()


FLOODED = {"reason": "traffic", "explanation": "道路被淹,绕行约四十分钟"}
STORM = {"reason": "weather", "explanation": "台风登陆,风停后立即前往"}


async def to_the_road(watch: Watch, **call: Any) -> Json:
    ticket = await watch.centre.call(**call)
    await watch.centre.does("xiangshan", ticket, "accept")
    return await watch.centre.does("xiangshan", ticket, "dispatch", crew_id="c1")


async def test_a_flooded_road_without_a_word_to_the_customer_is_late(watch: Watch) -> None:
    ticket = await to_the_road(watch)
    await watch.look(minutes(46))
    late = await watch.centre.tries("seat", ticket, "excuse", told_at=said(46), **FLOODED)
    assert (late.status_code, late.json()["error"]["code"]) == (409, "TooLate")
    backdated = await watch.centre.tries("seat", ticket, "excuse", told_at=said(30), **FLOODED)
    assert backdated.json()["error"]["code"] == "TooLate"  # told in time, but logged after the limit
    after = await watch.ticket(ticket)
    assert (after["flags"]["overdue"], after["flags"]["excused"]) == (["arrive"], False)


async def test_a_flooded_road_that_the_customer_was_told_of_stays_late_and_is_excused(watch: Watch) -> None:
    ticket = await to_the_road(watch)
    watch.centre.set_clock(minutes(30))
    told = await watch.centre.does("seat", ticket, "excuse", told_at=said(28), **FLOODED)
    assert (told["excuse_reason"], told["flags"]["excused"]) == ("traffic", True)
    await watch.look(minutes(46))
    after = await watch.ticket(ticket)
    assert (after["flags"]["overdue"], after["flags"]["excused"]) == (["arrive"], True)
    assert await watch.is_sound()


async def test_the_weather_excuses_only_under_an_order_for_that_area_and_hour(watch: Watch) -> None:
    ticket = await to_the_road(watch)
    watch.centre.set_clock(minutes(20))
    alone = await watch.centre.tries("xiangshan", ticket, "excuse", told_at=said(19), **STORM)
    assert (alone.status_code, alone.json()["error"]["field"]) == (422, "order_id")
    monitor = await watch.centre.by("monitor")
    order = {"area": "3302", "from_at": said(21), "to_at": said(300), "reason": "台风", "text": "台风红色预警"}
    issued = await monitor.post("/weather-orders", json=order, headers={"Idempotency-Key": "weather-0001"})
    assert issued.status_code == 201, issued.text
    early = await watch.centre.tries("xiangshan", ticket, "excuse", told_at=said(19), **STORM)
    assert early.status_code == 422  # not yet in force
    watch.centre.set_clock(minutes(22))
    excused = await watch.centre.does("xiangshan", ticket, "excuse", told_at=said(19), **STORM)
    assert excused["flags"]["excused"] is True
    (line,) = await watch.log(ticket, "excused")
    assert line["order_id"] == issued.json()["id"]


async def test_excuses_that_cannot_be_are_refused(watch: Watch) -> None:
    ticket = await to_the_road(watch)
    watch.centre.set_clock(minutes(10))
    for n in (11, -1):  # told in the future, told before the report
        answer = await watch.centre.tries("seat", ticket, "excuse", told_at=said(n), **FLOODED)
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, "told_at")
    for wrong in ({"reason": "lazy"}, {"explanation": ""}, {"told_at": "gestern"}, {"order_id": "made-up"}):
        answer = await watch.centre.tries("seat", ticket, "excuse", **{"told_at": said(9), **FLOODED, **wrong})
        assert answer.status_code == 422, answer.text


@pytest.mark.parametrize("command", ["supervise", "suspend", "escalate"])
async def test_a_ticket_of_an_older_pack_keeps_its_older_rules(watch: Watch, command: str) -> None:
    await not_yet(watch, "sgcc@2026.2")
    ticket = await watch.centre.call()
    await in_force(watch, "sgcc@2026.2")
    assert ticket["pack"] == "sgcc@2026.1"
    await watch.look(minutes(46))
    assert [line["kind"] for line in await watch.log(ticket, "warned", "overdue", "supervised")] == ["overdue"] * 2
    bodies = {
        "supervise": {"reason": "核查", "addressee": "dispatcher"},
        "suspend": {"until_at": said(60), **WAITS},
        "escalate": {"reason": "media"},
    }
    answer = await watch.centre.tries("monitor", ticket, command, **bodies[command])
    assert answer.json()["error"]["code"] in ("NoSupervision", "WrongStage")
