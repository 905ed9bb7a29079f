"""The scenario week, played on a real server and judged from what the API said."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.kit.postgres import Embedded
from dispatch.simulator.week.checking import breaches
from dispatch.simulator.week.playing import play
from dispatch.simulator.week.script import read, world_of
from dispatch.simulator.week.showing import report
from tests.servers import scratch

WEEKS = sorted((Path(__file__).resolve().parents[3] / "scenarios" / "week").glob("*.toml"))


@pytest.fixture
def root() -> Iterator[Path]:
    """A directory that the embedded PostgreSQL's own account can reach."""
    path = scratch()
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.mark.golden
@pytest.mark.parametrize("path", WEEKS, ids=lambda path: path.stem)
async def test_a_week_of_booked_work_accounts_for_every_customer(path: Path, root: Path) -> None:
    week = read(path)
    with Embedded(root / "postgres") as postgres:
        played, _ = await play(week, world_of(path, week), postgres.dsn, root / path.stem, print)
    assert breaches(week, played.journal) == []
    assert len(played.journal.made) > week.bookings.n / 2
    print("\n".join(report(week, played.journal)))
