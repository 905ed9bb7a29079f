"""
Whom a generator truck may be for: those in the dark, or soon to be, who are protected or own the equipment behind them.

What an outage says, what the network file says of its customers, and when supply is expected back; what nobody knows is
estimated by the rule pack, section ``generators``, and said so (按…估计).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid
from dispatch.kit.generatorrules import GeneratorRules
from dispatch.outages import network
from dispatch.outages import store as outages
from dispatch.outages.model import Node, NodeKind, Outage, OutageState, Served
from dispatch.routing.generators.problem import Fault
from dispatch.tickets import store as tickets
from dispatch.tickets.model import Ticket
from dispatch.tickets.words import Ownership, Protected

from .expecting import Back, back_of

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
    Return whom trucks may be for in these counties.

    :param also: codes of nodes that a person wants fed beside those
    :raises NotDark: if one of these is not part of an outage here
    """
    rules = desk.pack.generating
    async with desk.db.connection() as connection:
        living = await outages.living(connection, counties, before=at + rules.horizon.duration)
        candidates = await _candidates(connection, living, counties, also)
        heads = await _heads(connection, candidates)
    backs = {outage.id: await back_of(desk, outage, head, at=at) for outage, head in heads.values()}
    found, placeless = [], []
    async with desk.db.connection() as connection:
        for one in candidates[:MOST]:
            head = heads[one.outage.id][1]
            target = await _target(connection, desk, one, head, backs[one.outage.id])
            if target is None:
                placeless.append((one.node.name, one.node.code))
            else:
                found.append(target)
    return Found(tuple(found), tuple(placeless), max(0, len(candidates) - MOST))


async def bright(connection: Connection, codes: Collection[str], *, at: datetime) -> set[str]:
    """Return which of these nodes no outage keeps, or is to keep, in the dark any more."""
    paths = await network.paths(connection, codes)
    above = {node.code for path in paths.values() for node in path}
    standing = await outages.on_path(connection, above, ended_after=at)
    dark = {outage.node for outage in standing if outage.state is not OutageState.ENDED}
    return {code for code in codes if not dark & {node.code for node in paths.get(code, ())}}


async def _heads(connection: Connection, candidates: Iterable[Candidate]) -> dict[str, tuple[Outage, Ticket | None]]:
    """Return each outage with the ticket that it is repaired by."""
    found = {}
    for outage in {one.outage.id: one.outage for one in candidates}.values():
        found[outage.id] = outage, await tickets.find(connection, outage.incident_ticket_id or "")
    return found


async def _candidates(
    connection: Connection, living: Sequence[Outage], counties: Sequence[str], also: Collection[str]
) -> list[Candidate]:
    """Return the nodes that are worth a truck, none below another; the earliest outage first."""
    wanted = {*await network.backed(connection, counties), *also, *(outage.node for outage in living)}
    paths = await network.paths(connection, wanted)
    by_node: dict[str, Outage] = {outage.node: outage for outage in reversed(living)}  # the earliest stays
    dark = {code: outage for code, path in paths.items() if (outage := _outage(path, by_node)) is not None}
    for code in also:
        if code not in dark or paths[code][0].area not in counties:
            raise NotDark(
                f"“{code[:40]}”不在本辖区正在停电或将要停电的范围内,不能安排发电车;请核对设备编码,或先发布停电信息",
                field="targets",
            )
    chosen = [code for code, outage in dark.items() if code in also or _worth(paths[code], outage)]
    tops = [code for code in chosen if not _below_other(paths[code], chosen)]
    made = {code: Candidate(paths[code], dark[code]) for code in tops}
    for code in chosen:
        above = next((node.code for node in paths[code][1:] if node.code in made), None)
        if above is not None and paths[code][0].protected is not None:
            made[above].inside.append(paths[code][0])
    return sorted(made.values(), key=lambda one: (one.outage.begins_at, one.node.code))


def _outage(path: Sequence[Node], by_node: Mapping[str, Outage]) -> Outage | None:
    """Return the outage that a node is dark by: the one nearest to the source, which is over last."""
    return next((by_node[node.code] for node in reversed(path) if node.code in by_node), None)


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


async def _target(connection: Connection, desk: Desk, one: Candidate, head: Ticket | None, back: Back) -> Target | None:
    """Return what is to be fed; None: nobody knows where it is."""
    extent, middle = await network.extent(connection, one.node.code)
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
