"""``dispatch optimise``, ``optimise generate`` and ``score`` as a planner types them."""

import json
from pathlib import Path

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
