"""What must be true of an event beyond the stage: the order of time, and the data each step requires. Domain 2.3."""

from datetime import datetime, timedelta

from dispatch.kit.clock import CHINA
from dispatch.kit.errors import Invalid, Refusal

from .events import (
    Cancelled,
    Chased,
    Completed,
    Dispatched,
    Drafted,
    Entry,
    Escalated,
    Located,
    Merged,
    Overdue,
    Progressed,
    Replied,
    ReplyRejected,
    Restored,
    Resubmitted,
    Resumed,
    Returned,
    Submitted,
    Supervised,
    Warned,
)
from .facts import Amendment
from .model import Ticket
from .words import Category, MeterCheck, Ownership, Protected, Result, ReturnReason, Source, Stage

FARTHEST = timedelta(days=30)  # [P] a repair that is appointed later than this is planned work
CLOCK_SKEW = timedelta(minutes=2)  # domain 2.3, last line: "later than server time + 2 min" is illegal
BY_THE_CLOCK = (Overdue, Warned, Escalated, Supervised, Chased, Resumed)  # claimed for when they were due
NEVER_MERGED = frozenset({Category.PQ, Category.CUST})  # domain 2.8.2
REACHED = frozenset({Stage.ARRIVED, Stage.LOCATED, Stage.REPAIRING, Stage.MERGED})
BY_ORDER = frozenset({"PROVINCE_MONITOR", "SYSTEM"})  # who sends a ticket out again that came back twice (2.6)


class TimeBackwards(Refusal):
    """The event is claimed to have happened before the one it follows."""


class FutureTime(Invalid):
    """The event is claimed to happen in the future."""


class MissingField(Invalid):
    """A step lacks the data it requires."""


class Contradiction(Invalid):
    """Two fields cannot both be true."""


class NotMergeable(Refusal):
    """Hazards, protected customers, power quality and faults inside a house are never merged (domain 2.8.2)."""


class OnlyOnce(Refusal):
    """A reply is sent back once (domain 2.3 row 17)."""


class PlaceKnown(Refusal):
    """A ticket that waits for acceptance is sent elsewhere only while its place is unknown."""


class NeedsOrder(Refusal):
    """A ticket that came back twice is sent out by the province only (domain 2.6)."""

    status = 403


class MeterDark(Refusal):
    """The meter says that the power is still off."""


def time(ticket: Ticket | None, entry: Entry) -> None:
    """Refuse a claimed time before the ticket's latest step or after the server's clock."""
    if entry.at_claimed > entry.at_server + CLOCK_SKEW:
        raise FutureTime(
            f"时间 {_clock(entry.at_claimed)} 晚于服务器时间,请核对手机或电脑时钟后重报",
            field="at",
            at_server=entry.at_server.isoformat(),
        )
    if ticket is not None and not isinstance(entry.event, BY_THE_CLOCK) and entry.at_claimed < ticket.last_at:
        raise TimeBackwards(
            f"时间 {_clock(entry.at_claimed)} 早于上一环节 {_clock(ticket.last_at)},请核对后重报",
            field="at",
            last_at=ticket.last_at.isoformat(),
        )


def _clock(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%m-%d %H:%M:%S}"


def opening(event: Drafted | Submitted) -> None:
    """Refuse a report that nobody could find: it needs an address, an account number or a point (row 2)."""
    if isinstance(event, Submitted):
        _findable(event.address, event.account_no, event.lon, event.place_code, event.place_said, event.place_doubt)
    _whole_point(event.lon, event.lat)
    appointment(event.appointment_at, event.reported_at)


def data(ticket: Ticket, entry: Entry) -> None:
    """Refuse an event whose required data is missing or contradicts what is known."""
    event = entry.event
    if isinstance(event, Amendment):
        _may_amend(ticket, entry, event)
    elif isinstance(event, Located | Progressed | Restored):
        _site_report(ticket, entry, event)
    else:
        _paper(ticket, event)


def _paper(ticket: Ticket, event: object) -> None:
    match event:
        case Returned(reason=ReturnReason.WRONG_DISTRICT, right_area=None):
            raise MissingField("退单原因为“非本单位辖区”时必须指明正确单位", field="right_area")
        case Returned(text=text) if len(text.strip()) < 10:
            raise MissingField("退单说明不得少于10个字,请写清情况", field="text")
        case Merged():
            may_merge(ticket)
        case Dispatched():
            _may_dispatch(ticket, event)
        case Replied(ownership=Ownership.DISPUTED):
            raise Contradiction("产权有争议,须先凭证据明确产权再回单", field="ownership")
        case ReplyRejected() if ticket.reply_rejected_n >= 1:
            raise OnlyOnce(f"工单 {ticket.ticket_no} 的回单已退回过一次,请改走督办")
        case Cancelled(meter=MeterCheck.DARK):
            raise MeterDark(f"工单 {ticket.ticket_no} 的电表召测仍无电,不能取消,请继续抢修", field="meter")
        case _:
            pass


