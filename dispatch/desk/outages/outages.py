"""
Outages and the tickets they are repaired by: opened when confirmed, joined by callers, ended when the supply is back.

A confirmed fault has one incident ticket: the earliest one that a customer of it opened, or one of our own (主动抢修).
All of it happens under the county's lock, so that there is never a second outage for one fault.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dispatch.accounts import rights
from dispatch.accounts.model import SYSTEM, Account
from dispatch.desk.acting import make
from dispatch.desk.commanding import command
from dispatch.desk.generators import ending
from dispatch.desk.ids import new_id, ticket_number
from dispatch.desk.intake.knowing import etr_of, rule_of
from dispatch.desk.intake.placing import place
from dispatch.desk.room import Desk, Once, Report, actor
from dispatch.kit.db import Connection
from dispatch.kit.errors import Refusal
from dispatch.outages import evidence, network, prose, rollup, store
from dispatch.outages.model import Node, NodeKind, Outage, OutageKind, OutageState
from dispatch.tickets import guards
from dispatch.tickets import store as tickets
from dispatch.tickets.events import Corrected, Event, Followed, Restored, Submitted
from dispatch.tickets.guards import NotMergeable
from dispatch.tickets.lifecycle import WITH_CREW, WORKING
from dispatch.tickets.model import Ticket
from dispatch.tickets.rows import Call
from dispatch.tickets.store import Opening
from dispatch.tickets.words import CallOutcome, Category, Channel, Level, Result, Source, Stage, Symptom

from . import merging

NEST = "UPDATE incident SET nested_in = $2 WHERE id = $1"
WAITING = frozenset({Stage.SUBMITTED, Stage.ACCEPTED})  # may still become somebody's child
PARENTS = WAITING | WITH_CREW | WORKING
HIGH = frozenset({NodeKind.SUBSTATION, NodeKind.FEEDER, NodeKind.LATERAL, NodeKind.TRANSFORMER})
# Open tickets of customers below a node who reported that the power is gone, and are nobody's child.
BELOW = """
WITH RECURSIVE down AS (
    SELECT code FROM network_node WHERE code = $1
    UNION
    SELECT n.code FROM network_node AS n JOIN down ON n.parent = down.code
)
SELECT doc, head FROM ticket
WHERE is_open AND area = $2 AND reported_at >= $3 AND stage = ANY($4::text[])
  AND doc->>'symptom' IN ('no_power_one', 'no_power_many', 'no_power_area')
  AND doc->>'account_no' IN (SELECT code FROM down)
