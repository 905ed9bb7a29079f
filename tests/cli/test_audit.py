"""``dispatch audit`` and ``dispatch load``, as an administrator calls them."""

import json
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from dispatch.notify import sequencer
from tests.worlds import WORLD, Small

from .running import on_database


@pytest.fixture
async def worked(small: Small, dsn: str) -> Small:
    """A day's work, numbered."""
    await small.walk(await small.call())
    await small.walk(await small.call(), to="arrive")
    connection = await asyncpg.connect(dsn)
    await sequencer.move(connection)
    await connection.close()
    return small


@pytest.mark.usefixtures("worked")
async def test_an_audit_of_honest_work_is_clean(dsn: str) -> None:
    done = await on_database(dsn, "audit", "--json")
    assert done.returncode == 0, done.stderr
    body = json.loads(done.stdout)
    assert (body["clean"], body["tickets"], body["events"], body["faults"]) == (True, 2, 20, 0)
    done = await on_database(dsn, "audit")
    assert done.returncode == 0
    assert "全部相符" in done.stdout
    assert "2 张工单" in done.stdout


@pytest.mark.usefixtures("worked")
async def test_an_audit_names_what_was_changed_and_ends_with_code_1(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    ticket_id = await connection.fetchval("UPDATE ticket SET stage = 'repairing' WHERE is_open RETURNING id")
    await connection.execute("DELETE FROM feed WHERE n = 3")
    await connection.close()
    done = await on_database(dsn, "audit", "--json")
    assert done.returncode == 1
    body = json.loads(done.stdout)
    assert not body["clean"]
    assert body["findings"] == [{"ticket_id": ticket_id, "fault": "row_differs", "detail": "stage"}]
    assert {breach["rule"] for breach in body["feed"]} == {"feed_gap", "area_feed_gap"}
    done = await on_database(dsn, "audit")
    assert done.returncode == 1
    assert "工单与日志不符" in done.stdout


async def test_an_audit_needs_the_schema_of_this_program(empty_dsn: str) -> None:
    done = await on_database(empty_dsn, "audit")
    assert done.returncode == 2
    assert "dispatch migrate" in done.stderr


async def test_a_world_is_loaded_from_a_file(dsn: str, tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    file.write_text(json.dumps(WORLD), "utf-8")
    done = await on_database(dsn, "load", str(file))
    assert done.returncode == 0, done.stderr
    assert "区域 8" in done.stdout
    done = await on_database(dsn, "load", str(file), "--json")
    assert json.loads(done.stdout)["crews"] == 4


@pytest.mark.parametrize(
    ("change", "named"), [({"crews": [{"id": "c1"}]}, "crews.0"), ({"areas": []}, "地区"), (None, "world.json")]
)
async def test_a_world_that_cannot_be_used_is_refused(
    dsn: str, tmp_path: Path, change: dict[str, Any] | None, named: str
) -> None:
    file = tmp_path / "world.json"
    if change is not None:
        file.write_text(json.dumps({**WORLD, **change}), "utf-8")
    done = await on_database(dsn, "load", str(file))
    assert done.returncode == 2
    assert named in done.stderr
    assert "Traceback" not in done.stderr
