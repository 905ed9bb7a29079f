"""What might be merged (归并建议): proposed with its evidence, merged by a person, and once turned down never again."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.desk import idempotency
from dispatch.desk.acting import permit
from dispatch.desk.intake.placing import check_county
from dispatch.desk.room import Desk, Once
from dispatch.kit.db import Connection
from dispatch.kit.errors import Refusal
from dispatch.kit.looprules import MergingRules
from dispatch.tickets import proposals as rules
from dispatch.tickets import store
from dispatch.tickets.model import Ticket
from dispatch.tickets.proposals import Known, Proposal, Supply

MOST = 5000  # tickets of one county that are compared; the newest stay out in a storm worse than any known
CANDIDATES = """
SELECT doc, head FROM ticket WHERE is_open AND area = $1 AND stage = ANY($2::text[]) ORDER BY reported_at, id LIMIT $3
"""
SUPPLY = """
WITH RECURSIVE up AS (
    SELECT code AS account, kind, code, parent FROM network_node WHERE code = ANY($1::text[]) AND kind = 'account'
    UNION ALL
    SELECT up.account, n.kind, n.code, n.parent FROM up JOIN network_node AS n ON n.code = up.parent
)
SELECT account, kind, code FROM up WHERE kind IN ('box', 'transformer', 'feeder')
"""
DECLINED = "SELECT one, other FROM merge_declined WHERE one = ANY($1::text[])"
DECLINE = """
INSERT INTO merge_declined (one, other, area, by, at, reason) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING RETURNING one
"""
STAGES = [stage.value for stage in sorted(rules.PARENTS | rules.CHILDREN | {rules.S.MERGED})]


class NotProposed(Refusal):
    """There is no such proposal, or it is settled."""


async def of_county(desk: Desk, area: str, *, by: Account) -> list[Proposal]:
    """
    Return what might be merged in a county, the oldest report first.

    :raises UnknownCounty: if ``area`` is not a county
    :raises Forbidden: if it lies outside the reach of ``by``
    """
    check_county(desk, area, field="area")
    rights.check(by, "merging.read", area=area, covers=desk.areas.covers)
    async with desk.db.connection() as connection:
        return await _proposals(connection, desk, area)


async def of_ticket(desk: Desk, ticket_id: str, *, by: Account) -> list[Proposal]:
    """
    Return into what a ticket might be merged, and what into it.

    :raises NotFound: if there is none, or none that ``by`` may see
    """
    async with desk.db.connection() as connection:
        ticket = await store.load(connection, ticket_id)
        permit(desk, by, "ticket.merge-proposals", ticket)
        return await _about(connection, desk, ticket)


async def decline(
    desk: Desk, ticket_id: str, other_id: str, *, reason: str, by: Account, at: datetime, once: Once | None = None
) -> None:
    """
    Turn a proposal down: the two are not proposed to each other again.

    :raises NotProposed: if it is not proposed, or no longer
    """
    async with desk.db.transaction() as tx:
        ticket = await store.load(tx, ticket_id)
        if await idempotency.find(tx, by, once) is not None:
            return
        permit(desk, by, "ticket.decline-merge", ticket)
        proposed = {rules.pair(one.child.id, one.parent.id) for one in await _about(tx, desk, ticket)}
        two = rules.pair(ticket_id, other_id)
        if two not in proposed or await tx.fetchval(DECLINE, *two, ticket.area, by.id, at, reason) is None:
            raise NotProposed(f"没有把工单 {ticket.ticket_no} 与该工单归并的待定建议,可能已处理,请刷新后再看")
        await idempotency.remember(tx, by, once, "")


async def _about(connection: Connection, desk: Desk, ticket: Ticket) -> list[Proposal]:
    found = await _proposals(connection, desk, ticket.area)
    return [one for one in found if ticket.id in (one.child.id, one.parent.id)]


async def _proposals(connection: Connection, desk: Desk, area: str) -> list[Proposal]:
    merging = desk.pack.merging
    if merging is None:
        return []
    tickets = [store.ticket_of(row) for row in await connection.fetch(CANDIDATES, area, STAGES, MOST)]
    ids = [ticket.id for ticket in tickets]
    declined = {(row["one"], row["other"]) for row in await connection.fetch(DECLINED, ids)}
    parents = {ticket.merged_into for ticket in tickets if ticket.merged_into is not None}
    known = await with_supplies(connection, tickets)
    return await asyncio.to_thread(_compared, known, merging, declined, parents)


def _compared(
    known: Sequence[Known], merging: MergingRules, declined: set[rules.Pair], parents: set[str]
) -> list[Proposal]:
    return rules.proposals(known, merging, declined=declined, having_children=parents)


async def with_supplies(connection: Connection, tickets: Sequence[Ticket]) -> list[Known]:
    """Return the tickets with what is known of their supply."""
    supplies = await _supplies(connection, tickets)
    return [rules.known(ticket, supplies.get(ticket.account_no or "", Supply())) for ticket in tickets]


async def _supplies(connection: Connection, tickets: Sequence[Ticket]) -> dict[str, Supply]:
    """Return what each account hangs on, as the network's books say."""
    accounts = list({ticket.account_no for ticket in tickets if ticket.account_no is not None})
    above: dict[str, dict[str, str]] = {}
    for row in await connection.fetch(SUPPLY, accounts):
        above.setdefault(row["account"], {})[row["kind"]] = row["code"]
    return {account: Supply(**found) for account, found in above.items()}
