"""Taking a crew in a dispatch: the depot is locked, then the crew, and what they hold is counted afresh."""

from dispatch.capacity import reserve
from dispatch.capacity.reserve import DepotFull
from dispatch.kit.db import Connection
from dispatch.kit.errors import Refusal

from .choosing import Choice, full

LOCK_CREW = """
SELECT active AND NOT EXISTS (SELECT FROM crew_outage WHERE crew_id = crew.id AND ended_at IS NULL)
FROM crew WHERE id = $1 FOR NO KEY UPDATE
"""
COUNT_OPEN = "SELECT count(*) FROM dispatch WHERE crew_id = $1 AND ended_at IS NULL"


class CrewTaken(Refusal):
    """Another ticket got the crew first."""


async def take(tx: Connection, choice: Choice, queue_max: int) -> None:
    """Lock the depot, then the crew, and count afresh what they hold."""
    offer = choice.offer
    held = await reserve.hold(tx, offer.depot)
    if held.full and not choice.override:
        raise DepotFull(f"班所 {offer.depot} 的抢修承载力已满({held.jobs} 单),请另选班组", depot=offer.depot)
    active = await tx.fetchval(LOCK_CREW, offer.crew_id)
    open_jobs = await tx.fetchval(COUNT_OPEN, offer.crew_id)
    if not active:
        raise CrewTaken(f"{offer.crew_name} 已停用或停派,请另选班组", crew_id=offer.crew_id)
    if open_jobs and not choice.override:
        raise CrewTaken(f"{offer.crew_name} 刚被派往其他工单,请查看最新候选", crew_id=offer.crew_id)
    if open_jobs >= queue_max:
        raise full(offer.crew_name, open_jobs)
