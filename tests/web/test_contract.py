"""What the screens know of the server is what the server says of itself: a renamed field cannot land without them."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOL = ROOT / "web" / "node_modules" / "openapi-typescript"


@pytest.mark.skipif(not TOOL.exists(), reason="the screens' packages are not installed (DISPATCH_WEB=skip)")
def test_the_types_of_the_screens_are_the_servers() -> None:
    checked = subprocess.run(
        [sys.executable, "web/contract.py", "--check"], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert checked.returncode == 0, checked.stderr
