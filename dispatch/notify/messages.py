"""
What goes over ``/api/v1/live``. The server sends JSON arrays of messages; a console sends one request at a time.

``seq`` numbers an area's changes without a gap. It can be compared only within one ``epoch``.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

Area = Annotated[str, Meta(min_length=1, max_length=32)]
Seq = Annotated[int, Meta(ge=0, le=2**53)]
TicketBody = dict[str, Any]  # ``tickets.model.Ticket`` as JSON

MOST_AREAS = 2_000  # areas in one request


class Hello(Struct, frozen=True, tag_field="kind", tag="hello"):
    """The first message of a connection."""

    epoch: str
    account: str
    at: str  # the server's time, ISO 8601, UTC


class Snapshot(Struct, frozen=True, tag_field="kind", tag="snapshot"):
    """The open tickets of an area, and those lent to it, as of ``seq``; ``more``: another part follows."""

    area: str
    seq: int
    tickets: tuple[TicketBody, ...]
    more: bool


class Resumed(Struct, frozen=True, tag_field="kind", tag="resumed"):
    """The changes after ``seq`` follow; no snapshot is needed."""

    area: str
    seq: int


class Changed(Struct, frozen=True, tag_field="kind", tag="ticket"):
    """A ticket as it is now, whole."""

    area: str
    seq: int
    ts: int  # when it was written, milliseconds since the epoch
    body: TicketBody


class Left(Struct, frozen=True):
    """Which ticket an area may no longer see, and from which version on."""

    id: str
    version: int


class Gone(Struct, frozen=True, tag_field="kind", tag="gone"):
    """The area may no longer see the ticket (it was lent to it, or has moved to another area)."""

    area: str
    seq: int
    ts: int
    body: Left


class ListNote(Struct, frozen=True):
    """What a team is told of a change of its list, until somebody says that it saw it."""

    id: str
    team: str
    text: str


class ListNews(Struct, frozen=True):
    """Where a half-day's list (派工清单) stands; the list itself is read by HTTP."""

    depot: str
    date: str  # of its half-day, ISO 8601, in China
    half: str
    version: int
    state: str
    step: str
    notices: tuple[ListNote, ...] = ()


class Listed(Struct, frozen=True, tag_field="kind", tag="worklist"):
    """A half-day's list was frozen, named, changed or closed; the higher version wins."""

    area: str
    seq: int
    ts: int
    body: ListNews


class GeneratorNews(Struct, frozen=True):
    """
    Where a generator truck (发电车), its feeding of a customer, or a plan stands; the rest is read by HTTP.

    ``supply_back``: no outage keeps the customer in the dark any more; the truck is to be disconnected or called back.
    """

    of: Literal["truck", "assignment", "plan"]
    id: str
    version: int
    state: str
    by: str  # account
    plan: str | None = None
    truck: str | None = None
    target: str | None = None  # node of the network
    supply_back: bool = False


class Powered(Struct, frozen=True, tag_field="kind", tag="generator"):
    """Something about generator trucks changed; of the same ``of`` and ``id`` the higher version wins."""

    area: str
    seq: int
    ts: int
    body: GeneratorNews


class Head(Struct, frozen=True, tag_field="kind", tag="head"):
    """
    A heartbeat: what has been sent of each area; ``lag_ms``: age of the oldest change that is not numbered yet.

    ``unplanned``: regions whose rolling plan is not at work, so that insertion alone goes on -> since when (ISO 8601 by
    the machine's clock), empty where it never was.
    """

    areas: dict[str, int]
    at: str
    lag_ms: int = 0
    unplanned: dict[str, str] = {}


class Ringing(Struct, frozen=True, tag_field="kind", tag="ringing"):
    """A call rings or is on at the seat whose console this is; told to no other account, and numbered in no area."""

    call_ref: str
    phone: str  # empty: withheld
    known: bool  # somebody called from it before
    at: str  # ISO 8601, UTC


class HungUp(Struct, frozen=True, tag_field="kind", tag="hungup"):
    """The call is over, or was passed on to another seat; its number is forgotten."""

    call_ref: str
    at: str  # ISO 8601, UTC


class Refused(Struct, frozen=True, tag_field="kind", tag="refused"):
    """A request, or some of its areas, was not granted; the rest was."""

    code: str
    message: str
    areas: tuple[str, ...] = ()


Message = Hello | Snapshot | Resumed | Changed | Gone | Listed | Powered | Head | Ringing | HungUp | Refused


class Subscribe(Struct, frozen=True, tag_field="op", tag="subscribe", forbid_unknown_fields=True):
    """Listen to areas and all counties below them; ``since``: the last ``seq`` heard, for those that go on."""

    areas: Annotated[tuple[Area, ...], Meta(min_length=1, max_length=MOST_AREAS)]
    since: Annotated[dict[Area, Seq], Meta(max_length=MOST_AREAS)] = {}
    epoch: Annotated[str, Meta(max_length=64)] | None = None


class Unsubscribe(Struct, frozen=True, tag_field="op", tag="unsubscribe", forbid_unknown_fields=True):
    """Listen no longer."""

    areas: Annotated[tuple[Area, ...], Meta(min_length=1, max_length=MOST_AREAS)]


class Ping(Struct, frozen=True, tag_field="op", tag="ping", forbid_unknown_fields=True):
    """Ask for a heartbeat now."""


Request = Subscribe | Unsubscribe | Ping

_REQUEST: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)
_FRAME: msgspec.json.Decoder[tuple[Message, ...]] = msgspec.json.Decoder(tuple[Message, ...])
_PARTS: msgspec.json.Decoder[tuple[msgspec.Raw, ...]] = msgspec.json.Decoder(tuple[msgspec.Raw, ...])
_MESSAGE: msgspec.json.Decoder[Message] = msgspec.json.Decoder(Message)
_ENCODER = msgspec.json.Encoder()


def text_of(message: Message | Request) -> str:
    """Return the message as JSON."""
    return _ENCODER.encode(message).decode()


def request_from(text: str) -> Request:
    """
    Read what a console asks.

    :raises msgspec.DecodeError: if it is not JSON, or not a request
    """
    return _REQUEST.decode(text)


def frame_from(text: str | bytes) -> tuple[Message, ...]:
    """
    Read a frame; kinds that are not known are left out, so that an old console lives with a newer server.

    :raises msgspec.DecodeError: if it is not a JSON array
    """
    try:
        return _FRAME.decode(text)
    except msgspec.ValidationError:
        return tuple(message for part in _PARTS.decode(text) if (message := _known(part)))


def _known(part: msgspec.Raw) -> Message | None:
    try:
        return _MESSAGE.decode(part)
    except msgspec.ValidationError:
        return None
