"""
How long the played people take, and how far the crews drive. All of it [P], drawn by seed, call and step only.

So the same call has the same delays under every policy, and two policies can be compared.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from math import exp, log
from typing import Protocol

from dispatch.kit.clock import CHINA
from dispatch.kit.earth import distance_m

# Medians in seconds and the spread of a log-normal (a spread of 0.5 puts 95 % within 0.38 and 2.7 times the median).
ACCEPT = (45, 0.6)  # 接单; about 1 in 100 takes longer than the 3 minutes allowed
DISPATCH = (40, 0.5)  # 派工
CREW_ACCEPT = (45, 0.5)
DEPART = (90, 0.5)  # tools, vehicle
REPLY = (420, 0.6)  # 回单: the form
QUEUE = (90, 0.5)  # 转回访
CALL_BACK = (600, 0.6)  # 回访, from the moment it is allowed
TRY_AGAIN = (5400, 0.3)  # 回访未通
AFTER_QUIET = (2400, 0.8)  # the callbacks that had to wait are spread over the first hours

# After which share of the work on site the fault is found and the repair begins, and after how long at the latest.
LOCATED_AT = (0.15, timedelta(minutes=30))
REPAIR_AT = (0.25, timedelta(minutes=60))
NO_REPLY_SHARE = 0.15  # of callback attempts
REJECT_SHARE = 0.01  # of dispatches: vehicle down
UNHAPPY_SHARE = 0.04
PROGRESS_EVERY = timedelta(minutes=110)  # from arrival on: a long job reports before the pack's two hours are over

DETOUR = 1.4  # road metres for each straight metre
SLOW_KMH, FAST_KMH = 28.0, 62.0  # in town, on long ways
FAST_FROM_M = 40_000.0  # a way of that length is driven half as much faster as it can get
WAY_SPREAD = 0.25  # weather, traffic, wrong turns
LEAST_WAY = timedelta(minutes=2)
LEAST_STEP = timedelta(seconds=22)  # longer than the timeline's look-ahead


class Land(Protocol):
    """The land that crews drive in: how far it is from place to place, and how long that takes on a plain day."""

    def drive(self, here: tuple[float, float], there: tuple[float, float]) -> tuple[float, float]:
        """Return seconds and road metres."""


class OpenLand:
    """Land of which no roads are known: a detour on every way, and faster roads on long ones."""

    def drive(self, here: tuple[float, float], there: tuple[float, float]) -> tuple[float, float]:
        straight = distance_m(*here, *there)
        speed = SLOW_KMH + (FAST_KMH - SLOW_KMH) * straight / (straight + FAST_FROM_M)
        return straight * DETOUR * 3.6 / speed, straight * DETOUR


@dataclass(frozen=True, slots=True)
class Trip:
    """One drive as it really goes."""

    takes: timedelta
    metres: float


@dataclass(frozen=True)
class Habits:
    """
    The seeded draws of one play.

    :param quiet: hours of the day in China in which nobody is called back, as the rule pack says
    :param land: where the crews drive
    """

    seed: int
    quiet: tuple[tuple[time, time], ...] = ()
    land: Land = field(default_factory=OpenLand)

    def takes(self, key: str, step: str, habit: tuple[float, float]) -> timedelta:
        """Return how long a step of a call takes."""
        median, spread = habit
        return max(LEAST_STEP, timedelta(seconds=round(exp(self._random(key, step).gauss(log(median), spread)))))

    def happens(self, key: str, what: str, share: float) -> bool:
        """Return whether something that happens to a share of all calls happens to this one."""
        return self._random(key, what).random() < share

    def way(self, key: str, here: tuple[float, float], there: tuple[float, float]) -> timedelta:
        """Return the driving time: not the server's estimate, but what really happens on the road."""
        return self.trip(key, here, there).takes

    def trip(self, key: str, here: tuple[float, float], there: tuple[float, float]) -> Trip:
        """Return the driving time as it really is, and the metres."""
        seconds, metres = self.land.drive(here, there)
        noise = exp(self._random(key, "way").gauss(0.0, WAY_SPREAD))
        return Trip(max(LEAST_WAY, timedelta(seconds=round(seconds * noise))), metres)

    def call_back(self, key: str, at: datetime, habit: tuple[float, float]) -> datetime:
        """Return when the seat calls the customer back: after a while, and not in the quiet hours."""
        when, step = at + self.takes(key, "call_back", habit), 0
        while (until := quiet_until(when, self.quiet)) is not None:
            step += 1
            when = until + self.takes(key, f"after_quiet{step}", AFTER_QUIET)
        return when

    @staticmethod
    def into(work: timedelta, habit: tuple[float, timedelta]) -> timedelta:
        """Return how far into the work on site something happens."""
        share, latest = habit
        return min(work * share, latest)

    def _random(self, key: str, step: str) -> random.Random:
        return random.Random(f"{self.seed}:{key}:{step}")


def quiet_until(at: datetime, quiet: tuple[tuple[time, time], ...]) -> datetime | None:
    """Return the end of the quiet hours (of the day in China) that an instant lies in; None if it lies in none."""
    local = at.astimezone(CHINA)
    for start, end in quiet:
        clock = local.time()
        overnight = start > end
        if (clock >= start or clock < end) if overnight else (start <= clock < end):
            day = local.date() + timedelta(days=1 if overnight and clock >= start else 0)
            return datetime.combine(day, end, CHINA).astimezone(at.tzinfo)
    return None
