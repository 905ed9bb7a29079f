"""Which signals may be believed: domain 4.4.6."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.outages.model import (
    Judged,
    Outage,
    OutageKind,
    OutageState,
    Signal,
    SignalKind,
    SignalReason,
    SignalSource,
    SignalVerdict,
)
from dispatch.outages.signals import Around, SignalRule, judge, permitted
from tests.worlds import XIANGSHAN, minutes

from .test_rollup import DEVICES, TREE

RULE = SignalRule(timedelta(minutes=3), timedelta(minutes=2), timedelta(hours=24))
AMI, SCADA, TRIP, GASP, BACK = (
    SignalSource.AMI,
    SignalSource.SCADA,
    SignalKind.TRIP,
    SignalKind.LAST_GASP,
    SignalKind.RESTORE,
)
S, R = SignalVerdict, SignalReason


def signal(
    device: str, at: float = 0, *, kind: SignalKind = GASP, source: SignalSource = AMI, received: float | None = None
) -> Signal:
    return Signal(device, kind, minutes(at), source, minutes(at if received is None else received))


def work(node: str, begins: float, ends: float, state: OutageState = OutageState.ACTIVE) -> Outage:
    return Outage(
        id="o",
        kind=OutageKind.PLANNED,
        node=node,
        area=XIANGSHAN,
        begins_at=minutes(begins),
        ends_at=minutes(ends),
        etr_at=None,
        state=state,
        cause="",
        incident_ticket_id=None,
        source="",
        text="",
    )


def worth(one: Signal, around: Around | None = None, *, at: float = 1) -> tuple[SignalVerdict, SignalReason]:
    judged = judge(one, around or Around(), TREE, RULE, at=minutes(at))
    return judged.verdict, judged.reason


def test_a_breaker_that_automation_tells_of_needs_no_second_signal() -> None:
    assert worth(signal("F1", kind=TRIP, source=SCADA)) == (S.CONFIRMED, R.BREAKER)
    assert worth(signal("F1", kind=TRIP, source=AMI)) == (S.SUSPECTED, R.WAITING)
    assert worth(signal("T1", kind=TRIP, source=SCADA)) == (S.SUSPECTED, R.WAITING)
    assert worth(signal("F1", kind=BACK, source=SCADA)) == (S.CONFIRMED, R.BREAKER)


@pytest.mark.parametrize("other", ["T2", "L1", "F1", "T1-B1"])
def test_a_neighbour_or_what_lies_on_the_same_way_confirms(other: str) -> None:
    assert worth(signal("T1"), Around(others=[signal(other, 2)])) == (S.CONFIRMED, R.SECOND_SIGNAL)
    assert worth(signal("T1"), Around(others=[signal(other, 4)])) == (S.SUSPECTED, R.WAITING)
    assert worth(signal("T1"), Around(others=[signal(other, 2, kind=BACK)])) == (S.SUSPECTED, R.WAITING)


def test_a_device_far_away_confirms_nothing() -> None:
    assert worth(signal("T1"), Around(others=[signal("T5", 1)])) == (S.SUSPECTED, R.WAITING)


def test_a_signal_that_is_alone_for_too_long_is_unconfirmed() -> None:
    assert worth(signal("T1"), at=3) == (S.SUSPECTED, R.WAITING)
    assert worth(signal("T1"), at=3.1) == (S.SUSPECTED, R.UNCONFIRMED)
    assert worth(signal("T1", received=60), at=61) == (S.SUSPECTED, R.WAITING)  # it came late; its second may too


@pytest.mark.parametrize(
    ("one", "around", "why"),
    [
        (signal("T1", 10, received=7.9), Around(), R.FUTURE),
        (signal("T1", -1441, received=0), Around(), R.TOO_OLD),
        (signal("T1"), Around(installed_at=minutes(1)), R.BEFORE_INSTALLATION),
        (signal("T1", 2), Around(others=[signal("T1", 0), signal("T2", 2)]), R.DUPLICATE),
        (signal("T1"), Around(outages=[work("L1", -10, 10)], others=[signal("T2")]), R.UNDER_PERMIT),
        (signal("F1", kind=TRIP, source=SCADA), Around(outages=[work("F1", -10, 10)]), R.UNDER_PERMIT),
        (signal("T1"), Around(live_at=[minutes(1)], others=[signal("T2")]), R.METER_LIVE),
    ],
)
def test_what_cannot_be_is_false_whatever_supports_it(one: Signal, around: Around, why: SignalReason) -> None:
    assert worth(one, around, at=20) == (S.FALSE, why)


def test_a_meter_that_was_live_before_the_signal_says_nothing_against_it() -> None:
    assert worth(signal("T1"), Around(live_at=[minutes(-1)], dark_at=[minutes(1)])) == (S.CONFIRMED, R.METER_AGREES)


@pytest.mark.parametrize(
    ("outage", "at", "off"),
    [
        (work("L1", 0, 10), -1, False),
        (work("L1", 0, 10), 0, True),
        (work("L1", 0, 10), 10, True),  # it overruns
        (work("L1", 0, 10, OutageState.ENDED), 9, True),
        (work("L1", 0, 10, OutageState.ENDED), 10, False),
        (work("L1", 0, 10, OutageState.ANNOUNCED), 5, True),  # nobody has marked it as begun yet
        (replace(work("L1", 0, 10), kind=OutageKind.FAULT), 5, False),
    ],
)
def test_work_is_under_permit_from_its_begin_until_the_power_is_back(outage: Outage, at: float, off: bool) -> None:
    assert permitted(outage, minutes(at)) is off


moments = st.floats(min_value=-30, max_value=30).map(minutes)
any_signal = st.builds(
    Signal,
    device=st.sampled_from(DEVICES),
    kind=st.sampled_from(SignalKind),
    at=moments,
    source=st.sampled_from(SignalSource),
    received_at=moments,
)


@given(any_signal, st.lists(any_signal, max_size=6), st.lists(moments), st.lists(moments), moments)
def test_no_signal_under_a_permit_is_ever_believed(
    one: Signal, others: list[Signal], dark: list[datetime], live: list[datetime], at: datetime
) -> None:
    above = TREE.line(one.device)[-1]
    around = Around(outages=[work(above, -60, 60)], others=others, dark_at=dark, live_at=live)
    judged = judge(one, around, TREE, RULE, at=at)
    assert one.kind is BACK or judged.verdict is S.FALSE


@given(any_signal, moments)
def test_no_signal_is_believed_for_itself_but_a_breakers(one: Signal, at: datetime) -> None:
    judged = judge(one, Around(others=[one]), TREE, RULE, at=at)
    assert judged.verdict is not S.CONFIRMED or judged == Judged(S.CONFIRMED, R.BREAKER)
