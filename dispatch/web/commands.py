"""
The steps of a ticket, one route each, from one table. A route reads the report and hands it to the desk.

Body: the envelope (``version``, ``at``, ``source``, ``position``) and the event's own fields, side by side; where a
place may be put right, ``place`` and ``county`` stand for what the event keeps as ``lon``, ``lat`` and ``area``.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field, ValidationError

from dispatch.accounts.model import Account
from dispatch.accounts.rights import RIGHTS, source_of
from dispatch.desk import steps
from dispatch.desk.outages import merging
from dispatch.desk.room import Desk, Once, Report
from dispatch.tickets import events
from dispatch.tickets.events import OURS, Event, Geo
from dispatch.tickets.facts import Amendment, Code
from dispatch.tickets.model import Frozen, Ticket, document
from dispatch.tickets.words import Source

from .bodies import Envelope, Point, Position, derived, event_fields
from .deps import BodyOf, CallerOf, DeskOf, Now, TicketId
from .errors import JSON, invalid
from .idempotency import REPLAYED, OnceOf

router = APIRouter(tags=["commands 工单流转"])

PLACED = frozenset({"lon", "lat", "area"})  # what ``place`` and ``county`` say in a body


@dataclass(frozen=True)
class Command:
    """One step: the last word of its route, the event it makes, and what of the event the reporter does not say."""

    name: str
    event: type[Frozen]
    without: frozenset[str] = OURS

    @property
    def action(self) -> str:
        return f"ticket.{self.name}"

    @property
    def body(self) -> type[Envelope]:
        """The shape of its body."""
        name = "".join(word.capitalize() for word in self.name.split("-")) + "Body"
        if not issubclass(self.event, Amendment):
            return derived(name, self.event, without=self.without)
        more: dict[str, Any] = {"place": (Point | None, Field(default=None, description="故障位置"))}
        if "area" in self.event.model_fields:
            more["county"] = (Code | None, Field(default=None, description="县(区)编码;缺省按位置确定"))
        return derived(name, self.event, without=self.without | PLACED, **more)


COMMANDS = (
    Command("complete", events.Completed),
    Command("consult", events.Consulted),
    Command("accept", events.Accepted),
    Command("return", events.Returned),
    Command("resubmit", events.Resubmitted),
    Command("transfer", events.Transferred, without=OURS | {"by_order"}),
    Command("merge", events.Merged, without=OURS | {"incident_id", "arrived_at", "etr_at"}),
    Command("unmerge", events.Unmerged),
    Command("crew-accept", events.CrewAccepted),
    Command("crew-reject", events.CrewRejected),
    Command("depart", events.Departed),
    Command("arrive", events.Arrived),
    Command("locate", events.Located),
    Command("start-repair", events.RepairStarted),
    Command("progress", events.Progressed),
    Command("restore", events.Restored),
    Command("reply", events.Replied),
    Command("reject-reply", events.ReplyRejected),
    Command("queue-callback", events.CallbackQueued),
    Command("cancel", events.Cancelled),
    Command("chase", events.Chased),
    Command("supervision-answer", events.SupervisionAnswered),
    Command("supervision-clear", events.SupervisionCleared),
    Command("resume", events.Resumed),
    Command("note", events.Noted),
    Command("correct", events.Corrected, without=OURS | {"area"}),
)


def report_of(body: Envelope, caller: Account, action: str) -> Report:
    """
    Return what came with the report beside its own matter.

    :raises WrongSource: if it cannot have come in the way it says
    :raises UnknownCrs: if the position is in a coordinate system that we cannot read
    """
    source = Source(source_of(caller, action, body.source.value if body.source else None))
    return Report(claimed_at=body.at, source=source, geo=_geo(body.position), version=body.version)


def _geo(position: Position | None) -> Geo | None:
    return None if position is None else Geo(*position.wgs84(), position.accuracy_m)


def event_of(desk: Desk, kind: type[Frozen], body: Envelope) -> Event:
    """
    Return the event that the body tells of.

    :raises Invalid: if the place is no point of the province
    """
    said = event_fields(body)
    point: Point | None = said.pop("place", None)
    if point is not None:
        lon, lat = point.wgs84()
        desk.locator.check_point(lon, lat)
        said |= {"lon": lon, "lat": lat}
    if "county" in said:
        said["area"] = said.pop("county")
    try:
        event: Event = kind(**said)  # type: ignore[assignment]  # every kind in the table is one of ``Event``
    except ValidationError as error:
        raise invalid(error.errors(include_url=False, include_input=False)) from None
    return event


def answer_of(ticket: Ticket, once: Once | None) -> Response:
    """Return the ticket as it is now, or as it was when the request came first."""
    headers = REPLAYED if once is not None and once.replayed else None
    return Response(document(ticket), media_type=JSON, headers=headers)


async def _take(
    desk: Desk, command: Command, ticket_id: str, body: Envelope, caller: Account, now: datetime, once: Once | None
) -> Ticket:
    report = report_of(body, caller, command.action)
    if command.event is events.Merged:
        said = event_fields(body)
        return await merging.merge(desk, ticket_id, **said, by=caller, report=report, at=now, once=once)
    event = event_of(desk, command.event, body)
    return await steps.step(desk, ticket_id, event, action=command.action, by=caller, report=report, at=now, once=once)


def _endpoint(command: Command) -> Callable[..., Awaitable[Response]]:
    shape = command.body

    async def run(
        ticket_id: TicketId,
        caller: Annotated[Account, CallerOf(command.action)],
        body: Annotated[Envelope, BodyOf(shape)],
        once: Annotated[Once | None, OnceOf()],
        desk: DeskOf,
        now: Now,
    ) -> Response:
        return answer_of(await _take(desk, command, ticket_id, body, caller, now, once), once)

    return run


for _command in COMMANDS:
    router.add_api_route(
        f"/tickets/{{ticket_id}}/{_command.name}",
        _endpoint(_command),
        methods=["POST"],
        operation_id=f"{_command.name.replace('-', '_')}_ticket",
        summary=RIGHTS[_command.action].label,
        description=(_command.event.__doc__ or f"{RIGHTS[_command.action].label}:办理后返回最新工单。").strip(),
        response_model=Ticket,
        response_description="办理后的工单",
    )
