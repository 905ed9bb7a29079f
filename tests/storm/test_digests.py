"""In a storm those on duty get one text in ten minutes; every warning is in a message or in a digest."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from random import Random
from typing import Any

from dispatch.capacity.modes import Mode
from dispatch.desk.messages import digests
from dispatch.kit.db import Connection
from dispatch.notify.templates import LONGEST
from tests.storm.conftest import storm_at
from tests.supervision.conftest import DUTY, Watch
from tests.worlds import NINGHAI, XIANGSHAN, minutes

Json = dict[str, Any]
EVERY = timedelta(minutes=10)
TOLD = """
SELECT t.area, m.to_phone, m.occasion FROM message AS m JOIN ticket AS t ON t.id = m.ticket_id
WHERE m.occasion IN ('warning', 'chase', 'supervision', 'escalation')
UNION ALL
SELECT line.area, m.to_phone, CASE line.kind WHEN 'chased' THEN 'chase' WHEN 'supervised' THEN 'supervision'
    ELSE 'warning' END
FROM digest_line AS line JOIN message AS m ON m.id = line.message_id
"""
MIRRORED = (
    (NINGHAI, "dispatcher", "宁海指挥", "13900002001"),
    (NINGHAI, "depot_leader", "宁海运检", "13900002003"),
    (NINGHAI, "county_director", "宁海分管", "13900002004"),
)
IN_NINGHAI = {"lon": 121.43, "lat": 29.29}


async def digests_of(connection: Connection) -> list[Json]:
    sql = "SELECT id, to_phone, body, created_at FROM message WHERE occasion = 'digest' ORDER BY created_at, to_phone"
    return [dict(row) for row in await connection.fetch(sql)]


async def write(watch: Watch, at_min: float) -> int:
    return await digests.write_due(watch.desk, at=minutes(at_min))


async def test_twelve_late_tickets_bring_each_on_duty_one_text(stormy: Watch) -> None:
    tickets = [await stormy.centre.call() for _ in range(12)]
    await stormy.look(minutes(4))  # accepting was due after three minutes
    assert await write(stormy, 13) == 0
    for ticket in tickets:
        assert await stormy.told(ticket) == []
    assert await write(stormy, 14) > 0
    async with stormy.centre.db.connection() as connection:
        found = await digests_of(connection)
        assert await connection.fetchval("SELECT count(*) FROM digest_line WHERE message_id IS NULL") == 0
    phones = Counter(one["to_phone"] for one in found)
    assert set(phones.values()) == {1}
    director = next(one for one in found if one["to_phone"] == "13900001004")
    head, _, named = director["body"].partition("最急:")
    assert head == "【汇总】象山09:04-09:14:督办12,涉12单。"
    assert len(set(named.split(",")) & {ticket["ticket_no"] for ticket in tickets}) == 10
    assert all(len(one["body"]) <= LONGEST for one in found)
    lines = await stormy.list("admin", f"/messages/{director['id']}/digest")
    assert [(line["kind"], line["level"]) for line in lines["lines"]] == [("supervised", 3)] * 12
    assert {line["ticket_id"] for line in lines["lines"]} == {ticket["id"] for ticket in tickets}
    page = await stormy.list("admin", f"/messages/{director['id']}/digest", limit=5)
    rest = await stormy.list("admin", f"/messages/{director['id']}/digest", limit=500, after=page["next"])
    assert (len(page["lines"]), len(rest["lines"])) == (5, 7)


async def test_no_digest_holds_what_burns(stormy: Watch) -> None:
    danger = await stormy.centre.call(hazard=True, symptom="line_down")
    plain = await stormy.centre.call()
    await stormy.look(minutes(4))
    assert "supervision" in {occasion for occasion, _ in await stormy.told(danger)}
    assert await stormy.told(plain) == []
    await stormy.look(minutes(6))
    assert {occasion for occasion, _ in await stormy.told(plain)} == {"escalation"}
    ordered = await stormy.centre.does("monitor", plain, "supervise", reason="媒体问询", addressee="county_director")
    assert ordered["supervisions"]
    assert ("supervision", "13900001004") in await stormy.told(plain)  # a person's 督办单 does not wait


async def test_nobody_gets_two_digests_in_ten_minutes(stormy: Watch) -> None:
    for minute in range(60):
        stormy.centre.set_clock(minutes(minute))
        await stormy.centre.call()
        await stormy.look(minutes(minute))
        await write(stormy, minute)
    async with stormy.centre.db.connection() as connection:
        found = await digests_of(connection)
    by_phone: dict[str, list[Any]] = {}
    for one in found:
        by_phone.setdefault(one["to_phone"], []).append(one["created_at"])
    assert max(len(times) for times in by_phone.values()) >= 4
    assert all(b - a >= EVERY for times in by_phone.values() for a, b in pairwise(times))


async def test_every_warning_is_in_a_message_or_in_a_digest(watch: Watch) -> None:
    """Law: one day played in both counties, one of them in a storm, tells the same people the same things."""
    async with watch.centre.db.connection() as connection:
        await connection.executemany(DUTY, MIRRORED)
    await storm_at(watch)
    chance = Random(7)
    for minute in range(0, 120, 3):
        watch.centre.set_clock(minutes(minute))
        said = {"hazard": True, "symptom": "line_down"} if chance.random() < 0.2 else {}
        pair = [await watch.centre.call(**said), await watch.centre.call(place=IN_NINGHAI, **said)]
        if chance.random() < 0.5:
            for ticket, who in zip(pair, ("xiangshan", "ninghai"), strict=True):
                await watch.centre.does(who, ticket, "accept")
        await watch.look(minutes(minute))
        await write(watch, minute)
    await storm_at(watch, 121, mode=Mode.NORMAL)
    await watch.look(minutes(125))
    await write(watch, 140)
    async with watch.centre.db.connection() as connection:
        told = await connection.fetch(TOLD)
        assert await connection.fetchval("SELECT count(*) FROM digest_line WHERE message_id IS NULL") == 0
        assert await connection.fetchval("SELECT count(*) FROM message WHERE occasion = 'digest'") > 5
        at_once = await connection.fetch(
            "SELECT area FROM message WHERE occasion IN ('warning', 'chase', 'supervision')"
        )
    immediate = Counter(row["area"] for row in at_once)
    heard = Counter((row["area"], _twin(row["to_phone"]), row["occasion"]) for row in told)
    stormy = {key[1:]: n for key, n in heard.items() if key[0] == XIANGSHAN}
    normal = {key[1:]: n for key, n in heard.items() if key[0] == NINGHAI}
    assert stormy == normal
    assert sum(stormy.values()) > 100
    assert immediate[XIANGSHAN] < immediate[NINGHAI] / 2


def _twin(phone: str) -> str:
    """Contacts of the two counties that stand for each other, as one."""
    return phone.replace("1390000200", "1390000100")


async def test_a_digest_that_there_is_not_is_not_shown(stormy: Watch) -> None:
    refused = await (await stormy.centre.by("admin")).get("/messages/nothing/digest")
    assert (refused.status_code, refused.json()["error"]["code"]) == (404, "NoSuchDigest")
