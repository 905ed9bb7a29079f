"""One Chinese term, one English word, one file: ``docs/glossary.md`` has a line for each."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import dispatch
from dispatch.kit.words import Labelled
from dispatch.tickets.events import KINDS

ROOT = Path(dispatch.__file__).parent.parent
LINE = re.compile(r"^\| (?P<chinese>.+?) \| `(?P<code>.+?)` \| (?:`(?P<file>.+?)`|–) \| (?P<meaning>.+) \|$")


def lines() -> list[tuple[str, str, str | None]]:
    """Return Chinese, code and file of each line."""
    text = (ROOT / "docs/glossary.md").read_text("utf-8")
    found = (LINE.match(line) for line in text.splitlines())
    return [(match["chinese"], match["code"], match["file"]) for match in found if match]


def enumerations() -> Iterator[type[Labelled]]:
    """Yield every enumeration of the program with labels."""
    for module in pkgutil.walk_packages(dispatch.__path__, "dispatch."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    waiting = [Labelled]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            if kind.__module__.startswith("dispatch."):
                yield kind
            waiting.append(kind)


def words() -> set[tuple[str, str, str]]:
    """Return Chinese, code and file of every member and event of the program."""
    members = {
        (member.label, f"{kind.__name__}.{member.name}", f"{kind.__module__.replace('.', '/')}.py")
        for kind in enumerations()
        for member in kind
    }
    return members | {(event.label, kind, "dispatch/tickets/events.py") for kind, event in KINDS.items()}


def test_every_member_and_every_event_has_its_line() -> None:
    missing = sorted(words() - set(lines()))
    assert not missing, f"docs/glossary.md lacks {len(missing)} lines, or has another label or file for them: {missing}"


def test_no_line_is_left_of_a_member_that_is_gone() -> None:
    known = {code for _, code, _ in words()}
    stale = sorted(code for _, code, _ in lines() if "." in code and code not in known)
    assert not stale, f"docs/glossary.md still has {stale}"


def test_no_line_stands_twice() -> None:
    codes = [code for _, code, file in lines() if file == "dispatch/tickets/events.py" or "." in code]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("file", sorted({file for _, _, file in lines() if file}))
def test_the_file_of_a_line_is_there(file: str) -> None:
    assert (ROOT / file).is_file()


def test_no_member_goes_without_a_chinese_name() -> None:
    assert all(label.strip() for label, _, _ in words())
