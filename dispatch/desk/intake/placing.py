"""Where a fault is, and whose it is: from what the caller said to county and area class."""

from dataclasses import dataclass
from typing import TypeVar

from dispatch.desk.room import Desk
from dispatch.kit.errors import Invalid
from dispatch.places.areas import AreaLevel
from dispatch.tickets.events import Completed, Resubmitted
from dispatch.tickets.facts import Amendment
from dispatch.tickets.words import AreaClass

# Where nobody knows the place, the strictest promise holds until somebody does.
UNKNOWN = AreaClass.URBAN

Amended = TypeVar("Amended", bound=Amendment)


class UnknownCounty(Invalid):
    """The code is not that of a county."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Whose workstation answers, which arrival promise holds, and whether somebody must still find the place."""

    area: str
    area_class: AreaClass
    unresolved: bool


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
    return Placed(found or desk.areas.province().code, area_class, unresolved=found is None)


def check_county(desk: Desk, code: str, *, field: str) -> None:
    """:raises UnknownCounty: naming the field"""
    area = desk.areas.find(code)
    if area is None or area.level is not AreaLevel.COUNTY:
        raise UnknownCounty(f"“{code[:20]}”不是县(区)编码,请从地区列表中选择", field=field)


def amended(desk: Desk, event: Amended, *, unresolved: bool = False) -> Amended:
    """
    Return the amendment with what follows from its place; what the reporter says of that is not asked.

    A correction does not move the ticket to another county (that is what returning is for); sending it out does, and
    so does the correction that at last says where a ticket of unknown place belongs.

    :param unresolved: the ticket's place is not known yet
    """
    moves = unresolved or isinstance(event, Completed | Resubmitted)
    county = event.area if isinstance(event, Completed | Resubmitted) else None
    if county is not None:
        check_county(desk, county, field="area")
    ours: dict[str, object] = {"area_class": None, "place_unresolved": None}
    if event.lon is not None and event.lat is not None:
        placed = place(desk, lon=event.lon, lat=event.lat, county=county)
        ours = {"area_class": placed.area_class, "place_unresolved": placed.unresolved}
        if moves and not placed.unresolved:
            ours["area"] = placed.area
    return event.model_copy(update=ours)
