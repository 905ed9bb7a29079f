"""
Finding a place: own places and nicknames, the gazetteer's names, and the points that were learned, in one answer.

Without a gazetteer own places are found all the same. A place is never made up: what is not heard is asked for.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dispatch.kit.words import Labelled

from .learning import Learned
from .names.alias import Alias
from .names.typeahead import Scope
from .own import OtherLevel, OwnKind, OwnPlace, folded
from .ownindex import Hit, OwnIndex, once

if TYPE_CHECKING:  # who has no gazetteer need not wait for what reads it
    from .installed import Names
    from .names.matching import Candidate

COUNTY_DIGITS, ZEROS = 6, "000000"
COUNTY_AND_BELOW = frozenset({"county", "township", "village"})
MOST_HEARD = 20_000  # own places that are heard by their sound too; the others are found by their very name
SPOKEN_OF = frozenset({OwnKind.ROAD, OwnKind.BUILDING, OwnKind.LANDMARK})  # what callers name first of all
SURE = 0.9  # an own name that stands whole in what was said
ASK_WHICH = "有 {n} 处同名“{name}”,请向客户核对是哪一处:{which}"


class LocatedBy(Labelled):
    """Where a place's point comes from."""

    FILE = "file", "单位档案"
    GAZETTEER = "gazetteer", "地名库"
    CREWS = "crews", "抢修队到场"
    PINS = "pins", "座席标注"
    ABOVE = "above", "上级地点"


