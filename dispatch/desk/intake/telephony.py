"""Calls at the seats as the telephone platform (话务平台) tells them: who rings where, and that it is over."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.accounts.model import Account, Role
from dispatch.accounts.rights import SEATS
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid
from dispatch.notify import ringing
from dispatch.notify.phones import plain
from dispatch.notify.ringing import TelephoneCall
from dispatch.tickets.matters import phone_key

SEAT = "SELECT id, role, active FROM account WHERE login = $1 FOR NO KEY UPDATE"  # one call of a seat at a time
CALLED_BEFORE = """
SELECT EXISTS (SELECT FROM matter WHERE key = $1) OR EXISTS (SELECT FROM call WHERE phone = ANY($2::text[]))
"""


class UnknownSeat(Invalid):
    """No account has the login that the telephone platform named."""


class NotASeat(Invalid):
    """The account takes no calls."""


@dataclass(frozen=True, slots=True)
class Rang:
    """
    A call that rings, or is on already.

    :param agent: login of the seat
    :param phone: None: the caller withheld it
    """

    call_ref: str
    agent: str
    phone: str | None
    at: datetime


async def ring(desk: Desk, rang: Rang, *, now: datetime) -> bool:
    """
    Show a call at its seat, and tell whether it is shown: the same told again, or too late, changes nothing.

    :raises UnknownSeat: if no account has the login
    :raises NotASeat: if its account is stopped, or not a seat's
    """
    async with desk.db.transaction() as tx:
        account_id = await _seat(tx, rang.agent)
        phone = rang.phone or ""
        known = await _called_before(tx, phone)
        call = TelephoneCall(rang.call_ref, account_id, phone, known, min(rang.at, now))
        return await ringing.ring(tx, call, now=now)


async def hang_up(desk: Desk, call_ref: str, *, at: datetime, now: datetime) -> None:
    """End a call, and forget its number; one that nobody knows is none of ours."""
    async with desk.db.transaction() as tx:
        await ringing.end(tx, call_ref, at=min(at, now))


async def mine(desk: Desk, *, by: Account, now: datetime) -> TelephoneCall | None:
    """Return the call that rings or is on at the caller's own seat."""
    async with desk.db.connection() as connection:
        return await ringing.of_seat(connection, by.id, now=now)


async def _seat(tx: Connection, login: str) -> str:
    row = await tx.fetchrow(SEAT, login)
    if row is None:
        raise UnknownSeat(
            f"没有登录名为 {login} 的账号;请核对话务平台的坐席与本系统登录名的对应关系", field="agent", agent=login
        )
    role = Role(row["role"])
    if role not in SEATS or not row["active"]:
        why = "已停用" if role in SEATS else f"的角色是“{role.label}”,不接来电"
        raise NotASeat(
            f"账号 {login} {why};请改填座席或班长席的登录名,或由管理员启用该账号", field="agent", agent=login
        )
    account_id: str = row["id"]
    return account_id


async def _called_before(tx: Connection, phone: str) -> bool:
    digits = plain(phone)
    return bool(digits) and await tx.fetchval(CALLED_BEFORE, phone_key(digits), sorted({phone, digits}))
