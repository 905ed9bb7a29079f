"""``dispatch standby`` on files of the user's own: what it writes, and what it says of a wrong file."""

import json
import random
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from dispatch.cli.history import BadHistory, read_calls, read_depots

from .running import Ended, command

DEPOTS = "name,lon,lat\n甲所,121.80,29.30\n乙所,121.70,29.45\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = random.Random(7)
    rows = ["lon,lat,weight,hour"]
    for n in range(90):
        lon, lat = ((121.87, 29.48), (121.94, 29.21), (121.60, 29.35))[n % 3]
        rows.append(f"{lon + rng.gauss(0, 0.02):.5f},{lat + rng.gauss(0, 0.02):.5f},{1 + n % 2},{n % 24}")
    (tmp_path / "calls.csv").write_text("\n".join(rows), encoding="utf-8")
    (tmp_path / "depots.csv").write_text(DEPOTS, encoding="utf-8")
    return tmp_path


def standby(folder: Path, *words: str) -> Ended:
    return command("standby", *words, folder=folder, DISPATCH_DATA=str(folder / "nobody-opens-this"))


def test_points_come_as_page_picture_and_workbook_without_a_database(folder: Path) -> None:
    words = ("-k", "3", "--from", "calls.csv", "--depots", "depots.csv", "--hours", "8-20", "--json")
    done = standby(folder, *words, "--out", "a.html", "--out", "a.png", "--out", "a.xlsx")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert len(said["sites"]) == 3
    assert said["after"]["mean_s"] < said["before"]["mean_s"]
    assert said["gap"] == 0
    assert sum(site["load"] for site in said["sites"]) == pytest.approx(1, abs=1e-3)
    assert "平均到达" in done.stderr
    page = (folder / "a.html").read_text(encoding="utf-8")
    assert "待命点 3 个(8-20 时)" in page
    assert "甲所" in page
    assert (folder / "a.png").read_bytes()[:4] == b"\x89PNG"
    book = load_workbook(BytesIO((folder / "a.xlsx").read_bytes()))
    assert [cell.value for cell in book["1 待命点"]["B"] if cell.value == "待命点"]
    assert not (folder / "nobody-opens-this").exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--hours", "8"), "BadHours"),
        (("--hours", "9-9"), "BadHours"),
        (("--out", "a.pdf"), "BadPicture"),
        (("--out", "nowhere/a.png"), "BadPicture"),
        (("-k", "900"), "TooFewSites"),
        (("--from", "nothing.csv"), "BadHistory"),
        (("--roads", "calls.csv"), "BadGraph"),
    ],
)
def test_a_wrong_option_is_named(folder: Path, words: tuple[str, ...], code: str) -> None:
    usual = ("-k", "2", "--from", "calls.csv", "--depots", "depots.csv", "--out", "a.html")
    done = standby(folder, *usual, *words)
    assert (done.returncode, code in done.stderr, "Traceback" in done.stderr) == (2, True, False), done.stderr
    assert not (folder / "a.html").exists()


def test_faults_of_a_file_are_told_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("lon,lat,weight,hour\n121.8,29.4,1,8\n200,29.4,1,8\n121.8,29.4,-1,8\n121.8,,1,25\n", "utf-8")
    with pytest.raises(BadHistory) as found:
        read_calls(path)
    assert [text.partition(":")[0] for text in found.value.details["rows"]] == ["第 3 行", "第 4 行", "第 5 行"]
    path.write_text("name,lon,lat\n甲所,29.4,121.8\n", "utf-8")
    with pytest.raises(BadHistory, match="填反了"):
        read_depots(path)
    path.write_text("x,lat\n1,2\n", encoding="utf-8")
    with pytest.raises(BadHistory, match="缺少列 lon"):
        read_calls(path)


def test_a_workbook_is_read_like_a_table_of_commas(tmp_path: Path) -> None:
    book = Workbook()
    for row in (
        ("Lat", "Lon", "hour", "weight", "area_class"),
        (29.4, 121.8, 23, 2.5, "rural"),
        (29.5, 121.9, None, None, None),
    ):
        book.active.append(row)
    book.save(tmp_path / "calls.xlsx")
    first, second = read_calls(tmp_path / "calls.xlsx")
    assert (first.lon, first.lat, first.weight, first.hour, first.area_class) == (121.8, 29.4, 2.5, 23, "rural")
    assert (second.weight, second.hour, second.area_class) == (1.0, None, "urban")
    (tmp_path / "depots.csv").write_text(DEPOTS, encoding="gb18030")
    assert [site.name for site in read_depots(tmp_path / "depots.csv")] == ["甲所", "乙所"]


@given(st.sets(st.integers(2, 9), min_size=1, max_size=8), st.sets(st.integers(2, 9), max_size=8))
def test_a_quote_that_is_never_closed_is_the_fault_of_its_row_alone(quoted: set[int], wrong: set[int]) -> None:
    """The law of faults: each row that is wrong is named, whatever the others are."""
    kinds = {no: "quoted" if no in quoted else "wrong" if no in wrong else "right" for no in range(2, 10)}
    cells = {"quoted": '121.8,"29.4', "wrong": "x,29.4", "right": "121.8,29.4"}
    rows = {no: cells[kind] for no, kind in kinds.items()}
    with TemporaryDirectory() as folder:
        path = Path(folder, "calls.csv")
        path.write_text("\n".join(["lon,lat", *rows.values()]), "utf-8")
        with pytest.raises(BadHistory) as found:
            read_calls(path)
    assert [text.partition(":")[0] for text in found.value.details["rows"]] == [
        f"第 {no} 行" for no in sorted(quoted | wrong)
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "空文件"),
        (b"\xef\xbb\xbf \r\n", "空文件"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "不是可读的表格"),
        (b"PK\x03\x04 cut", "不是可读的表格"),
        (b"hello world\n1\n", "第 1 行应为表头,缺少列 lon、lat"),
        (b"lon,lat\n", "只有表头,没有来电"),
    ],
)
def test_a_file_that_is_no_history_is_told_what_it_should_be(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "calls.csv"
    path.write_bytes(content)
    with pytest.raises(BadHistory, match=said) as found:
        read_calls(path)
    assert "places template" not in found.value.message
    assert "lon" in found.value.message


def test_calls_that_cannot_be_there_are_named_and_do_not_count(folder: Path) -> None:
    calls = (folder / "calls.csv").read_text(encoding="utf-8")
    odd = "29.48,121.87,1,8\n100.0,10.0,1,9\n"  # rows 92 and 93
    (folder / "calls.csv").write_text(f"{calls}\n{odd}", encoding="utf-8")
    done = standby(folder, "-k", "2", "--from", "calls.csv", "--depots", "depots.csv", "--json", "--out", "a.html")
    assert done.returncode == 0, done.stderr
    told = "经纬度写反 1 件(第 92 行);在海上或辖区以外 1 件(第 93 行)"
    assert json.loads(done.stdout)["left_out"] == told
    assert told in done.stderr
    assert told in (folder / "a.html").read_text(encoding="utf-8")


def test_a_history_of_another_country_is_refused(folder: Path) -> None:
    (folder / "calls.csv").write_text("lon,lat\n" + "1.52,42.51\n" * 8 + "121.8,29.4\n" * 2, encoding="utf-8")
    done = standby(folder, "-k", "2", "--from", "calls.csv", "--depots", "depots.csv", "--out", "a.html")
    assert (done.returncode, "BadDemand" in done.stderr) == (2, True), done.stderr
    assert "10 件来电中有 8 件位置不可信,超过 20%" in done.stderr
    assert not (folder / "a.html").exists()
