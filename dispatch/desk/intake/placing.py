"""Where a fault is, and whose it is: from what the caller said to county and area class."""

from dataclasses import dataclass, replace
from math import isfinite
from typing import Protocol, TypeVar

from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid
from dispatch.places.areas import AreaLevel
from dispatch.places.points import PointFault, inspect
from dispatch.tickets.events import Completed, Corrected, Resubmitted
from dispatch.tickets.facts import Amendment
from dispatch.tickets.model import Ticket
from dispatch.tickets.words import AreaClass, Protected

from .customers import Home, ledger_of
from .picking import Picked
from .picking import Place as SaidPlace

STRONGEST = (Protected.LIFE_SUPPORT, Protected.IMPORTANT, Protected.SENSITIVE)  # domain 3.3
# Where nobody knows the place, the strictest promise holds until somebody does.
UNKNOWN = AreaClass.URBAN

DOUBT_MOST = 500  # characters
CODE_DIGITS = 12  # of the gazetteer's codes; those of counties are filled up with zeros

Amended = TypeVar("Amended", bound=Amendment)


class UnknownCounty(Invalid):
    """The code is not that of a county."""


class Point(Protocol):
    """What the desk needs of a point, whoever read it."""

    @property
    def lon(self) -> float: ...
    @property
    def lat(self) -> float: ...
    @property
    def crs(self) -> str: ...
    @property
    def fault(self) -> str: ...


class UnknownPlace(Invalid):
    """Nobody knows a place of that code, or it lies in another province."""


@dataclass(frozen=True, slots=True)
class Placed:
    """
    Whose workstation answers, which arrival promise holds, and whether somebody must still find the place.

    :param lon, lat: WGS-84; None if nobody knows, or what was said cannot be
    :param doubt: what is wrong with what was said of the place
    """

    area: str
    area_class: AreaClass
    unresolved: bool
    lon: float | None = None
    lat: float | None = None
    doubt: str | None = None


def place(desk: Desk, *, lon: float | None, lat: float | None, county: str | None) -> Placed:
    """
    Say where a fault belongs. The county that a person named goes before the one the point lies in: borders may be
    rough, and a wrong one is put right by returning the ticket. Without either the province answers for it.

    :raises UnknownCounty: if ``county`` is not the code of a county
    :raises Invalid: if the point cannot be one of this province (swapped, outside)
    """
    if county is not None:
        check_county(desk, county, field="county")
    if lon is None or lat is None:
        return Placed(county or desk.areas.province().code, UNKNOWN, unresolved=True)
    here = desk.locator.county_at(lon, lat)
    if here is None:
        desk.locator.check_point(lon, lat)  # says what is wrong with it
    found = county or here
    area_class = AreaClass(desk.locator.classify(lon, lat))
    return Placed(found or desk.areas.province().code, area_class, unresolved=found is None, lon=lon, lat=lat)


def place_call(
    desk: Desk, said: Point | None, *, county: str | None = None, picked: Picked | None = None, home: Home | None = None
) -> Placed:
    """
    Say where a call belongs: where the caller says, else at the place that was picked, else where his account hangs.

    Nothing that is wrong with any of that loses the call. What cannot be is left out, what seems to be in another
    system is kept as unresolved, and both are named in ``doubt``.

    :param county: a code that a person gave, whether it is that of a county or not
    """
    doubts: list[str] = []
    if county is not None and not is_county(desk, county):
        doubts.append(_no_county(desk, county))
        county = None
    if picked is not None and picked.doubt is not None:
        doubts.append(picked.doubt)
    placed = _located(desk, said, county, picked or Picked(), home, doubts)
    if picked is not None and picked.county not in (None, placed.area) and is_county(desk, placed.area):
        names = desk.areas.get(picked.county or "").name, desk.areas.get(placed.area).name
        doubts.append("所选地点在{},而工单归{},请核对".format(*names))
    return replace(placed, doubt=";".join(doubts)[:DOUBT_MOST] or None)


def _located(
    desk: Desk, said: Point | None, county: str | None, picked: Picked, home: Home | None, doubts: list[str]
) -> Placed:
    """Return where a call belongs by the first point that can be; what is wrong with any goes to ``doubts``."""
    if said is not None:
        placed = _at(desk, said, county, home, doubts)
        if placed.lon is not None:
            return placed
    if picked.lon is not None and picked.lat is not None:
        where = SaidPlace(lon=picked.lon, lat=picked.lat)
        placed = _at(desk, where, county or picked.county, None, doubts)
        if placed.lon is not None:
            return placed
    near = county or picked.county
    if home is not None and near is None:
        if said is None:
            return place(desk, lon=home.lon, lat=home.lat, county=home.county)
        near = home.county  # his point is wrong: he may be anywhere, and his own county asks him
    return place(desk, lon=None, lat=None, county=near)


