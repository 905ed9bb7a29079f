"""Passwords: kept as argon2id, checked in a thread so that the event loop goes on."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dispatch.kit.errors import Invalid, Unavailable

# OWASP Password Storage Cheat Sheet, argon2id, second choice: 19 MiB, 2 passes, 1 lane (about 20 ms of one core).
TIME_COST = 2
MEMORY_KIB = 19 * 1024
LANES = 1

MIN_LENGTH = 10
MAX_LENGTH = 128
AT_ONCE = 2  # hashes at a time: they take a core and 19 MiB each, and the desk must go on meanwhile
MAX_WAITING = 200  # beyond this the door says "try again" instead of letting a queue of minutes grow

_ARGON2 = PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=LANES)
# What an unknown login is compared with, so that it costs the same as a known one. Nothing matches it.
_NOBODY = _ARGON2.hash("")


class WeakPassword(Invalid):
    """The password is too easy to guess."""


def check_rules(password: str, *, login: str) -> None:
    """
    Refuse a password that is too short, too long, or the login name.

    :raises WeakPassword: with what would be right
    """
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise WeakPassword(f"密码长度应为 {MIN_LENGTH} 到 {MAX_LENGTH} 个字符", field="password")
    if password.strip().casefold() == login.casefold() or len(set(password)) < 4:
        raise WeakPassword("密码不能与登录名相同,也不能只由几个重复字符组成,请另设", field="password")


class Hasher:
    """
    argon2id with a bounded number of hashes at a time and a bounded queue before them.

    :param max_waiting: how many may be in hand and in the queue together
    """

    def __init__(self, *, max_waiting: int = MAX_WAITING) -> None:
        self._max_waiting = max_waiting
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """
        Return the argon2id string of ``password``, with its salt and parameters.

        :raises Unavailable: if too many are waiting
        """
        return str(await self._in_turn(_ARGON2.hash, password))

    async def matches(self, stored: str | None, password: str) -> bool:
        """
        Say whether ``password`` is the one behind ``stored``; None (nobody, or no password set) costs the same.

        :raises Unavailable: if too many are waiting
        """
        same = bool(await self._in_turn(_verify, stored or _NOBODY, password))
        return same and stored is not None

    async def _in_turn(self, work: object, *given: str) -> object:
        if self._waiting >= self._max_waiting:
            raise Unavailable("登录的人太多,请几秒后再试")
        self._waiting += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(work, *given)  # type: ignore[arg-type]
        finally:
            self._waiting -= 1


def _verify(stored: str, password: str) -> bool:
    try:
        return _ARGON2.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def outdated(stored: str) -> bool:
    """Say whether the hash was made with other parameters than today's."""
    return _ARGON2.check_needs_rehash(stored)
