"""
How far out of the way a further visit is: the cheapest gap of the half-day's route, as the crow flies.

The route is the nearest neighbour's, from the depot and back to it, as if one team drove it. That is a bound for
choosing between slots, not a worklist: windows, teams and roads are the worklist's matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from dispatch.kit.earth import distance_m


class Stop(NamedTuple):
    """A place on a route: degrees, WGS-84; ``booking_id`` is None for the depot."""

    lon: float
    lat: float
    booking_id: str | None = None


@dataclass(frozen=True, slots=True)
class Insertion:
    """
    The cheapest gap.

    :param detour_m: what the route grows by, metres
    :param before: stop that the gap follows; None: the route's open end
    :param after: stop that it precedes
    """

    detour_m: float
    before: Stop | None
    after: Stop | None

    @property
    def visits(self) -> tuple[str, ...]:
        """The booked visits on both sides; none where the half-day is still empty."""
        return tuple(stop.booking_id for stop in (self.before, self.after) if stop and stop.booking_id)


def leg_m(one: Stop, other: Stop) -> float:
    """Return the great-circle distance in metres."""
    return distance_m(one.lon, one.lat, other.lon, other.lat)


def route(depot: Stop | None, visits: Sequence[Stop]) -> list[Stop]:
    """Return the visits in the order of the nearest neighbour; of equals the first by id."""
    left = sorted(visits, key=lambda stop: stop.booking_id or "")
    ordered: list[Stop] = []
    here = depot
    while left:
        here = left[0] if here is None else min(left, key=lambda stop, here=here: leg_m(here, stop))  # type: ignore[misc]
        left.remove(here)
        ordered.append(here)
    return ordered


def cheapest(new: Stop, *, depot: Stop | None, visits: Sequence[Stop]) -> Insertion:
    """Return where the new stop costs least; a depot without a known place leaves the route's ends open."""
    ends: list[Stop | None] = [depot]
    path = ends + list(route(depot, visits)) + ends
    return min((Insertion(_growth_m(a, new, b), a, b) for a, b in pairwise(path)), key=lambda found: found.detour_m)


def _growth_m(before: Stop | None, new: Stop, after: Stop | None) -> float:
    there = leg_m(before, new) if before else 0.0
    onward = leg_m(new, after) if after else 0.0
    saved = leg_m(before, after) if before and after else 0.0
    return there + onward - saved
