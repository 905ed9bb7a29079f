"""
Run the tests on another PostgreSQL than the one that comes as a wheel.

usage: python -m tests.on_server DIRECTORY-OF-BINARIES -- PYTEST-ARGUMENTS
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from dispatch.kit.postgres import Embedded
from tests.servers import FORGETFUL, scratch


def main(binaries: Path, arguments: list[str]) -> int:
    """Return pytest's exit code; the server is ours and is gone afterwards."""
    root = scratch()
    try:
        with Embedded(root, options=FORGETFUL, binaries=binaries, timeout_s=120) as server:
            environment = os.environ | {"TEST_DATABASE_URL": server.dsn}
            return subprocess.run([sys.executable, "-m", "pytest", *arguments], env=environment, check=False).returncode
    finally:
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[3:]))
