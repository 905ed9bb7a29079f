"""A world from a file into the database, and the rule packs that were ever in force."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from dispatch.accounts.passwords import Hasher, WeakPassword
from dispatch.desk.packs import register
from dispatch.desk.setup import load_world, open_desk
from dispatch.desk.world import BadWorld, Part, World, WorldContact
from dispatch.kit.db import Database
from dispatch.kit.errors import Invalid
from dispatch.kit.rulepack import FOLDER, BadPack, Packs, UnknownPack
from dispatch.places.areas import BadAreas, NoSuchArea
from dispatch.places.locate import BadBoundary
from tests.worlds import PASSWORD, WORLD, XIANGSHAN


async def counts(db: Database) -> dict[str, int]:
    async with db.connection() as connection:
        return {
            table: await connection.fetchval(f"SELECT count(*) FROM {table}")
            for table in ("area", "place", "crew", "repair_reserve", "account")
        }


async def test_a_world_is_loaded_and_loading_it_again_changes_nothing(db: Database) -> None:
    world = World.read(json.dumps(WORLD))
    loaded = await load_world(db, world)
    assert loaded == {
        "areas": 8,
        "places": 3,
        "crews": 4,
        "reserves": 1,
        "network": 0,
        "generators": 3,
        "accounts": len(WORLD["accounts"]),
        "contacts": 0,
    }
    first = await counts(db)
    assert first == {"area": 8, "place": 3, "crew": 4, "repair_reserve": 1, "account": len(WORLD["accounts"])}
    await load_world(db, world)
    assert await counts(db) == first


async def test_what_changed_in_the_file_is_brought_up_to_date(db: Database) -> None:
    await load_world(db, World.read(json.dumps(WORLD)))
    changed = copy.deepcopy(WORLD)
    changed["crews"][0] |= {"name": "丹城抢修一队", "depot": "330226-1", "shift_start": "20:00", "shift_end": "08:00"}
    await load_world(db, World.read(json.dumps(changed)))
    async with db.connection() as connection:
        crew = await connection.fetchrow("SELECT name, depot, area, shift_start::text FROM crew WHERE id = 'c1'")
    assert tuple(crew or ()) == ("丹城抢修一队", "330226-1", "330226", "20:00:00")


async def test_a_password_is_kept_as_a_hash_and_stays_when_the_file_no_longer_names_it(db: Database) -> None:
    secret = copy.deepcopy(WORLD)
    secret["accounts"][0]["password"] = PASSWORD
    await load_world(db, World.read(json.dumps(secret)))
    await load_world(db, World.read(json.dumps(WORLD)))
    async with db.connection() as connection:
        kept = await connection.fetchval("SELECT password_hash FROM account WHERE id = 'seat'")
        assert await connection.fetchval("SELECT count(*) FROM account WHERE password_hash IS NOT NULL") == 1
    assert PASSWORD not in kept
    assert await Hasher().matches(kept, PASSWORD)


SESSION = "INSERT INTO session (token_hash, account_id, created_at, expires_at) VALUES ($2, $1, now(), now() + '1 h')"
TOKEN = "INSERT INTO machine_token (token_hash, account_id, label, created_at) VALUES ($2, $1, 'test', now())"
INSIDE = """
SELECT array(SELECT account_id FROM session INTERSECT SELECT account_id FROM machine_token ORDER BY 1),
       array(SELECT account_id FROM session UNION SELECT account_id FROM machine_token ORDER BY 1)
