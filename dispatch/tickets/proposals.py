"""
Which tickets are proposed to be merged, and on what evidence (归并建议). Pure; domain 2.8.1 and 2.8.2.

Two tickets that are both without supply now are taken for one fault point if

* they hang on the same transformer (台区), or on the same feeder and one of them tells of more than one dark customer;
* they share a meter box, or lie as near each other as the pack says, were reported within its window, and say the same.

Nothing here merges anything. What is never merged (hazards, protected customers, power quality, faults inside a house)
is never proposed either, on neither side.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from math import floor

from dispatch.kit.clock import CHINA
from dispatch.kit.earth import distance_m
from dispatch.kit.looprules import MergingRules

from .guards import stands_apart
from .model import Ticket
from .words import Category, Stage, Symptom

S = Stage

PARENTS = frozenset(
    {S.ACCEPTED, S.DISPATCHED, S.CREW_ACCEPTED, S.EN_ROUTE, S.ARRIVED, S.LOCATED, S.REPAIRING}
)  # taken on, and not restored yet
CHILDREN = frozenset({S.SUBMITTED, S.ACCEPTED})
DARK = "dark"  # a family of symptoms
FAMILIES: dict[Symptom, str] = {
    Symptom.NO_POWER_ONE: DARK,
    Symptom.NO_POWER_MANY: DARK,
    Symptom.NO_POWER_AREA: DARK,
    Symptom.METER_FAULT: "meter",
    Symptom.EV_CHARGER: "charger",
}
WIDE = frozenset({Symptom.NO_POWER_MANY, Symptom.NO_POWER_AREA})
DEGREE_M = 111_000  # of latitude; a little less than it is, so that cells are a little larger than the radius
NARROWEST = 0.55  # a degree of longitude against one of latitude, at the northern end of China


@dataclass(frozen=True, slots=True)
class Supply:
    """What a customer hangs on, from the box up; None: not known."""

    box: str | None = None
    transformer: str | None = None
    feeder: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A ticket, the parent it might be merged into, and why: a sentence each."""

    child: Ticket
    parent: Ticket
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """A ticket with what is known of its supply."""

    ticket: Ticket
    supply: Supply


Pair = tuple[str, str]


def pair(one: str, other: str) -> Pair:
    """Return two tickets in the one order in which pairs are kept."""
    return (one, other) if one < other else (other, one)


def known(ticket: Ticket, network: Supply) -> Known:
    """Return the ticket with its supply: what was found out for it goes before what the network's books say."""
    transformer, feeder = ticket.transformer_area or network.transformer, ticket.feeder or network.feeder
    return Known(ticket, Supply(network.box, transformer, feeder))


def proposals(
    tickets: Sequence[Known], rules: MergingRules, *, declined: Set[Pair], having_children: Set[str]
) -> list[Proposal]:
    """
    Return at most one proposal for each ticket: into the oldest accepted one of the same fault point.

    :param tickets: open ones of one county, merged ones among them: who is near a child is near its parent
    :param declined: pairs that somebody turned down
    :param having_children: tickets that others were merged into; they are parents only
    """
    by_id = {one.ticket.id: one for one in tickets}
    shelves = _shelves([one for one in tickets if one.ticket.stage in PARENTS | {S.MERGED}], rules)
    found = []
    for one in sorted(tickets, key=lambda one: (one.ticket.reported_at, one.ticket.id)):
        if one.ticket.id not in having_children and may_be_child(one.ticket):
            found.append(_best(one, shelves, by_id, rules, declined, having_children))
    return [best for best in found if best is not None]


def may_be_child(ticket: Ticket) -> bool:
    return ticket.stage in CHILDREN and stands_apart(ticket) is None


def _may_be_parent(ticket: Ticket, child: Ticket, having_children: Set[str]) -> bool:
    """The older is the parent, unless the younger has children already."""
    if ticket.stage not in PARENTS or stands_apart(ticket) is not None or ticket.id == child.id:
        return False
    return child.accepted_at is None or ticket.id in having_children or _age(ticket) < _age(child)


def _age(ticket: Ticket) -> tuple[datetime, str]:
    return ticket.accepted_at or ticket.stage_at, ticket.id


