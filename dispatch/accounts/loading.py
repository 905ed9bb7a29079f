"""
Accounts that come with a world file: made, or brought up to date.

A file's password is a person's first one: who has a password keeps it, unless passwords are to be reset (a forgotten
one). Who gets another role, area, crew or password, or is stopped, is put out: his sessions and tokens end in the same
transaction, and a line in ``audit`` says what changed. A file that says what is there already changes nothing.
"""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dispatch.kit.db import Connection, Database, Row

from .model import SYSTEM, Role
from .passwords import Hasher, check_rules
from .store import MANAGE

KNOWN = "SELECT id, role, area, crew_id, active, password_hash FROM account WHERE id = ANY($1::text[])"
LOCKED = f"{KNOWN} ORDER BY id FOR UPDATE"
WRITE = """
INSERT INTO account (id, login, name, role, area, crew_id, active, password_hash, created_at)
VALUES ($1, $2, $3, $4, $5, $6, coalesce($7, true), $8, now())
ON CONFLICT (id) DO UPDATE SET login = EXCLUDED.login, name = EXCLUDED.name, role = EXCLUDED.role,
    area = EXCLUDED.area, crew_id = EXCLUDED.crew_id, active = coalesce($7, account.active),
    password_hash = coalesce(EXCLUDED.password_hash, account.password_hash),
    failed_logins = CASE WHEN $8::text IS NULL THEN account.failed_logins ELSE 0 END,
    locked_until = CASE WHEN $8::text IS NULL THEN account.locked_until END
"""
PUT_OUT = (
    "DELETE FROM session WHERE account_id = ANY($1::text[])",
    "DELETE FROM machine_token WHERE account_id = ANY($1::text[])",
)
NOTE = """
INSERT INTO audit (at, account_id, action, subject, area, details) VALUES (now(), $1, $2, $3, $4, $5::jsonb)
"""


@dataclass(frozen=True, slots=True)
class Loaded:
    """One account of a file. ``active`` None: as it is; ``password`` None: as it is."""

    id: str
    login: str
    name: str
    role: Role
    area: str
    crew_id: str | None = None
    active: bool | None = None
    password: str | None = None


@dataclass(frozen=True, slots=True)
class Hashes:
    """
    What becomes of the passwords of a file, worked out before the transaction: hashing takes its time.

    :param fresh: hash of the password of each account that is to get one
    :param stored: the hash that was there when that was decided
    """

    fresh: Mapping[str, str]
    stored: Mapping[str, str | None]

    def new(self, account_id: str, stored: str | None) -> str | None:
        """Return the hash to be stored; None: what is there stays, as it does if its owner changed it meanwhile."""
        return self.fresh.get(account_id) if self.stored.get(account_id) == stored else None


async def hashes(db: Database, accounts: Sequence[Loaded], *, reset: bool) -> Hashes:
    """
    Hash the passwords of a file that are to be set, each different one once.

    :param reset: also of those who have another one
    :raises WeakPassword: if one is too easy to guess
    """
    given = {one.id: one.password for one in accounts if one.password is not None}
    for one in accounts:
        if one.password is not None:
            check_rules(one.password, login=one.login)
    async with db.connection() as connection:
        stored = {row["id"]: row["password_hash"] for row in await connection.fetch(KNOWN, list(given))}
    kept = await _matching(given, stored) if reset else {name for name, hashed in stored.items() if hashed}
    words = sorted({password for name, password in given.items() if name not in kept})
    hasher = Hasher(max_waiting=len(words))
    made = dict(zip(words, await asyncio.gather(*map(hasher.hash, words)), strict=True))
    return Hashes({name: made[password] for name, password in given.items() if name not in kept}, stored)


async def _matching(given: Mapping[str, str], stored: Mapping[str, str | None]) -> set[str]:
    """Return the accounts whose stored password is the one of the file."""
    pairs = sorted({(hashed, given[name]) for name, hashed in stored.items() if hashed})
    hasher = Hasher(max_waiting=len(pairs))
    same = await asyncio.gather(*(hasher.matches(*pair) for pair in pairs))
    right = {pair for pair, matches in zip(pairs, same, strict=True) if matches}
    return {name for name, hashed in stored.items() if hashed and (hashed, given[name]) in right}


async def write(tx: Connection, accounts: Sequence[Loaded], made: Hashes) -> None:
    """
    Make the accounts or bring them up to date, and put out those whose access is another now.

    :raises asyncpg.UniqueViolationError: if a login belongs to another account
    """
    before = {row["id"]: row for row in await tx.fetch(LOCKED, [one.id for one in accounts])}
    stored = {name: row["password_hash"] for name, row in before.items()}
    rows = [(one, made.new(one.id, stored.get(one.id))) for one in accounts]
    await tx.executemany(
        WRITE,
        [(a.id, a.login, a.name, a.role.value, a.area, a.crew_id, a.active, hashed) for a, hashed in rows],
    )
    changed = {
        one.id: told for one, hashed in rows if one.id in before and (told := _told(before[one.id], one, hashed))
    }
    for statement in PUT_OUT:
        await tx.execute(statement, list(changed))
    await tx.executemany(NOTE, _notes(accounts, changed))


def _told(row: Row, one: Loaded, hashed: str | None) -> dict[str, object]:
    """Return what changes of an account's access; {}: nothing."""
    wanted: dict[str, object] = {"role": one.role.value, "area": one.area, "crew_id": one.crew_id}
    if one.active is not None:
        wanted["active"] = one.active
    changed = {name: [row[name], value] for name, value in wanted.items() if row[name] != value}
    return {"changed": changed, "password": hashed is not None, "loaded": True} if changed or hashed else {}


def _notes(
    accounts: Sequence[Loaded], changed: Mapping[str, Mapping[str, object]]
) -> Iterable[tuple[str, str, str, str, str]]:
    for one in accounts:
        if one.id in changed:
            yield SYSTEM.id, MANAGE, one.id, one.area, json.dumps(changed[one.id], ensure_ascii=False)
