"""
Trucks, groups to be fed and a plan: the shapes of ``docs/formats.md`` (generator trucks) as values, defaults filled in.

Times are whole seconds from the problem's zero (``_s``), power whole kVA, places as in ``optimiser.problem``.
Nothing is checked here: files are checked by ``reading``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dispatch.routing.optimiser.problem import HORIZON_S, Left, Place, Travel

Fault = Literal["grid", "customer"]
Quantile = Literal["p50", "p90"]

__all__ = ["Fault", "Group", "Left", "Plan", "Problem", "Quantile", "Rules", "Stop", "Truck"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Truck:
    """
    A generator truck.

    :ivar fuel_s: how long what is in its tank feeds, at its rated load
    :ivar tank_s: the same of a full tank
    :ivar refuel_s: how long filling up takes before it drives on; None: it cannot
    :ivar connected: the group that it stands connected to at ``free_s``: to go on there takes no drive and no work
    """

    id: str
    at: Place
    kva: int
    fuel_s: int
    tank_s: int
    connect_s: int
    ends_s: int
    disconnect_s: int = 0
    refuel_s: int | None = None
    free_s: int = 0
    depot: str = ""
    connected: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """
    Customers that are dark, or will be, and can be fed together.

    :ivar since_s: when it went dark, or will (planned work); before zero: it is dark already
    :ivar p50_s: when supply is back as likely as not, by the crews' plan; ``p90_s``: nine times of ten
    :ivar ahead: a truck may be connected before ``since_s``, so that nobody is dark at all
    :ivar split: several trucks may feed it in parallel; else one must be big enough
    :ivar feedings: so many times it may be fed one after the other (the next truck takes over, or the same refuels)
    """

    id: str
    at: Place
    kva: int
    customers: int
    p50_s: int
    p90_s: int
    window_s: tuple[int, int]
    since_s: int = 0
    area_class: str = "urban"
    weight: float = 1.0
    protected: bool = False
    fault: Fault = "grid"
    ahead: bool = False
    split: bool = False
    feedings: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """
    What counts how much.

    :ivar travel: customer-hours that an hour's drive weighs: a tie-break
    :ivar protected: a protected group's hours count so many times more, beside once
    :ivar customer_owned: factor on the hours of groups whose fault is the customer's own; 0: trucks are for the grid's
    :ivar count_until: which of the two expected restorations ends the darkness that is counted
    :ivar least_feed_s: a shorter feeding is none
    """

    travel: float = 0.01
    protected: float = 1.0
    customer_owned: float = 1.0
    count_until: Quantile = "p50"
    least_feed_s: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is to be planned."""

    travel: Travel
    trucks: tuple[Truck, ...]
    groups: tuple[Group, ...]
    name: str = ""
    starts_at: str | None = None
    horizon_s: int = HORIZON_S
    rules: Rules = field(default_factory=Rules)

    def until_s(self, group: Group) -> int:
        """Return when the darkness that is counted ends without a truck."""
        return min(self.horizon_s, group.p90_s if self.rules.count_until == "p90" else group.p50_s)

    def value(self, group: Group) -> float:
        """Return what a second of the group's darkness counts, in weighted customers."""
        extra = 1.0 + self.rules.protected * group.protected
        owned = self.rules.customer_owned if group.fault == "customer" else 1.0
        return group.customers * group.weight * extra * owned


@dataclass(frozen=True, slots=True)
class Stop:
    """A truck feeds a group from ``from_s`` to ``to_s``; ``refuel``: it was filled up before it set out there."""

    group: str
    from_s: int
    to_s: int
    refuel: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    Who feeds whom, from when to when.

    :ivar routes: truck id -> its stops in order
    :ivar dark: group id -> why no truck ever feeds it
    :ivar unused: truck id -> why it stays where it is
    :ivar solver: what made it, and what it claims (cost, bound, optimal)
    """

    problem: str
    routes: Mapping[str, tuple[Stop, ...]]
    dark: Mapping[str, Left] = field(default_factory=dict)
    unused: Mapping[str, Left] = field(default_factory=dict)
    solver: Mapping[str, object] = field(default_factory=dict)