def _may_amend(ticket: Ticket, entry: Entry, event: Amendment) -> None:
    _whole_point(event.lon, event.lat)
    appointment(event.appointment_at, ticket.reported_at)
    if event.appointment_at not in (None, ticket.appointment_at) and not isinstance(event, Completed):
        _agreed(ticket, entry, event)
    if isinstance(event, Completed):
        _findable(
            ticket.address if event.address is None else event.address,
            event.account_no or ticket.account_no,
            ticket.lon if event.lon is None else event.lon,
            *(getattr(fact, name) for fact in (event, ticket) for name in ("place_code", "place_said", "place_doubt")),
        )
    if isinstance(event, Resubmitted):
        if ticket.stage is Stage.SUBMITTED and not ticket.flags.place_unresolved:
            raise PlaceKnown(
                f"工单 {ticket.ticket_no} 已派至 {ticket.area} 待接单;如有误请由该单位退单", area=ticket.area
            )
        if ticket.returned_n >= 2 and entry.by.role not in BY_ORDER:
            raise NeedsOrder(f"工单 {ticket.ticket_no} 已两次退单,须由省监控裁定派发", returned_n=ticket.returned_n)


def appointment(appointment_at: datetime | None, reported_at: datetime) -> None:
    """Refuse an appointed time before the report, or so far ahead that it would take the arrival limit away."""
    if appointment_at is None:
        return
    if appointment_at < reported_at:
        raise Contradiction("约定时间早于来电时间,请重填", field="appointment_at")
    if appointment_at > reported_at + FARTHEST:
        raise Contradiction(f"约定时间最晚为受理后 {FARTHEST.days} 天,请重填", field="appointment_at")


def _agreed(ticket: Ticket, entry: Entry, event: Amendment) -> None:
    """A promise is given another time with the customer's word only; a draft is completed while he is on the line."""
    if not (event.agreed_by or "").strip():
        raise MissingField("改约到场时间须经客户同意,请填写同意人(姓名或关系)", field="agreed_by")
    if event.agreed_at is None:
        raise MissingField("改约到场时间须经客户同意,请填写客户同意的时间", field="agreed_at")
    if not ticket.reported_at <= event.agreed_at <= entry.at_server:
        raise Contradiction("客户同意改约的时间须在受理之后、现在之前,请核对后重填", field="agreed_at")


def _whole_point(lon: float | None, lat: float | None) -> None:
    if (lon is None) != (lat is None):
        raise MissingField("经度和纬度须同时填写", field="lat" if lat is None else "lon")


def _findable(address: str, account_no: str | None, lon: float | None, *said: str | None) -> None:
    """``said``: a picked place, what it was called, a place that could not be: somebody can ask about it."""
    if not address.strip() and account_no is None and lon is None and not any(said):
        raise MissingField("须填写故障地址、户号或地图位置之一,否则无法派单", field="address")


def may_merge(ticket: Ticket) -> None:
    """:raises NotMergeable: saying which rule of domain 2.8.2 keeps the ticket apart"""
    if why := stands_apart(ticket):
        raise NotMergeable(f"工单 {ticket.ticket_no} {why},不得归并,请单独派工", why=why)


def stands_apart(ticket: Ticket) -> str | None:
    """Return which rule of domain 2.8.2 keeps a ticket from being merged; None: none does."""
    if ticket.hazard:
        return "涉及险情"
    if ticket.protected in (Protected.LIFE_SUPPORT, Protected.IMPORTANT):
        return f"属于{ticket.protected.label}"
    return f"分类为{ticket.category.label}" if ticket.category in NEVER_MERGED else None


def _may_dispatch(ticket: Ticket, event: Dispatched) -> None:
    if ticket.crew is None:
        return
    if ticket.crew.crew_id == event.crew_id:
        raise Contradiction(f"{ticket.crew.crew_name} 已在处理该工单", field="crew_id")
    if not (event.transfer_reason or "").strip():
        raise MissingField(
            f"工单已由 {ticket.crew.crew_name} 处理,转派须填原因",
            field="transfer_reason",
            crew_id=ticket.crew.crew_id,
            crew_name=ticket.crew.crew_name,
            sent_by=ticket.crew.sent_by,
            sent_at=ticket.crew.sent_at.isoformat(),
        )


def _site_report(ticket: Ticket, entry: Entry, event: Located | Progressed | Restored) -> None:
    if isinstance(event, Restored):
        _may_restore(ticket, entry, event)
        return
    if event.etr_at is not None and event.etr_at < entry.at_claimed:
        raise Contradiction("预计复电时间早于汇报时间,请重填", field="etr_at")
    if isinstance(event, Located):
        _photographed(entry, event.photos)


def _may_restore(ticket: Ticket, entry: Entry, event: Restored) -> None:
    if ticket.stage not in REACHED and event.waiver is None:
        raise MissingField(
            f"工单 {ticket.ticket_no} 尚未到场:请先报到场,或选择免到场原因(远方操作、上级电源恢复、客户告知已来电)",
            field="waiver",
        )
    excused = event.waiver is not None or event.brief
    if ticket.stage in {Stage.ARRIVED, Stage.LOCATED} and event.result is Result.RESTORED and not excused:
        raise Contradiction(
            "到场后须先确认故障点并开始抢修才能报复电;客户内部故障或未见故障请改选处理结果", field="result"
        )
    if event.result is not Result.CUSTOMER_SIDE:
        return
    if (event.ownership or ticket.ownership) is not Ownership.CUSTOMER:
        raise MissingField("处理结果为客户内部故障时,产权须填“客户资产”", field="ownership")
    if not event.field_record.strip():
        raise MissingField("客户内部故障须记录向客户说明和协助的情况", field="field_record")
    if ticket.located_at is None:
        _photographed(entry, event.photos)


def _photographed(entry: Entry, photos: tuple[str, ...]) -> None:
    """The APP can take a picture; a report by telephone cannot."""
    if entry.source is Source.APP and not photos:
        raise MissingField("APP 上报须附现场照片,无法拍照时请改用电话汇报", field="photos")
