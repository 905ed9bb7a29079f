"""A small province in one value: who covers whom, for tests that need no database, and its rows for those that do."""

from datetime import UTC, datetime

from dispatch.accounts.model import Account, Role
from dispatch.kit.db import Database

AT = datetime(2026, 1, 5, 0, 30, tzinfo=UTC)
PASSWORD = "Wiring-2026-ok"

AREAS = [
    ("33", "浙江", "province", None),
    ("3302", "宁波", "city", "33"),
    ("330225", "象山", "county", "3302"),
    ("330226", "宁海", "county", "3302"),
    ("330225-1", "丹城供电所", "depot", "330225"),
    ("330225-2", "石浦供电所", "depot", "330225"),
    ("330226-1", "西店供电所", "depot", "330226"),
]
PARENT = {code: parent for code, _name, _level, parent in AREAS}
CREWS = [("c1", "330225-1", "330225"), ("c2", "330225-2", "330225"), ("c9", "330226-1", "330226")]


def covers(above: str, below: str) -> bool:
    """Say whether ``below`` is ``above`` or lies in it."""
    code: str | None = below
    while code is not None and code != above:
        code = PARENT.get(code)
    return code is not None


def account(role: Role, area: str, *, crew_id: str | None = None, active: bool = True) -> Account:
    return Account(id=f"{role.value}-{area}", login="x", name="x", role=role, area=area, crew_id=crew_id, active=active)


async def furnish(db: Database) -> None:
    """Write areas and crews, and one administrator of the province and one of a county."""
    async with db.transaction() as tx:
        await tx.executemany("INSERT INTO area (code, name, level, parent) VALUES ($1, $2, $3, $4)", AREAS)
        await tx.executemany("INSERT INTO crew (id, name, depot, area) VALUES ($1, $1, $2, $3)", CREWS)
        await tx.executemany(
            "INSERT INTO account (id, login, name, role, area, created_at) VALUES ($1, $1, $1, $2, $3, $4)",
            [("root", "ADMINISTRATOR", "33", AT), ("local", "ADMINISTRATOR", "330225", AT)],
        )


ROOT = Account(id="root", login="root", name="root", role=Role.ADMINISTRATOR, area="33")
LOCAL = Account(id="local", login="local", name="local", role=Role.ADMINISTRATOR, area="330225")
