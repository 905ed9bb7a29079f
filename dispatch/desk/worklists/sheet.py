"""All that a list on paper shows: names for codes, where the depot is, who is left out. No telephone stands on it."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.capacity import store
from dispatch.capacity.booking import Booking
from dispatch.capacity.worklist import LeftOut, Worklist
from dispatch.desk.room import Desk
from dispatch.routing.travel import Straight

from .reading import Shown
from .ways import base_of


@dataclass(frozen=True, slots=True)
class Left:
    """A visit that no team makes, with its customer's account and place."""

    booking: Booking
    why: LeftOut


@dataclass(frozen=True, slots=True)
class Sheet:
    """
    A list as it is printed.

    :param base: where its teams set out from, WGS-84 ``lon, lat``; None: nobody knows
    :param at: when it was printed
    :param by_road: ways are along the roads; else they are estimated from straight lines
    """

    made: Worklist
    draft: bool
    depot: str
    county: str
    base: tuple[float, float] | None
    left: tuple[Left, ...]
    by_road: bool
    at: datetime

    @property
    def visits_n(self) -> int:
        """Visits on the routes."""
        return sum(len(team.stops) for team in self.made.teams)

    @property
    def title(self) -> str:
        made = self.made
        draft = "(草稿,未冻结)" if self.draft else ""
        return f"{self.depot}派工清单 {made.date:%Y年%m月%d日}{made.half.label}{draft}"


async def sheet_of(desk: Desk, found: Shown, *, at: datetime) -> Sheet:
    """Return a list with what its paper shows beside it."""
    made = found.made
    async with desk.db.connection() as connection:
        left = [Left(await store.load(connection, why.booking_id), why) for why in made.left_out]
    return Sheet(
        made=made,
        draft=found.draft,
        depot=desk.areas.get(made.depot).name,
        county=desk.areas.get(made.area).name,
        base=base_of(desk, made.depot),
        left=tuple(left),
        by_road=not isinstance(desk.travel, Straight),
        at=at,
    )
