"""Who could not be told: counties in which an addressee of the ladders has no telephone on duty, at home or above."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dispatch.accounts.model import Account
from dispatch.desk.looking import looked_at
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.tickets.terms import Addressee

# A depot's leader may be his depot's own contact, or one of the county or above that stands for all of them.
REACHED = """
WITH RECURSIVE line AS (
    SELECT code AS start, code, parent FROM area WHERE level IN ('county', 'depot')
    UNION ALL
    SELECT line.start, area.code, area.parent FROM line JOIN area ON area.code = line.parent
)
SELECT DISTINCT line.start, contact.addressee FROM line JOIN duty_contact AS contact ON contact.area = line.code
"""
PLACES = "SELECT code, name, level, parent FROM area WHERE level IN ('county', 'depot') ORDER BY code"
SILENT_CREWS = "SELECT area, count(*) AS n FROM crew WHERE active AND phone IS NULL GROUP BY area"

AT_THE_COUNTY = tuple(who for who in Addressee if who not in (Addressee.CREW, Addressee.DEPOT_LEADER))


@dataclass(frozen=True, slots=True)
class Gap:
    """A county in which not everybody can be told."""

    area: str
    name: str
    missing: tuple[Addressee, ...]
    depots: tuple[str, ...]  # names of those whose leader cannot be told
    crews: int  # without a telephone


async def gaps(connection: Connection) -> list[Gap]:
    """Return the counties in which not everybody can be told, in the order of their codes."""
    reached: defaultdict[str, set[str]] = defaultdict(set)
    for row in await connection.fetch(REACHED):
        reached[row["start"]].add(row["addressee"])
    silent = {row["area"]: row["n"] for row in await connection.fetch(SILENT_CREWS)}
    places = await connection.fetch(PLACES)
    unled: defaultdict[str, list[str]] = defaultdict(list)
    for place in places:
        if place["level"] == "depot" and Addressee.DEPOT_LEADER not in reached[place["code"]]:
            unled[place["parent"]].append(place["name"])
    counties = {place["code"]: place["name"] for place in places if place["level"] == "county"}
    return [
        gap
        for code, name in counties.items()
        if any((gap := _gap(code, name, reached, unled[code], silent.get(code, 0))).missing) or gap.crews
    ]


def _gap(code: str, name: str, reached: Mapping[str, set[str]], unled: Sequence[str], crews: int) -> Gap:
    missing: list[Addressee] = [who for who in AT_THE_COUNTY if who not in reached.get(code, ())]
    if unled:
        missing.append(Addressee.DEPOT_LEADER)
    return Gap(code, name, tuple(missing), tuple(unled), crews)


async def gaps_in(desk: Desk, area: str | None, *, by: Account) -> list[Gap]:
    """
    Return the counties of an area (by default the caller's) in which not everybody can be told.

    :raises NoSuchArea: if there is no such area
    :raises Forbidden: if it lies outside the reach of ``by``
    """
    code = looked_at(desk, area, "supervision.contacts", by=by)
    async with desk.db.connection() as connection:
        return [gap for gap in await gaps(connection) if desk.areas.covers(code, gap.area)]
