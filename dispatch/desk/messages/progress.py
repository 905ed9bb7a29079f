"""How far a repair is, in a customer's words: from where the ticket stands, never from what people wrote about it."""

from datetime import datetime, timedelta

from dispatch.notify.templates import written
from dispatch.tickets.model import Ticket
from dispatch.tickets.terms import ChaseTarget
from dispatch.tickets.words import Stage

CHASED = {
    ChaseTarget.UNIT: "属地供电单位",
    ChaseTarget.CREW: "抢修队",
    ChaseTarget.WORK: "抢修队和供电所",
}
WAITING = {
    Stage.ACCEPTED: "已受理,正在安排抢修队伍",
    Stage.MERGED: "所在线路故障正在抢修",
}
UNDER_WAY = frozenset({Stage.DISPATCHED, Stage.CREW_ACCEPTED, Stage.EN_ROUTE})
AT_WORK = frozenset({Stage.LOCATED, Stage.REPAIRING})


def progress(ticket: Ticket, at: datetime) -> str:
    """Return how far it is; a time that has passed is not promised again."""
    if ticket.restored_at is not None:
        return f"已于{written(ticket.restored_at)}处理完毕"
    if ticket.flags.suspended:
        return "现场暂不具备施工条件,具备后立即继续抢修" + _back(ticket, at)
    if ticket.stage in UNDER_WAY:
        return _coming(ticket, at)
    if ticket.stage is Stage.ARRIVED and ticket.arrived_at is not None:
        return f"抢修人员已于{written(ticket.arrived_at)}到达现场,正在查找故障" + _back(ticket, at)
    if ticket.stage in AT_WORK:
        return "故障点已查明,正在抢修" + _back(ticket, at)
    return WAITING.get(ticket.stage, "正在安排受理") + _back(ticket, at)


def arriving(ticket: Ticket) -> datetime | None:
    """Return when the crew that is on its way was to be there; None: none is."""
    crew = ticket.crew
    return None if crew is None or crew.arrived_at is not None else crew.sent_at + timedelta(seconds=crew.eta_s)


def _coming(ticket: Ticket, at: datetime) -> str:
    name = ticket.crew.crew_name if ticket.crew else "抢修人员"
    eta_at = arriving(ticket)
    when = f",预计{written(eta_at)}到达" if eta_at is not None and eta_at > at else ""
    return f"{name}正在赶往现场{when}"


def _back(ticket: Ticket, at: datetime) -> str:
    return f",预计{written(ticket.etr_at)}恢复供电" if ticket.etr_at is not None and ticket.etr_at > at else ""
