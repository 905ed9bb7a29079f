"""A script names photos by a word; the crew's telephone sends a picture for each before the report that names it."""

from dataclasses import dataclass
from typing import Any
from zlib import crc32

import httpx

from dispatch.simulator.people import API
from dispatch.simulator.pictures import snapshot

STEPS = f"{API}/tickets/"


@dataclass(frozen=True)
class Photographed:
    """The photos of one person's telephone."""

    client: httpx.AsyncClient
    authorization: str

    async def send(self, url: str, body: Any) -> None:
        """Send the photos that a request names, and name them in it by the ids that they got."""
        if not isinstance(body, dict):
            return
        if url.startswith(STEPS):
            await self._kept(url.removeprefix(STEPS).partition("/")[0], body)
        for report in body.get("reports") or ():
            if isinstance(report, dict) and "ticket_id" in report:
                await self._kept(report["ticket_id"], report)

    async def _kept(self, ticket_id: str, report: dict[str, Any]) -> None:
        """Send what one report names; what the server does not take keeps its word, and counts for nothing."""
        if isinstance(report.get("photos"), list):
            report["photos"] = [await self._id(ticket_id, name) for name in report["photos"]]

    async def _id(self, ticket_id: str, name: str) -> str:
        headers = {"Authorization": self.authorization, "Content-Type": "image/jpeg"}
        picture = snapshot(crc32(name.encode()))
        answer = await self.client.post(f"{STEPS}{ticket_id}/photos", content=picture, headers=headers)
        return str(answer.json()["id"]) if answer.status_code == 201 else name
