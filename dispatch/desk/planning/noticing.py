"""What happens that must not wait for the next minute: heard from the feed and seen in the tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dispatch.desk.crews.jobs import Seen, seen
from dispatch.desk.room import Desk
from dispatch.kit.planrules import PlanRules
from dispatch.places.areas import AreaLevel

from .posing import region_of
from .turns import ask
from .words import ReplanCause

URGENT = "urgent"
REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that moves the plan of a county."""

    county: str
    cause: ReplanCause
    subject: str


def happened(before: Seen | None, after: Seen, rules: PlanRules) -> ReplanCause | None:
    """Return why a ticket that changed moves the plan at once; None: it can wait for the next turn."""
    if after.stage == "accepted" and _presses(after) and (before is None or not _waited(before)):
        return ReplanCause.EMERGENCY
    if before is None:
        return None
    if before.on_it is not None and (after.on_it is None or after.on_it.crew_id != before.on_it.crew_id):
        ended = after.stage in ("accepted", "dispatched", "returned")
        return ReplanCause.REASSIGNED if ended else None
    if before.etr_at is not None and after.etr_at is not None:
        return ReplanCause.LONGER_JOB if after.etr_at - before.etr_at >= rules.longer.duration else None
    return None


def _presses(ticket: Seen) -> bool:
    return ticket.hazard or ticket.level == URGENT or ticket.protected is not None


def _waited(ticket: Seen) -> bool:
    return ticket.stage == "accepted" and _presses(ticket)


@dataclass
class Notices:
    """Hears the feed for a solver, and puts what presses into the queue."""

    desk: Desk
    _known: dict[str, Seen] = field(default_factory=dict)
    _fresh: list[Happened] = field(default_factory=list)

    def hear(self, document: Mapping[str, Any]) -> None:
        """Take in a ticket that changed."""
        after = seen(document)
        before = self._known.pop(after.id, None)
        if before is not None and before.version >= after.version:
            self._known[after.id] = before
            return
        self._known[after.id] = after
        if len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
        cause = happened(before, after, self.desk.pack.plans)
        if cause is not None:
            self._fresh.append(Happened(after.area, cause, after.id))

    def roads_changed(self) -> None:
        """Note that roads were closed, opened or are driven at another speed: that may concern any county."""
        for county in self.desk.areas.counties(self.desk.areas.province().code):
            self._fresh.append(Happened(county, ReplanCause.ROAD_CLOSED, "roads"))

    async def tell(self, *, at: datetime) -> int:
        """Put what was heard into the queue; return how much it was."""
        if not self._fresh:
            return 0
        fresh, self._fresh = self._fresh, []
        async with self.desk.db.transaction() as tx:
            for one in fresh:
                area = self.desk.areas.find(one.county)
                if area is not None and area.level is AreaLevel.COUNTY:
                    await ask(tx, region_of(self.desk, one.county), one.cause, one.subject, at=at)
        return len(fresh)
