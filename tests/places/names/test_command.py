"""``dispatch places`` as it is typed."""

import json
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from dispatch.cli import run

from .packages import pack

SHAPE = {"code", "level", "name", "path", "lon", "lat", "exact", "confidence"}


@pytest.fixture(autouse=True)
def _installed(small_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPATCH_GAZETTEER", str(small_file))


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.split("\n") if line]


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
        (["--batch", "/nowhere/at/all"], "读不到文件 /nowhere/at/all:没有这个文件或文件夹"),
        (["--batch", "/"], "这是文件夹"),
        (["\udcff"], "不完整的字符"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["places", "find", *words]) == 2
    out, error = capsys.readouterr()
    assert not out
    assert said in error


GOOD = {"q": "石浦星塘村", "county": "330225"}
NOT_JSON = (None, "BadLine", "应为 {")
BAD: list[tuple[bytes, str | None, str, str]] = [
    ("石浦".encode(), *NOT_JSON),
    (b"[" * 100_000, *NOT_JSON),
    (b'{"p": 1}', *NOT_JSON),
    (b'{"q": 5}', *NOT_JSON),
    (b'["q"]', *NOT_JSON),
    (b"null", *NOT_JSON),
    (b'{"q": "\\ud83d"}', None, "BadLine", "不完整的字符"),
    ('{"q": "石浦"}'.encode("gbk"), None, "BadLine", "UTF-8"),
    (b'{"q": "a", "county": 330225}', "a", "BadLine", "county 应为文字"),
    (b'{"q": "a", "county": "999999"}', "a", "NoSuchUnit", "地名库中没有编码"),
    (b'{"q": "a", "province": "xx"}', "a", "NoSuchUnit", "地名库中没有编码"),
]


def written(folder: Path, lines: list[bytes]) -> str:
    batch = folder / "batch.jsonl"
    batch.write_bytes(b"\n".join(lines))
    return str(batch)


@pytest.mark.parametrize(("line", "q", "code", "said"), BAD)
def test_a_bad_line_of_a_batch_is_answered_on_its_line_and_the_rest_goes_on(
    tmp_path: Path, line: bytes, q: str | None, code: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    good = json.dumps(GOOD).encode()
    assert run(["places", "find", "--batch", written(tmp_path, [good, b"", line, good]), "--json"]) == 1
    out, error = capsys.readouterr()
    first, wrong, last = (json.loads(text) for text in out.splitlines())
    assert first == last
    assert first["candidates"][0]["code"] == "330225101244"
    assert (wrong["q"], wrong["line"], wrong["error"]["code"]) == (q, 3, code)
    assert set(wrong) == {"q", "line", "error"}
    assert said in wrong["error"]["message"]
    assert "3 行中有 1 行有误,其余已答" in error


def test_a_batch_has_as_many_answers_as_questions_whatever_is_wrong_with_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And those that are right have the answer that they have alone."""
    good = [{"q": "石浦"}, {"q": "a\u2028b"}, {"q": ""}, GOOD]
    mixed = [part for one, (bad, *_) in zip(good * 3, BAD, strict=False) for part in (json.dumps(one).encode(), bad)]
    assert run(["places", "find", "--batch", written(tmp_path, mixed), "--json"]) == 1
    found = lines(capsys)
    assert len(found) == len(mixed)
    assert run(["places", "find", "--batch", written(tmp_path, mixed[::2]), "--json"]) == 0
    assert found[::2] == lines(capsys)
    assert all("error" in one for one in found[1::2])


def test_without_json_a_bad_line_is_told_on_the_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["places", "find", "--batch", written(tmp_path, [b"?", json.dumps(GOOD).encode()])]) == 1
    out, error = capsys.readouterr()
    assert "330225101244" in out
    assert "第 1 行有误:应为" in error


def test_an_empty_batch_has_no_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["places", "find", "--batch", written(tmp_path, [b""]), "--json"]) == 0
    assert lines(capsys) == []


@pytest.mark.parametrize("columns", [60, 80, 100, 200])
def test_the_table_has_each_name_and_the_whole_path_however_narrow_the_terminal(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["places", "find", "泉塘", "--json"]) == 0
    (found,) = lines(capsys)
    monkeypatch.setenv("COLUMNS", str(columns))
    assert run(["places", "find", "泉塘"]) == 0
    shown = capsys.readouterr().out
    table, _, _ = shown.partition("再问:")
    assert max(cell_len(line) for line in table.splitlines()) <= columns
    assert "…" not in table
    heading, *rest = table.splitlines()[1:]
    assert heading.split() == ["编码", "级别", "名称", "把握", "经纬度", "地点"] or columns < 80
    for one in found["candidates"]:
        assert one["code"] in table
        if columns >= 80:
            begin = next(n for n, line in enumerate(rest) if one["code"] in line)
            cells = rest[begin].split()
            assert one["name"] in cells
            assert one["path"] in "".join([*cells[-1:], *(line.strip() for line in rest[begin + 1 : begin + 3])])


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
