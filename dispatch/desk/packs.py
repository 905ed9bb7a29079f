"""The rule packs that were ever in force: kept in the database, so that no ticket loses the one it was opened under."""

from dispatch.kit.db import Database
from dispatch.kit.rulepack import Packs, RulePack

REGISTER = """
INSERT INTO rule_pack (key, body, digest) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING
"""
OTHERS = """
SELECT body FROM rule_pack
WHERE NOT EXISTS (
  SELECT FROM unnest($1::text[], $2::text[]) AS held (key, digest)
  WHERE held.key = rule_pack.key AND held.digest = rule_pack.digest
)
ORDER BY key
"""
WAITING = "SELECT key FROM rule_pack_plan WHERE begun_at IS NULL"  # planned, or withdrawn before they began


async def register(db: Database, packs: Packs) -> Packs:
    """
    Keep the packs in the database, and return them with those that were in force once and came with no file.

    :raises BadPack: if a pack says something else than it did under the same key
    """
    async with db.transaction() as tx:
        rows = [(key, pack.model_dump_json(), packs.digests[key]) for key, pack in sorted(packs.by_key.items())]
        await tx.executemany(REGISTER, rows)
    return await known_packs(db, packs)


async def known_packs(db: Database, packs: Packs) -> Packs:
    """
    Return the packs with those that were in force once and came with no file; nothing is written.

    :raises BadPack: if a pack says something else than it did under the same key
    """
    async with db.connection() as connection:
        bodies = [
            row["body"] for row in await connection.fetch(OTHERS, list(packs.digests), list(packs.digests.values()))
        ]
        waiting = frozenset(row["key"] for row in await connection.fetch(WAITING))
    known = packs.having(RulePack.model_validate_json(body) for body in bodies)
    return Packs(known.by_key, waiting)
