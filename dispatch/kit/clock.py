"""Where time comes from. Only the entrances and ``web/`` read a clock; all else is told the time."""

import mmap
import os
import struct
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Something that says what time it is."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class WallClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SharedClock:
    """
    A clock that one process sets and others read, through eight bytes of a mapped file.

    It lets a replay of last year's storm drive a real server faster than real time.
    The file holds seconds since the epoch as a little-endian double.
    """

    def __init__(self, path: Path) -> None:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            if os.fstat(handle).st_size < 8:
                os.ftruncate(handle, 8)
            self._map = mmap.mmap(handle, 8)
        finally:
            os.close(handle)

    def now(self) -> datetime:
        (seconds,) = struct.unpack("<d", self._map[:8])
        return datetime.fromtimestamp(seconds, UTC)

    def set(self, at: datetime) -> None:
        """Move the hands; every process that mapped the file reads the new time at once."""
        self._map[:8] = struct.pack("<d", at.timestamp())


def clock_from(path: str | None) -> Clock:
    """Return the shared clock behind ``path`` (setting ``DISPATCH_CLOCK``), or the machine's own."""
    return SharedClock(Path(path)) if path else WallClock()
