"""
A room of consoles that listen: the audience for ``push.py``, in a process of its own.

    python benchmarks/listeners.py --url http://127.0.0.1:8195 --token TOKEN --areas 330001,330002,… --each 10

Every console is the project's own client (``dispatch.client.LiveClient``), as a user's program would be, with a token
of its own: ``TOKEN-0``, ``TOKEN-1``, … Prints ``ready`` when each has its snapshot. Then reads: ``{"op": "warm"}``
forgets the times so far; ``{"heads": {area: seq}}`` waits until all have heard so far (or 20 s) and prints one line of
JSON: messages heard, missing, gaps, reconnects, and how long each message took (ms -> count).
"""

import argparse
import asyncio
import json
import sys
from collections import Counter

import uvloop

from dispatch.client import Changed, Gone, LiveClient, Snapshot

PATIENCE_S = 20.0
AT_ONCE = 50  # consoles that connect side by side


class Console:
    """One console, and what it has heard."""

    def __init__(self, url: str, token: str, area: str) -> None:
        self.area = area
        self.live = LiveClient(url, token, areas=[area])
        self.began = -1
        self.heard: list[int] = []  # numbers of the messages
        self.ready = asyncio.Event()
        self.task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async with self.live as live:
            async for message in live:
                if isinstance(message, Changed | Gone):
                    self.heard.append(message.seq)
                elif isinstance(message, Snapshot) and not message.more:
                    self.began = message.seq
                    self.ready.set()

    def missing(self, head: int) -> int:
        """Return how many of the numbers from its snapshot to the head it did not hear."""
        return len(set(range(self.began + 1, head + 1)) - set(self.heard))


async def seat(url: str, token: str, areas: list[str], each: int) -> list[Console]:
    """Let all consoles connect, a few at a time."""
    wanted = [area for area in areas for _ in range(each)]
    consoles: list[Console] = []
    for begin in range(0, len(wanted), AT_ONCE):
        group = [Console(url, f"{token}-{n}", area) for n, area in enumerate(wanted[begin : begin + AT_ONCE], begin)]
        await asyncio.gather(*(console.ready.wait() for console in group))
        consoles += group
    return consoles


async def heard_all(consoles: list[Console], heads: dict[str, int]) -> None:
    """Wait until nobody misses anything, or patience ends."""
    clock = asyncio.get_running_loop().time
    until = clock() + PATIENCE_S
    while clock() < until and any(console.missing(heads.get(console.area, 0)) for console in consoles):
        await asyncio.sleep(0.2)


async def listen(url: str, token: str, areas: list[str], each: int) -> None:
    consoles = await seat(url, token, areas, each)
    print("ready", flush=True)
    while "heads" not in (told := json.loads(await asyncio.to_thread(sys.stdin.readline))):
        for console in consoles:
            console.live.latencies_ms.clear()
    heads = told["heads"]
    await heard_all(consoles, heads)
    took: Counter[int] = Counter()
    for console in consoles:
        took.update(round(ms) for ms in console.live.latencies_ms)
    result = {
        "consoles": len(consoles),
        "heard": sum(len(console.heard) for console in consoles),
        "expected": sum(heads.get(console.area, 0) - console.began for console in consoles),
        "missing": sum(console.missing(heads.get(console.area, 0)) for console in consoles),
        "gaps": sum(console.live.gaps for console in consoles),
        "duplicates": sum(console.live.duplicates for console in consoles),
        "reconnects": sum(console.live.reconnects for console in consoles),
        "took_ms": sorted(took.items()),
    }
    print(json.dumps(result), flush=True)
    for console in consoles:
        console.task.cancel()
    await asyncio.gather(*(console.task for console in consoles), return_exceptions=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--areas", required=True, help="codes, separated by commas")
    parser.add_argument("--each", type=int, required=True, help="consoles on each area")
    given = parser.parse_args()
    uvloop.run(listen(given.url, given.token, given.areas.split(","), given.each))


if __name__ == "__main__":
    main()
