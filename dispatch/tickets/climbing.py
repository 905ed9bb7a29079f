"""What a transaction does to a ticket's clocks: the steps of the ladder that are due, the clocks it starts and ends."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from prometheus_client import Counter

from dispatch.kit.metrics import DEADLINES_FIRED
from dispatch.kit.rulepack import RulePack

from . import ladder, lifecycle, limits
from .chain import sealed
from .events import Actor, Entry
from .model import Ticket
from .rows import Armed, Change, Due, Moved
from .timed import with_due
from .words import Limit, Source

SYSTEM = Actor("system", "SYSTEM")
ClockRow = Any  # name, due_at, level, ladder: a row of ``statements.CLAIM``


def may_climb(ticket: Ticket, pack: RulePack, at: datetime) -> bool:
    """Tell whether a step of some running clock may be due; what was taken already only the rows know."""
    return any(
        (first := ladder.after(0, ladder.times(ticket, limit, clock, pack))) is not None and first < at
        for limit, clock in limits.running(ticket, pack)
    )


def add(change: Change, entry: Entry) -> None:
    """Add one more line to the change."""
    line = sealed(change.after.head, entry)
    change.after = lifecycle.evolve(change.after, line[0])
    change.lines.append((*line, change.after.area))


def climb(change: Change, clocks: Iterable[ClockRow], pack: RulePack, at: datetime) -> None:
    """
    Take every step of the claimed clocks that is due before ``at``, in the order of time.

    What a step makes happen is claimed for when the step was due, and entered at ``at``.
    """
    due = []
    for row in clocks:
        limit, when = Limit(row["name"]), tuple(row["ladder"])
        taken = list(ladder.steps(row["level"], when, at))
        due += [(step_at, limit, level, row["due_at"]) for level, step_at in taken]
        level = taken[-1][0] if taken else row["level"]
        fired = level >= ladder.LIMIT
        state = ("met" if limit in ladder.ONE_STEP else "fired") if fired else "armed"
        change.moved[limit, row["due_at"]] = Moved(level, state, ladder.after(level, when))
    for step_at, limit, level, due_at in sorted(due):
        if level == ladder.LIMIT:
            _fired(limit).inc()
        apart = change.by_incident
        for event in ladder.effects(change.after, limit, level, due_at, step_at, pack, by_incident=apart):
            ticket = change.after
            add(change, Entry(ticket.id, ticket.version + 1, step_at, at, SYSTEM, Source.SYSTEM, event))


@cache
def _fired(limit: Limit) -> Counter:
    """Return the limit's own counter: to look it up takes longer than to count."""
    return DEADLINES_FIRED.labels(limit.value)


def set_clocks(change: Change, pack: RulePack) -> None:
    """
    Start the clocks that run after the change and did not before; end those that ran and do not any more; the ticket
    is told with those that run (``due``).

    An appointed time begins to count when it is agreed, every other limit with what it counts from. A limit that is
    given another time while it runs goes on from the level that it has reached: no step is taken twice for that.
    """
    before = limits.running(change.before, pack) if change.before else []
    after = limits.running(change.after, pack)
    ran, run = _keys(before), _keys(after)
    for limit, clock in before:
        if (limit, clock.due_at) not in run:
            climbed = change.moved.get((limit, clock.due_at))
            fired = climbed is not None and climbed.state == "fired"
            ended = Moved(climbed.level if climbed else None, "fired" if fired else "met", None)
            change.moved[limit, clock.due_at] = ended
    for limit, clock in after:
        if (limit, clock.due_at) not in ran:
            when = ladder.times(change.after, limit, clock, pack)
            agreed = ladder.is_appointed(change.after, limit)
            begun_at = max(clock.begun_at, change.lines[-1][0].at_claimed) if agreed else clock.begun_at
            level = max(ladder.begin(begun_at, when), ladder.climbed(change.after, limit))
            change.armed.append(Armed(limit, when, level))
    change.after = with_due(change.after, after)


def _keys(running: Iterable[tuple[Limit, limits.Clock]]) -> list[Due]:
    """Return what tells clocks apart, as a list: so few are found soonest in one. Due at another time is another."""
    return [(limit, clock.due_at) for limit, clock in running]
