"""
Consoles that listen while a day is played: a process of its own, so that hearing does not wait for the players.

``python -m dispatch.simulator.listening`` reads one JSON request a line and answers one JSON line each:

* ``{"op": "start", "url", "consoles": [{"token", "areas"}]}`` -> ``{"areas": […]}`` once all have their snapshots;
* ``{"op": "boards", "heads": {area: seq}}`` -> ``{"boards": [{area: {ticket: digest}}], "seqs": [{area: seq}]}`` once
  every console has heard that far;
* ``{"op": "end"}`` -> what was counted, and the process ends.
"""

import asyncio
import sys
from hashlib import blake2b
from typing import Any

import msgspec
import numpy as np

from dispatch.client import Board, Changed, Gone, LiveClient, Snapshot

Json = dict[str, Any]
PATIENCE_S = 60.0  # to hear what was sent; longer means that something is lost
LONGEST_LINE = 64 * 1024 * 1024
STEP_S = 0.01

_sorted = msgspec.json.Encoder(order="sorted").encode


def digest(ticket: Json) -> str:
    """Return a short digest of a ticket, the same for the same facts in any order."""
    return blake2b(_sorted(ticket), digest_size=8).hexdigest()


class Console:
    """One console: a live client and the board that it keeps."""

    def __init__(self, url: str, token: str, areas: list[str]) -> None:
        self.live = LiveClient(url, token, areas=areas)
        self.board = Board()
        self.messages = 0
        self.ready = asyncio.Event()
        self._task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async with self.live:
            async for message in self.live:
                self.board.apply(message)
                if isinstance(message, Changed | Gone):
                    self.messages += 1
                elif isinstance(message, Snapshot) and not message.more:
                    self.ready.set()

    async def heard(self, heads: dict[str, int]) -> None:
        """
        Wait until everything up to these numbers was heard.

        :raises TimeoutError: if it was not within a minute
        """
        async with asyncio.timeout(PATIENCE_S):
            while any(self.live.seqs[area] < heads.get(area, 0) for area in self.live.seqs):
                if self._task.done():
                    self._task.result()
                await asyncio.sleep(STEP_S)

    async def end(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


class Room:
    """All consoles of the process."""

    def __init__(self) -> None:
        self._consoles: list[Console] = []

    async def start(self, url: str, consoles: list[Json]) -> Json:
        self._consoles = [Console(url, console["token"], console["areas"]) for console in consoles]
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(*(console.ready.wait() for console in self._consoles))
            while not all(console.live.seqs for console in self._consoles):
                await asyncio.sleep(STEP_S)
        return {"areas": [sorted(console.live.seqs) for console in self._consoles]}

    async def boards(self, heads: dict[str, int]) -> Json:
        late = []
        for number, console in enumerate(self._consoles):
            try:
                await console.heard(heads)
            except TimeoutError:
                late.append(number)
        boards = [
            {area: {id_: digest(ticket) for id_, ticket in tickets.items()} for area, tickets in c.board.areas.items()}
            for c in self._consoles
        ]
        return {"boards": boards, "seqs": [console.live.seqs for console in self._consoles], "late": late}

    async def end(self) -> Json:
        for console in self._consoles:
            await console.end()
        took = np.array([ms for console in self._consoles for ms in console.live.latencies_ms], float)
        marks = {f"p{q}": float(np.percentile(took, q)) for q in (50, 90, 99)} if len(took) else {}
        return {
            "consoles": len(self._consoles),
            "messages": sum(console.messages for console in self._consoles),
            "gaps": sum(console.live.gaps for console in self._consoles),
            "duplicates": sum(console.live.duplicates for console in self._consoles),
            "reconnects": sum(console.live.reconnects for console in self._consoles),
            "push_ms": marks | ({"max": float(took.max())} if len(took) else {}),
        }


async def serve() -> None:
    """Answer the requests on standard input until ``end`` or its end."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=LONGEST_LINE)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    room = Room()
    while line := await reader.readline():
        request: Json = msgspec.json.decode(line)
        answer = await _answered(room, request)
        sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
        sys.stdout.buffer.flush()
        if request["op"] == "end":
            return


async def _answered(room: Room, request: Json) -> Json:
    match request:
        case {"op": "start", "url": str(url), "consoles": list(consoles)}:
            return await room.start(url, consoles)
        case {"op": "boards", "heads": dict(heads)}:
            return await room.boards(heads)
        case _:
            return await room.end()


if __name__ == "__main__":
    asyncio.run(serve())
