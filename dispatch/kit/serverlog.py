"""The embedded server's own log, and what its last start said in it."""

from pathlib import Path
from typing import IO

LIMIT_BYTES = 20_000_000
TELLING = ("FATAL", "PANIC", "ERROR", "error:")


class ServerLog:
    """A log file that PostgreSQL and ``initdb`` append to; we read back what the newest run wrote."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._start = 0

    def open(self) -> IO[bytes]:
        """Open it for a new run to append to; one grown too long is put aside first, one old file is kept."""
        if self.path.exists() and self.path.stat().st_size > LIMIT_BYTES:
            self.path.replace(self.path.with_suffix(".log.1"))
        file = self.path.open("ab")
        self._start = file.tell()
        return file

    def words(self) -> str:
        """Return what the newest run wrote, up to 100,000 bytes."""
        with self.path.open("rb") as file:
            file.seek(self._start)
            return file.read(100_000).decode(errors="replace")

    def last_words(self) -> str:
        """Return the line that says why the run ended: the last fatal one, else the last one."""
        lines = [line for line in self.words().splitlines() if line.strip()]
        telling = [line for line in lines if any(word in line for word in TELLING)]
        return (telling or lines or ["(日志为空)"])[-1][-300:]
