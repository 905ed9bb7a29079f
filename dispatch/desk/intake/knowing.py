"""
What is known of a caller's trouble before a ticket is made (受理研判). Domain 4.4: the decision at call time.

The order: a stop for arrears, an outage on the way to the source, a notice for the area, then the meters. One departure
from it: an own meter that answers *live* now goes before an outage that should have it dark; the supply is there, and
nobody else's crew will mend what is wrong behind the meter.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.kit.looprules import OutageRules
from dispatch.kit.numbers import NoSuchNumber
from dispatch.outages import diagnosis, evidence, network, prose, rollup, store
from dispatch.outages.diagnosis import Meters
from dispatch.outages.model import Light, Node, NodeKind, Outage, Served, Verdict
from dispatch.outages.rollup import Heard, RollRule
from dispatch.tickets import store as tickets
from dispatch.tickets.events import Event, Restored
from dispatch.tickets.guards import CLOCK_SKEW, MeterDark
from dispatch.tickets.model import Ticket
from dispatch.tickets.words import Matched, MeterCheck, Result, Stage

from . import sayings

ACCOUNT_OF = "SELECT account_no FROM call WHERE phone = $1 AND account_no IS NOT NULL ORDER BY at DESC LIMIT 1"
# Customers of the county who reported that the power is gone, and whose ticket is open.
HEARD = """
SELECT DISTINCT doc->>'account_no' AS account_no, reported_at FROM ticket
WHERE is_open AND area = $1 AND reported_at BETWEEN $2 AND $3 AND doc->>'account_no' IS NOT NULL
  AND doc->>'symptom' IN ('no_power_one', 'no_power_many', 'no_power_area')
