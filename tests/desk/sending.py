"""A ticket that waits for a crew, and the dispatcher who sends one."""

from typing import Any

from dispatch.desk.crews.assigning import dispatch
from dispatch.desk.room import Desk, Report
from dispatch.tickets import events as e
from dispatch.tickets.model import Ticket
from dispatch.tickets.words import Source
from tests.worlds import Small, minutes, person

PHONE = Report(source=Source.PHONE)


async def accepted(small: Small, **said: Any) -> Ticket:
    """A ticket that waits for a crew."""
    ticket = await small.call(**said)
    return await small.does(ticket, "accept", "xiangshan", e.Accepted(), at=minutes(1))


async def send(desk: Desk, ticket: Ticket, *, who: str = "xiangshan", at: float = 2, **asked: Any) -> Ticket:
    report = asked.pop("report", PHONE)
    return await dispatch(desk, ticket.id, by=person(who), report=report, at=minutes(at), **asked)
