"""
The way to the telephones: what a gateway must be able to do, and one that is reached by HTTP.

The contract by HTTP, of which the simulator is the other half:

* ``POST {address}/messages`` with ``{"id", "to", "channel": "sms" | "voice", "text"}``. Any 2xx with a JSON object:
  taken; its ``provider_id`` is kept if it is a name (letters, digits, ``_.:-``, at most 64). The same id again is the
  same message: it must not reach the telephone twice.
* 400, 404, 410, 413, 422: it will never be taken. Everything else, and no answer in time: not known, sent again with
  the same id.
* What became of it comes back to ``POST /api/v1/gateway/receipts``, what people write to
  ``POST /api/v1/gateway/inbound``.
"""

import asyncio
import json
import re
from dataclasses import dataclass
from typing import Protocol, Self

import httpx

NEVER = frozenset({400, 404, 410, 413, 422})
TIMEOUT_S = 10.0  # a gateway that has been silent for so long is asked again; so is one that talks for twice as long
LONGEST_ANSWER = 65_536  # bytes; what says more than this is no gateway
PROVIDER_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a gateway is given. ``key`` is ours and stays the same however often it is sent."""

    key: str
    to: str
    channel: str
    text: str


class NotTaken(Exception):
    """The gateway will never take it; ``why`` is a code without personal data."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NotKnown(Exception):
    """It may have been taken or not; ``why`` is a code without personal data."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Gateway(Protocol):
    """Something that sends."""

    async def send(self, parcel: Parcel) -> str:
        """
        Hand the parcel over; return the gateway's own name for it ("" if it gives none).

        :raises NotTaken: if it never will be
        :raises NotKnown: if it is to be tried again
        """
        ...

    async def close(self) -> None:
        """Give back what was opened."""
        ...


class HttpGateway:
    """
    A gateway behind an address.

    :param address: without the last slash
    :param token: sent as ``Authorization: Bearer``, if there is one
    """

    def __init__(self, address: str, *, token: str | None = None, timeout_s: float = TIMEOUT_S) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.AsyncClient(headers=headers, timeout=timeout_s, trust_env=False)
        self._url = f"{address.rstrip('/')}/messages"
        self._timeout_s = timeout_s

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._client.aclose()

    async def send(self, parcel: Parcel) -> str:
        body = {"id": parcel.key, "to": parcel.to, "channel": parcel.channel, "text": parcel.text}
        try:
            async with asyncio.timeout(2 * self._timeout_s):
                return await self._ask(body)
        except TimeoutError:
            raise NotKnown("TooSlow") from None
        except httpx.HTTPError as error:
            raise NotKnown(type(error).__name__) from None  # the error's own text holds the request

    async def _ask(self, body: dict[str, str]) -> str:
        async with self._client.stream("POST", self._url, json=body) as answer:
            if answer.status_code in NEVER:
                raise NotTaken(f"HTTP {answer.status_code}")
            if not answer.is_success:
                raise NotKnown(f"HTTP {answer.status_code}")
            said = bytearray()
            async for part in answer.aiter_bytes():
                said += part
                if len(said) > LONGEST_ANSWER:
                    raise NotKnown("TooLong")
        return _provider_id(bytes(said))


def _provider_id(said: bytes) -> str:
    """Return the name that the gateway gives; what cannot be a name is none. :raises NotKnown: if nothing was said"""
    try:
        body = json.loads(said)
    except (ValueError, RecursionError):
        raise NotKnown("NotJson") from None
    if not isinstance(body, dict):
        raise NotKnown("NotAnObject")
    named = str(body.get("provider_id", ""))
    return named if PROVIDER_ID.fullmatch(named) else ""
