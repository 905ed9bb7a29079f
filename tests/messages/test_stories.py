"""The whole way through real doors: the application, the worker's sender, a gateway that hands back what it hears."""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import httpx
import pytest

from dispatch.accounts.sessions import digest
from dispatch.desk.room import Desk
from dispatch.kit import logs
from dispatch.notify.gateway import HttpGateway
from dispatch.simulator.gateway import SimulatedGateway, Temper
from dispatch.worker.messages import Sender
from tests.web.conftest import TOKEN, Centre, centre, key
from tests.web.test_stories import LOCATE, REPLY
from tests.worlds import XIANGSHAN, minutes

from .outgoing import serving

__all__ = ["centre"]  # the fixture of the web stories

CUSTOMER = "13900001234"
GATEWAY = """
INSERT INTO account (id, login, name, role, area, created_at) VALUES ('sms', 'sms', '短信网关', 'GATEWAY', '33', now())
"""
CREW_PHONE = "13900005678"


@dataclass
class House:
    """The command centre with its gateway. What it hands back comes in by the application's own door."""

    centre: Centre
    desk: Desk
    sender: Sender
    simulated: SimulatedGateway
    port: int  # of the gateway

    async def sends(self) -> None:
        """Let the worker send what is due, and the gateway report all of it."""
        while await self.sender.turn(self.desk):
            pass
        await self.simulated.close()

    async def texts(self, to: str = CUSTOMER) -> list[str]:
        return [one.text for one in self.simulated.arrived if one.to == to]

    async def writes(self, text: str, *, sender: str = CUSTOMER) -> None:
        """Let somebody write to us by way of the gateway."""
        async with httpx.AsyncClient(trust_env=False) as client:
            said = {"from": sender, "text": text}
            answer = await client.post(f"http://127.0.0.1:{self.port}/write", json=said)
        assert answer.status_code == 202
        await self.simulated.close()

    async def gateway(self) -> httpx.AsyncClient:
        if "sms" not in self.centre.clients:
            self.centre.clients["sms"] = await self.centre.stack.enter_async_context(self.centre.client("token-of-sms"))
        return self.centre.clients["sms"]


@asynccontextmanager
async def open_house(centre: Centre, temper: Temper) -> AsyncIterator[House]:
    async with centre.db.connection() as connection:
        await connection.execute(GATEWAY)
        await connection.execute(TOKEN, digest("token-of-sms"), "sms")
        await connection.execute("UPDATE crew SET phone = $1 WHERE id = 'c1'", CREW_PHONE)
    async with serving(centre.app) as door:
        simulated = SimulatedGateway(temper, report_to=f"http://127.0.0.1:{door}", token="token-of-sms")
        async with serving(simulated.app()) as port, HttpGateway(f"http://127.0.0.1:{port}", timeout_s=2) as gateway:
            sender = Sender(centre.db, "sgcc", gateway, centre.clock)
            yield House(centre, centre.app.state.desk, sender, simulated, port)
            await simulated.close()


@pytest.fixture
async def house(centre: Centre) -> AsyncIterator[House]:
    async with open_house(centre, Temper.calm()) as house:
        yield house


async def repaired(house: House, ticket: dict[str, Any], *, start: float = 1) -> dict[str, Any]:
    """Take a ticket from acceptance to where its customer is asked, a minute a step."""
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("xiangshan", "accept", {}),
        ("xiangshan", "dispatch", {"crew_id": "c1"}),
        ("crew-1", "crew-accept", {}),
        ("crew-1", "depart", {}),
        ("crew-1", "arrive", {"position": {"lon": 121.87, "lat": 29.48, "accuracy_m": 12}}),
        ("crew-1", "locate", LOCATE),
        ("crew-1", "start-repair", {}),
        ("crew-1", "restore", {"cause_l1": "nature", "field_record": "更换绝缘子"}),
        ("xiangshan", "reply", REPLY),
        ("auditor", "queue-callback", {}),
    ]
    for n, (by, command, said) in enumerate(steps if ticket["stage"] == "submitted" else steps[1:]):
        house.centre.set_clock(minutes(start + n))
        ticket = await house.centre.does(by, ticket, command, **said)
        await house.sends()
    return ticket


async def shown(house: House, ticket: dict[str, Any]) -> dict[str, Any]:
    answer = await (await house.centre.by("seat")).get(f"/tickets/{ticket['id']}")
    body: dict[str, Any] = answer.json()
    return body


