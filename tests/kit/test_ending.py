"""What was told to end ends, whatever hangs or swallows the word."""

import asyncio
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from dispatch.kit import ending
from dispatch.kit.ending import ended
from dispatch.worker.loops import keep


async def test_a_loop_whose_driver_fails_at_the_moment_of_the_request_ends_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Found when the database and the supervisor died together: the loop took it for one more lost connection."""
    monkeypatch.setattr(ending, "AGAIN_S", 0.05)
    swallowed = 0

    async def read_on() -> None:
        nonlocal swallowed
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            swallowed += 1
            raise ConnectionResetError("in the middle of operation") from None

    task = asyncio.create_task(keep("reading", read_on))
    await asyncio.sleep(0)
    async with asyncio.timeout(20):
        (outcome,) = await ended(task)
    assert isinstance(outcome, asyncio.CancelledError)
    assert swallowed == 1, "or the test saw nothing of what it is about"


async def test_nothing_to_end_is_no_fault() -> None:
    assert await ended() == []


async def test_what_tasks_returned_or_raised_is_kept_in_their_order() -> None:
    async def fails() -> None:
        raise ValueError("why")

    async def works() -> int:
        return 7

    first, second = asyncio.create_task(fails()), asyncio.create_task(works())
    await asyncio.wait({first, second})
    outcomes = await ended(first, second)
    assert repr(outcomes[0]) == "ValueError('why')"
    assert outcomes[1] == 7


def test_a_process_that_hangs_after_it_was_told_to_end_says_where_and_is_gone() -> None:
    program = """
        import signal, threading
        from dispatch.kit.ending import must_end

        signal.signal(signal.SIGTERM, lambda *_: must_end(0.5))
        print("up", flush=True)

        def waits_for_nothing():
            while True:
                threading.Event().wait(1000)

        waits_for_nothing()
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        _, said = process.communicate(timeout=60)
    assert process.returncode == 1, said
    assert "waits_for_nothing" in said
    assert time.monotonic() - began >= 0.4
