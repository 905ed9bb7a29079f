"""
From what a caller said to places: county, then township, then village, by character and by sound.

Never a village that was not heard: where only the township is clear the township is the answer, and what to ask next.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from math import exp

from .alias import Alias
from .aligning import CHARACTER
from .dialects import Dialects
from .gazetteer import COUNTY, LEVELS, PROVINCE, STAND_INS, VILLAGE, Gazetteer
from .hearing import Hearing
from .named import Named
from .othernames import OtherNames
from .said import Said, orders
from .scores import Heard
from .syllables import Likeness, Syllabary

LIMIT = 5
LABELS = {str(level): level.label for level in LEVELS}
CLEAR = 60.0  # hundredths of a syllable by which the first should lead for two thirds of the doubt to go
MOST = 200  # beyond which a lead takes no more doubt away
CLOSE = 25  # a lead below this asks which of the two
WRITTEN = 20  # the lead of a village written like what was said over one that only sounds the same
SURE = 0.7  # a village of less confidence is asked back
ALONE = 8  # power of what was heard of a place by itself: of two syllables both must be clear
LOOSE = 0.65  # of the confidence, for a place by itself with something before it that was not understood
FARTHER = 60  # a place outside the scope must be worth more by this
WHOLE = 3  # signs of a county's name that was said with its ending
CONTRADICTED = 0.6  # of the confidence, where something else was named that the place should lie in


@dataclass(frozen=True, slots=True)
class Candidate:
    """
    A place that may be meant. ``code`` has 12 digits, ``level`` is a word of ``PlaceLevel`` or the own place's.

    ``lon``, ``lat``: WGS-84 degrees of the place itself or, with ``exact`` false, of what is known in or around it.
    ``confidence``: how sure it is that this place was meant, 0 to 1; never more than that of the candidate before it.
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
        self._named = Named(gazetteer)

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
        heard, one = max(((self._hearing(one, roots).heard(), one) for one in said), key=lambda pair: _best(pair[0]))
        against = self._against(one, heard)
        found = tuple(self._candidates(heard[:limit], heard, CONTRADICTED if against else 1.0))
        ask = against or self._question(heard, found)
        if roots and ask is not None and _best(heard) + FARTHER < CHARACTER * len(said[0]):
            ask = self._elsewhere(said[0], roots, heard, against) or ask
        return Found(found, found[0].level if found else None, _and(self._torn(province, counties), ask))

    def _torn(self, province: str | None, counties: Collection[str]) -> str | None:
        """Say so if none of the counties to look in lies in the province to look in."""
        within, roots = self._roots([province] if province else []), self._roots(counties)
        if not within or not roots or any(within[0] in self._gazetteer.above(root) for root in roots):
            return None
        return f"所选的{self._gazetteer.path(roots[0])}不在{self._gazetteer.name(within[0])},请核对县(区)"

    def _against(self, said: Said, heard: Sequence[Heard]) -> str | None:
        """Say so if the caller began with a province, city or county that the best candidate does not lie in."""
        if not heard:
            return None
        best = heard[0]
        for rows, length in self._named.at_the_beginning(said.text):
            whole = length >= WHOLE and not best.full
            if (whole or length <= best.first) and not set(rows) & set(self._others.above(best.row)):
                return f"说的是{self._gazetteer.path(rows[0])},{self._path(best.row)}却不在那里,请向客户核对"
        return None

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

    def _candidates(self, first: Sequence[Heard], heard: Sequence[Heard], most: float) -> Iterator[Candidate]:
        """Yield the first as candidates. None is surer than the one before it: it is meant only if that one is not."""
        for one in first:
            most = min(most, most * self._confidence(heard, one) if one is first[0] else self._confidence(heard, one))
            yield self._candidate(one.row, round(most, 3))

    def _candidate(self, row: int, confidence: float) -> Candidate:
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

    def _confidence(self, heard: Sequence[Heard], one: Heard) -> float:
        """Return how sure it is: how much of the name was heard, and by how much it leads what else it could be."""
        doubt = 0.0
        for other in heard:  # the best comes first
            if doubt and other.score < one.score:
                break
            if self._rivals(one, other):
                doubt += exp(-2.5 * max(-MOST, min(MOST, self._lead(one, other))) / CLEAR)
        alone, share, word = 1 / (1 + doubt), one.share / 100, one.word / 100
        if one.above:
            return share**2 * alone * word
        return share**ALONE * alone * word * (LOOSE if one.loose else 1)

    def _lead(self, one: Heard, other: Heard) -> int:
        """Return by how much one leads the other; of two villages that sound the same the written one only so much."""
        alike = one.full != other.full and one.share == other.share == one.word == other.word
        if (
            alike
            and abs(one.sound - other.sound) < 2 * CLOSE
            and self._level(one.row) == self._level(other.row) == VILLAGE
        ):
            return WRITTEN if one.full else -WRITTEN
        lead = one.score - other.score
        if one.full and other.full and lead:  # 东门渔村 was said, and 东门 is only what it has in common with it
            return max(lead, one.sound - other.sound) if lead > 0 else min(lead, one.sound - other.sound)
        return lead

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
        near = [one for one in heard[1:] if self._lead(best, one) < CLOSE and not self._same(best.row, one.row)]
        if near:
            more = f"等{len(near) + 1}处" if len(near) > 1 else ""
            return f"可能是{self._path(best.row)},也可能是{self._path(near[0].row)}{more},请向客户核对"
        level = self._others.level_of(best.row)
        if level < VILLAGE:
            return f"只听清到“{self._gazetteer.name(best.row)}”,请再问{LEVELS[self._next(best.row)].label}"
        if found and found[0].confidence < SURE:
            return f"没有听得很清,最像{self._path(best.row)},请向客户核对"
        return None

    def _next(self, row: int) -> int:
        """Return the level to ask for; below 上海市 nobody says a city."""
        level = int(self._gazetteer.level[row]) + 1
        low, high = self._gazetteer.within(row, level)
        return level + 1 if low < high and self._gazetteer.name(low) in STAND_INS else level

    def _elsewhere(self, said: Said, roots: Sequence[int], heard: Sequence[Heard], against: str | None) -> str | None:
        """Say what was heard outside the scope, if it is worth more than all that was heard in it."""
        provinces = {row: None for root in roots for row in self._gazetteer.above(root) if self._level(row) == PROVINCE}
        row = None
        if set(roots) - set(provinces):  # counties were given: perhaps it is another county of the province
            row = self._farther(self._hearing(said, list(provinces)).heard(), roots, _best(heard))
        if row is None:  # or another province, named with its city or county
            named = [one for one in self._hearing(said, []).heard(COUNTY) if one.above]
            row = self._farther(named, roots, _best(heard))
        if row is None and against is None:
            row = self._begun_with(said, roots)
        if row is None:
            return None
        scope = "、".join(self._gazetteer.name(root) for root in roots[:3])
        return f"听到的像是{self._path(row)},不在{scope}范围内,请核对是否外地"

    def _begun_with(self, said: Said, roots: Sequence[int]) -> int | None:
        """Return the row of the province, city or county the caller began with, if none so called is in scope."""
        for rows, _ in self._named.at_the_beginning(said.text):
            return None if any(set(roots) & set(self._gazetteer.above(row)) for row in rows) else rows[0]
        return None

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


def _and(one: str | None, other: str | None) -> str | None:
    return ";".join(filter(None, (one, other))) or None


def _best(heard: Sequence[Heard]) -> int:
    return heard[0].score if heard else 0
