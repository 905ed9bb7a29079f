"""Who listens on a TCP port of this machine, and what a process is; from Linux's ``/proc``, as far as we may look."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
LISTENING = "0A"
TOLD = 60  # characters of a command line that are shown


@dataclass(frozen=True, slots=True)
class Holder:
    """A process of this machine. ``halted``: it was stopped (SIGSTOP, a debugger), answers nobody."""

    pid: int
    command: str
    halted: bool

    @property
    def ours(self) -> bool:
        """Is it one of this system's own processes?"""
        return any(f" dispatch {part}" in self.command for part in ("api", "serve", "solver", "worker"))


def holders(port: int) -> list[Holder]:
    """Return the processes that listen on a port; [] if there are none that we may see."""
    sockets = {f"socket:[{inode}]" for table in ("tcp", "tcp6") for inode in _listening(PROC / "net" / table, port)}
    if not sockets:
        return []
    pids = sorted(int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit())
    return [found for pid in pids if _holds(pid, sockets) and (found := holder(pid))]


def _listening(table: Path, port: int) -> Iterator[str]:
    """Yield the inodes of the listening sockets: address is field 1, state 3, inode 9 (proc(5))."""
    with suppress(OSError):
        for line in table.read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                yield fields[9]


def _holds(pid: int, sockets: set[str]) -> bool:
    with suppress(OSError):  # ended meanwhile, or somebody else's
        for entry in (PROC / str(pid) / "fd").iterdir():
            with suppress(OSError):
                if str(entry.readlink()) in sockets:
                    return True
    return False


def holder(pid: int) -> Holder | None:
    """Return what a process is; None if there is none of that number."""
    with suppress(OSError):
        words = (PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace").split("\0")
        state = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
        return Holder(pid, " ".join(words).strip(), state in "tT")
    return None


def remedy(port: int) -> str:
    """Return who holds the port and what to do about it, as the rest of a sentence."""
    found = holders(port)
    other = "或用 --port / DISPATCH_PORT 换一个端口"
    if not found:
        return f"请停掉占用它的程序,{other}"
    shown = "、".join(f"{one.pid}({one.command[:TOLD]}{',已停住不应答' if one.halted else ''})" for one in found)
    stale = all(one.ours for one in found) and any(one.halted for one in found)
    kill = f"kill {'-9 ' if stale else ''}{' '.join(str(one.pid) for one in found)}"
    left = "是本系统上次留下的," if stale else ""
    return f"占用它的进程是 {shown},{left}请执行 {kill} 停掉后再启动,{other}"
