"""
What agents teach of places (地名自学习): a name for a place that was picked, or for a point where the pin was put.

Kept with who, when, how often; undone by those who have the right; used only after it was given often enough.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.accounts import rights
from dispatch.accounts.model import SYSTEM, Account
from dispatch.desk.ids import new_id
from dispatch.desk.intake.placing import check_county
from dispatch.desk.looking import looked_at
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid, NotFound
from dispatch.places import ownstore
from dispatch.places.own import folded
from dispatch.places.ownstore import Arrival, TaughtName
from dispatch.tickets.facts import Amendment, Facts
from dispatch.tickets.model import Ticket

from .keeping import bump, used

SHORTEST, LONGEST = 2, 20  # characters of a name
PAGE, MOST = 200, 500  # of a list: usually, and at most
# A number of a house or a flat names a person's door, and no place that another caller would mean.
DOOR = re.compile(r"[0-9]|[一二三四五六七八九十百零〇两]+(号|室|栋|幢|单元|楼|弄)")
BY_HAND = "named:"  # in place of a ticket, who named it


class NoSuchName(NotFound):
    """Nobody taught that name, or not within reach."""


class NoName(Invalid):
    """What was said is no name of a place."""


class NoPlace(Invalid):
    """A name must stand for a place or a point."""


@dataclass(frozen=True, slots=True)
class SeenName:
    """A taught name, and whether it is used in matching."""

    name: TaughtName
    used: bool


def as_name(said: str) -> str | None:
    """Return what was said if it can be the name of a place that others mean too."""
    name = said.strip()
    if not SHORTEST <= len(folded(name)) <= LONGEST or DOOR.search(name):
        return None
    return name


async def learn(
    tx: Connection, desk: Desk, ticket: Ticket, event: Facts | Amendment, *, by: Account, at: datetime
) -> None:
    """
    Learn from a step that says where a ticket's place is: what the customer called it stands for what was picked, or
    for the point. Nothing is learned of tickets whose county is not known.
    """
    name = as_name(ticket.place_said or ticket.address)
    placed = event.place_code or (event.lon is not None and isinstance(event, Amendment))
    area = desk.areas.find(ticket.area)
    if name is None or not placed or by == SYSTEM or area is None or ticket.flags.place_unresolved:
        return
    if event.place_code is not None and desk.finder.place(event.place_code) is None:
        return
    if area.code not in desk.areas.counties(area.code):
        return
    point = None if event.lon is None or event.lat is None else (event.lon, event.lat)
    await _teach(tx, desk, ticket.area, name, event.place_code, point, ticket_id=ticket.id, by=by, at=at)


async def _teach(
    tx: Connection,
    desk: Desk,
    area: str,
    name: str,
    code: str | None,
    point: tuple[float, float] | None,
    *,
    ticket_id: str,
    by: Account,
    at: datetime,
) -> str:
    """Keep that a name was given; by one who has the right it counts at once. Return its id."""
    alias_id: str = await tx.fetchval(ownstore.TEACH, new_id(at), area, name, folded(name), code)
    before = await _seen(tx, desk, alias_id)
    await tx.execute(ownstore.GIVEN, alias_id, ticket_id, by.id, at, *(point or (None, None)))
    if rights.allowed(by, "place.name", area=area, covers=desk.areas.covers):
        await tx.execute(ownstore.NAMED, alias_id, by.id, at)
    after = await _seen(tx, desk, alias_id)
    if after.used and (not before.used or code is None):  # what nobody is answered with yet need not be read again
        await bump(tx)
    return alias_id


async def give_name(
    desk: Desk,
    said: str,
    *,
    county: str,
    code: str | None,
    point: tuple[float, float] | None,
    by: Account,
    at: datetime,
) -> SeenName:
    """
    Name a place by right: the name is used from now on.

    :param code: of an own place, or 12 digits of the gazetteer; None: the name stands for ``point``
    :raises NoName, NoPlace: if it is no name, or stands for nothing
    :raises Forbidden: if ``by`` may not name places of that county
    """
    check_county(desk, county, field="county")
    rights.check(by, "place.name", area=county, covers=desk.areas.covers)
    if not SHORTEST <= len(folded(said)) <= LONGEST:
        raise NoName(f"俗称应为 {SHORTEST} 到 {LONGEST} 个字,请改正", field="said")
    if code is None and point is None:
        raise NoPlace("请选定地点(code)或在地图上标出位置(place)", field="code")
    if code is not None and desk.finder.place(code) is None:
        raise NoPlace(f"没有编码为“{code[:20]}”的地点,请从候选中选择", field="code")
    if point is not None:
        desk.locator.check_point(*point)
    async with desk.db.transaction() as tx:
        ticket_id = f"{BY_HAND}{by.id}"
        alias_id = await _teach(tx, desk, county, said.strip(), code, point, ticket_id=ticket_id, by=by, at=at)
        return await _seen(tx, desk, alias_id)


async def undo_name(desk: Desk, name_id: str, *, by: Account, at: datetime) -> SeenName:
    """
    Take a name out of use; what was given stays on record, and it may be taught anew by those who have the right.

    :raises NoSuchName: if there is none
    :raises Forbidden: if it lies outside the reach of ``by``
    """
    async with desk.db.transaction() as tx:
        seen = await _seen(tx, desk, name_id)
        rights.check(by, "place.undo", area=seen.name.area, covers=desk.areas.covers)
        await tx.execute(ownstore.UNDO, name_id, by.id, at)
        await bump(tx)
        return await _seen(tx, desk, name_id)


async def _seen(connection: Connection, desk: Desk, name_id: str) -> SeenName:
    found = await ownstore.names(connection, "WHERE alias.id = $1", name_id)
    if not found:
        raise NoSuchName("没有这个俗称,请从列表中选择")
    return SeenName(found[0], used(found[0], desk.pack.places))


async def names_in(
    desk: Desk, area: str | None, *, by: Account, after: str | None = None, limit: int = PAGE
) -> list[SeenName]:
    """
    Return the names taught in an area, by default the caller's own, a page at a time.

    :param after: id of the last name of the page before
    :raises NoSuchArea, Forbidden: as for every list
    """
    codes = _codes(desk, area, by)
    where = "WHERE alias.area = ANY($1::text[]) AND ($2::text IS NULL OR (alias.area, alias.key, alias.id) > "
    where += "(SELECT area, key, id FROM place_alias WHERE id = $2))"
    async with desk.db.connection() as connection:
        found = await ownstore.names(connection, where, codes, after, limit=limit)
    return [SeenName(name, used(name, desk.pack.places)) for name in found]


async def arrivals_in(
    desk: Desk, area: str | None, *, by: Account, after: tuple[str, str] | None = None, limit: int = PAGE
) -> Sequence[Arrival]:
    """
    Return the arrivals that places of an area were learned from, those that were undone among them, a page at a time.

    :param after: place and ticket of the last arrival of the page before
    """
    codes, (place, ticket_id) = _codes(desk, area, by), after or (None, None)
    where = "WHERE area = ANY($1::text[]) AND ($2::text IS NULL OR (code, at, ticket_id) > "
    where += "(SELECT code, at, ticket_id FROM place_arrival WHERE code = $2 AND ticket_id = $3::text))"
    async with desk.db.connection() as connection:
        return await ownstore.arrivals(connection, where, codes, place, ticket_id, limit=limit)


async def undo_arrivals(
    desk: Desk, code: str, *, ticket_id: str | None, by: Account, at: datetime
) -> Sequence[Arrival]:
    """
    Let a place forget where crews arrived for it: all of them, or that of one ticket.

    :raises NoSuchName: if nothing was learned of it
    :raises Forbidden: if an arrival lies outside the reach of ``by``
    """
    async with desk.db.transaction() as tx:
        found = await ownstore.arrivals(tx, "WHERE code = $1", code)
        wanted = [arrival for arrival in found if ticket_id in (None, arrival.ticket_id)]
        if not wanted:
            raise NoSuchName("没有这个地点的到场记录,请核对编码和工单")
        for arrival in wanted:
            rights.check(by, "place.undo", area=arrival.area, covers=desk.areas.covers)
        await tx.execute(ownstore.UNDO_ARRIVALS, code, by.id, at, ticket_id)
        await bump(tx)
        return await ownstore.arrivals(tx, "WHERE code = $1", code)


def _codes(desk: Desk, area: str | None, by: Account) -> list[str]:
    code = looked_at(desk, area, "place.names", by=by)
    return [code, *desk.areas.below(code)]
