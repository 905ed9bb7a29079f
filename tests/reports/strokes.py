"""What a press is given to draw in tests. It loads little: each process that is struck down is followed by another."""

import os
import signal
import time
from pathlib import Path


def where(_: object) -> bytes:
    """Tell which process this is, and whose."""
    return f"{os.getpid()} {os.getppid()}".encode()


def die_once(marker: str) -> bytes:
    """Be killed, the first time."""
    if not Path(marker).exists():
        Path(marker).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return b"printed"


def die(_: object) -> bytes:
    os.kill(os.getpid(), signal.SIGKILL)
    return b""


def hang(_: object) -> bytes:
    while True:
        time.sleep(1)


def devour(size: int) -> bytes:
    return bytes(size)
