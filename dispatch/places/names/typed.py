"""What a seat types, as keys: the beginning of a name in characters, in pinyin, in initials."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.bytes_]
Rows = NDArray[np.int32]
Column = NDArray[Any]
KINDS = ("hanzi", "pinyin", "initials")
SIGNS = re.compile(r"[\s·、,。,.;;:'\"()()-]+")


def kinds_of(text: str) -> tuple[str, ...]:
    """Return by what a piece of text may be looked up: characters; letters as pinyin and as initials."""
    return ("pinyin", "initials") if text.isascii() else ("hanzi",)


def plain(text: str) -> str:
    """Return what was typed without blanks and signs, in small letters; ü is typed as v."""
    return SIGNS.sub("", text).lower().replace("ü", "v")


class Index:
    """Keys in their order with the rows that have them, so that a beginning is a range."""

    def __init__(self, keys: Keys, rows: Rows) -> None:
        self._keys, self._rows = keys, rows
        self._place = np.empty(int(rows.max()) + 1, np.int32)  # of a row among the keys; only if each row has one key
        self._place[rows] = np.arange(len(rows))

    def _span(self, beginning: str) -> tuple[int, int]:
        """Return the places of the keys that begin so; longer than any key it is cut, as the keys are."""
        low = beginning.encode()[: self._keys.itemsize]
        high = low[:-1] + bytes([low[-1] + 1])  # UTF-8 has no byte 255
        return self._at(low), self._at(high)

    def _at(self, key: bytes) -> int:
        return int(np.searchsorted(self._keys, np.array(key, self._keys.dtype)))  # another type would copy all keys

    def starting(self, beginning: str) -> Rows:
        """Return the rows with a key that begins so, in no order."""
        low, high = self._span(beginning)
        return self._rows[low:high]

    def begins(self, rows: Rows, beginning: str) -> NDArray[np.bool_]:
        """Tell of each row whether its key begins so."""
        low, high = self._span(beginning)
        at = self._place[rows]
        return (at >= low) & (at < high)

    def called(self, name: str) -> Rows:
        """Return the rows that have this key, in no order."""
        key = name.encode()
        if len(key) > self._keys.itemsize:
            return self._rows[:0]
        return self._rows[
            self._at(key) : self._at(key + b"\x01") if len(key) < self._keys.itemsize else self._span(name)[1]
        ]


@dataclass(frozen=True, slots=True)
class Typed:
    """For each kind of key: of every row its beginning; of counties and townships their names, whole and short."""

    beginnings: Mapping[str, Index]
    names: Mapping[str, Index]

    @classmethod
    def of(cls, table: Mapping[str, Column]) -> Self:
        """Read the columns that ``columns`` made."""
        beginnings, names = (
            {kind: Index(table[f"{what}_{kind}"], table[f"{what}_{kind}_row"]) for kind in KINDS}
            for what in ("typed", "called")
        )
        return cls(beginnings, names)

    def starting(self, text: str) -> Rows:
        return np.concatenate([self.beginnings[kind].starting(text) for kind in kinds_of(text)])

    def begins(self, rows: Rows, text: str) -> NDArray[np.bool_]:
        found = np.zeros(len(rows), bool)
        for kind in kinds_of(text):
            found |= self.beginnings[kind].begins(rows, text)
        return found

    def called(self, text: str) -> Rows:
        return np.unique(np.concatenate([self.names[kind].called(text) for kind in kinds_of(text)]))
