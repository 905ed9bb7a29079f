"""
How callers' words come out as other characters: homophones, and what each dialect area mixes up.

The table is written for the tests, from how the groups are commonly described; it is not the one the matcher reads.
Characters are the 3,755 of the first level of GB 2312, so a homophone may be one no place is called by.
"""

import random
from functools import cache

from dispatch.places.names.readings import reading
from dispatch.places.names.syllables import split

EVERYWHERE = (
    (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("f", "h")),
    (("ang", "an"), ("eng", "en"), ("ing", "in"), ("iang", "ian"), ("uang", "uan")),
)
AREAS: dict[str, tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]] = {
    "吴语": (
        (("zh", "z"), ("sh", "s"), ("ch", "c"), ("h", "w"), ("j", "z"), ("x", "s")),
        (("ing", "in"), ("eng", "en")),
    ),
    "江淮官话": ((("n", "l"), ("zh", "z"), ("sh", "s"), ("ch", "c")), (("ing", "in"), ("eng", "en"), ("ang", "an"))),
    "粤语": ((("zh", "j"), ("sh", "x"), ("ch", "q"), ("n", "l"), ("k", "h")), (("v", "u"), ("ing", "in"))),
    "湘语": ((("h", "f"), ("n", "l"), ("zh", "j")), (("eng", "en"), ("ing", "in"))),
    "西南官话": ((("n", "l"), ("h", "f"), ("zh", "z"), ("sh", "s"), ("ch", "c")), (("ing", "in"), ("eng", "en"))),
    "闽语": ((("f", "h"), ("zh", "z"), ("r", "l"), ("sh", "s")), (("v", "i"), ("eng", "en"), ("ing", "in"))),
    "胶辽官话": ((("r", "y"), ("zh", "j"), ("sh", "x")), (("uo", "e"),)),
    "东北官话": ((("zh", "z"), ("sh", "s"), ("ch", "c"), ("r", "y")), (("o", "e"),)),
    "晋语": ((("zh", "z"), ("sh", "s")), (("eng", "en"), ("ing", "in"), ("ong", "un"))),
    "西北官话": ((("n", "l"), ("sh", "f"), ("zh", "z")), (("eng", "en"), ("ing", "in"), ("ong", "un"))),
}
PROVINCES = {
    "33": "吴语", "32": "江淮官话", "34": "江淮官话", "44": "粤语", "43": "湘语", "51": "西南官话", "42": "西南官话",
    "35": "闽语", "37": "胶辽官话", "21": "东北官话", "14": "晋语", "61": "西北官话",
}  # fmt: skip


@cache
def characters() -> dict[str, tuple[str, ...]]:
    """Return the common characters by their reading."""
    signs = [bytes((high, low)).decode("gb2312", "ignore") for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF)]
    found: dict[str, list[str]] = {}
    for sign in signs:
        if sign and (syllable := reading(sign)[0]):
            found.setdefault(syllable, []).append(sign)
    return {syllable: tuple(all_) for syllable, all_ in found.items()}


def homophones(text: str, count: int, rng: random.Random) -> str:
    """Write up to ``count`` characters as others of the same sound."""
    return _rewritten(text, count, rng, lambda syllable: [syllable])


def merged(text: str, count: int, rng: random.Random, area: str | None) -> str:
    """Write up to ``count`` characters as others whose sound the area takes for the same; None: mixed up everywhere."""
    initials, finals = EVERYWHERE if area is None else AREAS[area]
    return _rewritten(text, count, rng, lambda syllable: _taken_for(syllable, initials, finals))


def _taken_for(syllable: str, initials: tuple[tuple[str, str], ...], finals: tuple[tuple[str, str], ...]) -> list[str]:
    begin, end = split(syllable)
    found = [other + end for pair in initials for one, other in (pair, pair[::-1]) if begin == one]
    return found + [begin + other for pair in finals for one, other in (pair, pair[::-1]) if end == one]


def _rewritten(text: str, count: int, rng: random.Random, sounds) -> str:  # type: ignore[no-untyped-def]
    signs, order = list(text), list(range(len(text)))
    rng.shuffle(order)
    for i in order:
        choices = [
            sign for sound in sounds(reading(text)[i]) for sign in characters().get(sound, ()) if sign != text[i]
        ]
        if choices and count:
            signs[i], count = rng.choice(choices), count - 1
    return "".join(signs)
