"""``dispatch optimise``, ``optimise generate`` and ``score`` as a planner types them."""

import json
import os
import re
import signal
import sys
from functools import partial
from pathlib import Path
from subprocess import PIPE, Popen, run

import pytest

from tests.cli.running import command
from tests.routing.optimiser.streets import MIN, crew, job, plan, street
from tests.routing.optimiser.test_vrplib import SMALL


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a problem, a plan that keeps to it, one that does not, and an instance."""
    problem = street([job("j", 1, due_s=5 * MIN), job("k", 2, needs=["hv"])], [crew("c1", skills=["hv"]), crew("c2")])
    for name, found in (("p", problem), ("good", plan(c1=["j", "k"])), ("bad", plan(c2=["j", "k"]))):
        (tmp_path / f"{name}.json").write_text(json.dumps(found), "utf-8")
    (tmp_path / "small.vrp").write_text(SMALL)
    return tmp_path


def test_a_good_plan_is_shown_by_rule_and_ends_with_code_0(files: Path) -> None:
    done = command("score", "p.json", "good.json", folder=files)
    assert done.returncode == 0, done.stderr
    assert "行车" in done.stdout
    assert "25.0" in done.stdout  # 20 minutes of driving, 5 late
    assert "没有违反" in done.stdout
    assert done.stderr == ""


def test_a_plan_with_violations_ends_with_code_1_and_names_them(files: Path) -> None:
    done = command("score", "p.json", "bad.json", folder=files)
    assert done.returncode == 1
    assert "违反:技能不符 1 处" in done.stdout


def test_a_score_as_json_has_what_the_format_says(files: Path) -> None:
    done = command("score", "p.json", "good.json", "--json", folder=files)
    found = json.loads(done.stdout)
    assert set(found) == {"cost", "by_rule", "violations", "served", "unserved", "late_jobs", "minutes"}
    assert (found["cost"], found["served"], found["late_jobs"]) == (25.0, 2, 1)


def test_a_plan_of_another_problem_is_scored_with_a_word(files: Path) -> None:
    (files / "other.json").write_text(json.dumps(plan(c1=["j"]) | {"problem": "elsewhere"}))
    done = command("score", "p.json", "other.json", folder=files)
    assert "elsewhere" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("none.json", "good.json"), "读不到文件"),
        (("p.json", "none.json"), "读不到文件"),
        ((".", "good.json"), "是目录"),
        (("good.json", "good.json"), "[BadProblem](format)"),
        (("p.json", "p.json"), "[BadPlan](format)"),
        (("p.json",), "缺少参数 PLAN.json"),
    ],
)
def test_a_file_that_cannot_be_used_ends_with_code_2(files: Path, words: tuple[str, ...], said: str) -> None:
    done = command("score", *words, folder=files)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_published_plan_of_an_instance_is_scored(files: Path) -> None:
    (files / "small.sol").write_text("Route #1: 1 2\nRoute #2: 3\nCost 10.8\n")
    done = command("score", "small.vrp", "small.sol", "--json", folder=files)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["cost"] == pytest.approx(10.8)


def test_a_problem_is_made_and_made_again_the_same(files: Path) -> None:
    words = ("optimise", "generate", "storm", "--jobs", "30", "--crews", "8", "--seed", "5")
    assert command(*words, "--out", "storm.json", folder=files).returncode == 0
    made = (files / "storm.json").read_text("utf-8")
    assert command(*words, folder=files).stdout == made
    assert json.loads(made)["name"] == "storm-30x8-5"


def test_an_unknown_kind_of_day_is_refused(files: Path) -> None:
    done = command("optimise", "generate", "hail", folder=files)
    assert done.returncode == 2
    assert "storm、normal、planned" in done.stderr


def test_a_problem_is_planned_and_its_plan_scored(files: Path) -> None:
    done = command("optimise", "p.json", "--iterations", "200", "--seed", "3", "--out", "plan.json", folder=files)
    assert done.returncode == 0, done.stderr
    assert "费用 25.0" in done.stderr  # c1 drives on from j to k; nobody else may do k
    scored = command("score", "p.json", "plan.json", "--json", folder=files)
    assert scored.returncode == 0
    assert json.loads(scored.stdout)["cost"] == 25.0


def test_the_same_iterations_and_seed_give_the_same_plan_byte_for_byte(files: Path) -> None:
    assert command("optimise", "generate", "storm", "--jobs", "60", "--crews", "9", "--out", "s.json", folder=files)
    words = ("optimise", "s.json", "--iterations", "2000", "--seed", "4")
    one, two = (command(*words, folder=files).stdout for _ in range(2))
    assert one == two
    assert json.loads(one)["format"] == "dispatch-plan/1"


def test_an_instance_is_planned_into_a_sol_file(files: Path) -> None:
    done = command("optimise", "small.vrp", "--iterations", "500", "--out", "plan.sol", folder=files)
    assert done.returncode == 0, done.stderr
    assert (files / "plan.sol").read_text().startswith("Route #1: ")
    assert command("score", "small.vrp", "plan.sol", folder=files).returncode == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("p.json", "--seconds", "1", "--iterations", "1"), "只能给一个"),
        (("p.json", "--out", "none/plan.json"), "不能写入 none/plan.json"),
        (("p.json", "--out", "plan.sol"), "只有 .vrp 问题"),
        (("p.json", "--seconds", "-1"), "--seconds"),
        (("p.json", "--cores", "0"), "--cores"),
        ((), "缺少参数 PROBLEM.json"),
    ],
)
def test_what_cannot_be_done_is_said_before_the_search(files: Path, words: tuple[str, ...], said: str) -> None:
    done = command("optimise", *words, folder=files)
    assert done.returncode == 2
    assert said in done.stderr
    assert not (files / "plan.json").exists()


@pytest.mark.parametrize("name", ["same", "link", "hard"])
def test_the_problem_is_never_written_over_by_its_plan(files: Path, name: str) -> None:
    out = {"same": files / "p.json", "link": files / "link.json", "hard": files / "hard.json"}[name]
    (files / "link.json").symlink_to(files / "p.json")
    (files / "hard.json").hardlink_to(files / "p.json")
    before = (files / "p.json").read_bytes()
    done = command("optimise", "p.json", "--iterations", "1", "--out", str(out), folder=files)
    assert done.returncode == 2
    assert "就是输入文件 p.json" in done.stderr
    assert (files / "p.json").read_bytes() == before


def test_more_iterations_than_make_sense_are_refused_with_the_limit(files: Path) -> None:
    done = command("optimise", "p.json", "--iterations", "1000000001", folder=files)
    assert (done.returncode, "--iterations 的值不合要求:不能大于 1000000000" in done.stderr) == (2, True)


def test_a_bound_is_shown_that_the_plan_does_not_undercut(files: Path) -> None:
    done = command("optimise", "p.json", "--iterations", "50", "--bound", folder=files)
    assert done.returncode == 0, done.stderr
    assert "正在求下界" in done.stderr
    said = re.search(r"费用 ([\d.]+);.*下界 ([\d.]+):", done.stderr, re.DOTALL)
    assert said is not None
    assert float(said[2]) <= float(said[1])


@pytest.mark.parametrize("problem", [street([], []), street([job("j", 1)], []), street([], [crew("c")])])
def test_nothing_to_plan_has_a_bound_too(files: Path, problem: dict[str, object]) -> None:
    (files / "n.json").write_text(json.dumps(problem))
    done = command("optimise", "n.json", "--iterations", "5", "--bound", folder=files)
    assert (done.returncode, "下界" in done.stderr) == (0, True)


def test_a_matrix_without_rows_and_nobody_to_send_is_a_plan_of_nothing(files: Path) -> None:
    (files / "n.json").write_text(json.dumps(street([], [], travel={"by": "matrix", "seconds": []})))
    done = command("optimise", "n.json", "--iterations", "5", folder=files)
    assert (done.returncode, json.loads(done.stdout)["routes"]) == (0, {})


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("name", ["plain", "tied"])
def test_who_breaks_the_search_off_gets_the_plan_so_far(files: Path, number: signal.Signals, name: str) -> None:
    """
    As a process: a signal goes to a whole one. It is sent when the first line of progress has come, and so while that
    line is still being put out, where standard error has a buffer.
    """
    ties = {"after": ["j0"]} if name == "tied" else {}
    jobs = [job("j0", 1), *(job(f"j{i}", i % 5, work_s=600, due_s=0, **ties) for i in range(1, 40))]
    (files / "long.json").write_text(json.dumps(street(jobs, [crew("c1"), crew("c2")])))
    words = [sys.executable, "-c", "from dispatch.cli import main; main()", "optimise", "long.json", "--seconds", "600"]
    words += ["--out", "o.json"]
    hears = partial(signal.signal, number, signal.SIG_DFL)  # tests that run in the background inherit deaf ears
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}  # as for most people
    with Popen(words, cwd=files, stdout=PIPE, stderr=PIPE, text=True, preexec_fn=hears, env=environ) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        process.send_signal(number)
        said = first + process.stderr.read()
    assert process.returncode == 128 + number, said
    assert "正在写出到此为止最好的方案" in said
    assert json.loads((files / "o.json").read_text())["solver"]["broken_off"] is True
    assert command("score", "long.json", "o.json", folder=files).returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_behind_standard_output_is_one_sentence(files: Path) -> None:
    words = [sys.executable, "-c", "from dispatch.cli import main; main()", "optimise", "p.json", "--iterations", "1"]
    with Path("/dev/full").open("w") as full:
        done = run(words, cwd=files, stdout=full, stderr=PIPE, text=True, check=False)
    assert done.returncode == 2
    assert "不能写到标准输出:磁盘已满" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_an_instance_is_scored_in_its_own_units(files: Path) -> None:
    (files / "s.sol").write_text("Route #1: 1 2\nRoute #2: 3\nCost 10.8\n")
    done = command("score", "small.vrp", "s.sol", folder=files)
    assert "距离 10.8" in done.stdout
    assert "分钟" not in done.stdout


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("name = '演练'".encode("gbk"), "不是 UTF-8 编码:请另存为 UTF-8"),
        (b"name = 'a\n", "(结尾处|第 1 行第 .*)不是正确的 TOML"),
        (b"\xef\xbb\xbfname = 'a'\n", "缺少必填项"),
        (b"foo = 1\n", "foo 不合要求:场景文件没有这个字段|缺少必填项"),
    ],
)
def test_a_wrong_scenario_is_refused_in_chinese(files: Path, data: bytes, said: str) -> None:
    (files / "s.toml").write_bytes(data)
    done = command("simulate", "s.toml", "--seeds", "1", folder=files)
    assert done.returncode == 2
    assert re.search(said, done.stderr), done.stderr
    assert "codec" not in done.stderr


def test_a_plan_that_says_wrong_things_of_jobs_left_out_is_told_so(files: Path) -> None:
    left = {name: {"code": "X", "sentence": "x"} for name in ("j", "nobody")}
    (files / "odd.json").write_text(json.dumps(plan(c1=["j", "k"]) | {"unserved": left}))
    done = command("score", "p.json", "odd.json", folder=files)
    assert "工作 j既排在路线上又写在 unserved 中" in done.stderr
    assert "工作 nobody写在 unserved 中,问题里没有" in done.stderr


def test_the_example_of_the_document_is_what_the_commands_do(tmp_path: Path) -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "formats.md").read_text("utf-8")
    problem, solved = re.findall(r"```json\n(.*?)```", text, re.DOTALL)[:2]
    (tmp_path / "problem.json").write_text(problem, "utf-8")
    shown = re.findall(r"```console\n(.*?)```", text, re.DOTALL)[0]
    done = command("optimise", "problem.json", "--iterations", "1000", "--out", "plan.json", folder=tmp_path)
    assert (done.returncode, (tmp_path / "plan.json").read_text("utf-8")) == (0, solved)
    scored = command("score", "problem.json", "plan.json", folder=tmp_path)
    said = done.stderr.splitlines()[-1:] + scored.stdout.splitlines()
    assert [line.rstrip() for line in said if line.rstrip() not in shown] == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_score_that_cannot_be_printed_is_one_sentence(files: Path, form: list[str]) -> None:
    own = [sys.executable, "-c", "from dispatch.cli import main; main()"]
    words = [*own, "score", "p.json", "good.json", *form]
    with Path("/dev/full").open("w") as full:
        done = run(words, cwd=files, stdout=full, stderr=PIPE, text=True, check=False)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1)
    assert "[BadOut](标准输出):不能写到标准输出" in done.stderr


@pytest.mark.parametrize(
    ("given", "said"),
    [("nan", "应为有限的数字"), ("inf", "不能大于"), ("-1", "不能小于")],
)
def test_seconds_that_are_no_time_are_refused_by_name(files: Path, given: str, said: str) -> None:
    done = command("optimise", "p.json", "--seconds", given, folder=files)
    assert done.returncode == 2
    assert "[BadUsage](--seconds)" in done.stderr
    assert said in done.stderr
