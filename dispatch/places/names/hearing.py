"""
Walking down from province to village through what was said, and keeping what was heard of each level.

A place may have been heard after the one it lies in, or as if that one had not been said: each way is tried, and the
better one counts, so that a township which only seems to be heard does not hide the village.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from . import aligning
from .gazetteer import COUNTY, PROVINCE, VILLAGE, Gazetteer
from .othernames import OtherNames
from .said import Said
from .scores import FULL, Bools, Columns, Entries, Fit, Heard, Ints, Level, Scores, State, Way
from .syllables import Likeness

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
ENDED = 20  # what it adds to ``FULL`` that the ending was said too: 凤凰村 is 凤凰村, then 凤凰社区
LETTER = 5  # each sign heard by the letter is worth more in the answer, so that of two chains the written one leads
ALL_OF_IT = 10  # taken off for the province that is looked in: 吉林, said in 吉林省, is the city
EXPLAINED = 60  # of a village's word, hundredths; if less was heard, and not by the letter, it is no village's name
LONGEST_WORD = 4  # signs before a village that may be of its word
OWN = VILLAGE + 1  # where the utility's own places stand among the levels
LARGER = np.array([ord(sign) for sign in "镇县"], np.uint32)
GENERIC = np.array([ord(sign) for sign in "村镇乡街社县市区"], np.uint32)
IS_GENERIC = np.zeros(aligning.LOW_HALF + 1, bool)
IS_GENERIC[GENERIC] = True


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
        best = Scores(entries.row, *np.zeros((len(Scores._fields) - 1, len(entries.row)), np.int64))
        for way in self._ways(entries) if len(entries.row) else ():
            way, fit = self._fits(level, entries, way)
            if not len(way.which):
                continue
            found = self._by(level, entries, way, fit)
            better = np.flatnonzero(found.score > best.score[way.which])
            where = way.which[better]
            for column, one in zip(best[1:], found[1:], strict=True):
                column[where] = one[better]
        return best

    def _ways(self, entries: Entries) -> Iterator[Way]:
        """Yield the ways: for itself; after what it lies in; as if that had not been said."""
        size = len(entries.row)
        zero, every = np.zeros(size, np.int64), np.arange(size)
        above = self._above(entries.parent)
        alike = self._called_alike(entries)
        more = (aligning.CHARACTER - aligning.ENDING) * np.maximum(alike, 0)  # 镇 of 松山镇社区 is the township's
        again = np.where(above.heard & (alike < 0), AGAIN, more)
        same = np.where(alike >= 0, SAME_NAME + more, 0)
        yield Way(every, zero, zero, zero, zero, np.zeros(size, bool), again)
        yield from _after(np.flatnonzero(above.heard), above.with_it, same, below=True)
        yield from _after(np.flatnonzero(above.without.score > 0), above.without, again, below=False)

    def _called_alike(self, entries: Entries) -> Ints:
        """Tell of each name whether it is that of the place it lies in, as ``aligning.alike`` does."""
        start, core, char, _ = self._gazetteer.names
        own = entries.columns
        found: Ints = aligning.alike(entries.which, own[0], own[1], own[2], entries.parent, start, core, char)
        return found

    def _above(self, parents: Ints) -> Level:
        """Return what was heard down to each of the rows; nothing where there is none."""
        with_it, without = (State(*np.zeros((len(State._fields), len(parents)), np.int64)) for _ in range(2))
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

    def _fits(self, level: int, entries: Entries, way: Way) -> tuple[Way, Fit]:
        """Return where names were heard in this way, and the way, both only of names of which enough was heard."""
        said, which = self._said, entries.which[way.which]
        core = entries.columns[1][which].astype(np.int64)
        value, ending, signs, begin, end = aligning.hear(
            which, way.begin, *entries.columns, said.char, said.syllable, self._likeness, GENERIC
        ).astype(np.int64)
        least = self._least(level) * core
        if level >= VILLAGE and self._roots:
            least = np.where(way.below & (core > 2), LEAST_BELOW * core, least)
        enough = value >= least
        if level >= VILLAGE:
            enough &= ending != -aligning.OTHER_LEVEL
        kept = np.flatnonzero(enough)
        by_letter = value == aligning.CHARACTER * core
        fit = Fit(core, value, ending, signs, begin, end, by_letter)
        return way.of(kept), fit.of(kept)

    def _by(self, level: int, entries: Entries, way: Way, fit: Fit) -> Scores:
        """Return what the names are worth that were heard in one way."""
        said, which = self._said, way.which
        core, value, ending, signs, begin, end, _ = fit
        between = np.minimum(begin - way.begin, aligning.LONGEST_GAP) * np.where(way.base > 0, aligning.GAP, FRONT)
        weight = np.where(way.below, WEIGHT_BELOW[level], WEIGHT[level])
        unheard = np.maximum(100 * core - value, 0) // UNHEARD
        score = way.base + value * weight // 100 + ending - unheard - between - way.off
        plain = said.plain
        loose = np.minimum(plain[begin] - plain[way.begin], LONGEST_WORD)
        exact = way.exact + np.where(fit.by_letter, plain[end] - plain[begin], 0)
        otherwise = said.village_ending[end] * (signs == 0) if level == VILLAGE else 0  # 东风村 for 东风社区
        full = fit.by_letter & (exact + otherwise == plain[-1]) & (exact > 0)
        word = np.full(len(which), 100)
        if level == VILLAGE:
            word = self._word(entries, way, fit, loose)
            score[~full & self._of_landmark(fit)] = 0
            score[~fit.by_letter & way.below & (loose > 0) & (word < EXPLAINED)] = 0
            score[self._begins_otherwise(entries, way, fit)] = 0
        more = np.where(fit.by_letter, value * (100 - weight) // 100, 0) if level < COUNTY else 0
        whole = FULL - (ALL_OF_IT if self._roots and level == PROVINCE else 0)
        rank = np.where(full, whole + ENDED * (signs > 0), score + more + LETTER * exact)
        above = (way.base > 0).astype(np.int64) + way.below
        share = np.minimum(value // np.maximum(core, 1), 100)
        first = np.where(way.base > 0, way.first, begin)
        return Scores(entries.row[way.which], score, end, ending, signs, exact, first, share, above, loose, word, rank)

    def _word(self, entries: Entries, way: Way, fit: Fit, loose: Ints) -> Ints:
        """Return which share of the word that a village was heard in its name explains, hundredths."""
        start, core, char, _ = entries.columns
        which = entries.which[way.which]
        last = char[start[which] + core[which] - 1]
        own = fit.core - (~fit.by_letter & IS_GENERIC[last & aligning.LOW_HALF])  # 力村 for 裡村: 村 says nothing
        after = np.where(fit.by_letter, self._said.rest[fit.end], self._said.tail[fit.end])
        rest = np.where(fit.signs == 0, after, 0)
        word: Ints = 100 * own // np.maximum(own + np.where(way.base > 0, loose, 0) + rest, 1)
        return word

    def _begins_otherwise(self, entries: Entries, way: Way, fit: Fit) -> Bools:
        """Tell of what was heard from an ending on (镇东 in 石浦镇东) whether it is that by its sound only."""
        start, _, char, _ = entries.columns
        said = self._said.char[np.minimum(fit.begin, len(self._said) - 1)]
        found: Bools = (
            (way.base > 0)
            & ((said == LARGER[0]) | (said == LARGER[1]))
            & (char[start[entries.which[way.which]]] != said)
        )
        return found

    def _of_landmark(self, fit: Fit) -> Bools:
        """Tell of what was heard as villages whether it is a landmark's, or a part of one."""
        said, end = self._said, fit.end - fit.signs
        alone = said.plain[fit.end] == said.plain[fit.begin]
        feature = (fit.signs == 0) & said.feature[end]
        found: Bools = said.inside[fit.begin] | said.inside[end] | alone | feature
        return found

    def _kept(self, one: Scores) -> Iterator[Heard]:
        for i in np.argsort(-one.rank, kind="stable")[:KEPT].tolist():
            if one.score[i] > 0:
                columns = (one.row, one.rank, one.share, one.loose, one.word, one.first, one.score + LETTER * one.exact)
                row, rank, share, loose, word, first, sound = (int(column[i]) for column in columns)
                above, below = bool(one.above[i] > 0), bool(one.above[i] > 1)
                yield Heard(row, rank, share, above, below, loose, word, first, sound)

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
    yield Way(which, one.score, one.end, one.exact, one.first, np.full(len(which), below), off[which])
    short = np.flatnonzero(one.signs > 0)
    which, one = which[short], one.of(short)
    exact = np.maximum(one.exact - one.signs, 0)
    end = one.end - one.signs
    yield Way(which, one.score - one.ending, end, exact, one.first, np.full(len(which), below), off[which])


def _merged(parts: Sequence[Scores]) -> Scores:
    """Put the parts together, each row once, by the name that is worth most; in the order of rows."""
    if not parts:
        return Scores(*np.zeros((len(Scores._fields), 0), np.int64))
    together = Scores(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    order = np.lexsort((-together.score, together.row))
    first = order[np.concatenate([[True], np.diff(together.row[order]) > 0])] if len(order) else order
    return Scores(*(column[first] for column in together))
