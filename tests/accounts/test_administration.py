"""Making, listing, changing and stopping accounts; tokens of machines. Real PostgreSQL."""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from pydantic import ValidationError
from sqlmodel import SQLModel

from dispatch.accounts import rows
from dispatch.accounts.doorkeeper import Doorkeeper
from dispatch.accounts.model import Account, AccountChange, CrewMissing, NewAccount, Role
from dispatch.accounts.passwords import WeakPassword
from dispatch.accounts.rights import Forbidden
from dispatch.accounts.sessions import NotLoggedIn, SessionExpired, Way
from dispatch.accounts.store import KeyReused, LoginTaken, Misplaced, Once, OwnAccount, UnknownArea, UnknownCrew
from dispatch.accounts.tokens import NewToken, NotActive, TokenShownOnce
from dispatch.kit.db import Database
from dispatch.kit.errors import NotFound, Refusal

from .province import AT, LOCAL, PASSWORD, ROOT

DISPATCHER = {"login": "xs-dd", "name": "象山指挥", "role": Role.COUNTY_DISPATCHER, "area": "330225"}
CREW = {"login": "xs-c1", "name": "一队", "role": Role.CREW, "area": "330225-1", "crew_id": "c1"}


def once(key: str = "key-1", about: bytes = b"1") -> Once:
    return Once(key=key, request_hash=about)


async def make(door: Doorkeeper, given: Mapping[str, object], *, by: Account = ROOT, **more: object) -> Account:
    new = NewAccount.model_validate({**given, **more})
    return await door.create(new, by=by, at=AT, once=once(new.login))


async def audited(db: Database, action: str) -> list[dict[str, object]]:
    async with db.connection() as connection:
        found = await connection.fetch("SELECT * FROM audit WHERE action = $1 ORDER BY id", action)
    return [dict(row) | {"details": json.loads(row["details"])} for row in found]


async def test_an_account_is_made_and_listed(door: Doorkeeper, db: Database) -> None:
    made = await make(door, DISPATCHER)
    assert made.role is Role.COUNTY_DISPATCHER
    assert made in await door.page(by=ROOT, after=None, limit=10)
    (line,) = await audited(db, "account.manage")
    assert (line["account_id"], line["subject"], line["area"], line["at"]) == ("root", made.id, "330225", AT)
    assert line["details"] == {"made": {"role": "COUNTY_DISPATCHER", "area": "330225"}}


async def test_a_crews_account_names_its_crew(door: Doorkeeper) -> None:
    assert (await make(door, CREW)).crew_id == "c1"
    assert (await make(door, CREW, login="xs-c2", area="330225", crew_id="c2")).crew_id == "c2"


@pytest.mark.parametrize(
    ("more", "error", "field"),
    [
        ({"area": "999999"}, UnknownArea, "area"),
        ({"area": "33"}, Misplaced, "area"),
        ({"area": "330225-1"}, Misplaced, "area"),
        ({"role": Role.SEAT_AGENT}, Misplaced, "area"),
        ({"role": Role.CREW, "crew_id": "nobody"}, UnknownCrew, "crew_id"),
        ({"role": Role.CREW, "crew_id": "c9"}, UnknownCrew, "crew_id"),
        ({"role": Role.CREW, "area": "330225-2", "crew_id": "c1"}, UnknownCrew, "crew_id"),
        ({"password": "short"}, WeakPassword, "password"),
        ({"password": "xs-dd"}, WeakPassword, "password"),
    ],
)
async def test_what_does_not_fit_is_refused_by_field_and_nothing_is_written(
    door: Doorkeeper, db: Database, more: dict[str, object], error: type[Refusal], field: str
) -> None:
    new = NewAccount.model_validate(DISPATCHER | more)
    with pytest.raises(error) as refused:
        await door.create(new, by=ROOT, at=AT, once=once())
    assert refused.value.field == field
    assert not {"province", "city", "county", "depot"} & set(re.findall("[a-z]+", refused.value.message))
    async with db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM account") == 2
        assert await connection.fetchval("SELECT count(*) FROM audit") == 0
        assert await connection.fetchval("SELECT count(*) FROM idempotency") == 0


