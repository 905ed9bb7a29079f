"""A crew's day on one ticket, as its phone would tell it."""

from datetime import datetime
from typing import Any

import httpx

from tests.web.conftest import Centre
from tests.worlds import minutes

SITE = {"lon": 121.87, "lat": 29.48, "accuracy_m": 12.0}
FOUND = {
    "fault_point": "东街支线5号杆",
    "ownership": "grid",
    "etr_at": "2026-07-01T12:00:00+08:00",
    "photos": ["photo-1"],
}
DONE = {"cause_l1": "nature", "field_record": "东街支线5号杆更换绝缘子"}

# kind, minutes after the start, what is said
DAY: list[tuple[str, float, dict[str, Any]]] = [
    ("crew-accept", 3, {}),
    ("depart", 5, {}),
    ("arrive", 20, {"position": SITE}),
    ("locate", 30, FOUND),
    ("start-repair", 35, {}),
    ("progress", 50, {"text": "等待吊车", "etr_at": "2026-07-01T12:30:00+08:00"}),
    ("progress", 70, {"text": "吊车到场"}),
    ("restore", 90, DONE),
]


def row(ticket: dict[str, Any], kind: str, at: datetime, *, report_id: str, **said: Any) -> dict[str, Any]:
    """Return one report as the phone sends it."""
    return {"report_id": report_id, "ticket_id": ticket["id"], "kind": kind, "at": at.isoformat(), **said}


def day_of(ticket: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the reports of a usual job, in order."""
    return [
        row(ticket, kind, minutes(at), report_id=f"r{n}-{ticket['ticket_no']}", **said)
        for n, (kind, at, said) in enumerate(DAY)
    ]


async def sends(centre: Centre, reports: list[dict[str, Any]], *, who: str = "crew-1") -> list[dict[str, Any]]:
    """Let a crew's phone send a batch; return what became of each report."""
    answer = await tries(centre, reports, who=who)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["reports"]
    return found


async def tries(centre: Centre, reports: list[dict[str, Any]], *, who: str = "crew-1") -> httpx.Response:
    return await (await centre.by(who)).post("/field-reports", json={"reports": reports})


def outcomes(reports: list[dict[str, Any]]) -> list[str]:
    return [report["outcome"] for report in reports]


async def sent_out(centre: Centre, *, crew: str = "c1", **said: Any) -> dict[str, Any]:
    """Return a ticket that a crew was sent to two minutes after the call."""
    ticket = await centre.call(**said)
    centre.set_clock(minutes(1))
    await centre.does("xiangshan", ticket, "accept")
    centre.set_clock(minutes(2))
    return await centre.does("xiangshan", ticket, "dispatch", crew_id=crew)


async def read(centre: Centre, ticket: dict[str, Any]) -> dict[str, Any]:
    answer = await (await centre.by("monitor")).get(f"/tickets/{ticket['id']}")
    found: dict[str, Any] = answer.json()
    return found


async def log_of(centre: Centre, ticket: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await (await centre.by("monitor")).get(f"/tickets/{ticket['id']}/events")
    found: list[dict[str, Any]] = answer.json()["events"]
    return found
