"""What a transaction does to a ticket's clocks: the steps of the ladder that are due, the clocks it starts and ends."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from dispatch.kit.metrics import DEADLINES_FIRED
from dispatch.kit.rulepack import RulePack

from . import ladder, lifecycle, limits
from .chain import sealed
from .events import Actor, Entry
from .model import Ticket
from .rows import Armed, Change, Moved
from .words import Limit, Source

SYSTEM = Actor("system", "SYSTEM")
ClockRow = Any  # name, due_at, level, ladder: a row of ``statements.CLAIM``


def may_climb(ticket: Ticket, pack: RulePack, at: datetime) -> bool:
    """Tell whether a step of some running clock may be due; what was taken already only the rows know."""
    return any(
        (first := ladder.after(0, ladder.times(ticket, limit, clock, pack))) is not None and first < at
        for limit, clock in limits.clocks(ticket, pack).items()
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
            DEADLINES_FIRED.labels(limit.value).inc()
        for event in ladder.effects(change.after, limit, level, due_at, step_at, pack):
            ticket = change.after
            add(change, Entry(ticket.id, ticket.version + 1, step_at, at, SYSTEM, Source.SYSTEM, event))


def set_clocks(change: Change, pack: RulePack) -> None:
    """
    Start the clocks that run after the change and did not before; end those that ran and do not any more.

    An appointed time begins to count when it is agreed, every other limit with what it counts from.
    """
    before = limits.clocks(change.before, pack) if change.before else {}
    after = limits.clocks(change.after, pack)
    running = {(limit, clock.due_at) for limit, clock in before.items()}
    remaining = {(limit, clock.due_at) for limit, clock in after.items()}
    for key in running - remaining:
        climbed = change.moved.get(key)
        fired = climbed is not None and climbed.state == "fired"
        change.moved[key] = Moved(climbed.level if climbed else None, "fired" if fired else "met", None)
    for limit, clock in after.items():
        if (limit, clock.due_at) not in running:
            when = ladder.times(change.after, limit, clock, pack)
            agreed = ladder.is_appointed(change.after, limit)
            begun_at = max(clock.begun_at, change.lines[-1][0].at_claimed) if agreed else clock.begun_at
            change.armed.append(Armed(limit, when, ladder.begin(begun_at, when)))
