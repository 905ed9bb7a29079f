"""
Several tickets of one fault point (归并): the parent is worked on, its children follow. Domain 2.8.

A child is reached when the parent's crew is (2.8.4), shows the parent's ETR (2.8.3), waits while the parent waits and
is restored with it, in the same transaction; what the parent's crew reports late reaches it too. If the parent turns
out to be no common fault (cancelled, inside the customer's house, nothing found), its children stand on their own feet
again.
"""

from dataclasses import dataclass
from datetime import datetime

from dispatch.accounts.model import SYSTEM, Account
from dispatch.desk.acting import caught_up, make, permit
from dispatch.desk.commanding import command
from dispatch.desk.room import Desk, Once, Report
from dispatch.kit.db import Connection
from dispatch.kit.rulepack import RulePack
from dispatch.outages import network
from dispatch.tickets import guards, limits, proposals, store
from dispatch.tickets.events import (
    Arrived,
    Backfilled,
    Cancelled,
    Event,
    Followed,
    Located,
    Merged,
    Progressed,
    Restored,
    Resumed,
    Suspended,
    Unmerged,
)
from dispatch.tickets.guards import Contradiction, NotMergeable
from dispatch.tickets.model import Ticket
from dispatch.tickets.proposals import PARENTS
from dispatch.tickets.words import Result, Source

from . import proposing

# Steps of a parent that its children follow.
TELLING = (Arrived, Located, Progressed, Restored, Cancelled, Suspended, Resumed, Backfilled)
# All that are or were merged into a parent and go on, locked: a late arrival concerns those restored with it too.
FAMILY = """
SELECT doc, head FROM ticket
WHERE incident_id = $1 AND id <> $1 AND is_open AND doc->>'merged_into' = $1 ORDER BY id FOR NO KEY UPDATE
"""
SIBLINGS = "SELECT doc, head FROM ticket WHERE incident_id = $1 AND id <> $1 AND stage = 'merged' ORDER BY id"
OUTAGE = """
SELECT EXISTS (SELECT FROM outage WHERE incident_ticket_id = $1 AND state <> 'ended' AND node = ANY($2::text[]))
"""


class NotProven(NotMergeable):
    """Nothing that is known shows that the two are one fault point."""


@dataclass(frozen=True, slots=True)
class Said:
    """Why two tickets are one fault point; ``override``: on whose word alone."""

    evidence: str
    override: str | None = None


async def _needed(
    tx: Connection, desk: Desk, child: Ticket, parent: Ticket, *, override: str | None, by: Account
) -> str | None:
    """Return the override if the merging needs it, None if what is known proves it."""
    doubt = await _doubt(tx, desk, child, parent)
    if doubt is None:
        return None
    if override is None:
        raise NotProven(f"{doubt},不得归并;确为同一故障点的,由省监控填写“越权归并理由”后归并", field="override")
    permit(desk, by, "ticket.merge-override", child)
    return override


async def merge(
    desk: Desk,
    ticket_id: str,
    *,
    into: str,
    evidence: str,
    override: str | None = None,
    by: Account,
    report: Report,
    at: datetime,
    once: Once | None = None,
) -> Ticket:
    """
    Merge a ticket into the parent of the same fault point; return the child.

    :param evidence: why they are one fault; nothing is merged silently
    :param override: why they are one though nothing that is known shows it; kept where it was needed
    :raises NotMergeable: what domain 2.8.2 keeps apart, or if the parent cannot have children
    :raises NotProven: if nothing known shows that they are one fault point, and nobody answers for it
    :raises Forbidden: if ``by`` may not override that
    """
    if into == ticket_id:
        raise Contradiction("不能把工单并入其自身,请另选主单", field="into")

    async def decide(tx: Connection, child: Ticket) -> Ticket:
        parent = await store.load(tx, into)
        permit(desk, by, "ticket.read", parent)
        await _check_pair(tx, child, parent)
        said = Said(evidence, await _needed(tx, desk, child, parent, override=override, by=by))
        return await put_in(tx, desk, child, parent, said=said, etr_at=parent.etr_at, by=by, report=report, at=at)

    async def lock_parent(tx: Connection) -> Ticket:
        return await store.load(tx, into, lock=True)

    return await command(
        desk, ticket_id, decide, action="ticket.merge", by=by, version=report.version, once=once, outer=lock_parent
    )


