"""What stands on the command desk: the database, the rule packs, the map, the crews; and what a report brings along."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dispatch.accounts.model import Account
from dispatch.kit.db import Database
from dispatch.kit.latest import Latest
from dispatch.kit.rulepack import Packs, RulePack
from dispatch.kit.workdays import Calendar
from dispatch.places.areas import Areas
from dispatch.places.finder import Finder
from dispatch.places.locate import Locator
from dispatch.tickets.events import Actor, Geo
from dispatch.tickets.words import Source

if TYPE_CHECKING:
    from dispatch.routing.fleet import Fleet
    from dispatch.routing.travel import Travel


@dataclass
class Desk:
    """
    All that a command needs; one for each process. What is in memory can be rebuilt from the database.

    ``areas`` and ``locator`` are replaced whole when an administrator loads another map (``MapKeeper``).
    """

    db: Database
    packs: Packs
    pack_id: str  # family of packs that new tickets are opened under
    areas: Areas
    locator: Locator
    fleet: "Fleet"
    travel: "Travel"  # by road, or by straight lines where no graph was set
    calendar: Calendar = field(default_factory=Calendar.of_library)
    finder: Finder = field(default_factory=Finder)  # of places; its keeper replaces it whole (``PlaceKeeper``)
    pictures: Latest[Any] = field(default_factory=lambda: Latest(most=8))  # plans laid out (``planning.picture``)
    asked: dict[str, datetime] = field(default_factory=dict)  # region -> when somebody asked why there last
    lengths: Latest[Any] = field(default_factory=lambda: Latest(most=32))  # of work, by region (``planning.lengths``)
    # Solvers that people wait for: so many at a time in this process, the others wait their turn.
    children: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))

    @property
    def pack(self) -> RulePack:
        """The pack that a ticket opened now is under."""
        return self.packs.latest(self.pack_id)


@dataclass(frozen=True, slots=True)
class Report:
    """
    What comes with a report beside its own matter.

    :param claimed_at: the reporter's time; None: now
    :param version: version of the ticket that the reporter saw; None: whatever it is
    """

    claimed_at: datetime | None = None
    source: Source = Source.SYSTEM
    geo: Geo | None = None
    version: int | None = None


@dataclass(slots=True)
class Once:
    """
    How a request that is sent again is known.

    :param request_hash: digest of what was asked; the same key with another request is refused
    :param replayed: set by the desk when the answer is the first request's
    """

    key: str
    request_hash: bytes
    replayed: bool = False


def actor(account: Account) -> Actor:
    """Say the account in the ticket room's words."""
    return Actor(account.id, account.role.value)
