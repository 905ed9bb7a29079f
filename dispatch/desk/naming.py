"""What people call the things that records hold by their ids: the numbers of tickets, the names of crews and areas."""

from collections.abc import Iterable
from dataclasses import dataclass

from dispatch.kit.db import Connection

from .room import Desk

NUMBERS = "SELECT id, ticket_no FROM ticket WHERE id = ANY($1::text[])"
CREWS = "SELECT id, name FROM crew WHERE id = ANY($1::text[])"


@dataclass(frozen=True, slots=True)
class Called:
    """Numbers of tickets and names of crews by their ids, names of areas by their codes; what is gone has none."""

    tickets: dict[str, str]
    crews: dict[str, str]
    areas: dict[str, str]


async def called(
    desk: Desk,
    *,
    tickets: Iterable[str | None] = (),
    crews: Iterable[str | None] = (),
    areas: Iterable[str | None] = (),
) -> Called:
    """Return what these are called; None among them is passed over."""
    ids, teams = _given(tickets), _given(crews)
    async with desk.db.connection() as connection:
        numbers = await _pairs(connection, NUMBERS, ids)
        names = await _pairs(connection, CREWS, teams)
    known = [area for code in _given(areas) if (area := desk.areas.find(code))]
    return Called(numbers, names, {area.code: area.name for area in known})


def _given(ids: Iterable[str | None]) -> list[str]:
    return sorted({one for one in ids if one})


async def _pairs(connection: Connection, statement: str, ids: list[str]) -> dict[str, str]:
    rows = await connection.fetch(statement, ids) if ids else ()
    return {row[0]: row[1] for row in rows}
