"""Golden scenarios: what a scenario's file may say, how an answer is held against it, and each scenario played."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dispatch.simulator.golden.answers import Answers
from dispatch.simulator.golden.matching import MISSING, at_path, differences, holds
from dispatch.simulator.golden.playing import play_all
from dispatch.simulator.golden.script import BadScenario, filled, read, world_of
from tests.application import document
from tests.servers import scratch

SCENARIOS = sorted((Path(__file__).resolve().parents[2] / "scenarios").glob("[0-9][0-9]_*.toml"))
DOCUMENT = document()
ANSWERS = Answers(DOCUMENT, "/api/v1")
START = datetime(2026, 7, 1, 1, tzinfo=UTC)
HEAD = """
number = 99
name = "试"
source = "试"
law = "试"
start = 2026-07-01T09:00:00+08:00
"""
CALL = '[[step]]\nsay = "来电"\nwho = "seat"\npost = "/calls"\n'


@pytest.fixture
def said(tmp_path: Path) -> Any:
    """Read a scenario of these steps."""

    def read_it(steps: str, head: str = HEAD) -> Any:
        path = tmp_path / "99_try.toml"
        path.write_text(head + steps, encoding="utf-8")
        return read(path)

    return read_it


@pytest.mark.parametrize(
    ("steps", "place", "words"),
    [
        (CALL + "colour = 1\n", "step.0.colour", "99_try.toml 的 step.0.colour 不合要求"),
        (CALL + 'get = "/tickets"\n', "step.1", "第 1 步须写明一个人(who)和一个请求"),
        ('[[step]]\nsay = "来电"\npost = "/calls"\n', "step.1", "第 1 步须写明一个人"),
        ('[[step]]\nsay = "等"\nwho = "seat"\n', "step.1", "第 1 步须写明一个人"),
        (CALL + "at = 5\n" + CALL + "at = 4\n", "step.2.at", "第 2 步的时间早于上一步"),
        (CALL + "at = 5\n" + CALL + CALL + "at = 4\n", "step.3.at", "第 3 步的时间早于上一步"),
        (CALL + "at = -1\n", "step.0.at", "step.0.at 不合要求"),
        (CALL + "times = 0\n", "step.0.times", "step.0.times 不合要求"),
        ("", "step", "step 不合要求"),
        (CALL + "say = 1\n", "file", "不是正确的 TOML"),
    ],
    ids=[
        "a word that is not known",
        "two requests in a step",
        "a request of nobody",
        "somebody who asks for nothing",
        "time goes backwards",
        "time goes backwards over a step without a time",
        "before the start",
        "never",
        "no step at all",
        "no TOML",
    ],
)
def test_a_file_that_cannot_be_played_is_refused_with_the_place_named(
    said: Any, steps: str, place: str, words: str
) -> None:
    with pytest.raises(BadScenario) as refused:
        said(steps)
    assert refused.value.field == place
    assert words in refused.value.message


def test_a_start_without_its_time_zone_is_refused(said: Any) -> None:
    with pytest.raises(BadScenario, match="start"):
        said(CALL, HEAD.replace("+08:00", ""))


def test_a_file_or_a_world_that_is_not_there_is_named(tmp_path: Path, said: Any) -> None:
    with pytest.raises(BadScenario, match="没有场景文件"):
        read(tmp_path / "nothing.toml")
    with pytest.raises(BadScenario, match=r"世界文件 two_counties\.yaml 读不出来"):
        world_of(tmp_path / "99_try.toml", said(CALL))


def test_a_moment_alone_is_a_step(said: Any) -> None:
    scenario = said(CALL + '[[step]]\nsay = "半小时过去"\nat = 30\n')
    assert [step.request for step in scenario.step] == [("POST", "/calls"), None]
    assert scenario.people == ("seat",)


NAMES = {"ticket": "t-1", "n": 3, "row": {"id": "x"}}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("/tickets/${ticket}/accept", "/tickets/t-1/accept"),
        ("DB${ticket}-${n}", "DBt-1-3"),
        ("${n}", 3),
        ("${row}", {"id": "x"}),
        ("@30", "2026-07-01T01:30:00+00:00"),
        ("@-0.5", "2026-07-01T00:59:30+00:00"),
        ({"at": ["@1", 7, True, None]}, {"at": ["2026-07-01T01:01:00+00:00", 7, True, None]}),
        ("nothing to fill", "nothing to fill"),
    ],
)
def test_names_and_instants_are_filled_in(text: Any, meant: Any) -> None:
    assert filled(text, NAMES, START) == meant


@pytest.mark.parametrize("text", ["${nobody}", "/tickets/${nobody}/accept", {"a": ["${nobody}"]}])
def test_a_name_that_was_never_saved_is_refused(text: Any) -> None:
    with pytest.raises(BadScenario, match="名称 nobody 在此之前没有保存"):
        filled(text, NAMES, START)


ANSWER = {"ticket": {"stage": "accepted", "none": None, "list": [{"id": "a"}, {"id": "b"}]}, "0": "zero"}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("", ANSWER),
        ("ticket.stage", "accepted"),
        ("ticket.list.0.id", "a"),
        ("ticket.list.-1.id", "b"),
        ("ticket.none", None),
        ("0", "zero"),
        ("ticket.list.2", MISSING),
        ("ticket.list.-3", MISSING),
        ("ticket.list.id", MISSING),
        ("ticket.stage.more", MISSING),
        ("nothing", MISSING),
    ],
)
def test_a_path_leads_to_what_stands_there(path: str, found: Any) -> None:
    assert at_path(ANSWER, path) is found or at_path(ANSWER, path) == found


ROWS = [{"id": "a", "n": 1}, {"id": "b", "n": 2}]


@pytest.mark.parametrize(
    ("found", "wanted", "held"),
    [
        (3, 3, True),
        (3, 4, False),
        (MISSING, None, False),
        ({"a": 1}, {"a": 1}, True),
        ([], [], True),
        (3, {"is": 3}, True),
        (MISSING, {"is": 3}, False),
        (3, {"not": 4}, True),
        (3, {"not": 3}, False),
        (3, {"ge": 3, "le": 3}, True),
        (3, {"ge": 3, "le": 2}, False),
        (3, {"gt": 2, "lt": 4}, True),
        (3, {"gt": 3}, False),
        (3, {"lt": 3}, False),
        (None, {"ge": 0}, False),
        (MISSING, {"lt": 9}, False),
        ("请退单", {"has": "退单"}, True),
        ("请退单", {"has": "接单"}, False),
        (["a"], {"has": "a"}, True),
        ("请退单", {"lacks": "接单"}, True),
        ("请退单", {"lacks": "退单"}, False),
        (MISSING, {"lacks": "退单"}, False),
        (ROWS, {"size": 2}, True),
        (ROWS, {"size": 1}, False),
        (MISSING, {"size": 0}, False),
        (MISSING, {"absent": True}, True),
        (None, {"absent": True}, True),
        ("", {"absent": True}, False),
        (0, {"absent": False}, True),
        (MISSING, {"absent": False}, False),
        ("a", {"one_of": ["a", "b"]}, True),
        ("c", {"one_of": ["a", "b"]}, False),
        ("2026-07-01T01:31:00Z", {"minute": 31}, True),
        ("2026-07-01T09:31:01+08:00", {"minute": 31}, True),
        ("2026-07-01T01:31:02Z", {"minute": 31}, False),
        (MISSING, {"minute": 31}, False),
        (ROWS, {"some": {"id": "b", "n": {"ge": 2}}}, True),
        (ROWS, {"some": {"id": "b", "n": 1}}, False),
        (ROWS, {"none": {"id": "c"}}, True),
        (ROWS, {"none": {"id": "b"}}, False),
        (ROWS, {"every": {"n": {"ge": 1}}}, True),
        (ROWS, {"every": {"n": 1}}, False),
        (ROWS, {"count": {"of": {"n": {"ge": 1}}, "is": 2}}, True),
        (ROWS, {"count": {"of": {"n": 1}, "is": 2}}, False),
        (["x"], {"some": {"": {"has": "x"}}}, True),
    ],
)
def test_an_answer_is_held_against_what_must_be_true_of_it(found: Any, wanted: Any, held: bool) -> None:
    assert holds(found, wanted, START) is held


def test_a_difference_says_what_was_expected_and_what_came() -> None:
    said = list(differences(ANSWER, {"ticket.stage": "submitted", "ticket.no": 1, "0": "zero"}, START))
    assert said == ["ticket.stage 应为 'submitted',实为 'accepted'", "ticket.no 应为 1,实为 无此项"]


LOOK = '[[step]]\nsay = "看"\nwho = "monitor"\nget = "%s"\n'


@pytest.mark.parametrize(
    ("request_", "expected", "place"),
    [
        ("/tickets/t", "restored_att = {absent = true}", "restored_att"),
        ("/tickets/t", "restored_att = {absent = false}", "restored_att"),
        ("/tickets/t", "'trust.findings' = {absent = true}", "trust.findings"),
        ("/tickets/t", "'dispatches.0.crew' = {absent = true}", "dispatches.0.crew"),
        ("/tickets/t", "'stage.0' = {absent = true}", "stage.0"),
        ("/tickets/t", "items = {absent = true}", "items"),
        ("/tickets?open=true", "tickets = {none = {merged_in = 'x'}}", "tickets.0.merged_in"),
        ("/tickets", "tickets = {none = {flags = {is = 1}, 'flags.chase_n' = 1}}", "tickets.0.flags.chase_n"),
        ("/tickets", "tickets = {count = {of = {stagee = 'closed'}, is = 0}}", "tickets.0.stagee"),
        ("/tickets", "'tickets.-1.id.no' = {absent = true}", "tickets.-1.id.no"),
        ("/nowhere", "stage = {absent = true}", "stage"),
    ],
)
def test_a_place_that_no_answer_of_its_kind_has_is_refused_before_anything_is_played(
    said: Any, request_: str, expected: str, place: str
) -> None:
    scenario = said(CALL + LOOK % request_ + f"expect = {{{expected}}}\n")
    with pytest.raises(BadScenario) as refused:
        ANSWERS.check(scenario, "99_try.toml")
    assert refused.value.field == "step.2"
    assert "场景文件 99_try.toml 第 2 步(看):GET" in refused.value.message
    assert f"的答复中不会有 {place}," in refused.value.message


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ("/tickets/t", '{status = 404, "error.code" = "NotFound", "error.details.fields" = {absent = true}}'),
        ("/tickets/${ticket}", '{restored_at = {absent = true}, "flags.chased_n" = 0, "dispatches.-1.crew_id" = "c1"}'),
        ("/tickets?open=true", '{"" = {not = 1}, tickets = {none = {merged_into = "x"}}}'),
    ],
)
def test_a_place_that_an_answer_may_have_is_not(said: Any, request_: str, expected: str) -> None:
    ANSWERS.check(said(LOOK % request_ + f"expect = {expected}\n"), "99_try.toml")


def test_what_is_kept_for_later_must_be_able_to_come(said: Any) -> None:
    with pytest.raises(BadScenario, match=r"的答复中不会有 ticket\.idd"):
        ANSWERS.check(said(CALL + 'save = {ticket = "ticket.idd"}\n'), "99_try.toml")


async def test_a_misspelt_place_ends_the_play_before_a_server_is_started(tmp_path: Path) -> None:
    text = SCENARIOS[0].read_text("utf-8")
    path = tmp_path / SCENARIOS[0].name
    path.write_text(text.replace("accepted_at = {absent = true}", "acepted_at = {absent = true}", 1), encoding="utf-8")
    with pytest.raises(BadScenario, match=r"01_single_flat_in_arrears\.toml 第 \d+ 步.*acepted_at"):
        await play_all([SCENARIOS[1], path], root=tmp_path, tell=print, document=DOCUMENT)
    assert not (tmp_path / "postgres").exists()


def test_a_comparison_among_the_members_of_a_list_that_there_is_none_of_is_refused(said: Any) -> None:
    with pytest.raises(BadScenario, match="没有比较方式 gte"):
        said(CALL + "expect = {tickets = {none = {n = {gte = 3}}}}\n")


def test_there_is_a_scenario_for_each_of_the_twenty_five_and_each_is_a_story() -> None:
    scenarios = [read(path) for path in SCENARIOS]
    assert [scenario.number for scenario in scenarios] == list(range(1, 26))
    for path, scenario in zip(SCENARIOS, scenarios, strict=True):
        accounts = {account["id"] for account in world_of(path, scenario)["accounts"]}
        assert set(scenario.people) <= accounts, path.name
        assert sum(bool(step.expect) for step in scenario.step) >= 5, path.name
        assert scenario.start.utcoffset() == timedelta(hours=8), path.name
        ANSWERS.check(scenario, path.name)


@pytest.fixture
def root() -> Iterator[Path]:
    """A directory that the embedded PostgreSQL's own account can reach."""
    path = scratch()
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.mark.golden
@pytest.mark.parametrize("path", SCENARIOS, ids=[path.stem for path in SCENARIOS])
async def test_a_golden_scenario_holds_on_a_real_server(path: Path, root: Path) -> None:
    (outcome,) = await play_all([path], root=root, tell=print, document=DOCUMENT)
    assert outcome.faults == ()


@pytest.mark.golden
async def test_a_scenario_whose_expectation_is_wrong_fails_at_that_step(tmp_path: Path, root: Path) -> None:
    text = SCENARIOS[0].read_text("utf-8")
    path = tmp_path / SCENARIOS[0].name
    path.write_text(text.replace('verdict = "arrears"', 'verdict = "unknown"', 1), encoding="utf-8")
    shutil.copy(SCENARIOS[0].parent / "two_counties.yaml", tmp_path)
    (outcome,) = await play_all([path], root=root, tell=print, document=DOCUMENT)
    (fault,) = outcome.faults
    assert fault.startswith("第 2 步(客户来电报无电")
    assert fault.endswith("verdict 应为 'unknown',实为 'arrears'")


def test_a_folder_and_a_comparison_that_there_is_none_of_are_refused_in_chinese(said: Any, tmp_path: Path) -> None:
    with pytest.raises(BadScenario, match="toml"):
        read(tmp_path)
    with pytest.raises(BadScenario, match="gte"):
        said(CALL + 'expect = {"ticket.n" = {gte = 700}}\n')
    with pytest.raises(BadScenario, match="缺少必填项"):
        said('[[step]]\nwho = "seat"\n')
