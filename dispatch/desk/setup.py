"""Set the desk up: bring a world into the database, keep the rule packs ever in force, read all into memory."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import asyncpg

from dispatch.accounts.passwords import Hasher, check_rules
from dispatch.kit.db import Connection, Database
from dispatch.kit.rulepack import Packs, RulePack
from dispatch.places.locate import PlaceRule
from dispatch.routing.fleet import Fleet
from dispatch.routing.rules import rule_of

from .map import read_map
from .room import Desk
from .world import BadWorld, World

AREAS = """
INSERT INTO area (code, name, level, parent, lon, lat, boundary, approximate)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::float8[], $7::jsonb[],
                     $8::boolean[])
ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, level = EXCLUDED.level, parent = EXCLUDED.parent,
    lon = EXCLUDED.lon, lat = EXCLUDED.lat, boundary = EXCLUDED.boundary, approximate = EXCLUDED.approximate
"""
PLACES = """
INSERT INTO place (code, name, area, lon, lat, population)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::float8[], $5::float8[], $6::int[])
ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, area = EXCLUDED.area, lon = EXCLUDED.lon, lat = EXCLUDED.lat,
    population = EXCLUDED.population
"""
CREW = """
INSERT INTO crew (id, name, depot, area, members, vehicle, skills, shift_start, shift_end)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, depot = EXCLUDED.depot, area = EXCLUDED.area,
    members = EXCLUDED.members, vehicle = EXCLUDED.vehicle, skills = EXCLUDED.skills,
    shift_start = EXCLUDED.shift_start, shift_end = EXCLUDED.shift_end
"""
RESERVE = """
INSERT INTO repair_reserve (depot, jobs, declared_by, declared_at) VALUES ($1, $2, 'system', now())
ON CONFLICT (depot) DO UPDATE SET jobs = EXCLUDED.jobs, declared_by = EXCLUDED.declared_by,
    declared_at = EXCLUDED.declared_at
"""
ACCOUNT = """
INSERT INTO account (id, login, name, role, area, crew_id, password_hash, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, now())
ON CONFLICT (id) DO UPDATE SET login = EXCLUDED.login, name = EXCLUDED.name, role = EXCLUDED.role,
    area = EXCLUDED.area, crew_id = EXCLUDED.crew_id,
    password_hash = coalesce(EXCLUDED.password_hash, account.password_hash)
"""
REGISTER = """
INSERT INTO rule_pack (key, body, digest) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING
"""


async def load_world(db: Database, world: World) -> dict[str, int]:
    """
    Bring a world into the database, all or nothing; what is there already is brought up to date, nothing is removed.

    Return how many of each there are in the world.

    :raises BadWorld: if a login belongs to another account of the database
    :raises WeakPassword: if a password is too easy to guess
    """
    hashes = await _hashes(world)
    try:
        async with db.transaction() as tx:
            await _write_areas(tx, world)
            await _write_crews(tx, world)
            await _write_accounts(tx, world, hashes)
    except asyncpg.UniqueViolationError as error:
        raise BadWorld("accounts 中有登录名已被数据库里的另一账号使用,请改名", field="accounts.login") from error
    parts = {"areas": world.areas, "places": world.places, "crews": world.crews}
    return {name: len(part) for name, part in {**parts, "reserves": world.reserves, "accounts": world.accounts}.items()}


async def _hashes(world: World) -> dict[str, str]:
    """Return the argon2id hash of each password, by account."""
    given = {account.id: account.password for account in world.accounts if account.password is not None}
    for account in world.accounts:
        if account.password is not None:
            check_rules(account.password, login=account.login)
    distinct = sorted(set(given.values()))
    hasher = Hasher(max_waiting=len(distinct))
    made = dict(zip(distinct, await asyncio.gather(*map(hasher.hash, distinct)), strict=True))
    return {account_id: made[password] for account_id, password in given.items()}


async def _write_areas(tx: Connection, world: World) -> None:
    areas = [
        (a.code, a.name, a.level.value, a.parent, a.lon, a.lat, _json(a.boundary), world.approximate)
        for a in world.areas
    ]
    await tx.execute(AREAS, *map(list, zip(*areas, strict=True)))
    places = [(p.code, p.name, p.area, p.lon, p.lat, p.population) for p in world.places]
    if places:
        await tx.execute(PLACES, *map(list, zip(*places, strict=True)))


def _json(boundary: Mapping[str, object] | None) -> str | None:
    return None if boundary is None else json.dumps(boundary)


async def _write_crews(tx: Connection, world: World) -> None:
    tree = world.tree()
    await tx.executemany(
        CREW,
        [
            (
                crew.id,
                crew.name,
                crew.depot,
                tree.county_of_depot(crew.depot),
                crew.members,
                crew.vehicle,
                crew.skills,
                crew.shift_start,
                crew.shift_end,
            )
            for crew in world.crews
        ],
    )
    await tx.executemany(RESERVE, [(reserve.depot, reserve.jobs) for reserve in world.reserves])


async def _write_accounts(tx: Connection, world: World, hashes: Mapping[str, str]) -> None:
    await tx.executemany(
        ACCOUNT,
        [(a.id, a.login, a.name, a.role.value, a.area, a.crew_id, hashes.get(a.id)) for a in world.accounts],
    )


async def register(db: Database, packs: Packs) -> Packs:
    """
    Keep the packs in the database, and return them with those that were in force once and came with no file.

    :raises BadPack: if a pack says something else than it did under the same key
    """
    async with db.transaction() as tx:
        rows = [(key, pack.model_dump_json(), pack.digest) for key, pack in sorted(packs.by_key.items())]
        await tx.executemany(REGISTER, rows)
    return await known_packs(db, packs)


async def known_packs(db: Database, packs: Packs) -> Packs:
    """
    Return the packs with those that were in force once and came with no file; nothing is written.

    :raises BadPack: if a pack says something else than it did under the same key
    """
    async with db.connection() as connection:
        bodies = [row["body"] for row in await connection.fetch("SELECT body FROM rule_pack ORDER BY key")]
    return packs.having(RulePack.model_validate_json(body) for body in bodies)


async def open_desk(db: Database, pack_id: str, *, packs: Packs | None = None, folder: Path | None = None) -> Desk:
    """
    Return the desk of this database: packs registered, areas and places read, an empty fleet for its keeper to fill.

    :raises BadPack, UnknownPack: if the packs cannot be used
    :raises NoSuchArea: if no world was loaded
    """
    known = await register(db, packs or Packs.load(folder))
    pack = known.latest(pack_id)
    _, areas, locator = await read_map(db, PlaceRule.of(pack))
    return Desk(db=db, packs=known, pack_id=pack_id, areas=areas, locator=locator, fleet=Fleet(rule_of(pack)))
