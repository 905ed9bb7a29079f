"""Bearer tokens of machines: made once, shown once, kept as sha256."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Annotated

from pydantic import Field
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from dispatch.kit.errors import NotFound, Refusal
from dispatch.kit.orm import Administration

from .model import Account, Given, Name
from .rows import AccountRow, TokenRow
from .sessions import digest
from .store import Once, answered, first_answer, managed, note

MAKE = "token.make"
ID_DIGITS = 16  # of the sha256 in hex: names a token without being one


class TokenShownOnce(Refusal):
    """The request was already carried out; its token cannot be shown again."""


class NewToken(Given):
    """What an administrator says of a machine's token."""

    label: Name
    valid_days: Annotated[int, Field(ge=1, le=400)] = 90


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token once it was made."""

    id: str
    label: str
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A token just made, with the secret that is never shown again."""

    about: Token
    secret: str = field(repr=False)


async def make(
    orm: Administration, account_id: str, new: NewToken, *, by: Account, at: datetime, once: Once
) -> MadeToken:
    """
    Make a token for an account.

    :raises NotFound: no such account in the administrator's area
    :raises NotActive: if the account was stopped
    :raises TokenShownOnce: if the key made one before
    """
    secret = f"dm_{token_urlsafe(32)}"
    row = TokenRow(
        token_hash=digest(secret),
        account_id=account_id,
        label=new.label,
        created_at=at,
        expires_at=at + timedelta(days=new.valid_days),
    )
    try:
        await _insert(orm, row, by, at, once)
    except IntegrityError as error:
        if "idempotency" not in str(error.orig):
            raise
        raise _shown() from error
    return MadeToken(about=_token(row), secret=secret)


class NotActive(Refusal):
    """The account was stopped."""


async def _insert(orm: Administration, row: TokenRow, by: Account, at: datetime, once: Once) -> None:
    async with orm.transaction() as session:
        account = await managed(session, row.account_id, by, action=MAKE, lock=True)
        if (first := await first_answer(session, by, once)) is not None:
            raise _shown(first)
        if not account.active:
            raise NotActive("账号已停用,请先启用再发令牌")
        session.add(answered(by, once, _token(row).id))
        session.add(row)
        note(session, MAKE, by, account.account(), at, made=_token(row).id, label=row.label)


async def listed(orm: Administration, account_id: str, *, by: Account) -> Sequence[Token]:
    """Return an account's tokens, the oldest first, without their secrets."""
    async with orm.transaction() as session:
        await managed(session, account_id, by, action=MAKE)
        wanted = select(TokenRow).where(col(TokenRow.account_id) == account_id).order_by(col(TokenRow.created_at))
        return [_token(row) for row in await session.exec(wanted)]


async def revoke(orm: Administration, account_id: str, token_id: str, *, by: Account, at: datetime) -> None:
    """
    Make a token worthless.

    :raises NotFound: the account has no such token
    """
    async with orm.transaction() as session:
        account: AccountRow = await managed(session, account_id, by, action=MAKE)
        rows = await session.exec(select(TokenRow).where(col(TokenRow.account_id) == account_id))
        row = next((row for row in rows if _token(row).id == token_id), None)
        if row is None:
            raise NotFound("这个账号没有该令牌,请核对令牌编号", field="token_id")
        await session.delete(row)
        note(session, MAKE, by, account.account(), at, revoked=token_id)


def _token(row: TokenRow) -> Token:
    return Token(row.token_hash.hex()[:ID_DIGITS], row.label, row.created_at, row.expires_at)


def _shown(token_id: str | None = None) -> TokenShownOnce:
    return TokenShownOnce(
        "这个请求已发过令牌,令牌只显示一次;如未记下,请吊销后换一个 Idempotency-Key 重发", token_id=token_id
    )
