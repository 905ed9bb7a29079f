"""
Whether a signal that the power is gone may be believed (误报判别). Domain 4.4.6: sensors themselves lie.

A signal counts only if it is not under planned work, no duplicate, its time is sane, and a second one within a few
minutes says the same; a breaker's trip told by SCADA counts by itself. All else stays suspected, and makes no ticket.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from .model import Judged, NodeKind, Outage, OutageState, Signal, SignalKind, SignalReason, SignalSource, SignalVerdict
from .rollup import Tree

R, S = SignalReason, SignalVerdict
BREAKERS = frozenset({NodeKind.SUBSTATION, NodeKind.FEEDER, NodeKind.LATERAL})


@dataclass(frozen=True, slots=True)
class SignalRule:
    """The numbers of the pack."""

    second_within: timedelta
    skew: timedelta  # a clock may run ahead by so much
    oldest: timedelta


@dataclass(frozen=True, slots=True)
class Around:
    """What is known around a signal when it is judged."""

    installed_at: datetime | None = None
    outages: Collection[Outage] = ()  # those of its device and of all above it
    others: Collection[Signal] = ()  # of the same county, none of them false
    dark_at: Collection[datetime] = ()  # when meters below, or beside it in its box, read dark
    live_at: Collection[datetime] = ()  # when meters below it read live


def judge(signal: Signal, around: Around, tree: Tree, rule: SignalRule, *, at: datetime) -> Judged:
    """
    Say what a signal is worth.

    :param at: when it is judged; what is still alone after ``second_within`` is unconfirmed
    """
    false = refuted(signal, around, rule)
    if false is not None:
        return Judged(S.FALSE, false)
    true = _confirmed(signal, around, tree, rule)
    return Judged(S.CONFIRMED, true) if true is not None else _alone(signal, rule, at)


def refuted(signal: Signal, around: Around, rule: SignalRule) -> SignalReason | None:
    """Return why a signal cannot be believed, whatever else is known; None: it may be."""
    insane = _insane(signal, around, rule)
    if insane is not None:
        return insane
    if any(_repeats(signal, other, rule) for other in around.others):
        return R.DUPLICATE
    if signal.kind is SignalKind.RESTORE:
        return None
    if any(permitted(outage, signal.at) for outage in around.outages):
        return R.UNDER_PERMIT
    if any(_near(signal.at, read_at, rule) and read_at >= signal.at for read_at in around.live_at):
        return R.METER_LIVE
    return None


def _insane(signal: Signal, around: Around, rule: SignalRule) -> SignalReason | None:
    if signal.at > signal.received_at + rule.skew:
        return R.FUTURE
    if signal.at < signal.received_at - rule.oldest:
        return R.TOO_OLD
    if around.installed_at is not None and signal.at < around.installed_at:
        return R.BEFORE_INSTALLATION
    return None


def permitted(outage: Outage, at: datetime) -> bool:
    """Tell whether the supply was off by permit (计划检修) at an instant; work that overruns is still under it."""
    ended = outage.state is OutageState.ENDED and (outage.ends_at is None or at >= outage.ends_at)
    return outage.is_planned and outage.begins_at <= at and not ended


def _repeats(signal: Signal, other: Signal, rule: SignalRule) -> bool:
    """One device that says the same again within the time is one signal; the earliest counts."""
    same = other.device == signal.device and other.kind is signal.kind
    return same and (other.at, other.source) < (signal.at, signal.source) and _near(signal.at, other.at, rule)


def _confirmed(signal: Signal, around: Around, tree: Tree, rule: SignalRule) -> SignalReason | None:
    """The same rules hold for the power that is gone and, upside down, for the power that is back (4.4.7)."""
    back = signal.kind is SignalKind.RESTORE
    breaker = signal.kind is SignalKind.TRIP or back
    if breaker and signal.source is not SignalSource.AMI and tree.kinds.get(signal.device) in BREAKERS:
        return R.BREAKER
    if any(_supports(signal, other, tree, rule) for other in around.others):
        return R.SECOND_SIGNAL
    read = around.live_at if back else around.dark_at
    if any(_near(signal.at, read_at, rule) for read_at in read):
        return R.METER_AGREES
    return None


def _supports(signal: Signal, other: Signal, tree: Tree, rule: SignalRule) -> bool:
    """Another device on the same way to the source, or a sibling, that says the same at about the same time."""
    opposite = (other.kind is SignalKind.RESTORE) is not (signal.kind is SignalKind.RESTORE)
    if other.device == signal.device or opposite or not _near(signal.at, other.at, rule):
        return False
    ours, theirs = tree.line(signal.device), tree.line(other.device)
    siblings = tree.parents.get(signal.device) == tree.parents.get(other.device) and len(ours) > 1
    return siblings or other.device in ours or signal.device in theirs


def _near(one: datetime, other: datetime, rule: SignalRule) -> bool:
    return abs(one - other) <= rule.second_within


def _alone(signal: Signal, rule: SignalRule, at: datetime) -> Judged:
    waited = at - signal.received_at > rule.second_within
    return Judged(S.SUSPECTED, R.UNCONFIRMED if waited else R.WAITING)
