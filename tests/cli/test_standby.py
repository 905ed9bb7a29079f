"""``dispatch standby`` on files of the user's own: what it writes, and what it says of a wrong file."""

import json
import os
import random
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from dispatch.cli.history import BadHistory, read_calls, read_depots

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


def command(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    hidden = ("DISPATCH_", "DATABASE_URL")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    environ["PYTHONPATH"] = str(Path(__file__).resolve().parents[2])
    environ["DISPATCH_DATA"] = str(folder / "nobody-opens-this")
    call = [sys.executable, "-m", "dispatch", "standby", *words]
    return subprocess.run(call, cwd=folder, env=environ, capture_output=True, text=True, check=False)


def test_points_come_as_page_picture_and_workbook_without_a_database(folder: Path) -> None:
    words = ("-k", "3", "--from", "calls.csv", "--depots", "depots.csv", "--hours", "8-20", "--json")
    done = command(folder, *words, "--out", "a.html", "--out", "a.png", "--out", "a.xlsx")
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
    done = command(folder, *usual, *words)
    assert (done.returncode, code in done.stderr, "Traceback" in done.stderr) == (2, True, False), done.stderr
    assert not (folder / "a.html").exists()


def test_faults_of_a_file_are_told_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("lon,lat,weight,hour\n121.8,29.4,1,8\n29.4,121.8,1,8\n121.8,29.4,-1,8\n121.8,,1,25\n", "utf-8")
    with pytest.raises(BadHistory) as found:
        read_calls(path)
    assert [text.partition(":")[0] for text in found.value.details["rows"]] == ["第 3 行", "第 4 行", "第 5 行"]
    assert "填反" in str(found.value)
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
