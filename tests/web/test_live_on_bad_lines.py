"""The live feed on bad lines: cut, stalled, refused, killed. Nothing is lost, and nothing comes twice."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest

from dispatch.notify import console, follower, hub
from dispatch.web import live
from tests.notify.county import County, change, kill
from tests.proxy import Proxy

from .house import NINGHAI, XIANGSHAN, House, Watching, dialled, one, open_house, rows

pytestmark = pytest.mark.faults
FOLLOWING = "SELECT n, area%"  # the hub's poll


@pytest.fixture
async def house(db, dsn):
    async with open_house(db, dsn) as house:
        yield house


async def test_a_console_that_was_away_resumes_without_a_snapshot(house):
    async with Proxy(house.port) as line, Watching(house.client("dispatcher", XIANGSHAN, port=line.port)) as seat:
        await seat.reaches({XIANGSHAN: 0})
        line.refuses = True
        assert line.cut() == 1
        for version in range(1, 6):
            await one(house, "t1", version, area=XIANGSHAN)
        line.refuses = False
        await seat.reaches({XIANGSHAN: 5})

        assert seat.kinds().count("Snapshot") == 1
        assert seat.kinds().count("Resumed") == 1
        assert seat.client.reconnects >= 1
        assert seat.client.gaps == seat.client.duplicates == 0


async def test_a_process_that_has_forgotten_answers_from_the_table(house):
    async with dialled(house) as line:
        await line.ask({"op": "subscribe", "areas": [XIANGSHAN]})
        epoch = (await line.hear("hello"))["epoch"]
    for version in range(1, 5):
        await one(house, "t1", version, area=XIANGSHAN)
    heads = await house.settled()
    while house.hub.follower.last < 4:
        await asyncio.sleep(0.01)
    house.hub.follower.ring.load(heads, [])  # as after a restart long ago
    async with dialled(house) as line:
        request = {"op": "subscribe", "areas": [XIANGSHAN], "since": {XIANGSHAN: 1}, "epoch": epoch}
        await line.ask(request)
        assert (await line.hear("resumed"))["seq"] == 1
        assert [(await line.hear("ticket"))["seq"] for _ in range(3)] == [2, 3, 4]


async def test_a_console_that_another_process_has_served_further_goes_on_here(house, monkeypatch):
    monkeypatch.setattr(follower, "POLL_S", 3600.0)
    began_at = asyncio.get_running_loop().time()
    await house.wake_hub()  # after its next answer it sleeps the long sleep
    while house.hub.follower._heard_at < began_at:  # noqa: SLF001
        await asyncio.sleep(0.01)
    async with dialled(house) as line:
        epoch = (await line.hear("hello"))["epoch"]
        await one(house, "t1", 1, area=XIANGSHAN)
        await house.settled()
        assert house.hub.follower.last == 0  # this process does not know of it yet
        request = {"op": "subscribe", "areas": [XIANGSHAN], "since": {XIANGSHAN: 1}, "epoch": epoch}
        await line.ask(request)
        assert (await line.hear("resumed"))["seq"] == 1
        monkeypatch.undo()
        await house.wake_hub()
        await one(house, "t1", 2, area=XIANGSHAN)
        assert (await line.hear("ticket"))["seq"] == 2


async def test_numbers_that_are_missing_make_the_process_begin_anew(house):
    async with Watching(house.client("dispatcher", XIANGSHAN)) as seat:
        await seat.reaches({XIANGSHAN: 0})
        house.hub.follower.last = -1  # the fault: it believes that number 0 is missing
        await one(house, "t1", 1, area=XIANGSHAN)
        await seat.reaches({XIANGSHAN: 1})
        assert seat.client.reconnects == 1
        assert seat.board.tickets == await rows(house, XIANGSHAN)


async def test_a_console_that_has_missed_something_asks_again(house):
    async with Watching(house.client("dispatcher", XIANGSHAN)) as seat:
        await seat.reaches({XIANGSHAN: 0})
        await one(house, "t1", 1, area=XIANGSHAN)
        await seat.reaches({XIANGSHAN: 1})
        (served,) = house.hub._consoles  # noqa: SLF001 -- the fault: messages 2 and 3 are skipped
        served.at[XIANGSHAN] = 3
        for version in range(2, 5):
            await one(house, "t1", version, area=XIANGSHAN)
        await seat.reaches({XIANGSHAN: 4})

        assert seat.client.gaps == 1
        assert seat.board.tickets == await rows(house, XIANGSHAN)


async def test_a_console_that_does_not_read_is_closed_and_resumes(house, monkeypatch):
    monkeypatch.setattr(console, "MOST_BEHIND", 100)
    heavy = "x" * 20_000
    async with (
        Proxy(house.port) as line,
        Watching(house.client("dispatcher", XIANGSHAN, port=line.port)) as slow,
        Watching(house.client("dispatcher", XIANGSHAN)) as quick,
    ):
        await slow.reaches({XIANGSHAN: 0})
        line.stall()
        for version in range(1, 900):
            await one(house, "t1", version, area=XIANGSHAN, stage=heavy)
        heads = await house.settled()
        await quick.reaches(heads)
        assert house.hub.open_consoles == 1  # the slow one is out, the quick one never noticed
        line.resume()
        await slow.reaches(heads)
        assert slow.client.reconnects == 1
        assert slow.board.tickets == quick.board.tickets == await rows(house, XIANGSHAN)


async def test_the_close_code_of_a_console_that_is_too_slow_says_why(house, monkeypatch):
    monkeypatch.setattr(console, "MOST_BEHIND", 5)
    async with dialled(house) as line:
        await line.ask({"op": "subscribe", "areas": [XIANGSHAN]})
        await line.hear("snapshot")
        async with house.db.transaction() as tx:
            for version in range(1, 9):
                await change(tx, "t1", version, area=XIANGSHAN)
        assert await line.closed_with() == 4008


async def test_a_send_that_never_ends_is_given_up(house, monkeypatch):
    monkeypatch.setattr(hub, "STUCK_S", 1.0)
    monkeypatch.setattr(live, "CLOSE_S", 1.0)
    heavy = "x" * 100_000
    async with Proxy(house.port) as line:
        client = house.client("dispatcher", XIANGSHAN, port=line.port)
        async with Watching(client) as slow:
            await slow.reaches({XIANGSHAN: 0})
            line.stall()
            for version in range(1, 150):
                await one(house, "t1", version, area=XIANGSHAN, stage=heavy)
            async with asyncio.timeout(60):
                while house.hub.open_consoles:
                    await asyncio.sleep(0.05)
            line.resume()
            await slow.reaches({XIANGSHAN: 149})


async def test_the_feed_goes_on_when_the_hubs_connection_is_killed(house):
    async with Watching(house.client("dispatcher", XIANGSHAN)) as seat:
        await seat.reaches({XIANGSHAN: 0})
        kills = 0
        for version in range(1, 11):
            await one(house, "t1", version, area=XIANGSHAN)
            if version % 3 == 0:
                kills += await surely(kill, house.dsn, "", query=FOLLOWING)
                kills += await surely(kill, house.dsn, "dispatch sequencer")
        await seat.reaches({XIANGSHAN: 10})
        assert kills >= 6  # the fault happened
        assert seat.client.gaps == 0
        assert seat.board.tickets == await rows(house, XIANGSHAN)


async def test_a_renewed_feed_sends_every_console_back_for_a_snapshot(house):
    await one(house, "t1", 1, area=XIANGSHAN)
    await house.settled()
    async with Watching(house.client("dispatcher", XIANGSHAN)) as seat:
        await seat.reaches({XIANGSHAN: 1})
        async with house.db.connection() as connection:
            await connection.execute("UPDATE feed_state SET epoch = 'restored'")
        assert await surely(kill, house.dsn, "", query=FOLLOWING) == 1
        async with asyncio.timeout(60):
            while seat.kinds().count("Snapshot") < 2:
                await asyncio.sleep(0.05)
        assert seat.board.tickets == await rows(house, XIANGSHAN)


async def surely(kill: Callable[..., Awaitable[int]], *given: str, **more: str) -> int:
    """Kill until somebody was there to be killed; return how many."""
    async with asyncio.timeout(60):
        while not (killed := await kill(*given, **more)):
            await asyncio.sleep(0.01)
    return killed


# The law


async def _work(house: House, county: County, changes: int, rng: random.Random, cut: asyncio.Event) -> None:
    async with house.db.connection() as connection:
        for number in range(changes):
            if number == changes // 2:
                await cut.wait()  # the second half comes after a fault in any case
            await county.step(connection)
            if rng.random() < 0.3:
                await asyncio.sleep(rng.random() / 50)


@pytest.mark.parametrize("seed", range(4))
async def test_an_old_board_and_the_messages_after_it_make_the_fresh_board(house, seed):
    rng = random.Random(seed)
    work = [County([XIANGSHAN, NINGHAI, "33"], seed=seed * 10 + number) for number in range(2)]
    async with (
        Proxy(house.port) as line,
        Watching(house.client("dispatcher", XIANGSHAN, port=line.port)) as seat,
        Watching(house.client("seat", "33", port=line.port)) as province,
    ):
        cut = asyncio.Event()
        working = [asyncio.create_task(_work(house, county, 150, rng, cut)) for county in work]
        cuts = 0
        while not all(task.done() for task in working):
            await asyncio.sleep(rng.random() / 2)
            if rng.random() < 0.3:
                line.stall()
                await asyncio.sleep(rng.random() / 5)
                line.resume()
            cuts += line.cut()
            if cuts >= 2:
                cut.set()
        await asyncio.gather(*working)
        heads = await house.settled()
        await seat.reaches({XIANGSHAN: heads[XIANGSHAN]})
        await province.reaches(heads)

        assert cuts >= 2  # the fault happened
        assert seat.client.gaps == province.client.gaps == 0
        assert seat.board.tickets == await rows(house, XIANGSHAN)
        for area in (XIANGSHAN, NINGHAI, "33"):
            assert province.board.areas[area] == await rows(house, area)


async def test_whoever_follows_in_the_process_is_given_each_ticket(house):
    seen: list[tuple[str, int]] = []
    house.hub.listeners.append(lambda ticket: seen.append((ticket["id"], ticket["version"])))
    house.hub.listeners.append(lambda ticket: ticket["no such field"])  # a fault that must not stop the others
    async with Watching(house.client("dispatcher", XIANGSHAN)) as seat:
        await seat.reaches({XIANGSHAN: 0})
        await one(house, "t1", 1, area=XIANGSHAN)
        await one(house, "t1", 2, area=XIANGSHAN, lender=NINGHAI)
        await one(house, "t1", 3, area=XIANGSHAN, leaves=NINGHAI)
        await seat.reaches({XIANGSHAN: 3})
    assert seen == [("t1", 1), ("t1", 2), ("t1", 2), ("t1", 3)]
