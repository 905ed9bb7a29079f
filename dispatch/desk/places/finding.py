"""Places for those who ask: by name, by number; and for a call that came with words only."""

import asyncio
import re
from dataclasses import replace

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.desk.intake.customers import home_of
from dispatch.desk.intake.placing import check_county
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.notify import phones
from dispatch.outages import network
from dispatch.outages.model import Node, NodeKind
from dispatch.places.finder import LocatedBy, Suggestion, Suggestions
from dispatch.places.own import OtherLevel, OwnKind
from dispatch.tickets.model import Ticket

MOST = 50
AT_ONCE = 2  # calls with words only that are looked up side by side; in a storm the others are asked for by the seat
NUMBER = re.compile(r"[0-9A-Za-z_-]{4,64}")
LEAST_DIGITS = 4
ACCOUNTS_OF = """
SELECT account_no FROM (
    SELECT account_no, max(at) AS last_at FROM call WHERE phone = ANY($1::text[]) AND account_no IS NOT NULL
    GROUP BY account_no
) AS known ORDER BY last_at DESC LIMIT $2
"""
DEVICES = """
SELECT code FROM network_node
WHERE kind IN ('substation', 'transformer') AND name LIKE $1 || '%' ORDER BY name, code LIMIT $2
"""
KINDS = {NodeKind.SUBSTATION: OwnKind.SUBSTATION, NodeKind.TRANSFORMER: OwnKind.TRANSFORMER}


async def places(desk: Desk, q: str, *, county: str | None = None, limit: int = 10, by: Account) -> Suggestions:
    """
    Return the places that what was typed may mean: names, pinyin, initials, codes; account number, meter number and
    telephone for those who may look them up.

    :raises Forbidden: if ``by`` may not look for places
    :raises UnknownCounty: if ``county`` is not the code of a county
    """
    rights.check_role(by, "place.read")
    if county is not None:
        check_county(desk, county, field="county")
    text = q.strip()
    numbered = await _numbered(desk, text, by, limit)
    if numbered:
        return Suggestions(tuple(numbered[:limit]))
    named = await asyncio.to_thread(desk.finder.typed, text, county=county, limit=limit)
    devices = await _devices(desk, text, county, limit) if len(named.places) < limit else []
    known = {place.code for place in named.places}
    more = [place for place in devices if place.code not in known]
    exact = [place for place in more if place.confidence == 1.0]
    rest = [place for place in more if place.confidence < 1.0]
    return replace(named, places=(*exact, *named.places, *rest)[:limit])


async def _numbered(desk: Desk, text: str, by: Account, limit: int) -> list[Suggestion]:
    """Return what a number or a code is that of."""
    digits = phones.plain(text)
    if not (NUMBER.fullmatch(text) or digits) or sum(sign.isdigit() for sign in text) < LEAST_DIGITS:
        return []
    own = desk.finder.coded(text)
    async with desk.db.connection() as connection:
        codes = [text]
        if digits and rights.allowed(by, "place.lookup", area=by.area, covers=desk.areas.covers):
            codes += [row["account_no"] for row in await connection.fetch(ACCOUNTS_OF, [digits, text], limit)]
        nodes = list((await network.nodes(connection, codes)).values())
        nodes += (await network.of_meters(connection, [text])).values()
        shown = [await _node(desk, connection, node, text, by) for node in dict.fromkeys(nodes)]
    return [*([own] if own else []), *(place for place in shown if place is not None)]


async def _node(desk: Desk, connection: Connection, node: Node, text: str, by: Account) -> Suggestion | None:
    """Return a node as a place; a customer's only to those who may look customers up."""
    if node.kind in KINDS:
        return _device(node)
    if not rights.allowed(by, "place.lookup", area=node.area, covers=desk.areas.covers):
        return None
    home = await home_of(desk, connection, node.code)
    above = (await network.path(connection, node.code))[1:2]
    lon, lat = (home.lon, home.lat) if home else (None, None)
    level = OtherLevel.METER if node.meter_no == text else OtherLevel.ACCOUNT
    return Suggestion(
        code=node.code,
        level=level.value,
        name=f"{level.label} {text if text in (node.code, node.meter_no) else node.code}",
        path="".join(one.name for one in above),
        county=node.area,
        lon=lon,
        lat=lat,
        exact=lon is not None,
        confidence=1.0,
        located_by=LocatedBy.FILE if lon is not None else None,
    )


def _device(node: Node, confidence: float = 1.0) -> Suggestion:
    known = node.lon is not None and node.lat is not None
    return Suggestion(
        code=node.code,
        level=KINDS[node.kind].value,
        name=node.name,
        path=node.name,
        county=node.area,
        lon=node.lon,
        lat=node.lat,
        exact=known,
        confidence=confidence,
        located_by=LocatedBy.FILE if known else None,
    )


async def _devices(desk: Desk, text: str, county: str | None, limit: int) -> list[Suggestion]:
    """Return substations and transformers of the network whose name begins so."""
    if not text or text.isascii():
        return []
    beginning = re.sub(r"([\\%_])", r"\\\1", text)
    async with desk.db.connection() as connection:
        codes = [row["code"] for row in await connection.fetch(DEVICES, beginning, 4 * limit)]
        nodes = await network.nodes(connection, codes)
    found = [nodes[code] for code in codes if code in nodes]
    found.sort(key=lambda node: node.area != county if county else False)
    return [_device(node, 1.0 if node.name == text else round(len(text) / len(node.name), 3)) for node in found]


class Wording:
    """Looks up what callers said whose point nobody knows, a few at a time; a call never waits for it in a queue."""

    def __init__(self) -> None:
        self._running = 0

    async def suggest(self, desk: Desk, ticket: Ticket) -> Suggestions | None:
        """Return what the words of a ticket without a point may mean; None: it has one, or there is no time now."""
        said = ticket.place_said or ticket.address
        if not ticket.flags.place_unresolved or not said or self._running >= AT_ONCE:
            return None
        county = ticket.area if desk.areas.counties(ticket.area) == (ticket.area,) else None
        self._running += 1
        try:
            return await asyncio.to_thread(desk.finder.said, said, county=county)
        finally:
            self._running -= 1
