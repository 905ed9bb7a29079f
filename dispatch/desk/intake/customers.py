"""Who calls, by the account that is named: where it hangs, how it is protected, what keeps it dark."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.kit.errors import Unavailable
from dispatch.outages import network
from dispatch.outages import store as outages
from dispatch.outages.model import Node, NodeKind
from dispatch.places.areas import AreaLevel
from dispatch.tickets.words import Protected

NEAR = frozenset({NodeKind.ACCOUNT, NodeKind.BOX})  # near enough to the customer for a crew to be sent there
MOST = 256  # accounts in one question


@dataclass(frozen=True, slots=True)
class Home:
    """Where the network has a customer: the county, and the point of the account or the nearest device above it."""

    county: str
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """
    What the network knows of a caller's account.

    :param listed: how the ledger of important customers has it
    :param overrun: planned work that should be over keeps it dark: there is no word that the power is back
    """

    home: Home | None = None
    listed: Protected | None = None
    overrun: bool = False


async def home_of(desk: Desk, connection: Connection, account_no: str | None) -> Home | None:
    """Return where a customer's supply hangs; None for an account that the network does not know."""
    return _home(desk, await network.path(connection, account_no)) if account_no else None


async def device_of(desk: Desk, connection: Connection, code: str) -> Home | None:
    """Return where a thing of the network is: its own point, else that of the box it hangs on; None if nobody knows."""
    path = await network.path(connection, code)
    home = _home(desk, path)
    if home is None or path[0].lon is None or path[0].lat is None:
        return home
    return Home(home.county, path[0].lon, path[0].lat)


def _home(desk: Desk, path: Sequence[Node]) -> Home | None:
    county = desk.areas.find(path[0].area) if path else None
    if county is None or county.level is not AreaLevel.COUNTY:
        return None
    point = next((node for node in path if node.kind in NEAR and node.lon is not None and node.lat is not None), None)
    if point is None or point.lon is None or point.lat is None or desk.locator.county_at(point.lon, point.lat) is None:
        return Home(county.code)
    return Home(county.code, point.lon, point.lat)


async def ledger_of(connection: Connection, account_no: str | None) -> Protected | None:
    """Return how a customer's supply is protected by the ledger of important customers (重要客户台账), domain 3.5."""
    node = (await network.nodes(connection, [account_no])).get(account_no) if account_no else None
    return _listed(node) if node is not None else None


def _listed(node: Node) -> Protected | None:
    return Protected(node.protected) if node.protected else None


@dataclass(frozen=True, slots=True)
class _Asked:
    account_no: str
    at: datetime
    answer: "asyncio.Future[Customer]"


class Customers:
    """
    Looks up accounts for calls that come in at the same time with one question; while it is under way the next fills.

    Measured: three questions of its own for each call cost 40 % of the calls a second.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._asked: deque[_Asked] = deque()
        self._asking: asyncio.Task[None] | None = None

    async def of(self, account_no: str, *, at: datetime) -> Customer:
        """
        Return what is known of a customer; nothing for an account that the network does not know.

        :raises Unavailable: if the database cannot be reached
        """
        asked = _Asked(account_no, at, asyncio.get_running_loop().create_future())
        self._asked.append(asked)
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask_on())
        return await asked.answer

    async def _ask_on(self) -> None:
        while self._asked:
            batch = [self._asked.popleft() for _ in range(min(MOST, len(self._asked)))]
            try:
                known = await self._known(batch)
            except Exception as error:
                lost = error if not isinstance(error, Unavailable) else None
                for one in batch:
                    if not one.answer.done():
                        one.answer.set_exception(lost or Unavailable(str(error)))
                continue
            for one, customer in zip(batch, known, strict=True):
                if not one.answer.done():  # who hung up is not told
                    one.answer.set_result(customer)

    async def _known(self, batch: Sequence[_Asked]) -> list[Customer]:
        async with self._desk.db.connection() as connection:
            paths = await network.paths(connection, {one.account_no for one in batch})
            above = {node.code for path in paths.values() for node in path}
            since = min(one.at for one in batch)
            dark = await outages.on_path(connection, above, ended_after=since) if above else []
        late = [{outage.node for outage in dark if outage.overruns(one.at)} for one in batch]
        return [
            _customer(self._desk, paths.get(one.account_no, []), nodes) for one, nodes in zip(batch, late, strict=True)
        ]


def _customer(desk: Desk, path: Sequence[Node], late: set[str]) -> Customer:
    if not path:
        return Customer()
    return Customer(_home(desk, path), _listed(path[0]), not late.isdisjoint(network.codes(path)))