ORDER BY reported_at, id FOR NO KEY UPDATE
"""


class NotInOutage(Refusal):
    """The customer does not hang on what is dark."""


class OutageOver(Refusal):
    """The outage has ended; nobody can join it."""


@dataclass(frozen=True, slots=True)
class Cause:
    """How an outage came to be known."""

    source: str  # an account, or the system that says so
    begins_at: datetime
    text: str = ""
    nested_in: str | None = None


async def confirm(
    tx: Connection,
    desk: Desk,
    area: str,
    dark: Collection[str],
    *,
    cause: Cause,
    at: datetime,
    live: Collection[str] = (),
) -> list[Outage]:
    """
    Make the outages that devices known to be dark mean, each with its ticket; return the new ones.

    What stands already below a new one becomes part of it; what lies under one that stands, or under a permit, is no
    new one. The caller holds the county's lock (``store.alone``).
    """
    standing = await store.standing(tx, area)
    faults = [outage for outage in standing if not outage.is_planned]
    known = {*dark, *(outage.node for outage in faults)}
    tree = await network.tree(tx, known)
    tops = rollup.risen(tree, known, live=live, siblings=rule_of(desk).siblings.value)
    off = {outage.node for outage in standing if outage.is_dark or outage.covers(at)}
    new = [code for code in sorted(tops) if not off.intersection(tree.line(code))]
    return [
        await _open(tx, desk, code, [o for o in faults if code in tree.line(o.node)], cause=cause, at=at)
        for code in new
    ]


async def _open(
    tx: Connection, desk: Desk, code: str, part_of_it: Sequence[Outage], *, cause: Cause, at: datetime
) -> Outage:
    """Open a fault outage; those that turn out to be part of it end in it."""
    path = await network.load_path(tx, code)
    extent, middle = await network.extent(tx, code)
    outage = Outage(
        id=new_id(at),
        kind=OutageKind.FAULT,
        node=code,
        area=path[0].area,
        begins_at=min([cause.begins_at, *(outage.begins_at for outage in part_of_it)]),
        ends_at=None,
        etr_at=None,
        state=OutageState.ACTIVE,
        cause=cause.text,
        incident_ticket_id=None,
        source=cause.source,
        text=prose.scope(path, extent),
        nested_in=cause.nested_in,
    )
    parent, others = await _reported(tx, desk, outage, part_of_it)
    if parent is None:
        parent = await _open_ticket(tx, desk, outage, path, _site(path[0]) or middle, extent.households, at=at)
        await nested_in(tx, parent)
    else:
        said = Corrected(reason="停电研判确认", diagnosis=outage.text[:500], customers_out=extent.households)
        parent = await make(tx, desk, parent, said, by=SYSTEM, report=Report(), at=at)
    outage = replace(outage, incident_ticket_id=parent.id)
    await store.add(tx, outage)
    for part in part_of_it:
        await store.change(tx, replace(part, state=OutageState.ENDED, ends_at=at, absorbed_by=outage.id))
    for child in others:
        if not await tickets.children(tx, child.id):
            await _join(tx, desk, outage, parent, child, at=at)
    return outage


async def _reported(
    tx: Connection, desk: Desk, outage: Outage, part_of_it: Sequence[Outage]
) -> tuple[Ticket | None, list[Ticket]]:
    """Return the ticket that the incident is repaired by, if customers opened one, and those that may join it."""
    since = outage.begins_at - rule_of(desk).calls_window.duration
    rows = await tx.fetch(BELOW, outage.node, outage.area, since, [stage.value for stage in PARENTS])
    reported = [ticket for ticket in map(tickets.ticket_of, rows) if _may_join(ticket)]
    earlier = [await tickets.find(tx, part.incident_ticket_id or "", lock=True) for part in part_of_it]
    led = [ticket for ticket in earlier if ticket is not None and ticket.stage in PARENTS]
    everyone = {ticket.id: ticket for ticket in [*led, *reported]}
    ranked = sorted(
        everyone.values(), key=lambda t: (t.stage in WAITING, t.id not in {x.id for x in led}, t.reported_at)
    )
    if not ranked:
        return None, []
    return ranked[0], [ticket for ticket in ranked[1:] if ticket.stage in WAITING and _may_join(ticket)]


def _may_join(ticket: Ticket) -> bool:
    try:
        guards.may_merge(ticket)
    except NotMergeable:
        return False
    return True


async def _open_ticket(
    tx: Connection,
    desk: Desk,
    outage: Outage,
    path: Sequence[Node],
    point: tuple[float, float] | None,
    households: int,
    *,
    at: datetime,
) -> Ticket:
    """Open a repair ticket that no customer asked for (主动抢修)."""
    node, (lon, lat) = path[0], point or (None, None)
    placed = place(desk, lon=lon, lat=lat, county=outage.area)
    call_id = new_id(at)
    outer = (await store.load(tx, outage.nested_in)).incident_ticket_id if outage.nested_in else None
    event = Submitted(
        ticket_no=ticket_number(at, int(await tx.fetchval("SELECT nextval('ticket_number')"))),
        pack=desk.pack.key,
        area=outage.area,
        call_id=call_id,
        channel=Channel.ACTIVE,
        reported_at=at,
        place_unresolved=placed.unresolved,
        address="".join(above.name for above in reversed(path[:3]))[:300],
        lon=lon,
        lat=lat,
        area_class=placed.area_class,
        symptom=Symptom.NO_POWER_AREA if node.kind in HIGH else Symptom.NO_POWER_MANY,
        category=Category.HV if node.kind in HIGH else Category.LV,
        level=Level.URGENT,
        hazard=False,
        account_no=node.code if node.kind is NodeKind.ACCOUNT else None,
        feeder=_code_of(path, NodeKind.FEEDER),
        transformer_area=_code_of(path, NodeKind.TRANSFORMER),
        diagnosis=outage.text[:500],
        customers_out=households,
        nested_in=outer,
        dark_since=outage.begins_at if outer else None,
    )
    return await _opened(tx, desk, event, at=at)


def _site(node: Node) -> tuple[float, float] | None:
    return None if node.lon is None or node.lat is None else (node.lon, node.lat)


async def _opened(tx: Connection, desk: Desk, event: Submitted, *, at: datetime) -> Ticket:
    """Open the ticket of a call that nobody made."""
    ticket_id = new_id(at)
    call = Call(event.call_id, event.area, Channel.ACTIVE, "", SYSTEM.id, at, CallOutcome.TICKET, ticket_id=ticket_id)
    opening = Opening(ticket_id, event, call, actor(SYSTEM), Source.SYSTEM, at, desk.pack)
    (ticket,) = await tickets.open_many(tx, [opening])
    return ticket


def _code_of(path: Sequence[Node], kind: NodeKind) -> str | None:
    return next((node.code for node in path if node.kind is kind), None)


async def _join(tx: Connection, desk: Desk, outage: Outage, parent: Ticket, child: Ticket, *, at: datetime) -> Ticket:
    """Merge a customer's ticket into the incident's, saying why."""
    evidence = f"户号 {child.account_no} 在停电 {outage.id} 的供电路径上:{outage.text}"[:500]
    return await merging.put_in(
        tx, desk, child, parent, said=merging.Said(evidence), etr_at=etr_of(outage, parent), at=at
    )


async def nested_in(tx: Connection, ticket: Ticket) -> None:
    """Keep with a ticket's incident in which one it is nested."""
    if ticket.nested_in is not None:
        await tx.execute(NEST, ticket.id, ticket.nested_in)