@dataclass(frozen=True, slots=True)
class Named:
    """A thing of our own with a point, if one is known."""

    code: str
    level: str
    name: str
    county: str
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    located_by: LocatedBy | None = None
    located_n: int | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """
    A place that may be meant. ``lon``, ``lat``: WGS-84 degrees, None where not even a place above it is located.

    :param county: code of the county it lies in, if it is known
    :param exact: the point is the place's own, not that of what it lies in
    :param located_n: arrivals or pins that a learned point rests on
    """

    code: str
    level: str
    name: str
    path: str
    county: str | None
    lon: float | None
    lat: float | None
    exact: bool
    confidence: float
    located_by: LocatedBy | None = None
    located_n: int | None = None


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What may be meant, the surest first, and what to ask the caller, if anything."""

    places: tuple[Suggestion, ...]
    ask: str | None = None


@dataclass(frozen=True, slots=True)
class Nickname:
    """A name that was taught and is used. ``code`` None: it stands for its own point."""

    id: str
    said: str
    county: str
    code: str | None
    point: Learned | None = None


class Finder:
    """
    Answers from memory; replaced whole when own places, nicknames or learned points change.

    :param province: code of the province whose seats ask
    :param learned: points by code, of own places and of the gazetteer's
    """

    def __init__(
        self,
        province: str = "",
        *,
        names: "Names | None" = None,
        own: Sequence[OwnPlace] = (),
        nicknames: Sequence[Nickname] = (),
        learned: Mapping[str, Learned] | None = None,
    ) -> None:
        self._province = province
        self._learned = learned or {}
        self._names = names
        self._own = {place.code: self._named(place) for place in own}
        self._index = OwnIndex(self._spellings(own, nicknames))
        self._matcher = names.matcher.with_extra(list(self._aliases(own, nicknames))) if names else None

    def _named(self, place: OwnPlace) -> Named:
        lon, lat, by, n = place.lon, place.lat, LocatedBy.FILE, None
        if lon is None and (learned := self._learned.get(place.code)) is not None:
            lon, lat, by, n = learned.lon, learned.lat, LocatedBy.CREWS, learned.n
        kind, county = place.kind.value, place.area
        return Named(place.code, kind, place.name, county, place.address, lon, lat, by if lon is not None else None, n)

    def _spellings(self, own: Sequence[OwnPlace], nicknames: Sequence[Nickname]) -> Iterator[tuple[str, Named]]:
        for place in own:
            for name in (place.name, *place.aliases):
                yield name, self._own[place.code]
        for nickname in nicknames:
            if (thing := self._meant(nickname)) is not None:
                yield nickname.said, thing

    def _meant(self, nickname: Nickname) -> Named | None:
        """Return what a nickname stands for; None if that is gone."""
        if nickname.code is None:
            level, point = OtherLevel.ALIAS.value, nickname.point
            if point is None:
                return None
            by = LocatedBy.PINS
            return Named(nickname.id, level, nickname.said, nickname.county, "", point.lon, point.lat, by, point.n)
        return self._own.get(nickname.code) or self._of_gazetteer(nickname.code)

    def _of_gazetteer(self, code: str) -> Named | None:
        if self._names is None or (row := self._names.gazetteer.row_of(code)) is None:
            return None
        found = self._of_row(row, 1.0)
        county = found.county or self._province
        point = (found.lon, found.lat) if found.exact else (None, None)
        return Named(found.code, found.level, found.name, county, found.path, *point, found.located_by, found.located_n)

    def _aliases(self, own: Sequence[OwnPlace], nicknames: Sequence[Nickname]) -> Iterator[Alias]:
        """Yield own places and nicknames as what is spoken is matched with."""
        spoken_of = sorted(own, key=lambda place: place.kind not in SPOKEN_OF)[:MOST_HEARD]
        for place in spoken_of:
            thing = self._own[place.code]
            for name in (place.name, *place.aliases):
                yield Alias(folded(name), place.code, place.area, thing.level, thing.lon, thing.lat)
        for nickname in nicknames:
            if (thing := self._meant(nickname)) is not None:  # type: ignore[assignment]
                of_gazetteer = thing.level not in OWN_LEVELS
                within = None if of_gazetteer else nickname.county
                yield Alias(folded(nickname.said), thing.code, within, thing.level, thing.lon, thing.lat)

    def __len__(self) -> int:
        return len(self._own)

    def place(self, code: str) -> Named | None:
        """Return an own place, or a gazetteer's of 12 digits, with the point that is its own; None if nobody knows."""
        return self._own.get(code) or (self._of_gazetteer(code) if code.isdecimal() and len(code) == 12 else None)

    def coded(self, code: str) -> Suggestion | None:
        """Return the own place of a code, or the gazetteer's of 12 digits."""
        thing = self.place(code)
        return None if thing is None else self._of_hit(Hit(thing, thing.name, 0, 1.0))

    def typed(self, text: str, *, county: str | None = None, limit: int = 10) -> Suggestions:
        """Complete what is typed; own places first among what matches as well, those of the county before others."""
        own = once(self._index.typed(text, limit=8 * limit), limit=4 * limit)
        ranked = [((hit.rank, 0), self._of_hit(hit)) for hit in own]
        ranked += [((rank, 1), place) for rank, place in self._typed_names(text, county, limit)]
        ranked.sort(key=lambda one: (self._is_far(one[1], county), one[0]))
        found = tuple(_once(place for _, place in ranked))[:limit]
        if found or len(folded(text)) < 2:
            return Suggestions(found)
        return self.said(text, county=county, limit=limit)

    def _is_far(self, place: Suggestion, county: str | None) -> bool:
        """Tell whether a place lies outside of what is looked in first: the county that was picked, or the province."""
        if county is not None:
            return place.county != county
        return place.code not in self._own and not place.code.startswith(self._province)

    def _typed_names(self, text: str, county: str | None, limit: int) -> Iterator[tuple[int, Suggestion]]:
        if self._names is None:
            return
        names = self._names
        roots = tuple(
            row for code in (county, self._province) if code and (row := names.gazetteer.row_of(code)) is not None
        )
        wanted = folded(text)
        for row in names.typeahead.complete(text, scope=Scope(roots[:1]), limit=limit):
            spellings = {*names.gazetteer.written(row, whole=True), *names.gazetteer.written(row, whole=False)}
            rank = 0 if wanted in spellings else 1
            yield rank, self._of_row(row, 1.0 if rank == 0 else SURE)

    def said(self, text: str, *, county: str | None = None, limit: int = 5) -> Suggestions:
        """Match what a caller said: own names that stand in it, then what the gazetteer hears in it."""
        hits = self._index.said(text, limit=4 * limit)
        own = once([hit for hit in hits if county in (None, hit.thing.county)] or hits, limit=limit)
        same: dict[str, list[Hit[Named]]] = {}
        for hit in own:
            same.setdefault(hit.name, []).append(hit)
        found = [replace(self._of_hit(hit), confidence=round(SURE / len(same[hit.name]), 3)) for hit in own]
        heard, ask = self._heard(text, county, limit)
        merged = [*heard[:1], *found, *heard[1:]] if _says_more(heard, found) else [*found, *heard]
        return Suggestions(tuple(_once(merged))[:limit], _which(same) or (ask if not found else None))

    def _heard(self, text: str, county: str | None, limit: int) -> tuple[list[Suggestion], str | None]:
        if self._matcher is None:
            return [], None
        counties = frozenset({county}) if county else frozenset()
        found = self._matcher.find(text, province=self._province, counties=counties, limit=limit)
        if not found.candidates and county:
            found = self._matcher.find(text, province=self._province, limit=limit)
        return [self._of_candidate(one) for one in found.candidates], found.ask

    def _of_hit(self, hit: Hit[Named]) -> Suggestion:
        thing = hit.thing
        path = thing.address or thing.name
        exact = thing.lon is not None
        lon, lat, by = thing.lon, thing.lat, thing.located_by
        if not exact and self._names is not None and (row := self._names.gazetteer.row_of(thing.county)) is not None:
            lon, lat, _ = self._names.gazetteer.place(row) or (None, None, False)
            by = LocatedBy.ABOVE if lon is not None else None
        return Suggestion(
            code=thing.code,
            level=thing.level,
            name=thing.name,
            path=path,
            county=thing.county,
            lon=lon,
            lat=lat,
            exact=exact,
            confidence=hit.share,
            located_by=by,
            located_n=thing.located_n,
        )

    def _of_row(self, row: int, confidence: float) -> Suggestion:
        assert self._names is not None
        gazetteer = self._names.gazetteer
        unit, (lon, lat, exact) = gazetteer.at(row), gazetteer.place(row) or (None, None, False)
        return self._located(
            Suggestion(
                code=unit.code,
                level=unit.level.value,
                name=unit.name,
                path=gazetteer.path(row),
                county=None,
                lon=lon,
                lat=lat,
                exact=exact,
                confidence=confidence,
            )
        )

    def _of_candidate(self, one: "Candidate") -> Suggestion:
        return self._located(
            Suggestion(
                code=one.code,
                level=str(one.level),
                name=one.name,
                path=one.path,
                county=None,
                lon=one.lon,
                lat=one.lat,
                exact=one.exact,
                confidence=one.confidence,
            )
        )

    def _located(self, place: Suggestion) -> Suggestion:
        """Return the gazetteer's answer with its county, and with what was learned of the place."""
        own, learned = self._own.get(place.code), self._learned.get(place.code)
        if own is not None:
            return replace(place, county=own.county, located_by=_by(own.located_by, place), located_n=own.located_n)
        county = place.code[:COUNTY_DIGITS] if place.level in COUNTY_AND_BELOW else None
        if learned is None or place.exact:
            by = LocatedBy.GAZETTEER if place.exact else None
            return replace(place, county=county, located_by=_by(by, place))
        return replace(
            place,
            county=county,
            lon=learned.lon,
            lat=learned.lat,
            exact=True,
            located_by=LocatedBy.CREWS,
            located_n=learned.n,
        )


