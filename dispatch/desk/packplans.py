"""
Rule packs that an administrator brings: checked, compared with the one in force, followed from an instant on.

A planned pack is known to every process before it is in force, so that no ticket opened under it meets a process that
has never heard of it. Tickets keep the pack that they were opened under.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import yaml

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.kit.db import Connection, Database
from dispatch.kit.errors import Invalid, NotFound, Refusal
from dispatch.kit.packlines import Pair, beside, lines_of
from dispatch.kit.polling import poll_on
from dispatch.kit.rulepack import BadPack, RulePack, read

from .packs import REGISTER, known_packs
from .room import Desk

POLL_S = 2.0
AHEAD = timedelta(minutes=1)  # so long before a pack is in force every process must have heard of it
PLANS = "SELECT * FROM rule_pack_plan ORDER BY from_at DESC, key DESC"
LATER = """
SELECT key FROM rule_pack_plan WHERE family = $1 AND begun_at IS NULL AND withdrawn_at IS NULL AND from_at > $2
"""
KNOWN = "SELECT EXISTS (SELECT FROM rule_pack WHERE key = $1)"
PLAN = """
INSERT INTO rule_pack_plan (key, family, from_at, reason, planned_by, planned_at) VALUES ($1, $2, $3, $4, $5, $6)
"""
WITHDRAW = """
UPDATE rule_pack_plan SET withdrawn_by = $2, withdrawn_at = $3
WHERE key = $1 AND begun_at IS NULL AND withdrawn_at IS NULL RETURNING *
"""
BEGIN = """
UPDATE rule_pack_plan SET begun_at = $1 WHERE from_at <= $1 AND begun_at IS NULL AND withdrawn_at IS NULL RETURNING key
"""
SIGNATURE = "SELECT (count(*), count(begun_at), count(withdrawn_at))::text FROM rule_pack_plan"
AUDIT = "INSERT INTO audit (at, account_id, action, subject) VALUES ($1, $2, $3, $4)"


class OldVersion(Invalid):
    """The pack's version is not newer than those that are known."""


class OtherFamily(Invalid):
    """The pack is of another family than the one that is followed here."""


class TooSoon(Invalid):
    """The pack would be in force before every process has heard of it, or before one that was planned earlier."""


class NoSuchPlan(NotFound):
    """No pack of that key is planned."""


class Begun(Refusal):
    """The pack is in force already, or was withdrawn."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A pack that was brought by an administrator."""

    key: str
    family: str
    from_at: datetime
    reason: str
    planned_by: str
    planned_at: datetime
    begun_at: datetime | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None


def checked(desk: Desk, text: str, *, by: Account) -> tuple[RulePack, list[Pair]]:
    """
    Return the pack that the YAML says, and what differs from the one in force; nothing is kept.

    :raises BadPack: naming the line or the key that is wrong
    :raises OtherFamily, OldVersion: if it cannot follow the one in force
    """
    rights.check_role(by, "pack.plan")
    _refuse_aliases(text)
    pack = read(text, "上传的规则包")
    if pack.id != desk.pack_id:
        said = f"本系统按 {desk.pack_id} 系列计时,不能启用 {pack.id};请改 id,或由运维改 DISPATCH_PACK"
        raise OtherFamily(said, field="id")
    newest = max((one for one in desk.packs.by_key.values() if one.id == pack.id), key=_version)
    if _version(pack) <= _version(newest):
        raise OldVersion(f"版本 {pack.version} 不比已有的 {newest.version} 新,请改用更大的版本号", field="version")
    return pack, [pair for pair in beside(lines_of(pack), lines_of(desk.pack)) if pair.differs]


def _refuse_aliases(text: str) -> None:
    """
    Refuse a text that repeats itself by reference: a few lines of it can stand for gigabytes.

    :raises BadPack: if it does
    """
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text)):
            raise BadPack("规则包里不能用 YAML 引用(& 与 *),请把内容写全", field="text")
    except yaml.YAMLError:
        return  # ``read`` says where


def _version(pack: RulePack) -> tuple[int, ...]:
    return tuple(map(int, pack.version.split(".")))


async def plan(desk: Desk, text: str, from_at: datetime, reason: str, *, by: Account, at: datetime) -> Planned:
    """
    Keep a pack; tickets that are opened from an instant on are under it.

    :raises TooSoon: if the instant is less than a minute ahead, or another pack begins later
    """
    pack, _ = await asyncio.to_thread(checked, desk, text, by=by)
    if from_at < at + AHEAD:
        raise TooSoon("启用时刻至少要比现在晚 1 分钟,好让各进程都先读到它,请推后", field="from_at")
    async with desk.db.transaction() as tx:
        await tx.execute("LOCK TABLE rule_pack_plan IN SHARE ROW EXCLUSIVE MODE")
        if later := await tx.fetchval(LATER, pack.id, from_at):
            raise TooSoon(f"{later} 已安排在更晚启用,新版本不能早于它;请推后,或先撤销 {later}", field="from_at")
        if await tx.fetchval(KNOWN, pack.key):
            raise OldVersion(f"版本号 {pack.version} 已经用过,请改用更大的版本号", field="version")
        await tx.execute(REGISTER, pack.key, pack.model_dump_json(), pack.digest)
        await tx.execute(PLAN, pack.key, pack.id, from_at, reason, by.id, at)
        await tx.execute(AUDIT, at, by.id, "pack.plan", pack.key)
    return Planned(pack.key, pack.id, from_at, reason, by.id, at, None, None, None)


async def withdraw(desk: Desk, key: str, *, by: Account, at: datetime) -> Planned:
    """
    Take a planned pack back before it is in force.

    :raises Begun: if it is in force, or was taken back before
    """
    rights.check_role(by, "pack.plan")
    async with desk.db.transaction() as tx:
        row = await tx.fetchrow(WITHDRAW, key, by.id, at)
        if row is None:
            if not await tx.fetchval("SELECT EXISTS (SELECT FROM rule_pack_plan WHERE key = $1)", key):
                raise NoSuchPlan(f"没有安排启用的规则包 {key},请核对", field="key")
            raise Begun(f"{key} 已经启用或已撤销,不能再撤销;要改回,请上传更大版本号的规则包", field="key")
        await tx.execute(AUDIT, at, by.id, "pack.withdraw", key)
    return Planned(**dict(row))


async def planned(desk: Desk) -> Sequence[Planned]:
    """Return every pack that was ever planned, the latest first."""
    async with desk.db.connection() as connection:
        return [Planned(**dict(row)) for row in await connection.fetch(PLANS)]


async def begin_due(db: Database, *, at: datetime) -> list[str]:
    """Put into force what is due; return the keys."""
    async with db.transaction() as tx:
        return [row["key"] for row in await tx.fetch(BEGIN, at)]


async def signature(connection: Connection) -> str:
    """Return what is another text after every change of the plans."""
    found: str = await connection.fetchval(SIGNATURE)
    return found


class PackKeeper:
    """Reads the packs of a desk again when one was planned, begun or withdrawn."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._signature: str | None = None

    async def poll(self) -> bool:
        """
        Read the packs if the plans are others than last time; tell whether they were.

        :raises Unavailable: if the database cannot be reached; the packs stay as they were
        """
        async with self._desk.db.connection() as connection:
            now = await signature(connection)
        if now == self._signature:
            return False
        self._desk.packs = await known_packs(self._desk.db, self._desk.packs)
        self._signature = now
        return True

    async def run(self) -> None:
        """Follow until cancelled; a lost database is waited for."""
        await poll_on("packs", self.poll, every_s=POLL_S)
