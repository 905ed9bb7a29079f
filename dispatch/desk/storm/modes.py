"""
A county's mode (派工模式): who set it, when, why and until when. What a mode changes is data of the rule pack, and the
rules of storms are in ``capacity.modes``. Every switch is kept in ``county_mode_change``.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.accounts import rights
from dispatch.accounts.model import Account, Role
from dispatch.capacity.modes import Mode, ModeState, settings_of
from dispatch.desk.ids import new_id
from dispatch.desk.looking import looked_at
from dispatch.desk.room import Desk
from dispatch.desk.tasks import yielding
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection, Row
from dispatch.kit.errors import Invalid, Refusal
from dispatch.kit.looprules import ModeRules, ModeSettings
from dispatch.kit.rulepack import RulePack
from dispatch.places.areas import AreaLevel

from . import disasters, weather
from .giving_way import give_way

TURN_TAKING = "SELECT pg_advisory_xact_lock(95599, hashtext($1))"  # a county that has no row yet cannot be locked by it
FIND = """
SELECT m.area, m.mode, m.set_by, m.set_at, m.reason, m.until_at, m.auto_storm, m.change_id, m.person_at, m.peaked,
       m.calm_at FROM county_mode AS m WHERE m.area = ANY($1::text[])
"""
PROPOSAL = """
SELECT area, id, mode, open_tickets, crews, at FROM mode_proposal WHERE area = ANY($1::text[]) AND ended_at IS NULL
"""
SET = """
INSERT INTO county_mode (area, mode, set_by, set_at, reason, until_at, auto_storm, change_id, person_at, peaked)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (area) DO UPDATE SET mode = EXCLUDED.mode, set_by = EXCLUDED.set_by, set_at = EXCLUDED.set_at,
    reason = EXCLUDED.reason, until_at = EXCLUDED.until_at, auto_storm = EXCLUDED.auto_storm,
    person_at = coalesce(EXCLUDED.person_at, county_mode.person_at), calm_at = NULL,
    change_id = CASE WHEN county_mode.mode = EXCLUDED.mode THEN county_mode.change_id ELSE EXCLUDED.change_id END,
    peaked = EXCLUDED.peaked OR (county_mode.mode = EXCLUDED.mode AND county_mode.peaked)
"""
CHANGE = """
INSERT INTO county_mode_change (id, area, before, mode, at, set_by, reason, until_at, auto_storm)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
ANSWERED = "UPDATE mode_proposal SET ended_at = $2, ended_by = $3 WHERE area = $1 AND ended_at IS NULL"
AUDIT = "INSERT INTO audit (at, account_id, action, subject, area, details) VALUES ($1, $2, 'mode.set', $3, $3, $4)"
HISTORY = """
SELECT id, area, before, mode, at, set_by, reason, until_at, auto_storm FROM county_mode_change
WHERE area = $1 ORDER BY at DESC, id DESC LIMIT $2
"""
IN_MODES = "SELECT area FROM county_mode WHERE mode = ANY($1::text[]) ORDER BY area"


class NotACounty(Invalid):
    """The mode is set for counties only."""


class NoModes(Refusal):
    """The rule pack in force knows no modes."""


class ModeEnd(Invalid):
    """The time at which the mode is to end cannot be."""


class MachineOff(Refusal):
    """The county decides by hand; the machine chooses no crew there."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """The machine proposes a storm, on this load."""

    id: str
    mode: Mode
    open_tickets: int
    crews: int
    at: datetime


@dataclass(frozen=True, slots=True)
class CountyMode:
    """A county's mode, and who set it when, why and until when; nobody: it is the one to begin with."""

    area: str
    mode: Mode = Mode.NORMAL
    set_by: str | None = None
    set_at: datetime | None = None
    reason: str = ""
    until_at: datetime | None = None
    auto_storm: bool = False
    proposal: Proposal | None = None
    calm_at: datetime | None = None  # since when the load of this storm has been low: when it ends hangs on it


@dataclass(frozen=True, slots=True)
class ModeChange:
    """One switch of a county's mode."""

    id: str
    area: str
    before: Mode
    mode: Mode
    at: datetime
    set_by: str
    reason: str
    until_at: datetime | None
    auto_storm: bool


def county_of(desk: Desk, code: str) -> str:
    """:raises NoSuchArea, NotACounty: if it is none"""
    area = desk.areas.get(code)
    if area.level is not AreaLevel.COUNTY:
        raise NotACounty(f"派工模式按县设置,{area.name}是{area.level.label},请指定县", field="area")
    return area.code


def rules_of(pack: RulePack) -> ModeRules:
    """:raises NoModes: if the pack has none"""
    if pack.modes is None:
        raise NoModes(f"规则包 {pack.key} 没有 modes 一节,不能切换派工模式;请改用含该节的规则包", pack=pack.key)
    return pack.modes


