"""
Outages that lie inside each other on the network, for the indices: nobody's minute is counted twice. Domain 8.

What the tickets tell does not say who hangs where. The network does: who is known by name hangs below a device that
another outage had dark, and a fault lies below, or above, the device of planned work.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dispatch.kit.db import Connection
from dispatch.outages import network
from dispatch.outages.network import DEEPEST
from dispatch.tickets.outage_minutes import Interruption, Planned
from dispatch.tickets.reliability import lasted

OUTAGES = """
SELECT kind, node, begins_at, ends_at, incident_ticket_id FROM outage
WHERE area = ANY($1::text[]) AND begins_at < $3 AND (ends_at IS NULL OR ends_at > $2) AND state <> 'announced'
ORDER BY begins_at, id
"""
ABOVE = f"""
WITH RECURSIVE up AS (
    SELECT code AS start, code, parent, 0 AS depth FROM network_node WHERE code = ANY($1::text[])
    UNION ALL
    SELECT up.start, n.code, n.parent, depth + 1
    FROM up JOIN network_node AS n ON n.code = up.parent WHERE depth < {DEEPEST}
)
SELECT start, code FROM up WHERE code = ANY($2::text[])
"""


@dataclass(frozen=True, slots=True)
class _Work:
    """Planned work: what it has dark, how many customers that is, and since when until when."""

    node: str
    households: int
    begin_at: datetime
    end_at: datetime


@dataclass(frozen=True, slots=True)
class _Map:
    """What of all this lies above each account and each dark device, itself included; where each fault point lies."""

    lines: Mapping[str, Collection[str]]
    nodes: Mapping[str, str]
    begun: Mapping[str, datetime]  # incident -> when a switch or a meter says that its outage began

    def below(self, code: str, device: str) -> bool:
        return device in self.lines.get(code, ())


async def known_by_network(
    connection: Connection, areas: Sequence[str], found: Sequence[Interruption]
) -> list[Interruption]:
    """Return the outages with what the network knows of them: further customers by name, and planned work."""
    if not found:
        return []
    begin_at, end_at = min(one.begin_at for one in found), max(one.begin_at + lasted(one) for one in found)
    rows = await connection.fetch(OUTAGES, list(areas), begin_at, end_at)
    if not rows:
        return list(found)
    devices = {row["node"] for row in rows}
    lines: dict[str, set[str]] = defaultdict(set)
    for row in await connection.fetch(ABOVE, [*devices, *(who for one in found for who in one.named)], list(devices)):
        lines[row["start"]].add(row["code"])
    nodes = {row["incident_ticket_id"]: row["node"] for row in rows if row["kind"] == "fault"}
    works = [
        _Work(row["node"], await _households(connection, row["node"]), row["begins_at"], row["ends_at"] or end_at)
        for row in rows
        if row["kind"] != "fault"
    ]
    begun = {row["incident_ticket_id"]: row["begins_at"] for row in reversed(rows) if row["kind"] == "fault"}
    known = _Map(lines, nodes, begun)
    found = [replace(one, begin_at=min(one.begin_at, begun.get(one.incident, one.begin_at))) for one in found]
    return [replace(one, planned=_planned(one, works, known)) for one in _named(found, known)]


async def _households(connection: Connection, device: str) -> int:
    return (await network.extent(connection, device))[0].households


def _named(found: Sequence[Interruption], known: _Map) -> list[Interruption]:
    """Name the customers of other fault points who hang below one's device and were dark at the same time."""
    below: dict[str, list[tuple[Interruption, str, datetime]]] = defaultdict(list)
    for one in found:
        for who, until in one.named.items():
            for device in known.lines.get(who, ()):
                below[device].append((one, who, until))
    return [
        replace(one, named={**_others(one, below[known.nodes.get(one.incident, "")]), **one.named}) for one in found
    ]


def _others(one: Interruption, below: Sequence[tuple[Interruption, str, datetime]]) -> dict[str, datetime]:
    return {
        who: one.end_at
        for other, who, until in below
        if other.incident != one.incident and other.begin_at < one.end_at and until > one.begin_at
    }


def _planned(one: Interruption, works: Sequence[_Work], known: _Map) -> tuple[Planned, ...]:
    over_at, device = one.begin_at + lasted(one), known.nodes.get(one.incident)
    taken = []
    for work in works:
        if work.begin_at >= over_at or work.end_at <= one.begin_at:
            continue
        named = frozenset(who for who in one.named if known.below(who, work.node))
        if device is not None and known.below(device, work.node):
            taken.append(Planned(work.begin_at, work.end_at))
        elif device is not None and known.below(work.node, device):
            taken.append(Planned(work.begin_at, work.end_at, max(work.households, len(named)), named))
        elif named:
            taken.append(Planned(work.begin_at, work.end_at, len(named), named))
    return tuple(taken)
