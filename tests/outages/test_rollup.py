"""From what is dark below to what explains it above: domain 4.4.5."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.outages.model import NodeKind, line
from dispatch.outages.rollup import Heard, RollRule, Tree, probable, remainder, risen
from tests.worlds import minutes

from .grid import account_no, network

NODES = network()
TREE = Tree({n["code"]: n["parent"] for n in NODES}, {n["code"]: NodeKind(n["kind"]) for n in NODES})
RULE = RollRule(calls=3, boxes=2, window=timedelta(minutes=15), siblings=2)
DEVICES = sorted(code for code, kind in TREE.kinds.items() if kind is not NodeKind.ACCOUNT)


@pytest.mark.parametrize(
    ("dark", "live", "said"),
    [
        ({"T1"}, set(), {"T1"}),
        ({"T1", "T2"}, set(), {"L1"}),
        ({"T1", "T3"}, set(), {"T1", "T3"}),
        ({"T1", "T2", "T3", "T4"}, set(), {"F1"}),
        ({"L1", "T3", "T4"}, set(), {"F1"}),
        ({"F1"}, set(), {"F1"}),  # one of two feeders is not the substation
        ({"F1", "F2"}, set(), {"S1"}),
        ({"T7", "T8"}, {"T9"}, {"T7", "T8"}),  # one beside them is live: not their branch
        ({account_no(1, 1, 1), account_no(1, 1, 2)}, set(), {"T1-B1"}),
        ({account_no(1, 1, 1), account_no(1, 2, 1)}, set(), {account_no(1, 1, 1), account_no(1, 2, 1)}),
        ({account_no(1, 1, 1), account_no(1, 1, 2), "T1-B2"}, set(), {"T1"}),
        ({"nowhere"}, set(), set()),
    ],
)
def test_what_is_dark_side_by_side_is_explained_from_above(dark: set[str], live: set[str], said: set[str]) -> None:
    assert risen(TREE, dark, live=live) == said


@given(st.sets(st.sampled_from(DEVICES), max_size=8), st.sets(st.sampled_from(DEVICES), max_size=3))
def test_what_explains_covers_all_that_is_dark_and_nothing_twice(dark: set[str], live: set[str]) -> None:
    tops = risen(TREE, dark, live=live)
    assert all(tops.intersection(TREE.line(code)) for code in dark)
    assert all(not tops.intersection(TREE.line(top)[1:]) for top in tops)
    assert risen(TREE, tops, live=live) == tops
    lit = {above for code in live for above in TREE.line(code)}
    assert (tops - dark).isdisjoint(lit)


def calls(*accounts: str, at: float = 0) -> list[Heard]:
    return [Heard(account, minutes(at)) for account in accounts]


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        (calls(account_no(1, 1, 1), account_no(1, 1, 2), account_no(1, 2, 1)), {"T1"}),
        (calls(account_no(1, 1, 1), account_no(1, 1, 2)), set()),  # one box
        (calls(account_no(1, 1, 1), account_no(1, 1, 1), account_no(1, 2, 1)), set()),  # one of them twice
        (calls(account_no(1), account_no(2), account_no(3)), {"F1"}),  # three transformers of two branches
        (calls(account_no(1, 1), account_no(1, 2), account_no(2)), {"L1"}),
        (calls(account_no(1, 1), account_no(1, 2)) + calls(account_no(1, 1, 2), at=-16), set()),  # too long ago
        (calls("stranger", account_no(1, 1), account_no(1, 2)), set()),
    ],
)
def test_three_calls_from_two_boxes_make_a_device_probable(heard: list[Heard], said: set[str]) -> None:
    assert probable(TREE, heard, at=minutes(0), rule=RULE) == said


def test_two_probable_devices_make_the_one_above_them_probable() -> None:
    heard = [h for n in (1, 2) for h in calls(account_no(n, 1, 1), account_no(n, 1, 2), account_no(n, 2, 1))]
    assert probable(TREE, heard, at=minutes(0), rule=RULE) == {"L1"}


@pytest.mark.parametrize(
    ("back", "left"),
    [
        (set(), {"F1"}),
        ({"L1"}, {"L2", "L3", "L4"}),
        ({"L1", "L2", "L3", "L4"}, set()),
        ({"T1"}, {"T2", "L2", "L3", "L4"}),
        ({"F1"}, set()),
        ({"F2"}, {"F1"}),
    ],
)
def test_what_has_not_come_back_is_listed_by_its_largest_parts(back: set[str], left: set[str]) -> None:
    assert remainder(TREE, "F1", back) == left


def test_a_loop_in_the_data_does_not_go_on_for_ever() -> None:
    assert line({"a": "b", "b": "a"}, "a") == ("a", "b")
    assert line({"a": None}, "b") == ()