def _at(desk: Desk, said: Point, county: str | None, home: Home | None, doubts: list[str]) -> Placed:
    supply = None if home is None or home.lon is None or home.lat is None else (home.lon, home.lat)
    seen = inspect(desk.locator, desk.areas, said.lon, said.lat, crs=said.crs, county=county, home=supply)
    unread = said.fault != "" and not (isfinite(said.lon) and isfinite(said.lat))
    doubts += [said.fault] if said.fault else []
    doubts += [seen.doubt.message] if seen.doubt is not None and not unread else []
    x, y = seen.point or (None, None)
    placed = place(desk, lon=x, lat=y, county=county)
    mistaken = seen.doubt is not None and seen.doubt.fault is PointFault.OTHER_CRS
    return replace(placed, unresolved=placed.unresolved or mistaken or said.fault != "")


def _no_county(desk: Desk, code: str) -> str:
    """Say of what is no county of ours what it is, as far as anybody knows."""
    area = desk.areas.find(code)
    if area is not None:
        return f"“{code[:20]}”是{area.level.label}({area.name}),不是县(区)编码,未采用,请从地区列表中选择"
    there = desk.finder.place(code.ljust(CODE_DIGITS, "0")) if code.isdecimal() else None
    if there is not None:
        return f"所报县(区)“{code[:20]}”是{there.address or there.name},不在本省,未采用,请与客户核实"
    return f"“{code[:20]}”不是县(区)编码,未采用,请从地区列表中选择"


def is_county(desk: Desk, code: str) -> bool:
    """Tell whether a code is that of a county of ours."""
    area = desk.areas.find(code)
    return area is not None and area.level is AreaLevel.COUNTY


def stronger(one: Protected | None, other: Protected | None) -> Protected | None:
    """Return the protection that asks for more; what is said of a customer is added to, never taken away."""
    return next((each for each in STRONGEST if each in (one, other)), None)


def check_county(desk: Desk, code: str, *, field: str) -> None:
    """:raises UnknownCounty: naming the field"""
    if not is_county(desk, code):
        raise UnknownCounty(f"“{code[:20]}”不是县(区)编码,请从地区列表中选择", field=field)


def amended(
    desk: Desk, event: Amended, *, picked: Picked | None = None, unresolved: bool = False, doubted: bool = False
) -> Amended:
    """
    Return the amendment with what follows from its place; what the reporter says of that is not asked.

    A correction does not move the ticket to another county (that is what returning is for); sending it out does, and
    so does the correction that at last says where a ticket of unknown place belongs.

    :param picked: the place that the event names by its code
    :param unresolved: the ticket's place is not known yet
    :param doubted: something is wrong with what the caller said of his place
    :raises UnknownPlace: if nobody knows the place of that code, or it is in another province
    """
    event = _with_point(event, picked)
    moves = unresolved or isinstance(event, Completed | Resubmitted)
    county = event.area if isinstance(event, Completed | Resubmitted) else None
    if county is not None:
        check_county(desk, county, field="area")
    ours: dict[str, object] = {"area_class": None, "place_unresolved": None, "place_doubt": None}
    if event.lon is not None and event.lat is not None:
        placed = place(desk, lon=event.lon, lat=event.lat, county=county)
        ours = {"area_class": placed.area_class, "place_unresolved": placed.unresolved}
        ours["place_doubt"] = "" if doubted else None
        if moves and not placed.unresolved:
            ours["area"] = placed.area
    elif moves and county is None and picked is not None and picked.county is not None:
        ours["area"] = picked.county  # a village without a point: somebody must still find it, and that is its county
    return event.model_copy(update=ours)


def _with_point(event: Amended, picked: Picked | None) -> Amended:
    """Return the amendment with the point of the place that was picked, if it says none itself."""
    if picked is None:
        return event
    if picked.doubt is not None:
        raise UnknownPlace(picked.doubt, field="place_code")
    if event.lon is not None or picked.lon is None:
        return event
    return event.model_copy(update={"lon": picked.lon, "lat": picked.lat})


async def with_ledger(connection: Connection, ticket: Ticket, event: Amended) -> Amended:
    """
    Return the amendment with the protection that the ledger has for the customer's account.

    What is said may add to it. A correction, which names its reason, may take away what only a person had added.
    """
    named = isinstance(event, Corrected)
    if named and event.account_no is None and event.protected is None:
        return event
    listed = await ledger_of(connection, event.account_no or ticket.account_no)
    known = listed if named and event.protected is not None else stronger(listed, ticket.protected)
    return event.model_copy(update={"protected": stronger(event.protected, known)})
