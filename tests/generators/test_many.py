"""A storm has hundreds of outages: who is dark is asked together, and what is foretold is what each alone would be."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import asyncpg

from dispatch.desk.generators import targets
from dispatch.desk.outages.restoration import foretell, foretell_all
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection, Database
from dispatch.tickets import store
from tests.worlds import XIANGSHAN, minutes

from .conftest import ESTATE, HOSPITAL, Yard


class Counted(Database):
    """A database that counts the questions it is asked."""

    asked = 0

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        async with super().connection() as connection:
            connection.add_query_logger(self._note)
            try:
                yield connection
            finally:
                connection.remove_query_logger(self._note)

    def _note(self, _: asyncpg.connection.LoggedQuery) -> None:
        self.asked += 1


async def asked(desk: Desk, also: set[str]) -> tuple[int, int]:
    """Return how many questions are asked for how many outages."""
    db = Counted(desk.db.dsn)
    found = await targets.read(replace(desk, db=db), (XIANGSHAN,), also, at=minutes(5))
    await db.close()
    return db.asked, len({target.outage.id for target in found.targets})


async def test_for_nine_outages_no_more_is_asked_than_for_two(yard: Yard) -> None:
    desk: Desk = yard.centre.app.state.desk
    await yard.dark("T12")
    await yard.dark("T11-B3")
    few, two = await asked(desk, set())
    boxes = {"T1-B1", "T3-B1", "T5-B1", "T7-B1", "T8-B1", "T9-B1", "T10-B1"}
    for box in sorted(boxes):
        await yard.dark(box)
    many, nine = await asked(desk, boxes)
    assert (two, nine) == (2, 9)
    assert many == few


async def test_what_is_foretold_together_is_what_each_alone_would_be(yard: Yard) -> None:
    desk: Desk = yard.centre.app.state.desk
    heads = [await _ticket(desk, await yard.dark(node)) for node in ("T12", "T11-B3", "T1-B1")]
    together = await foretell_all(desk, heads, at=minutes(30))
    assert together == {head.id: await foretell(desk, head, at=minutes(30)) for head in heads}


async def test_an_outage_whose_ticket_was_merged_ends_when_its_parent_s_does(yard: Yard) -> None:
    outage = await yard.dark("F2")
    child, parent = [await yard.centre.call() for _ in range(2)]
    for ticket in (child, parent):
        await yard.centre.does("xiangshan", ticket, "accept")
    async with yard.centre.db.connection() as connection:
        await connection.execute("UPDATE outage SET incident_ticket_id = $1 WHERE id = $2", child["id"], outage["id"])
    await yard.centre.does("xiangshan", child, "merge", into=parent["id"], evidence="同一线路")
    desk: Desk = yard.centre.app.state.desk
    found = await targets.read(desk, (XIANGSHAN,), (), at=minutes(30))
    async with desk.db.connection() as connection:
        alone = await foretell(desk, await store.load(connection, parent["id"]), at=minutes(30))
    assert {target.code: target.back.p50_at for target in found.targets} == dict.fromkeys(
        (HOSPITAL, ESTATE), alone.p50_at
    )


async def _ticket(desk: Desk, outage: dict[str, Any]) -> Any:
    async with desk.db.connection() as connection:
        return await store.load(connection, outage["incident_ticket_id"])
