"""The part of the package that is compiled: the optimiser's search, from C++ by the compiler in the `ziglang` wheel."""

import platform
import subprocess
import sys
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


class CompiledSearch(BuildHookInterface):  # type: ignore[misc,type-arg]
    """Compiles the search into the package's folder; the same sources give the same library."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the library before anything is packed; an editable install has it in the working tree."""
        machine = platform.machine()
        root = Path(self.root)
        target = ["-target", f"{machine}-linux-gnu.{GLIBC}", *CPU.get(machine, [])]
        entry = root / ROOM / "native" / "entry.cpp"
        command = [sys.executable, "-m", "ziglang", "c++", *target, *OPTIONS, "-o", str(root / LIBRARY), str(entry)]
        subprocess.run(command, check=True)
        build_data["artifacts"].append(str(LIBRARY))
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-manylinux_{GLIBC.replace('.', '_')}_{machine}"
