"""
What the mode of a ticket's county changes for it (派工模式的作用), as the ticket's own rule pack says.

How dispatching and booked work change is of the county as a whole, under the pack in force: ``modes``, ``giving_way``.
"""

from collections.abc import Iterable, Mapping

from dispatch.capacity.modes import Mode, settings_of
from dispatch.kit.db import Connection
from dispatch.kit.looprules import ModeSettings
from dispatch.kit.rulepack import Packs, RulePack
from dispatch.tickets.model import Ticket

MODES = "SELECT area, mode FROM county_mode WHERE area = ANY($1::text[]) AND mode <> 'normal'"


async def modes_in(connection: Connection, areas: Iterable[str]) -> dict[str, Mode]:
    """Return the modes of those of the areas that are not in the normal one."""
    wanted = sorted(set(areas))
    return {row["area"]: Mode(row["mode"]) for row in await connection.fetch(MODES, wanted)} if wanted else {}


def settings_for(ticket: Ticket, modes: Mapping[str, Mode], pack: RulePack) -> ModeSettings | None:
    """Return what holds for a ticket; None: its pack knows no modes."""
    return None if pack.modes is None else settings_of(pack.modes, modes.get(ticket.area, Mode.NORMAL))


def is_child(ticket: Ticket) -> bool:
    """Tell whether a ticket stands in another one's incident (副单), also after the restoration."""
    return ticket.incident_id != ticket.id


async def by_incident(connection: Connection, tickets: Iterable[Ticket], *, packs: Packs) -> frozenset[str]:
    """Return the ids of the tickets for which their incident is chased, supervised and escalated."""
    children = [ticket for ticket in tickets if is_child(ticket)]
    modes = await modes_in(connection, (ticket.area for ticket in children))
    return frozenset(
        ticket.id
        for ticket in children
        if (settings := settings_for(ticket, modes, packs.get(ticket.pack))) and settings.supervise == "incident"
    )


async def asks_by_text(connection: Connection, ticket: Ticket, pack: RulePack) -> bool:
    """Tell whether the ticket's customer is asked by text and not called (短信回访)."""
    modes = await modes_in(connection, (ticket.area,))
    settings = settings_for(ticket, modes, pack)
    return settings is not None and settings.callback == "sms"
