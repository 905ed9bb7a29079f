"""Coming in, being recognised, being sent away. Real PostgreSQL."""

import asyncio
from datetime import datetime, timedelta

import argon2
import pytest

from dispatch.accounts import sessions
from dispatch.accounts.doorkeeper import Doorkeeper
from dispatch.accounts.model import Account, AccountChange, NewAccount, Role
from dispatch.accounts.passwords import Hasher
from dispatch.accounts.sessions import (
    CACHE_FOR,
    LOCKED_FOR,
    SESSION_LIFE,
    LockedOut,
    NotLoggedIn,
    SessionExpired,
    Way,
    WrongPassword,
    digest,
    purge,
)
from dispatch.accounts.store import Once
from dispatch.accounts.tokens import NewToken
from dispatch.kit.db import Database
from dispatch.kit.errors import Refusal

from .province import AT, PASSWORD, ROOT

LATER = AT + CACHE_FOR
MINUTE = timedelta(minutes=1)


async def known(door: Doorkeeper, token: str, *, at: datetime = AT, way: Way = Way.COOKIE) -> Account:
    return await door.recognise(token, way=way, at=at)


async def fail(door: Doorkeeper, times: int, *, at: datetime = AT, login: str = "seat01") -> list[type[Refusal]]:
    """Try wrong passwords; return what each try got."""
    got = []
    for number in range(times):
        with pytest.raises((WrongPassword, LockedOut)) as refused:
            await door.enter(login, f"wrong-{number}", at=at)
        got.append(refused.type)
    return got


async def test_a_seat_logs_in_and_is_recognised(door: Doorkeeper, seat: Account) -> None:
    entered = await door.enter("seat01", PASSWORD, at=AT)
    assert entered.account == seat
    assert entered.expires_at == AT + SESSION_LIFE
    assert await known(door, entered.token) == seat


async def test_the_database_holds_no_session_secret_and_no_password(
    door: Doorkeeper, seat: Account, db: Database
) -> None:
    entered = await door.enter("seat01", PASSWORD, at=AT)
    async with db.connection() as connection:
        (row,) = await connection.fetch("SELECT * FROM session")
        everything = [
            str(dict(line))
            for table in ("account", "session", "machine_token", "audit", "idempotency")
            for line in await connection.fetch(f"SELECT * FROM {table}")
        ]
    assert row["token_hash"] == digest(entered.token)
    assert len(row["token_hash"]) == 32
    assert not [line for line in everything if entered.token in line or PASSWORD in line]


async def test_a_secret_does_not_show_in_a_traceback(door: Doorkeeper, seat: Account) -> None:
    entered = await door.enter("seat01", PASSWORD, at=AT)
    assert entered.token not in repr(entered)


@pytest.mark.parametrize("login", ["seat01", "nobody", "", "SEAT01", "system"])
async def test_a_wrong_password_and_an_unknown_login_sound_alike(door: Doorkeeper, seat: Account, login: str) -> None:
    with pytest.raises(WrongPassword) as refused:
        await door.enter(login, "not-the-password", at=AT)
    assert refused.value.message == "登录名或密码不对,请核对;连续错 10 次将锁定 15 分钟"
    assert refused.value.status == 401


async def test_an_unknown_login_costs_a_hash_too(
    door: Doorkeeper, seat: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str | None] = []
    real = Hasher.matches

    async def counted(hasher: Hasher, stored: str | None, password: str) -> bool:
        hashed.append(stored)
        return await real(hasher, stored, password)

    monkeypatch.setattr(Hasher, "matches", counted)
    await fail(door, 1, login="nobody")
    await fail(door, 1)
    assert [stored is None for stored in hashed] == [True, False]


async def test_an_account_without_password_does_not_log_in(door: Doorkeeper) -> None:
    with pytest.raises(WrongPassword):
        await door.enter("root", "", at=AT)


async def test_a_session_ends_with_the_shift(door: Doorkeeper, seat: Account) -> None:
    entered = await door.enter("seat01", PASSWORD, at=AT)
    assert await known(door, entered.token, at=AT + SESSION_LIFE - MINUTE) == seat
    with pytest.raises(SessionExpired, match="重新登录"):
        await known(door, entered.token, at=AT + SESSION_LIFE)


async def test_a_session_ends_with_the_shift_even_while_it_is_remembered(door: Doorkeeper, seat: Account) -> None:
    entered = await door.enter("seat01", PASSWORD, at=AT)
    await known(door, entered.token, at=AT + SESSION_LIFE - timedelta(seconds=1))
    with pytest.raises(SessionExpired):
        await known(door, entered.token, at=AT + SESSION_LIFE + timedelta(seconds=1))


async def test_who_logs_out_is_out_at_once(door: Doorkeeper, seat: Account) -> None:
    entered = await door.enter("seat01", PASSWORD, at=AT)
    await known(door, entered.token)
    await door.leave(entered.token)
    await door.leave(entered.token)
    with pytest.raises(NotLoggedIn):
        await known(door, entered.token)


