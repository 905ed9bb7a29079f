"""Syllables of Mandarin as numbers, and how alike two of them sound to a listener of some dialect area."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Likeness = NDArray[np.uint8]
Pairs = frozenset[frozenset[str]]

INITIALS = (
    *("zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r", "z", "c", "s"),
    *("y", "w"),
)
SAME, COMMON, LOCAL, NEAR = 100, 86, 82, 30  # in hundredths of a syllable
TWICE = 20  # what a second merger in the same syllable takes off


@dataclass(frozen=True, slots=True)
class Mergers:
    """Sounds that some listeners do not keep apart, as pairs: initials, finals, whole syllables."""

    initials: Pairs = frozenset()
    finals: Pairs = frozenset()
    syllables: Pairs = frozenset()

    @classmethod
    def of(cls, initials: Sequence[str] = (), finals: Sequence[str] = (), syllables: Sequence[str] = ()) -> "Mergers":
        """Read pairs written ``n/l``; ``_`` stands for no initial."""
        return cls(_pairs(initials), _pairs(finals), _pairs(syllables))


def _pairs(written: Iterable[str]) -> Pairs:
    return frozenset(frozenset(part.replace("_", "") for part in pair.split("/")) for pair in written)


def split(syllable: str) -> tuple[str, str]:
    """Return initial and final: ``shi`` is ``sh`` and ``i``; no initial is ``""``."""
    initial = next((start for start in INITIALS if syllable.startswith(start)), "")
    return initial, syllable[len(initial) :]


class Syllabary:
    """
    Every syllable that occurs, numbered; 0 is what is none (letters, signs).

    :param syllables: toneless pinyin, ``lv`` for 绿
    """

    def __init__(self, syllables: Iterable[str]) -> None:
        self.names: tuple[str, ...] = ("", *sorted(set(syllables) - {""}))
        self.number: Mapping[str, int] = {name: i for i, name in enumerate(self.names)}

    def __len__(self) -> int:
        return len(self.names)

    def likeness(self, common: Mergers, local: Mergers) -> Likeness:
        """
        Return how alike each two syllables sound, in hundredths; symmetric.

        :param common: what is merged everywhere
        :param local: what the dialect area merges besides
        """
        initials, finals = zip(*map(split, self.names), strict=True)
        begins = _table(initials, common.initials, local.initials)
        ends = _table(finals, common.finals, local.finals)
        once = (begins == SAME) | (ends == SAME)
        both = (begins > 0) & (ends > 0)
        table = np.where(both, np.where(once, begins + ends - SAME, np.minimum(begins, ends) - TWICE), 0)
        table[~both & once] = NEAR
        for pair in local.syllables:
            rows = [self.number[name] for name in pair if name in self.number]
            if len(rows) == 2:
                table[rows, rows[::-1]] = np.maximum(table[rows, rows[::-1]], LOCAL)
        table[0, :] = table[:, 0] = 0
        return table.astype(np.uint8)


def _table(sounds: Sequence[str], common: Pairs, local: Pairs) -> NDArray[np.int64]:
    """Return for each two of the sounds how alike they are."""
    kinds = sorted(set(sounds))
    number = {kind: i for i, kind in enumerate(kinds)}
    small = np.zeros((len(kinds), len(kinds)), np.int64)
    for one in kinds:
        for other in kinds:
            small[number[one], number[other]] = _likeness_of(one, other, common, local)
    column = np.array([number[sound] for sound in sounds])
    wide: NDArray[np.int64] = small[np.ix_(column, column)]
    return wide


def _likeness_of(one: str, other: str, common: Pairs, local: Pairs) -> int:
    if one == other:
        return SAME
    pair = frozenset((one, other))
    return COMMON if pair in common else LOCAL if pair in local else 0