async def mode_of(desk: Desk, area: str, *, by: Account) -> CountyMode:
    """
    Return a county's mode.

    :raises NoSuchArea: if there is no such area
    :raises NotACounty: if it is no county
    :raises Forbidden: if the caller may not see it
    """
    county = county_of(desk, area)
    rights.check(by, "mode.read", area=county, covers=desk.areas.covers)
    async with desk.db.connection() as connection:
        return await read_mode(connection, county)


async def modes_in(desk: Desk, area: str | None, *, by: Account) -> list[CountyMode]:
    """
    Return the modes of the counties in an area (by default the caller's own); of a depot there is none.

    :raises NoSuchArea: if there is no such area
    :raises Forbidden: if the caller may not look there
    """
    counties = desk.areas.counties(looked_at(desk, area, "mode.read", by=by))
    async with desk.db.connection() as connection:
        return await _read(connection, counties)


async def read_mode(connection: Connection, county: str) -> CountyMode:
    """Return a county's mode as it is in the database."""
    (found,) = await _read(connection, [county])
    return found


async def _read(connection: Connection, counties: Sequence[str]) -> list[CountyMode]:
    rows = {row["area"]: row for row in await connection.fetch(FIND, list(counties))}
    waits = {row["area"]: row for row in await connection.fetch(PROPOSAL, list(counties))}
    return [_mode(county, rows.get(county), waits.get(county)) for county in counties]


def _mode(county: str, row: Row | None, waits: Row | None) -> CountyMode:
    proposal = None if waits is None else _proposal(waits)
    if row is None:
        return CountyMode(county, proposal=proposal)
    return CountyMode(
        county,
        Mode(row["mode"]),
        row["set_by"],
        row["set_at"],
        row["reason"],
        row["until_at"],
        row["auto_storm"],
        proposal,
        row["calm_at"],
    )


def _proposal(row: Row) -> Proposal:
    return Proposal(row["id"], Mode(row["mode"]), row["open_tickets"], row["crews"], row["at"])


def state_of(row: Row | None, *, proposed: bool) -> ModeState:
    """Return a row of ``county_mode`` as the rules see it."""
    if row is None:
        return ModeState(proposed=proposed)
    return ModeState(
        Mode(row["mode"]),
        row["until_at"],
        row["auto_storm"],
        row["person_at"],
        row["peaked"],
        row["calm_at"],
        proposed,
    )


async def set_mode(
    desk: Desk,
    area: str,
    mode: Mode,
    *,
    reason: str,
    until_at: datetime | None = None,
    auto_storm: bool | None = None,
    by: Account,
    at: datetime,
) -> CountyMode:
    """
    Switch a county's mode, and keep who did it, when, why and until when. Setting what is set changes nothing.

    :param until_at: when it returns to normal by itself; None: after the longest time that the pack allows
    :param auto_storm: whether the machine may call a storm without being told; None: as it is
    :raises NoSuchArea: if there is no such area
    :raises NotACounty: if it is no county
    :raises Forbidden: if the caller may not switch it
    :raises NoModes: if the rule pack in force knows none
    :raises ModeEnd: if it is to end in the past, or too late, or is the one that does not end
    """
    county, rules = county_of(desk, area), rules_of(desk.pack)
    rights.check(by, "mode.set", area=county, covers=desk.areas.covers)
    _check_end(mode, until_at, rules, at)
    async with desk.db.transaction() as tx:
        await tx.execute(TURN_TAKING, county)
        before = await read_mode(tx, county)
        auto = before.auto_storm if auto_storm is None else auto_storm
        same = (before.mode, before.auto_storm) == (mode, auto) and until_at in (None, before.until_at)
        if not same:
            until = _end(mode, until_at, rules, at)
            await switch(tx, desk, before, mode, reason=reason, until_at=until, auto_storm=auto, by=by, at=at)
        await tx.execute(ANSWERED, county, at, by.id)
        return await read_mode(tx, county)


def _check_end(mode: Mode, until_at: datetime | None, rules: ModeRules, at: datetime) -> None:
    if until_at is None:
        return
    if mode is Mode.NORMAL:
        raise ModeEnd("正常模式没有结束时间,请清空恢复正常的时间(until_at)", field="until_at")
    if not at < until_at <= at + rules.longest.duration:
        latest = (at + rules.longest.duration).astimezone(CHINA)
        raise ModeEnd(f"结束时间应晚于现在、不晚于 {latest:%m月%d日 %H:%M};需要更久请届时续设", field="until_at")


def _end(mode: Mode, until_at: datetime | None, rules: ModeRules, at: datetime) -> datetime | None:
    return None if mode is Mode.NORMAL else until_at or at + rules.longest.duration


