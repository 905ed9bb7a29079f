"""
Whom a generator truck may be for: those in the dark, or soon to be, who are protected or own the equipment behind them.

What an outage says, what the network file says of its customers, and when supply is expected back; what nobody knows is
estimated by the rule pack, section ``generators``, and said so (按…估计).
"""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid
from dispatch.kit.generatorrules import GeneratorRules
from dispatch.outages import network
from dispatch.outages import store as outages
from dispatch.outages.model import Node, NodeKind, Outage, Served
from dispatch.outages.prose import Extent
from dispatch.routing.generators.problem import Fault
from dispatch.tickets import store as tickets
from dispatch.tickets.model import Ticket
from dispatch.tickets.words import Ownership, Protected

from .expecting import Back, backs_of
from .lighting import darkness_of

MOST = 2000  # customers of one plan
MOST_CUSTOMERS, MOST_KVA, MOST_WEIGHT = 1_000_000, 100_000, 10_000.0  # docs/formats.md: of a group
NEAR = (NodeKind.BOX, NodeKind.TRANSFORMER)  # who hangs on it is close by


class NotDark(Invalid):
    """What is to be fed is not in the dark, nor will it be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """
    One customer, or all below one node of the network, that a truck can feed.

    :param code: of the node
    :param customers: households, at least 1
    :param weight: what each of them counts, in usual customers
    :param estimates: what nobody said, and how it was estimated
    """

    code: str
    name: str
    outage: Outage
    lon: float
    lat: float
    area_class: str
    kva: int
    customers: int
    weight: float
    protected: bool
    fault: Fault
    back: Back
    estimates: tuple[str, ...]

    @property
    def label(self) -> str:
        """How people and plans call it; no two are called alike."""
        return f"{self.name}〔{self.code}〕"


@dataclass(frozen=True, slots=True)
class Found:
    """Those that can be fed; (name, code) of those that have no place on the map; how many were too many for a plan."""

    targets: tuple[Target, ...]
    placeless: tuple[tuple[str, str], ...] = ()
    more: int = 0


@dataclass(slots=True)
class Candidate:
    """A node that is dark: its way up, by which outage, and who is protected below it."""

    path: Sequence[Node]
    outage: Outage
    inside: list[Node] = field(default_factory=list)

    @property
    def node(self) -> Node:
        return self.path[0]


async def read(desk: Desk, counties: Sequence[str], also: Collection[str], *, at: datetime) -> Found:
    """
    Return whom trucks may be for in these counties; a few questions to the database, however many outages there are.

    :param also: codes of nodes that a person wants fed beside those
    :raises NotDark: if one of these is not part of an outage here
    """
    rules = desk.pack.generating
    async with desk.db.connection() as connection:
        living = await outages.living(connection, counties, before=at + rules.horizon.duration)
        candidates = await _candidates(connection, living, counties, also)
        heads = await _heads(connection, candidates[:MOST])
        extents = await network.extents(connection, [one.node.code for one in candidates[:MOST]])
    backs = await backs_of(desk, heads.values(), at=at)

    def made() -> Iterator[tuple[Candidate, Target | None]]:
        for one in candidates[:MOST]:
            head, back = heads[one.outage.id][1], backs[one.outage.id]
            yield one, _target(desk, one, extents[one.node.code], head, back)

    all_of_them = await asyncio.to_thread(lambda: list(made()))
    return Found(
        tuple(target for _, target in all_of_them if target is not None),
        tuple((one.node.name, one.node.code) for one, target in all_of_them if target is None),
        max(0, len(candidates) - MOST),
    )


async def _heads(connection: Connection, candidates: Iterable[Candidate]) -> dict[str, tuple[Outage, Ticket | None]]:
    """Return each outage with the ticket that it is repaired by; of one that was merged, its parent."""
    standing = {one.outage.id: one.outage for one in candidates}
    found = await tickets.find_many(connection, {each.incident_ticket_id or "" for each in standing.values()})
    merged = {ticket.merged_into for ticket in found.values() if ticket.merged_into is not None}
    parents = await tickets.find_many(connection, merged) if merged else {}
    heads = {name: parents.get(ticket.merged_into or "", ticket) for name, ticket in found.items()}
    return {each.id: (each, heads.get(each.incident_ticket_id or "")) for each in standing.values()}


async def _candidates(
    connection: Connection, living: Sequence[Outage], counties: Sequence[str], also: Collection[str]
) -> list[Candidate]:
    """Return the nodes that are worth a truck, none below another; the earliest outage first."""
    tops = {outage.node for outage in living}
    wanted = {*await network.backed(connection, counties), *also, *tops}
    paths, darkness = await network.paths_below(connection, wanted, tops), await darkness_of(connection, living)
    dark = {code: outage for code, path in paths.items() if (outage := darkness.outage(path)) is not None}
    for code in also:
        if code not in dark or paths[code][0].area not in counties:
            raise NotDark(
                f"“{code[:40]}”不在本辖区正在停电或将要停电的范围内,不能安排发电车;请核对设备编码,或先发布停电信息",
                field="targets",
            )
    chosen = {code for code, outage in dark.items() if code in also or _worth(paths[code], outage)}
    made = {
        code: Candidate(paths[code], dark[code]) for code in sorted(chosen) if not _below_other(paths[code], chosen)
    }
    for code in sorted(chosen - made.keys()):
        above = next((node.code for node in paths[code][1:] if node.code in made), None)
        if above is not None and paths[code][0].protected is not None:
            made[above].inside.append(paths[code][0])
    return sorted(made.values(), key=lambda one: (one.outage.begins_at, one.node.code))


def _worth(path: Sequence[Node], outage: Outage) -> bool:
    """Tell whether a dark node is a protected customer, a group with its own equipment, or the dark part of one."""
    node = path[0]
    if node.protected is not None:
        return True
    if node.kind is NodeKind.ACCOUNT:
        return False
    return node.served is Served.UNHANDED or (node.code == outage.node and _customers_own(path))


def _below_other(path: Sequence[Node], chosen: Collection[str]) -> bool:
    return any(node.code in chosen for node in path[1:])


def _customers_own(path: Sequence[Node]) -> bool:
    """Tell whether a node lies in a group's own equipment (未移交小区)."""
    return any(node.served is Served.UNHANDED for node in path)


