"""
Become another program that dies with its parent; run as a file, never imported.

``python -I -S tether.py PARENT SIGNAL UID GID command…`` gives up root if UID is not negative, asks the kernel for
SIGNAL when the parent ends, and turns into the command under the same process number. It is a program of its own
because code between fork and exec inside a threaded process may deadlock. Standard library only.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def become(parent: int, signal: int, uid: int, gid: int, command: list[str]) -> None:
    """Replace this process; the order matters, since a change of user clears the parent-death signal."""
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0)
    if os.getppid() != parent:  # it ended before we asked
        sys.exit("the parent has ended")
    os.execv(command[0], command)  # a whole path: after the change of user nothing more can be imported


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:5]]
    become(numbers[0], numbers[1], numbers[2], numbers[3], sys.argv[5:])
