"""What a seat writes down while the customer is on the line, and the ticket's first event that comes of it."""

import asyncio
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from dispatch.accounts.model import Account
from dispatch.desk.room import Desk, Once
from dispatch.kit.errors import Invalid
from dispatch.notify import phones
from dispatch.notify.phones import masked, plain
from dispatch.tickets.events import Drafted, Submitted
from dispatch.tickets.facts import Address, Code, Households, Name, Person, Text
from dispatch.tickets.guards import CLOCK_SKEW, FutureTime, MissingField
from dispatch.tickets.matters import PHONE, Claim, account_key, beside, phone_key
from dispatch.tickets.model import Frozen, Ticket
from dispatch.tickets.rows import Change
from dispatch.tickets.store import Opening
from dispatch.tickets.words import CallOutcome, Category, Channel, Level, Protected, Symptom

from .customers import Home
from .picking import Picked, Place, read_code, read_place
from .placing import place_call, stronger

CODE_MOST, NAME_MOST = 64, 60  # signs of a code, of what a place is called
OLDEST = timedelta(hours=24)  # [P] a call older than this is no longer a call that is being taken
PHONE_NUMBER = re.compile(phones.NUMBER)


def _dialled(value: str) -> str:
    """Return the number as one dials it: full-width digits, as Chinese input methods write them, are digits."""
    plain_width = unicodedata.normalize("NFKC", value)
    if not PHONE_NUMBER.fullmatch(plain_width):
        raise PydanticCustomError("phone", "not a telephone number")
    return plain_width


Phone = Annotated[
    str, Field(max_length=20, json_schema_extra={"pattern": f"^{PHONE_NUMBER.pattern}$"}), AfterValidator(_dialled)
]


class TooOld(Invalid):
    """The call lies too far back to be taken as new."""


# What is said of a place never loses the call: what cannot be read comes in as it can, and the ticket names the doubt.
County = Annotated[Code | None, BeforeValidator(read_code(CODE_MOST))]
PlaceCode = Annotated[
    Code | None,
    BeforeValidator(read_code(CODE_MOST)),
    Field(description="选定的候选地点编码;没有 place 时按它的位置受理"),
]
PlaceSaid = Annotated[
    Name | None,
    BeforeValidator(read_code(NAME_MOST)),
    Field(description="客户对地点的叫法;选定候选或标出位置时照填,用于学习俗称"),
]


class CallIn(Frozen):
    """A call. A draft needs no more than channel and phone."""

    channel: Channel
    phone: Phone
    call_at: AwareDatetime | None = None
    draft: bool = False
    account_no: Code | None = None
    county: County = None
    place: Annotated[Place | None, BeforeValidator(read_place)] = None
    place_code: PlaceCode = None
    place_said: PlaceSaid = None
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
    repeat_of: Annotated[Code | None, Field(description="再次报修的已归档工单;同一户号七日内的由系统填写")] = None
    another_matter: Annotated[bool, Field(description="同一电话另报一处,不作催办;同一户号的未结工单不受此影响")] = False
    still_dark: Annotated[bool, Field(description="工单已报复电而客户仍无电:重新处理")] = False


REQUIRED = {"symptom": "故障现象", "category": "故障分类", "level": "紧急程度", "hazard": "是否涉及险情"}
SAID = tuple(name for name in CallIn.model_fields if name in Drafted.model_fields)


@dataclass(frozen=True, slots=True)
class Taken:
    """The answer to a call: what became of it, and the ticket that is its matter."""

    call_id: str
    ticket: Ticket
    outcome: CallOutcome
    replayed: bool = False  # it is the first answer to the same request
    place_doubt: str | None = None  # what is wrong with what this call said of its place


@dataclass(frozen=True, slots=True)
class Waiting:
    """A call that was found right and waits to be written: the ticket it opens, unless its matter has one."""

    said: CallIn
    opening: Opening
    change: Change  # what the opening makes
    claim: Claim
    by: Account
    once: Once | None
    answer: "asyncio.Future[Taken]"

    @property
    def key(self) -> tuple[str, str] | None:
        return (self.by.id, self.once.key) if self.once else None

    def beside(self, apart: Collection[str]) -> "Waiting":
        """Return the call as that of another matter than those that have the keys ``apart``."""
        wanted = (beside(key, apart) if key.startswith(PHONE) else key for key in self.claim.keys)
        return replace(self, claim=replace(self.claim, keys=tuple(filter(None, wanted))))


def keys(call: CallIn) -> tuple[str, ...]:
    """
    Return what another call of the same customer is known by.

    Who reports a fault before any customer does (主动抢修) has no telephone of his own.
    """
    found = [] if call.account_no is None else [account_key(call.account_no)]
    if call.channel is not Channel.ACTIVE and (digits := plain(call.phone)):
        found.append(phone_key(digits))
    return tuple(found)


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
    return reported_at


def _check_whole(call: CallIn) -> None:
    """:raises MissingField: if a ticket would lack what it must say; a draft may lack anything"""
    for field, label in REQUIRED.items():
        if not call.draft and getattr(call, field) is None:
            raise MissingField(f"请填写{label}", field=field)


def first_event(
    desk: Desk,
    call: CallIn,
    *,
    home: Home | None,
    picked: Picked | None = None,
    listed: Protected | None,
    call_id: str,
    ticket_no: str,
    pack: str,
    reported_at: datetime,
) -> Drafted | Submitted:
    """
    Return what the call makes of it: a draft, or a ticket that goes out.

    :param home: where the caller's account hangs, for one who says nothing of the place himself
    :param picked: the place that the seat picked
    :param listed: how the ledger has the account; the seat may add to it and takes nothing away
    :raises MissingField: if a ticket lacks what it must say
    """
    _check_whole(call)
    placed = place_call(desk, call.place, county=call.county, picked=picked, home=home)
    said = {name: value for name in SAID if (value := getattr(call, name)) is not None}
    said["protected"] = stronger(call.protected, listed)
    return (Drafted if call.draft else Submitted)(
        **said,
        lon=placed.lon,
        lat=placed.lat,
        place_doubt=placed.doubt,
        area=placed.area,
        area_class=placed.area_class,
        place_unresolved=placed.unresolved,
        ticket_no=ticket_no,
        pack=pack,
        call_id=call_id,
        reported_at=reported_at,
        phone_masked=masked(call.phone),
    )
