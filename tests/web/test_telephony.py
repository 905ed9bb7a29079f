"""The telephone platform rings: only the seat's own consoles hear it, in every process, and no number is left over."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from dispatch.accounts.sessions import digest
from dispatch.app import create_app
from dispatch.kit.settings import Settings
from dispatch.notify import ringing
from tests.notify.county import kill
from tests.worlds import START, minutes, stranger

from .conftest import TOKEN, Centre
from .house import Line, serving

PLATFORM = """
INSERT INTO account (id, login, name, role, area, created_at)
VALUES ('cti', 'cti', '话务平台', 'TELEPHONY', '33', now()), ('seat-2', 'seat.2', '座席二', 'SEAT_AGENT', '33', now()),
       ('lead', 'lead', '班长', 'SEAT_SUPERVISOR', '33', now())
"""
ROWS = "SELECT string_agg(telephone_call::text, ' ') FROM telephone_call"


@pytest.fixture
async def hall(centre: Centre) -> Centre:
    """The centre with a telephone platform, a second seat and their leader."""
    async with centre.db.connection() as connection:
        await connection.execute(PLATFORM)
        await connection.executemany(TOKEN, [(digest(f"token-of-{name}"), name) for name in ("cti", "seat-2", "lead")])
    return centre


async def rings(hall: Centre, call_ref: str, *, agent: str = "seat", **said: Any) -> bool:
    answer = await (await hall.by("cti")).post(
        "/telephony/ringing", json={"call_ref": call_ref, "agent": agent, "phone": stranger(), **said}
    )
    assert answer.status_code == 202, answer.text
    return bool(answer.json()["shown"])


async def ends(hall: Centre, call_ref: str, **said: Any) -> None:
    answer = await (await hall.by("cti")).post("/telephony/ended", json={"call_ref": call_ref, **said})
    assert (answer.status_code, answer.text) == (204, "")


async def mine(hall: Centre, who: str = "seat") -> dict[str, Any] | None:
    answer = await (await hall.by(who)).get("/telephony/mine")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    call: dict[str, Any] | None = answer.json()["call"]
    return call


def wire(at: datetime) -> str:
    return at.isoformat()


# One seat, one call


async def test_what_rings_is_told_to_a_page_that_was_loaded_again_until_it_ends(hall: Centre) -> None:
    assert await mine(hall) is None
    phone = stranger()
    assert await rings(hall, "call-1", phone=phone)
    assert await mine(hall) == {"call_ref": "call-1", "phone": phone, "known": False, "at": "2026-07-01T01:00:00Z"}
    assert await mine(hall, "seat-2") is None
    await ends(hall, "call-1")
    assert await mine(hall) is None


async def test_a_number_that_called_before_is_known_however_it_is_written(hall: Centre) -> None:
    ticket = await hall.call(phone="13900000041")
    await rings(hall, "call-1", phone="+86 139-0000-0041")
    call = await mine(hall)
    assert call is not None
    assert call["known"] is True
    ticket = await hall.does("seat", ticket, "cancel", reason="客户来电已恢复", meter="live")
    await rings(hall, "call-2", phone="13900000041", at=wire(START + timedelta(seconds=1)))
    hall.set_clock(minutes(1))
    call = await mine(hall)
    assert call is not None
    assert call["known"] is True  # he has no open ticket any more, and called all the same


async def test_a_withheld_number_rings_too(hall: Centre) -> None:
    assert await rings(hall, "call-1", phone=None)
    call = await mine(hall)
    assert call is not None
    assert (call["phone"], call["known"]) == ("", False)


async def test_the_same_told_again_rings_once_and_never_after_its_end(hall: Centre) -> None:
    assert await rings(hall, "call-1")
    first = await mine(hall)
    assert not await rings(hall, "call-1", phone="13900000042")
    assert await mine(hall) == first
    for _ in range(2):
        await ends(hall, "call-1")
    assert not await rings(hall, "call-1")
    assert await mine(hall) is None


async def test_a_call_that_nobody_told_of_ends_quietly(hall: Centre) -> None:
    await ends(hall, "never-heard-of")
    assert await hall_rows(hall) is None


async def test_of_two_calls_at_a_seat_the_newest_is_on_whichever_is_told_last(hall: Centre) -> None:
    hall.set_clock(minutes(5))
    assert await rings(hall, "older", at=wire(minutes(1)))
    assert await rings(hall, "newest", at=wire(minutes(3)))
    assert not await rings(hall, "between", at=wire(minutes(2)))  # it came late
    call = await mine(hall)
    assert call is not None
    assert call["call_ref"] == "newest"
    await ends(hall, "older")  # told after it was displaced: touches nothing
    assert (await mine(hall)) == call


async def test_a_call_that_is_passed_on_leaves_the_first_seat(hall: Centre) -> None:
    phone = stranger()
    await rings(hall, "call-1", phone=phone)
    hall.set_clock(minutes(2))
    assert await rings(hall, "call-1", agent="seat.2", phone=phone, at=wire(minutes(2)))
    assert await mine(hall) is None
    call = await mine(hall, "seat-2")
    assert call is not None
    assert call["phone"] == phone
    assert not await rings(hall, "call-1", phone=phone, at=wire(START))  # the first report, told again
    assert await mine(hall) is None


async def test_a_time_to_come_is_now_and_one_of_an_hour_ago_rings_no_more(hall: Centre) -> None:
    assert not await rings(hall, "stale", at=wire(minutes(-60)))
    assert await mine(hall) is None
    assert await rings(hall, "ahead", at=wire(minutes(600)))
    call = await mine(hall)
    assert call is not None
    assert call["at"] == "2026-07-01T01:00:00Z"
    assert await rings(hall, "next", agent="lead")


async def test_two_platforms_at_once_leave_one_call_at_the_seat(hall: Centre) -> None:
    await asyncio.gather(*(rings(hall, f"call-{n}", at=wire(START - timedelta(seconds=n))) for n in range(12)))
    call = await mine(hall)
    assert call is not None
    assert call["call_ref"] == "call-0"
    async with hall.db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM telephone_call WHERE ended_at IS NULL") == 1


# What is refused


@pytest.mark.parametrize(
    ("said", "code", "field"),
    [
        ({"agent": "nobody"}, "UnknownSeat", "agent"),
        ({"agent": "xiangshan"}, "NotASeat", "agent"),
        ({"agent": "cti"}, "NotASeat", "agent"),
        ({"agent": "座席"}, "Invalid", "agent"),
        ({"phone": "139-CALL-ME"}, "Invalid", "phone"),
        ({"phone": "一三九"}, "Invalid", "phone"),
        ({"phone": ""}, "Invalid", "phone"),
        ({"phone": 13900000000}, "Invalid", "phone"),
        ({"call_ref": "a b"}, "Invalid", "call_ref"),
        ({"call_ref": ""}, "Invalid", "call_ref"),
        ({"at": "2026-07-01T09:00:00"}, "Invalid", "at"),
        ({"county": "330225"}, "Invalid", "county"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_name(
    hall: Centre, said: dict[str, Any], code: str, field: str
) -> None:
    body = {"call_ref": "call-1", "agent": "seat", "phone": "13900000043"} | said
    answer = await (await hall.by("cti")).post("/telephony/ringing", json=body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["field"]) == (422, code, field), answer.text
    assert body["phone"] == "" or str(body["phone"]) not in answer.text.replace("例如 13900000000", "")
    assert await hall_rows(hall) is None


async def test_a_seat_whose_account_is_stopped_takes_no_calls(hall: Centre) -> None:
    async with hall.db.connection() as connection:
        await connection.execute("UPDATE account SET active = false WHERE id = 'seat-2'")
    body = {"call_ref": "call-1", "agent": "seat.2", "phone": stranger()}
    answer = await (await hall.by("cti")).post("/telephony/ringing", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "NotASeat")
    assert "停用" in answer.json()["error"]["message"]


@pytest.mark.parametrize("who", ["seat", "xiangshan", "admin", "crew-1"])
async def test_only_the_telephone_platform_tells_of_calls(hall: Centre, who: str) -> None:
    body = {"call_ref": "call-1", "agent": "seat", "phone": stranger()}
    assert (await (await hall.by(who)).post("/telephony/ringing", json=body)).status_code == 403
    assert (await (await hall.by(who)).post("/telephony/ended", json={"call_ref": "call-1"})).status_code == 403
    assert (await (await hall.by("cti")).get("/telephony/mine")).status_code == 403


# No number is left over


async def hall_rows(hall: Centre) -> str | None:
    async with hall.db.connection() as connection:
        rows: str | None = await connection.fetchval(ROWS)
    return rows


async def test_the_number_goes_when_the_call_ends_and_when_another_takes_its_place(hall: Centre) -> None:
    first, second = "13900000044", "13900000045"
    await rings(hall, "call-1", phone=first)
    assert first in str(await hall_rows(hall))
    await rings(hall, "call-2", phone=second)
    assert first not in str(await hall_rows(hall))
    await ends(hall, "call-2")
    assert second not in str(await hall_rows(hall))


async def test_a_call_that_nobody_ended_is_forgotten_after_an_hour_and_its_row_after_a_day(hall: Centre) -> None:
    await rings(hall, "call-1", phone="13900000046")
    hall.set_clock(minutes(59))
    assert await mine(hall) is not None
    hall.set_clock(minutes(60))
    assert await mine(hall) is None
    async with hall.db.connection() as connection:
        await ringing.look(connection, (), now=minutes(60))
        assert "13900000046" not in str(await hall_rows(hall))
        assert await ringing.forget(connection, now=minutes(24 * 60)) == 0
        assert await ringing.forget(connection, now=minutes(24 * 60 + 1)) == 1


async def test_the_number_is_in_no_other_table_no_address_and_no_log(hall: Centre, lines: io.StringIO) -> None:
    phone = "13900000047"
    await rings(hall, "call-1", phone=phone)
    body = {"call_ref": "call-2", "agent": "nobody", "phone": phone}
    assert phone not in (await (await hall.by("cti")).post("/telephony/ringing", json=body)).text
    async with hall.db.connection() as connection:
        for table in ("outbox", "feed", "audit", "idempotency", "message"):
            assert (
                await connection.fetchval(f"SELECT count(*) FROM {table} WHERE {table}::text LIKE $1", f"%{phone}%")
                == 0
            )
    await ends(hall, "call-1")
    assert "/telephony/ringing" in lines.getvalue()
    assert phone not in lines.getvalue()


# The consoles


@asynccontextmanager
async def processes(hall: Centre, clock: Path, n: int) -> AsyncIterator[list[int]]:
    """Serve the application in so many more places, each with a hub of its own; yield their ports."""
    async with AsyncExitStack() as stack:
        settings = Settings(database_url=hall.db.dsn, clock_path=str(clock))
        yield [await stack.enter_async_context(serving(create_app(settings), lifespan="on")) for _ in range(n)]


@asynccontextmanager
async def console(port: int, who: str) -> AsyncIterator[Line]:
    headers = {"Authorization": f"Bearer token-of-{who}"}
    async with connect(f"ws://127.0.0.1:{port}/api/v1/live", additional_headers=headers, proxy=None) as socket:
        line = Line(socket)
        await line.hear("hello")
        yield line


async def silent(line: Line) -> None:
    """Hold that nothing of calls was said to the console up to now."""
    await line.ask({"op": "ping"})
    await line.hear("head")
    assert not {"ringing", "hungup"} & set(line.kinds)


async def test_the_seats_own_consoles_hear_it_in_every_process_and_nobody_else_does(
    hall: Centre, tmp_path: Path
) -> None:
    phone = stranger()
    async with processes(hall, tmp_path / "clock", 2) as (one, other), AsyncExitStack() as stack:
        own = [await stack.enter_async_context(console(port, "seat")) for port in (one, one, other)]
        others = [
            await stack.enter_async_context(console(port, who))
            for port, who in ((one, "seat-2"), (other, "xiangshan"), (other, "lead"))
        ]
        await rings(hall, "call-1", phone=phone)
        told = {
            "kind": "ringing",
            "call_ref": "call-1",
            "phone": phone,
            "known": False,
            "at": "2026-07-01T01:00:00+00:00",
        }
        assert [await line.hear("ringing") for line in own] == [told] * 3
        hall.set_clock(minutes(3))
        await ends(hall, "call-1", at=wire(minutes(2)))
        over = {"kind": "hungup", "call_ref": "call-1", "at": "2026-07-01T01:02:00+00:00"}
        assert [await line.hear("hungup") for line in own] == [over] * 3
        for line in others:
            await silent(line)


async def test_a_console_that_comes_in_later_hears_what_rings(hall: Centre, tmp_path: Path) -> None:
    await rings(hall, "call-1")
    async with processes(hall, tmp_path / "clock", 1) as (port,), console(port, "seat") as line:
        assert (await line.hear("ringing"))["call_ref"] == "call-1"


async def test_the_one_before_is_told_over_before_the_newest_rings(hall: Centre, tmp_path: Path) -> None:
    async with processes(hall, tmp_path / "clock", 1) as (port,), console(port, "seat") as line:
        await rings(hall, "call-1")
        assert (await line.hear("ringing"))["call_ref"] == "call-1"
        await rings(hall, "call-2")
        assert (await line.hear("hungup"))["call_ref"] == "call-1"
        assert (await line.hear("ringing"))["call_ref"] == "call-2"


async def test_a_call_that_is_passed_on_is_over_here_and_rings_there(hall: Centre, tmp_path: Path) -> None:
    async with (
        processes(hall, tmp_path / "clock", 1) as (port,),
        console(port, "seat") as first,
        console(port, "seat-2") as second,
    ):
        await rings(hall, "call-1")
        await first.hear("ringing")
        hall.set_clock(minutes(1))
        await rings(hall, "call-1", agent="seat.2", at=wire(minutes(1)))
        assert (await first.hear("hungup"))["call_ref"] == "call-1"
        assert (await second.hear("ringing"))["call_ref"] == "call-1"


async def test_what_was_missed_while_the_session_was_lost_is_made_up_for(hall: Centre, tmp_path: Path) -> None:
    async with processes(hall, tmp_path / "clock", 1) as (port,), console(port, "seat") as line:
        await rings(hall, "call-1")
        await line.hear("ringing")
        assert await kill(hall.db.dsn, "dispatch telephony") >= 1
        await ends(hall, "call-1")
        await rings(hall, "call-2")
        assert (await line.hear("hungup"))["call_ref"] == "call-1"
        assert (await line.hear("ringing"))["call_ref"] == "call-2"
