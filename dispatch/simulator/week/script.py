"""
What the file of a week says (``scenarios/week/*.toml``), read strictly: numbers, shares and a seed, and what befalls.

What the judge expects of the trade stands in it too, so that he need not ask the rules that he judges.
"""

import tomllib
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from dispatch.capacity.words import Appointment, Half, VisitArea, VisitKind
from dispatch.kit.clock import CHINA
from dispatch.kit.errors import Invalid
from dispatch.simulator.scripts import read_script, world_beside

Share = Annotated[float, Field(ge=0, le=1)]
Pair = tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]]  # town, country
DAYS, NOON = 5, 12


class BadWeek(Invalid):
    """A week's file that cannot be played; the message names the file and the place."""


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Bookings(Strict):
    """How many customers, what they want and what they do; shares of all."""

    n: Annotated[int, Field(ge=1, le=5000)]
    from_: Annotated[AwareDatetime, Field(alias="from")]
    until: AwareDatetime
    kinds: dict[VisitKind, Share]
    appointments: dict[Appointment, Share]
    rural: Share
    town_km: Annotated[float, Field(gt=0, le=20)]
    country_km: Annotated[float, Field(gt=0, le=50)]
    window_min: Annotated[tuple[int, ...], Field(min_length=1)]
    undecided: Share
    second: Share
    cancels: Share
    moves: Share
    absent: Share
    slow: Share
    agrees: Share


class Expected(Strict):
    """What the judge knows of the trade."""

    am: tuple[str, str]
    pm: tuple[str, str]
    cut_off_min: int
    tolerance_min: int
    work_min: dict[VisitKind, int]
    least_min_per_km: Annotated[float, Field(gt=0)]

    def hours(self, day: date, half: Half) -> tuple[datetime, datetime]:
        """Return when a half-day begins and ends."""
        begin, end = self.am if half is Half.AM else self.pm
        return instant(day, begin), instant(day, end)

    def cut_off(self, day: date, half: Half) -> datetime:
        """Return when its lists are frozen."""
        return self.hours(day, half)[0] - timedelta(minutes=self.cut_off_min)


class Depot(Strict):
    """A depot: its share of the customers and what it declares for each half-day, town and country."""

    code: str
    leader: str
    share: Share
    declares: bool = True
    teams: dict[VisitKind, Pair]
    visits: dict[VisitKind, Pair]

    def lines(self, monday: date) -> list[dict[str, Any]]:
        """Return what it declares for a week, as the API wants it."""
        return [
            {
                "date": (monday + timedelta(days=day)).isoformat(),
                "half": half.value,
                "kind": kind.value,
                "area_class": area.value,
                "teams": self.teams[kind][n],
                "visits": self.visits[kind][n],
                "version": 0,
            }
            for day in range(DAYS)
            for half in Half
            for kind in VisitKind
            for n, area in enumerate(VisitArea)
            if self.teams[kind][n]
        ]


class Cut(Strict):
    """A half-day that falls below what was declared, in the morning of the day."""

    at: AwareDatetime
    depot: str
    half: Half
    kind: VisitKind
    area_class: VisitArea
    teams: int
    visits: int
    reason: str


class Storm(Strict):
    """A time in which the county does repairs only."""

    at: AwareDatetime
    until: AwareDatetime
    reason: str


class Repair(Strict):
    """A repair that takes a team off its visits, over within the half-day; ``place`` in degrees, WGS-84."""

    at: AwareDatetime
    until: AwareDatetime
    depot: str
    crew: str
    place: tuple[float, float]

    @property
    def day(self) -> str:
        return self.at.astimezone(CHINA).date().isoformat()

    @property
    def half(self) -> Half:
        return Half.AM if self.at.astimezone(CHINA).hour < NOON else Half.PM


class Tasks(Strict):
    """Grid service tasks near the depots, and when each crew asks for one, local time of each day."""

    n: Annotated[int, Field(ge=1, le=200)]
    km: Annotated[float, Field(gt=0, le=20)]
    asks: tuple[str, ...]


class Week(Strict):
    """A whole week."""

    number: int
    name: str
    source: str
    law: str
    world: str
    county: str
    monday: date
    seed: int
    pack: Literal["sgcc", "csg"] = "sgcc"
    bookings: Bookings
    expected: Expected
    depot: Annotated[tuple[Depot, ...], Field(min_length=1)]
    cut: tuple[Cut, ...] = ()
    storm: Storm | None = None
    repair: tuple[Repair, ...] = ()
    tasks: Tasks | None = None

    @property
    def days(self) -> list[date]:
        """The working days that are judged."""
        return [self.monday + timedelta(days=day) for day in range(DAYS)]

    @property
    def half_days(self) -> list[tuple[date, Half]]:
        return [(day, half) for day in self.days for half in Half]

    def check(self) -> None:
        """:raises BadWeek: if the week asks for nothing sensible"""
        faults = {
            "monday": self.monday.weekday() == 0,
            "bookings.kinds": sums_to_one(self.bookings.kinds.values()),
            "bookings.appointments": sums_to_one(self.bookings.appointments.values()),
            "depot": sums_to_one(depot.share for depot in self.depot),
            "bookings.until": self.bookings.from_ < self.bookings.until,
            "repair": all(each.at < each.until for each in self.repair),
            "cut": {cut.depot for cut in self.cut} <= {depot.code for depot in self.depot},
        }
        for field, right in faults.items():
            if not right:
                raise BadWeek(
                    f"{field} 不合要求:份额之和应为 1,monday 应为星期一,时间应先后相接,班所应在列", field=field
                )


def sums_to_one(shares: Iterable[float]) -> bool:
    """Tell whether shares are shares of one whole."""
    return abs(sum(shares) - 1) < 1e-6


def instant(day: date, clock: str) -> datetime:
    """Return a time of a day in China."""
    return datetime.combine(day, time.fromisoformat(clock), CHINA)


def is_week(path: Path) -> bool:
    """Tell whether a file is a week's and no golden scenario's; one that cannot be read is the latter's to refuse."""
    try:
        return "bookings" in tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False


def read(path: Path) -> Week:
    """
    Read a week.

    :raises BadWeek: naming the file, the place and what is wrong
    """
    week = read_script(path, Week, BadWeek)
    week.check()
    return week


def world_of(path: Path, week: Week) -> dict[str, Any]:
    """
    Return the world that the week plays in.

    :raises BadWeek: if its file cannot be read
    """
    return world_beside(path, week.world, BadWeek)
