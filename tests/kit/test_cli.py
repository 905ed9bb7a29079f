"""The command line: what can be put right is said in one Chinese sentence, with code 2 and without a traceback."""

import importlib
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.cli import COMMANDS, line_of, run
from tests.cli.running import command
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
    call = [sys.executable, "-m", "dispatch", *words]
    return subprocess.run(
        call, cwd=CHECKOUT, env={**inherited, **environ}, capture_output=True, text=True, check=False, timeout=60
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
    failed = command(*words, **environ)
    assert failed.returncode == 2
    assert said in failed.stderr
    assert "Traceback" not in failed.stderr


def test_a_refusal_is_the_exit_code_of_the_process() -> None:
    failed = dispatch("migrate", DATABASE_URL="mysql://db")
    assert (failed.returncode, "Traceback" in failed.stderr) == (2, False)
    assert "[BadSetting](DATABASE_URL)" in failed.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["srve"], "[NoSuchCommand]:没有命令 srve:是不是 serve?"),
        (["serve", "--prot", "1"], "[BadUsage](--prot):没有选项 --prot,是不是 --host、--port?"),
        (["serve", "-x"], "[BadUsage](-x):没有选项 -x,请去掉或核对拼写"),
        (["serve", "--port"], "[BadUsage](--port):选项 --port 后面要有值"),
        (["serve", "--port", "x"], "[BadUsage](--port):选项 --port 的值不合要求:应为整数,现为 'x'"),
        (["serve", "--port", "70000"], "[BadUsage](--port):选项 --port 的值不合要求:不能大于 65535"),
        (["serve", "extra", "word"], "[BadUsage]:多出参数 extra word,请去掉;用法见 dispatch serve --help"),
        (["demo", "--hours", "0.1"], "[BadUsage](--hours):选项 --hours 的值不合要求:不能小于 0.5"),
        (["demo", "--hours", "x"], "[BadUsage](--hours):选项 --hours 的值不合要求:应为数字,现为 'x'"),
        (["demo", "--exit=1"], "[BadUsage](--exit):选项 --exit 后面不带值"),
        (["load"], "[BadUsage](WORLD.json):缺少参数 WORLD.json,请补上;用法见 dispatch load --help"),
        (["replay", "x.csv"], "[BadUsage](--as):缺少选项 --as,请补上(只能是 pge、sffd、csv)"),
        (["replay", "x", "--as", "foo"], "[BadUsage](--as):选项 --as 的值不合要求:只能是 pge、sffd、csv,现为 'foo'"),
        (["--nonsense"], "[BadUsage](--nonsense):没有选项 --nonsense"),
    ],
)
def test_a_wrong_command_line_is_one_chinese_sentence_with_the_remedy(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == 2
    wrote = capsys.readouterr()
    assert wrote.err.startswith(f"错误 {said}")
    assert (wrote.err.count("\n"), wrote.out) == (1, "")


LISTED = """
import sys
sys.argv = ["dispatch", "--help"]
from dispatch.cli import main
try:
    main()
finally:
    print("loaded:", *sorted(name for name in sys.modules if name.startswith("dispatch.") or name == "fastapi"))
"""


def test_the_list_of_commands_is_read_without_loading_them() -> None:
    """What costs two seconds is not needed to say what there is."""
    call = [sys.executable, "-c", LISTED]
    done = subprocess.run(call, cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=60)
    listed, _, loaded = done.stdout.partition("loaded:")
    assert done.returncode == 0, done.stderr
    assert {"dispatch.cli", "dispatch.cli.usage"} <= set(loaded.split())
    assert not {place.partition(":")[0] for place in COMMANDS.values()} & set(loaded.split())
    assert "fastapi" not in loaded
    shown = "".join(listed.split())
    for name, place in COMMANDS.items():
        module, _, function = place.partition(":")
        line = (getattr(importlib.import_module(module), function).__doc__ or "").strip().partition("\n")[0]
        assert line
        assert line_of(place) == line
        assert "".join(f"{name}{line}".split()) in shown


def test_a_command_says_its_own_options() -> None:
    done = dispatch("serve", "--help")
    assert (done.returncode, "--processes" in done.stdout) == (0, True)


def test_no_word_at_all_gets_the_list_of_commands() -> None:
    done = dispatch()
    assert (done.returncode, "migrate" in done.stdout + done.stderr) == (2, True)


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
