"""What must be true of an event of the closed loop beyond the stage. Domain 2.6 to 2.14."""

from dispatch.kit.clock import CHINA
from dispatch.kit.errors import Refusal

from .events import (
    CallbackQueued,
    Entry,
    Excused,
    Resumed,
    Returned,
    Supervised,
    SupervisionAnswered,
    SupervisionCleared,
    Suspended,
    Transferred,
)
from .guards import BY_ORDER, Contradiction, MissingField, NeedsOrder
from .model import Supervision, Ticket
from .terms import ExcuseReason, SuspendReason
from .words import Stage


class OrderedByProvince(Refusal):
    """The province decided whose ticket it is; it cannot be given back."""


class AlreadySuspended(Refusal):
    """The ticket waits already."""


class WaitsWithParent(Refusal):
    """A merged ticket waits when its parent does."""


class NotPowered(Refusal):
    """The repair may wait for the night only where a generator feeds the customers (先复电、后抢修)."""


class NotSuspended(Refusal):
    """The ticket does not wait."""


class NoSuchSupervision(Refusal):
    """The ticket has no such 督办单."""


class AlreadyAnswered(Refusal):
    """The 督办单 was answered already."""


class NotAnswered(Refusal):
    """A 督办单 is cleared after its answer."""


class NeedsAudit(Refusal):
    """A doubtful reply is let through by the auditor only."""

    status = 403


class NeedsDecision(Refusal):
    """A contradiction must be decided first."""


def data(ticket: Ticket, entry: Entry) -> None:
    """Refuse an event whose required data is missing or contradicts what is known."""
    event = entry.event
    match event:
        case Returned() if ticket.flags.ordered:
            raise OrderedByProvince(f"工单 {ticket.ticket_no} 由省监控裁定派至本单位,不能再退单;如有异议请联系省监控")
        case Transferred():
            _may_transfer(ticket, entry, event)
        case Suspended() | Resumed():
            _may_wait(ticket, entry, event)
        case Excused():
            _may_excuse(ticket, entry, event)
        case Supervised() | SupervisionAnswered() | SupervisionCleared():
            _may_supervise(ticket, event)
        case CallbackQueued():
            _may_queue(ticket, entry)
        case _:
            pass


def _may_transfer(ticket: Ticket, entry: Entry, event: Transferred) -> None:
    if event.to_area == ticket.area:
        raise Contradiction("转入单位与现单位相同,请重选", field="to_area")
    by_order = entry.by.role in BY_ORDER
    if ticket.returned_n >= 2 and not (by_order and event.by_order):
        raise NeedsOrder(f"工单 {ticket.ticket_no} 已两次退单,须由省监控裁定派发", returned_n=ticket.returned_n)
    if ticket.stage is not Stage.RETURNED and not by_order:
        raise NeedsOrder(f"工单 {ticket.ticket_no} 未退单,转单位须由省监控裁定")


def _may_wait(ticket: Ticket, entry: Entry, event: Suspended | Resumed) -> None:
    if ticket.stage is Stage.MERGED and entry.by.role != "SYSTEM":
        raise WaitsWithParent(
            f"工单 {ticket.ticket_no} 已归并,随主单挂起和恢复;请在主单上办理,或先解除归并", into=ticket.merged_into
        )
    if isinstance(event, Resumed):
        if not ticket.flags.suspended:
            raise NotSuspended(f"工单 {ticket.ticket_no} 未挂起")
        return
    if ticket.suspended_until is not None:
        until = ticket.suspended_until.astimezone(CHINA)
        raise AlreadySuspended(f"工单 {ticket.ticket_no} 已挂起至 {until:%m-%d %H:%M};如需延长请先解除再重新审批")
    if event.reason is SuspendReason.OFF_PEAK and ticket.powered_at is None:
        raise NotPowered("错峰抢修前须先保障用电:请先接入发电车并记事“应急供电已接入”,或改选挂起原因", field="reason")
    if event.until_at <= entry.at_claimed:
        raise Contradiction("挂起截止时间须晚于现在,请重填", field="until_at")


def _may_excuse(ticket: Ticket, entry: Entry, event: Excused) -> None:
    if event.reason is ExcuseReason.WEATHER and event.order_id is None:
        raise MissingField("以恶劣天气说明延时,须有该地区该时段有效的恶劣天气令", field="order_id")
    if not ticket.reported_at <= event.told_at <= entry.at_server:
        raise Contradiction("告知客户的时间须在受理之后、现在之前,请核对后重填", field="told_at")


def _may_supervise(ticket: Ticket, event: Supervised | SupervisionAnswered | SupervisionCleared) -> None:
    known: Supervision | None = next((s for s in ticket.supervisions if s.no == event.no), None)
    if isinstance(event, Supervised):
        if known is not None:
            raise Contradiction(f"督办单 {event.no} 已存在", field="no")
        return
    if known is None:
        raise NoSuchSupervision(f"工单 {ticket.ticket_no} 没有督办单 {event.no},请核对编号", field="no")
    if isinstance(event, SupervisionAnswered):
        if known.answered_at is not None:
            raise AlreadyAnswered(f"督办单 {event.no} 已答复", field="no")
    elif known.cleared_at is not None:
        raise AlreadyAnswered(f"督办单 {event.no} 已消除", field="no")
    elif known.answered_at is None:
        raise NotAnswered(f"督办单 {event.no} 尚未答复,请先由承办单位答复再消除", field="no")


def _may_queue(ticket: Ticket, entry: Entry) -> None:
    if ticket.flags.contradicted:
        raise NeedsDecision(f"工单 {ticket.ticket_no} 有未裁定的矛盾报告,请先裁定")
    if ticket.flags.doubtful and entry.by.role != "REPLY_AUDITOR":
        raise NeedsAudit(f"工单 {ticket.ticket_no} 的现场记录可信度不足,须由回单审核员审核后转回访")
