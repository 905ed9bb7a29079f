"""
Which call rings or is on at which seat, in every API process: told to the consoles of that seat and to nobody else.

What is told follows from the rows alone: each look compares them with what was told last. So whatever was missed (a
notice, a session, the time before the process began) is made up for at the next look, and nothing is told twice.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC

from dispatch.kit.bell import hearing
from dispatch.kit.clock import Clock
from dispatch.kit.db import Connection
from dispatch.kit.logs import logger
from dispatch.kit.patience import Patience

from . import ringing
from .messages import HungUp, Ringing, text_of
from .ringing import TelephoneCall

LOOK_S = 5.0  # a look without a bell: ends calls of an hour ago, and shows whether the session still lives

log = logger("switchboard")


class Switchboard:
    """
    Keeps this process's consoles told of their own calls, for as long as ``run`` runs.

    :param clock: the trade's time
    :param tell: says something to the open consoles of one account
    """

    def __init__(self, dsn: str, clock: Clock, tell: Callable[[str, str], None]) -> None:
        self._dsn = dsn
        self._clock = clock
        self._tell = tell
        self._on: dict[str, TelephoneCall] = {}  # account -> the call that was told last and is not over

    def greeting(self, account: str) -> Sequence[str]:
        """Return what a console of the account is told when it comes in."""
        call = self._on.get(account)
        return () if call is None else (_rings(call),)

    async def run(self) -> None:
        """Look whenever the bell rings, until cancelled; a lost session is replaced."""
        patience = Patience()
        while True:
            try:
                async with hearing(self._dsn, ringing.CHANNEL) as (session, bell):
                    while True:
                        bell.clear()
                        await self.look(session)
                        patience.restore()
                        with suppress(TimeoutError):
                            await asyncio.wait_for(bell.wait(), LOOK_S)
            except Exception as error:  # a killed backend raises many types, the driver's internal ones among them
                log.warning("switchboard interrupted", error=repr(error))
                await asyncio.sleep(patience.next_s())

    async def look(self, connection: Connection) -> None:
        """Tell what is new since the last look: calls that are over, and calls that ring."""
        now = self._clock.now()
        told = {call.call_ref: account for account, call in self._on.items()}
        found = {call.call_ref: call for call in await ringing.look(connection, told, now=now)}
        for call_ref, account in told.items():
            call = found.get(call_ref)
            if call is None or call.ended_at is not None or call.account_id != account:
                del self._on[account]
                over_at = now if call is None or call.ended_at is None else call.ended_at
                self._tell(account, text_of(HungUp(call_ref, over_at.astimezone(UTC).isoformat())))
        for call in found.values():
            if call.ended_at is None and call.account_id not in self._on:
                self._on[call.account_id] = call
                self._tell(call.account_id, _rings(call))


def _rings(call: TelephoneCall) -> str:
    return text_of(Ringing(call.call_ref, call.phone, call.known, call.rang_at.astimezone(UTC).isoformat()))
