"""Paired seeds, intervals, tables, plots; and the command itself."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dispatch.kit.rulepack import Packs
from dispatch.simulator.gym import comparing, making, scenario, showing
from dispatch.simulator.gym.figures import Figures, measured
from dispatch.simulator.gym.playing import play
from dispatch.simulator.gym.policies import PolicyName
from dispatch.simulator.gym.replanning import Search
from dispatch.simulator.gym.scenario import BadGymScenario
from dispatch.simulator.gym.terms import terms_of
from dispatch.simulator.gym.trying import tried
from tests.cli.running import command

from .scenes import EVENING, FOLDER, small


@pytest.fixture(scope="module")
def figures() -> Figures:
    day = making.made(small(calls=20, crews=9), 1, terms_of(Packs.load().latest("sgcc")))
    return measured(play(day, PolicyName.INSERTION, Search(), lambda _: None))


def costing(figures: Figures, costs: list[float]) -> list[Figures]:
    return [replace(figures, seed=seed, cost=cost) for seed, cost in enumerate(costs)]


def test_a_policy_that_is_a_tenth_cheaper_on_every_day_has_a_narrow_interval(figures: Figures) -> None:
    """Days differ by far more than policies do: only pairs can tell."""
    days = [100.0, 2000.0, 350.0, 9000.0, 700.0, 40.0]
    found = comparing.ratio(costing(figures, [0.9 * one for one in days]), costing(figures, days))
    assert [round(one or 0.0, 9) for one in (found.value, found.low, found.high)] == [0.9, 0.9, 0.9]
    wide = comparing.mean(costing(figures, days), "cost")
    assert (wide.low or wide.value) < 0.5 * wide.value


def test_one_seed_has_no_interval(figures: Figures) -> None:
    assert comparing.mean([figures], "cost") == comparing.Between(figures.cost, None, None)


def test_policies_on_other_seeds_are_not_compared(figures: Figures) -> None:
    with pytest.raises(ValueError, match="same seeds"):
        comparing.ratio(costing(figures, [1.0, 2.0]), costing(figures, [1.0, 2.0, 3.0]))


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.toml")), ids=lambda file: file.stem)
def test_every_scenario_can_be_played(file: Path) -> None:
    whole = scenario.read(file)
    day = making.made(whole, 1, terms_of(Packs.load().latest("sgcc")))
    assert len(day.problem.jobs) == whole.calls
    assert len(day.problem.crews) == whole.crews.number
    assert (np.diff(day.called_s) >= 0).all()
    assert day.called_s[-1] < whole.hours * 3600
    assert all(any(set(job.needs) <= set(crew.skills) for crew in day.problem.crews) for job in day.problem.jobs)


def test_the_storm_comes_where_its_track_leads_and_when() -> None:
    """From south-east to north-west: calls in the south-east come hours before those in the north-west."""
    whole = scenario.read(FOLDER / "storm_day.toml")
    strong = whole.model_copy(
        update={"track": whole.track.model_copy(update={"times": 100.0}) if whole.track else None}
    )
    early, late = [], []
    for seed in range(5):
        day = making.made(strong, seed, terms_of(Packs.load().latest("sgcc")))
        hours = day.called_s / 3600
        places = [(job.at.x_km, job.at.y_km) for job in day.problem.jobs]
        early += [hour for hour, (x, y) in zip(hours, places, strict=True) if x > 60 and y < 20]
        late += [hour for hour, (x, y) in zip(hours, places, strict=True) if x < 20 and y > 60]
    assert np.median(early) + 3 < np.median(late)


def test_all_plays_on_two_cores_are_those_on_one() -> None:
    terms = terms_of(Packs.load().latest("sgcc"))
    days = [making.made(small(calls=30), seed, terms) for seed in (1, 2, 3)]
    names = [PolicyName.INSERTION, PolicyName.ROLLING]
    told: list[float] = []
    alone = tried(iter(days), 3, names, Search(), 1, told.append)
    both = tried(iter(days), 3, names, Search(), 2, told.append)
    for name in names:
        assert [one.seed for one in both[name]] == [1, 2, 3]
        assert [(one.cost, one.moves) for one in alone[name]] == [(one.cost, one.moves) for one in both[name]]
    assert max(told) == 1.0


def test_plots_are_drawn_without_chinese_letters_too(figures: Figures, tmp_path: Path) -> None:
    played = {name.value: [replace(figures, policy=name.value)] for name in PolicyName}
    report, *pictures = showing.write(played, {"seeds": [1]}, tmp_path, font=None)
    assert json.loads(report.read_text("utf-8")) == {"seeds": [1]}
    assert len(pictures) == 3
    assert all(file.read_bytes().startswith(b"\x89PNG") for file in pictures)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("share = 0.55", "share = 0.65", "合计应为 1"),
        ("counties = 2", "counties = 0", "land.counties"),
        ("hours = 5", "hours = nan", "不是有限的数"),
        ("curve = [1.0]", "curve = [0.0]", "至少要有一段"),
        ("towns_km = [9.0, 18.0]", "towns_km = [18.0, 9.0]", "先小后大"),
        ("calls = 400", "calls = 400\ncrew = 3", "crew"),
        ("calls = 400", "calls = ", "不是正确的 TOML"),
        ("longest_min = 240.0", "longest_min = 1.0", "least_min"),
    ],
)
def test_a_scenario_that_says_nonsense_is_refused_by_name(tmp_path: Path, old: str, new: str, said: str) -> None:
    file = tmp_path / "bad.toml"
    text = EVENING.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(BadGymScenario) as refused:
        scenario.read(file)
    assert said in refused.value.message


def test_the_command_compares_two_policies_and_writes_its_plots(tmp_path: Path) -> None:
    words = "simulate", str(EVENING), "--policy", "nearest", "--policy", "insertion", "--seeds", "2"
    ended = command(*words, "--json", "--out", str(tmp_path / "out"))
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert told["seeds"] == [1, 2]
    pair = next(one for one in told["paired"] if one["policy"] == "insertion")
    assert pair["cost_ratio"]["high"] < 1
    there = {file.name for file in (tmp_path / "out").iterdir()}
    assert there == {"arrivals.png", "late_by_area.png", "moves.png", "report.json"}
    assert "最省插入" in command(*words).stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "二者选一"),
        (("--file", "x.csv"), "--as"),
        (("missing.toml",), "读不出来"),
        ((str(EVENING), "--file", "x.csv", "--as", "csv"), "二者选一"),
        ((str(EVENING), "--policy", "best"), "--policy"),
        ((str(EVENING), "--out", str(EVENING)), "--out"),
    ],
)
def test_what_cannot_be_simulated_is_one_sentence(words: tuple[str, ...], said: str) -> None:
    ended = command("simulate", *words)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert ended.stderr.count("\n") == 1