"""
APART = frozenset({"life_support", "important"})  # as ``tickets.guards.may_merge`` keeps them
NOBODY_COMES = frozenset({Verdict.ARREARS, Verdict.BEHIND_METER})  # nothing of ours is out of order
MATCHED = {
    Verdict.ARREARS: Matched.ARREARS,
    Verdict.KNOWN_OUTAGE: Matched.KNOWN_OUTAGE,
    Verdict.NOTICE: Matched.NOTICE,
    Verdict.BEHIND_METER: Matched.CUSTOMER_SIDE,
}


@dataclass(frozen=True, slots=True)
class Known:
    """
    What the seat is told: a verdict, a sentence to read out, and what to do with the call.

    ``ticket_id`` is the incident's ticket that the call may be attached to; ``matched`` what a draft may be closed
    with; ``device`` the node that is probably dark.
    """

    verdict: Verdict
    sentence: str
    evidence: tuple[str, ...] = ()
    urgent: bool = False
    etr_at: datetime | None = None
    outage_id: str | None = None
    ticket_id: str | None = None
    matched: Matched | None = None
    account_no: str | None = None
    area: str | None = None
    device: str | None = None
    served: Served | None = None
    protected: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What a caller, or the switchboard, says of who and where he is."""

    account_no: str | None
    phone: str | None
    lon: float | None
    lat: float | None
    area: str | None


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a caller hangs on the network, as far as it is known."""

    account_no: str | None
    path: tuple[Node, ...]  # the account (or the nearest box), and all above it
    area: str | None  # county
    rule: OutageRules
    at: datetime

    @property
    def codes(self) -> list[str]:
        return [node.code for node in self.path]

    def above(self, kind: NodeKind) -> Node | None:
        """Return the node of a kind on the way to the source."""
        return next((node for node in self.path if node.kind is kind), None)


async def what_is_known(
    desk: Desk,
    *,
    account_no: str | None = None,
    phone: str | None = None,
    lon: float | None = None,
    lat: float | None = None,
    area: str | None = None,
    at: datetime,
) -> Known:
    """
    Say what is known of a caller's trouble; nothing is written.

    :param phone: names the account that it gave in its latest call
    :param area: county, or any area; where nobody knows the account, notices are looked up by it
    """
    rule = desk.pack.outages
    if rule is None:
        return Known(Verdict.UNKNOWN, sayings.UNKNOWN, area=area)
    async with desk.db.connection() as connection:
        said = Said(account_no, phone, lon, lat, area)
        caller = await _find(desk, connection, rule, said, at=at)
        known = await _decide(desk, connection, caller)
    return _with_caller(known, caller)


async def _find(desk: Desk, connection: Connection, rule: OutageRules, said: Said, *, at: datetime) -> Caller:
    """Look for the customer by account, then by telephone, then by the place on the map (domain 4.4.1)."""
    account = said.account_no or (await connection.fetchval(ACCOUNT_OF, said.phone) if said.phone else None)
    path = await network.path(connection, account) if account else []
    county = said.area
    if said.lon is not None and said.lat is not None:
        county = desk.locator.county_at(said.lon, said.lat) or county
        if not path:
            box = await network.box_at(connection, said.lon, said.lat, within_m=rule.box_within.value * 1000)
            path = await network.path(connection, box.code) if box else []
    return Caller(account, tuple(path), path[0].area if path else county, rule, at)


def _with_caller(known: Known, caller: Caller) -> Known:
    """Add who calls. A customer whose supply is protected gets a ticket of his own, whatever is known (2.8.2)."""
    transformer = caller.above(NodeKind.TRANSFORMER)
    served = transformer.served if transformer else None
    protected = caller.path[0].protected if caller.path else None
    if protected in APART and known.verdict is not Verdict.ARREARS:
        known = replace(known, urgent=True, ticket_id=None, matched=None, evidence=(*known.evidence, sayings.APART))
    extra = sayings.ON_SITE.get(served, "") if served and known.verdict not in NOBODY_COMES else ""
    return replace(
        known,
        sentence=known.sentence + extra,
        account_no=caller.account_no,
        area=caller.area,
        served=served,
        protected=protected,
    )


async def _decide(desk: Desk, connection: Connection, caller: Caller) -> Known:
    paid: tuple[str, ...] = ()
    if caller.account_no is not None:
        stop = await store.stopped(connection, caller.account_no, at=caller.at)
        if stop is not None and (stop.cleared_at is None or stop.cleared_at > caller.at):
            said = (f"{prose.when(stop.stopped_at)}因欠费停电,尚未结清",)
            return Known(Verdict.ARREARS, sayings.ARREARS, said, matched=Matched.ARREARS)
        limit = desk.pack.find("arrears_reconnect")
        if stop is not None and stop.cleared_at is not None and limit and caller.at < stop.cleared_at + limit:
            paid = (f"{prose.when(stop.cleared_at)}已结清欠费,请核实是否复电",)
    known = await _by_place(desk, connection, caller)
    return replace(known, evidence=paid + known.evidence)


async def _by_place(desk: Desk, connection: Connection, caller: Caller) -> Known:
    meters = await _read(connection, caller)
    if meters.own is not Light.LIVE:
        outage = await _by_outage(connection, caller, meters)
        if outage is not None:
            return outage
    if caller.area is not None and meters.own is not Light.LIVE:
        notice = await store.in_force(connection, desk.areas.above(caller.area), at=caller.at)
        if notice is not None:
            said = (f"报备 {notice.id},{prose.when(notice.from_at)}至{prose.when(notice.to_at)}",)
            return Known(Verdict.NOTICE, notice.wording, said, matched=Matched.NOTICE)
    return await _by_meters(connection, caller, meters)


async def _by_outage(connection: Connection, caller: Caller, meters: Meters) -> Known | None:
    """Return what an outage on the way to the source says; one that should have ended says: at once."""
    since = caller.at - caller.rule.restored_within.duration
    found = await store.on_path(connection, caller.codes, ended_after=since)
    late = next((o for o in found if o.overruns(caller.at) or _not_back(o, caller, meters)), None)
    if late is not None:
        return Known(Verdict.PLANNED_OVERRUN, sayings.overrun(late), (late.text,), urgent=True, outage_id=late.id)
    now = next((o for o in found if o.covers(caller.at)), None)
    return None if now is None else await _attachable(connection, now)


def _not_back(outage: Outage, caller: Caller, meters: Meters) -> bool:
    """Tell whether planned work ended a little while ago, and the caller is dark all the same."""
    ended = outage.is_planned and outage.ends_at is not None and outage.ends_at <= caller.at
    return ended and meters.own is Light.DARK


async def _attachable(connection: Connection, outage: Outage) -> Known:
    ticket = await tickets.find(connection, outage.incident_ticket_id) if outage.incident_ticket_id else None
    etr_at = etr_of(outage, ticket)
    return Known(
        Verdict.KNOWN_OUTAGE,
        sayings.known_outage(outage, etr_at),
        (prose.sentence(outage),),
        etr_at=etr_at,
        outage_id=outage.id,
        ticket_id=ticket.id if ticket and ticket.is_open else None,
        matched=Matched.KNOWN_OUTAGE,
    )


def etr_of(outage: Outage, ticket: Ticket | None) -> datetime | None:
    """Return when supply is expected back: what the crew on site says, else what was published, else the plan's end."""
    if ticket is not None and ticket.located_at is not None and ticket.etr_at is not None:
        return ticket.etr_at
    return outage.etr_at or (ticket.etr_at if ticket else None) or (outage.ends_at if outage.is_planned else None)


async def _read(connection: Connection, caller: Caller) -> Meters:
    """Return what the meters on the caller's way to the source said within the last minutes."""
    box, transformer = caller.above(NodeKind.BOX), caller.above(NodeKind.TRANSFORMER)
    beside = await evidence.in_box(connection, box.code) if box else []
    wanted = {
        *beside,
        *([transformer.code] if transformer else []),
        *([caller.account_no] if caller.account_no else []),
    }
    since, until = caller.at - caller.rule.reading_fresh.duration, caller.at + CLOCK_SKEW
    said = {}
    for state in await evidence.states(connection, wanted, since=since, until=until):
        volts, live = state.reading.voltage_v, state.reading.live
        said[state.code] = diagnosis.terminal(volts, live=live, dark_below_v=caller.rule.dark_below.value)
    own = said.get(caller.account_no or "", Light.SILENT)
    terminal = said.get(transformer.code, Light.SILENT) if transformer else Light.SILENT
    others = diagnosis.together(said[code] for code in beside if code in said and code != caller.account_no)
    return Meters(own, others, terminal)


