"""
A request that creates something may be sent again: the key tells that it is the same one.

Same key and same request: the first answer, with ``Idempotent-Replayed: true``. Same key and another request: 422
``KeyReused``, raised where the first answer is kept. Keys belong to the account that sent them.
"""

import re
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any

from fastapi import Depends, Request

from dispatch.desk.room import Once
from dispatch.kit.errors import Invalid

HEADER = "Idempotency-Key"
PATTERN = r"^[A-Za-z0-9_:.\-]{8,128}$"
KEY = re.compile(PATTERN)
REPLAYED = {"Idempotent-Replayed": "true"}

ABOUT = "请求的唯一键,8–128 个字母、数字或 _ - : . ;重试时原样重发"


class BadKey(Invalid):
    """The Idempotency-Key is missing or has the wrong form."""


def once(key: str | None, method: str, path: str, raw: bytes) -> Once:
    """
    Return what makes this request recognisable: its key, and a digest of method, path and body.

    :raises BadKey: if the key is missing or has the wrong form
    """
    if key is None:
        raise BadKey(f"缺少请求头 {HEADER};{ABOUT}", field=HEADER)
    if not KEY.fullmatch(key):
        raise BadKey(f"请求头 {HEADER} 格式不对;{ABOUT}", field=HEADER)
    return Once(key=key, request_hash=sha256(b"\0".join((method.encode(), path.encode(), raw))).digest())


def parameter(*, required: bool) -> dict[str, Any]:
    """Return how the header is documented."""
    schema = {"type": "string", "pattern": PATTERN, "minLength": 8, "maxLength": 128}
    return {"name": HEADER, "in": "header", "required": required, "description": ABOUT, "schema": schema}


async def _maybe(request: Request) -> Once | None:
    key = request.headers.get(HEADER)
    return None if key is None else once(key, request.method, request.url.path, await request.body())


async def _surely(request: Request) -> Once:
    return once(request.headers.get(HEADER), request.method, request.url.path, await request.body())


def OnceOf(*, required: bool = False) -> Any:
    """Return the dependency that yields the request's ``Once``, or None where it has no key and needs none."""
    reader: Callable[..., Awaitable[Once | None]] = _surely if required else _maybe
    return Depends(reader)


_maybe.parameter = parameter(required=False)  # type: ignore[attr-defined]
_surely.parameter = parameter(required=True)  # type: ignore[attr-defined]
