"""What is learned of places: a point from where crews arrived, and which of the names that were taught are used."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from dispatch.kit.earth import distance_m
from dispatch.kit.looprules import PlaceRules

Point = tuple[float, float]
ROBUST_FROM = 3  # points; of two nobody knows which is wrong


@dataclass(frozen=True, slots=True)
class Learned:
    """
    Where a place is, by those who were there: WGS-84 degrees.

    :param n: arrivals that it rests on
    :param spread_m: how far the farthest of them is from it
    """

    lon: float
    lat: float
    n: int
    spread_m: float


def middle(points: Sequence[Point], *, apart_m: float) -> Learned | None:
    """
    Return the robust mean: of three and more, what is farther than ``apart_m`` from their median is left out.

    None for no points, and where no half of them agree.
    """
    if not points:
        return None
    kept = list(points)
    if len(points) >= ROBUST_FROM:
        heart = median(lon for lon, _ in points), median(lat for _, lat in points)
        kept = [point for point in points if distance_m(*point, *heart) <= apart_m]
        if 2 * len(kept) < len(points):
            return None
    lon, lat = fmean(lon for lon, _ in kept), fmean(lat for _, lat in kept)
    spread_m = max(distance_m(*point, lon, lat) for point in kept)
    if len(kept) < ROBUST_FROM and spread_m > apart_m:
        return None
    return Learned(lon, lat, len(kept), round(spread_m, 1))


def is_used(*, given_n: int, people_n: int, named: bool, rules: PlaceRules) -> bool:
    """Tell whether a taught name counts in matching: given often enough by enough people, or by one with the right."""
    return named or (given_n >= rules.alias_given.value and people_n >= rules.alias_people.value)
