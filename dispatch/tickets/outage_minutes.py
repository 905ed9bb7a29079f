"""
Customer-minutes of outages, each minute of each customer counted once. Pure. Domain 2.8.5 and 8; [V53] = IEEE 1366.

How many customers a fault point has is known as a number, some of them by name (those who called). So:

* A nested incident's customers are customers of the incident around it that stayed dark: they are dark in both, and are
  taken off the rest of the outer one, so nobody stands in two rows.
* A customer known by name has one set of dark times, however many tickets and incidents name him: the union of them.
* Customers of different families of incidents that nobody knows by name are taken as different people.
* Minutes of planned work (计划停电) are that work's, not the fault's: who is dark by both is dark once, and a fault
  that lies wholly inside is no interruption of its own.
* A number smaller than what the calls prove is raised to that; where no number is given, those who called are counted,
  which is a lower bound.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .judged import Judged

Spell = tuple[datetime, datetime]
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Planned:
    """
    Planned work that left customers of a fault point dark as well.

    :param customers: how many of them, ``named`` included; None: all
    :param named: those of them who are known by name
    """

    begin_at: datetime
    end_at: datetime
    customers: int | None = None
    named: frozenset[str] = frozenset()

    def takes(self, customer: str) -> bool:
        """Tell whether a customer known by name was dark by it."""
        return self.customers is None or customer in self.named


@dataclass(frozen=True, slots=True)
class Interruption:
    """
    The outage of one fault point.

    :param end_at: when those came back who are not in ``named``
    :param customers: how many it took, ``named`` and nested ones included; None: not known
    :param named: customers known by name, and when each came back
    """

    incident: str
    begin_at: datetime
    end_at: datetime
    customers: int | None = None
    named: Mapping[str, datetime] = field(default_factory=dict)
    nested_in: str | None = None
    feeder: str | None = None
    area: str = ""
    planned: tuple[Planned, ...] = ()


@dataclass(frozen=True, slots=True)
class Dark:
    """
    So many customers with the same dark times, which follow each other and do not touch.

    :param planned: times, likewise, that count as planned work and not as fault
    """

    customers: int
    spells: tuple[Spell, ...]
    incidents: tuple[str, ...]
    named: str | None = None
    planned: tuple[Spell, ...] = ()

    @property
    def minutes(self) -> float:
        """Minutes without power of each of them."""
        return sum((end - begin) / MINUTE for begin, end in self.spells) - sum(
            max(timedelta(0), min(end, to) - max(begin, since)) / MINUTE
            for begin, end in self.spells
            for since, to in self.planned
        )


def interruptions(rows: Iterable[Judged]) -> list[Interruption]:
    """Return the outages that tickets tell of, one for each fault point; cancelled tickets tell of none."""
    members: dict[str, list[Judged]] = defaultdict(list)
    for row in rows:
        if row.dark_from is not None and row.dark_until is not None:
            members[row.incident].append(row)
    return [_interruption(incident, members[incident]) for incident in sorted(members)]


def _interruption(incident: str, members: Sequence[Judged]) -> Interruption:
    """The ticket that bears the incident's id speaks for the customers nobody knows; without it, the last of them."""
    named: dict[str, datetime] = {}
    for row in members:
        until = row.dark_until or row.ended_at
        named[row.customer] = max(named.get(row.customer, until), until)
    main = next((row for row in members if row.ticket_id == incident), None)
    speaks = main or members[0]
    return Interruption(
        incident=incident,
        begin_at=min(row.dark_from for row in members if row.dark_from),
        end_at=main.spread_until if main and main.spread_until else max(named.values()),
        customers=main.customers_out if main else None,
        named=named,
        nested_in=next((row.nested_in for row in members if row.nested_in and row.nested_in != incident), None),
        feeder=speaks.feeder,
        area=speaks.area,
    )


