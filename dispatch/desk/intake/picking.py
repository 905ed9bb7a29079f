"""
What a caller said of his place, as far as it can be read, and the place that the seat picked for it (place_code).

Nothing that is said of a place loses a call: what cannot be read is kept as a fault that the ticket names.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf, nan

from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.places.finder import OWN_LEVELS, Named
from dispatch.tickets.model import Frozen

from .customers import device_of

POINT = {"lon": "经度", "lat": "纬度"}
SHOWN = 20  # signs of what was said that a message repeats
CUT = "…"


class Place(Frozen):
    """
    A point on the map as it was said, degrees; NaN where no number was said.

    :param fault: what of it could not be read
    """

    lon: float
    lat: float
    crs: str = "wgs84"
    fault: str = ""


def read_place(said: object) -> object:
    """Return a point of whatever was said in its stead."""
    if said is None or isinstance(said, Place):
        return said
    if not isinstance(said, Mapping):
        return Place(lon=nan, lat=nan, fault=f"位置“{_shown(said)}”读不出来,应为 {{lon, lat, crs}},请核对位置")
    faults = [f"{label}“{_shown(said[name])}”不是数字" for name, label in POINT.items() if _is_wrong(said, name)]
    faults += [f"缺少{label}({name})" for name, label in POINT.items() if said.get(name) is None]
    strange = [_shown(name) for name in said if name not in (*POINT, "crs")]
    faults += [f"位置中有不认识的内容 {'、'.join(strange[:3])},未采用"] if strange else []
    crs = said.get("crs", "wgs84")
    return Place(
        **{name: nan if (degrees := _degrees(said.get(name))) is None else degrees for name in POINT},
        crs=crs if isinstance(crs, str) else _shown(crs),
        fault=f"{','.join(faults)},请核对位置" if faults else "",
    )


def _is_wrong(said: Mapping[str, object], name: str) -> bool:
    return said.get(name) is not None and _degrees(said[name]) is None


def _degrees(value: object) -> float | None:
    """Return a number; None for what is none, quoted ones among it: who quotes them may mean anything."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        return float(value)
    except OverflowError:  # a whole number of four hundred digits
        return inf


def _shown(value: object) -> str:
    text = str(value).replace("\0", "\ufffd")
    return text if len(text) <= SHOWN else text[:SHOWN] + CUT


def read_code(most: int) -> Callable[[object], object]:
    """Return what reads a code or a name of at most so many signs; one that is longer ends in a mark that none has."""

    def read(said: object) -> object:
        if said is None or said == "":
            return None
        text = str(said).replace("\0", "\ufffd")
        return text if len(text) <= most else text[: most - 1] + CUT

    return read


@dataclass(frozen=True, slots=True)
class Picked:
    """
    The place that was picked.

    :param county: of ours that it lies in, None if it lies in none, or nobody knows the place
    :param lon, lat: WGS-84 of the place itself, if they are known
    :param doubt: what is wrong with it
    """

    county: str | None = None
    lon: float | None = None
    lat: float | None = None
    doubt: str | None = None


async def picked_of(desk: Desk, code: str, connection: Connection | None = None) -> Picked:
    """
    Return the place of a code: own, the gazetteer's, or one that hangs on the network. None of these: a doubt.

    :raises Unavailable: if the network must be asked and the database cannot be reached
    """
    named = desk.finder.place(code)
    if named is not None:
        return _named(desk, named)
    if connection is None:
        async with desk.db.connection() as own:
            home = await device_of(desk, own, code)
    else:
        home = await device_of(desk, connection, code)
    if home is None:
        return Picked(doubt=f"没有编码为“{_shown(code)}”的地点,请从候选中重选")
    return Picked(home.county, home.lon, home.lat)


def _named(desk: Desk, place: Named) -> Picked:
    county = place.county if desk.areas.counties(place.county) == (place.county,) else None
    of_country = place.level not in OWN_LEVELS
    where = f"所选地点“{_shown(place.address or place.name)}”({place.code})"
    if of_country and not place.code.startswith(desk.areas.province().code):
        return Picked(doubt=f"{where}不在本省,请与客户核实位置")
    if county is None and not of_country:
        return Picked(doubt=f"{where}的县(区){_shown(place.county)}不在地区列表中,请重选")
    return Picked(county, place.lon, place.lat)
