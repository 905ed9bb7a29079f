"""A world: areas, places, crews, declared reserves and accounts that an installation starts from; one JSON file."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, time
from typing import Annotated, Any, Self, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from dispatch.accounts.model import Login, NewAccount, Role
from dispatch.kit.errors import Invalid, Refusal
from dispatch.notify.phones import plain
from dispatch.outages.model import Node, NodeKind, Served
from dispatch.places.areas import Area, AreaLevel, Areas
from dispatch.places.crs import SHIFTED, Crs, to_wgs84
from dispatch.places.locate import border_of
from dispatch.tickets.facts import Lat, Lon
from dispatch.tickets.words import Protected

from .supervision.contacts import DutyContact, Phone, check_contacts

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
Name = Annotated[str, Field(min_length=1, max_length=60)]
Customers = Annotated[int, Field(ge=0, le=2_000_000_000)]
Skill = Annotated[str, Field(min_length=1, max_length=64)]


class BadWorld(Invalid):
    """The file cannot be used; the message names the place in it."""


class Part(BaseModel):
    """A part of a world: no unknown key."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class WorldArea(Part):
    code: Code
    name: Name
    level: AreaLevel
    parent: Code | None = None
    lon: Lon | None = None
    lat: Lat | None = None
    boundary: dict[str, Any] | None = None  # GeoJSON (Multi)Polygon, WGS-84; counties only
    households: Customers | None = None  # low-voltage customers; None: not known, indices per customer are not computed
    mv_users: Customers | None = None  # 中压用户: 公变台区 and 专变 users; never mixed with households


class WorldPlace(Part):
    code: Code
    name: Name
    area: Code
    lon: Lon
    lat: Lat
    population: Annotated[int, Field(ge=0, le=2_000_000_000)] = 0


class WorldCrew(Part):
    id: Code
    name: Name
    depot: Code
    area: Code | None = None  # the depot's county
    members: tuple[Name, ...] = ()
    vehicle: Annotated[str, Field(max_length=60)] | None = None
    vehicle_kind: Skill | None = None  # what it can do on the road: bucket_truck, generator_truck; None: not registered
    permits: dict[Skill, date] | None = None  # 工作票资格: kind -> last day it holds; None: not registered
    skills: tuple[Skill, ...] = ()
    shift_start: time = time(0)  # Asia/Shanghai; start = end: round the clock
    shift_end: time = time(0)
    phone: Phone | None = None  # personal data; None: as it is
    active: bool = True  # False: the crew was dissolved; it keeps its past and gets no more jobs


class WorldReserve(Part):
    depot: Code
    jobs: Annotated[int, Field(ge=0, le=100_000)]


class WorldContact(DutyContact):
    """Who is told when an addressee of an area is to be told."""

    area: Code


class WorldNode(Part):
    """One piece of the network; of an account the code is its number."""

    code: Annotated[str, Field(min_length=1, max_length=64)]
    kind: NodeKind
    parent: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    name: Name
    area: Code  # county
    served: Served = Served.PUBLIC
    households: Annotated[int, Field(ge=0, le=2_000_000_000)] = 0
    lon: Lon | None = None
    lat: Lat | None = None
    meter_no: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    protected: Protected | None = None
    installed_at: AwareDatetime | None = None
    backup_kva: Annotated[int, Field(ge=1, le=100_000)] | None = None  # what a generator must give it

    def node(self) -> Node:
        """Say it in the outage room's words."""
        return Node(**self.model_dump())


class WorldGenerator(Part):
    """A generator truck (发电车)."""

    id: Code
    name: Name
    area: Code  # county whose it is; city or province: its counties share it
    depot: Code | None = None  # where it stands when nobody needs it
    kva: Annotated[int, Field(ge=1, le=100_000)]
    connect_min: Annotated[int, Field(ge=0, le=1440)]  # work on site before it feeds
    fuel_h: Annotated[float, Field(ge=0, le=1000)]  # what is in its tank lasts so long at rated load
    tank_h: Annotated[float, Field(ge=0, le=1000)] | None = None  # of a full tank; None: as ``fuel_h``
    out: Annotated[str, Field(min_length=1, max_length=200)] | None = None  # why it cannot be sent