OWN_LEVELS = frozenset({"road", "building", "substation", "transformer", "landmark", OtherLevel.ALIAS.value})


def _by(own: LocatedBy | None, place: Suggestion) -> LocatedBy | None:
    """Return where a point comes from: its own source, else what lies above; None without a point."""
    return None if place.lon is None else own or LocatedBy.ABOVE


def _says_more(heard: Sequence[Suggestion], found: Sequence[Suggestion]) -> bool:
    """Tell whether the gazetteer heard a longer name, surely: 东门渔村 is not the landmark 东门."""
    if not heard or not found or heard[0].confidence < found[0].confidence:
        return False
    return len(folded(heard[0].name)) > len(folded(found[0].name))


def _once(found: Iterable[Suggestion]) -> Iterator[Suggestion]:
    seen: set[str] = set()
    for place in found:
        if place.code not in seen:
            seen.add(place.code)
            yield place


def _which(same: Mapping[str, Sequence[Hit[Named]]]) -> str | None:
    """Return the question where one name is that of several own places."""
    for hits in same.values():
        if len(hits) > 1:
            which = ";".join(f"{hit.thing.address or hit.thing.name}({hit.thing.code})" for hit in hits[:3])
            return ASK_WHICH.format(n=len(hits), name=hits[0].thing.name, which=which)
    return None
