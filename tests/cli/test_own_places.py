"""``dispatch places``: the utility's own file and the borders of its counties from the command line."""

import asyncio
import json
from pathlib import Path

import pytest

from dispatch import cli
from dispatch.desk.world import World
from dispatch.kit.db import Database
from dispatch.places import rows, sheets
from dispatch.places.own import OwnKind, OwnPlace
from tests.worlds import XIANGSHAN, square

PUMP = OwnPlace("S1", OwnKind.SUBSTATION, "东塘变", XIANGSHAN, "丹城", 121.88, 29.47, ("东塘",))
WRONG = OwnPlace("X", OwnKind.ROAD, "东海路", "330299")


@pytest.fixture
def at_home(db: Database, world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A working directory beside a database with the small world."""
    monkeypatch.setenv("DATABASE_URL", db.dsn)
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def run(*words: str) -> int:
    """Run a command in a thread of its own, since it has a loop of its own."""
    return await asyncio.to_thread(cli.run, ["places", *words])


async def test_a_file_goes_in_and_comes_out_the_same(at_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (at_home / "in.csv").write_bytes(sheets.written_csv(rows.written([PUMP])))
    assert await run("import", "in.csv", "--json") == 0
    assert json.loads(capsys.readouterr().out)["added"] == 1
    assert await run("export", "out.xlsx") == 0
    capsys.readouterr()
    assert await run("import", "out.xlsx", "--json") == 0
    assert json.loads(capsys.readouterr().out)["same"] == 1


async def test_wrong_rows_are_listed_and_nothing_is_changed(
    at_home: Path, db: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    (at_home / "in.csv").write_bytes(sheets.written_csv(rows.written([PUMP, WRONG])))
    assert await run("import", "in.csv") == cli.BAD_INPUT
    said = capsys.readouterr().err
    assert "第 3 行“县(区)编码”列" in said
    assert "BadRows" in said
    async with db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM own_place") == 0
    assert await run("import", "in.csv", "--dry-run") == 0
    assert "试算(未导入):2 行,新增 1" in capsys.readouterr().out
    assert await run("import", "in.csv", "--skip-bad") == 0
    assert "已导入:2 行,新增 1,更新 0,相同 0,有误 1" in capsys.readouterr().out


async def test_the_template_is_made_and_its_example_can_be_imported(at_home: Path) -> None:
    assert await run("template", "empty.xlsx") == 0
    assert await run("import", "empty.xlsx", "--dry-run") == 0


async def test_borders_are_imported(at_home: Path, db: Database) -> None:
    border = {"type": "Feature", "properties": {"adcode": XIANGSHAN}, "geometry": square(121.6, 28.9, 122.3, 29.7)}
    (at_home / "b.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [border]}), "utf-8")
    assert await run("boundaries", "b.geojson") == 0
    async with db.connection() as connection:
        assert await connection.fetchval("SELECT approximate FROM area WHERE code = $1", XIANGSHAN) is False


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("import", "no.csv"), "读不到文件"),
        (("import", "empty.csv", "--crs", "utm"), "不认识坐标系"),
        (("template", "t.doc"), "应以 .xlsx 或 .csv 结尾"),
        (("boundaries", "no.geojson"), "读不到文件"),
    ],
)
async def test_what_cannot_be_done_is_one_sentence(
    at_home: Path, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run(*words) == cli.BAD_INPUT
    assert said in capsys.readouterr().err
