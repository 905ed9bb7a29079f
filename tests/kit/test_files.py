"""Why a file cannot be used is said in Chinese, with what to do; never in the system's own words."""

import errno
import os
from pathlib import Path

import pytest
import yaml

import dispatch
from dispatch.kit import files

HERE = Path(dispatch.__file__).parent


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_whatever_the_system_says_is_said_in_chinese(number: int) -> None:
    for said in (files.reason(OSError(number, os.strerror(number))), files.no_port(OSError(number, ""))):
        assert any("\u4e00" <= sign <= "\u9fff" for sign in said)
        assert os.strerror(number) not in said
    assert "请" in files.reason(OSError(number, ""))


def test_no_command_repeats_what_the_system_says() -> None:
    """The table in ``kit.files`` is the only place that knows the system's errors."""
    speaking = [str(path.relative_to(HERE)) for path in HERE.rglob("*.py") if ".strerror" in path.read_text("utf-8")]
    assert speaking == []


def test_what_is_no_ordinary_file_is_called_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("")
    assert files.no_file(tmp_path / "there") is None
    assert files.no_file(tmp_path) == "这是文件夹,请给出文件"
    assert "没有这个文件" in (files.no_file(tmp_path / "none") or "")
    assert "不是文件夹" in (files.no_file(tmp_path / "there" / "below") or "")
    assert "设备" in (files.no_file(Path("/dev/null")) or "")


def test_a_text_that_cannot_be_read_is_told_by_file_encoding_or_line() -> None:
    with pytest.raises(yaml.YAMLError) as wrong:
        yaml.safe_load("a: [1")
    assert "行不是正确的 YAML" in files.unread(wrong.value)
    with pytest.raises(UnicodeDecodeError) as encoded:
        b"\xff".decode()
    assert "UTF-8" in files.unread(encoded.value)
    assert files.unread(IsADirectoryError(errno.EISDIR, "")) == "这是文件夹,请给出文件"
    assert files.unread(EOFError()) == "内容不完整或已损坏"
