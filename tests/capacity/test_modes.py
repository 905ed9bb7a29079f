"""When a storm begins and ends. Whatever the load does, a county does not flap between modes."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dispatch.capacity import modes
from dispatch.capacity.modes import Load, Mode, ModeState, ModeTurn, settings_of
from dispatch.kit.looprules import ModeRules
from dispatch.kit.rulepack import Packs
from tests.worlds import START

FOUND = Packs.load().get("sgcc@2026.2").modes
assert FOUND is not None
RULES: ModeRules = FOUND
CALM = RULES.storm_calm.duration
MINUTE = timedelta(minutes=1)
HIGH, MIDDLE, LOW = Load(30, 10), Load(20, 10), Load(5, 10)


def go(state: ModeState, load: Load, at: datetime) -> tuple[ModeState, ModeTurn]:
    """Take one turn of the machine."""
    seen = modes.observed(state, load, rules=RULES, at=at)
    turn = modes.turn(seen, load, rules=RULES, at=at)
    return modes.after(seen, turn, rules=RULES, at=at), turn


def run(state: ModeState, loads: list[Load]) -> list[tuple[datetime, ModeTurn, Load]]:
    """Take a turn a minute; return what was done."""
    done = []
    for n, load in enumerate(loads):
        state, turn = go(state, load, START + n * MINUTE)
        if turn is not ModeTurn.STAY:
            done.append((START + n * MINUTE, turn, load))
    return done


def test_what_a_mode_changes_is_in_the_pack() -> None:
    assert settings_of(RULES, Mode.NORMAL).dispatching == "confirm"
    assert settings_of(RULES, Mode.QUICK).dispatching == "auto"
    assert settings_of(RULES, Mode.MANUAL).dispatching == "manual"
    storm = settings_of(RULES, Mode.STORM)
    assert (storm.callback, storm.supervise, storm.booked_work) == ("sms", "incident", "gives_way")


def test_a_storm_is_proposed_once_and_withdrawn_when_it_passes() -> None:
    done = run(ModeState(), [LOW, HIGH, HIGH, MIDDLE, LOW, LOW])
    assert [turn for _, turn, _ in done] == [ModeTurn.PROPOSE, ModeTurn.WITHDRAW]


def test_the_machine_calls_a_storm_only_where_it_may() -> None:
    assert go(ModeState(auto_storm=True), HIGH, START)[1] is ModeTurn.ENTER
    assert go(ModeState(auto_storm=True, mode=Mode.QUICK), HIGH, START)[1] is ModeTurn.ENTER
    assert go(ModeState(auto_storm=True, mode=Mode.MANUAL), HIGH, START)[1] is ModeTurn.PROPOSE
    assert go(ModeState(), HIGH, START)[1] is ModeTurn.PROPOSE
    just_now = ModeState(auto_storm=True, person_at=START - CALM + MINUTE)
    assert go(just_now, HIGH, START)[1] is ModeTurn.PROPOSE  # a person has just set it
    assert go(just_now, HIGH, START + MINUTE)[1] is ModeTurn.ENTER


def test_a_storm_ends_after_an_hour_of_calm_and_a_squall_begins_the_hour_again() -> None:
    calm = int(CALM / MINUTE)
    loads = [HIGH, *[LOW] * (calm - 1), MIDDLE, *[LOW] * (calm + 1)]
    done = run(ModeState(auto_storm=True), loads)
    assert [turn for _, turn, _ in done] == [ModeTurn.ENTER, ModeTurn.RETURN]
    assert done[1][0] - done[0][0] == (2 * calm + 1) * MINUTE


def test_a_storm_called_before_it_comes_is_not_ended_by_the_calm_before_it() -> None:
    until = START + timedelta(hours=20)
    state = ModeState(Mode.STORM, until, person_at=START)
    for n in range(20 * 60):
        state, turn = go(state, LOW, START + n * MINUTE)
        assert turn is ModeTurn.STAY
    assert go(state, LOW, until)[1] is ModeTurn.RETURN


def test_every_mode_that_has_an_end_ends() -> None:
    for mode in (Mode.QUICK, Mode.MANUAL, Mode.STORM):
        state = ModeState(mode, START + MINUTE, person_at=START)
        assert go(state, MIDDLE, START)[1] is ModeTurn.STAY
        after, turn = go(state, MIDDLE, START + MINUTE)
        assert (turn, after.mode, after.until_at) == (ModeTurn.RETURN, Mode.NORMAL, None)


def test_a_storm_that_lasts_is_renewed_where_the_machine_may_and_else_ends() -> None:
    state = ModeState(Mode.STORM, START, auto_storm=True, peaked=True)
    after, turn = go(state, HIGH, START)
    assert (turn, after.until_at) == (ModeTurn.RENEW, START + RULES.longest.duration)
    assert go(replace(state, auto_storm=False), HIGH, START)[1] is ModeTurn.RETURN


LOADS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 12), st.integers(1, 90)), min_size=1, max_size=40
)  # tickets, crews, for how many minutes


def story(parts: list[tuple[int, int, int]]) -> list[Load]:
    return [Load(tickets, crews) for tickets, crews, minutes in parts for _ in range(minutes)]


@given(LOADS, st.booleans(), st.sampled_from([Mode.NORMAL, Mode.QUICK, Mode.STORM]))
@example([(60, 10, 1), (0, 10, 1)] * 20, True, Mode.NORMAL)
@example([(30, 10, 1), (9, 10, 61)] * 6, True, Mode.NORMAL)
@example([(60, 10, 90)] * 40, True, Mode.NORMAL)
@example([(60, 10, 90)] * 40, False, Mode.STORM)
def test_no_load_makes_a_county_flap(parts: list[tuple[int, int, int]], auto: bool, first: Mode) -> None:
    until = None if first is Mode.NORMAL else START + RULES.longest.duration
    person_at = START - CALM
    done = run(ModeState(first, until, auto, person_at=person_at), story(parts))
    switches = [(at, turn) for at, turn, _ in done if turn in (ModeTurn.ENTER, ModeTurn.RETURN)]
    for _, turn, load in done:
        if turn in (ModeTurn.ENTER, ModeTurn.PROPOSE):
            assert load.ratio >= RULES.storm_enter.value
        if turn is ModeTurn.WITHDRAW:
            assert load.ratio < RULES.storm_leave.value
    for (at, turn), (then, next_turn) in pairwise(switches):
        assert turn is not next_turn
        if turn is ModeTurn.ENTER:
            assert then - at >= CALM
    entries = [at for at, turn in switches if turn is ModeTurn.ENTER]
    assert all(later - earlier > CALM for earlier, later in pairwise(entries))
    if not auto:
        assert not entries


@pytest.mark.parametrize("crews", [0, 1])
def test_nobody_on_duty_counts_as_one_crew(crews: int) -> None:
    assert Load(3, crews).ratio == 3
