"""``dispatch generators`` as a planner of protected supply types it."""

import json
from pathlib import Path

import pytest

from tests.cli.running import command
from tests.routing.generators.small import HOUR, group, posed, truck


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a problem, and a plan that sends a truck to two places at once."""
    problem = posed([truck("t"), truck("u", 9)], [group("g"), group("big", kva=900)], name="small")
    stops = [{"group": "g", "from_s": HOUR, "to_s": 2 * HOUR}, {"group": "g", "from_s": HOUR, "to_s": 3 * HOUR}]
    bad = {"format": "dispatch-generator-plan/1", "problem": "other", "routes": {"t": stops}}
    (tmp_path / "p.json").write_text(json.dumps(problem), "utf-8")
    (tmp_path / "bad.json").write_text(json.dumps(bad), "utf-8")
    return tmp_path


def test_a_plan_is_made_shown_and_scored(files: Path) -> None:
    done = command("generators", "p.json", "--limit", "2", "--out", "plan.json", folder=files)
    assert done.returncode == 0, done.stderr
    assert "供电对象" in done.stderr
    assert "缺 500 kVA" in done.stderr
    assert "没有违反" in done.stderr
    judged = command("generators", "p.json", "--score", "plan.json", "--json", folder=files)
    assert judged.returncode == 0, judged.stderr
    assert json.loads(judged.stdout)["fed"] == 1


def test_without_out_the_plan_alone_stands_on_standard_output(files: Path) -> None:
    done = command("generators", "p.json", "--limit", "1", "--json", folder=files)
    assert json.loads(done.stdout)["routes"]["t"][0]["group"] == "g"
    assert done.stderr == ""


def test_a_plan_that_breaks_something_ends_with_code_1(files: Path) -> None:
    done = command("generators", "p.json", "--score", "bad.json", folder=files)
    assert done.returncode == 1
    assert "同一时间在两处" in done.stdout
    assert "other" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("none.json",), "读不到文件"),
        (("bad.json",), "[BadProblem](format)"),
        (("p.json", "--score", "p.json"), "[BadPlan](format)"),
        (("p.json", "--seconds", "1", "--limit", "1"), "只能给一个"),
        (("p.json", "--out", "nowhere/plan.json"), "--out"),
        (("p.json", "--seconds", "-1"), "--seconds"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(files: Path, words: tuple[str, ...], said: str) -> None:
    done = command("generators", *words, folder=files)
    assert done.returncode == 2
    assert said in done.stderr


def test_a_problem_is_made_and_solved(tmp_path: Path) -> None:
    words = ("--trucks", "5", "--groups", "12", "--seed", "7", "--out", "made.json")
    assert command("generators", "generate", *words, folder=tmp_path).returncode == 0
    assert command("generators", "made.json", "--limit", "0.2", "--out", "x.json", folder=tmp_path).returncode == 0