class WorldAccount(Part):
    id: Code
    login: Login
    name: Name
    role: Role
    area: Code
    crew_id: Code | None = None
    active: bool | None = None  # None: as it is; a new account is active
    password: Annotated[str | None, Field(max_length=128, repr=False)] = None

    def check(self) -> None:
        """:raises BadWorld: if nobody could be given this account"""
        try:
            NewAccount.model_validate(self.model_dump(exclude={"id", "active"}))
        except (ValidationError, Refusal) as error:
            why = error.message if isinstance(error, Refusal) else error.errors()[0]["msg"]
            raise BadWorld(f"accounts 中 {self.id} 不合要求:{why}", field="accounts") from error


class World(Part):
    name: Name
    crs: Crs = Crs.WGS84  # of every point of the file; they are kept in WGS-84
    approximate: bool = False  # borders were made by a rule, not surveyed
    areas: tuple[WorldArea, ...]
    places: tuple[WorldPlace, ...] = ()
    crews: tuple[WorldCrew, ...] = ()
    reserves: tuple[WorldReserve, ...] = ()
    network: tuple[WorldNode, ...] = ()
    generators: tuple[WorldGenerator, ...] = ()
    accounts: tuple[WorldAccount, ...] = ()
    contacts: tuple[WorldContact, ...] = ()

    @classmethod
    def read(cls, text: str | bytes) -> Self:
        """
        Read and check a world.

        :raises BadWorld: naming the first thing that is wrong
        :raises BadAreas, BadBoundary: if the areas make no tree, or a border is none
        """
        try:
            world = cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "(整份文件)"
            raise BadWorld(f"基础数据文件的 {where} 不合要求:{first['msg']}", field=where) from error
        world.check()
        return world.in_wgs84()

    def in_wgs84(self) -> Self:
        """Return the world with its points and borders in WGS-84."""
        if self.crs not in SHIFTED:
            return self.model_copy(update={"crs": Crs.WGS84})
        places = tuple(_moved(place, self.crs) for place in self.places)
        network = tuple(_moved(node, self.crs) for node in self.network)
        areas = tuple(_moved(area, self.crs) for area in self.areas)
        return self.model_copy(update={"crs": Crs.WGS84, "areas": areas, "places": places, "network": network})

    def tree(self) -> Areas:
        """
        Return the areas as a tree.

        :raises BadAreas: if they do not make one
        """
        return Areas(
            Area(a.code, a.name, a.level, a.parent, a.lon, a.lat, a.boundary, self.approximate) for a in self.areas
        )

    def check(self) -> None:
        """
        Check what one part says of another.

        :raises BadWorld: naming the first contradiction
        """
        tree = self.tree()
        tree.province()
        for area in tree.of_level(AreaLevel.COUNTY):
            if area.boundary is not None:
                border_of(area)
        depots = {area.code for area in tree.of_level(AreaLevel.DEPOT)}
        crews = {crew.id: crew for crew in self.crews}
        _once("places", (place.code for place in self.places))
        _once("crews", (crew.id for crew in self.crews))
        _once("accounts", (account.id for account in self.accounts))
        _once("accounts", (account.login for account in self.accounts))
        _known("places", "area", ((p.code, p.area) for p in self.places), (a.code for a in self.areas))
        _known("crews", "depot", ((c.id, c.depot) for c in self.crews), depots)
        _known("reserves", "depot", ((r.depot, r.depot) for r in self.reserves), depots)
        _known("accounts", "area", ((a.id, a.area) for a in self.accounts), (a.code for a in self.areas))
        _known("accounts", "crew_id", ((a.id, a.crew_id) for a in self.accounts if a.crew_id), crews)
        _known("contacts", "area", ((c.name, c.area) for c in self.contacts), (a.code for a in self.areas))
        check_generators(self.generators, tree)
        _once("crews.phone", (plain(crew.phone) for crew in self.crews if crew.phone))
        for code in {contact.area for contact in self.contacts}:
            check_contacts([contact for contact in self.contacts if contact.area == code])
        check_network(self.network, {area.code for area in tree.of_level(AreaLevel.COUNTY)})
        for account in self.accounts:
            account.check()
        for crew in self.crews:
            county = tree.county_of_depot(crew.depot)
            if crew.area not in (None, county):
                raise BadWorld(f"队伍 {crew.id} 的 area 应为其班所所在县 {county},现为 {crew.area}", field="crews.area")


