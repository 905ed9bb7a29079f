"""A process of one's own for a solver: with a memory limit and a deadline, and it dies with whoever asked."""

import asyncio
import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dispatch.kit.children import TETHER
from dispatch.kit.errors import Refusal
from dispatch.routing.optimiser.search.native import NotBuilt

from .words import SolverFailure

MIB = 1024**2
NO_MEMORY, BAD_PROBLEM, NO_SEARCH = 3, 4, 5  # exit codes of the child
UNMAPPED = ("map segment", "allocate memory")  # what the loader says when memory is short
SAID = 400  # characters of its last words that are kept


class SolverFailed(Exception):
    """The child made no plan."""

    def __init__(self, failure: SolverFailure, detail: str) -> None:
        super().__init__(f"{failure.value}: {detail}")
        self.failure, self.detail = failure, detail


@dataclass(frozen=True, slots=True)
class Bounds:
    """
    What a child may use.

    :param search_s: how long it searches
    :param deadline_s: after which it is killed, of the machine's time
    :param memory_mib: of address space
    :param cores: threads that search
    """

    search_s: float
    deadline_s: float = 60.0
    memory_mib: int = 2048
    cores: int = 1


async def answer_of(module: str, given: bytes, bounds: Bounds, *, seed: int) -> bytes:
    """
    Return what the module's ``main`` writes to its standard output, given these bytes at its standard input.

    Its arguments: seconds to search, seed, cores, MiB.

    :raises SolverFailed: if the child died, was killed for its time, or for its memory
    """
    own = [sys.executable, "-m", module, str(bounds.search_s), str(seed), str(bounds.cores), str(bounds.memory_mib)]
    tethered = [sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), str(int(signal.SIGKILL)), "-1", "-1", *own]
    pipe = asyncio.subprocess.PIPE
    few = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    child = await asyncio.create_subprocess_exec(*tethered, stdin=pipe, stdout=pipe, stderr=pipe, env=os.environ | few)
    try:
        said, wailed = await asyncio.wait_for(child.communicate(given), bounds.deadline_s)
    except TimeoutError as error:
        raise SolverFailed(
            SolverFailure.HUNG, f"{bounds.deadline_s:.0f} 秒内没有结果,已结束进程 {child.pid}"
        ) from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        raise SolverFailed(_failure(child.returncode, wailed), _last_words(child.returncode, wailed))
    return said


def limit_memory(memory_mib: int) -> None:
    """Let this process, which is the child, have no more memory than this."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_mib * MIB, memory_mib * MIB))


def said_by(answer: Callable[[Any], object], memory_mib: int) -> int:
    """
    Be the child: a JSON object on standard input, its answer on standard output; returns the exit code.

    :param memory_mib: it has no more than this
    """
    limit_memory(memory_mib)
    try:
        sys.stdout.write(json.dumps(answer(json.load(sys.stdin)), ensure_ascii=False))
        sys.stdout.flush()
    except MemoryError:
        sys.stderr.write("MemoryError\n")
        return NO_MEMORY
    except NotBuilt as error:  # a library that cannot be loaded for want of memory looks like one that is not there
        sys.stderr.write(f"{error.message} {error.__cause__}\n")
        return NO_MEMORY if any(word in str(error.__cause__) for word in UNMAPPED) else NO_SEARCH
    except Refusal as refusal:
        sys.stderr.write(f"{refusal.code}: {refusal.message}\n")
        return BAD_PROBLEM
    return 0


def _failure(code: int | None, wailed: bytes) -> SolverFailure:
    if code == BAD_PROBLEM:
        return SolverFailure.REFUSED
    starved = code == NO_MEMORY or b"MemoryError" in wailed or b"bad_alloc" in wailed
    return SolverFailure.OUT_OF_MEMORY if starved else SolverFailure.DIED


def _last_words(code: int | None, wailed: bytes) -> str:
    text = wailed.decode(errors="replace").strip().splitlines()
    return f"退出码 {code};{text[-1] if text else '没有输出'}"[:SAID]
