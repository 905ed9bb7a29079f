"""What a seat writes down while the customer is on the line, and the ticket's first event that comes of it."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Protocol

from pydantic import AwareDatetime, Field

from dispatch.kit.errors import Invalid
from dispatch.places.locate import check_crs
from dispatch.tickets.events import Drafted, Submitted
from dispatch.tickets.facts import Address, Code, Facts, Households, Lat, Lon, Person, Text
from dispatch.tickets.guards import CLOCK_SKEW, FutureTime, MissingField
from dispatch.tickets.model import Frozen
from dispatch.tickets.words import Category, Channel, Level, Protected, Symptom

from .placing import place
from .room import Desk

OLDEST = timedelta(hours=24)  # [P] a call older than this is no longer a call that is being taken
Phone = Annotated[str, Field(pattern=r"^\+?[0-9](?:[0-9 -]{1,18})[0-9]$", max_length=20)]


class TooOld(Invalid):
    """The call lies too far back to be taken as new."""


class Place(Frozen):
    """A point on the map, degrees."""

    lon: Lon
    lat: Lat
    crs: Annotated[str, Field(max_length=16)] = "wgs84"


class Point(Protocol):
    """What the desk needs of a point, whoever read it."""

    @property
    def lon(self) -> float: ...
    @property
    def lat(self) -> float: ...
    @property
    def crs(self) -> str: ...


class CallIn(Frozen):
    """A call. A draft needs no more than channel and phone."""

    channel: Channel
    phone: Phone
    call_at: AwareDatetime | None = None
    draft: bool = False
    account_no: Code | None = None
    county: Code | None = None
    place: Place | None = None
    place_code: Code | None = None
    address: Address = ""
    symptom: Symptom | None = None
    symptom_text: Text = ""
    category: Category | None = None
    cat_l2: Code | None = None
    cat_l3: Code | None = None
    level: Level | None = None
    hazard: bool | None = None
    protected: Protected | None = None
    customer_name: Person | None = None
    customer_type: Code | None = None
    meter_no: Code | None = None
    customers_out: Households | None = None
    appointment_at: AwareDatetime | None = None
    skill: Code | None = None
    external_no: Code | None = None
    repeat_of: Code | None = None


REQUIRED = {"symptom": "故障现象", "category": "故障分类", "level": "紧急程度", "hazard": "是否涉及险情"}
SAID = tuple(name for name in CallIn.model_fields if name in Facts.model_fields)


def masked(phone: str) -> str:
    """Return a telephone number that can be recognised but not dialled."""
    digits = "".join(c for c in phone if c.isdigit())
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 9 else f"****{digits[-2:]}"


def check_times(call: CallIn, at: datetime) -> datetime:
    """
    Return when the report was taken (受理时间).

    :raises FutureTime: if the call is later than the server's clock and 2 minutes
    :raises TooOld: if it is older than 24 h
    """
    reported_at = (call.call_at or at).astimezone(UTC)
    if reported_at > at + CLOCK_SKEW:
        raise FutureTime("来电时间晚于服务器时间,请核对后重填", field="call_at", at_server=at.isoformat())
    if reported_at < at - OLDEST:
        raise TooOld(
            "来电时间早于24小时以前,请核对日期;补录历史来电请用导入", field="call_at", at_server=at.isoformat()
        )
    if call.appointment_at is not None and call.appointment_at < reported_at:
        raise Invalid("约定时间早于来电时间,请重填", field="appointment_at")
    return reported_at


def first_event(
    desk: Desk, call: CallIn, *, call_id: str, ticket_no: str, pack: str, reported_at: datetime
) -> Drafted | Submitted:
    """
    Return what the call makes of it: a draft, or a ticket that goes out.

    :raises MissingField: if a ticket lacks what it must say
    :raises Invalid: if the place cannot be one of this province
    """
    for field, label in REQUIRED.items():
        if not call.draft and getattr(call, field) is None:
            raise MissingField(f"请填写{label}", field=field)
    if call.place is not None:
        check_crs(call.place.crs)
    lon, lat = (call.place.lon, call.place.lat) if call.place else (None, None)
    placed = place(desk, lon=lon, lat=lat, county=call.county)
    said = {name: value for name in SAID if (value := getattr(call, name)) is not None}
    return (Drafted if call.draft else Submitted)(
        **said,
        lon=lon,
        lat=lat,
        area=placed.area,
        area_class=placed.area_class,
        place_unresolved=placed.unresolved,
        ticket_no=ticket_no,
        external_no=call.external_no,
        pack=pack,
        call_id=call_id,
        channel=call.channel,
        reported_at=reported_at,
        phone_masked=masked(call.phone),
        repeat_of=call.repeat_of,
    )
