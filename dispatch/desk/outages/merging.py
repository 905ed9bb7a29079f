"""
Several tickets of one fault point (归并): the parent is worked on, its children follow. Domain 2.8.

A child is reached when the parent's crew is (2.8.4), shows the parent's ETR (2.8.3) and is restored with it, in the
same transaction. If the parent turns out to be no common fault (cancelled, inside the customer's house, nothing found),
its children stand on their own feet again.
"""

from datetime import datetime

from dispatch.accounts.model import Account
from dispatch.desk import idempotency
from dispatch.desk.acting import expect, make, permit
from dispatch.desk.room import Desk, Once, Report
from dispatch.kit.db import Connection
from dispatch.tickets import guards, store
from dispatch.tickets.events import (
    Arrived,
    Cancelled,
    Event,
    Followed,
    Located,
    Merged,
    Progressed,
    Restored,
    Unmerged,
)
from dispatch.tickets.guards import Contradiction, NotMergeable
from dispatch.tickets.model import Ticket, document
from dispatch.tickets.proposals import PARENTS
from dispatch.tickets.words import Result, Source

TELLING = (Arrived, Located, Progressed, Restored, Cancelled)  # steps of a parent that its children follow


async def merge(
    desk: Desk,
    ticket_id: str,
    *,
    into: str,
    evidence: str,
    by: Account,
    report: Report,
    at: datetime,
    once: Once | None = None,
) -> Ticket:
    """
    Merge a ticket into the parent of the same fault point; return the child.

    :param evidence: why they are one fault; nothing is merged silently
    :raises NotMergeable: what domain 2.8.2 keeps apart, or if the parent cannot have children
    """
    if into == ticket_id:
        raise Contradiction("不能把工单并入其自身,请另选主单", field="into")
    async with desk.db.transaction() as tx:
        parent = await store.load(tx, into, lock=True)
        child = await store.load(tx, ticket_id, lock=True)
        if (first := await idempotency.find(tx, by, once)) is not None:
            return Ticket.model_validate_json(first)
        permit(desk, by, "ticket.merge", child)
        permit(desk, by, "ticket.read", parent)
        await expect(tx, child, report.version)
        await _check_pair(tx, child, parent)
        event = Merged(
            into=parent.id,
            incident_id=parent.incident_id,
            evidence=evidence,
            arrived_at=parent.arrived_at,
            etr_at=parent.etr_at,
        )
        after = await make(tx, desk, child, event, by=by, report=report, at=at)
        await idempotency.remember(tx, by, once, document(after))
        return after


async def _check_pair(tx: Connection, child: Ticket, parent: Ticket) -> None:
    """:raises NotMergeable: if the one cannot be the parent of the other"""
    guards.may_merge(child)
    if parent.stage not in PARENTS:
        raise NotMergeable(
            f"主单 {parent.ticket_no} 当前为“{parent.stage.label}”,主单须已接单且尚未复电,请另选主单",
            stage=parent.stage.value,
        )
    if parent.category in guards.NEVER_MERGED:
        raise NotMergeable(f"主单 {parent.ticket_no} 为{parent.category.label},不会影响其他客户,请另选主单")
    if await store.children(tx, child.id):
        raise NotMergeable(f"工单 {child.ticket_no} 已有副单,请改为把另一单并入本单,或先解除归并")


async def follow(
    tx: Connection, desk: Desk, parent: Ticket, event: Event, *, by: Account, report: Report, at: datetime
) -> None:
    """Let the children of a parent follow the step it just took."""
    if not isinstance(event, TELLING) or parent.incident_id != parent.id:
        return
    for child in await store.children(tx, parent.id):
        claimed = max(report.claimed_at or at, child.last_at)
        told = Report(claimed_at=claimed, source=Source.SYSTEM)
        for consequence in consequences(parent, event, child):
            child = await make(tx, desk, child, consequence, by=by, report=told, at=at)


def consequences(parent: Ticket, event: Event, child: Ticket) -> list[Event]:
    """Return what the parent's step makes of one child."""
    match event:
        case Restored(result=Result.RESTORED):
            done = {"cause_l1": parent.cause_l1, "cause_l2": parent.cause_l2, "ownership": parent.ownership}
            return [Restored(field_record=f"随主单 {parent.ticket_no} 复电", **done)]
        case Restored(result=result):
            return [Unmerged(reason=f"主单 {parent.ticket_no}{result.label},不是共同故障")]
        case Cancelled():
            return [Unmerged(reason=f"主单 {parent.ticket_no} 已取消")]
        case Arrived():
            return [Followed(arrived_at=parent.arrived_at)]
        case Located() | Progressed() if parent.etr_at is not None and parent.etr_at != child.etr_at:
            return [Followed(etr_at=parent.etr_at)]
        case _:
            return []
