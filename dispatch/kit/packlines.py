"""A rule pack as lines: each value with its unit and source, under its path; and two packs beside each other."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from . import packnames
from .rulepack import RulePack


@dataclass(frozen=True, slots=True)
class Line:
    """
    One value as the pack says it.

    :param path: ``limits.arrive`` or ``radius[1].population``
    :param shown: the value with its words in Chinese
    """

    path: str
    value: str
    shown: str
    unit: str = ""
    source: str = ""

    @property
    def whole(self) -> str:
        """The value with its unit."""
        return f"{self.value} {self.unit}".strip()

    @property
    def in_chinese(self) -> str:
        return f"{self.shown} {packnames.unit(self.unit)}".strip()

    @property
    def searched(self) -> str:
        """All that it says, in both tongues and small letters."""
        names = (self.path, self.path.replace("_", " "), packnames.item(self.path))
        return " ".join((*names, self.whole, self.in_chinese, self.source, packnames.source(self.source))).lower()


@dataclass(frozen=True, slots=True)
class Pair:
    """What two packs say under one path; None: one of them says nothing of it."""

    line: Line | None
    other: Line | None

    @property
    def differs(self) -> bool:
        return (self.line and self.line.whole) != (self.other and self.other.whole)

    def has(self, words: str) -> bool:
        """Whether all the words stand in what is said here, in either tongue."""
        text = " ".join(line.searched for line in (self.line, self.other) if line is not None)
        return all(word in text for word in words.lower().split())


def lines_of(pack: RulePack) -> list[Line]:
    """Return all values of a pack, in its order; not what names the pack itself."""
    said = pack.model_dump(mode="json", exclude_none=True, exclude={"id", "version", "name"})
    return list(_lines(said, ""))


def beside(lines: list[Line], others: list[Line]) -> list[Pair]:
    """Return the lines of one pack beside those of another; what only the other has comes last."""
    there = {line.path: line for line in others}
    here = {line.path for line in lines}
    both = [Pair(line, there.get(line.path)) for line in lines]
    return both + [Pair(None, line) for line in others if line.path not in here]


def _lines(node: Any, path: str) -> Iterator[Line]:
    match node:
        case {"source": source, "value": value}:
            yield Line(path, _text(value), _text(value, chinese=True), str(node.get("unit") or ""), str(source))
        case dict():
            for name, value in node.items():
                yield from _lines(value, f"{path}.{name}" if path else str(name))
        case list() if any(isinstance(each, dict) for each in node):
            for n, value in enumerate(node, 1):
                yield from _lines(value, f"{path}[{n}]")
        case _:
            yield Line(path, _text(node), _text(node, chinese=True))


def _text(value: Any, *, chinese: bool = False) -> str:
    match value:
        case bool():
            return ("是" if value else "否") if chinese else str(value).lower()
        case float():
            return str(int(value)) if value.is_integer() else str(value)
        case list():
            return "、".join(_text(each, chinese=chinese) for each in value)
        case dict():
            parts = ((packnames.word(name) if chinese else name, each) for name, each in value.items())
            return ("、" if chinese else ", ").join(f"{name} {_text(each, chinese=chinese)}" for name, each in parts)
    return packnames.word(value) if chinese and isinstance(value, str) else str(value)