def _target(
    desk: Desk, one: Candidate, below: tuple[Extent, tuple[float, float] | None], head: Ticket | None, back: Back
) -> Target | None:
    """Return what is to be fed; None: nobody knows where it is."""
    extent, middle = below
    place, where = _place(desk, one.path, middle, head)
    if place is None:
        return None
    customers = min(MOST_CUSTOMERS, max(1, extent.households))
    kva, need = _need(one, customers, desk.pack.generating)
    return Target(
        code=one.node.code,
        name=one.node.name if one.node.kind is not NodeKind.ACCOUNT else f"户号{one.node.code}({one.node.name})",
        outage=one.outage,
        lon=place[0],
        lat=place[1],
        area_class=desk.locator.classify(*place),
        kva=min(MOST_KVA, kva),
        customers=customers,
        weight=min(MOST_WEIGHT, _weight(one, customers, desk.pack.generating)),
        protected=one.node.protected is not None or bool(one.inside),
        fault=_fault(one, head),
        back=back,
        estimates=tuple(said for said in (need, back.estimate, where) if said),
    )


def _place(
    desk: Desk, path: Sequence[Node], middle: tuple[float, float] | None, head: Ticket | None
) -> tuple[tuple[float, float] | None, str]:
    """Return where a node is, and how that was estimated where neither it, nor what is below, nor its box says it."""
    node = path[0]
    if node.lon is not None and node.lat is not None:
        return (node.lon, node.lat), ""
    if middle is not None:
        return middle, ""
    for above in path[1:]:
        if above.kind in NEAR and above.lon is not None and above.lat is not None:
            return (above.lon, above.lat), ""
    if head is not None and head.lon is not None and head.lat is not None:
        return (head.lon, head.lat), "位置按抢修工单的地点估计"
    seat = desk.areas.get(node.area)
    if seat.lon is not None and seat.lat is not None:
        return (seat.lon, seat.lat), "位置按县驻地估计"
    return None, ""


def _need(one: Candidate, customers: int, rules: GeneratorRules) -> tuple[int, str]:
    """Return the power that a truck must have, and how it was estimated where the network file does not say it."""
    if one.node.backup_kva is not None:
        return one.node.backup_kva, ""
    each = {kind: float(getattr(rules.needs, kind.value).value) for kind in Protected}
    if one.node.protected is not None:
        kind = Protected(one.node.protected)
        return ceil(each[kind]), f"所需容量按{kind.label}每户 {each[kind]:g} kVA 估计"
    usual = rules.needs.household.value
    inside = sum(float(node.backup_kva or each[Protected(node.protected or "")]) for node in one.inside)
    said = f"所需容量按 {customers:,} 户、每户 {usual:g} kVA 估计"
    if one.inside:
        said += f",另加重要、敏感用户 {inside:,.0f} kVA"
    return max(1, ceil(customers * usual + inside)), said


def _weight(one: Candidate, customers: int, rules: GeneratorRules) -> float:
    """Return what each customer counts: protected ones count as many usual ones."""
    counts = {kind: float(getattr(rules.weights, kind.value).value) for kind in Protected}
    if one.node.protected is not None:
        return counts[Protected(one.node.protected)] / customers
    return (customers + sum(counts[Protected(node.protected or "")] for node in one.inside)) / customers


def _fault(one: Candidate, head: Ticket | None) -> Fault:
    """Return whose the fault is: the customer's own where the crew found so, or the outage lies in his equipment."""
    found = None if head is None else head.site_ownership or head.ownership
    if found is not None:
        return "customer" if found is Ownership.CUSTOMER else "grid"
    above = [node.code for node in one.path].index(one.outage.node)
    return "customer" if _customers_own(one.path[above:]) else "grid"
