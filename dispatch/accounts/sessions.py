"""
How a caller is recognised: a person by the cookie of a log-in, a machine by its bearer token. Hand-written SQL.

The database holds only the sha256 of a session's or token's secret. Every instant here is the machine's wall clock,
never the clock of a replay: a session is about the person at the desk, not about the storm on the screen.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from dispatch.kit.db import Database, Row
from dispatch.kit.errors import Refusal
from dispatch.kit.words import Labelled

from .model import Account, Role
from .passwords import Hasher, outdated

SESSION_LIFE = timedelta(hours=12)  # one shift of the desk [P]
TOLD_AFTER_END = timedelta(days=1)  # so long an ended session is kept, to say "expired" and not "unknown"
CACHE_FOR = timedelta(seconds=5)  # so late another process may learn of a revocation
CACHE_SIZE = 20_000  # recognised callers kept in memory; the one not seen for longest goes first
FAILURES = 10  # wrong passwords in a row
LOCKED_FOR = timedelta(minutes=15)


class Way(Labelled):
    """How a secret was shown."""

    COOKIE = "session", "会话"
    BEARER = "machine_token", "令牌"


class NotLoggedIn(Refusal):
    """Nobody is known by what the request carries."""

    status = 401


class SessionExpired(Refusal):
    """The session or token was good, but its time is over."""

    status = 401


class WrongPassword(Refusal):
    """Login or password is wrong; which of the two is not told."""

    status = 401


class LockedOut(Refusal):
    """Too many wrong passwords in a row."""

    status = 429


@dataclass(frozen=True, slots=True)
class Entered:
    """A new log-in. ``token`` goes into the cookie and nowhere else."""

    token: str = field(repr=False)
    account: Account
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Seen:
    account: Account
    expires_at: datetime | None
    read_at: datetime


ACCOUNT = "a.id, a.login, a.name, a.role, a.area, a.crew_id, a.active"
FIND = {
    way: f"SELECT {ACCOUNT}, s.expires_at FROM {way.value} s JOIN account a ON a.id = account_id WHERE token_hash = $1"
    for way in Way
}
# The attempt is counted before the password is looked at: of any number of parallel guesses at most 10 are heard.
# The tenth locks; a right password undoes the count and the lock.
ATTEMPT = f"""
UPDATE account a SET
    failed_logins = CASE WHEN locked_until <= $2 THEN 1 ELSE failed_logins + 1 END,
    locked_until = CASE WHEN locked_until IS NULL AND failed_logins + 1 >= $3 THEN $2 + $4::interval END
WHERE login = $1 AND role <> 'SYSTEM' AND (locked_until IS NULL OR locked_until <= $2)
RETURNING {ACCOUNT}, password_hash, locked_until
"""
LOCKED_UNTIL = "SELECT locked_until FROM account WHERE login = $1 AND locked_until > $2"
ENTER = """
WITH clean AS (
    UPDATE account SET failed_logins = 0, locked_until = NULL, password_hash = coalesce($5, password_hash)
    WHERE id = $2 AND active AND password_hash = $6 RETURNING id, area
), noted AS (
    INSERT INTO audit (at, account_id, action, subject, area) SELECT $3, id, 'session.make', id, area FROM clean
)
INSERT INTO session (token_hash, account_id, created_at, expires_at) SELECT $1, id, $3, $4 FROM clean RETURNING true
"""
NOTE_LOCK = """
INSERT INTO audit (at, account_id, action, subject, area) VALUES ($1, 'system', 'account.lock', $2, $3)
"""
LEAVE = "DELETE FROM session WHERE token_hash = $1"
PURGE = """
WITH old AS (DELETE FROM session WHERE expires_at < $1 RETURNING 1),
     dead AS (DELETE FROM machine_token WHERE expires_at < $1 RETURNING 1)
SELECT (SELECT count(*) FROM old) + (SELECT count(*) FROM dead)
"""


def digest(token: str) -> bytes:
    """Return what the database keeps of a secret: sha256, 32 bytes. The secret itself has 256 bits of chance."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