async def attach(
    desk: Desk, outage_id: str, ticket_id: str, *, by: Account, at: datetime, once: Once | None = None
) -> Ticket:
    """
    Let the ticket of a caller join the incident of a known outage; return it. One of planned work that overruns
    becomes urgent instead.

    :raises NotInOutage: if the customer does not hang on what is dark
    :raises OutageOver: if it has ended, or nobody repairs it
    :raises NotMergeable: a hazard, a protected customer, or what else domain 2.8.2 keeps apart
    """
    rights.check(by, "call.log", covers=desk.areas.covers)

    async def lock_outage(tx: Connection) -> Ticket | None:
        outage = await store.load(tx, outage_id, lock=True)
        return await tickets.find(tx, outage.incident_ticket_id or "", lock=True)

    async def decide(tx: Connection, child: Ticket) -> Ticket:
        outage = await store.load(tx, outage_id)
        await _check_place(tx, outage, child)
        parent = await tickets.find(tx, outage.incident_ticket_id or "")
        return await _attached(tx, desk, outage, parent, child, at=at)

    return await command(desk, ticket_id, decide, action="ticket.read", by=by, once=once, outer=lock_outage)


async def _attached(
    tx: Connection, desk: Desk, outage: Outage, parent: Ticket | None, child: Ticket, *, at: datetime
) -> Ticket:
    if outage.is_planned and outage.ends_at is not None and outage.ends_at <= at:
        if child.level is Level.URGENT:
            return child
        late = Corrected(reason=f"计划停电 {outage.id} 到时未送电", level=Level.URGENT)
        return await make(tx, desk, child, late, by=SYSTEM, report=Report(), at=at)
    if not outage.covers(at) or parent is None or parent.stage not in PARENTS:
        raise OutageOver("该停电已结束或没有正在抢修的主单,不能归并,请按普通工单处理", field="outage_id")
    if child.id == parent.id:
        return child
    guards.may_merge(child)
    if await tickets.children(tx, child.id):
        raise NotMergeable(f"工单 {child.ticket_no} 已有副单,不能再并入,请先解除归并", field="ticket_id")
    return await _join(tx, desk, outage, parent, child, at=at)


async def join_known(tx: Connection, desk: Desk, ticket: Ticket, *, at: datetime) -> Ticket | None:
    """
    Let a ticket that goes on join the fault that is known to leave its customer dark, and that is being mended.

    :return: the ticket merged; None if no such fault is known
    """
    path = await network.path(tx, ticket.account_no) if ticket.account_no else []
    for outage in await store.on_path(tx, network.codes(path), ended_after=at):
        if outage.is_planned or not outage.covers(at):
            continue
        parent = await tickets.find(tx, outage.incident_ticket_id or "", lock=True)
        if parent is not None and parent.id != ticket.id and parent.stage in PARENTS:
            return await _join(tx, desk, outage, parent, ticket, at=at)
    return None


