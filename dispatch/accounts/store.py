"""Administration of accounts: make, list, change, stop. Each change leaves a line in ``audit``; SQLModel sessions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any, NoReturn

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from dispatch.kit.errors import Invalid, NotFound, Refusal
from dispatch.kit.orm import Administration

from .model import LEVELS, PLACED, Account, AccountChange, NewAccount, Role, check_crew
from .rights import Covers, allowed, check, check_role
from .rows import AccountRow, AreaRow, AuditRow, CrewRow, IdempotencyRow, SessionRow, TokenRow

MANAGE = "account.manage"
PAGE = 200  # accounts in one answer at most


class LoginTaken(Refusal):
    """Another account has this login."""


class UnknownArea(Invalid):
    """No area has this code."""


class UnknownCrew(Invalid):
    """No crew of the area has this id."""


class Misplaced(Invalid):
    """A role that makes no sense at this level of area."""


class KeyReused(Invalid):
    """The Idempotency-Key was used for another request."""


class OwnAccount(Refusal):
    """An administrator cannot take the ground from under his own feet."""


@dataclass(slots=True)
class Once:
    """
    What makes a creating request repeatable.

    :param key: made by the caller
    :param request_hash: digest of the request without its secrets
    :param replayed: set here when the answer is the first request's
    """

    key: str
    request_hash: bytes
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Sought:
    """
    Which accounts are wanted.

    :param said: words that must all stand in login or name
    :param area: of this area and what lies below it
    """

    said: Sequence[str] = ()
    role: Role | None = None
    area: str | None = None


ANYBODY = Sought()


async def create(
    orm: Administration, new: NewAccount, *, password_hash: str | None, by: Account, at: datetime, once: Once
) -> Account:
    """
    Make an account; the same key again returns the one that was made.

    :raises Forbidden: if ``by`` may not manage accounts in the area
    :raises LoginTaken: if the login exists
    :raises UnknownArea, UnknownCrew, Misplaced: if role, area and crew do not fit
    :raises KeyReused: if the key was used for something else
    """
    check_role(by, MANAGE)
    try:
        async with orm.transaction() as session:
            if first := await first_answer(session, by, once):
                return Account.model_validate_json(first)
            await _check_place(session, new.role, new.area, new.crew_id)
            check(by, MANAGE, area=new.area, covers=await sight(session, by))
            return await _insert(session, new, password_hash, by, at, once)
    except IntegrityError as error:
        if "idempotency" in str(error.orig):  # the same request was on its way twice
            async with orm.transaction() as session:
                return Account.model_validate_json(await first_answer(session, by, once) or "")
        _refuse_login(error, new.login)


async def _insert(
    session: AsyncSession, new: NewAccount, password_hash: str | None, by: Account, at: datetime, once: Once
) -> Account:
    row = AccountRow(
        id=token_hex(8),
        login=new.login,
        name=new.name,
        role=new.role,
        area=new.area,
        crew_id=new.crew_id,
        password_hash=password_hash,
        created_at=at,
    )
    account = row.account()
    session.add(answered(by, once, account.model_dump_json()))
    await session.flush()
    session.add(row)
    note(session, MANAGE, by, account, at, made={"role": new.role.value, "area": new.area})
    await session.flush()
    return account


def _refuse_login(error: IntegrityError, login: str) -> NoReturn:
    if "account_login_key" not in str(error.orig):
        raise error
    raise LoginTaken(f"登录名 {login} 已有人使用,请换一个", field="login") from error


async def page(
    orm: Administration, *, by: Account, sought: Sought = ANYBODY, after: str | None, limit: int
) -> Sequence[Account]:
    """Return the accounts of the administrator's area in the order of their logins, from behind ``after``."""
    check_role(by, MANAGE)
    async with orm.transaction() as session:
        wanted = select(AccountRow).where(col(AccountRow.area).in_(_below(by.area)))
        for word in sought.said:
            either = col(AccountRow.login).icontains(word, autoescape=True)
            wanted = wanted.where(either | col(AccountRow.name).icontains(word, autoescape=True))
        if sought.role is not None:
            wanted = wanted.where(col(AccountRow.role) == sought.role.value)
        if sought.area is not None:
            wanted = wanted.where(col(AccountRow.area).in_(_below(sought.area, "sought")))
        if after is not None:
            wanted = wanted.where(col(AccountRow.login) > after)
        rows = await session.exec(wanted.order_by(col(AccountRow.login)).limit(min(limit, PAGE)))
        return [row.account() for row in rows]


async def change(
    orm: Administration,
    account_id: str,
    wanted: AccountChange,
    *,
    password_hash: str | None,
    by: Account,
    at: datetime,
) -> Account:
    """
    Change an account.

    A new password or ``active=True`` unlocks it; a new password or ``active=False`` ends its sessions.

    :raises NotFound: no such account in the administrator's area
    :raises Forbidden: if it is to be moved out of the administrator's area
    :raises OwnAccount: if an administrator would lock himself out
    """
    async with orm.transaction() as session:
        row = await managed(session, account_id, by, lock=True)
        given = wanted.model_dump(exclude={"password"}, exclude_none=True)
        if given.get("role", Role.CREW) is not Role.CREW:
            given["crew_id"] = None
        _check_own(row, given, by)
        await _check_move(session, row, given, by)
        before = {name: getattr(row, name) for name in given}
        for name, value in given.items():
            setattr(row, name, value)
        await _change_access(session, row, wanted, password_hash)
        told = {name: [before[name], getattr(row, name)] for name in given if before[name] != getattr(row, name)}
        note(session, MANAGE, by, row.account(), at, changed=told, password=password_hash is not None)
        return row.account()


