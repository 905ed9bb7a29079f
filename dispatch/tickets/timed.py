"""
The clocks of a ticket told with it: by when what is due.

``due`` follows from the ticket and its pack alone, so no event brings it and no fold knows it: whoever writes a ticket
adds it from the clocks that he sets anyway. Rows that are older than the field get it when they are read.
"""

from collections.abc import Iterable
from datetime import UTC

from dispatch.kit.rulepack import Packs, RulePack

from . import limits
from .limits import Clock
from .model import Ticket, document
from .words import Limit

TOLD = '"due":{'  # the last field; no text of a customer can look like it: inside a JSON string quotes are escaped


def with_due(ticket: Ticket, running: Iterable[tuple[Limit, Clock]]) -> Ticket:
    """Return the ticket with these clocks, those that ``limits.running`` returns for it."""
    return ticket.model_copy(update={"due": {limit: clock.due_at.astimezone(UTC) for limit, clock in running}})


def timed(ticket: Ticket, pack: RulePack) -> Ticket:
    """Return the ticket with its clocks."""
    return with_due(ticket, limits.running(ticket, pack))


def known(ticket: Ticket, packs: Packs) -> Ticket:
    """
    Return a ticket that was read, with its clocks, however old its row is.

    :raises UnknownPack: if its row is old and its pack is lost
    """
    return ticket if ticket.due is not None else timed(ticket, packs.get(ticket.pack))


def told(text: str, packs: Packs) -> str:
    """Return a ticket's document with its clocks, however old its row is."""
    return text if text.rfind(TOLD) > 0 else document(known(Ticket.model_validate_json(text), packs))