@pytest.mark.parametrize("token", ["", "made-up", "x" * 5000, "\udc80"])
async def test_a_made_up_secret_is_nobodys(door: Doorkeeper, token: str) -> None:
    for way in Way:
        with pytest.raises(NotLoggedIn):
            await known(door, token, way=way)


async def test_a_session_is_no_bearer_token_and_a_token_is_no_session(door: Doorkeeper, seat: Account) -> None:
    entered = await door.enter("seat01", PASSWORD, at=AT)
    made = await door.make_token(seat.id, NewToken(label="网关"), by=ROOT, at=AT, once=Once(key="k", request_hash=b""))
    assert await known(door, made.secret, way=Way.BEARER) == seat
    with pytest.raises(NotLoggedIn):
        await door.recognise(entered.token, way=Way.BEARER, at=LATER)
    with pytest.raises(NotLoggedIn):
        await door.recognise(made.secret, way=Way.COOKIE, at=LATER)


async def test_a_remembered_secret_does_not_change_its_way(door: Doorkeeper, seat: Account) -> None:
    entered = await door.enter("seat01", PASSWORD, at=AT)
    await known(door, entered.token)
    with pytest.raises(NotLoggedIn):
        await known(door, entered.token, way=Way.BEARER)


async def test_a_stopped_account_is_sent_away_at_once(door: Doorkeeper, seat: Account, db: Database) -> None:
    entered = await door.enter("seat01", PASSWORD, at=AT)
    await known(door, entered.token)
    await door.change(seat.id, AccountChange(active=False), by=ROOT, at=AT)
    with pytest.raises(NotLoggedIn):
        await known(door, entered.token)
    with pytest.raises(WrongPassword):
        await door.enter("seat01", PASSWORD, at=AT)
    await door.change(seat.id, AccountChange(active=True), by=ROOT, at=AT)
    with pytest.raises(NotLoggedIn):  # the old session does not come back to life
        await known(door, entered.token)


async def test_another_process_learns_of_a_revocation_within_five_seconds(
    door: Doorkeeper, seat: Account, db: Database
) -> None:
    other = Doorkeeper(db)
    entered = await door.enter("seat01", PASSWORD, at=AT)
    await known(other, entered.token)
    await door.leave(entered.token)
    assert await known(other, entered.token, at=AT + CACHE_FOR - timedelta(milliseconds=1)) == seat
    with pytest.raises(NotLoggedIn):
        await known(other, entered.token, at=LATER)
    await other.close()


async def test_a_wall_clock_that_is_set_back_does_not_prolong_what_is_remembered(
    door: Doorkeeper, seat: Account, db: Database
) -> None:
    entered = await door.enter("seat01", PASSWORD, at=AT)
    await known(door, entered.token, at=AT)
    async with db.connection() as connection:
        await connection.execute("DELETE FROM session")
    with pytest.raises(NotLoggedIn):
        await known(door, entered.token, at=AT - MINUTE)


async def test_a_new_role_holds_at_once(door: Doorkeeper, seat: Account) -> None:
    entered = await door.enter("seat01", PASSWORD, at=AT)
    await known(door, entered.token)
    await door.change(seat.id, AccountChange(role=Role.SEAT_SUPERVISOR), by=ROOT, at=AT)
    assert (await known(door, entered.token)).role is Role.SEAT_SUPERVISOR


async def test_what_is_remembered_is_bounded_and_the_oldest_goes_first(
    door: Doorkeeper, seat: Account, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "CACHE_SIZE", 3)
    entered = [await door.enter("seat01", PASSWORD, at=AT) for _ in range(6)]
    for each in entered:
        await known(door, each.token)
    async with db.connection() as connection:
        await connection.execute("DELETE FROM session")  # behind the doorkeeper's back: now only memory knows
    for each in entered[3:]:
        assert await known(door, each.token) == seat
    for each in entered[:3]:
        with pytest.raises(NotLoggedIn):
            await known(door, each.token)


async def test_ten_wrong_passwords_lock_the_account_for_fifteen_minutes(
    door: Doorkeeper, seat: Account, db: Database
) -> None:
    assert await fail(door, 10) == [WrongPassword] * 9 + [LockedOut]
    with pytest.raises(LockedOut, match="15 分钟") as refused:
        await door.enter("seat01", PASSWORD, at=AT)
    assert refused.value.details["retry_after_s"] == LOCKED_FOR.total_seconds()
    with pytest.raises(LockedOut):
        await door.enter("seat01", PASSWORD, at=AT + LOCKED_FOR - timedelta(seconds=1))
    assert (await door.enter("seat01", PASSWORD, at=AT + LOCKED_FOR)).account == seat
    async with db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM audit WHERE action = 'account.lock'") == 1


async def test_after_the_lock_the_count_begins_anew(door: Doorkeeper, seat: Account) -> None:
    await fail(door, 10)
    assert await fail(door, 9, at=AT + LOCKED_FOR) == [WrongPassword] * 9
    assert (await door.enter("seat01", PASSWORD, at=AT + LOCKED_FOR)).account == seat


