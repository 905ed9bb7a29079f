"""``dispatch roads`` and ``dispatch map`` in the terminal, on real files and a real database."""

import asyncio
import json
from pathlib import Path

import numpy as np
import pytest

from dispatch.desk.roads.keeper import RoadKeeper
from dispatch.desk.setup import open_desk
from dispatch.kit.clock import SharedClock
from tests.desk.test_roads import drive, driven_slowly, graph
from tests.routing.roads.networks import write_osm
from tests.worlds import START, Small, minutes

from .running import Ended, command

__all__ = ["graph"]  # the fixture: a coast road and a longer one inland


async def test_calibration_is_shown_first_and_written_when_asked_and_other_processes_follow(
    small: Small, dsn: str, graph: Path, tmp_path: Path
) -> None:
    """Eight repairs reached over the coast road in twice the time of the table."""
    other = await open_desk(small.db, "sgcc", roads=graph)
    keeper = RoadKeeper(other)
    await keeper.poll()
    free = drive(other)[0]
    await driven_slowly(small, 2 * free)
    SharedClock(tmp_path / "clock").set(minutes(60 * 24 * 7))

    async def calibrate(*words: str) -> Ended:
        environ = {"DATABASE_URL": dsn, "DISPATCH_CLOCK": str(tmp_path / "clock"), "DISPATCH_ROADS": str(graph)}
        return await asyncio.to_thread(lambda: command("roads", "calibrate", "--days", "30", *words, **environ))

    shown = await calibrate()
    assert shown.returncode == 0, shown.stderr
    assert "可用行程 8 次" in shown.stdout
    assert "未写入;加 --apply 写入" in shown.stdout
    assert not await keeper.poll(), "who only looks changes nothing"
    applied = await calibrate("--apply", "--json")
    said = json.loads(applied.stdout)
    assert said["applied"] == sum(not one["kept"] for one in said["classes"]) > 0
    assert said["after_error"] < said["before_error"] / 2
    assert await keeper.poll()
    assert drive(other)[0] > 1.3 * free
    async with small.db.connection() as connection:
        kept = await connection.fetch("SELECT road, area_class, factor, set_by FROM road_speed")
    assert {(row["road"], row["area_class"]): row["factor"] for row in kept} == {
        (one["road"], one["area_class"]): pytest.approx(one["factor"]) for one in said["classes"] if not one["kept"]
    }
    again = await calibrate("--apply")
    assert f"已写入 {said['applied']} 类道路的速度" in again.stdout
    environ = {"DATABASE_URL": dsn, "DISPATCH_CLOCK": str(tmp_path / "clock")}
    far = await asyncio.to_thread(lambda: command("roads", "calibrate", **environ))
    assert (far.returncode, "NoRoadGraph" in far.stderr) == (2, True), far.stderr


def test_an_import_spares_a_file_that_is_no_graph_and_says_what_to_do(tmp_path: Path) -> None:
    line = {k: (121.8 + 0.01 * k, 29.4) for k in range(3)}
    extract = write_osm(tmp_path / "x.osm.pbf", line, [([0, 1, 2], {"highway": "primary"})])
    (tmp_path / "calls.csv").write_text("lon,lat\n")
    words = ("roads", "import", str(extract), "--out", str(tmp_path / "calls.csv"))
    refused = command(*words)
    assert (refused.returncode, "NotAGraph" in refused.stderr) == (2, True), refused.stderr
    assert "--force" in refused.stderr
    assert (tmp_path / "calls.csv").read_text() == "lon,lat\n"
    done = command(*words, "--force", "--json")
    assert json.loads(done.stdout)["edges"] == 1, done.stderr
    assert command(*words, "--json").returncode == 0, "now it is one of ours"
    graph = json.loads(command("roads", "show", str(tmp_path / "calls.csv"), "--json").stdout)
    assert np.isclose(graph["kilometres"], 1.9, atol=0.1)


async def test_an_empty_ledger_says_so_on_the_picture_and_in_the_terminal(
    small: Small, dsn: str, tmp_path: Path
) -> None:
    SharedClock(tmp_path / "clock").set(START)
    files = ("--png", str(tmp_path / "l.png"), "--html", str(tmp_path / "l.html"))
    environ = {"DATABASE_URL": dsn, "DISPATCH_CLOCK": str(tmp_path / "clock")}
    done = await asyncio.to_thread(lambda: command("map", "ledger", "--month", "2026-01", *files, **environ))
    told = "浙江本期没有派工记录,跨界台账为空;请核对月份(--month)与区域(--area)"
    assert done.returncode == 0, done.stderr
    assert told in done.stderr.replace("\n", "")
    assert f'role="note">{told}<' in (tmp_path / "l.html").read_text("utf-8")
    assert (tmp_path / "l.png").read_bytes()[:4] == b"\x89PNG"
