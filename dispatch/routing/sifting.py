"""Which calls of a history can be believed to be where they say: the others are named and left out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from dispatch.kit.errors import Invalid
from dispatch.kit.words import Labelled

from .fleet import Bools
from .geo import Floats, arcs_m, unit_vectors
from .roads.graph import Graph
from .standby import Past, Site

MOST_LEFT_OUT = 0.2  # share of the calls; of more the file is wrong, not some of its rows
ROAD_M = 10_000.0  # a call farther than this from every road comes from the sea, or from beyond the map of roads
SHOWN = 10  # calls that a sentence names
Knows = Callable[[Floats, Floats], Bools]  # lon, lat in degrees, on earth -> whether calls come from there


class Doubt(Labelled):
    """Why a call cannot be where it says."""

    SWAPPED = "swapped", "经纬度写反"
    OUTSIDE = "outside", "在海上或辖区以外"


class BadDemand(Invalid):
    """So many calls cannot be where they say that no choice can stand on the others."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A call that does not count; ``name``: its row or number."""

    name: str
    doubt: Doubt


def sifted(history: Sequence[Past], knows: Knows) -> tuple[list[Past], list[LeftOut]]:
    """
    Part the calls into those that count and those that cannot be where they say.

    :raises BadDemand: if more than ``MOST_LEFT_OUT`` of them cannot
    """
    if not history:
        return [], []
    lon, lat = np.array([call.lon for call in history]), np.array([call.lat for call in history])
    good = _known(lon, lat, knows)
    turned = ~good & _known(lat, lon, knows)
    left = [
        LeftOut(history[i].name, Doubt.SWAPPED if turned[i] else Doubt.OUTSIDE) for i in np.flatnonzero(~good).tolist()
    ]
    if len(left) > MOST_LEFT_OUT * len(history):
        raise BadDemand(
            f"{len(history)} 件来电中有 {len(left)} 件位置不可信,超过 {MOST_LEFT_OUT:.0%},不能据以选点:{named(left)};"
            "请核对 lon(经度)、lat(纬度)两列与坐标系(应为 WGS-84)",
            field="from",
            rows=[f"{one.name}:{one.doubt.label}" for one in left],
        )
    return [history[i] for i in np.flatnonzero(good).tolist()], left


def around(rule_m: float, sites: Sequence[Site], graph: Graph | None) -> Knows:
    """
    Return what knows the places of calls without a map of the province: near some depot, and with roads near a road.

    :param rule_m: how far from the depots
    """
    homes = unit_vectors([site.lon for site in sites], [site.lat for site in sites])

    def known(lon: Floats, lat: Floats) -> Bools:
        found = np.ones(len(lon), bool)
        if sites:
            near = [bool((arcs_m(homes, unit_vectors(x, y)) <= rule_m).any()) for x, y in zip(lon, lat, strict=True)]
            found &= np.array(near, bool)
        if graph is not None:
            found[found] = graph.snap(lon[found], lat[found], limit_m=ROAD_M).edge >= 0
        return found

    return known


def _known(lon: Floats, lat: Floats, knows: Knows) -> Bools:
    """Tell which points calls come from; a point that is none on earth is none of them."""
    found = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    found[found] = knows(lon[found], lat[found])
    return found


def named(left: Sequence[LeftOut]) -> str:
    """Return which calls are left out and why, the first by name."""
    parts = []
    for doubt in Doubt:
        names = [one.name for one in left if one.doubt is doubt]
        if names:
            more = "等" if len(names) > SHOWN else ""
            parts.append(f"{doubt.label} {len(names)} 件({'、'.join(names[:SHOWN])}{more})")
    return ";".join(parts)
