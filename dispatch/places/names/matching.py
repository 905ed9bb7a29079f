"""
From what a caller said to places: county, then township, then village, by character and by sound.

Never a village that was not heard: where only the township is clear the township is the answer, and what to ask next.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import exp

from .alias import Alias
from .aligning import CHARACTER
from .dialects import Dialects
from .gazetteer import COUNTY, LEVELS, PROVINCE, VILLAGE, Gazetteer
from .hearing import Heard, Hearing
from .othernames import OtherNames
from .said import Said, orders
from .syllables import Likeness, Syllabary

LIMIT = 5
LABELS = {str(level): level.label for level in LEVELS}
CLEAR = 60.0  # hundredths of a syllable by which the first should lead for two thirds of the doubt to go
CLOSE = 25  # a lead below this asks which of the two
SURE = 0.7  # a village of less confidence is asked back
LOOSE = 0.65  # of the confidence, for a place by itself with something before it that was not understood
FARTHER = 60  # a place outside the scope must be worth more by this


@dataclass(frozen=True, slots=True)
class Candidate:
    """
    A place that may be meant. ``code`` has 12 digits, ``level`` is a word of ``PlaceLevel`` or the own place's.

    ``lon``, ``lat``: WGS-84 degrees of the place itself or, with ``exact`` false, of what is known in or around it.
    ``confidence``: how sure it is, 0 to 1.
    """

    code: str
    level: str
    name: str
    path: str
    lon: float | None
    lat: float | None
    exact: bool
    confidence: float

    @property
    def label(self) -> str:
        """The Chinese word for the level."""
        return LABELS.get(self.level, self.level)


@dataclass(frozen=True, slots=True)
class Found:
    """
    The answer: up to five candidates, the best first.

    :param level_reached: how far down the best candidate is, None without candidates
    :param ask: what to ask the caller next, None if nothing is missing
    """

    candidates: tuple[Candidate, ...]
    level_reached: str | None
    ask: str | None


class Matcher:
    """
    Answers what a caller may have meant. It holds no state between questions.

    :param extra: nicknames, and the utility's own places
    """

    def __init__(self, gazetteer: Gazetteer, dialects: Dialects, extra: Sequence[Alias] = ()) -> None:
        self._gazetteer = gazetteer
        self._dialects = dialects
        self._syllabary = Syllabary(gazetteer.syllables)
        self._likeness: dict[tuple[str, ...], Likeness] = {}
        self._others = OtherNames(gazetteer, self._syllabary, extra)

    def with_extra(self, extra: Sequence[Alias]) -> "Matcher":
        """Return the same with other nicknames and own places; the tables of sounds are shared."""
        fresh = object.__new__(type(self))
        fresh.__dict__ = self.__dict__ | {"_others": OtherNames(self._gazetteer, self._syllabary, extra)}
        return fresh

    def find(
        self, text: str, *, province: str | None = None, counties: Collection[str] = frozenset(), limit: int = LIMIT
    ) -> Found:
        """
        Return the places that what was said may mean.

        :param province: only there; a code the gazetteer does not know limits nothing
        :param counties: only there: of the caller's account or number, or picked by the seat
        """
        said = [one for way in orders(text) if len(one := Said(way, self._syllabary.number))]
        if not said:
            return Found((), None, "没有听到地名,请问县(区)、乡镇和村")
        roots = self._roots(counties) or self._roots([province] if province else [])
        heard = max((self._hearing(one, roots).heard() for one in said), key=_best)
        found = tuple(self._candidate(heard, i) for i in range(min(limit, len(heard))))
        ask = self._question(heard, found)
        if ask is not None and _best(heard) + FARTHER < CHARACTER * len(said[0]):
            ask = self._elsewhere(said[0], roots, _best(heard)) or ask
        return Found(found, found[0].level if found else None, ask)

    def _roots(self, codes: Collection[str]) -> list[int]:
        """Return the rows of the codes the gazetteer knows, each once, in their order."""
        return sorted({row for code in codes if (row := self._gazetteer.row_of(code)) is not None})

    def _hearing(self, said: Said, roots: Sequence[int]) -> Hearing:
        return Hearing(self._gazetteer, self._others, said, self._alike(roots), roots)

    def _alike(self, roots: Sequence[int]) -> Likeness:
        """Return how alike syllables sound in the dialect areas of the scope; worked out once for each."""
        areas = tuple(sorted({area for row in roots for area in self._dialects.at(self._gazetteer.code_of(row))}))
        if areas not in self._likeness:
            self._likeness[areas] = self._dialects.likeness(self._syllabary, areas)
        return self._likeness[areas]

    def _candidate(self, heard: Sequence[Heard], i: int) -> Candidate:
        row, confidence = heard[i].row, self._confidence(heard, i)
        if (own := self._others.own(row)) is not None:
            return self._own_candidate(own, row, confidence)
        gazetteer = self._gazetteer
        unit = gazetteer.at(row)
        lon, lat, exact = gazetteer.place(row) or (None, None, False)
        return Candidate(unit.code, unit.level, unit.name, gazetteer.path(row), lon, lat, exact, confidence)

    def _own_candidate(self, own: Alias, row: int, confidence: float) -> Candidate:
        lon, lat = own.lon, own.lat
        exact = lon is not None and lat is not None
        if not exact:
            lon, lat, _ = self._gazetteer.place(self._others.within(row)) or (None, None, False)
        return Candidate(own.code, own.level, own.name, self._path(row), lon, lat, exact, confidence)

    def _confidence(self, heard: Sequence[Heard], i: int) -> float:
        """Return how sure it is: how much of the name was heard, and by how much it leads what else it could be."""
        one = heard[i]
        rival = next((other.score for other in heard if self._rivals(one, other)), 0)  # the best comes first
        alone = 1 / (1 + exp(-2.5 * (one.score - rival) / CLEAR))
        share = one.share / 100
        if one.above:
            return round(share**2 * alone, 3)
        return round(share**4 * alone * (LOOSE if one.loose else 1), 3)

    def _rivals(self, one: Heard, other: Heard) -> bool:
        """Tell whether only one of the two was meant: what lies in a place is none, the place around it seldom."""
        if other.row == one.row or one.row in self._others.above(other.row):
            return False
        if other.row not in self._others.above(one.row):
            return True
        apart = one.below or other.row != self._others.within(one.row)  # else it is the same words, heard as either
        return not (one.above and apart)

    def _same(self, row: int, other: int) -> bool:
        """Tell whether one of the two lies in the other."""
        return other in self._others.above(row) or row in self._others.above(other)

    def _question(self, heard: Sequence[Heard], found: Sequence[Candidate]) -> str | None:
        if not heard:
            return "没有听清地名,请再问县(区)和乡镇"
        best = heard[0]
        rival = next((one for one in heard[1:] if not self._same(best.row, one.row)), None)
        if rival is not None and best.score - rival.score < CLOSE:
            return f"可能是{self._path(best.row)},也可能是{self._path(rival.row)},请向客户核对"
        level = self._others.level_of(best.row)
        if level < VILLAGE:
            return f"只听清到“{self._gazetteer.name(best.row)}”,请再问{LEVELS[level + 1].label}"
        if found and found[0].confidence < SURE:
            return f"没有听得很清,最像{self._path(best.row)},请向客户核对"
        return None

    def _elsewhere(self, said: Said, roots: Sequence[int], score: int) -> str | None:
        """Say what was heard outside the scope, if it is worth more than all that was heard in it."""
        provinces = {row: None for root in roots for row in self._gazetteer.above(root) if self._level(row) == PROVINCE}
        if set(roots) - set(provinces):  # counties were given: perhaps it is another county of the province
            row = self._farther(self._hearing(said, list(provinces)).heard(), roots, score)
        else:
            row = None
        if row is None and roots:  # or another province, named with its city or county
            row = self._farther([one for one in self._hearing(said, []).heard(COUNTY) if one.above], roots, score)
        if row is None:
            return None
        scope = "、".join(self._gazetteer.name(root) for root in roots[:3])
        return f"听到的像是{self._path(row)},不在{scope}范围内,请核对是否外地"

    def _farther(self, heard: Sequence[Heard], roots: Sequence[int], score: int) -> int | None:
        """Return the row of the best, if it lies outside the scope and is clearly worth more."""
        if not heard or heard[0].score < score + FARTHER:
            return None
        row = heard[0].row
        return None if any(root in self._others.above(row) for root in roots) else row

    def _level(self, row: int) -> int:
        return self._others.level_of(row)

    def _path(self, row: int) -> str:
        own = self._others.own(row)
        return self._gazetteer.path(row) if own is None else self._gazetteer.path(self._others.within(row)) + own.name


def _best(heard: Sequence[Heard]) -> int:
    return heard[0].score if heard else 0
