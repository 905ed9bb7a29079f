"""Nicknames and own places as columns beside the gazetteer's, so that they are heard in the same way."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from .alias import Alias
from .gazetteer import Gazetteer
from .readings import reading
from .syllables import Syllabary

Ints = NDArray[np.int64]


class OtherNames:
    """
    Further names of rows, and rows of own places behind the gazetteer's last.

    ``row[i]`` is what the i-th name stands for, ``parent[i]`` the row it lies in; names that stand for nothing the
    gazetteer knows, and empty ones, are left out.
    """

    def __init__(self, gazetteer: Gazetteer, syllabary: Syllabary, extra: Sequence[Alias] = ()) -> None:
        self._gazetteer = gazetteer
        kept = [(alias, at) for alias in extra if (at := _standing(gazetteer, alias)) is not None and alias.name]
        self._own: list[tuple[Alias, int]] = []  # own places and the row each lies in
        rows = [self._row(alias, at) for alias, at in kept]
        self.row = np.array(rows, np.int64)
        self.parent = np.array([self.within(row) for row in rows], np.int64)
        read = [reading(alias.name) for alias, _ in kept]
        lengths = [len(one) for one in read]
        self.start = np.concatenate([[0], np.cumsum(lengths)]).astype(np.uint32)
        self.core = np.minimum(lengths, 255).astype(np.uint8)
        self.char = np.array([ord(sign) for alias, _ in kept for sign in alias.name], np.uint32)
        self.syllable = np.array([syllabary.number.get(s, 0) for one in read for s in one], np.uint16)
        self.names = (self.start, self.core, self.char, self.syllable)
        self.level = np.array([self.level_of(row) for row in rows], np.int64)

    def __len__(self) -> int:
        return len(self.row)

    @property
    def any_own(self) -> bool:
        """Whether there are own places among them."""
        return bool(self._own)

    def _row(self, alias: Alias, at: int) -> int:
        if alias.within is None:
            return at
        self._own.append((alias, at))
        return len(self._gazetteer) + len(self._own) - 1

    def level_of(self, row: int) -> int:
        """Return the level of a row; one below the village for own places."""
        return int(self._gazetteer.level[row]) if row < len(self._gazetteer) else len(self._gazetteer.first) - 1

    def own(self, row: int) -> Alias | None:
        """Return the own place of a row, None if the row is the gazetteer's."""
        return self._own[row - len(self._gazetteer)][0] if row >= len(self._gazetteer) else None

    def within(self, row: int) -> int:
        """Return the row a place lies in, -1 for a province."""
        size = len(self._gazetteer)
        return self._own[row - size][1] if row >= size else int(self._gazetteer.parent[row])

    def above(self, row: int) -> Iterator[int]:
        """Yield the row itself, then what it lies in, up to the province."""
        if row >= len(self._gazetteer):
            yield row
            row = self.within(row)
        yield from self._gazetteer.above(row)


def _standing(gazetteer: Gazetteer, alias: Alias) -> int | None:
    """Return the row a nickname stands for, or an own place lies in."""
    return gazetteer.row_of(alias.code if alias.within is None else alias.within)
