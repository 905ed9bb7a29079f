"""The machine's turn at the counties' modes: ends what is over, proposes storms, calls them where it may."""

from collections.abc import Mapping
from datetime import datetime

from dispatch.accounts.model import SYSTEM
from dispatch.capacity import modes as rules_of_modes
from dispatch.capacity.modes import Load, ModeState, ModeTurn
from dispatch.desk.ids import new_id
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection
from dispatch.kit.logs import logger
from dispatch.kit.looprules import ModeRules
from dispatch.places.areas import AreaLevel

from .modes import FIND, PROPOSAL, TURN_TAKING, read_mode, state_of, switch

# Tickets that need a crew or have one; what waits for a reply or a call-back makes no storm.
NEEDING = ("submitted", "accepted", "dispatched", "crew_accepted", "en_route", "arrived", "located", "repairing")
OPEN = "SELECT area, count(*) AS n FROM ticket WHERE is_open AND area = ANY($1) AND stage = ANY($2) GROUP BY area"
ON_DUTY = """
SELECT area, count(*) AS n FROM crew WHERE active AND area = ANY($1) AND CASE
    WHEN shift_start < shift_end THEN $2::time >= shift_start AND $2::time < shift_end
    ELSE $2::time >= shift_start OR $2::time < shift_end END
GROUP BY area
"""
STATES = """
SELECT area, mode, until_at, auto_storm, person_at, peaked, calm_at FROM county_mode WHERE area = ANY($1::text[])
"""
PROPOSED = "SELECT area FROM mode_proposal WHERE ended_at IS NULL AND area = ANY($1::text[])"
OBSERVE = "UPDATE county_mode SET peaked = $2, calm_at = $3 WHERE area = $1"
PROPOSE = "INSERT INTO mode_proposal (id, area, mode, open_tickets, crews, at) VALUES ($1, $2, 'storm', $3, $4, $5)"
END = "UPDATE mode_proposal SET ended_at = $2, ended_by = 'system' WHERE area = $1 AND ended_at IS NULL"

log = logger("storms")


async def loads(connection: Connection, counties: list[str], *, at: datetime) -> Mapping[str, Load]:
    """Return the load of each county."""
    waiting = {row["area"]: row["n"] for row in await connection.fetch(OPEN, counties, list(NEEDING))}
    local = at.astimezone(CHINA).time()
    crews = {row["area"]: row["n"] for row in await connection.fetch(ON_DUTY, counties, local)}
    return {county: Load(waiting.get(county, 0), crews.get(county, 0)) for county in counties}


async def watch(desk: Desk, *, at: datetime) -> dict[str, ModeTurn]:
    """Take a turn at every county; return what was done where. Nothing, if the rule pack in force knows no modes."""
    rules = desk.pack.modes
    if rules is None:
        return {}
    counties = [area.code for area in desk.areas.of_level(AreaLevel.COUNTY)]
    async with desk.db.connection() as connection:
        load = await loads(connection, counties, at=at)
        proposed = {row["area"] for row in await connection.fetch(PROPOSED, counties)}
        rows = {row["area"]: row for row in await connection.fetch(STATES, counties)}
    done: dict[str, ModeTurn] = {}
    for county in counties:
        state = state_of(rows.get(county), proposed=county in proposed)
        if _idle(state, load[county], rules, at):
            continue
        turn = await _take(desk, county, load[county], rules, at)
        if turn is not ModeTurn.STAY:
            done[county] = turn
            log.info("mode", area=county, turn=turn.value, open_tickets=load[county].open_tickets)
    return done


def _idle(state: ModeState, load: Load, rules: ModeRules, at: datetime) -> bool:
    """Say whether a turn would change nothing; most counties, most of the time."""
    seen = rules_of_modes.observed(state, load, rules=rules, at=at)
    return seen == state and rules_of_modes.turn(seen, load, rules=rules, at=at) is ModeTurn.STAY


async def _take(desk: Desk, county: str, load: Load, rules: ModeRules, at: datetime) -> ModeTurn:
    """Decide again on what the database says now, and do it, in one transaction."""
    async with desk.db.transaction() as tx:
        await tx.execute(TURN_TAKING, county)
        row, waits = await tx.fetchrow(FIND, [county]), await tx.fetchrow(PROPOSAL, [county])
        state = rules_of_modes.observed(state_of(row, proposed=waits is not None), load, rules=rules, at=at)
        turn = rules_of_modes.turn(state, load, rules=rules, at=at)
        await tx.execute(OBSERVE, county, state.peaked, state.calm_at)
        if turn in (ModeTurn.ENTER, ModeTurn.RENEW, ModeTurn.RETURN):
            after = rules_of_modes.after(state, turn, rules=rules, at=at)
            await _switch(tx, desk, county, after, reason=_reason(state, turn, load, at), at=at)
        if turn is ModeTurn.PROPOSE:
            await tx.execute(PROPOSE, new_id(at), county, load.open_tickets, load.crews, at)
        if turn in (ModeTurn.ENTER, ModeTurn.WITHDRAW):
            await tx.execute(END, county, at)
        return turn


async def _switch(tx: Connection, desk: Desk, county: str, after: ModeState, *, reason: str, at: datetime) -> None:
    await switch(
        tx,
        desk,
        await read_mode(tx, county),
        after.mode,
        reason=reason,
        until_at=after.until_at,
        auto_storm=after.auto_storm,
        by=SYSTEM,
        at=at,
    )


def _reason(state: ModeState, turn: ModeTurn, load: Load, at: datetime) -> str:
    if turn is ModeTurn.RETURN and state.until_at is not None and at >= state.until_at:
        return f"{turn.label}:到期"
    return f"{turn.label}:待处理 {load.open_tickets} 单,在班 {load.crews} 队"
