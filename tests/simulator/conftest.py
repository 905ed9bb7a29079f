"""Where the recorded input is, and files written on the spot."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("DISPATCH_SHARED_DATA") or Path(__file__).resolve().parents[2].parent / "shared" / "data")


def _recorded(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} 不在仓库旁的 shared/data 中(可用 DISPATCH_SHARED_DATA 指定)")
    return path


@pytest.fixture(scope="session")
def pge_file() -> Path:
    return _recorded("pge_outages_2019_2020.csv.gz")


@pytest.fixture(scope="session")
def sffd_file() -> Path:
    return _recorded("sf_fire_calls_2016_2017.csv.gz")


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    """Write a CSV file and return its path."""

    def write(text: str) -> Path:
        path = tmp_path / "log.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write
