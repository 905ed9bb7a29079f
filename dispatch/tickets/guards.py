"""What must be true of an event beyond the stage: the order of time, and the data each step requires. Domain 2.3."""

from datetime import timedelta

from dispatch.kit.errors import Invalid, Refusal

from .events import Dispatched, Entry, Event, Located, Merged, Overdue, Replied, ReplyRejected, Restored, Returned
from .model import Ticket
from .words import Ownership, Result, ReturnReason, Stage

CLOCK_SKEW = timedelta(minutes=2)  # domain 2.3, last line: "later than server time + 2 min" is illegal


class TimeBackwards(Refusal):
    """The event is claimed to have happened before the one it follows."""


class FutureTime(Invalid):
    """The event is claimed to happen in the future."""


class MissingField(Invalid):
    """A step lacks the data it requires."""


class Contradiction(Invalid):
    """Two fields cannot both be true."""


class NotMergeable(Refusal):
    """Hazards and protected customers are never merged (domain 2.8.2)."""


class OnlyOnce(Refusal):
    """A reply is sent back once (domain 2.3 row 17)."""


def time(ticket: Ticket | None, entry: Entry) -> None:
    """Refuse a claimed time before the ticket's latest event or after the server's clock."""
    if entry.at_claimed > entry.at_server + CLOCK_SKEW:
        raise FutureTime(
            f"时间 {entry.at_claimed.isoformat()} 晚于服务器时间,请核对手机或电脑时钟后重报",
            field="at",
            at_server=entry.at_server.isoformat(),
        )
    if ticket is not None and not isinstance(entry.event, Overdue) and entry.at_claimed < ticket.last_at:
        raise TimeBackwards(
            f"时间 {entry.at_claimed.isoformat()} 早于上一环节 {ticket.last_at.isoformat()},请核对后重报",
            field="at",
            last_at=ticket.last_at.isoformat(),
        )


def data(ticket: Ticket, event: Event) -> None:
    """Refuse an event whose required data is missing or contradicts what is known."""
    match event:
        case Returned(reason=ReturnReason.WRONG_DISTRICT, right_area=None):
            raise MissingField("退单原因为“非本单位辖区”时必须指明正确单位", field="right_area")
        case Merged():
            _may_merge(ticket)
        case Dispatched():
            _may_dispatch(ticket, event)
        case Located(etr_at=etr_at) if ticket.arrived_at and etr_at < ticket.arrived_at:
            raise Contradiction("预计复电时间早于到场时间,请重填", field="etr_at")
        case Restored():
            _may_restore(ticket, event)
        case Replied(ownership=Ownership.DISPUTED):
            raise Contradiction("产权有争议,须先凭证据明确产权再回单", field="ownership")
        case ReplyRejected() if ticket.reply_rejected_n >= 1:
            raise OnlyOnce(f"工单 {ticket.ticket_no} 的回单已退回过一次,请改走督办")
        case _:
            pass


def _may_merge(ticket: Ticket) -> None:
    if ticket.hazard or ticket.protected is not None:
        why = "涉及险情" if ticket.hazard else f"属于{ticket.protected.label if ticket.protected else ''}"
        raise NotMergeable(f"工单 {ticket.ticket_no} {why},不得归并", hazard=ticket.hazard)


def _may_dispatch(ticket: Ticket, event: Dispatched) -> None:
    if ticket.crew is None:
        return
    if ticket.crew.crew_id == event.crew_id:
        raise Contradiction(f"{ticket.crew.crew_name} 已在处理该工单", field="crew_id")
    if not event.transfer_reason:
        raise MissingField(
            f"工单已由 {ticket.crew.crew_name} 处理,转派须填原因",
            field="transfer_reason",
            crew_id=ticket.crew.crew_id,
            crew_name=ticket.crew.crew_name,
            sent_by=ticket.crew.sent_by,
            sent_at=ticket.crew.sent_at.isoformat(),
        )


def _may_restore(ticket: Ticket, event: Restored) -> None:
    if ticket.stage in {Stage.ARRIVED, Stage.LOCATED} and event.result is Result.RESTORED:
        raise Contradiction(
            "到场后须先确认故障点并开始抢修才能报复电;客户内部故障或未见故障请改选处理结果", field="result"
        )
    owner = event.ownership or ticket.ownership
    if event.result is Result.CUSTOMER_SIDE and owner is not Ownership.CUSTOMER:
        raise MissingField("处理结果为客户内部故障时,产权须填“客户资产”", field="ownership")
