"""
What meters and devices say, as it comes in (用采召测与设备信号): kept, judged, and made into outages or their end.

A batch is kept row by row: bad rows are named by number, and what was told before is counted and changes nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from dispatch.accounts import rights
from dispatch.accounts.model import Account, Role
from dispatch.desk.generators import ending
from dispatch.desk.intake.knowing import rule_of
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.outages import evidence, network, rollup, signals, store
from dispatch.outages.evidence import State
from dispatch.outages.model import (
    Judged,
    Node,
    NodeKind,
    Outage,
    Reading,
    Signal,
    SignalKind,
    SignalSource,
    SignalVerdict,
)
from dispatch.outages.rollup import Tree
from dispatch.outages.signals import Around, SignalRule
from dispatch.tickets.guards import CLOCK_SKEW

from . import outages
from .outages import Cause

AT_ONCE = 5000  # signals of a county that are judged together
SOURCES = {Role.AUTOMATION: SignalSource.SCADA, Role.METERING: SignalSource.AMI}


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row of a batch that was not kept."""

    index: int
    code: str
    message: str


@dataclass(slots=True)
class Batch:
    """What became of a batch."""

    accepted: int = 0
    repeated: int = 0
    refused: list[BadRow] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)  # that it opened


@dataclass(frozen=True, slots=True)
class Told:
    """One signal as it is told."""

    device: str
    kind: SignalKind
    at: datetime


async def report_readings(desk: Desk, readings: Sequence[Reading], *, by: Account, at: datetime) -> Batch:
    """
    Keep what meters said, and draw the consequences of those that are dark.

    :raises Forbidden: if ``by`` may not report readings
    """
    rights.check_role(by, "meter.report")
    batch = Batch()
    async with desk.db.transaction() as tx:
        known = await network.of_meters(tx, {reading.meter_no for reading in readings})
        kept = []
        for index, reading in enumerate(readings):
            node = known.get(reading.meter_no)
            area = node.area if node else by.area
            bad = _bad_row(desk, index, area, reading.at, by, at)
            if bad is not None:
                batch.refused.append(bad)
            else:
                kept.append((_of_account(reading, node), area))
        batch.accepted = await evidence.add_readings(tx, kept)
        batch.repeated = len(kept) - batch.accepted
        dark = [known[reading.meter_no] for reading, _ in kept if not reading.live and reading.meter_no in known]
        for area in sorted({node.area for node in dark}):
            await store.alone(tx, area)
            batch.outages += await reconsider(tx, desk, area, at=at)
            codes = [node.code for node in dark if node.area == area]
            batch.outages += await outages.left_over(tx, desk, area, codes, at=at)
    return batch


def _of_account(reading: Reading, node: Node | None) -> Reading:
    """The network knows better than the adapter whose meter it is."""
    return replace(reading, account_no=node.code) if node and node.kind is NodeKind.ACCOUNT else reading


def _bad_row(desk: Desk, index: int, area: str, said_at: datetime, by: Account, at: datetime) -> BadRow | None:
    if said_at > at + CLOCK_SKEW:
        return BadRow(index, "FutureTime", "时间晚于服务器时间,请核对终端时钟后重报")
    if not desk.areas.covers(by.area, area):
        return BadRow(index, "Forbidden", f"该设备属于 {area},不在本账号辖区({by.area})内")
    return None


async def report_signals(desk: Desk, told: Sequence[Told], *, by: Account, at: datetime) -> Batch:
    """
    Keep what devices said of themselves, judge it, and open or end outages by it.

    A time in the future is kept and judged false: it says that the terminal's clock is wrong.

    :raises Forbidden: if ``by`` may not report signals
    """
    rights.check_role(by, "signal.report")
    source, batch = SOURCES.get(by.role, SignalSource.DISPATCH), Batch()
    async with desk.db.transaction() as tx:
        known = await network.nodes(tx, {one.device for one in told})
        kept: dict[str, list[tuple[Signal, Node]]] = {}
        for index, one in enumerate(told):
            node = known.get(one.device)
            bad = _unknown(index, one) if node is None else _bad_row(desk, index, node.area, at, by, at)
            if bad is not None or node is None:
                batch.refused += [bad] if bad else []
                continue
            kept.setdefault(node.area, []).append((Signal(one.device, one.kind, one.at, source, at), node))
        for area, rows in sorted(kept.items()):
            await store.alone(tx, area)
            new = await evidence.add_signals(tx, rows)
            batch.accepted += new
            batch.repeated += len(rows) - new
            batch.outages += await reconsider(tx, desk, area, at=at)
    return batch


def _unknown(index: int, one: Told) -> BadRow:
    return BadRow(index, "NoSuchNode", f"电网档案中没有编码为“{one.device[:40]}”的设备,请先补录档案")


