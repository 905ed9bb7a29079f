"""A console shows what the rows say: after any day at work, through any cut, with the whole real program."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from dispatch.accounts.sessions import digest
from dispatch.app import create_app
from dispatch.client import LiveClient
from dispatch.kit.errors import Refusal
from dispatch.kit.settings import Settings
from dispatch.notify import audit, feed, sequencer
from dispatch.tickets import events as e
from dispatch.tickets import store
from dispatch.tickets.model import Ticket
from dispatch.tickets.words import ReturnReason
from tests.proxy import Proxy
from tests.web.house import Watching, serving
from tests.worlds import CANCEL, IN_NINGHAI, LENT, NINGHAI, ROAD, SENT, Small, minutes

DEPOT = "330225-1"
BESIDE = SENT.model_copy(update={"crew_id": "c2", "crew_name": "石浦一队", "depot": "330225-2"})  # of another depot
WRONG = e.Returned(reason=ReturnReason.WRONG_DISTRICT, text="地址不在本县,请改派宁海", right_area=NINGHAI)


@pytest.fixture
async def port(small: Small, dsn: str) -> AsyncIterator[int]:
    """The real application on the small world's database, with a sequencer; tokens are the accounts' names."""
    async with small.db.transaction() as tx:
        await tx.executemany(
            "INSERT INTO machine_token (token_hash, account_id, label, created_at) VALUES ($1, $2, 'test', now())",
            [(digest(name), name) for name in ("monitor", "ninghai", "leader")],
        )
    numbering = asyncio.create_task(sequencer.run(dsn))
    async with serving(create_app(Settings(database_url=dsn)), lifespan="on") as port:
        yield port
    numbering.cancel()
    await asyncio.gather(numbering, return_exceptions=True)


class Day:
    """Tickets that are opened, walked, lent, cancelled and sent to the other county, at random."""

    def __init__(self, small: Small, rng: random.Random) -> None:
        self.small = small
        self.rng = rng
        self.tickets: list[Ticket] = []
        self.now = 0.0

    async def turn(self) -> None:
        self.now += 0.1
        if len(self.tickets) < 3 or self.rng.random() < 0.2:
            place = self.rng.choice([{}, {"place": IN_NINGHAI}, {"place": None, "county": None}])
            self.tickets.append(await self.small.call(at=minutes(self.now), **place))
            return
        which = self.rng.randrange(len(self.tickets))
        steps = ROAD if self.rng.random() < 0.7 else [self.rng.choice(ODD)]
        for action, who, event in steps:  # the first one that is legal
            with suppress(Refusal):
                ticket = self.tickets[which]
                self.tickets[which] = await self.small.does(ticket, action, who, event, at=minutes(self.now))
                return


ODD: list[tuple[str, str, e.Event]] = [
    ("accept", "ninghai", e.Accepted()),
    ("dispatch", "xiangshan", LENT),
    ("dispatch", "xiangshan", BESIDE.model_copy(update={"transfer_reason": "原队伍另有险情"})),
    ("dispatch", "xiangshan", SENT.model_copy(update={"transfer_reason": "原队伍另有险情"})),
    ("dispatch", "xiangshan", LENT.model_copy(update={"transfer_reason": "邻县更近"})),
    ("return", "xiangshan", WRONG),
    ("cancel", "seat", CANCEL),
    ("chase", "seat", e.Chased()),
]


def _client(port: int, token: str, area: str) -> LiveClient:
    return LiveClient(f"http://127.0.0.1:{port}", token, areas=[area])


async def shown(small: Small, area: str) -> dict[str, dict]:
    async with small.db.connection() as connection:
        tickets = [json.loads(ticket) for ticket in await store.board(connection, [area])]
    return {ticket["id"]: ticket for ticket in tickets}


async def heads_when_still(small: Small) -> dict[str, int]:
    async with small.db.connection() as connection:
        while await connection.fetchval("SELECT count(*) FROM outbox"):
            await asyncio.sleep(0.01)
        return await feed.heads(connection)


@pytest.mark.parametrize("seed", range(2))
async def test_a_console_that_was_cut_off_again_and_again_ends_with_the_board_of_the_rows(small, port, seed):
    rng = random.Random(seed)
    day = Day(small, rng)
    async with (
        Proxy(port) as line,
        Watching(_client(line.port, "monitor", "33")) as province,
        Watching(_client(line.port, "ninghai", NINGHAI)) as county,
        Watching(_client(line.port, "leader", DEPOT)) as leader,
    ):
        cuts = 0
        for turn in range(260):
            await day.turn()
            if turn % 40 == 20:
                while not (cut := line.cut()):
                    await asyncio.sleep(0.01)
                cuts += cut
        heads = await heads_when_still(small)
        counties = {area: seq for area, seq in heads.items() if area not in small.desk.areas.depots("33")}
        await province.reaches(counties)
        await county.reaches({NINGHAI: heads.get(NINGHAI, 0)})
        await leader.reaches({DEPOT: heads.get(DEPOT, 0)})

        assert cuts >= 4  # the fault happened
        assert any(ticket.version > 5 for ticket in day.tickets)
        for area in counties:
            assert province.board.areas[area] == await shown(small, area)
        assert county.board.areas[NINGHAI] == await shown(small, NINGHAI)
        assert leader.board.areas[DEPOT] == await shown(small, DEPOT)
        assert leader.board.tickets.keys() == await of_the_depots_crews(small)
        assert province.client.gaps == county.client.gaps == leader.client.gaps == 0
    async with small.db.connection() as connection:
        assert await audit.findings(connection) == []


async def test_every_call_reaches_the_console_of_its_county(small, port):
    async with Watching(_client(port, "ninghai", NINGHAI)) as county:
        for number in range(5):
            await small.call(at=minutes(number), place=IN_NINGHAI, phone=f"1390000000{number}")
            await small.call(at=minutes(number), phone=f"1390000001{number}")
        heads = await heads_when_still(small)
        await county.reaches({NINGHAI: heads[NINGHAI]})
        assert len(county.board.tickets) == 5
        assert county.board.tickets == await shown(small, NINGHAI)


async def of_the_depots_crews(small: Small) -> set[str]:
    """Return the open tickets on which a crew of the depot is or was the last, said without the console's own words."""
    async with small.db.connection() as connection:
        rows = await connection.fetch("SELECT doc::text FROM ticket WHERE is_open")
    tickets = [Ticket.model_validate_json(row["doc"]) for row in rows]
    lasts = {ticket.id: (ticket, ticket.dispatches[-1]) for ticket in tickets if ticket.dispatches}
    return {
        id_
        for id_, (ticket, last) in lasts.items()
        if last.depot == DEPOT and (ticket.crew is not None or ticket.restored_at is not None)
    }


