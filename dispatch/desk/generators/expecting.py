"""When an outage is expected to end, as far as a plan for generator trucks must know: by whose word, or estimated."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.desk.outages.restoration import foretell
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.outages.model import Outage
from dispatch.tickets.model import Ticket


@dataclass(frozen=True, slots=True)
class Back:
    """
    When supply is expected back.

    :param p50_at: as likely as not; ``p90_at``: nine times of ten
    :param sentence: by whose word
    :param estimate: how it was estimated, where nobody's word holds; else empty
    """

    p50_at: datetime
    p90_at: datetime
    sentence: str
    estimate: str = ""


async def back_of(desk: Desk, outage: Outage, head: Ticket | None, *, at: datetime) -> Back:
    """
    Return when an outage ends: by the crew's word or what was announced, else as foretold, else by the rule pack.

    :param head: the ticket that it is repaired by, if there is one
    """
    said = _said(outage, head)
    for moment, whose in said:
        if moment > max(at, outage.begins_at):
            return Back(moment, moment, f"预计{moment.astimezone(CHINA):%m-%d %H:%M}复电({whose})")
    if head is not None and head.is_open and head.restored_at is None:
        found = await foretell(desk, head, at=at)
        word = f"预计复电时间按{found.source.label}估计"
        return Back(found.p50_at, found.p90_at, f"预计{found.p50_at.astimezone(CHINA):%m-%d %H:%M}复电", word)
    rules = desk.pack.generating
    span, why = (rules.overdue, "原定复电时间已过") if said else (rules.restoration, "尚无预计复电时间")
    moment = max(at, outage.begins_at) + span.duration
    word = f"预计复电时间按{why}时 {span.duration.total_seconds() / 3600:g} 小时后估计"
    return Back(moment, moment, f"预计{moment.astimezone(CHINA):%m-%d %H:%M}复电", word)


def _said(outage: Outage, head: Ticket | None) -> list[tuple[datetime, str]]:
    """Return what people said, the surest first."""
    whose = "停电信息" if head is None or head.located_at is None else "班组上报"
    found = [
        (None if head is None else head.etr_at, whose),
        (outage.etr_at, "停电信息"),
        (outage.ends_at if outage.is_planned else None, "计划送电"),
    ]
    return [(moment, who) for moment, who in found if moment is not None]
