"""The play's side of the listening process: what its consoles hear, and whether their boards equal the database."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from dispatch.kit.db import Connection, Database
from dispatch.kit.errors import Unavailable

from .listening import LONGEST_LINE, digest

Json = dict[str, Any]
DRAIN_S, STEP_S = 60.0, 0.05
ROUNDS = 20  # tries to catch a moment in which nothing changes

HEADS = "SELECT area, max(seq) AS seq FROM feed GROUP BY area"
OPEN = "SELECT id, area, lender, depot, doc::text AS doc FROM ticket WHERE is_open"
PENDING = "SELECT EXISTS (SELECT FROM outbox)"

Boards = list[dict[str, dict[str, str]]]


class ListenersFailed(Unavailable):
    """The process of the consoles ended or does not answer."""


@dataclass
class Compared:
    """How often the boards were compared with the database, how many tickets that were, and what differed."""

    checks: int = 0
    tickets: int = 0
    differences: list[str] = field(default_factory=list)


class Consoles:
    """
    :param areas: for each console the areas it asks for
    """

    def __init__(self, areas: Sequence[Sequence[str]]) -> None:
        self._areas = areas
        self._heard: list[list[str]] = []
        self._process: asyncio.subprocess.Process | None = None
        self.compared = Compared()

    async def start(self, url: str, tokens: Sequence[str], *, environ: Mapping[str, str], log: Path) -> None:
        """
        Start listening; returns when every console has its first snapshot.

        :raises ListenersFailed: if they cannot
        """
        with log.open("wb") as errors:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "dispatch.simulator.listening"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                env=dict(environ),
                limit=LONGEST_LINE,
                start_new_session=True,
            )
        consoles = [{"token": token, "areas": areas} for token, areas in zip(tokens, self._areas, strict=True)]
        self._heard = (await self._ask({"op": "start", "url": url, "consoles": consoles}))["areas"]

    async def compare(self, db: Database) -> None:
        """
        Compare every console's board with what the database says its areas may see, once nothing is under way.

        :raises ListenersFailed: if the listening process is gone, or no quiet moment comes
        """
        for _ in range(ROUNDS):
            heads, tickets = await self._truth(db)
            told = await self._ask({"op": "boards", "heads": heads})
            ahead = any(seq > heads.get(area, 0) for seqs in told["seqs"] for area, seq in seqs.items())
            if not ahead or told["late"]:
                self._judge(told["boards"], tickets)
                return
        raise ListenersFailed("推送一直没有静下来,无法核对;请查看服务日志")

    def _judge(self, boards: Boards, tickets: dict[str, dict[str, str]]) -> None:
        self.compared.checks += 1
        for number, areas in enumerate(self._heard):
            for area in areas:
                told, true = boards[number].get(area, {}), tickets.get(area, {})
                self.compared.tickets += len(true)
                wrong = {id_ for id_ in told.keys() | true.keys() if told.get(id_) != true.get(id_)}
                self.compared.differences += [f"console {number} area {area} ticket {id_}" for id_ in sorted(wrong)]

    async def _truth(self, db: Database) -> tuple[dict[str, int], dict[str, dict[str, str]]]:
        """
        Return, from one snapshot with an empty outbox, the feed's heads and what each area may see.

        A database that is away for a moment is waited for, as the players and the consoles do.
        """
        async with asyncio.timeout(DRAIN_S):
            while True:
                with suppress(Unavailable):
                    async with db.connection() as connection, connection.transaction(isolation="repeatable_read"):
                        if not await connection.fetchval(PENDING):
                            return await _heads(connection), await _seen(connection)
                await asyncio.sleep(STEP_S)

    async def end(self) -> Json:
        """Stop listening and return what was counted."""
        if self._process is None:
            return {}
        counted = await self._ask({"op": "end"})
        await self._process.wait()
        self._process = None
        return counted

    async def abandon(self) -> None:
        """Stop the process without asking, if it still runs."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        self._process = None

    async def _ask(self, request: Json) -> Json:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise ListenersFailed("监听进程没有启动")
        try:
            process.stdin.write(msgspec.json.encode(request) + b"\n")
            await process.stdin.drain()
            line = await process.stdout.readline()
        except OSError as error:
            raise ListenersFailed("监听进程已退出,请查看 consoles.log") from error
        if not line:
            raise ListenersFailed("监听进程已退出,请查看 consoles.log")
        answer: Json = msgspec.json.decode(line)
        return answer


async def _heads(connection: Connection) -> dict[str, int]:
    return {row["area"]: row["seq"] for row in await connection.fetch(HEADS)}


async def _seen(connection: Connection) -> dict[str, dict[str, str]]:
    seen: dict[str, dict[str, str]] = {}
    for row in await connection.fetch(OPEN):
        told = digest(msgspec.json.decode(row["doc"]))
        for area in {row["area"], row["lender"], row["depot"]} - {None}:
            seen.setdefault(area, {})[row["id"]] = told
    return seen
