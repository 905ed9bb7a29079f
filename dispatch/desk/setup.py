"""Set the desk up: bring a world into the database, keep the rule packs ever in force, read all into memory."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import asyncpg

from dispatch.accounts.loading import Loaded, hashes, write
from dispatch.kit.db import Connection, Database
from dispatch.kit.rulepack import Packs
from dispatch.kit.workdays import Calendar
from dispatch.notify.phones import plain
from dispatch.outages import network
from dispatch.places.locate import PlaceRule
from dispatch.routing.fleet import Fleet
from dispatch.routing.roads.network import Roads
from dispatch.routing.rules import rule_of
from dispatch.routing.travel import Straight

from .map import read_map
from .packs import register
from .room import Desk
from .supervision.contacts import enter
from .world import BadWorld, World

OTHER_PROVINCE = "SELECT min(code) FROM area WHERE level = 'province' AND code <> $1"
AREAS = """
INSERT INTO area (code, name, level, parent, lon, lat, boundary, approximate, households, mv_users)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::float8[], $7::jsonb[],
                     $8::boolean[], $9::int[], $10::int[])
ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, level = EXCLUDED.level, parent = EXCLUDED.parent,
    lon = EXCLUDED.lon, lat = EXCLUDED.lat, boundary = EXCLUDED.boundary, approximate = EXCLUDED.approximate,
    households = coalesce(EXCLUDED.households, area.households), mv_users = coalesce(EXCLUDED.mv_users, area.mv_users)
"""
PLACES = """
INSERT INTO place (code, name, area, lon, lat, population)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::float8[], $5::float8[], $6::int[])
ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, area = EXCLUDED.area, lon = EXCLUDED.lon, lat = EXCLUDED.lat,
    population = EXCLUDED.population
"""
CREW = """
INSERT INTO crew (id, name, depot, area, members, vehicle, skills, shift_start, shift_end, active, phone,
                  vehicle_kind, permits)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, depot = EXCLUDED.depot, area = EXCLUDED.area,
    members = EXCLUDED.members, vehicle = EXCLUDED.vehicle, skills = EXCLUDED.skills,
    shift_start = EXCLUDED.shift_start, shift_end = EXCLUDED.shift_end, active = EXCLUDED.active,
    phone = coalesce(EXCLUDED.phone, crew.phone), vehicle_kind = coalesce(EXCLUDED.vehicle_kind, crew.vehicle_kind),
    permits = coalesce(EXCLUDED.permits, crew.permits)
"""
RESERVE = """
INSERT INTO repair_reserve (depot, jobs, declared_by, declared_at) VALUES ($1, $2, 'system', now())
ON CONFLICT (depot) DO UPDATE SET jobs = EXCLUDED.jobs, declared_by = EXCLUDED.declared_by,
    declared_at = EXCLUDED.declared_at
"""
# What is known of a truck's fuel and state from its work is kept; the file says it of new ones.
GENERATOR = """
INSERT INTO generator_truck (id, area, depot, name, kva, connect_min, fuel_h, tank_h, state, reason, said_by, said_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'system', now())
ON CONFLICT (id) DO UPDATE SET area = EXCLUDED.area, depot = EXCLUDED.depot, name = EXCLUDED.name, kva = EXCLUDED.kva,
    connect_min = EXCLUDED.connect_min, tank_h = greatest(EXCLUDED.tank_h, generator_truck.fuel_h),
    version = generator_truck.version + 1
WHERE (generator_truck.area, generator_truck.depot, generator_truck.name, generator_truck.kva,
       generator_truck.connect_min, generator_truck.tank_h)
  IS DISTINCT FROM (EXCLUDED.area, EXCLUDED.depot, EXCLUDED.name, EXCLUDED.kva, EXCLUDED.connect_min,
       greatest(EXCLUDED.tank_h, generator_truck.fuel_h))
