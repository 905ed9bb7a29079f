"""The people of a play: accounts of its world, each with a token of his own, got as an administrator hands it out."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from dispatch.kit.errors import Invalid

from .server import Server

API = "/api/v1"
PASSWORD = "Golden-Scenario-7"


class NoSuchPerson(Invalid):
    """The world of the play has no account of that name."""


def with_passwords(world: dict[str, Any]) -> dict[str, Any]:
    """Return the world with a password for its administrator."""
    return world | {"accounts": list(_accounts(world))}


def _accounts(world: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for account in world["accounts"]:
        yield account | {"password": PASSWORD} if account["id"] == "admin" else account


@dataclass
class People:
    """Those who act; each gets his token when he acts for the first time."""

    server: Server
    client: httpx.AsyncClient
    tokens: dict[str, str] = field(default_factory=dict)

    async def token(self, who: str) -> str:
        """:raises NoSuchPerson: if he has no account"""
        if who not in self.tokens:
            entered = await self.client.post(f"{API}/sessions", json={"login": "admin", "password": PASSWORD})
            entered.raise_for_status()
            cookie = "; ".join(f"{name}={value}" for name, value in entered.cookies.items())
            made = await self.client.post(
                f"{API}/accounts/{who}/tokens",
                json={"label": "场景", "valid_days": 400},
                headers={"Cookie": cookie, "Origin": self.server.url, "Idempotency-Key": secrets.token_hex(16)},
            )
            if made.status_code != httpx.codes.CREATED:
                raise NoSuchPerson(f"账号 {who} 没有令牌:{made.text[:200]}", field="who")
            self.tokens[who] = made.json()["token"]
        return self.tokens[who]
