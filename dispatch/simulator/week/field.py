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
    _lots: dict[str, tuple[str, datetime]] = field(default_factory=dict)  # visit -> what is to be said of it, and when

    def go(self, lists: list[Json]) -> None:
        """Plan the reports of frozen lists: two for a visit that is made, one where nobody opens, none of some."""
        for made in lists:
            for stop in _stops(made):
                self._visit(made, stop, self._lot(stop["booking_id"]))

    def again(self, made: Json, at: datetime) -> None:
        """Plan those reports anew that were to come, of a list that has changed: who comes later says so later."""
        listed = {stop["booking_id"]: stop for stop in _stops(made)}
        for name, stop in listed.items():
            lot, begins_at = self._lots.get(name, ("", at))
            if begins_at > at and begins_at != datetime.fromisoformat(stop["begins_at"]):
                self._visit(made, stop, lot)

    def _lot(self, name: str) -> str:
        """Return what becomes of a visit: well, absent, or nothing at all."""
        customer = self.journal.made[name]
        well = name in self.failed or (customer.reached and customer.home)
        if not well:
            self.failed.add(name)
        return "well" if well else "absent" if customer.reached else ""

    def _visit(self, made: Json, stop: Json, lot: str) -> None:
        leader = next(depot.leader for depot in self.week.depot if depot.code == made["depot"])
        name, begins_at = stop["booking_id"], datetime.fromisoformat(stop["begins_at"])
        self._lots[name] = (lot, begins_at)
        says = {
            "well": (("arrive", begins_at), ("finish", datetime.fromisoformat(stop["ends_at"]))),
            "absent": (("absent", begins_at + WAITS),),
        }
        for step, when in says.get(lot, ()):
            self.plan(when, partial(self._tell, name, leader, step, when, begins_at))

    async def _tell(
        self, name: str, leader: str, step: str, happened_at: datetime, begins_at: datetime, at: datetime
    ) -> None:
        """Report; what was taken off the list meanwhile is refused, and counted."""
        if self._lots[name][1] != begins_at:  # it comes at another time
            return
        body = {"at": happened_at.isoformat()} | ({"reason": "敲门无人,电话未接"} if step == "absent" else {})
        done = await self.office.post(leader, f"/bookings/{name}/{step}", **body)
        self.journal.reports[step if done.fine else f"{step} {done.code}"] += 1


def _stops(made: Json) -> list[Json]:
    return [stop for team in made["teams"] for stop in team["stops"]]
