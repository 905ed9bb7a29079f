"""What consoles hear of generator trucks: each change once and in order, by the numbered feed; what was not, never."""

from typing import Any

import asyncpg

from dispatch.notify import audit, feed, sequencer
from dispatch.notify.messages import GeneratorNews, Powered, frame_from
from tests.worlds import NINGHAI, XIANGSHAN

from .conftest import HOSPITAL, Yard, by_target

COUNT = "SELECT count(*) FROM outbox WHERE kind = 'generator'"


async def heard(yard: Yard, dsn: str, area: str) -> list[GeneratorNews]:
    """Let the sequencer number what was written, and return what an area's consoles are told of trucks."""
    session = await asyncpg.connect(dsn)
    while (await sequencer.move(session))[0]:
        pass
    await session.close()
    async with yard.centre.db.connection() as connection:
        assert await audit.findings(connection) == []
        lines = await feed.of_area(connection, area, 0, limit=1000)
    frame = frame_from(f"[{','.join(line.text for line in lines)}]")
    assert [message.seq for message in frame if not isinstance(message, str)] == list(range(1, len(lines) + 1))  # type: ignore[union-attr]
    return [message.body for message in frame if isinstance(message, Powered)]


def steps(said: list[GeneratorNews], of: str, name: str) -> list[tuple[str, int]]:
    return [(news.state, news.version) for news in said if (news.of, news.id) == (of, name)]


async def test_consoles_hear_each_step_of_a_plan_a_truck_and_its_feeding(yard: Yard, dsn: str) -> None:
    await yard.dark("F2", back=300)
    first = await yard.plan()
    plan = await yard.plan()
    done = await yard.confirm(plan)
    one = by_target(done)[HOSPITAL]
    one = await yard.step(one, "connected", by="leader")
    await yard.step(one, "released", reason="线路已修复")
    for area in (XIANGSHAN, "330225-1"):
        said = await heard(yard, dsn, area)
        assert steps(said, "assignment", one["id"]) == [("sent", 2), ("connected", 3), ("released", 4)]
        assert [state for state, _ in steps(said, "truck", "g1")] == ["sent", "sent", "available"]
        news = next(each for each in said if each.state == "connected")
        assert (news.truck, news.target, news.plan, news.by) == ("g1", HOSPITAL, plan["id"], "leader")
    said = await heard(yard, dsn, XIANGSHAN)
    assert steps(said, "plan", first["id"]) == [("proposed", 1), ("superseded", 2)]
    assert steps(said, "plan", plan["id"]) == [("proposed", 1), ("confirmed", 2)]
    trucks = await yard.trucks()
    for name in ("g1", "g2", "g3"):
        told = steps(said, "truck", name)
        assert (told[-1][1] if told else 1) == trucks[name]["version"], "the last that was told is what is"


async def test_a_city_s_plan_is_heard_in_the_province_and_its_trucks_in_the_counties(yard: Yard, dsn: str) -> None:
    await yard.dark("F2", back=300)
    plan = await yard.confirm(await yard.plan("3302", by="monitor"), by="monitor")
    for area in ("33", "3302"):
        said = await heard(yard, dsn, area)
        assert steps(said, "plan", plan["id"])[-1] == ("confirmed", 2)
    shared = steps(await heard(yard, dsn, NINGHAI), "truck", "g3")
    assert [state for state, _ in shared] == ["sent"], "it could be theirs"
    assert steps(await heard(yard, dsn, XIANGSHAN), "assignment", by_target(plan)[HOSPITAL]["id"]) != []
    assert steps(await heard(yard, dsn, NINGHAI), "assignment", by_target(plan)[HOSPITAL]["id"]) == []


async def test_what_is_refused_is_told_to_nobody(yard: Yard) -> None:
    await yard.dark("F2", back=300)
    plan = await yard.plan()
    async with yard.centre.db.connection() as connection:
        before = await connection.fetchval(COUNT)
        await yard.tell("g3", out="发动机故障", by="monitor")
        told = await connection.fetchval(COUNT)
        status, _ = await yard.refused(f"/generator-plans/{plan['id']}/confirm", {"version": 1})
        assert (status, await connection.fetchval(COUNT)) == (409, told)
        assert told > before


async def test_all_who_are_concerned_hear_that_supply_is_back_where_a_truck_feeds(yard: Yard, dsn: str) -> None:
    outage = await yard.dark("F2", back=480)
    done = await yard.confirm(await yard.plan("3302", by="monitor"), by="monitor")
    waiting = {one["id"] for one in done["assignments"] if one["state"] == "planned"}
    sent = {one["id"]: one for one in done["assignments"] if one["state"] == "sent"}
    await yard.step(next(one for one in sent.values() if one["truck_id"] == "g1"), "connected")
    await yard.bright(outage, 60)
    for area in (XIANGSHAN, "3302", "33"):
        said = await heard(yard, dsn, area)
        back = {news.id: news for news in said if news.supply_back}
        assert back.keys() == waiting | sent.keys()
        assert {back[name].state for name in waiting} == {"dropped"}
        assert {back[name].state for name in sent} == {"sent", "connected"}
    trucks = await yard.trucks(by="leader")
    assert _states(trucks)["g1"] == "sent", "only people know whether it can be disconnected"


def _states(trucks: dict[str, Any]) -> dict[str, str]:
    return {name: truck["state"] for name, truck in trucks.items()}
