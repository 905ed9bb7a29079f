"""
How well names are heard in what was said: compiled, since every village of a province is asked.

Scores are hundredths of a syllable. What was said and the names are columns of code points and syllable numbers.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispatch.kit.compiled import compiled

Numbers = NDArray[Any]  # of whichever width: the compiler makes one version for each

CHARACTER = 104  # the very character: a little more than the same sound
SKIPPED = 45  # taken off for a syllable of the name that was not said
EXTRA = 55  # and for one that was said inside the name
OTHER = 55  # and for one that was said in its stead and sounds quite different
GAP, LONGEST_GAP = 6, 5  # for each syllable before it, up to so many: of two places where it fits, the earlier
ENDING = 15  # each character of the generic ending (镇, 街道) that was said
OTHER_ENDING = 25  # taken off if another generic ending was said: 石浦镇 is not 石浦社区
OTHER_LEVEL = 26  # the same if it is one of larger places: a village it cannot be
LOW_HALF = 0xFFFF
LEVEL_ENDINGS = np.array([ord(sign) for sign in "镇乡县"], np.uint32)


@compiled
def _align(
    said_char: Numbers,
    said_syllable: Numbers,
    begin: int,
    name_char: Numbers,
    name_syllable: Numbers,
    likeness: Numbers,
    paper: Numbers,
) -> tuple[int, int, int]:
    """
    Return score, begin and end of the part of what was said, from ``begin`` on, that fits the name best.

    :param paper: four rows to write on, as long as what was said and one more
    """
    n = said_char.shape[0]
    above, above_from, row, row_from = paper[0], paper[1], paper[2], paper[3]
    for j in range(begin, n + 1):
        above[j], above_from[j] = 0, j
    for i in range(name_char.shape[0]):
        row[begin], row_from[begin] = above[begin] - SKIPPED, above_from[begin]
        for j in range(begin, n):
            alike = _alike(said_char[j], said_syllable[j], name_char[i], name_syllable[i], likeness)
            score, where = above[j] + alike, above_from[j]
            if above[j + 1] - SKIPPED > score:
                score, where = above[j + 1] - SKIPPED, above_from[j + 1]
            if i > 0 and row[j] - EXTRA > score:
                score, where = row[j] - EXTRA, row_from[j]
            row[j + 1], row_from[j + 1] = score, where
        above, row = row, above
        above_from, row_from = row_from, above_from
    best = _best_end(above, above_from, begin, n)
    return above[best], above_from[best], best


@compiled
def _best_end(score: Numbers, came_from: Numbers, begin: int, n: int) -> int:
    """Return where the best fit ends: of two that are worth nearly the same, the earlier."""
    best, worth = begin, score[begin]
    for j in range(begin + 1, n + 1):
        late = score[j] - GAP * min(came_from[j] - begin, LONGEST_GAP)
        if late > worth:
            best, worth = j, late
    return best


@compiled
def _alike(said_char: int, said_syllable: int, name_char: int, name_syllable: int, likeness: Numbers) -> int:
    """Return what one syllable said in the place of one of the name is worth."""
    if said_char == name_char:
        return CHARACTER
    worth = int(likeness[name_syllable, said_syllable])
    return worth if worth > 0 else -OTHER


@compiled
def _ending(
    said_char: Numbers, said_syllable: Numbers, at: int, name_char: Numbers, name_syllable: Numbers, generic: Numbers
) -> tuple[int, int]:
    """Return what the generic ending adds or takes off, and where it ends."""
    n, length = said_char.shape[0], name_char.shape[0]
    k = 0
    while k < length and at + k < n and _same(said_char[at + k], said_syllable[at + k], name_char[k], name_syllable[k]):
        k += 1
    if k > 0:
        return ENDING * k, at + k
    if length == 0 or at == n:
        return 0, at
    if _among(said_char[at], LEVEL_ENDINGS):
        return -OTHER_LEVEL, at
    return -OTHER_ENDING if _among(said_char[at], generic) else 0, at


@compiled
def _same(said_char: int, said_syllable: int, name_char: int, name_syllable: int) -> bool:
    return said_char == name_char or (name_syllable > 0 and said_syllable == name_syllable)


@compiled
def hear(
    rows: Numbers,
    begins: Numbers,
    start: Numbers,
    core: Numbers,
    char: Numbers,
    syllable: Numbers,
    said_char: Numbers,
    said_syllable: Numbers,
    likeness: Numbers,
    generic: Numbers,
) -> NDArray[np.int32]:
    """
    Align the cores of rows, each from its own ``begin`` on.

    :returns: columns score of the core, score of the ending, signs of the ending, begin, end
    """
    result = np.empty((5, rows.shape[0]), np.int32)
    paper = np.empty((4, said_char.shape[0] + 1), np.int32)
    for k in range(rows.shape[0]):
        low, high = start[rows[k]], start[rows[k] + 1]
        middle = low + core[rows[k]]
        score, begin, end = _align(
            said_char, said_syllable, begins[k], char[low:middle], syllable[low:middle], likeness, paper
        )
        more, last = _ending(said_char, said_syllable, end, char[middle:high], syllable[middle:high], generic)
        result[0, k], result[1, k], result[2, k], result[3, k], result[4, k] = score, more, last - end, begin, last
    return result


@compiled
def audible(
    low: int,
    high: int,
    start: Numbers,
    core: Numbers,
    char: Numbers,
    syllable: Numbers,
    present: Numbers,
    loudest: Numbers,
    least: int,
) -> NDArray[np.int64]:
    """
    Return the rows from ``low`` to ``high`` that can reach their least score at all.

    :param present: by the low half of a code point: whether a character with that was said
    :param loudest: for each syllable the best likeness to anything that was said
    :param least: share of a core that must be heard, hundredths
    """
    found = np.empty(high - low, np.int64)
    n = 0
    for row in range(low, high):
        possible, needed = 0, least * core[row]
        for i in range(start[row], start[row] + core[row]):
            possible += CHARACTER if present[char[i] & LOW_HALF] else loudest[syllable[i]]
        if possible >= needed:
            found[n] = row
            n += 1
    return found[:n].copy()


@compiled
def _among(char: int, chars: Numbers) -> bool:
    for other in chars:  # noqa: SIM110  # a generator is not compiled
        if other == char:
            return True
    return False


@compiled
def alike(
    ones: Numbers,
    start: Numbers,
    core: Numbers,
    char: Numbers,
    others: Numbers,
    other_start: Numbers,
    other_core: Numbers,
    other_char: Numbers,
) -> NDArray[np.int64]:
    """
    Tell of each name whether its core is written like that of the row beside it; row -1 has none.

    :returns: -1 if not, else how many signs of the other one's ending it has besides: 1 for 松山镇社区 in 松山镇
    """
    found = np.full(ones.shape[0], -1, np.int64)
    for k in range(ones.shape[0]):
        one, other = ones[k], others[k]
        more = np.int64(core[one]) - np.int64(other_core[other])
        if other >= 0 and more >= 0 and other_start[other] + core[one] <= other_start[other + 1]:
            a, b = start[one], other_start[other]
            if np.all(char[a : a + core[one]] == other_char[b : b + core[one]]):
                found[k] = more
    return found
