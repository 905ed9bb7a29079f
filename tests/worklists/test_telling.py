"""What consoles hear of lists: each version once, in order, by the numbered feed; and the feed stays sound by it."""

import asyncpg

from dispatch.desk.room import Desk
from dispatch.desk.worklists import deciding
from dispatch.desk.worklists.deciding import Order
from dispatch.desk.worklists.making import freeze_due
from dispatch.notify import audit, feed, sequencer
from dispatch.notify.messages import Listed, frame_from
from tests.worlds import XIANGSHAN, person

from .halfday import AM, CUT_OFF, DAY, DEPOT, TEAM, at, declares, promised


async def test_consoles_of_county_and_depot_hear_each_version_of_a_list(desk: Desk, dsn: str) -> None:
    await declares(desk, 1, 4)
    await promised(desk, "a", 2.0)
    await promised(desk, "b", 4.0)
    await freeze_due(desk, at=CUT_OFF)
    order = Order(by=person("leader"), at=at("07:45"), reason="客户不在家")
    await deciding.remove(desk, DEPOT, DAY, AM, "b", order)
    session = await asyncpg.connect(dsn)
    await sequencer.move(session)
    await session.close()
    async with desk.db.connection() as connection:
        for area in (XIANGSHAN, DEPOT):
            lines = await feed.of_area(connection, area, 0, limit=10)
            heard = frame_from(f"[{','.join(line.text for line in lines)}]")
            assert all(isinstance(message, Listed) and message.area == area for message in heard)
            said = [(message.body.version, message.body.step) for message in heard if isinstance(message, Listed)]
            assert said[:2] == [(1, "frozen"), (2, "changed")]
            last = heard[1]
            assert isinstance(last, Listed)
            assert (last.body.depot, last.body.date, last.body.half) == (DEPOT, "2026-07-02", "am")
            assert [note.team for note in last.body.notices] == [TEAM]
        assert await audit.findings(connection) == []