async def test_a_depot_leader_hears_of_his_crews_jobs_from_the_dispatch_to_the_end(small, port):
    """Not of the county's other tickets; another depot's crew in place of his takes the ticket off his board."""
    tickets = [await small.walk(await small.call(at=minutes(n), phone=f"1390000000{n}"), to="accept") for n in range(3)]
    kept, lost, never = tickets
    async with Watching(_client(port, "leader", DEPOT)) as leader:
        kept = await small.does(kept, "dispatch", "xiangshan", SENT, at=minutes(5))
        lost = await small.does(lost, "dispatch", "xiangshan", SENT, at=minutes(6))
        never = await small.does(never, "dispatch", "xiangshan", BESIDE, at=minutes(7))
        await leader.reaches({DEPOT: 2})
        assert leader.board.tickets.keys() == {kept.id, lost.id} == await of_the_depots_crews(small)
        instead = BESIDE.model_copy(update={"transfer_reason": "原队伍另有险情"})
        lost = await small.does(lost, "dispatch", "xiangshan", instead, at=minutes(8))
        await leader.reaches({DEPOT: 3})
        assert leader.board.tickets.keys() == {kept.id} == await of_the_depots_crews(small)
        rest = ROAD[[step[0] for step in ROAD].index("dispatch") + 1 :]
        for n, (action, who, event) in enumerate(rest):
            kept = await small.does(kept, action, who, event, at=minutes(10 + n))
            heads = await heads_when_still(small)
            await leader.reaches({DEPOT: heads[DEPOT]})
            assert leader.board.tickets == await shown(small, DEPOT)
            assert bool(leader.board.tickets) is kept.is_open
    async with small.db.connection() as connection:
        assert await audit.findings(connection) == []


async def test_a_depot_leader_who_comes_later_finds_his_crews_jobs(small, port):
    ticket = await small.walk(await small.call(), to="restore")
    async with Watching(_client(port, "leader", DEPOT)) as leader:
        heads = await heads_when_still(small)
        await leader.reaches({DEPOT: heads[DEPOT]})
        assert leader.board.tickets.keys() == {ticket.id}
        assert leader.board.tickets == await shown(small, DEPOT)
