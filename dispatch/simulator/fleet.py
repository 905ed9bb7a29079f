"""Crews for a played day: how many, at which depots. Numbers come from the load, or from the record, or by hand."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate
from math import ceil

from dispatch.kit.earth import distance_m

from .day import Call, Town, Unit
from .districts import District

DUTY = timedelta(hours=8)  # [P] one shift: a storm is to be worked off at the pace it came within one
ON_THE_ROAD = timedelta(minutes=45)  # [P] allowance per ticket for travel and reports
BUSY_SHARE = 0.85  # [P] of a crew's time that can be work
PER_DEPOT = 8  # [P] crews of one depot; about 10 people a crew (domain 9.3) make 80 people


@dataclass(frozen=True, slots=True)
class Depot:
    """A depot (班所) at a town of its district."""

    town: Town
    crews: tuple[str, ...]  # names


def crews_needed(calls: Sequence[Call]) -> int:
    """
    Return how many crews can do the work of the busiest 8 hours within 8 hours, at 85 % of their time.

    Offered load: each call's work on site plus 45 min on the road. A storm above that queues, as storms do;
    a quieter stretch has crews to spare. ``--crews`` overrides.
    """
    starts = [call.at for call in calls]
    before = [0.0, *accumulate(((call.work or timedelta()) + ON_THE_ROAD).total_seconds() for call in calls)]
    most = max(before[bisect_left(starts, at + DUTY)] - before[i] for i, at in enumerate(starts))
    return max(1, ceil(most / DUTY.total_seconds() / BUSY_SHARE))


def share_out(total: int, weights: Sequence[float]) -> list[int]:
    """
    Divide ``total`` by weight, largest remainder first; everyone gets at least one, even if that makes more.

    Ties go to the earlier one.
    """
    whole = sum(weights) or 1.0
    exact = [total * weight / whole for weight in weights]
    shares = [max(1, int(part)) for part in exact]
    left = total - sum(shares)
    by_remainder = sorted(range(len(weights)), key=lambda i: (int(exact[i]) - exact[i], i))
    for place in by_remainder[: max(0, left)]:
        shares[place] += 1
    return shares


def depots(district: District, crews: int, *, per_depot: int = PER_DEPOT) -> tuple[Depot, ...]:
    """Return the district's depots: one per ``per_depot`` crews, at the heaviest towns; crews by towns near each."""
    seats = district.towns[: min(len(district.towns), max(1, ceil(crews / per_depot)))]
    weights = [0.0] * len(seats)
    for town in district.towns:
        weights[_nearest(town, seats)] += town.weight
    shares = zip(seats, share_out(crews, weights), strict=True)
    return tuple(Depot(seat, tuple(f"{seat.name}{n}组" for n in range(1, share + 1))) for seat, share in shares)


def unit_depots(district: District, units: Sequence[Unit]) -> tuple[Depot, ...]:
    """Return the depots of a record that names its crews: every town of the district that is home to one."""
    homes = {town.name: [unit.name for unit in units if unit.town == town.name] for town in district.towns}
    return tuple(Depot(town, tuple(homes[town.name])) for town in district.towns if homes[town.name])


def _nearest(town: Town, seats: Sequence[Town]) -> int:
    far = [distance_m(town.lon, town.lat, seat.lon, seat.lat) for seat in seats]
    return far.index(min(far))
