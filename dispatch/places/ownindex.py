"""
Own places and nicknames by what is typed or said of them: characters, pinyin, initials; whole, beginning, or inside.

Kept apart from the gazetteer, so that it works without one.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from .names.readings import reading
from .own import folded

LEAST = 2  # characters of a name that is looked for inside of what was said
LONGEST = 60
READINGS = 400_000  # names whose reading is remembered, so that a change of one reads one
NOT_TYPED = "\n"
BEGINNING = 0.9  # the most that a part of a name is sure of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Hit(Generic[T]):
    """
    One thing that may be meant.

    :param rank: 0 its whole name, 1 the beginning, 2 inside; the less the better
    :param share: how much of the name was said, 0 to 1
    """

    thing: T
    name: str
    rank: int
    share: float


@lru_cache(maxsize=READINGS)
def _typed(name: str) -> tuple[str, str]:
    """Return pinyin and initials of a folded name; what is no Chinese character stands for itself."""
    syllables = [syllable or sign for syllable, sign in zip(reading(name), name, strict=True)]
    return "".join(syllables), "".join(syllable[:1] for syllable in syllables)


class OwnIndex(Generic[T]):
    """
    Things by their names; one thing may have several.

    :param named: name and thing, in the order in which equal matches are told
    """

    def __init__(self, named: Iterable[tuple[str, T]]) -> None:
        self._things: list[T] = []
        self._names: list[str] = []
        whole: dict[str, list[int]] = defaultdict(list)
        keys: list[tuple[str, int]] = []
        for said, thing in named:
            if not (name := folded(said)):
                continue
            n = len(self._things)
            self._things.append(thing)
            self._names.append(name)
            whole[name].append(n)
            keys += [(key, n) for key in {name, *_typed(name)}]
        self._whole = dict(whole)
        self._keys = sorted(keys)
        self._starts = [0]
        for name in self._names:
            self._starts.append(self._starts[-1] + len(name) + 1)
        self._text = NOT_TYPED.join(self._names)

    def __len__(self) -> int:
        return len(self._things)

    def typed(self, text: str, *, limit: int) -> list[Hit[T]]:
        """Return what a beginning or a part of a name may mean: whole names first, then beginnings, then parts."""
        wanted = folded(text).replace("ü", "v")[:LONGEST]
        if not wanted:
            return []
        hits = self._beginning(wanted, limit)
        if len(hits) < limit and not wanted.isascii():
            known = {n for n, _ in hits}
            hits += [(n, 2) for n in self._containing(wanted, limit + len(known)) if n not in known]
        return [self._hit(n, rank, len(wanted)) for n, rank in hits[:limit]]

    def _beginning(self, wanted: str, limit: int) -> list[tuple[int, int]]:
        """Return names with a key that begins so, those first whose key is just that, then in their own order."""
        found: dict[int, int] = {}
        at = bisect_left(self._keys, (wanted, -1))
        while at < len(self._keys) and len(found) < limit * 8:
            key, n = self._keys[at]
            if not key.startswith(wanted):
                break
            found[n] = min(found.get(n, 2), 0 if key == wanted else 1)
            at += 1
        return sorted(found.items(), key=lambda one: (one[1], len(self._names[one[0]]), one[0]))[:limit]

    def _containing(self, wanted: str, limit: int) -> list[int]:
        found: list[int] = []
        at = self._text.find(wanted)
        while at >= 0 and len(found) < limit:
            n = bisect_left(self._starts, at + 1) - 1
            found.append(n)
            at = self._text.find(wanted, self._starts[n + 1])
        return found

    def said(self, text: str, *, limit: int) -> list[Hit[T]]:
        """Return the things whose name stands whole in what was said, the longest names first."""
        words = folded(text)[:300]
        met: dict[int, None] = {}
        for length in range(min(len(words), LONGEST), LEAST - 1, -1):
            for at in range(len(words) - length + 1):
                met |= dict.fromkeys(self._whole.get(words[at : at + length], ()))
        return [self._hit(n, 0 if self._names[n] == words else 2, len(self._names[n])) for n in list(met)[:limit]]

    def _hit(self, n: int, rank: int, length: int) -> Hit[T]:
        name = self._names[n]
        share = 1.0 if rank == 0 else min(BEGINNING, length / len(name))
        return Hit(self._things[n], name, rank, round(share, 3))


def once(hits: Sequence[Hit[T]], *, limit: int) -> list[Hit[T]]:
    """Return the hits with each thing once, as it was met first."""
    seen: dict[T, Hit[T]] = {}
    for hit in hits:
        seen.setdefault(hit.thing, hit)
    return list(seen.values())[:limit]
