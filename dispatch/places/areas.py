"""The tree of areas in memory: province -> city -> county -> depot (班所)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dispatch.kit.errors import Invalid, NotFound
from dispatch.kit.words import Labelled


class AreaLevel(Labelled):
    """How large an area is."""

    PROVINCE = "province", "省"
    CITY = "city", "地市"
    COUNTY = "county", "县(区)"
    DEPOT = "depot", "班所"


ABOVE = {AreaLevel.CITY: AreaLevel.PROVINCE, AreaLevel.COUNTY: AreaLevel.CITY, AreaLevel.DEPOT: AreaLevel.COUNTY}


class NoSuchArea(NotFound):
    """No area has that code."""


class BadAreas(Invalid):
    """The areas do not make a tree."""


@dataclass(frozen=True, slots=True)
class Area:
    """
    One area; ``lon, lat`` is its seat (WGS-84), ``boundary`` GeoJSON of a county.

    :param approximate: made by a rule (cells around towns), not surveyed
    """

    code: str
    name: str
    level: AreaLevel
    parent: str | None = None
    lon: float | None = None
    lat: float | None = None
    boundary: Mapping[str, Any] | None = None
    approximate: bool = False


class Areas:
    """
    All areas, answered from memory.

    :raises BadAreas: if a code stands twice, a parent is missing or the levels do not descend
    """

    def __init__(self, areas: Iterable[Area]) -> None:
        self._areas: dict[str, Area] = {}
        for area in areas:
            if area.code in self._areas:
                raise BadAreas(f"地区编码 {area.code} 重复,请保留一条", field="areas", code=area.code)
            self._areas[area.code] = area
        self._below: dict[str, list[str]] = {code: [] for code in self._areas}
        for area in self._areas.values():
            self._hang(area)
        self._line = {code: self._up(code) for code in self._areas}

    def _hang(self, area: Area) -> None:
        """Put the area under its parent; the levels allow no cycle."""
        wanted = ABOVE.get(area.level)
        parent = self._areas.get(area.parent) if area.parent else None
        if (parent.level if parent else None) is not wanted:
            above = wanted.label if wanted else "无"
            raise BadAreas(
                f"地区 {area.code} {area.name} 的上级 {area.parent} 不对:{area.level.label}的上级应为{above}",
                field="areas",
                code=area.code,
            )
        if parent is not None:
            self._below[parent.code].append(area.code)

    def _up(self, code: str) -> tuple[str, ...]:
        line = [code]
        while (parent := self._areas[line[-1]].parent) is not None:
            line.append(parent)
        return tuple(line)

    def __len__(self) -> int:
        return len(self._areas)

    def find(self, code: str) -> Area | None:
        """Return the area, or None."""
        return self._areas.get(code)

    def get(self, code: str) -> Area:
        """
        Return the area.

        :raises NoSuchArea: if there is none
        """
        area = self._areas.get(code)
        if area is None:
            raise NoSuchArea(f"没有编码为“{code[:20]}”的地区,请核对", field="area")
        return area

    def covers(self, ancestor: str, code: str) -> bool:
        """Tell whether ``code`` is ``ancestor`` or lies below it; False for codes nobody knows."""
        return ancestor in self._line.get(code, ())

    def above(self, code: str) -> tuple[str, ...]:
        """Return the code and all above it, nearest first; empty for a code nobody knows."""
        return self._line.get(code, ())

    def below(self, code: str) -> tuple[str, ...]:
        """Return all codes below (not the code itself), in a fixed order."""
        found: list[str] = []
        for child in sorted(self._below.get(code, ())):
            found += [child, *self.below(child)]
        return tuple(found)

    def counties(self, code: str) -> tuple[str, ...]:
        """Return the counties in the area: itself for a county, none for a depot."""
        codes = (code, *self.below(code)) if code in self._areas else ()
        return tuple(c for c in codes if self._areas[c].level is AreaLevel.COUNTY)

    def depots(self, code: str) -> tuple[str, ...]:
        """Return the depots in the area: itself for a depot."""
        codes = (code, *self.below(code)) if code in self._areas else ()
        return tuple(c for c in codes if self._areas[c].level is AreaLevel.DEPOT)

    def county_of_depot(self, depot: str) -> str:
        """
        Return the county a depot belongs to.

        :raises NoSuchArea: if there is no such depot
        """
        area = self.get(depot)
        if area.level is not AreaLevel.DEPOT or area.parent is None:
            raise NoSuchArea(f"“{depot[:20]}”不是班所", field="depot")
        return area.parent

    def of_level(self, level: AreaLevel) -> tuple[Area, ...]:
        """Return all areas of one level in the order of their codes."""
        return tuple(self._areas[code] for code in sorted(self._areas) if self._areas[code].level is level)

    def province(self) -> Area:
        """
        Return the province (the first by code).

        :raises NoSuchArea: if no world is loaded
        """
        found = self.of_level(AreaLevel.PROVINCE)
        if not found:
            raise NoSuchArea("尚未载入地区数据,请先执行载入", field="areas")
        return found[0]