"""


async def everybody_is_in(db: Database) -> list[str]:
    """Give each account of the world a session and a token; return them."""
    names = sorted(account["id"] for account in WORLD["accounts"])
    async with db.connection() as connection:
        for name in names:
            await connection.execute(SESSION, name, name.encode())
            await connection.execute(TOKEN, name, name.encode())
    return names


async def inside(db: Database) -> list[str]:
    """Return who has a session and a token still; nobody has only one of the two."""
    async with db.connection() as connection:
        both, either = await connection.fetchrow(INSIDE) or ((), ())
    assert both == either
    return list(either)


async def test_who_is_changed_by_a_world_is_put_out_and_the_others_work_on(db: Database) -> None:
    first = copy.deepcopy(WORLD)
    first["accounts"][0]["password"] = PASSWORD
    await load_world(db, World.read(json.dumps(first)))
    names = await everybody_is_in(db)
    await load_world(db, World.read(json.dumps(first)))
    assert await inside(db) == names, "a file that says what is there already puts nobody out"
    changed = copy.deepcopy(first)
    by_id = {account["id"]: account for account in changed["accounts"]}
    by_id["ninghai"]["area"] = XIANGSHAN
    by_id["crew-1"]["crew_id"] = "c2"
    by_id["auditor"] |= {"role": "ADMINISTRATOR"}
    by_id["monitor"]["active"] = False
    by_id["leader"]["password"] = "first-password-1"
    by_id["seat"]["name"] = "另一个姓名"
    await load_world(db, World.read(json.dumps(changed)))
    out = {"ninghai", "crew-1", "auditor", "monitor", "leader"}
    assert await inside(db) == sorted(set(names) - out)
    async with db.connection() as connection:
        rows = await connection.fetch("SELECT subject, account_id, action, details::text FROM audit")
    told = {row["subject"]: json.loads(row["details"]) for row in rows}
    assert {(row["account_id"], row["action"]) for row in rows} == {("system", "account.manage")}
    assert len(rows) == len(told)
    assert told.keys() == out
    assert told["ninghai"]["changed"] == {"area": ["330226", XIANGSHAN]}
    assert told["monitor"]["changed"] == {"active": [True, False]}
    assert (told["leader"]["changed"], told["leader"]["password"]) == ({}, True)
    assert "first-password-1" not in json.dumps(told)


async def test_a_world_that_is_refused_puts_nobody_out(db: Database) -> None:
    await load_world(db, World.read(json.dumps(WORLD)))
    names = await everybody_is_in(db)
    other = having("accounts", 0, id="another")
    other["accounts"][2]["area"] = "33"
    with pytest.raises(BadWorld, match="登录名"):
        await load_world(db, World.read(json.dumps(other)))
    assert await inside(db) == names


async def test_a_password_that_its_owner_changed_stays_unless_passwords_are_reset(db: Database) -> None:
    world = World.read(json.dumps(having("accounts", 0, password=PASSWORD)))
    await load_world(db, world)
    own = await Hasher().hash("my-own-secret-1")
    async with db.connection() as connection:
        await connection.execute("UPDATE account SET password_hash = $1, failed_logins = 9 WHERE id = 'seat'", own)
    names = await everybody_is_in(db)
    await load_world(db, world)
    assert await stored(db) == (own, 9)
    assert await inside(db) == names
    await load_world(db, world, reset_passwords=True)
    reset, failures = await stored(db)
    assert await Hasher().matches(reset, PASSWORD)
    assert failures == 0
    assert await inside(db) == [name for name in names if name != "seat"]
    await load_world(db, world, reset_passwords=True)
    assert await stored(db) == (reset, 0), "it is the file's already"


async def stored(db: Database) -> tuple[str, int]:
    async with db.connection() as connection:
        row = await connection.fetchrow("SELECT password_hash, failed_logins FROM account WHERE id = 'seat'")
    return tuple(row or ("", 0))


async def test_a_crew_that_is_dissolved_in_the_file_is_offered_no_more(db: Database) -> None:
    await load_world(db, World.read(json.dumps(WORLD)))
    await load_world(db, World.read(json.dumps(having("crews", 0, active=False))))
    async with db.connection() as connection:
        assert await connection.fetchval("SELECT array_agg(id) FROM crew WHERE NOT active") == ["c1"]
    await load_world(db, World.read(json.dumps(WORLD)))
    async with db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM crew WHERE NOT active") == 0


async def test_a_second_province_is_refused_and_nothing_of_it_is_loaded(db: Database) -> None:
    """Its calls, and those without a place, would go where nobody of the first one sees them."""
    await load_world(db, World.read(json.dumps(WORLD)))
    before = await counts(db)
    other = {"name": "北京", "areas": [{"code": "11", "name": "北京", "level": "province"}]}
    with pytest.raises(BadWorld, match="已有省级区域 33"):
        await load_world(db, World.read(json.dumps(other)))
    assert await counts(db) == before


async def test_a_weak_password_is_refused_and_nothing_is_loaded(db: Database) -> None:
    weak = copy.deepcopy(WORLD)
    weak["accounts"][0]["password"] = "short"
    with pytest.raises(WeakPassword):
        await load_world(db, World.read(json.dumps(weak)))
    assert set((await counts(db)).values()) == {0}


async def test_a_login_of_somebody_else_is_refused_and_nothing_is_loaded(db: Database) -> None:
    await load_world(db, World.read(json.dumps(WORLD)))
    other = copy.deepcopy(WORLD)
    other["accounts"][0]["id"] = "another"
    other["places"].append({"code": "p9", "name": "西店", "area": "330226", "lon": 121.44, "lat": 29.46})
    with pytest.raises(BadWorld, match="登录名"):
        await load_world(db, World.read(json.dumps(other)))
    assert (await counts(db))["place"] == 3


def without(part: str, n: int, field: str) -> dict[str, Any]:
    world = copy.deepcopy(WORLD)
    del world[part][n][field]
    return world


def having(part: str, n: int, **values: Any) -> dict[str, Any]:
    world = copy.deepcopy(WORLD)
    world[part][n] |= values
    return world


@pytest.mark.parametrize(
    ("world", "refusal", "names"),
    [
        (without("crews", 0, "depot"), BadWorld, "crews.0.depot"),
        (having("crews", 0, colour="red"), BadWorld, "crews.0.colour"),
        (having("crews", 1, id="c1"), BadWorld, "c1"),
        (having("crews", 0, depot="330225"), BadWorld, "330225"),
        (having("crews", 0, area="330226"), BadWorld, "330226"),
        (having("crews", 0, shift_start="25:00"), BadWorld, "crews.0.shift_start"),
        (having("places", 0, area="nowhere"), BadWorld, "nowhere"),
        (having("places", 0, lon=200.0), BadWorld, "places.0.lon"),
        (having("places", 0, population=-1), BadWorld, "places.0.population"),
        (having("reserves", 0, jobs=-1), BadWorld, "reserves.0.jobs"),
        (having("reserves", 0, depot="330225"), BadWorld, "330225"),
        (having("generators", 0, kva=0), BadWorld, "generators.0.kva"),
        (having("generators", 1, id="g1"), BadWorld, "g1"),
        (having("generators", 0, area="330225-1"), BadWorld, "330225-1"),
        (having("generators", 0, depot="330226-1"), BadWorld, "330226-1"),
        (having("generators", 0, depot="nowhere"), BadWorld, "nowhere"),
        (having("generators", 0, tank_h=1), BadWorld, "tank_h"),
        (having("accounts", 0, role="SYSTEM"), BadWorld, "seat"),
        (having("accounts", 0, role="CREW"), BadWorld, "crew_id"),
        (having("accounts", 6, crew_id="c99"), BadWorld, "c99"),
        (having("accounts", 1, login="seat"), BadWorld, "seat"),
        (having("accounts", 1, area="nowhere"), BadWorld, "nowhere"),
        (having("areas", 2, parent="nowhere"), BadAreas, "nowhere"),
        (having("areas", 3, code="330225"), BadAreas, "330225"),
        (having("areas", 2, level="village"), BadWorld, "areas.2.level"),
        (having("areas", 2, boundary={"type": "Point", "coordinates": [121, 29]}), BadBoundary, "330225"),
        ({**WORLD, "areas": []}, NoSuchArea, "地区"),
        ({"name": "nothing"}, BadWorld, "areas"),
    ],
)
def test_a_world_that_contradicts_itself_is_refused_naming_where(
    world: dict[str, Any], refusal: type[Invalid], names: str
) -> None:
    with pytest.raises(refusal) as refused:
        World.read(json.dumps(world))
    assert names in refused.value.message


FORMAT = Path(__file__).resolve().parents[2] / "docs" / "world-format.md"


async def test_the_world_of_the_manual_can_be_loaded_and_the_manual_names_every_key(db: Database) -> None:
    text = FORMAT.read_text("utf-8")
    example = text.partition("```json\n")[2].partition("```")[0]
    assert (await load_world(db, World.read(example)))["crews"] == 1
    for part in (*Part.__subclasses__(), WorldContact):
        assert [name for name in part.model_fields if f"`{name}`" not in text] == []


async def test_what_was_told_of_a_generator_truck_outlives_the_file(db: Database) -> None:
    await load_world(db, World.read(json.dumps(WORLD)))
    async with db.connection() as connection:
        await connection.execute(
            "UPDATE generator_truck SET fuel_h = 1, state = 'out', reason = '故障' WHERE id = 'g1'"
        )
    changed = having("generators", 0, name="丹城新车", kva=630)
    await load_world(db, World.read(json.dumps(changed)))
    await load_world(db, World.read(json.dumps(changed)))
    async with db.connection() as connection:
        truck = await connection.fetchrow(
            "SELECT name, kva, fuel_h, state, version FROM generator_truck WHERE id = 'g1'"
        )
    assert tuple(truck or ()) == ("丹城新车", 630, 1, "out", 2)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", b"\xff\xfe", '{"name": "\ud800"}'])
def test_what_is_no_world_at_all_is_refused(text: str | bytes) -> None:
    with pytest.raises(BadWorld):
        World.read(text)


async def test_every_pack_that_was_ever_in_force_is_kept(db: Database, world: World, tmp_path: Path) -> None:
    """A later release comes without the file of the old pack; the tickets that were opened under it still have it."""
    await open_desk(db, "sgcc")
    text = (FOLDER / "sgcc-2026.1.yaml").read_text("utf-8").replace('"2026.1"', '"2027.1"')
    (tmp_path / "sgcc-2027.1.yaml").write_text(text, "utf-8")
    desk = await open_desk(db, "sgcc", folder=tmp_path)
    assert desk.pack.key == "sgcc@2027.1"
    assert desk.packs.get("sgcc@2026.1") == Packs.load().get("sgcc@2026.1")


async def test_a_pack_that_was_changed_under_its_old_key_is_refused(db: Database, tmp_path: Path) -> None:
    await register(db, Packs.load())
    text = (FOLDER / "sgcc-2026.1.yaml").read_text("utf-8").replace("value: 45, unit: min", "value: 44, unit: min")
    (tmp_path / "sgcc-2026.1.yaml").write_text(text, "utf-8")
    with pytest.raises(BadPack, match="换新版本号"):
        await register(db, Packs.load(tmp_path))


async def test_a_family_that_does_not_exist_cannot_be_chosen(db: Database, world: World) -> None:
    with pytest.raises(UnknownPack, match="sgcc"):
        await open_desk(db, "sgc")
