"""Boards as of a known number: read once for all the consoles that ask for them at about the same time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from dispatch.kit.db import Connection, Database

from . import feed
from .feed import quoted

ReadBoard = Callable[[Connection, Sequence[str]], Awaitable[list[str]]]  # open tickets of the areas, as JSON

KEPT_S = 2.0  # a board serves those who ask so long after it: what came since, they get from the ring
PART_TICKETS = 500
PART_SIZE = 128 * 1024  # characters


@dataclass(frozen=True, slots=True)
class AreaBoard:
    """An area's open tickets, and those lent to it, as of ``seq``: messages ready to send."""

    area: str
    seq: int
    parts: tuple[str, ...]
    read_at: float  # loop time


class Snapshots:
    """Reads boards together with the feed's heads, in one snapshot of the database; one reader at a time."""

    def __init__(self, db: Database, read_board: ReadBoard) -> None:
        self._db = db
        self._read_board = read_board
        self._kept: dict[str, AreaBoard] = {}
        self._turn = asyncio.Lock()

    async def of(self, areas: Sequence[str]) -> list[AreaBoard]:
        """
        Return the areas' boards.

        :raises Unavailable: if the database cannot be reached
        """
        async with self._turn:
            if missing := self._missing(areas):
                await self._read(missing)
            return [self._kept[area] for area in areas]

    def forget(self) -> None:
        """Let go of what nobody will be given any more."""
        oldest = asyncio.get_running_loop().time() - KEPT_S
        self._kept = {area: board for area, board in self._kept.items() if board.read_at >= oldest}

    def drop(self) -> None:
        """Let go of all: the numbering was renewed."""
        self._kept = {}

    def _missing(self, areas: Sequence[str]) -> list[str]:
        self.forget()
        return [area for area in areas if area not in self._kept]

    async def _read(self, areas: Sequence[str]) -> None:
        now = asyncio.get_running_loop().time()
        async with (
            self._db.connection() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            for area in areas:
                seq = await feed.head(connection, area)
                tickets = await self._read_board(connection, [area])
                self._kept[area] = AreaBoard(area, seq, parts(area, seq, tickets), now)


def parts(area: str, seq: int, tickets: Sequence[str]) -> tuple[str, ...]:
    """Return a board as one or more ``snapshot`` messages; all but the last say that more follows."""
    cuts: list[list[str]] = [[]]
    size = 0
    for ticket in tickets:
        if cuts[-1] and (len(cuts[-1]) >= PART_TICKETS or size + len(ticket) > PART_SIZE):
            cuts.append([])
            size = 0
        cuts[-1].append(ticket)
        size += len(ticket)
    return tuple(_part(area, seq, cut, more=cut is not cuts[-1]) for cut in cuts)


def _part(area: str, seq: int, tickets: Sequence[str], *, more: bool) -> str:
    follows = "true" if more else "false"
    return f'{{"kind":"snapshot","area":{quoted(area)},"seq":{seq},"tickets":[{",".join(tickets)}],"more":{follows}}}'
