"""The seats of a week: they book, confirm, move and cancel for their customers, and ring those who lost a place."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from dispatch.kit.clock import CHINA

from .drawing import Customer, other_day
from .journal import Journal
from .office import Office
from .script import Week

SEAT = "seat"
AROUND = 14  # days before and after the Monday on which a booking of the week can lie
THINKS = timedelta(minutes=5)  # until a customer says yes
Plan = Callable[[datetime, Callable[[datetime], Awaitable[None]]], None]


@dataclass
class Seats:
    """Those who talk with the customers."""

    week: Week
    office: Office
    journal: Journal
    plan: Plan
    random: Random
    _asked: set[tuple[str, int]] = field(default_factory=set)  # booking, how often it lost its place

    async def book(self, customer: Customer, at: datetime) -> None:
        """Hold a place; the customer says yes a while later, or lets it go."""
        made = await self.office.post(
            SEAT,
            "/bookings",
            account_no=customer.account_no,
            area=self.week.county,
            kind=customer.kind.value,
            area_class=customer.area_class.value,
            appointment=customer.appointment.value,
            place={"lon": customer.lon, "lat": customer.lat},
            phone=f"139{int(customer.account_no[-8:]):08}",
            **customer.wish,
        )
        if not made.fine:
            self.journal.refused[made.code] += 1
            return
        self.journal.made[made.body["id"]] = customer
        self.journal.booking_of[customer.account_no] = made.body["id"]
        if customer.decides:
            self.plan(at + THINKS, partial(self._confirm, made.body, customer))

    async def _confirm(self, held: dict[str, Any], customer: Customer, at: datetime) -> None:
        others = held["offers"] if customer.offer is not None else []
        body = {"offer": customer.offer} if others else {}
        done = await self.office.post(SEAT, f"/bookings/{held['id']}/confirm", **body)
        if not done.fine and others:  # the other place went meanwhile; the one that is held is still there
            done = await self.office.post(SEAT, f"/bookings/{held['id']}/confirm")
        if not done.fine:
            self.journal.refused[done.code] += 1
            return
        self.journal.confirmed += 1
        if customer.cancels_after is not None:
            self.plan(at + customer.cancels_after, partial(self._cancel, held["id"], "客户不再需要"))
        if customer.moves_after is not None:
            self.plan(at + customer.moves_after, partial(self._move, held["id"], customer))

    async def _cancel(self, booking_id: str, reason: str, at: datetime) -> None:
        done = await self.office.post(SEAT, f"/bookings/{booking_id}/cancel", reason=reason)
        self.journal.cancelled += done.fine

    async def _move(self, booking_id: str, customer: Customer, at: datetime) -> None:
        wish = other_day(self.random, self.week, customer, at)
        if wish is None:
            return
        body = {"appointment": customer.appointment.value, "reason": "客户改期", **wish}
        done = await self.office.post(SEAT, f"/bookings/{booking_id}/reschedule", **body)
        self.journal.rescheduled += done.fine
        if not done.fine:
            self.journal.kept_at[done.code] += 1

    async def look_after(self, cause: str, at: datetime) -> None:
        """Ring everybody who lost his place since; he takes the first new one, or gives up."""
        await self.ring(cause, await self.read(at), at)

    async def ring(self, cause: str, found: dict[str, dict[str, Any]], at: datetime) -> None:
        """Ring those among the bookings who lost their place, and those who were not at home."""
        for booking in sorted(found.values(), key=lambda one: str(one["account_no"])):
            if booking["state"] == "absent":
                await self._absent(booking, at)
        for booking in sorted(found.values(), key=lambda one: str(one["account_no"])):
            if booking["state"] != "reoffered" or (booking["id"], booking["reoffered_n"]) in self._asked:
                continue
            self._asked.add((booking["id"], booking["reoffered_n"]))
            self.journal.displaced[cause] += 1
            customer = self.journal.made[booking["id"]]
            if not (customer.agrees and booking["offers"]):
                await self._cancel(booking["id"], "另选时间不便", at)
                continue
            done = await self.office.post(SEAT, f"/bookings/{booking['id']}/confirm", offer=0)
            if not done.fine:
                self.journal.kept_at[done.code] += 1

    async def _absent(self, booking: dict[str, Any], at: datetime) -> None:
        """He was not at home: he wants another time, or nothing more."""
        if (booking["id"], -booking["absent_n"]) in self._asked:
            return
        self._asked.add((booking["id"], -booking["absent_n"]))
        customer = self.journal.made[booking["id"]]
        if customer.agrees:
            await self._move(booking["id"], customer, at)

    async def read(self, at: datetime) -> dict[str, dict[str, Any]]:
        """Return the bookings from the day before on, by id."""
        return await self._read(at.astimezone(CHINA).date() - timedelta(days=1))

    async def read_all(self) -> None:
        """Write down every booking of the week and of the days around it."""
        self.journal.final = await self._read(self.week.monday - timedelta(days=AROUND), final=True)

    async def _read(self, first: date, *, final: bool = False) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        last = self.week.monday + timedelta(days=AROUND)
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        for depot in self.week.depot:
            for day in (day for day in days if day.weekday() < 5 or final):
                shown = await self.office.get(SEAT, "/bookings", depot=depot.code, date=day.isoformat())
                for booking in shown["bookings"]:
                    if booking["id"] in found and final:
                        self.journal.twice.append(booking["id"])
                    found[booking["id"]] = booking
        return found
