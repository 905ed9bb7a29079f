"""
Walking down from province to village through what was said, and keeping what was heard of each level.

A place may have been heard after the one it lies in, or as if that one had not been said: each way is tried, and the
better one counts, so that a township which only seems to be heard does not hide the village.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import aligning
from .gazetteer import VILLAGE, Gazetteer
from .othernames import OtherNames
from .said import Said
from .syllables import Likeness

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Columns = tuple[NDArray[np.uint32], NDArray[np.uint8], NDArray[np.uint32], NDArray[np.uint16]]
Span = tuple[int, int]  # rows, half open

LEAST = (90, 80, 72, 72, 72, 72)  # share of a core that must be heard, province to village and own place, hundredths
LEAST_BELOW = 53  # the same for a village of three syllables or more in a township that was heard
LEAST_FAR = 80  # the same where nothing says in which province
WEIGHT = (60, 60, 100, 100, 100, 100)  # what a syllable counts, level by level, hundredths
WEIGHT_BELOW = (60, 60, 100, 100, 112, 112)  # the same after what it lies in: then a village says more
FRONT = 3  # taken off for each syllable before the first place, as ``aligning.GAP`` for those between two
UNHEARD = 4  # of what is missing of a name, one part in so many is taken off: 老围 is not two thirds of 水斗老围
AGAIN = 30  # taken off where the place above was heard, and this one only in its stead
SAME_NAME = 10  # taken off a place called like the one it lies in: more often the name is only said twice
KEPT = 60  # of a level, for the answer
OWN = VILLAGE + 1  # where the utility's own places stand among the levels
GENERIC = np.array([ord(sign) for sign in "村镇乡街社县市区"], np.uint32)


class Way(NamedTuple):
    """One way in which rows may have been heard: which, what counts already, from where on, what is taken off."""

    which: Ints
    base: Ints
    begin: Ints
    below: Bools
    off: Ints


class State(NamedTuple):
    """
    What was heard so far, row by row: its worth, where it ends.

    ``ending`` is the part of it that the last generic ending (镇, 街道) is worth, ``signs`` how many signs that took.
    """

    score: Ints
    end: Ints
    ending: Ints
    signs: Ints

    def of(self, which: Ints) -> "State":
        return State(*(column[which] for column in self))


@dataclass(frozen=True, slots=True)
class Level:
    """What was heard down to each unit of a level: with the unit itself, and without it."""

    rows: Ints
    with_it: State
    without: State
    heard: Bools


@dataclass(frozen=True, slots=True)
class Heard:
    """
    A place that was heard: what all of it is worth, and which share of its own name, hundredths.

    ``above``: something it lies in was heard before it; ``below``: the very next one. ``loose``: so many signs just
    before it belong to nothing.
    """

    row: int
    score: int
    share: int
    above: bool
    below: bool
    loose: int


class Scores(NamedTuple):
    """
    What rows are worth (score 0: not heard), and which share of the name was heard, hundredths.

    ``above`` 1: something it lies in was heard before it, 2: the very next one; ``loose``: signs between the two.
    """

    row: Ints
    score: Ints
    end: Ints
    ending: Ints
    signs: Ints
    share: Ints
    above: Ints
    loose: Ints

    @property
    def state(self) -> State:
        return State(self.score, self.end, self.ending, self.signs)


class Entries(NamedTuple):
    """Names that may have been heard: the ``which`` of some columns, each of them the name of the row beside it."""

    row: Ints
    parent: Ints
    which: Ints
    columns: Columns


class Hearing:
    """
    One question.

    :param others: nicknames and own places besides
    :param roots: rows of the places that the answer must lie in; none: anywhere
    """

    def __init__(
        self, gazetteer: Gazetteer, others: OtherNames, said: Said, likeness: Likeness, roots: Sequence[int]
    ) -> None:
        self._gazetteer, self._others, self._said, self._likeness = gazetteer, others, said, likeness
        self._roots = roots
        self._present = np.zeros(aligning.LOW_HALF + 1, np.uint8)
        self._present[said.char & aligning.LOW_HALF] = said.char > 0
        self._loudest = likeness[:, said.syllable].max(axis=1).astype(np.int32)
        self._levels: list[Level] = []  # from the province down

    def heard(self, lowest: int = OWN) -> list[Heard]:
        """
        Return what was heard, the best first; ties by level and code.

        :param lowest: the level to go down to
        """
        found: list[Heard] = []
        for level in range(lowest + 1):
            spans = list(self._spans(level)) if level < OWN else []
            best = [self._best(level, entries) for entries in self._entries(level, spans)]
            one = _merged(best)
            found += self._kept(one)
            if level < VILLAGE or (level == VILLAGE and lowest == OWN and self._others.any_own):
                self._levels.append(self._level(spans, one))
        return sorted(found, key=lambda one: (-one.score, one.row))

    def _spans(self, level: int) -> Iterator[Span]:
        gazetteer = self._gazetteer
        if not self._roots:
            yield gazetteer.all_of(level)
        for root in self._roots:
            if gazetteer.level[root] <= level:
                low, high = gazetteer.within(root, level)
                if low < high:
                    yield low, high

    def _least(self, level: int) -> int:
        return LEAST[level] if self._roots else max(LEAST[level], LEAST_FAR)

    def _entries(self, level: int, spans: Sequence[Span]) -> Iterator[Entries]:
        """Yield the names of a level that can have been heard at all."""
        gazetteer, others = self._gazetteer, self._others
        for low, high in spans:
            rows = self._audible(level, low, high, gazetteer.names)
            yield Entries(rows, gazetteer.parent[rows].astype(np.int64), rows, gazetteer.names)
        if len(others):
            which = self._audible(level, 0, len(others), others.names)
            which = which[(others.level[which] == level) & self._in_scope(others, which)]
            yield Entries(others.row[which], others.parent[which], which, others.names)

    def _in_scope(self, others: OtherNames, which: Ints) -> Bools:
        """Tell of each name whether what it stands for lies in the scope."""
        inside = np.full(len(which), not self._roots)
        at = np.where(others.level[which] == OWN, others.parent[which], others.row[which])
        for root in self._roots:
            for level in range(int(self._gazetteer.level[root]), OWN):
                low, high = self._gazetteer.within(root, level)
                inside |= (at >= low) & (at < high)
        return inside

    def _audible(self, level: int, low: int, high: int, columns: Columns) -> Ints:
        least = LEAST_BELOW if level >= VILLAGE and self._roots else self._least(level)
        found: Ints = aligning.audible(low, high, *columns, self._present, self._loudest, least)
        return found

    def _best(self, level: int, entries: Entries) -> Scores:
        """Return what each name is worth, by the way in which it was heard best."""
        best = Scores(entries.row, *(np.zeros(len(entries.row), np.int64) for _ in range(7)))
        for way in self._ways(entries):
            found = self._by(level, entries, way)
            better = found.score > best.score[way.which]
            for column, one in zip(best[1:], found[1:], strict=True):
                column[way.which[better]] = one[better]
        return best

    def _ways(self, entries: Entries) -> Iterator[Way]:
        """Yield the ways: for itself; after what it lies in; as if that had not been said."""
        size = len(entries.row)
        zero, every = np.zeros(size, np.int64), np.arange(size)
        above = self._above(entries.parent)
        alike = self._called_alike(entries)
        again = np.where(above.heard & ~alike, AGAIN, 0)
        same = np.where(alike, SAME_NAME, 0)
        yield Way(every, zero, zero, np.zeros(size, bool), again)
        yield from _after(np.flatnonzero(above.heard), above.with_it, same, below=True)
        yield from _after(np.flatnonzero(above.without.score > 0), above.without, again, below=False)

    def _called_alike(self, entries: Entries) -> Bools:
        """Tell of each name whether it is that of the place it lies in."""
        start, core, char, _ = self._gazetteer.names
        own = entries.columns
        found: Bools = aligning.alike(entries.which, own[0], own[1], own[2], entries.parent, start, core, char)
        return found

    def _above(self, parents: Ints) -> Level:
        """Return what was heard down to each of the rows; nothing where there is none."""
        with_it, without = (State(*np.zeros((4, len(parents)), np.int64)) for _ in range(2))
        heard = np.zeros(len(parents), bool)
        for level in self._levels:
            if len(level.rows):
                at = np.minimum(np.searchsorted(level.rows, parents), len(level.rows) - 1)
                here = np.flatnonzero(level.rows[at] == parents)
                for to, one in ((with_it, level.with_it), (without, level.without)):
                    for column, values in zip(to, one, strict=True):
                        column[here] = values[at[here]]
                heard[here] = level.heard[at[here]]
        return Level(parents, with_it, without, heard)

    def _by(self, level: int, entries: Entries, way: Way) -> Scores:
        said, which, columns = self._said, entries.which[way.which], entries.columns
        core = columns[1][which].astype(np.int64)
        value, ending, signs, begin, end = aligning.hear(
            which, way.begin, *columns, said.char, said.syllable, self._likeness, GENERIC
        ).astype(np.int64)
        least = np.full(len(which), self._least(level))
        if level >= VILLAGE and self._roots:
            least[way.below & (core > 2)] = LEAST_BELOW
        between = np.clip(begin - way.begin, 0, aligning.LONGEST_GAP) * np.where(way.base > 0, aligning.GAP, FRONT)
        weight = np.where(way.below, WEIGHT_BELOW[level], WEIGHT[level])
        unheard = np.maximum(100 * core - value, 0) // UNHEARD
        score = way.base + value * weight // 100 + ending - unheard - between - way.off
        score[value < least * core] = 0
        if level >= VILLAGE:
            score[ending == -aligning.OTHER_LEVEL] = 0
        above = (way.base > 0).astype(np.int64) + way.below
        share = np.minimum(value // np.maximum(core, 1), 100)
        return Scores(entries.row[way.which], score, end, ending, signs, share, above, begin - way.begin)

    def _kept(self, one: Scores) -> Iterator[Heard]:
        for i in np.argsort(-one.score, kind="stable")[:KEPT].tolist():
            if one.score[i] > 0:
                row, score, share, loose = (int(column[i]) for column in (one.row, one.score, one.share, one.loose))
                yield Heard(row, score, share, bool(one.above[i] > 0), bool(one.above[i] > 1), loose)

    def _level(self, spans: Sequence[Span], one: Scores) -> Level:
        """Keep the level for those below it: what was not heard hands on what was heard above."""
        every = np.concatenate([np.zeros(0, np.int64), *(np.arange(low, high) for low, high in spans)])
        without = self._above(self._gazetteer.parent[every].astype(np.int64)).with_it
        said = np.flatnonzero(one.score > 0)
        where = np.searchsorted(every, one.row[said])
        with_it, heard = State(*(column.copy() for column in without)), np.zeros(len(every), bool)
        heard[where] = True
        for column, values in zip(with_it, one.state, strict=True):
            column[where] = values[said]
        return Level(every, with_it, without, heard)


def _after(which: Ints, state: State, off: Ints, *, below: bool) -> Iterator[Way]:
    """Yield the ways after what was heard, and as if that had no ending: 店集镇东 may be 镇东 of 店集."""
    one = state.of(which)
    yield Way(which, one.score, one.end, np.full(len(which), below), off[which])
    short = np.flatnonzero(one.signs > 0)
    which, one = which[short], one.of(short)
    yield Way(which, one.score - one.ending, one.end - one.signs, np.full(len(which), below), off[which])


def _merged(parts: Sequence[Scores]) -> Scores:
    """Put the parts together, each row once, by the name that is worth most; in the order of rows."""
    if not parts:
        return Scores(*(np.zeros(0, np.int64) for _ in range(8)))
    together = Scores(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    order = np.lexsort((-together.score, together.row))
    first = order[np.concatenate([[True], np.diff(together.row[order]) > 0])] if len(order) else order
    return Scores(*(column[first] for column in together))
