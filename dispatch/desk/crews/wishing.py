"""What persons said of who does a ticket (指定与排除), for whoever chooses a crew for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from dispatch.kit.db import Connection

from .choosing import Choice, NoCandidates

OF_TICKET = "SELECT crew_id, kind FROM plan_wish WHERE ticket_id = $1 AND undone_at IS NULL ORDER BY id"


@dataclass(frozen=True, slots=True)
class Wished:
    """Which crew a ticket is to have, and which it is not."""

    pinned: str | None = None
    vetoed: frozenset[str] = frozenset()

    def allows(self, crew_id: str) -> bool:
        return self.pinned in (None, crew_id) and crew_id not in self.vetoed


async def wished(connection: Connection, ticket_id: str) -> Wished:
    """Return what was said of a ticket and not taken back."""
    rows = await connection.fetch(OF_TICKET, ticket_id)
    pinned = next((row["crew_id"] for row in rows if row["kind"] == "pin"), None)
    return Wished(pinned, frozenset(row["crew_id"] for row in rows if row["kind"] == "veto"))


def heard(choices: Sequence[Choice], wish: Wished) -> list[Choice]:
    """
    Return the choices that nobody spoke against.

    :raises NoCandidates: if there is none left
    """
    left = [choice for choice in choices if wish.allows(choice.offer.crew_id)]
    if not left:
        said = f"已指定班组 {wish.pinned}" if wish.pinned else f"已排除 {len(wish.vetoed)} 支班组"
        raise NoCandidates(f"本单{said},其余空闲合格班组中没有可派的;请撤销指定或排除,或手工指定班组", field="crew_id")
    return left