"""


async def load_world(db: Database, world: World, *, reset_passwords: bool = False) -> dict[str, int]:
    """
    Bring a world into the database, all or nothing; what is there already is brought up to date, nothing is removed.

    Who gets another role, area, crew or password by it is put out (``accounts.loading``).

    :param reset_passwords: give the file's passwords also to those who have one
    :return: how many of each there are in the world
    :raises BadWorld: if a login belongs to another account of the database, or another province is there
    :raises WeakPassword: if a password is too easy to guess
    """
    accounts = [Loaded(**one.model_dump()) for one in world.accounts]
    made = await hashes(db, accounts, reset=reset_passwords)
    try:
        async with db.transaction() as tx:
            await _check_province(tx, world)
            await _write_areas(tx, world)
            await _write_crews(tx, world)
            await network.write(tx, (node.node() for node in world.network))
            await _write_generators(tx, world)
            await write(tx, accounts, made)
            await enter(tx, ((contact.area, contact) for contact in world.contacts))
    except asyncpg.UniqueViolationError as error:
        raise BadWorld("accounts 中有登录名已被数据库里的另一账号使用,请改名", field="accounts.login") from error
    names = ("areas", "places", "crews", "reserves", "network", "generators", "accounts", "contacts")
    return {name: len(getattr(world, name)) for name in names}


async def _check_province(tx: Connection, world: World) -> None:
    """Refuse a second province: whose calls would be whose? A province is an installation of its own."""
    code = world.tree().province().code
    other = await tx.fetchval(OTHER_PROVINCE, code)
    if other is not None:
        raise BadWorld(
            f"数据库里已有省级区域 {other},不能再导入 {code}:一套系统只管一个省,请核对编码,或另装一套(另一个数据库)",
            field="areas",
        )


async def _write_areas(tx: Connection, world: World) -> None:
    areas = [
        (
            a.code,
            a.name,
            a.level.value,
            a.parent,
            a.lon,
            a.lat,
            _json(a.boundary),
            world.approximate,
            a.households,
            a.mv_users,
        )
        for a in world.areas
    ]
    await tx.execute(AREAS, *map(list, zip(*areas, strict=True)))
    places = [(p.code, p.name, p.area, p.lon, p.lat, p.population) for p in world.places]
    if places:
        await tx.execute(PLACES, *map(list, zip(*places, strict=True)))


def _json(boundary: Mapping[str, object] | None) -> str | None:
    return None if boundary is None else json.dumps(boundary)


async def _write_generators(tx: Connection, world: World) -> None:
    await tx.executemany(
        GENERATOR,
        [
            (
                truck.id,
                truck.area,
                truck.depot,
                truck.name,
                truck.kva,
                truck.connect_min,
                truck.fuel_h,
                truck.fuel_h if truck.tank_h is None else truck.tank_h,
                "available" if truck.out is None else "out",
                truck.out or "",
            )
            for truck in world.generators
        ],
    )


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
                crew.active,
                plain(crew.phone) if crew.phone else None,
                crew.vehicle_kind,
                None if crew.permits is None else json.dumps({kind: str(day) for kind, day in crew.permits.items()}),
            )
            for crew in world.crews
        ],
    )
    await tx.executemany(RESERVE, [(reserve.depot, reserve.jobs) for reserve in world.reserves])


async def open_desk(
    db: Database,
    pack_id: str,
    *,
    packs: Packs | None = None,
    folder: Path | None = None,
    holidays: Path | None = None,
    roads: Path | None = None,
) -> Desk:
    """
    Return the desk of this database: packs registered, areas and towns read. The fleet and the finder of places are
    empty, for their keepers to fill (``FleetKeeper``, ``PlaceKeeper``).

    :param holidays: file of years that the holiday library lacks
    :param roads: file of the road graph; None: straight lines. ``RoadKeeper`` fills in what is closed
    :raises BadHolidays: if that file cannot be used
    :raises BadGraph: if the graph cannot be
    :raises BadPack, UnknownPack: if the packs cannot be used
    """
    calendar = Calendar.load(holidays)
    known = await register(db, packs or Packs.load(folder))
    pack = known.latest(pack_id)
    _, areas, locator = await read_map(db, PlaceRule.of(pack))
    rule = rule_of(pack)
    return Desk(
        db=db,
        packs=known,
        pack_id=pack_id,
        areas=areas,
        locator=locator,
        fleet=Fleet(rule),
        travel=Straight(rule) if roads is None else await asyncio.to_thread(Roads.open, roads, rule),
        calendar=calendar,
    )
