"""The accounts room's one face to the outside (门卫): who comes in, and who administers."""

from collections.abc import Sequence
from datetime import datetime

from dispatch.kit.db import Database
from dispatch.kit.orm import Administration

from . import passwords, store, tokens
from .model import Account, AccountChange, NewAccount
from .sessions import Entered, Sessions, Way, WrongPassword, digest
from .store import Once
from .tokens import MadeToken, NewToken, Token


class Doorkeeper:
    """
    Accounts, sessions and tokens over one database; ``at`` is always the machine's wall clock.

    :param db: the database; administration opens its own two connections to the same one
    """

    def __init__(self, db: Database) -> None:
        self._orm = Administration(db.dsn)
        self._hasher = passwords.Hasher()
        self._sessions = Sessions(db, self._hasher)

    async def close(self) -> None:
        """Give the connections of administration back."""
        await self._orm.close()

    async def enter(self, login: str, password: str, *, at: datetime) -> Entered:
        """Log a person in; see ``Sessions.enter``."""
        return await self._sessions.enter(login, password, at=at)

    async def recognise(self, token: str, *, way: Way, at: datetime) -> Account:
        """Return whose session or token this is; see ``Sessions.recognise``."""
        return await self._sessions.recognise(token, way=way, at=at)

    async def leave(self, token: str) -> None:
        """End a session."""
        await self._sessions.leave(token)

    async def create(self, new: NewAccount, *, by: Account, at: datetime, once: Once) -> Account:
        """Make an account; see ``store.create``."""
        hashed = await self._new_hash(new.password, login=new.login)
        return await store.create(self._orm, new, password_hash=hashed, by=by, at=at, once=once)

    async def page(
        self, *, by: Account, sought: store.Sought = store.ANYBODY, after: str | None, limit: int
    ) -> Sequence[Account]:
        """List accounts; see ``store.page``."""
        return await store.page(self._orm, by=by, sought=sought, after=after, limit=limit)

    async def change(self, account_id: str, wanted: AccountChange, *, by: Account, at: datetime) -> Account:
        """Change an account; see ``store.change``. What ends, ends at once here and within 5 s everywhere."""
        hashed = await self._new_hash(wanted.password, login=await self._login_of(account_id, by))
        changed = await store.change(self._orm, account_id, wanted, password_hash=hashed, by=by, at=at)
        self._sessions.forget(account_id)
        return changed

    async def own_password(self, account: Account, *, old: str, new: str, session: str, at: datetime) -> None:
        """
        Change a person's own password; all other sessions end.

        :raises WrongPassword: if ``old`` is not the password; a wrong one counts like a wrong log-in
        :raises WeakPassword: if ``new`` is too easy
        """
        passwords.check_rules(new, login=account.login)
        _, stored = await self._sessions.prove(account.login, old, at=at)
        hashed = await self._hasher.hash(new)
        keep = digest(session)
        if not await store.own_password(self._orm, account, verified=stored, password_hash=hashed, keep=keep, at=at):
            raise WrongPassword("密码刚被改过,请用新密码重新登录", field="old")
        self._sessions.forget(account.id)

    async def make_token(self, account_id: str, new: NewToken, *, by: Account, at: datetime, once: Once) -> MadeToken:
        """Make a machine's token; see ``tokens.make``."""
        return await tokens.make(self._orm, account_id, new, by=by, at=at, once=once)

    async def tokens_of(self, account_id: str, *, by: Account) -> Sequence[Token]:
        """List an account's tokens without their secrets."""
        return await tokens.listed(self._orm, account_id, by=by)

    async def revoke_token(self, account_id: str, token_id: str, *, by: Account, at: datetime) -> None:
        """Make a token worthless."""
        await tokens.revoke(self._orm, account_id, token_id, by=by, at=at)
        self._sessions.forget(account_id)

    async def _login_of(self, account_id: str, by: Account) -> str:
        async with self._orm.transaction() as session:
            return (await store.managed(session, account_id, by)).login

    async def _new_hash(self, password: str | None, *, login: str) -> str | None:
        if password is None:
            return None
        passwords.check_rules(password, login=login)
        return await self._hasher.hash(password)
