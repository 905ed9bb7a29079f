"""Solvers that this process has started, found by their module, and struck while they work."""

import asyncio
import os
import signal
from pathlib import Path


def solvers(module: str) -> list[int]:
    """Return the processes below this one that run a module."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and module.encode() in (entry / "cmdline").read_bytes():
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                found += [int(entry.name)] if parent == os.getpid() else []
        except OSError:  # it has just ended
            continue
    return found


async def strike(module: str, how: signal.Signals = signal.SIGKILL) -> int:
    """Send a solver a signal as soon as it is there, long before it has read what it is asked; return its pid."""
    while not (found := solvers(module)):
        await asyncio.sleep(0.005)
    os.kill(found[0], how)
    return found[0]