def _check_own(row: AccountRow, given: Mapping[str, object], by: Account) -> None:
    kept = {"role": row.role, "area": row.area, "active": True}
    if row.id == by.id and any(given.get(name, value) != value for name, value in kept.items()):
        raise OwnAccount("不能停用自己的账号或改自己的角色、区域,请另一位管理员办理")


async def _check_move(session: AsyncSession, row: AccountRow, given: Mapping[str, Any], by: Account) -> None:
    if not given.keys() & {"role", "area", "crew_id"}:
        return
    role, area = given.get("role", Role(row.role)), given.get("area", row.area)
    await _check_place(session, role, area, given.get("crew_id", row.crew_id))
    check(by, MANAGE, area=area, covers=await sight(session, by))


async def _change_access(
    session: AsyncSession, row: AccountRow, wanted: AccountChange, password_hash: str | None
) -> None:
    if password_hash is not None:
        row.password_hash = password_hash
    if password_hash is not None or wanted.active:
        row.failed_logins, row.locked_until = 0, None
    if password_hash is not None or wanted.active is False:
        await session.exec(delete(SessionRow).where(col(SessionRow.account_id) == row.id))
    if wanted.active is False:
        await session.exec(delete(TokenRow).where(col(TokenRow.account_id) == row.id))


async def own_password(
    orm: Administration, account: Account, *, verified: str, password_hash: str, keep: bytes, at: datetime
) -> bool:
    """
    Replace a person's own password and end the other sessions; False if it was changed by someone else meanwhile.

    :param verified: the hash that the old password was compared with
    :param keep: token hash of the session that asks
    """
    async with orm.transaction() as session:
        row = await session.get(AccountRow, account.id, with_for_update=True)
        if row is None or row.password_hash != verified:
            return False
        row.password_hash, row.failed_logins, row.locked_until = password_hash, 0, None
        others = col(SessionRow.account_id) == account.id, col(SessionRow.token_hash) != keep
        await session.exec(delete(SessionRow).where(*others))
        note(session, "self.password", account, account, at)
        return True


async def managed(
    session: AsyncSession, account_id: str, by: Account, *, action: str = MANAGE, lock: bool = False
) -> AccountRow:
    """
    Return an account that ``by`` may administer.

    :raises NotFound: there is none in the administrator's area
    """
    row = await session.get(AccountRow, account_id, with_for_update=lock or None)
    if row is None or not allowed(by, action, area=row.area, covers=await sight(session, by)):
        raise NotFound("本辖区没有这个账号,请核对编号", field="account_id")
    return row


async def sight(session: AsyncSession, by: Account) -> Covers:
    """Return ``covers`` for the area of ``by``, read from the database."""
    codes = set(await session.exec(_below(by.area)))
    return lambda above, below: above == by.area and below in codes


def _below(area: str, name: str = "below") -> Any:
    """Return an area and what lies below it; twice in one statement they need two names."""
    top = select(AreaRow.code).where(col(AreaRow.code) == area).cte(name, recursive=True)
    return select(top.union(select(AreaRow.code).where(col(AreaRow.parent) == top.c.code)).c.code)


async def _check_place(session: AsyncSession, role: Role, area: str, crew_id: str | None) -> None:
    check_crew(role, crew_id)
    found = await session.get(AreaRow, area)
    if found is None:
        raise UnknownArea(f"没有编码为 {area} 的区域,请先导入区域或核对编码", field="area")
    if found.level not in PLACED[role]:
        fit = "或".join(name for level, name in LEVELS.items() if level in PLACED[role])
        said = LEVELS.get(found.level, found.level)
        raise Misplaced(f"“{role.label}”账号应设在{fit},{area} 是{said},请另选区域", field="area")
    if crew_id is not None:
        crew = await session.get(CrewRow, crew_id)
        if crew is None or area not in (crew.depot, crew.area):
            raise UnknownCrew(f"{area} 没有编号为 {crew_id} 的抢修队,请核对 crew_id 与 area", field="crew_id")


async def first_answer(session: AsyncSession, by: Account, once: Once) -> str | None:
    """
    Return the answer that the key got the first time, if it was used.

    :raises KeyReused: if it was used for another request
    """
    row = await session.get(IdempotencyRow, (by.id, once.key))
    if row is None:
        return None
    if row.request_hash != once.request_hash:
        raise KeyReused("这个 Idempotency-Key 已用于另一请求,请换一个", field="Idempotency-Key")
    once.replayed = True
    return row.response


def answered(by: Account, once: Once, response: str) -> IdempotencyRow:
    """Return the row that remembers an answer; it must hold no secret."""
    return IdempotencyRow(account_id=by.id, key=once.key, request_hash=once.request_hash, status=201, response=response)


def note(session: AsyncSession, action: str, by: Account, subject: Account, at: datetime, **details: object) -> None:
    """Add the line that says who did what to whom."""
    session.add(
        AuditRow(at=at, account_id=by.id, action=action, subject=subject.id, area=subject.area, details=details)
    )
