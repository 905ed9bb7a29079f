"""Child processes that cannot outlive us, even when we are killed with ``kill -9``."""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, NamedTuple

TETHER = Path(__file__).with_name("tether.py")
PR_SET_PDEATHSIG = 1  # as there

# The parent-death signal is tied to the thread that forked, so children are only started from threads that stay.
_keeper = ThreadPoolExecutor(max_workers=1, thread_name_prefix="children")


class OsAccount(NamedTuple):
    """The user that a child runs as."""

    name: str
    uid: int
    gid: int


def spawn(
    command: Sequence[str | Path],
    *,
    death_signal: signal.Signals = signal.SIGTERM,
    account: OsAccount | None = None,
    env: Mapping[str, str] | None = None,
    output: IO[bytes] | int | None = None,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """
    Start a direct child in a session of its own; it gets ``death_signal`` the moment this process ends.

    :param account: give up root for this user; None keeps ours
    :param output: where its stdout and stderr go; None shares ours
    :raises FileNotFoundError: if there is no such program
    """
    program = shutil.which(command[0])
    if program is None:
        raise FileNotFoundError(command[0])

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [
                *(sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), str(int(death_signal))),
                *(str(account.uid if account else -1), str(account.gid if account else -1)),
                *(program, *(str(word) for word in command[1:])),
            ],
            env=dict(os.environ if env is None else env),
            cwd="/" if account else None,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=tuple(pass_fds),
            start_new_session=True,  # Ctrl-C is for the parent, which ends its children in order
        )

    if threading.current_thread() is threading.main_thread():
        return start()
    return _keeper.submit(start).result()


def end_with_parent(parent: int) -> None:
    """
    Let this process be killed the moment its parent ends: for children that nobody could start with a tether.

    :param parent: its number; if it has ended already, this process ends now
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent has ended")


def end(child: subprocess.Popen[bytes], *signals: tuple[signal.Signals, float], group: bool = False) -> None:
    """
    Ask a child to end: each signal in turn with the seconds it may take, then SIGKILL; returns when it is reaped.

    :param group: ask the children of the child as well
    """
    for ask, patience_s in (*signals, (signal.SIGKILL, None)):
        if child.poll() is not None:
            return
        if group:
            os.killpg(child.pid, ask)  # its group has its number, since it leads a session
        else:
            child.send_signal(ask)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(patience_s)