async def put_in(
    tx: Connection,
    desk: Desk,
    child: Ticket,
    parent: Ticket,
    *,
    said: Said,
    etr_at: datetime | None,
    by: Account = SYSTEM,
    report: Report | None = None,
    at: datetime,
) -> Ticket:
    """
    Merge a ticket into a parent that may have it; where the parent waits, it waits from now on too.

    :param etr_at: when its supply is expected back
    """
    event = Merged(
        into=parent.id,
        incident_id=parent.incident_id,
        evidence=said.evidence,
        override=said.override,
        arrived_at=parent.arrived_at,
        etr_at=etr_at,
    )
    child = await make(tx, desk, child, event, by=by, report=report or Report(), at=at)
    if (waits := _waiting(parent, child, at)) is None:
        return child
    return await make(tx, desk, child, waits, by=SYSTEM, report=Report(), at=at)


def _waiting(parent: Ticket, child: Ticket, at: datetime) -> Suspended | None:
    """Return what lets a child wait as long as its parent does; None if there is nothing to wait for."""
    reason, until_at = parent.suspend_reason, parent.suspended_until
    if reason is None or until_at is None or child.flags.suspended or until_at <= max(at, child.last_at):
        return None
    return Suspended(reason=reason, text=f"随主单 {parent.ticket_no} 挂起", until_at=until_at)


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


async def _doubt(tx: Connection, desk: Desk, child: Ticket, parent: Ticket) -> str | None:
    """Return what speaks against a merge by hand; it is held to what a proposal is (2.8.1, 2.8.2). None: nothing."""
    if desk.pack.merging is None:
        return None
    if why := guards.stands_apart(parent):
        return f"主单 {parent.ticket_no} {why}"
    family = [parent, *(store.ticket_of(row) for row in await tx.fetch(SIBLINGS, parent.id))]
    mine, *theirs = await proposing.with_supplies(tx, [child, *family])
    if any(proposals.evidence(mine, other, desk.pack.merging) for other in theirs):
        return None
    path = network.codes(await network.path(tx, child.account_no)) if child.account_no else []
    if path and await tx.fetchval(OUTAGE, parent.id, path):
        return None
    return f"工单 {child.ticket_no} 与主单 {parent.ticket_no} 的设备、位置、时间、现象均不能证明是同一故障点"


async def follow(
    tx: Connection, desk: Desk, parent: Ticket, event: Event, *, by: Account, report: Report, at: datetime
) -> None:
    """Let the children of a parent follow the step it just took."""
    if not isinstance(event, TELLING) or parent.incident_id != parent.id:
        return
    for child in await _followers(tx, desk, parent, event, at=at):
        claimed = max(report.claimed_at or at, child.last_at)
        told = Report(claimed_at=claimed, source=Source.SYSTEM)
        pack = desk.packs.get(child.pack)
        for consequence in consequences(parent, event, child, pack, at=at):
            who = SYSTEM if isinstance(consequence, Suspended | Resumed) else by
            child = await make(tx, desk, child, consequence, by=who, report=told, at=at)


async def _followers(tx: Connection, desk: Desk, parent: Ticket, event: Event, *, at: datetime) -> list[Ticket]:
    """Return the children that a step concerns; those whose own wait is over by now go on before they wait again."""
    if isinstance(event, Backfilled):
        return [store.ticket_of(row) for row in await tx.fetch(FAMILY, parent.id)]
    found = await store.children(tx, parent.id)
    if isinstance(event, Suspended | Resumed):
        return [await caught_up(tx, desk, child, at=at) for child in found]
    return found


def consequences(parent: Ticket, event: Event, child: Ticket, pack: RulePack, *, at: datetime) -> list[Event]:
    """Return what the parent's step makes of one child, which is under ``pack``."""
    match event:
        case Suspended() | Resumed():
            return _paused(parent, event, child, at)
        case Backfilled():
            return _caught_up_with(parent, event, child, pack)
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


def _paused(parent: Ticket, event: Suspended | Resumed, child: Ticket, at: datetime) -> list[Event]:
    if isinstance(event, Resumed):
        return [Resumed(text=f"随主单 {parent.ticket_no} 恢复")] if child.flags.suspended else []
    waits = _waiting(parent, child, at)
    return [] if waits is None else [waits]


def _caught_up_with(parent: Ticket, event: Backfilled, child: Ticket, pack: RulePack) -> list[Event]:
    """Return what a child learns from a step of its parent that was entered late."""
    told: dict[str, object] = {}
    with_parent = child.arrived_at is None or child.reached_with is not None  # not by a crew of its own
    if isinstance(event.step, Arrived) and parent.arrived_at is not None and with_parent:
        reached = max(child.reported_at, parent.arrived_at)
        if reached != child.arrived_at and (child.restored_at is None or reached <= child.restored_at):
            kept = event.in_time and reached <= limits.arrival_due(child, pack)
            told = {"arrived_at": parent.arrived_at, "in_time": kept}
    if child.restored_at is None and parent.etr_at is not None and parent.etr_at != child.etr_at:
        told["etr_at"] = parent.etr_at
    return [Followed.model_validate(told)] if told else []