@pytest.mark.parametrize(
    "more",
    [
        {"role": "SYSTEM"},
        {"role": "KING"},
        {"login": "a b"},
        {"login": "张三"},
        {"login": ""},
        {"name": "  "},
        {"extra": 1},
        {"password": "x" * 129},
        {"active": "yes"},
    ],
)
def test_a_wrong_shape_does_not_become_an_account(more: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        NewAccount.model_validate_json(json.dumps(DISPATCHER | more))


@pytest.mark.parametrize("more", [{"role": Role.CREW}, {"crew_id": "c1"}])
def test_a_crew_has_a_crew_id_and_nobody_else_has(more: dict[str, object]) -> None:
    with pytest.raises(CrewMissing):
        NewAccount.model_validate(DISPATCHER | more)


async def test_two_people_do_not_share_a_login(door: Doorkeeper) -> None:
    await make(door, DISPATCHER)
    with pytest.raises(LoginTaken, match="xs-dd"):
        await door.create(NewAccount.model_validate(DISPATCHER), by=ROOT, at=AT, once=once("other"))


async def test_the_same_request_again_gets_the_first_answer(door: Doorkeeper, db: Database) -> None:
    new = NewAccount.model_validate(DISPATCHER)
    first = await door.create(new, by=ROOT, at=AT, once=once())
    assert await door.create(new, by=ROOT, at=AT + timedelta(minutes=1), once=once()) == first
    assert len(await audited(db, "account.manage")) == 1
    with pytest.raises(KeyReused):
        await door.create(new, by=ROOT, at=AT, once=once(about=b"other"))


async def test_the_same_request_twice_at_a_time_makes_one_account(door: Doorkeeper, db: Database) -> None:
    new = NewAccount.model_validate(DISPATCHER)
    got = await asyncio.gather(*(door.create(new, by=ROOT, at=AT, once=once()) for _ in range(6)))
    assert len({each.id for each in got}) == 1
    assert len(await audited(db, "account.manage")) == 1


async def test_one_login_asked_for_by_many_goes_to_one(door: Doorkeeper) -> None:
    new = NewAccount.model_validate(DISPATCHER)
    many = (door.create(new, by=ROOT, at=AT, once=once(f"key-{number}")) for number in range(6))
    got = await asyncio.gather(*many, return_exceptions=True)
    assert sorted(type(each).__name__ for each in got) == ["Account"] + ["LoginTaken"] * 5


async def test_pages_hold_every_account_once_in_the_order_of_logins(door: Doorkeeper) -> None:
    logins = {f"d{number:02}" for number in range(7)}
    for login in logins:
        await make(door, DISPATCHER, login=login)
    seen: list[str] = []
    after = None
    while page := await door.page(by=ROOT, after=after, limit=3):
        seen += [each.login for each in page]
        after = seen[-1]
    assert seen == sorted(logins | {"root", "local"})


async def test_a_countys_administrator_sees_and_makes_only_its_own_accounts(door: Doorkeeper) -> None:
    mine, other = await make(door, DISPATCHER, by=LOCAL), await make(door, DISPATCHER, login="nh", area="330226")
    assert {each.login for each in await door.page(by=LOCAL, after=None, limit=50)} == {"local", mine.login}
    with pytest.raises(Forbidden):
        await make(door, DISPATCHER, by=LOCAL, login="x1", area="330226")
    for attempt in (
        door.change(other.id, AccountChange(active=False), by=LOCAL, at=AT),
        door.make_token(other.id, NewToken(label="x"), by=LOCAL, at=AT, once=once()),
        door.tokens_of(other.id, by=LOCAL),
        door.revoke_token(other.id, "0" * 16, by=LOCAL, at=AT),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_a_countys_administrator_does_not_make_himself_an_administrator_of_the_province(door: Doorkeeper) -> None:
    mine = await make(door, DISPATCHER, by=LOCAL)
    for wanted in (AccountChange(role=Role.PROVINCE_MONITOR, area="33"), AccountChange(area="3302")):
        with pytest.raises(Forbidden):
            await door.change(mine.id, wanted, by=LOCAL, at=AT)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
async def test_only_administrators_administer(door: Doorkeeper, role: Role) -> None:
    someone = ROOT.model_copy(update={"role": role})
    target = await make(door, DISPATCHER)
    with pytest.raises(Forbidden):
        await door.page(by=someone, after=None, limit=1)
    with pytest.raises(Forbidden):
        await make(door, DISPATCHER, by=someone, login="x1")
    with pytest.raises(NotFound):
        await door.change(target.id, AccountChange(active=False), by=someone, at=AT)


@pytest.mark.parametrize(
    "wanted", [AccountChange(active=False), AccountChange(role=Role.REPLY_AUDITOR), AccountChange(area="330225")]
)
async def test_an_administrator_does_not_lock_himself_out(door: Doorkeeper, wanted: AccountChange) -> None:
    with pytest.raises(OwnAccount):
        await door.change("root", wanted, by=ROOT, at=AT)


async def test_an_administrator_may_change_his_own_name_and_password(door: Doorkeeper) -> None:
    changed = await door.change("root", AccountChange(name="老王", password=PASSWORD, active=True), by=ROOT, at=AT)
    assert changed.name == "老王"
    assert (await door.enter("root", PASSWORD, at=AT)).account == changed


async def test_a_change_is_kept_with_what_was_before(door: Doorkeeper, db: Database) -> None:
    made = await make(door, DISPATCHER)
    changed = await door.change(made.id, AccountChange(area="330226", name=made.name), by=ROOT, at=AT)
    assert changed == made.model_copy(update={"area": "330226"})
    line = (await audited(db, "account.manage"))[-1]
    assert line["details"] == {"changed": {"area": ["330225", "330226"]}, "password": False}


async def test_a_new_password_is_noted_but_not_written_down(door: Doorkeeper, db: Database) -> None:
    made = await make(door, DISPATCHER, password=PASSWORD)
    entered = await door.enter("xs-dd", PASSWORD, at=AT)
    await door.change(made.id, AccountChange(password="Another-2026"), by=ROOT, at=AT)
    line = (await audited(db, "account.manage"))[-1]
    assert line["details"] == {"changed": {}, "password": True}
    with pytest.raises(NotLoggedIn):  # who had the old one is out
        await door.recognise(entered.token, way=Way.COOKIE, at=AT)


async def test_a_crew_that_becomes_a_dispatcher_leaves_its_crew(door: Doorkeeper) -> None:
    made = await make(door, CREW)
    changed = await door.change(made.id, AccountChange(role=Role.COUNTY_DISPATCHER, area="330225"), by=ROOT, at=AT)
    assert changed.crew_id is None
    with pytest.raises(CrewMissing):
        await door.change(made.id, AccountChange(role=Role.CREW), by=ROOT, at=AT)


async def test_an_account_that_does_not_exist_is_not_changed(door: Doorkeeper) -> None:
    with pytest.raises(NotFound):
        await door.change("nobody", AccountChange(active=False), by=ROOT, at=AT)


async def test_a_machine_enters_by_its_token_until_it_is_revoked(door: Doorkeeper, db: Database) -> None:
    made = await make(door, CREW)
    token = await door.make_token(made.id, NewToken(label="车载终端"), by=ROOT, at=AT, once=once())
    assert await door.recognise(token.secret, way=Way.BEARER, at=AT) == made
    assert list(await door.tokens_of(made.id, by=ROOT)) == [token.about]
    await door.revoke_token(made.id, token.about.id, by=ROOT, at=AT)
    with pytest.raises(NotLoggedIn):
        await door.recognise(token.secret, way=Way.BEARER, at=AT)
    made_line, revoked_line = await audited(db, "token.make")
    assert made_line["details"] == {"made": token.about.id, "label": "车载终端"}
    assert revoked_line["details"] == {"revoked": token.about.id}
    with pytest.raises(NotFound):
        await door.revoke_token(made.id, token.about.id, by=ROOT, at=AT)


async def test_a_token_ends_on_its_day(door: Doorkeeper) -> None:
    made = await make(door, CREW)
    token = await door.make_token(made.id, NewToken(label="短期", valid_days=1), by=ROOT, at=AT, once=once())
    with pytest.raises(SessionExpired):
        await door.recognise(token.secret, way=Way.BEARER, at=AT + timedelta(days=1))


async def test_a_tokens_secret_is_shown_once_and_kept_nowhere(door: Doorkeeper, db: Database) -> None:
    made = await make(door, CREW)
    token = await door.make_token(made.id, NewToken(label="车载终端"), by=ROOT, at=AT, once=once())
    assert token.secret not in repr(token)
    with pytest.raises(TokenShownOnce) as refused:
        await door.make_token(made.id, NewToken(label="车载终端"), by=ROOT, at=AT, once=once())
    assert refused.value.details == {"token_id": token.about.id}
    async with db.connection() as connection:
        for table in ("machine_token", "audit", "idempotency"):
            assert token.secret not in str([dict(row) for row in await connection.fetch(f"SELECT * FROM {table}")])
        assert await connection.fetchval("SELECT count(*) FROM machine_token") == 1


async def test_the_same_token_request_twice_at_a_time_makes_one(door: Doorkeeper, db: Database) -> None:
    made = await make(door, CREW)
    many = (door.make_token(made.id, NewToken(label="x"), by=ROOT, at=AT, once=once()) for _ in range(5))
    got = await asyncio.gather(*many, return_exceptions=True)
    assert sorted(type(each).__name__ for each in got) == ["MadeToken"] + ["TokenShownOnce"] * 4


async def test_a_stopped_account_loses_its_tokens_and_gets_no_new_one(door: Doorkeeper) -> None:
    made = await make(door, CREW)
    token = await door.make_token(made.id, NewToken(label="x"), by=ROOT, at=AT, once=once())
    await door.change(made.id, AccountChange(active=False), by=ROOT, at=AT)
    with pytest.raises(NotActive):
        await door.make_token(made.id, NewToken(label="y"), by=ROOT, at=AT, once=once("y"))
    await door.change(made.id, AccountChange(active=True), by=ROOT, at=AT)
    with pytest.raises(NotLoggedIn):
        await door.recognise(token.secret, way=Way.BEARER, at=AT)


TABLES = [value for value in vars(rows).values() if isinstance(value, type) and issubclass(value, SQLModel)]


@pytest.mark.parametrize(
    "table", [table for table in TABLES if table is not SQLModel], ids=lambda table: table.__name__
)
async def test_the_tables_are_what_the_migrations_made(db: Database, table: type[SQLModel]) -> None:
    described = table.metadata.tables[str(table.__tablename__)]
    query = "SELECT column_name, is_nullable FROM information_schema.columns WHERE table_name = $1"
    async with db.connection() as connection:
        found = {
            row["column_name"]: row["is_nullable"] == "YES" for row in await connection.fetch(query, described.name)
        }
    assert {column.name: bool(column.nullable) for column in described.columns}.items() <= found.items()


def test_rows_are_built_from_checked_values_only() -> None:
    """SQLModel does not check table rows; this is why the plain shape is checked first."""
    build: Callable[..., rows.AccountRow] = rows.AccountRow
    assert build(id="x", login=1, name=None, role="KING", area="", created_at="never").role == "KING"
