"""How long a team drives to a visit that is booked: along the roads that are open then, or by straight lines."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from dispatch.desk.room import Desk
from dispatch.routing.roads.network import Roads
from dispatch.routing.travel import Straight
from dispatch.routing.worklists.routes import NEVER_S

Floats = NDArray[np.float64]
Point = tuple[float, float]  # lon, lat


@dataclass(frozen=True, slots=True)
class Ways:
    """
    :param area_class: of the visits: what a straight line is estimated with
    :param at: which closures hold is told by this instant: the half-day's begin
    """

    desk: Desk
    area_class: str
    at: datetime

    @property
    def straight(self) -> bool:
        """By straight lines the way there is as long as the way back."""
        return isinstance(self.desk.travel, Straight)

    def into(self, lon: Floats, lat: Floats, end: Point) -> Floats:
        """Return the seconds from each place to one, of any shape; ``inf``: no way."""
        found = self.desk.travel.to_job(lon.ravel(), lat.ravel(), *end, area_class=self.area_class, at=self.at)
        seconds = np.nan_to_num(found.seconds, nan=np.inf, posinf=np.inf)
        return seconds.reshape(lon.shape)

    def back(self, lon: Floats, lat: Floats, start: Point) -> Floats:
        """Return the seconds from one place to each; along the roads that is one search for each."""
        if self.straight:
            return self.into(lon, lat, start)
        ends = zip(lon.ravel().tolist(), lat.ravel().tolist(), strict=True)
        return np.array([self._seconds(start, end) for end in ends]).reshape(lon.shape)

    def leg(self, start: Point, end: Point) -> int:
        """Return the whole seconds from one place to another; ``NEVER_S``: no way."""
        seconds = self._seconds(start, end)
        return round(seconds) if np.isfinite(seconds) else NEVER_S

    def _seconds(self, start: Point, end: Point) -> float:
        return float(self.into(np.array([start[0]]), np.array([start[1]]), end)[0])


def alike(desk: Desk, instants: list[datetime]) -> dict[datetime, list[datetime]]:
    """Return the instants in groups in which the same ways are open: the first of each, and all of them."""
    roads = desk.travel
    if not isinstance(roads, Roads) or not roads.closures:
        return {instants[0]: instants} if instants else {}
    groups: dict[tuple[str, ...], list[datetime]] = {}
    for at in instants:
        groups.setdefault(tuple(one.id for one in roads.closures if one.holds(at)), []).append(at)
    return {group[0]: group for group in groups.values()}
