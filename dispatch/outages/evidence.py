"""Where readings of meters and signals of devices are kept, each once however often it is told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.kit.db import Connection, Row

from .model import Judged, Node, Reading, Signal, SignalKind, SignalReason, SignalSource, SignalVerdict

ADD_READINGS = """
INSERT INTO meter_reading (meter_no, at, account_no, area, live, voltage_v)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
"""
NEWEST = """
INSERT INTO meter_state (meter_no, at, account_no, area, live, voltage_v) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (meter_no) DO UPDATE SET at = EXCLUDED.at,
    account_no = coalesce(EXCLUDED.account_no, meter_state.account_no), area = EXCLUDED.area, live = EXCLUDED.live,
    voltage_v = EXCLUDED.voltage_v
WHERE meter_state.at < EXCLUDED.at
"""
KNOWN_READINGS = """
SELECT meter_no, at FROM meter_reading
WHERE (meter_no, at) IN (SELECT * FROM unnest($1::text[], $2::timestamptz[]))
"""
# A meter by its number, else the one that an account has by the network, else the one that read for it last.
METER_OF = """
SELECT coalesce($1, (SELECT meter_no FROM network_node WHERE code = $2 AND kind = 'account'),
                (SELECT meter_no FROM meter_state WHERE account_no = $2 ORDER BY at DESC LIMIT 1))
"""
LATEST = """
SELECT live, at FROM meter_reading WHERE meter_no = $1 AND at BETWEEN $2 AND $3 ORDER BY at DESC LIMIT 1
"""
STATES = """
SELECT n.code, s.meter_no, s.at, s.account_no, s.live, s.voltage_v
FROM network_node AS n JOIN meter_state AS s ON s.meter_no = n.meter_no
WHERE n.code = ANY($1::text[]) AND s.at BETWEEN $2 AND $3
"""
IN_BOX = "SELECT code FROM network_node WHERE parent = $1 AND kind = 'account'"
BELOW = """
WITH RECURSIVE down AS (
    SELECT code, parent, meter_no FROM network_node WHERE code = ANY($1::text[])
    UNION ALL
    SELECT n.code, n.parent, n.meter_no FROM network_node AS n JOIN down ON n.parent = down.code
)
SELECT DISTINCT ON (down.code) down.code, s.meter_no, s.at, s.account_no, s.live, s.voltage_v
FROM down JOIN meter_state AS s ON s.meter_no = down.meter_no WHERE s.at >= $2
"""
SIGNAL = "device, kind, at, source, received_at"
ADD_SIGNALS = f"""
INSERT INTO signal ({SIGNAL}, area, verdict, reason)
SELECT *, 'suspected', 'waiting'
FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::timestamptz[], $6::text[])
ON CONFLICT DO NOTHING
"""
OPEN = f"""
SELECT {SIGNAL} FROM signal WHERE area = $1 AND settled_at IS NULL ORDER BY at, device LIMIT $2 FOR UPDATE
"""
RECENT = f"SELECT {SIGNAL} FROM signal WHERE area = $1 AND verdict <> 'false' AND at BETWEEN $2 AND $3"
BACK = """
SELECT DISTINCT device FROM signal WHERE area = $1 AND kind = 'restore' AND verdict = 'confirmed' AND at >= $2
"""
SETTLE = """
UPDATE signal SET verdict = n.verdict, reason = n.reason, settled_at = n.settled_at
FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
     AS n(device, kind, at, source, verdict, reason, settled_at)
WHERE signal.device = n.device AND signal.kind = n.kind AND signal.at = n.at AND signal.source = n.source
"""
WAITING = "SELECT DISTINCT area FROM signal WHERE settled_at IS NULL AND received_at < $1 ORDER BY area"
PAGE = f"""
SELECT {SIGNAL}, verdict, reason FROM signal
WHERE area = ANY($1::text[]) AND verdict = ANY($2::text[]) ORDER BY at DESC, device LIMIT $3
"""


@dataclass(frozen=True, slots=True)
class State:
    """What a node's meter said last."""

    code: str
    reading: Reading


def signal_of(row: Row) -> Signal:
    """Return the signal of a row."""
    return Signal(row["device"], SignalKind(row["kind"]), row["at"], SignalSource(row["source"]), row["received_at"])


def _state(row: Row) -> State:
    volts = tuple(row["voltage_v"])
    return State(row["code"], Reading(row["meter_no"], row["at"], row["live"], row["account_no"], volts))


