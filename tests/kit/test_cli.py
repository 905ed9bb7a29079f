"""The command line: what can be put right is said in one Chinese sentence, with code 2 and without a traceback."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import scratch

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def site() -> Iterator[Path]:
    """A data directory of this test's own."""
    made = scratch()
    yield made
    shutil.rmtree(made, ignore_errors=True)


def dispatch(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("DISPATCH_", "DATABASE_"))}
    command = [sys.executable, "-m", "dispatch", *words]
    return subprocess.run(
        command, cwd=CHECKOUT, env={**inherited, **environ}, capture_output=True, text=True, check=False, timeout=60
    )


def test_migrate_makes_the_embedded_database_and_a_second_time_changes_nothing(site: Path) -> None:
    first = dispatch("migrate", "--json", DISPATCH_DATA=str(site))
    assert json.loads(first.stdout)["before"] is None, first.stderr
    second = json.loads(dispatch("migrate", "--json", DISPATCH_DATA=str(site)).stdout)
    assert second["before"] == second["after"]
    assert not (site / "postgres" / "data" / "postmaster.pid").exists()


def test_migrate_brings_a_named_server_up(empty_dsn: str) -> None:
    done = dispatch("migrate", DATABASE_URL=empty_dsn)
    assert done.returncode == 0, done.stderr
    assert "升级到" in done.stdout


@pytest.mark.parametrize(
    ("words", "environ", "said"),
    [
        (["migrate"], {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "[NoDatabase]"),
        (["migrate"], {"DATABASE_URL": "mysql://db"}, "[BadSetting](DATABASE_URL)"),
        (["migrate"], {"DISPATCH_DATA": "/proc/nowhere"}, "[BadDataDirectory]"),
        (["doctor"], {"DISPATCH_PORT": "x"}, "[BadSetting](DISPATCH_PORT)"),
    ],
)
def test_what_the_operator_can_put_right_is_one_sentence(words: list[str], environ: dict[str, str], said: str) -> None:
    failed = dispatch(*words, **environ)
    assert failed.returncode == 2
    assert said in failed.stderr
    assert "Traceback" not in failed.stderr


def test_an_unknown_command_is_refused() -> None:
    assert dispatch("no-such").returncode == 2


def test_the_doctor_finds_a_sound_site_sound(site: Path, dsn: str) -> None:
    done = dispatch("doctor", "--json", DISPATCH_DATA=str(site), DISPATCH_PORT="0", DATABASE_URL=dsn)
    assert done.returncode == 0, done.stdout
    findings = {finding["subject"]: finding for finding in json.loads(done.stdout)["findings"]}
    assert findings["数据库结构"]["verdict"] == "ok"
    assert findings["时钟偏差"]["verdict"] == "ok"


def test_the_doctor_sees_a_busy_port_an_old_schema_and_bad_data(site: Path, empty_dsn: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        busy = str(other.getsockname()[1])
        done = dispatch("doctor", "--json", DISPATCH_DATA=str(site), DISPATCH_PORT=busy, DATABASE_URL=empty_dsn)
        (site / "postgres" / "data").mkdir(parents=True)
        (site / "postgres" / "data" / "x").write_text("")
        embedded = dispatch("doctor", "--json", DISPATCH_DATA=str(site), DISPATCH_PORT="0")
    assert done.returncode == 1
    assert faults(done) == {f"端口 {busy}", "数据库结构"}
    assert embedded.returncode == 1
    assert faults(embedded) == {"数据库程序"}


def faults(done: subprocess.CompletedProcess[str]) -> set[str]:
    findings = json.loads(done.stdout)["findings"]
    assert all(finding["remedy"] for finding in findings if finding["verdict"] != "ok")
    return {finding["subject"] for finding in findings if finding["verdict"] == "fault"}


def test_the_doctor_draws_a_table_for_people(site: Path) -> None:
    done = dispatch("doctor", DISPATCH_DATA=str(site), DISPATCH_PORT="0", DISPATCH_CLOCK=str(site / "clock"))
    assert "运行条件检查" in done.stdout
    assert "模拟时钟" in done.stdout