class _Tree:
    """Incidents and what is nested in them."""

    def __init__(self, known: Sequence[Interruption]) -> None:
        self.by_id = {one.incident: one for one in known}
        self.inner: dict[str, list[Interruption]] = defaultdict(list)
        for one in known:
            if one.nested_in and self.outer(one) is not None:
                self.inner[one.nested_in].append(one)

    def outer(self, one: Interruption) -> Interruption | None:
        """Return the incident around it, if that is known and does not lie inside it."""
        found, seen = one, {one.incident}
        while found.nested_in in self.by_id:
            found = self.by_id[found.nested_in]
            if found.incident in seen:
                return None  # two that name each other: each stands for itself
            seen.add(found.incident)
        return self.by_id.get(one.nested_in) if one.nested_in else None

    def around(self, one: Interruption) -> list[Spell]:
        """Return the outages of all incidents around it."""
        spells: list[Spell] = []
        outer = self.outer(one) if one.nested_in else None
        while outer is not None:
            spells.append((outer.begin_at, outer.end_at))
            outer = self.outer(outer)
        return spells

    def names(self, one: Interruption) -> set[str]:
        """Return the customers known by name in it and in what is nested in it."""
        return set(one.named).union(*(self.names(inner) for inner in self.inner[one.incident]))

    def size(self, one: Interruption) -> int:
        """Return how many customers it took, at least those who are proven."""
        inner = self.inner[one.incident]
        rest = set(one.named).difference(*(self.names(nested) for nested in inner))
        return max(one.customers or 0, len(rest) + sum(self.size(nested) for nested in inner))

    def unnamed(self, one: Interruption) -> int:
        """Return how many of its customers nobody knows by name, without those of what is nested in it."""
        inner = self.inner.get(one.incident)
        if not inner:
            return max(0, (one.customers or 0) - len(one.named))
        rest = set(one.named).difference(*(self.names(nested) for nested in inner))
        return self.size(one) - len(rest) - sum(self.size(nested) for nested in inner)


def dark(known: Sequence[Interruption]) -> list[Dark]:
    """Return who was dark when: no customer twice, no minute of one twice."""
    tree, times, where = _Tree(known), defaultdict[str, list[Spell]](list), defaultdict[str, list[str]](list)
    planned: dict[str, list[Spell]] = defaultdict(list)
    found = []
    for one in known:
        around = tree.around(one)
        for customer, until in one.named.items():
            times[customer] += [(one.begin_at, until), *around]
            where[customer].append(one.incident)
            planned[customer] += [(work.begin_at, work.end_at) for work in one.planned if work.takes(customer)]
        if unnamed := tree.unnamed(one):
            spells = [(one.begin_at, one.end_at), *around]
            found += [_dark(n, spells, work, (one.incident,)) for n, work in _shares(one, unnamed)]
    by_name = [_dark(1, times[who], planned[who], tuple(where[who]), named=who) for who in times]
    return found + by_name


def _shares(one: Interruption, unnamed: int) -> Iterator[tuple[int, list[Spell]]]:
    """Share out the customers nobody knows by the planned work that left them dark as well."""
    everybody = [(work.begin_at, work.end_at) for work in one.planned if work.customers is None]
    for work in one.planned:
        if work.customers is not None:
            n = min(unnamed, max(0, work.customers - len(work.named)))
            unnamed -= n
            if n:
                yield n, [*everybody, (work.begin_at, work.end_at)]
    if unnamed:
        yield unnamed, everybody


def _dark(
    customers: int,
    spells: Iterable[Spell],
    planned: Iterable[Spell],
    incidents: tuple[str, ...],
    *,
    named: str | None = None,
) -> Dark:
    work = union(planned)
    of_faults = tuple(
        spell for spell in union(spells) if not any(begin <= spell[0] and spell[1] <= end for begin, end in work)
    )
    return Dark(customers, of_faults, incidents, named=named, planned=work)


def union(spells: Iterable[Spell]) -> tuple[Spell, ...]:
    """Return the times as spells in order that do not touch; what ends before it begins is nothing."""
    found = [spell for spell in spells if spell[0] < spell[1]]
    if len(found) < 2:
        return tuple(found)
    merged: list[Spell] = []
    for begin, end in sorted(found):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    return tuple(merged)


def customer_minutes(found: Iterable[Dark]) -> float:
    """Sum of the minutes of all customers (CMI)."""
    return sum(one.customers * one.minutes for one in found)


def customer_interruptions(found: Iterable[Dark]) -> int:
    """How often a customer lost power, over all customers (CI)."""
    return sum(one.customers * len(one.spells) for one in found)
