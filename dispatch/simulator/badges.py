"""Machine tokens for the played people, made by the played administrator as a real one would make them."""

import asyncio
import secrets
from collections.abc import Sequence

from dispatch.kit.errors import Unavailable

from .connections import Connections
from .world import Json, World

TOGETHER = 8
DAYS = 7  # a play does not last longer


class NoBadge(Unavailable):
    """The server refused the administrator or a token."""


def with_password(world: World) -> tuple[Json, str]:
    """Return the world's document with a password for its administrator: the given one, or one made up for now."""
    given = {account["id"]: account.get("password") for account in world.doc["accounts"]}
    password = given[world.administrator] or secrets.token_urlsafe(18)
    accounts = [
        account | {"password": password} if account["id"] == world.administrator else account
        for account in world.doc["accounts"]
    ]
    return world.doc | {"accounts": accounts}, password


async def badges(line: Connections, world: World, password: str) -> dict[str, str]:
    """
    Return a bearer token for each account that is played.

    :raises NoBadge: if the administrator cannot log in or may not make tokens
    """
    login = next(account["login"] for account in world.doc["accounts"] if account["id"] == world.administrator)
    entered = await line.send("POST", "/api/v1/sessions", body={"login": login, "password": password})
    if entered.status != 201:
        raise NoBadge(f"管理员登录失败:{entered.status} {entered.code}", field="password")
    slots = asyncio.Semaphore(TOGETHER)

    async def badge(account: str) -> str:
        async with slots:
            made = await line.send(
                "POST",
                f"/api/v1/accounts/{account}/tokens",
                body={"label": "回放", "valid_days": DAYS},
                key=secrets.token_hex(16),
                cookie=entered.cookie,
            )
        if made.status != 201:
            raise NoBadge(f"账号 {account} 的令牌未发放:{made.status} {made.code}")
        return str(made.body["token"])

    people: Sequence[str] = world.people
    return dict(zip(people, await asyncio.gather(*map(badge, people)), strict=True))
