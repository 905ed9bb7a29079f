"""One solver's run in a process of its own: on so many cores, with its peak of memory, and killed if it never ends."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import monotonic, process_time
from typing import Any

from .problems import Routes

PATIENCE_S = 420.0  # beyond what a solver was given: building its model, and solvers that look at the clock late


class Failed(Exception):
    """A solver ended without an answer; says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a solver found; ``trace``: (seconds, cost) while it searched; ``figures``: what else was measured."""

    routes: Routes
    seconds: float
    trace: tuple[tuple[float, float], ...] = ()
    figures: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """An answer and what it took: seconds of all cores, megabytes at the most."""

    answer: Answer
    cpu_s: float
    peak_mb: float


def peak_mb() -> float:
    """Return the most memory that this process had; what it was forked from does not count."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    return getrusage(RUSAGE_SELF).ru_maxrss / 1024


def pin(cores: int) -> None:
    """Let this process have so many cores and no more, whatever threads it begins."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])


def _child(pipe: Connection, cores: int, solver: Callable[..., Answer], args: tuple[Any, ...]) -> None:
    pin(cores)
    try:
        answer = solver(*args)
    except Exception as error:  # a solver of others: whatever trips it is its result
        pipe.send(Failed(f"{type(error).__name__}: {error}"))
        return
    pipe.send(Run(answer, process_time(), peak_mb()))


def apart(solver: Callable[..., Answer], *args: Any, cores: int = 1, seconds: float = 0.0) -> Run:
    """
    Run a solver in a process of its own.

    :param solver: function of a module, so that it can be named to the process
    :param seconds: what it was told to take; it is killed when it is long over that
    :raises Failed: if there was no answer
    """
    there, here = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_child, args=(here, cores, solver, args))
    began = monotonic()
    process.start()
    here.close()
    try:
        found = there.recv() if there.poll(seconds + PATIENCE_S) else Failed("killed: it went on and on")
    except EOFError:
        process.join()
        found = Failed(f"ended with code {process.exitcode}")
    if process.is_alive() and isinstance(found, Failed):
        process.kill()
    process.join()
    print(f"    {getattr(solver, '__name__', solver)} {monotonic() - began:.1f} s", file=sys.stderr, flush=True)
    if isinstance(found, Failed):
        raise found
    assert isinstance(found, Run)
    return found
