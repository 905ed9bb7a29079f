"""The whole application, and a worker that a test lets look at the clocks whenever it likes."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from dispatch.desk.room import Desk
from dispatch.desk.storm import workings
from dispatch.desk.supervision import alerting
from dispatch.tickets import deadlines
from dispatch.tickets.audit import audit
from tests.web.conftest import Centre
from tests.web.conftest import centre as centre
from tests.worlds import START, XIANGSHAN

Json = dict[str, Any]

DUTY = "INSERT INTO duty_contact (area, addressee, name, phone) VALUES ($1, $2, $3, $4)"
ON_DUTY = (
    (XIANGSHAN, "dispatcher", "象山指挥", "13900001001"),
    ("330225-1", "depot_leader", "丹城所长", "13900001002"),
    (XIANGSHAN, "depot_leader", "象山运检", "13900001003"),
    (XIANGSHAN, "county_director", "象山分管", "13900001004"),
    ("33", "province_monitor", "省监控", "13900001005"),
    ("3302", "city_manager", "宁波值班", "13900001006"),
)
CREW_PHONE = "UPDATE crew SET phone = '13900001007' WHERE id = 'c1'"
MESSAGES = "SELECT created_at, occasion, to_phone, body FROM message WHERE ticket_id = $1 AND occasion = ANY($2)"


@dataclass
class Watch:
    """The command centre under supervision."""

    centre: Centre

    @property
    def desk(self) -> Desk:
        desk: Desk = self.centre.app.state.desk
        return desk

    async def look(self, at: datetime) -> int:
        """Let a worker take every step that is due."""
        self.centre.set_clock(at)
        packs = self.desk.packs
        follow = partial(alerting.follow, packs=packs, at=at)
        apart = partial(workings.by_incident, packs=packs)
        taken = 0
        while n := await deadlines.fire_due(self.centre.db, packs, now=at, by_incident=apart, then=follow):
            taken += n
        return taken

    async def ticket(self, ticket: Json) -> Json:
        answer = await (await self.centre.by("monitor")).get(f"/tickets/{ticket['id']}")
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def log(self, ticket: Json, *kinds: str) -> list[Json]:
        """Return the events of these kinds, each with ``after_min``: minutes from the start to when it was due."""
        answer = await (await self.centre.by("monitor")).get(f"/tickets/{ticket['id']}/events")
        lines = [line for line in answer.json()["events"] if line["event"]["kind"] in kinds]
        return [line["event"] | {"after_min": _minutes(line["at_claimed"]), "by": line["by"]} for line in lines]

    async def told(self, ticket: Json, *occasions: str) -> list[tuple[str, str]]:
        """Return occasion and number of the messages about a ticket, by the time at which they were written."""
        wanted = list(occasions or ("warning", "supervision", "escalation"))
        async with self.centre.db.connection() as connection:
            rows = await connection.fetch(MESSAGES, ticket["id"], wanted)
        found = sorted((row["created_at"], row["occasion"], row["to_phone"]) for row in rows)
        return [(occasion, phone) for _, occasion, phone in found]

    async def said(self, ticket: Json, occasion: str) -> list[str]:
        async with self.centre.db.connection() as connection:
            rows = await connection.fetch(MESSAGES, ticket["id"], [occasion])
        return [body for _, body in sorted((row["created_at"], row["body"]) for row in rows)]

    async def list(self, who: str, path: str, **query: Any) -> Json:
        answer = await (await self.centre.by(who)).get(path, params=query)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def is_sound(self) -> bool:
        return (await audit(self.centre.db, self.desk.packs)).clean


def _minutes(at: str) -> float:
    return (datetime.fromisoformat(at) - START).total_seconds() / 60


@pytest.fixture
async def watch(centre: Centre) -> Watch:
    """The command centre, with somebody on duty everywhere but at 宁海."""
    async with centre.db.connection() as connection:
        await connection.executemany(DUTY, ON_DUTY)
        await connection.execute(CREW_PHONE)
    return Watch(centre)