async def switch(
    tx: Connection,
    desk: Desk,
    before: CountyMode,
    mode: Mode,
    *,
    reason: str,
    until_at: datetime | None,
    auto_storm: bool,
    by: Account,
    at: datetime,
) -> None:
    """Write a switch that was decided, its trace, and what it brings about; the caller has the county's turn."""
    county, change_id = before.area, new_id(at)
    person_at = None if by.role is Role.SYSTEM else at
    peaked = mode is Mode.STORM and person_at is None
    before_id = await tx.fetchval("SELECT change_id FROM county_mode WHERE area = $1", county)
    settings = (mode.value, by.id, at, reason, until_at, auto_storm, change_id, person_at, peaked)
    await tx.execute(SET, county, *settings)
    changed = (before.mode.value, mode.value, at, by.id, reason, until_at, auto_storm)
    await tx.execute(CHANGE, change_id, county, *changed)
    details = json.dumps({"from": before.mode.value, "to": mode.value, "reason": reason}, ensure_ascii=False)
    await tx.execute(AUDIT, at, by.id, county, details)
    await give_way(tx, desk, county, by=by, reason=f"{mode.label}:{reason}", at=at)
    if mode is Mode.STORM:
        await yielding.for_storm(tx, county, by=by.id, at=at, reason=f"{mode.label}:{reason}")
    if Mode.STORM in (before.mode, mode) and before.mode is not mode:
        await _tell_of_storm(tx, desk, county, mode, before_id or "", change_id, at)


async def _tell_of_storm(
    tx: Connection, desk: Desk, county: str, mode: Mode, before_id: str, change_id: str, at: datetime
) -> None:
    """Begin or end the reports on a storm; one that an order covers is told of in the order's reports."""
    if mode is not Mode.STORM:
        await disasters.end(tx, before_id, at=at)
    elif desk.pack.weather is not None and await weather.order_in_force(tx, desk, county, at) is None:
        cause = disasters.DisasterCause.STORM
        await disasters.begin(tx, desk.pack.weather, cause, change_id, county, begun_at=at, until_at=None)


async def history(desk: Desk, area: str, *, limit: int, by: Account) -> list[ModeChange]:
    """
    Return the switches of a county's mode, the newest first.

    :raises NoSuchArea, NotACounty, Forbidden: as ``mode_of``
    """
    county = county_of(desk, area)
    rights.check(by, "mode.read", area=county, covers=desk.areas.covers)
    async with desk.db.connection() as connection:
        rows = await connection.fetch(HISTORY, county, limit)
    return [ModeChange(**{**row, "before": Mode(row["before"]), "mode": Mode(row["mode"])}) for row in rows]


async def settings_in(connection: Connection, desk: Desk, area: str) -> ModeSettings | None:
    """Return what the mode of a county changes now; None if the pack in force knows no modes, or it is no county."""
    if desk.pack.modes is None:
        return None
    mode = await connection.fetchval("SELECT mode FROM county_mode WHERE area = $1", area)
    return settings_of(desk.pack.modes, Mode(mode or Mode.NORMAL))


async def auto_counties(connection: Connection, rules: ModeRules | None) -> list[str]:
    """Return the counties whose tickets the machine dispatches by itself."""
    return await _counties_where(connection, rules, "auto")


async def dispatching_of(connection: Connection, rules: ModeRules | None, counties: Sequence[str]) -> dict[str, str]:
    """Return how each of the counties dispatches: ``auto``, ``confirm`` or ``manual``; without modes a person does."""
    if rules is None:
        return dict.fromkeys(counties, "confirm")
    rows = await connection.fetch("SELECT area, mode FROM county_mode WHERE area = ANY($1::text[])", list(counties))
    modes = {row["area"]: Mode(row["mode"]) for row in rows}
    return {county: settings_of(rules, modes.get(county, Mode.NORMAL)).dispatching for county in counties}


async def left_to_machine(connection: Connection, desk: Desk, counties: Sequence[str]) -> list[str]:
    """Return those of the counties in which the machine may choose crews when it is asked to."""
    by_hand = set(await _counties_where(connection, desk.pack.modes, "manual"))
    return [county for county in counties if county not in by_hand]


async def check_machine(connection: Connection, desk: Desk, county: str) -> None:
    """:raises MachineOff: if the machine may not choose a crew in the county"""
    if not await left_to_machine(connection, desk, [county]):
        raise MachineOff("该县为人工派工模式,系统不选派队伍,请指定班组", field="crew_id")


async def _counties_where(connection: Connection, rules: ModeRules | None, dispatching: str) -> list[str]:
    if rules is None:
        return []
    modes = [mode.value for mode in Mode if settings_of(rules, mode).dispatching == dispatching]
    return [row["area"] for row in await connection.fetch(IN_MODES, modes)]