def _best(
    child: Known,
    shelves: "Mapping[object, Sequence[Known]]",
    by_id: Mapping[str, Known],
    rules: MergingRules,
    declined: Set[Pair],
    having_children: Set[str],
) -> Proposal | None:
    best: Proposal | None = None
    for other in _beside(child, shelves, rules):
        parent = by_id.get(other.ticket.merged_into or other.ticket.id)
        if parent is None or not _may_be_parent(parent.ticket, child.ticket, having_children):
            continue
        if pair(child.ticket.id, parent.ticket.id) in declined:
            continue
        if best is not None and _age(best.parent) <= _age(parent.ticket):
            continue
        if why := evidence(child, other, rules):
            through = f"工单 {other.ticket.ticket_no} 已并入主单 {parent.ticket.ticket_no}"
            best = Proposal(child.ticket, parent.ticket, why if other is parent else (*why, through))
    return best


def evidence(one: Known, other: Known, rules: MergingRules) -> tuple[str, ...]:
    """Return why two tickets seem to be one fault point, a sentence each; empty: they do not."""
    family = FAMILIES.get(one.ticket.symptom)
    if family is None or family != FAMILIES.get(other.ticket.symptom):
        return ()
    return (*_same_line(one, other, family), *_same_house(one, other, rules))


def _same_line(one: Known, other: Known, family: str) -> Iterator[str]:
    mine, theirs = one.supply, other.supply
    if family != DARK:
        return
    since = f"停电时间重叠({_clock(other.ticket)}、{_clock(one.ticket)} 报修,均未复电)"
    if mine.transformer is not None and mine.transformer == theirs.transformer:
        yield f"同属台区 {mine.transformer},{since}"
    elif mine.feeder is not None and mine.feeder == theirs.feeder and (_is_wide(one.ticket) or _is_wide(other.ticket)):
        yield f"同属线路 {mine.feeder},且有多户停电,{since}"


def _is_wide(ticket: Ticket) -> bool:
    return ticket.symptom in WIDE or ticket.category is Category.HV


def _same_house(one: Known, other: Known, rules: MergingRules) -> Iterator[str]:
    apart = abs(one.ticket.reported_at - other.ticket.reported_at)
    if apart > rules.window.duration:
        return
    said = f"故障现象相同({one.ticket.symptom.label}),报修相差 {apart.total_seconds() / 60:.0f} 分钟"
    if one.supply.box is not None and one.supply.box == other.supply.box:
        yield f"同一表箱 {one.supply.box},{said}"
        return
    if one.supply.box is not None and other.supply.box is not None:
        return  # neighbours, but each on a box of his own
    away_m = _away_m(one.ticket, other.ticket)
    if away_m is not None and away_m <= rules.radius.value * 1000:
        yield f"相距 {away_m:.0f} 米,{said}"


def _away_m(one: Ticket, other: Ticket) -> float | None:
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return None
    return distance_m(one.lon, one.lat, other.lon, other.lat)


def _clock(ticket: Ticket) -> str:
    return f"{ticket.reported_at.astimezone(CHINA):%H:%M}"


def _shelves(tickets: Sequence[Known], rules: MergingRules) -> "Mapping[object, Sequence[Known]]":
    """Return the tickets by what they may share, so that not everybody is compared with everybody."""
    shelves: dict[object, list[Known]] = defaultdict(list)
    for one in tickets:
        for name in _names(one):
            shelves[name].append(one)
        if (cell := _cell(one.ticket, rules)) is not None:
            shelves[cell].append(one)
    return shelves


def _names(one: Known) -> list[object]:
    supply = one.supply
    named = (("box", supply.box), ("transformer", supply.transformer), ("feeder", supply.feeder))
    return [(kind, code) for kind, code in named if code is not None]


def _cell(ticket: Ticket, rules: MergingRules) -> tuple[int, int] | None:
    """Return the square of the map that a ticket lies in, at least as wide as the radius."""
    if ticket.lon is None or ticket.lat is None:
        return None
    size = rules.radius.value * 1000 / DEGREE_M
    return floor(ticket.lon * NARROWEST / size), floor(ticket.lat / size)


def _beside(one: Known, shelves: "Mapping[object, Sequence[Known]]", rules: MergingRules) -> Iterator[Known]:
    """Yield the tickets that may share something with one, each once."""
    wanted = _names(one)
    if (cell := _cell(one.ticket, rules)) is not None:
        x, y = cell
        wanted += [(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
    seen = {one.ticket.id}
    for name in wanted:
        for other in shelves.get(name, ()):
            if other.ticket.id not in seen:
                seen.add(other.ticket.id)
                yield other
