"""Where a fault is, and whose it is: from what the caller said to county and area class."""

from dataclasses import dataclass, replace
from typing import TypeVar

from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid
from dispatch.places.areas import AreaLevel
from dispatch.places.points import Doubt, PointFault, inspect
from dispatch.tickets.events import Completed, Corrected, Resubmitted
from dispatch.tickets.facts import Amendment
from dispatch.tickets.model import Ticket
from dispatch.tickets.words import AreaClass, Protected

from .customers import Home, ledger_of

STRONGEST = (Protected.LIFE_SUPPORT, Protected.IMPORTANT, Protected.SENSITIVE)  # domain 3.3
# Where nobody knows the place, the strictest promise holds until somebody does.
UNKNOWN = AreaClass.URBAN

Amended = TypeVar("Amended", bound=Amendment)


class UnknownCounty(Invalid):
    """The code is not that of a county."""


@dataclass(frozen=True, slots=True)
class Placed:
    """
    Whose workstation answers, which arrival promise holds, and whether somebody must still find the place.

    :param lon, lat: WGS-84; None if nobody knows, or what was said cannot be
    :param doubt: what is wrong with the point that was said
    """

    area: str
    area_class: AreaClass
    unresolved: bool
    lon: float | None = None
    lat: float | None = None
    doubt: Doubt | None = None


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


def place_call(desk: Desk, *, lon: float, lat: float, crs: str, county: str | None, home: Home | None = None) -> Placed:
    """
    Say where a call belongs that names a point. Whatever is wrong with the point, the call is taken: without a point if
    it cannot be, as unresolved if it seems to be in another system, and always with what is doubtful.

    :param home: where the caller's account hangs
    :raises UnknownCounty: if ``county`` is not the code of a county
    """
    if county is not None:
        check_county(desk, county, field="county")
    supply = None if home is None or home.lon is None or home.lat is None else (home.lon, home.lat)
    seen = inspect(desk.locator, desk.areas, lon, lat, crs=crs, county=county, home=supply)
    x, y = seen.point or (None, None)
    placed = place(desk, lon=x, lat=y, county=county)
    mistaken = seen.doubt is not None and seen.doubt.fault is PointFault.OTHER_CRS
    return replace(placed, unresolved=placed.unresolved or mistaken, doubt=seen.doubt)


def stronger(one: Protected | None, other: Protected | None) -> Protected | None:
    """Return the protection that asks for more; what is said of a customer is added to, never taken away."""
    return next((each for each in STRONGEST if each in (one, other)), None)


def check_county(desk: Desk, code: str, *, field: str) -> None:
    """:raises UnknownCounty: naming the field"""
    area = desk.areas.find(code)
    if area is None or area.level is not AreaLevel.COUNTY:
        raise UnknownCounty(f"“{code[:20]}”不是县(区)编码,请从地区列表中选择", field=field)


def amended(desk: Desk, event: Amended, *, unresolved: bool = False, doubted: bool = False) -> Amended:
    """
    Return the amendment with what follows from its place; what the reporter says of that is not asked.

    A correction does not move the ticket to another county (that is what returning is for); sending it out does, and
    so does the correction that at last says where a ticket of unknown place belongs.

    :param unresolved: the ticket's place is not known yet
    :param doubted: something is wrong with the point that the caller said
    """
    event = _picked(desk, event)
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
    return event.model_copy(update=ours)


def _picked(desk: Desk, event: Amended) -> Amended:
    """Return the amendment with the point of the place that was picked, if it says none itself."""
    picked = desk.finder.place(event.place_code) if event.place_code and event.lon is None else None
    if picked is None or picked.lon is None:
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
