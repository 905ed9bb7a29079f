"""What people call the things that records hold by their ids: numbers of tickets, names of crews, people, areas."""

from collections.abc import Iterable
from dataclasses import dataclass

from dispatch.kit.db import Connection

from .room import Desk

NUMBERS = "SELECT id, ticket_no FROM ticket WHERE id = ANY($1::text[])"
CREWS = "SELECT id, name FROM crew WHERE id = ANY($1::text[])"
PEOPLE = "SELECT id, name FROM account WHERE id = ANY($1::text[])"


@dataclass(frozen=True, slots=True)
class Called:
    """Numbers of tickets, names of crews and accounts by their ids, of areas by their codes; what is gone has none."""

    tickets: dict[str, str]
    crews: dict[str, str]
    areas: dict[str, str]
    people: dict[str, str]


async def called(
    desk: Desk,
    *,
    tickets: Iterable[str | None] = (),
    crews: Iterable[str | None] = (),
    areas: Iterable[str | None] = (),
    people: Iterable[str | None] = (),
) -> Called:
    """Return what these are called; None among them is passed over."""
    ids, teams, accounts = _given(tickets), _given(crews), _given(people)
    async with desk.db.connection() as connection:
        numbers = await _pairs(connection, NUMBERS, ids)
        names = await _pairs(connection, CREWS, teams)
        persons = await _pairs(connection, PEOPLE, accounts)
    known = [area for code in _given(areas) if (area := desk.areas.find(code))]
    return Called(numbers, names, {area.code: area.name for area in known}, persons)


def _given(ids: Iterable[str | None]) -> list[str]:
    return sorted({one for one in ids if one})


async def _pairs(connection: Connection, statement: str, ids: list[str]) -> dict[str, str]:
    rows = await connection.fetch(statement, ids) if ids else ()
    return {row[0]: row[1] for row in rows}
