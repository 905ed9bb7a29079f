"""When an outage is expected to end, as far as a plan for generator trucks must know: by whose word, or estimated."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from dispatch.desk.outages.restoration import Estimate, foretell_all
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


async def backs_of(desk: Desk, repairs: Iterable[tuple[Outage, Ticket | None]], *, at: datetime) -> dict[str, Back]:
    """
    Return of each outage, by id, when it ends: by the crew's word or what was announced, else as foretold, else by the
    rule pack. What must be foretold is foretold together: a storm has hundreds of outages.

    :param repairs: each outage with the ticket that it is repaired by, if there is one
    """
    found = {outage.id: (outage, head, _by_word(outage, head, at=at)) for outage, head in repairs}
    asked = {head.id: head for _, head, said in found.values() if said is None and head is not None and _stands(head)}
    foretold = await foretell_all(desk, list(asked.values()), at=at) if asked else {}
    return {
        name: said or _estimated(desk, outage, foretold.get(head.id) if head is not None else None, head, at=at)
        for name, (outage, head, said) in found.items()
    }


def _stands(head: Ticket) -> bool:
    """Tell whether somebody is still to repair it by this ticket."""
    return head.is_open and head.restored_at is None and head.merged_into is None


def _by_word(outage: Outage, head: Ticket | None, *, at: datetime) -> Back | None:
    for moment, whose in _said(outage, head):
        if moment > max(at, outage.begins_at):
            return Back(moment, moment, f"{_told(moment)}({whose})")
    return None


def _estimated(desk: Desk, outage: Outage, found: Estimate | None, head: Ticket | None, *, at: datetime) -> Back:
    if found is not None:
        return Back(found.p50_at, found.p90_at, _told(found.p50_at), f"预计复电时间按{found.source.label}估计")
    rules = desk.pack.generating
    span, why = (rules.overdue, "原定复电时间已过") if _said(outage, head) else (rules.restoration, "尚无预计复电时间")
    moment = max(at, outage.begins_at) + span.duration
    word = f"预计复电时间按{why}时 {span.duration.total_seconds() / 3600:g} 小时后估计"
    return Back(moment, moment, _told(moment), word)


def _told(moment: datetime) -> str:
    return f"预计{moment.astimezone(CHINA):%m-%d %H:%M}复电"


def _said(outage: Outage, head: Ticket | None) -> list[tuple[datetime, str]]:
    """Return what people said, the surest first."""
    whose = "停电信息" if head is None or head.located_at is None else "班组上报"
    found = [
        (None if head is None else head.etr_at, whose),
        (outage.etr_at, "停电信息"),
        (outage.ends_at if outage.is_planned else None, "计划送电"),
    ]
    return [(moment, who) for moment, who in found if moment is not None]
