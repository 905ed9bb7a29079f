"""What the meters say of where the fault is: domain 4.4.4, row by row."""

import itertools

import pytest

from dispatch.outages.diagnosis import LADDER, Meters, terminal, together, verdict
from dispatch.outages.model import Light, Verdict

L, D, P, S = Light.LIVE, Light.DARK, Light.PART, Light.SILENT
V = Verdict


@pytest.mark.parametrize(
    ("own", "box", "transformer", "said"),
    [
        # the table of the domain
        (L, S, S, V.BEHIND_METER),
        (D, L, L, V.SERVICE_LINE),
        (D, D, L, V.BOX),
        (D, D, P, V.PHASE),
        (D, D, D, V.TRANSFORMER_OR_ABOVE),
        (S, S, S, V.UNKNOWN),
        # and beside it
        (L, D, D, V.BEHIND_METER),
        (D, P, L, V.SERVICE_LINE),
        (D, L, P, V.PHASE),
        (D, L, D, V.SERVICE_LINE),  # the terminal, or the topology, is wrong
        (D, S, L, V.BOX),
        (D, S, D, V.TRANSFORMER_OR_ABOVE),
        (D, S, S, V.UNKNOWN),
        (S, D, D, V.TRANSFORMER_OR_ABOVE),
        (S, D, L, V.BOX),
        (S, L, L, V.UNKNOWN),
        (S, L, D, V.UNKNOWN),
        (S, S, D, V.TRANSFORMER_OR_ABOVE),
        (S, S, L, V.UNKNOWN),
    ],
)
def test_the_ladder_says(own: Light, box: Light, transformer: Light, said: Verdict) -> None:
    assert verdict(Meters(own, box, transformer)) is said


def test_every_combination_has_an_answer_and_a_live_meter_sends_nobody() -> None:
    for meters in itertools.starmap(Meters, itertools.product(Light, repeat=3)):
        said = verdict(meters)
        assert (said is V.BEHIND_METER) is (meters.own is L)


def test_no_row_of_the_table_is_hidden_by_those_above_it() -> None:
    hit = set()
    for meters in itertools.product(Light, repeat=3):
        hit.add(
            next(n for n, row in enumerate(LADDER) if all(w in (None, s) for w, s in zip(row[:3], meters, strict=True)))
        )
    assert hit == set(range(len(LADDER)))


@pytest.mark.parametrize(
    ("lights", "said"), [([], S), ([S, S], S), ([D, S], D), ([L, L], L), ([L, D], P), ([P, D], P), ([L, P], P)]
)
def test_silent_meters_do_not_count_among_others(lights: list[Light], said: Light) -> None:
    assert together(lights) is said


@pytest.mark.parametrize(
    ("volts", "live", "said"),
    [
        ((), True, L),
        ((), False, D),
        ((231.0, 229.5, 230.2), True, L),
        ((231.0, 3.5, 230.2), True, P),
        ((0.0, 0.0, 0.0), True, D),
        ((109.9,), True, D),
        ((110.0,), True, L),
    ],
)
def test_a_terminal_says_which_phases_are_dark(volts: tuple[float, ...], live: bool, said: Light) -> None:
    assert terminal(volts, live=live, dark_below_v=110) is said