async def reconsider(tx: Connection, desk: Desk, area: str, *, at: datetime) -> list[Outage]:
    """
    Judge the county's open signals with all that is known by now; return the outages that this opened.

    The caller holds the county's lock.
    """
    rule = rule_of(desk)
    judging = SignalRule(rule.second_signal.duration, CLOCK_SKEW, rule.signal_oldest.duration)
    waiting = await evidence.unsettled(tx, area, limit=AT_ONCE)
    if not waiting:
        return []
    view = await _look(tx, area, waiting, judging)
    verdicts = view.verdicts(waiting, judging, at=at)
    await evidence.settle(tx, verdicts, at=at)
    believed = [s for s, judged in verdicts.items() if judged.verdict is SignalVerdict.CONFIRMED]
    gone = [s for s in believed if s.kind is not SignalKind.RESTORE]
    await _come_back(tx, desk, area, [s for s in believed if s.kind is SignalKind.RESTORE])
    if not gone:
        return []
    begins_at = min(signal.at for signal in gone)
    cause = Cause(source=gone[0].source.value, begins_at=begins_at)
    live = view.live_since(begins_at)
    return await outages.confirm(tx, desk, area, {s.device for s in gone}, cause=cause, live=live, at=at)


@dataclass(frozen=True, slots=True)
class View:
    """All that is known around some signals of a county."""

    tree: Tree
    nodes: dict[str, Node]
    outages: Sequence[Outage]
    under: dict[str, list[Signal]]  # node -> signals of it and of all below it
    read: dict[str, list[State]]  # node -> what meters of it and of all below it said

    def verdicts(self, waiting: Sequence[Signal], rule: SignalRule, *, at: datetime) -> dict[Signal, Judged]:
        """Judge the signals; one that is false supports no other."""
        first = {signal: self._around(signal) for signal in waiting}
        reasons = {signal: signals.refuted(signal, around, rule) for signal, around in first.items()}
        false = {signal for signal, reason in reasons.items() if reason is not None}
        return {
            signal: Judged(SignalVerdict.FALSE, reason)
            if (reason := reasons[signal]) is not None
            else signals.judge(signal, self._around(signal, without=false), self.tree, rule, at=at)
            for signal in waiting
        }

    def _around(self, signal: Signal, *, without: Collection[Signal] = ()) -> Around:
        line = self.tree.line(signal.device)
        near = line[1] if len(line) > 1 else signal.device
        others = [
            *self.under.get(near, ()),
            *(o for code in line[1:] for o in self.under.get(code, ()) if o.device == code),
        ]
        below = self.read.get(signal.device, [])
        beside = self.read.get(near, []) if self.tree.kinds.get(signal.device) is NodeKind.ACCOUNT else below
        return Around(
            installed_at=self.nodes[signal.device].installed_at,
            outages=[outage for outage in self.outages if outage.node in line],
            others=[other for other in others if other not in without],
            dark_at=[state.reading.at for state in beside if not state.reading.live],
            live_at=[state.reading.at for state in below if state.reading.live],
        )

    def live_since(self, begins_at: datetime) -> set[str]:
        """Return the nodes whose own meters have answered since an instant that they are live."""
        states = {state.code: state for found in self.read.values() for state in found}
        return {code for code, s in states.items() if s.reading.live and s.reading.at >= begins_at}


async def _look(tx: Connection, area: str, waiting: Sequence[Signal], rule: SignalRule) -> View:
    since = min(signal.at for signal in waiting) - rule.second_within
    until = max(signal.at for signal in waiting) + rule.second_within
    recent = await evidence.recent(tx, area, since=since, until=until)
    devices = {signal.device for signal in [*waiting, *recent]}
    tree = await network.tree(tx, devices)
    low = [code for code in devices if tree.kinds[code] not in signals.BREAKERS]
    states = await evidence.below(tx, {tree.box_of(code) or code for code in low}, since=since)
    states += await evidence.states(tx, list(tree.kinds), since=since, until=until)
    whole = await network.tree(tx, [*devices, *(state.code for state in states)])
    lines = {code for device in devices for code in whole.line(device)}
    under: dict[str, list[Signal]] = {}
    for signal in recent:
        for code in whole.line(signal.device):
            under.setdefault(code, []).append(signal)
    read: dict[str, list[State]] = {}
    for state in {state.code: state for state in states}.values():
        for code in whole.line(state.code):
            read.setdefault(code, []).append(state)
    return View(whole, await network.nodes(tx, devices), await store.on_path(tx, lines, ended_after=since), under, read)


async def _come_back(tx: Connection, desk: Desk, area: str, back: Collection[Signal]) -> None:
    """End the outages that are live again; one that is so in part keeps the list of what is not."""
    if not back:
        return
    latest = max(signal.at for signal in back)
    for outage in await store.standing(tx, area):
        if outage.is_dark:
            await _come_back_from(tx, desk, outage, at=latest)


async def _come_back_from(tx: Connection, desk: Desk, outage: Outage, *, at: datetime) -> None:
    live = await evidence.back(tx, outage.area, since=outage.begins_at)
    tree = await network.tree(tx, [*live, outage.node])
    if live.intersection(tree.line(outage.node)):
        await outages.end(tx, desk, outage, at=at)
        return
    if not any(outage.node in tree.line(code) for code in live):
        return
    left = rollup.remainder(tree, outage.node, live)
    if left:
        partly = replace(outage, remainder=tuple(sorted(left)))
        await store.change(tx, partly)
        await ending.follow(tx, desk, partly, at=at)
    else:
        await outages.end(tx, desk, outage, at=at)