class Sessions:
    """Log-in, recognition and log-out; a bounded memory of who was recognised in the last 5 seconds."""

    def __init__(self, db: Database, hasher: Hasher) -> None:
        self._db = db
        self._hasher = hasher
        self._seen: OrderedDict[tuple[Way, bytes], _Seen] = OrderedDict()
        self._revocations = 0

    async def enter(self, login: str, password: str, *, at: datetime) -> Entered:
        """
        Log a person in.

        :raises WrongPassword: unknown login, wrong password or inactive account; all cost the same
        :raises LockedOut: after 10 wrong passwords in a row, for 15 minutes
        """
        row, stored = await self.prove(login, password, at=at)
        renewed = await self._hasher.hash(password) if outdated(stored) else None
        token, expires_at = token_urlsafe(32), at + SESSION_LIFE
        async with self._db.connection() as connection:
            made = await connection.fetchval(ENTER, digest(token), row["id"], at, expires_at, renewed, stored)
        if not made:  # deactivated, or the password changed, in between
            raise _wrong()
        return Entered(token=token, account=_account(row), expires_at=expires_at)

    async def prove(self, login: str, password: str, *, at: datetime) -> tuple[Row, str]:
        """
        Return the account's row and the hash that the password matches; the attempt stays counted until it is undone.

        :raises WrongPassword: unknown login, wrong password or inactive account; all cost the same
        :raises LockedOut: after 10 wrong passwords in a row, for 15 minutes
        """
        row = await self._attempt(login, at)
        stored: str | None = row["password_hash"] if row is not None and row["active"] else None
        same = await self._hasher.matches(stored, password)
        if row is None or stored is None or not same:
            raise await self._refusal(row, at)
        return row, stored

    async def _attempt(self, login: str, at: datetime) -> Row | None:
        async with self._db.connection() as connection:
            row = await connection.fetchrow(ATTEMPT, login, at, FAILURES, LOCKED_FOR)
            if row is None and (until := await connection.fetchval(LOCKED_UNTIL, login, at)):
                raise _locked(until, at)
        return row

    async def _refusal(self, row: Row | None, at: datetime) -> Refusal:
        if row is None or row["locked_until"] is None:
            return _wrong()
        async with self._db.connection() as connection:
            await connection.execute(NOTE_LOCK, at, row["id"], row["area"])
        return _locked(row["locked_until"], at)

    async def recognise(self, token: str, *, way: Way, at: datetime) -> Account:
        """
        Return whose session or token this is.

        :raises NotLoggedIn: nobody's, or the account is not active
        :raises SessionExpired: its time is over
        """
        key = (way, digest(token))
        seen = self._seen.get(key)
        if seen is not None and timedelta(0) <= at - seen.read_at < CACHE_FOR:
            self._seen.move_to_end(key)
        else:
            seen = await self._read(key, at)
        if seen.expires_at is not None and seen.expires_at <= at:
            self._seen.pop(key, None)
            raise SessionExpired(f"{way.label}已过期,请重新登录或请管理员换发")
        return seen.account

    async def _read(self, key: tuple[Way, bytes], at: datetime) -> _Seen:
        self._seen.pop(key, None)
        way, hashed = key
        revocations = self._revocations
        async with self._db.connection() as connection:
            row = await connection.fetchrow(FIND[way], hashed)
        if row is None or not row["active"]:
            raise NotLoggedIn(f"{way.label}无效或已注销,请重新登录")
        seen = _Seen(account=_account(row), expires_at=row["expires_at"], read_at=at)
        if revocations == self._revocations:  # else it may have been revoked while we read
            self._seen[key] = seen
            if len(self._seen) > CACHE_SIZE:
                self._seen.popitem(last=False)
        return seen

    async def leave(self, token: str) -> None:
        """End a session; a second time does nothing."""
        hashed = digest(token)
        async with self._db.connection() as connection:
            await connection.execute(LEAVE, hashed)
        self._revocations += 1
        self._seen.pop((Way.COOKIE, hashed), None)

    def forget(self, account_id: str) -> None:
        """Drop an account from memory, after its sessions or tokens were revoked in the database."""
        self._revocations += 1
        for key in [key for key, seen in self._seen.items() if seen.account.id == account_id]:
            del self._seen[key]


async def purge(db: Database, *, at: datetime) -> int:
    """Delete sessions and tokens that ended more than a day ago; return how many."""
    async with db.connection() as connection:
        gone: int = await connection.fetchval(PURGE, at - TOLD_AFTER_END)
    return gone


def _account(row: Row) -> Account:
    given = {name: row[name] for name in Account.model_fields}
    return Account(**given | {"role": Role(row["role"])})


def _wrong() -> WrongPassword:
    minutes = LOCKED_FOR // timedelta(minutes=1)
    return WrongPassword(f"登录名或密码不对,请核对;连续错 {FAILURES} 次将锁定 {minutes} 分钟")


def _locked(until: datetime, at: datetime) -> LockedOut:
    seconds = max(1, round((until - at).total_seconds()))
    return LockedOut(
        f"密码连续错 {FAILURES} 次,已锁定;请 {-(-seconds // 60)} 分钟后再试,或请管理员重设密码", retry_after_s=seconds
    )
