"""``dispatch places``: the utility's own file and the borders of its counties from the command line."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from dispatch import cli
from dispatch.desk.places import teaching
from dispatch.desk.places.keeping import PlaceKeeper
from dispatch.desk.setup import open_desk
from dispatch.desk.world import World
from dispatch.kit.db import Database
from dispatch.places import rows, sheets
from dispatch.places.names import building
from dispatch.places.own import OwnKind, OwnPlace
from tests.places.names.packages import pack
from tests.worlds import START, XIANGSHAN, person, square

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


@pytest.mark.parametrize("name", ["in.csv", "in.xlsx"])
async def test_a_table_without_rows_is_told_and_is_no_success(
    at_home: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run("export", name) == 0  # nothing yet
    for more in ((), ("--dry-run",), ("--json",)):
        capsys.readouterr()
        assert await run("import", name, *more) == cli.BAD_INPUT
        assert "没有数据行" in capsys.readouterr().err


# ---- found in the terminal as at the consoles -----------------------------------------------------------------------


@pytest.fixture
async def with_names(at_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A gazetteer of two provinces, own places and a nickname that somebody gave by right."""
    building.build(pack(at_home), at_home / "names.npz", lambda *_: None)
    monkeypatch.setenv("DISPATCH_GAZETTEER", str(at_home / "names.npz"))
    (at_home / "in.csv").write_bytes(sheets.written_csv(rows.written([PUMP])))
    assert await run("import", "in.csv") == 0
    return at_home


async def answers(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert await run("find", *words, "--json") == code
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


async def test_own_places_and_taught_names_are_found_in_the_terminal_if_that_is_asked_for(
    with_names: Path, db: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = await open_desk(db, "sgcc")
    await PlaceKeeper(desk).poll()
    await teaching.give_name(desk, "大水塘", county=XIANGSHAN, code="S1", point=None, by=person("xiangshan"), at=START)
    for said in ("东塘变后面没电", "大水塘边上"):
        (found,) = await answers(capsys, said, "--own", "--county", XIANGSHAN)
        first = found["candidates"][0]
        assert (first["code"], first["level"], first["name"], first["lon"]) == ("S1", "substation", "东塘变", 121.88)
        (without,) = await answers(capsys, said, "--county", XIANGSHAN)
        assert "S1" not in [one["code"] for one in without["candidates"]]
        assert set(first) == set(without["candidates"][0] if without["candidates"] else first)
    (village,) = await answers(capsys, "石浦星塘村", "--own")
    assert village["candidates"][0]["code"] == "330225101244"
    assert await run("find", "东塘变", "--own") == 0
    assert "变电站" in capsys.readouterr().out


async def test_own_places_are_those_of_one_province(with_names: Path, capsys: pytest.CaptureFixture[str]) -> None:
    batch = [{"q": "东塘变"}, {"q": "泉塘", "province": "43"}, {"q": "泉塘", "county": "430121"}]
    (with_names / "b.jsonl").write_text("\n".join(json.dumps(one) for one in batch), "utf-8")
    found = await answers(capsys, "--batch", "b.jsonl", "--own", code=1)
    assert [one.get("error", {}).get("code") for one in found] == [None, "OtherProvince", "UnknownCounty"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("import", "no.csv"), "读不到文件 no.csv:没有这个文件或文件夹"),
        (("import", "."), "这是文件夹"),
        (("import", "/dev/null"), "没有内容"),
        (("export", "no/where.csv"), "没有这个文件或文件夹"),
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
