"""Ctrl-C and SIGTERM while something is being worked out: a wish to have what there is, instead of an end."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
SAID = "已收到停止信号,正在写出到此为止最好的方案;再按一次立即结束,不写方案"


class Called:
    """
    Whether somebody called the work off.

    :ivar code: then the exit code, 128 and the signal's number as shells have it: 130, 143
    """

    def __init__(self) -> None:
        self.code = 0

    def __call__(self) -> bool:
        return self.code != 0

    def hear(self, number: int, _: FrameType | None) -> None:
        """Keep that the signal came; the next one ends the program as if nobody listened."""
        self.code = 128 + number
        for one in SIGNALS:
            signal.signal(one, signal.SIG_DFL)
        _say(SAID)


def _say(sentence: str) -> None:
    """Write past the buffer of standard error: the signal may have come while it is written to, and it bears no two."""
    with suppress(OSError, ValueError):  # closed, or no file
        os.write(sys.stderr.fileno(), f"{sentence}\n".encode(sys.stderr.encoding, "replace"))


@contextmanager
def calls_away() -> Iterator[Called]:
    """Listen while the block runs. Off the main thread nobody can, and nothing is changed."""
    called = Called()
    if threading.current_thread() is not threading.main_thread():
        yield called
        return
    heard = [one for one in SIGNALS if signal.getsignal(one) not in (signal.SIG_IGN, None)]  # as ``nohup`` wants it
    before = [(one, signal.signal(one, called.hear)) for one in heard]
    try:
        yield called
    finally:
        for one, old in before:
            signal.signal(one, old)