async def test_a_customer_hears_of_crew_time_and_end_and_is_seen_to_again_when_dissatisfied(house: House) -> None:
    ticket = await repaired(house, await house.centre.call(phone=CUSTOMER))
    heard = await house.texts()
    said = ("已受理", "已派丹城一队", "预计7月1日11:00", "是否来电", "满意")
    assert [word in text for word, text in zip(said, heard, strict=True)] == [True] * 5
    assert (await house.texts(CREW_PHONE))[0].startswith("【派工】丹城一队:工单")
    await house.writes("3")
    again = await shown(house, ticket)
    assert (again["stage"], again["reopened_n"]) == ("accepted", 1)
    second = await repaired(house, again, start=30)
    assert [d["crew_id"] for d in second["dispatches"]] == ["c1", "c1"]
    await house.writes("1")
    closed = await shown(house, ticket)
    assert (closed["stage"], closed["satisfied"]) == ("closed", True)


async def test_who_does_not_answer_is_called_by_a_seat_who_sees_what_to_ask(house: House) -> None:
    ticket = await repaired(house, await house.centre.call(phone=CUSTOMER))
    seat = await house.centre.by("seat")
    (visit,) = (await seat.get("/callbacks")).json()["visits"]
    assert (visit["due"], visit["way"]) == (False, "sms")
    early = await seat.post(f"/callbacks/{ticket['id']}/begin")
    assert (early.status_code, early.json()["error"]["code"]) == (409, "NotYetDue")
    house.centre.set_clock(datetime.fromisoformat(visit["call_at"]))
    begun = await seat.post(f"/callbacks/{ticket['id']}/begin")
    assert (begun.status_code, begun.headers["cache-control"]) == (200, "no-store")
    assert [number["phone"] for number in begun.json()["contacts"]] == [CUSTOMER]
    same = key()
    said = {"satisfied": True, "power_back": True, "on_time": True, "attitude_good": True, "charged": False}
    closed = await seat.post(f"/callbacks/{ticket['id']}/answer", json=said, headers=same)
    assert (closed.status_code, closed.json()["stage"]) == (200, "closed")
    again = await seat.post(f"/callbacks/{ticket['id']}/answer", json=said, headers=same)
    assert again.headers["idempotent-replayed"] == "true"
    assert (await seat.get("/callbacks")).json() == {"visits": [], "next": None}


async def test_at_night_a_seat_is_told_when_it_may_call(house: House) -> None:
    ticket = await repaired(house, await house.centre.call(phone=CUSTOMER, hazard=True))
    house.centre.set_clock(datetime(2026, 7, 1, 15, 59, tzinfo=UTC))  # one minute to midnight
    refused = await (await house.centre.by("seat")).post(f"/callbacks/{ticket['id']}/begin")
    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (409, "QuietHours")
    assert error["details"]["from"] == "2026-07-02T00:00:00+00:00"


async def test_missed_calls_are_counted_and_the_third_closes(house: House) -> None:
    ticket = await repaired(house, await house.centre.call(phone=CUSTOMER, hazard=True))
    seat, at = await house.centre.by("seat"), datetime(2026, 7, 1, 6, 30, tzinfo=UTC)
    stages = []
    for n in range(3):
        house.centre.set_clock(at + timedelta(hours=n))
        answer = await seat.post(f"/callbacks/{ticket['id']}/missed", json={"text": "无人接听"}, headers=key())
        stages.append(answer.json()["stage"])
    assert stages == ["callback_pending", "callback_pending", "closed"]


async def test_what_the_gateway_reports_twice_and_in_any_order_is_what_we_know_in_the_end(centre: Centre) -> None:
    rough = Temper(seed=2, refuses=0, loses=0.2, slow=0, doubles=1, fails=0.3, receipt_s=0.2)
    async with open_house(centre, rough) as house:
        for n in range(4):
            centre.set_clock(minutes(12 * n))
            place = {"lon": 121.7 + n / 20, "lat": 29.3}
            ticket = await centre.call(phone=f"1390000{n:04d}", place=place)
            await repaired(house, ticket, start=12 * n + 1)
        for n in range(3):
            centre.set_clock(minutes(60 + 11 * n))
            await house.sends()
        admin = await centre.by("admin")
        known = {one["id"]: one for one in (await admin.get("/messages")).json()["messages"]}
        reached = {one.key for one in house.simulated.arrived}
        taken = house.simulated.taken.keys()
        assert reached < taken  # some were not delivered
        assert {id_ for id_ in taken if known[id_]["state"] == "delivered"} == reached
        dead = [one for one in known.values() if one["state"] == "dead"]
        assert {one["last_error"] for one in dead} == {"Undelivered"}
        house.simulated.calmed()
        assert (await admin.post(f"/messages/{dead[0]['id']}/requeue")).status_code == 204
        await house.sends()
        assert house.simulated.arrived[-1].key == f"{dead[0]['id']}.1"