async def add_readings(tx: Connection, readings: Sequence[tuple[Reading, str]]) -> int:
    """Keep readings, each with the county it belongs to; return how many were new."""
    rows = [(r.meter_no, r.at, r.account_no, area, r.live, list(r.voltage_v)) for r, area in readings]
    before = {
        (row["meter_no"], row["at"])
        for row in await tx.fetch(KNOWN_READINGS, [row[0] for row in rows], [row[1] for row in rows])
    }
    fresh = {(row[0], row[1]): row for row in rows if (row[0], row[1]) not in before}
    ordered = [fresh[key] for key in sorted(fresh)]  # one order for all, so that no two wait for each other
    await tx.executemany(ADD_READINGS, ordered)
    await tx.executemany(NEWEST, ordered)
    return len(ordered)


async def latest(
    connection: Connection, *, meter_no: str | None, account_no: str | None, since: datetime, until: datetime
) -> tuple[bool, datetime] | None:
    """Return the newest reading of a meter in a time: whether it was live, and when; None: it said nothing."""
    meter = await connection.fetchval(METER_OF, meter_no, account_no)
    row = None if meter is None else await connection.fetchrow(LATEST, meter, since, until)
    return (row["live"], row["at"]) if row else None


async def states(connection: Connection, codes: Collection[str], *, since: datetime, until: datetime) -> list[State]:
    """Return what the nodes' own meters said last, if it was in the time."""
    return [_state(row) for row in await connection.fetch(STATES, list(codes), since, until)]


async def in_box(connection: Connection, box: str) -> list[str]:
    """Return the accounts of a box."""
    return [row["code"] for row in await connection.fetch(IN_BOX, box)]


async def below(connection: Connection, codes: Collection[str], *, since: datetime) -> list[State]:
    """Return what all meters on the nodes and below said last, if it was since then."""
    return [_state(row) for row in await connection.fetch(BELOW, list(codes), since)]


async def add_signals(tx: Connection, signals: Sequence[tuple[Signal, Node]]) -> int:
    """Keep signals as suspected; return how many were new."""
    rows = [(s.device, s.kind, s.at, s.source, s.received_at, node.area) for s, node in signals]
    done = await tx.execute(ADD_SIGNALS, *map(list, zip(*rows, strict=True)))
    return int(done.rpartition(" ")[2])


async def unsettled(tx: Connection, area: str, *, limit: int) -> list[Signal]:
    """Return the county's signals that are not judged for good, locked, the earliest first."""
    return [signal_of(row) for row in await tx.fetch(OPEN, area, limit)]


async def recent(connection: Connection, area: str, *, since: datetime, until: datetime) -> list[Signal]:
    """Return the county's signals of a time that are not false."""
    return [signal_of(row) for row in await connection.fetch(RECENT, area, since, until)]


async def back(connection: Connection, area: str, *, since: datetime) -> set[str]:
    """Return the county's devices that said, believably, that they are live again."""
    return {row["device"] for row in await connection.fetch(BACK, area, since)}


async def settle(tx: Connection, verdicts: Mapping[Signal, Judged], *, at: datetime) -> None:
    """Keep what signals are worth; one that waits for a second one may yet change."""
    rows = [
        (s.device, s.kind, s.at, s.source, j.verdict, j.reason, None if j.reason is SignalReason.WAITING else at)
        for s, j in verdicts.items()
    ]
    await tx.execute(SETTLE, *map(list, zip(*rows, strict=True)))


async def waiting(connection: Connection, *, before: datetime) -> list[str]:
    """Return the counties that have signals from before an instant which are not judged for good."""
    return [row["area"] for row in await connection.fetch(WAITING, before)]


async def page(
    connection: Connection, areas: Sequence[str], *, verdicts: Sequence[SignalVerdict], limit: int
) -> list[tuple[Signal, Judged]]:
    """Return the areas' signals, the newest first, and what each is worth."""
    rows = await connection.fetch(PAGE, list(areas), [v.value for v in verdicts or SignalVerdict], limit)
    return [(signal_of(row), Judged(SignalVerdict(row["verdict"]), SignalReason(row["reason"]))) for row in rows]


def around(moment: datetime, span: timedelta) -> tuple[datetime, datetime]:
    """Return the time from ``span`` before to ``span`` after."""
    return moment - span, moment + span
