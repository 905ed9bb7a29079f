"""``dispatch places`` as it is typed."""

import json
from pathlib import Path
from typing import Any

import pytest

from dispatch.cli import run

from .packages import pack

SHAPE = {"code", "level", "name", "path", "lon", "lat", "exact", "confidence"}


@pytest.fixture(autouse=True)
def _installed(small_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPATCH_GAZETTEER", str(small_file))


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_one_place_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["places", "find", "石浦星塘村", "--county", "330225", "--json"]) == 0
    (line,) = lines(capsys)
    assert line["q"] == "石浦星塘村"
    assert set(line["candidates"][0]) == SHAPE
    assert (line["candidates"][0]["code"], line["level_reached"], line["ask"]) == ("330225101244", "village", None)


def test_a_batch_is_answered_line_by_line_each_in_its_scope(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    batch = tmp_path / "batch.jsonl"
    asked = [
        {"q": "岔路村", "county": "330226"},
        {"q": "泉塘", "province": "43"},
        {"q": "泉塘", "county": "430381", "province": None},
        {"q": ""},
    ]
    batch.write_text("\ufeff" + "\n".join(json.dumps(one) for one in asked) + "\n\n", encoding="utf-8")
    assert run(["places", "find", "--batch", str(batch), "--province", "33", "--json", "--limit", "2"]) == 0
    found = lines(capsys)
    assert [line["q"] for line in found] == [one["q"] for one in asked]
    assert [one["code"] for one in found[0]["candidates"]] == ["330226105250", "330226200235"]
    assert found[1]["candidates"][0]["code"] == "430121002000"
    assert found[2]["candidates"][0]["code"] == "430381111000"
    assert (found[3]["candidates"], found[3]["level_reached"]) == ([], None)


def test_without_json_a_person_reads_a_table_and_the_question(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["places", "find", "象山石浦"]) == 0
    said = capsys.readouterr().out
    assert "330225101000" in said
    assert "再问:只听清到“石浦镇”,请再问村(社区)" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["x", "--county", "999999"], "地名库中没有编码“999999”"),
        ([], "请给出一个地点"),
        (["x", "--batch", "y"], "二者取一"),
        (["--batch", "/nowhere/at/all"], "读不到文件"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["places", "find", *words]) == 2
    out, error = capsys.readouterr()
    assert not out
    assert said in error


@pytest.mark.parametrize("line", ["石浦", '{"p": 1}', '{"q": 5}', '["q"]', '{"q": "a", "county": 330225}'])
def test_a_bad_line_of_a_batch_is_named(tmp_path: Path, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    batch = tmp_path / "batch.jsonl"
    batch.write_text('{"q": "石浦"}\n' + line, encoding="utf-8")
    assert run(["places", "find", "--batch", str(batch), "--json"]) == 2
    assert "第 2 行应为" in capsys.readouterr().err


def test_a_batch_in_another_encoding_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    batch = tmp_path / "batch.jsonl"
    batch.write_bytes('{"q": "石浦"}'.encode("gbk"))
    assert run(["places", "find", "--batch", str(batch)]) == 2
    assert "UTF-8" in capsys.readouterr().err


def test_the_file_is_built_where_it_is_wanted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive, out = pack(tmp_path), tmp_path / "there" / "names.npz"
    assert run(["places", "build", str(archive), "--out", str(out)]) == 0
    assert out.exists()
    assert not capsys.readouterr().out
    assert run(["places", "build", str(tmp_path / "none.tgz"), "--out", str(out)]) == 2
    assert "没有文件" in capsys.readouterr().err


def test_at_first_use_the_file_is_built_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho no network >&2\nexit 1\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DISPATCH_GAZETTEER", str(tmp_path / "fresh.npz"))
    assert run(["places", "find", "石浦", "--json"]) == 2
    out, error = capsys.readouterr()
    assert not out
    assert "no network" in error


@pytest.mark.parametrize(("words", "said"), [(["places", "bild"], "places build"), (["place"], "是不是 places")])
def test_a_command_of_two_words_that_is_mistyped_is_told(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == 2
    assert said in capsys.readouterr().err