Placed = TypeVar("Placed", WorldArea, WorldPlace, WorldNode)


def _moved(part: Placed, crs: Crs) -> Placed:
    """Return a part with its point, and its border if it has one, in WGS-84."""
    change: dict[str, object] = {}
    if part.lon is not None and part.lat is not None:
        change["lon"], change["lat"] = to_wgs84(part.lon, part.lat, crs)
    if isinstance(part, WorldArea) and part.boundary is not None:
        change["boundary"] = part.boundary | {"coordinates": _ring(part.boundary["coordinates"], crs)}
    return part.model_copy(update=change)


def _ring(coordinates: Any, crs: Crs) -> Any:
    """Return nested lists of points with each point in WGS-84."""
    if coordinates and isinstance(coordinates[0], int | float):
        return list(to_wgs84(coordinates[0], coordinates[1], crs))
    return [_ring(part, crs) for part in coordinates]


def check_generators(trucks: Sequence[WorldGenerator], tree: Areas) -> None:
    """:raises BadWorld: unless each truck is somebody's, stands there, and has no more in its tank than that holds"""
    _once("generators", (truck.id for truck in trucks))
    above_depots = [area.code for level in AreaLevel if level is not AreaLevel.DEPOT for area in tree.of_level(level)]
    _known("generators", "area", ((truck.id, truck.area) for truck in trucks), above_depots)
    depots = {area.code for area in tree.of_level(AreaLevel.DEPOT)}
    _known("generators", "depot", ((truck.id, truck.depot) for truck in trucks if truck.depot), depots)
    for truck in trucks:
        if truck.depot is not None and not tree.covers(truck.area, truck.depot):
            raise BadWorld(
                f"generators 中 {truck.id} 的 depot {truck.depot} 不在其 area {truck.area} 之内,请改正其一",
                field="generators.depot",
            )
        if truck.tank_h is not None and truck.tank_h < truck.fuel_h:
            raise BadWorld(
                f"generators 中 {truck.id} 的 tank_h({truck.tank_h:g})小于 fuel_h({truck.fuel_h:g}):满油不能比现有的少",
                field="generators.tank_h",
            )


def check_network(nodes: Sequence[WorldNode], counties: Collection[str]) -> None:
    """:raises BadWorld: unless every node hangs on one that is nearer to the source, in a county that is there"""
    kinds, order = {node.code: node.kind for node in nodes}, list(NodeKind)
    _once("network", (node.code for node in nodes))
    _once("network.meter_no", (node.meter_no for node in nodes if node.meter_no))
    _known("network", "area", ((node.code, node.area) for node in nodes), counties)
    _known("network", "parent", ((node.code, node.parent) for node in nodes if node.parent), kinds)
    for node in nodes:
        if node.parent is not None and order.index(kinds[node.parent]) >= order.index(node.kind):
            above = kinds[node.parent].label
            raise BadWorld(
                f"network 中 {node.code} 是{node.kind.label},不能接在{above} {node.parent} 之下", field="network.parent"
            )


def _once(part: str, codes: Iterable[str]) -> None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise BadWorld(f"{part} 中 {code} 出现两次,请保留一条", field=part)
        seen.add(code)


def _known(part: str, field: str, named: Iterable[tuple[str, str]], there: Iterable[str]) -> None:
    known = set(there)
    for code, target in named:
        if target not in known:
            raise BadWorld(f"{part} 中 {code} 的 {field} 为 {target},但文件里没有它", field=f"{part}.{field}")
