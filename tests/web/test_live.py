"""The live feed over a real websocket: what comes in which order, who may listen, and what odd requests get."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from dispatch.accounts import sessions
from dispatch.client import NotAdmitted, Refused, Snapshot
from dispatch.notify import console
from dispatch.web import live
from tests.notify.county import change

from .house import NINGHAI, XIANGSHAN, Watching, dialled, one, open_house, rows


@pytest.fixture
async def house(db, dsn):
    async with open_house(db, dsn) as house:
        yield house


# Order


async def test_a_console_gets_the_board_first_and_then_each_change_in_order(house):
    await one(house, "t1", 1, area=XIANGSHAN)
    await house.settled()
    async with Watching(house.client("dispatcher", XIANGSHAN)) as seat:
        await seat.reaches({XIANGSHAN: 1})
        for version in range(2, 6):
            await one(house, "t1", version, area=XIANGSHAN, stage="arrived")
        await one(house, "t2", 1, area=NINGHAI)
        await seat.reaches({XIANGSHAN: 5})

        assert seat.kinds()[:6] == ["Hello", "Snapshot", "Changed", "Changed", "Changed", "Changed"]
        assert [message.seq for message in seat.messages if message.__class__.__name__ == "Changed"] == [2, 3, 4, 5]
        assert seat.board.tickets == await rows(house, XIANGSHAN)
        assert seat.client.gaps == seat.client.duplicates == 0


async def test_a_ticket_lent_to_a_neighbour_is_seen_there_until_it_is_given_back(house):
    async with Watching(house.client("neighbour", NINGHAI)) as neighbour:
        await one(house, "lent", 1, area=XIANGSHAN)
        await one(house, "kept", 1, area=XIANGSHAN)
        await one(house, "lent", 2, area=XIANGSHAN, lender=NINGHAI, stage="dispatched")
        await neighbour.reaches(await house.settled() | {XIANGSHAN: -1})
        assert set(neighbour.board.tickets) == {"lent"}

        await one(house, "lent", 3, area=XIANGSHAN, leaves=NINGHAI)
        await neighbour.reaches(await house.settled() | {XIANGSHAN: -1})
        assert neighbour.board.tickets == {}


async def test_a_city_console_hears_all_its_counties(house):
    await one(house, "t1", 1, area=XIANGSHAN)
    await one(house, "t2", 1, area=NINGHAI)
    heads = await house.settled()
    async with Watching(house.client("seat", "3302")) as city:
        await city.reaches(heads | {"3302": 0})
        assert set(city.board.tickets) == {"t1", "t2"}
        assert set(city.client.seqs) == {"3302", XIANGSHAN, NINGHAI}


async def test_a_long_board_comes_in_parts(house):
    async with house.db.transaction() as tx:
        for number in range(1_200):
            await change(tx, f"t{number:04}", 1, area=XIANGSHAN)
    heads = await house.settled()
    async with Watching(house.client("dispatcher", XIANGSHAN)) as seat:
        await seat.reaches(heads)
        parts = [message for message in seat.messages if isinstance(message, Snapshot)]
        assert len(parts) >= 3
        assert [part.more for part in parts] == [True] * (len(parts) - 1) + [False]
        assert len(seat.board.tickets) == 1_200


async def test_a_heartbeat_says_what_has_been_sent(house):
    await one(house, "t1", 1, area=XIANGSHAN)
    await house.settled()
    async with dialled(house) as line:
        await line.ask({"op": "subscribe", "areas": [XIANGSHAN]})
        await line.hear("snapshot")
        await line.ask('{"op":"ping"}')
        beat = await line.hear("head")
        assert beat["areas"] == {XIANGSHAN: 1}


# Rights


async def test_an_area_that_is_not_the_accounts_own_is_refused_and_the_others_go_on(house):
    async with Watching(house.client("dispatcher", NINGHAI, XIANGSHAN, "999999")) as seat:
        await seat.reaches({XIANGSHAN: 0})
        await one(house, "secret", 1, area=NINGHAI)
        await one(house, "open", 1, area=XIANGSHAN)
        await seat.reaches({XIANGSHAN: 1})

        refused = {message.areas: message.code for message in seat.messages if isinstance(message, Refused)}
        assert refused == {(NINGHAI,): "Forbidden", ("999999",): "NoSuchArea"}
        assert set(seat.board.tickets) == {"open"}


async def test_a_role_without_the_right_to_listen_hears_nothing(house):
    async with dialled(house, "admin") as line:
        await line.ask({"op": "subscribe", "areas": ["33"]})
        assert (await line.hear("refused"))["code"] == "Forbidden"


async def test_a_stranger_is_told_so_by_the_close_code(house):
    async with dialled(house, "nobody") as line:
        assert await line.closed_with() == 4401
    async with house.client("nobody", XIANGSHAN) as stranger:
        with pytest.raises(NotAdmitted):
            _ = [message async for message in stranger]


async def test_another_sites_page_cannot_listen_with_the_persons_cookie(house):
    cookie = f"__Host-dispatch={await house.sign_in('dispatcher')}"
    for headers in ({"Origin": "https://elsewhere.example"}, {}):
        with pytest.raises(InvalidStatus) as refused:
            await dialled(house, None, Cookie=cookie, **headers).__aenter__()
        assert refused.value.response.status_code == 403
    async with dialled(house, None, Cookie=cookie, Origin=house.url) as line:
        assert (await line.hear("hello"))["account"] == "dispatcher"


def test_a_revoked_session_is_found_out_within_ten_seconds():
    assert live.RECHECK_S + sessions.CACHE_FOR.total_seconds() < 10


async def test_a_revoked_session_ends_the_connection(house, monkeypatch):
    monkeypatch.setattr(live, "RECHECK_S", 0.5)
    monkeypatch.setattr(sessions, "CACHE_FOR", timedelta(seconds=0.5))
    cookie = f"__Host-dispatch={await house.sign_in('dispatcher')}"
    async with dialled(house, None, Cookie=cookie, Origin=house.url) as line:
        await line.hear("hello")
        async with house.db.connection() as connection:
            await connection.execute("DELETE FROM session")
        assert await line.closed_with(within_s=30) == 4401


async def test_an_account_that_is_moved_must_log_in_again(house, monkeypatch):
    monkeypatch.setattr(live, "RECHECK_S", 0.5)
    monkeypatch.setattr(sessions, "CACHE_FOR", timedelta(seconds=0.5))
    async with dialled(house) as line:
        await line.hear("hello")
        async with house.db.connection() as connection:
            await connection.execute("UPDATE account SET area = '330226' WHERE id = 'dispatcher'")
        assert await line.closed_with() == 4401


# Odd input


async def test_nonsense_is_answered_and_in_the_end_shown_the_door(house):
    nonsense = [
        "{",
        '{"op":"shout"}',
        '{"op":"subscribe","areas":"all"}',
        '{"op":"subscribe","areas":["' + "x" * 70_000,
    ]
    async with dialled(house) as line:
        for text in nonsense:
            await line.ask(text)
            assert (await line.hear("refused"))["code"] == "BadRequest"
        await line.ask(b"\x00\xff")
        assert await line.closed_with() == 4400


async def test_a_message_too_long_for_the_line_ends_it_quietly(house, caplog):
    async with dialled(house) as line:
        with suppress(ConnectionClosed):
            await line.ask('"' + "x" * 20_000_000 + '"')
        assert await line.closed_with() == 1009
    while house.hub.open_consoles:
        await asyncio.sleep(0.01)
    assert caplog.records == []


async def test_a_console_that_asks_on_and_on_without_reading_is_ended(house, monkeypatch):
    monkeypatch.setattr(console, "MOST_SCRIPT", 100)
    async with dialled(house) as line:
        await line.ask({"op": "subscribe", "areas": [f"no-{number}" for number in range(200)]})
        assert await line.closed_with() == 4008


async def test_a_number_from_the_future_or_another_numbering_gets_a_snapshot(house):
    await one(house, "t1", 1, area=XIANGSHAN)
    await house.settled()
    async with dialled(house) as line:
        epoch = (await line.hear("hello"))["epoch"]
        for since, name in ((9_999, epoch), (1, "other")):
            request = {"op": "subscribe", "areas": [XIANGSHAN], "since": {XIANGSHAN: since}, "epoch": name}
            await line.ask(request)
            assert (await line.hear("snapshot"))["seq"] == 1
