"""A small log, replayed by the command on a real server: every call ends well and the report says so."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dispatch.cli import reporting
from tests.cli import running

CALLS = 60
BEGIN = datetime(2024, 7, 25, 0, tzinfo=UTC)  # 08:00 in China
KEYS = [
    "calls",
    "tickets",
    "dispatched",
    "arrived",
    "restored",
    "closed",
    "lost",
    "duplicated",
    "arrival_in_time_share",
    "arrival_min_p50",
    "arrival_min_p90",
    "cross_border_share",
    "minutes_saved_mean",
    "deadlines_fired",
    "feed_gaps",
    "console_divergence",
    "ack_ms_p50",
    "ack_ms_p99",
    "push_ms_p50",
    "push_ms_p99",
    "wall_s",
]


def log(path: Path) -> Path:
    """Write sixty calls of three towns in two districts within half an hour; some last longer than one may."""
    rows = ["id,at,lon,lat,town,district,symptom,hazard,customers,work_min"]
    towns = (("丹城", "象山", 121.87, 29.47), ("石浦", "象山", 121.95, 29.21), ("宁海", "宁海", 121.43, 29.29))
    for n in range(CALLS):
        town, district, lon, lat = towns[n % 3]
        at = BEGIN + timedelta(seconds=30 * n)
        work = 30 + 15 * (n % 5) + 420 * (n % 20 == 7)
        place = f"{lon + 0.004 * (n % 7):.4f},{lat + 0.003 * (n % 5):.4f}"
        rows.append(f"c{n},{at.isoformat()},{place},{town},{district},no_power_many,{int(n % 9 == 0)},{n},{work}")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def command(*words: str) -> "subprocess.CompletedProcess[str]":
    environ = {name: value for name, value in os.environ.items() if not name.startswith("DISPATCH_")}
    environ.pop("DATABASE_URL", None)
    if url := os.environ.get("TEST_DATABASE_URL"):
        environ["DATABASE_URL"] = url
    root = Path(__file__).resolve().parents[2]
    call = [sys.executable, "-m", "dispatch", "replay", *words]
    return subprocess.run(call, cwd=root, env=environ, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Play the calls on a server of its own (half a minute)."""
    place = tmp_path_factory.mktemp("replay")
    out = place / "report.json"
    done = command(str(log(place / "log.csv")), "--as", "csv", "--crews", "12", "--report", str(out))
    assert done.returncode == 0, done.stderr + done.stdout
    written: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return written


@pytest.mark.golden
def test_the_report_has_every_figure(report: dict[str, Any]) -> None:
    assert [key for key in KEYS if report.get(key) is None] == []


@pytest.mark.golden
def test_every_call_becomes_one_ticket_and_is_closed(report: dict[str, Any]) -> None:
    assert report["trouble_samples"] == []
    for key in ("calls", "tickets", "dispatched", "arrived", "restored", "closed", "acknowledged"):
        assert report[key] == CALLS, key
    assert (report["lost"], report["duplicated"]) == (0, 0)


@pytest.mark.golden
def test_consoles_heard_everything_and_saw_what_the_database_says(report: dict[str, Any]) -> None:
    assert (report["feed_gaps"], report["console_divergence"]) == (0, 0)
    assert report["console_checks"] >= 3
    assert report["console_tickets_compared"] >= CALLS
    assert report["console_messages"] >= 2 * 12 * CALLS


@pytest.mark.golden
def test_too_few_crews_break_limits_and_the_log_stays_sound(report: dict[str, Any]) -> None:
    assert report["deadlines_fired"] > 0
    assert 0 < report["arrival_in_time_share"] < 1
    assert report["waiting_max"] > 0
    assert report["audit_clean"] is True


@pytest.mark.golden
def test_crews_cross_the_old_border(report: dict[str, Any]) -> None:
    assert report["districts"] == 2
    assert report["crews"] == 12
    assert report["cross_border_share"] > 0


def test_a_wrong_file_ends_with_its_rows_and_starts_nothing(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("id,at,lon,lat\na,never,121.8,29.4\nb,2024-07-25T08:00:00+08:00,29.4,121.8\n", encoding="utf-8")
    done = running.command("replay", str(path), "--as", "csv")
    assert done.returncode == 2
    assert "第 2 行  at" in done.stderr
    assert "第 3 行  lat" in done.stderr
    assert "BadFile" in done.stderr


def test_a_report_that_cannot_be_written_is_said_before_the_play(tmp_path: Path) -> None:
    """Also ``dispatch demo``: nobody waits for a whole day to learn that its figures are lost."""
    nowhere = str(tmp_path / "missing" / "report.json")
    done = running.command("replay", str(log(tmp_path / "log.csv")), "--as", "csv", "--report", nowhere)
    assert (done.returncode, "BadReportPath" in done.stderr, "Traceback" in done.stderr) == (2, True, False)
    assert "启动服务" not in done.stderr


SOUND = {"lost": 0, "duplicated": 0, "feed_gaps": 0, "console_divergence": 0, "troubles": 0, "audit_clean": True}


def test_a_day_that_was_not_sound_ends_with_a_code_and_the_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    reporting.judge(SOUND)
    assert capsys.readouterr().err == ""
    for name in SOUND:
        figures = SOUND | ({"audit_clean": False} if name == "audit_clean" else {name: 3})
        with pytest.raises(SystemExit) as ended:
            reporting.judge(figures)
        assert ended.value.code == 1
        assert "本次演练有问题" in capsys.readouterr().err


def test_figures_that_cannot_be_written_after_all_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(reporting.BadReportPath):
        reporting.write(tmp_path, SOUND)
    assert json.loads(capsys.readouterr().out) == SOUND


def test_a_wrong_option_is_named(tmp_path: Path) -> None:
    done = running.command("replay", str(log(tmp_path / "log.csv")), "--as", "csv", "--from", "yesterday")
    assert (done.returncode, "BadTime" in done.stderr) == (2, True)