async def test_a_right_password_forgets_the_wrong_ones(door: Doorkeeper, seat: Account) -> None:
    for _ in range(3):
        assert await fail(door, 9) == [WrongPassword] * 9
        await door.enter("seat01", PASSWORD, at=AT)


async def test_of_any_number_of_parallel_guesses_ten_are_heard(
    door: Doorkeeper, seat: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = 0
    real = Hasher.matches

    async def counted(hasher: Hasher, stored: str | None, password: str) -> bool:
        nonlocal heard
        heard += 1
        return await real(hasher, stored, password)

    monkeypatch.setattr(Hasher, "matches", counted)
    tries = (door.enter("seat01", f"guess-{number}", at=AT) for number in range(40))
    got = await asyncio.gather(*tries, return_exceptions=True)
    assert heard == 10
    assert {type(each) for each in got} == {WrongPassword, LockedOut}


async def test_a_locked_out_person_keeps_the_session_that_is_open(door: Doorkeeper, seat: Account) -> None:
    entered = await door.enter("seat01", PASSWORD, at=AT)
    await fail(door, 10)
    assert await known(door, entered.token, at=LATER) == seat


async def test_a_new_password_unlocks(door: Doorkeeper, seat: Account) -> None:
    await fail(door, 10)
    await door.change(seat.id, AccountChange(password="Another-2026"), by=ROOT, at=AT)
    assert (await door.enter("seat01", "Another-2026", at=AT)).account == seat


async def test_people_log_in_side_by_side(door: Doorkeeper, seat: Account) -> None:
    for number in range(4):
        new = NewAccount(login=f"s{number}", name="s", role=Role.SEAT_AGENT, area="33", password=PASSWORD)
        await door.create(new, by=ROOT, at=AT, once=Once(key=f"s{number}", request_hash=b""))
    logins = [f"s{number % 4}" for number in range(12)] + ["seat01"] * 8
    entered = await asyncio.gather(*(door.enter(login, PASSWORD, at=AT) for login in logins))
    assert len({each.token for each in entered}) == 20
    recognised = await asyncio.gather(*(known(door, each.token) for each in entered))
    assert [each.login for each in recognised] == logins


async def test_logging_in_leaves_a_line_in_the_audit(door: Doorkeeper, seat: Account, db: Database) -> None:
    await door.enter("seat01", PASSWORD, at=AT)
    async with db.connection() as connection:
        row = await connection.fetchrow("SELECT * FROM audit WHERE action = 'session.make'")
    assert row is not None
    assert (row["account_id"], row["at"], row["area"]) == (seat.id, AT, "33")


async def test_a_hash_of_old_parameters_is_renewed(door: Doorkeeper, seat: Account, db: Database) -> None:
    old = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    async with db.connection() as connection:
        await connection.execute("UPDATE account SET password_hash = $1 WHERE id = $2", old, seat.id)
        await door.enter("seat01", PASSWORD, at=AT)
        kept = await connection.fetchval("SELECT password_hash FROM account WHERE id = $1", seat.id)
    assert kept != old
    assert (await door.enter("seat01", PASSWORD, at=AT)).account == seat


async def test_what_ended_more_than_a_day_ago_is_swept_out(door: Doorkeeper, seat: Account, db: Database) -> None:
    entered = await door.enter("seat01", PASSWORD, at=AT)
    await door.make_token(
        seat.id, NewToken(label="短期", valid_days=1), by=ROOT, at=AT, once=Once(key="k", request_hash=b"")
    )
    assert await purge(db, at=AT + SESSION_LIFE + timedelta(hours=23)) == 0
    with pytest.raises(SessionExpired):
        await known(door, entered.token, at=AT + SESSION_LIFE + timedelta(hours=23))
    assert await purge(db, at=AT + timedelta(days=3)) == 2


async def test_the_own_password_is_changed_and_other_sessions_end(door: Doorkeeper, seat: Account) -> None:
    here, elsewhere = [await door.enter("seat01", PASSWORD, at=AT) for _ in range(2)]
    await known(door, elsewhere.token)
    await door.own_password(seat, old=PASSWORD, new="Brand-new-2026", session=here.token, at=AT)
    assert await known(door, here.token) == seat
    with pytest.raises(NotLoggedIn):
        await known(door, elsewhere.token)
    with pytest.raises(WrongPassword):
        await door.enter("seat01", PASSWORD, at=AT)
    assert await door.enter("seat01", "Brand-new-2026", at=AT)


async def test_guessing_the_old_password_from_an_open_session_locks_too(door: Doorkeeper, seat: Account) -> None:
    for number in range(10):
        with pytest.raises((WrongPassword, LockedOut)):
            await door.own_password(seat, old=f"wrong-{number}", new="Brand-new-2026", session="", at=AT)
    with pytest.raises(LockedOut):
        await door.own_password(seat, old=PASSWORD, new="Brand-new-2026", session="", at=AT)
