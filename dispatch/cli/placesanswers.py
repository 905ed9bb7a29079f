"""Who answers ``dispatch places find``: the country's names alone, or with what the utility's own database has."""

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

from rich.console import Console
from rich.table import Table

from dispatch.cli.database import opened
from dispatch.cli.desks import desk_of
from dispatch.desk.intake.placing import check_county
from dispatch.desk.places.keeping import PlaceKeeper
from dispatch.desk.room import Desk
from dispatch.kit.errors import Invalid
from dispatch.kit.settings import Settings
from dispatch.places.areas import AreaLevel
from dispatch.places.finder import Suggestion
from dispatch.places.installed import Names
from dispatch.places.names.dialects import Dialects
from dispatch.places.names.gazetteer import LEVELS, Gazetteer
from dispatch.places.names.matching import Candidate, Found, Matcher
from dispatch.places.own import OtherLevel, OwnKind

Scope = Mapping[str, str | None]
PARTS = ("code", "level", "name", "path", "lon", "lat", "exact", "confidence")
LABELS = {level.value: level.label for words in (LEVELS, OwnKind, OtherLevel) for level in words}
CODE_WIDTH = 12
TITLE_MOST = 60


class OtherProvince(Invalid):
    """Own places are those of one province, and looked for there."""


class Answering(Protocol):
    """Answers what somebody said of a place."""

    def check(self, scope: Scope) -> None:
        """:raises Invalid, NotFound: if nothing has the code that is to be looked in"""

    def find(self, q: str, scope: Scope, limit: int) -> Found:
        """Return the places that may be meant."""


class OfCountry:
    """Knows the gazetteer and nothing else."""

    def __init__(self, gazetteer: Gazetteer, dialects: Dialects) -> None:
        self._gazetteer = gazetteer
        self._matcher = Matcher(gazetteer, dialects)

    def check(self, scope: Scope) -> None:
        """:raises NoSuchUnit: if the gazetteer has no such code"""
        for code in scope.values():
            if code is not None:
                self._gazetteer.unit(code)

    def find(self, q: str, scope: Scope, limit: int) -> Found:
        county = scope.get("county")
        counties = frozenset({county} if county is not None else ())
        return self._matcher.find(q, province=scope.get("province"), counties=counties, limit=limit)


class OfUtility:
    """Knows own places, taught names and learned points too, as the seats' consoles do."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @classmethod
    def read(cls, settings: Settings, names: Names) -> "OfUtility":
        """
        Read everything from the database that is configured; it is not asked again.

        :raises Unavailable: if it cannot be reached, or is of another version
        """

        async def desk(settings: Settings) -> Desk:
            async with desk_of(settings) as desk:
                await PlaceKeeper(desk, names).poll()
                return desk

        with opened(settings) as known:
            return cls(asyncio.run(desk(known)))

    def check(self, scope: Scope) -> None:
        """:raises UnknownCounty, OtherProvince: if it is not one of this province, or not this one"""
        province, county = scope.get("province"), scope.get("county")
        ours = [area.code for area in self._desk.areas.of_level(AreaLevel.PROVINCE)]
        if province is not None and province not in ours:
            said = "、".join(ours) or "尚未载入"
            raise OtherProvince(f"自有地点只在本省({said})查,外省请不加 --own", field="province")
        if county is not None:
            check_county(self._desk, county, field="county")

    def find(self, q: str, scope: Scope, limit: int) -> Found:
        found = self._desk.finder.said(q, county=scope.get("county"), limit=limit)
        candidates = tuple(_candidate(place) for place in found.places)
        return Found(candidates, candidates[0].level if candidates else None, found.ask)


def _candidate(place: Suggestion) -> Candidate:
    return Candidate(**{name: getattr(place, name) for name in PARTS})


def as_json(asked: str, found: Found) -> dict[str, Any]:
    """Return an answer as it stands on its line."""
    candidates = [{name: getattr(one, name) for name in PARTS} for one in found.candidates]
    return {"q": asked, "candidates": candidates, "level_reached": found.level_reached, "ask": found.ask}


def show(console: Console, asked: str, found: Found) -> None:
    """Draw an answer. What is long goes on in the next line, under itself; nothing is cut."""
    table = Table(title=asked[:TITLE_MOST] or "(空)", title_justify="left", box=None)
    table.add_column("编码", no_wrap=True, min_width=CODE_WIDTH)
    for heading in ("级别", "名称", "把握", "经纬度", "地点"):
        table.add_column(heading, overflow="fold")
    for one in found.candidates:
        label = LABELS.get(one.level, one.level).partition("(")[0]
        table.add_row(one.code, label, one.name, f"{one.confidence:.2f}", _point(one), one.path)
    console.print(table)
    if found.ask:
        console.print(f"再问:{found.ask}", soft_wrap=True)


def _point(one: Candidate) -> str:
    if one.lon is None or one.lat is None:
        return "未知"
    return ("" if one.exact else "约") + f"{one.lon:.4f},{one.lat:.4f}"