async def test_a_list_of_messages_masks_numbers_and_only_dead_ones_are_sent_again(house: House) -> None:
    await repaired(house, await house.centre.call(phone=CUSTOMER))
    admin, gateway = await house.centre.by("admin"), await house.gateway()
    (newest, *_) = (await admin.get("/messages", params={"state": "delivered"})).json()["messages"]
    assert newest["to_phone"] == "139****1234"
    assert "body" not in newest
    unknown = await gateway.post("/gateway/receipts", json={"id": "nobody", "status": "delivered"})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "NoSuchMessage")
    assert (await gateway.post(f"/messages/{newest['id']}/requeue")).status_code == 403
    alive = await admin.post(f"/messages/{newest['id']}/requeue")
    assert (alive.status_code, alive.json()["error"]["code"]) == (409, "NotDead")


async def test_a_gateway_may_hand_things_back_and_do_nothing_else(house: House) -> None:
    gateway = await house.gateway()
    for path in ("/tickets", "/messages", "/texts", "/callbacks", "/areas", "/crews", "/accounts"):
        assert (await gateway.get(path)).status_code == 403, path
    seat = await house.centre.by("seat")
    said = {"id": "x", "from": CUSTOMER, "text": "1", "at": "2026-07-01T09:00:00+08:00"}
    assert (await seat.post("/gateway/inbound", json=said)).status_code == 403


async def test_what_no_machine_understands_is_read_by_a_person(house: House) -> None:
    await house.writes("你们几点来?")
    seat = await house.centre.by("seat")
    (text,) = (await seat.get("/texts")).json()["texts"]
    assert (text["phone"], text["outcome"]) == ("139****1234", "NothingAsked")
    done = await seat.post(f"/texts/{text['id']}/read", json={"remark": "已回电"})
    assert done.status_code == 204
    assert (await seat.get("/texts")).json()["texts"] == []


async def test_an_administrator_keeps_who_is_on_duty(house: House) -> None:
    admin = await house.centre.by("admin")
    duty = {"contacts": [{"addressee": "county_director", "name": "甲", "phone": "139 0000 0001"}]}
    done = await admin.put(f"/areas/{XIANGSHAN}/contacts", json=duty)
    assert done.json()["contacts"] == [{"addressee": "county_director", "name": "甲", "phone": "13900000001"}]
    assert (await admin.get(f"/areas/{XIANGSHAN}/contacts")).json() == done.json()
    twice = await admin.put(f"/areas/{XIANGSHAN}/contacts", json={"contacts": duty["contacts"] * 2})
    assert (twice.status_code, twice.json()["error"]["code"]) == (422, "EnteredTwice")
    crew = {"contacts": [{"addressee": "crew", "name": "乙", "phone": "13900000002"}]}
    assert (await admin.put(f"/areas/{XIANGSHAN}/contacts", json=crew)).json()["error"]["code"] == "NotOnDuty"
    assert (await (await house.centre.by("xiangshan")).get(f"/areas/{XIANGSHAN}/contacts")).status_code == 403


async def test_no_line_of_any_log_holds_a_number_or_what_was_written(centre: Centre) -> None:
    stream = StringIO()
    before = logging.getLogger().handlers, logging.getLogger().level
    logs.configure(process="test", level=logging.DEBUG, stream=stream)
    try:
        wild = Temper(seed=5, refuses=0.4, loses=0.2, slow=0.2, slow_s=0.5, fails=0)
        async with open_house(centre, replace(wild, refuses=1, loses=0, slow=0)) as house:
            await repaired(house, await centre.call(phone=CUSTOMER))
            await house.sends()
            house.simulated.temper = wild
            for n in range(8):
                centre.set_clock(minutes(20 + 11 * n))
                await house.sends()
            await house.writes("这是客户写的话")
            await house.writes("没电")
            assert house.simulated.answers[503] > 0
    finally:
        logging.getLogger().handlers, logging.getLogger().level = before
    lines = [json.loads(line) for line in stream.getvalue().splitlines() if line.startswith("{")]
    assert lines
    written = stream.getvalue()
    for private in (CUSTOMER, CREW_PHONE, "客户写的话", "没电", "丹城镇东街"):
        assert private not in written
