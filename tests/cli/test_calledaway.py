"""A wish to stop that comes while something is being said: it is heard, answered, and breaks nothing."""

import fcntl
import os
import signal
import sys
import termios
import time
from functools import partial
from subprocess import PIPE, Popen

import pytest

from dispatch.cli.calledaway import SAID

TALKS = """
import sys
from dispatch.cli.calledaway import calls_away
with calls_away() as called:
    while not called():
        print("x" * 1000, file=sys.stderr)
sys.exit(called.code)
"""


def waiting(pipe: int) -> int:
    """Return how many bytes stand in a pipe."""
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


def full(pipe: int) -> None:
    """Wait until nothing more goes into the pipe: whoever writes is in the middle of it."""
    before, now = -1, 0
    while now == 0 or now != before:
        time.sleep(0.2)
        before, now = now, waiting(pipe)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_the_middle_of_a_line_is_heard(number: signal.Signals) -> None:
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    hears = partial(signal.signal, number, signal.SIG_DFL)  # tests that run in the background inherit deaf ears
    with Popen([sys.executable, "-c", TALKS], stderr=PIPE, text=True, preexec_fn=hears, env=environ) as process:
        assert process.stderr is not None
        full(process.stderr.fileno())
        process.send_signal(number)
        said = process.stderr.read()
    assert process.returncode == 128 + number, said[-2000:]
    assert SAID in said