async def _check_place(tx: Connection, outage: Outage, ticket: Ticket) -> None:
    """:raises NotInOutage: unless the customer hangs on the outage's node"""
    path = await network.path(tx, ticket.account_no) if ticket.account_no else []
    if outage.node not in network.codes(path):
        raise NotInOutage(
            f"工单 {ticket.ticket_no} 的户号不在该停电的供电路径上,请核对户号,或由指挥员研判后归并",
            field="account_no",
            node=outage.node,
        )


async def follow(tx: Connection, desk: Desk, ticket: Ticket, event: Event, *, at: datetime) -> None:
    """
    End the outages that a ticket was to repair when its crew says that the supply is back.

    :param at: when the step is said to have been taken
    """
    if isinstance(event, Restored) and event.result is Result.RESTORED:
        for outage in await store.of_ticket(tx, ticket.id):
            await end(tx, desk, outage, at=at)


async def end(tx: Connection, desk: Desk, outage: Outage, *, at: datetime) -> Outage:
    """
    End an outage; what is still dark below it is listed, and becomes an outage of its own, dark since the beginning.

    :param at: when the supply came back
    """
    at = max(at, outage.begins_at)
    states = await evidence.below(tx, [outage.node], since=at)
    dark, live = _by_light(states)
    tops: set[str] = set()
    if dark:
        tree = await network.tree(tx, dark)
        tops = rollup.risen(tree, dark, live=live, siblings=rule_of(desk).siblings.value) - {outage.node}
    over = replace(outage, state=OutageState.ENDED, ends_at=at, remainder=tuple(sorted(tops)))
    await store.change(tx, over)
    await _nest(tx, desk, over, tops, at=at)
    await ending.follow(tx, desk, over, at=at)
    return over


def _by_light(states: Sequence[evidence.State]) -> tuple[set[str], set[str]]:
    """Return the nodes whose meters said dark, and those that said live."""
    dark = {state.code for state in states if not state.reading.live}
    return dark, {state.code for state in states} - dark


async def _nest(tx: Connection, desk: Desk, over: Outage, tops: Collection[str], *, at: datetime) -> list[Outage]:
    """Open a nested outage for each device that was left dark; a single customer's ticket speaks for himself."""
    found = await network.nodes(tx, tops)
    cause = Cause(SYSTEM.id, over.begins_at, f"停电 {over.id} 复电后仍无电", nested_in=over.id)
    devices = sorted(code for code, node in found.items() if node.kind is not NodeKind.ACCOUNT)
    return [outage for code in devices for outage in await confirm(tx, desk, over.area, [code], cause=cause, at=at)]


async def left_over(tx: Connection, desk: Desk, area: str, dark: Collection[str], *, at: datetime) -> list[Outage]:
    """
    Open nested outages for what reads dark although its fault was said to be repaired a little while ago.

    :param dark: nodes whose meters read dark just now
    """
    since = at - rule_of(desk).restored_within.duration
    tree = await network.tree(tx, dark)
    lines = {code for node in dark for code in tree.line(node)}
    over = [o for o in await store.on_path(tx, lines, ended_after=since) if _is_over(o)]
    opened = []
    for outage in over:
        assert outage.ends_at is not None
        unlit, lit = _by_light(await evidence.below(tx, [outage.node], since=outage.ends_at))
        if not unlit:
            continue
        whole = await network.tree(tx, unlit)
        tops = rollup.risen(whole, unlit, live=lit, siblings=rule_of(desk).siblings.value)
        await store.change(tx, replace(outage, remainder=tuple(sorted(tops))))
        opened += await _nest(tx, desk, outage, tops, at=at)
    return opened


def _is_over(outage: Outage) -> bool:
    return outage.state is OutageState.ENDED and outage.kind is OutageKind.FAULT and outage.absorbed_by is None


async def tell_children(tx: Connection, desk: Desk, outage: Outage, *, at: datetime) -> None:
    """Let those who wait in the incident know the new time that supply is expected back."""
    if outage.incident_ticket_id is None or outage.etr_at is None:
        return
    for child in await tickets.children(tx, outage.incident_ticket_id):
        if child.etr_at != outage.etr_at:
            await make(tx, desk, child, Followed(etr_at=outage.etr_at), by=SYSTEM, report=Report(), at=at)
