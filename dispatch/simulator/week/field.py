"""The teams of a week on their way: each visit of a frozen list is reported as the customer's lot has it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from .journal import Journal, Json
from .office import Office
from .script import Week

WAITS = timedelta(minutes=15)  # at a door that nobody opens
Plan = Callable[[datetime, Callable[[datetime], Awaitable[None]]], None]


@dataclass
class Teams:
    """Those who go, and what their leader tells of them."""

    week: Week
    office: Office
    journal: Journal
    plan: Plan
    failed: set[str] = field(default_factory=set)  # visits that came to nothing once; the next time goes well

    def go(self, lists: list[Json]) -> None:
        """Plan the reports of frozen lists: two for a visit that is made, one where nobody opens, none of some."""
        leaders = {depot.code: depot.leader for depot in self.week.depot}
        for made in lists:
            for team in made["teams"]:
                for stop in team["stops"]:
                    self._visit(stop, leaders[made["depot"]])

    def _visit(self, stop: Json, leader: str) -> None:
        name, customer = stop["booking_id"], self.journal.made[stop["booking_id"]]
        begins_at, ends_at = (datetime.fromisoformat(stop[each]) for each in ("begins_at", "ends_at"))
        well = name in self.failed or (customer.reached and customer.home)
        if not well:
            self.failed.add(name)
        if not (well or customer.reached):
            return
        if well:
            self.plan(begins_at, partial(self._tell, name, leader, "arrive", begins_at))
            self.plan(ends_at, partial(self._tell, name, leader, "finish", ends_at))
        else:
            self.plan(begins_at + WAITS, partial(self._tell, name, leader, "absent", begins_at + WAITS))

    async def _tell(self, name: str, leader: str, step: str, happened_at: datetime, at: datetime) -> None:
        """Report; what was taken off the list meanwhile is refused, and counted."""
        body = {"at": happened_at.isoformat()} | ({"reason": "敲门无人,电话未接"} if step == "absent" else {})
        done = await self.office.post(leader, f"/bookings/{name}/{step}", **body)
        self.journal.reports[step if done.fine else f"{step} {done.code}"] += 1