async def _by_meters(connection: Connection, caller: Caller, meters: Meters) -> Known:
    verdict = diagnosis.verdict(meters)
    said = sayings.meters(meters)
    if verdict not in (Verdict.UNKNOWN, Verdict.TRANSFORMER_OR_ABOVE):
        return Known(verdict, sayings.OF_METERS[verdict], said, matched=MATCHED.get(verdict))
    device = await _suspect(connection, caller)
    if device is None and verdict is Verdict.TRANSFORMER_OR_ABOVE:
        device = caller.above(NodeKind.TRANSFORMER)
    more = (f"{device.said}疑似停电,待核实",) if device else ()
    return Known(verdict, sayings.OF_METERS[verdict], said + more, device=device.code if device else None)


async def _suspect(connection: Connection, caller: Caller) -> Node | None:
    """Return the device on the caller's way that other calls, or dark terminals beside it, make probable."""
    if not caller.path or caller.area is None:
        return None
    rule = roll_rule(caller.rule)
    rows = await connection.fetch(HEARD, caller.area, caller.at - rule.window, caller.at)
    heard = [Heard(row["account_no"], row["reported_at"]) for row in rows]
    tree = await network.tree(connection, [*caller.codes, *(call.account_no for call in heard)])
    suspects = rollup.probable(tree, heard, at=caller.at, rule=rule) | await _dark_terminals(connection, caller, tree)
    return next((node for node in reversed(caller.path) if node.code in suspects), None)


async def _dark_terminals(connection: Connection, caller: Caller, tree: rollup.Tree) -> set[str]:
    """Look up the transformers beside the caller's: what explains those that are dark."""
    beside = [code for code, kind in tree.kinds.items() if kind is NodeKind.TRANSFORMER]
    since, until = caller.at - caller.rule.reading_fresh.duration, caller.at + CLOCK_SKEW
    found = await evidence.states(connection, beside, since=since, until=until)
    dark = {state.code for state in found if not state.reading.live}
    live = {state.code for state in found if state.reading.live}
    return rollup.risen(tree, dark, live=live, siblings=caller.rule.siblings.value)


def roll_rule(rule: OutageRules) -> RollRule:
    """Return the numbers that roll-up asks for."""
    return RollRule(rule.calls.value, rule.boxes.value, rule.calls_window.duration, rule.siblings.value)


def rule_of(desk: Desk) -> OutageRules:
    """
    Return the numbers of the pack in force.

    :raises NoSuchNumber: if it has none
    """
    if desk.pack.outages is None:
        raise NoSuchNumber(f"规则包 {desk.pack.key} 未规定停电研判,请换用新版本", pack=desk.pack.key)
    return desk.pack.outages


async def meter_says(
    tx: Connection, *, meter_no: str | None, account_no: str | None, at: datetime, within: timedelta
) -> bool | None:
    """Return whether a customer's meter was live around an instant, by its newest reading; None: it said nothing."""
    since, until = evidence.around(at, within)
    found = await evidence.latest(tx, meter_no=meter_no, account_no=account_no, since=since, until=until)
    return found[0] if found else None


async def meter_of(tx: Connection, desk: Desk, ticket: Ticket, *, at: datetime) -> MeterCheck:
    """Return what a ticket's meter said lately."""
    rule = desk.packs.get(ticket.pack).outages
    if rule is None or (ticket.meter_no is None and ticket.account_no is None):
        return MeterCheck.NO_METER
    live = await meter_says(
        tx, meter_no=ticket.meter_no, account_no=ticket.account_no, at=at, within=rule.reading_fresh.duration
    )
    if live is None:
        return MeterCheck.NO_ANSWER
    return MeterCheck.LIVE if live else MeterCheck.DARK


async def refuse_dark(tx: Connection, desk: Desk, ticket: Ticket, event: Event, *, at: datetime) -> None:
    """
    Refuse word that the supply is back while the customer's meter says that it is not (domain 12, scenario 10).

    What the meter said last counts, from a little before the claimed restoration until a while after it.

    :param at: when the supply is said to have come back
    :raises MeterDark: naming when the meter was read
    """
    rule = desk.packs.get(ticket.pack).outages
    if rule is None or not isinstance(event, Restored) or event.result is not Result.RESTORED:
        return
    if ticket.stage is Stage.MERGED or (ticket.meter_no is None and ticket.account_no is None):
        return
    since, until = at - rule.restore_poll.duration, at + rule.restored_within.duration
    found = await evidence.latest(tx, meter_no=ticket.meter_no, account_no=ticket.account_no, since=since, until=until)
    if found is not None and not found[0]:
        raise MeterDark(
            f"工单 {ticket.ticket_no} 的电表 {prose.when(found[1])} 召测仍无电,不能报复电;"
            "请继续抢修,或重新召测确认有电后再报",
            field="result",
            read_at=found[1].isoformat(),
        )
