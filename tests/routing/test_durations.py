"""How long work takes: the pack's word while nothing is known, the record's when much is."""

import math
import random

import pytest

from dispatch.routing.durations import LogNormal, coverage, fitted, pinball

PACK = LogNormal(3600, 0.5)
USUAL = LogNormal(7200, 1.0)
KIND = ("lv", "urban", "no_power_one")


def rows(n: int, median_s: float, sigma: float, kind: tuple[str, ...] = KIND) -> list[tuple[tuple[str, ...], float]]:
    luck = random.Random(5)
    return [(kind, median_s * math.exp(sigma * luck.gauss(0, 1))) for _ in range(n)]


def test_with_nothing_seen_the_pack_s_word_holds() -> None:
    known = fitted([], defaults={"lv": PACK}, usual=USUAL, weight=20)
    assert known.of(KIND) == known.of(("lv",)) == PACK
    assert known.of(("hv", "rural")) == known.of(()) == USUAL
    assert known.cases(KIND) == 0


def test_a_few_cases_move_it_a_little_and_many_all_the_way() -> None:
    medians = []
    for n in (1, 20, 5000):
        known = fitted(rows(n, 900, 0.3), defaults={"lv": PACK}, usual=USUAL, weight=20).of(KIND)
        medians.append(known.median_s)
    assert 3600 > medians[0] > medians[1] > medians[2]
    assert medians[0] > 2500  # one case, seen by each of the three steps of its path
    assert known.median_s == pytest.approx(900, rel=0.03)
    assert known.sigma == pytest.approx(0.3, rel=0.2)


def test_a_rare_kind_leans_on_the_kind_above_it() -> None:
    seen = [*rows(500, 1200, 0.4, ("lv", "urban", "no_power_one")), *rows(2, 9000, 0.1, ("lv", "urban", "line_down"))]
    known = fitted(seen, defaults={"lv": PACK}, usual=USUAL, weight=20)
    assert 1200 < known.of(("lv", "urban", "line_down")).median_s < 2500
    assert known.of(("lv", "urban", "other")) == known.of(("lv", "urban"))
    assert known.of(("hv",)) == USUAL


def test_the_order_of_the_cases_does_not_matter_and_what_is_dropped_was_never_there() -> None:
    cases = rows(50, 2000, 0.7)
    one = fitted(cases, defaults={"lv": PACK}, usual=USUAL, weight=20)
    other = fitted(reversed(cases), defaults={"lv": PACK}, usual=USUAL, weight=20)
    assert one.of(KIND).median_s == pytest.approx(other.of(KIND).median_s)
    for kind, seconds in cases[:49]:
        one.drop(kind, seconds)
    alone = fitted(cases[49:], defaults={"lv": PACK}, usual=USUAL, weight=20).of(KIND)
    assert one.of(KIND).median_s == pytest.approx(alone.median_s)
    assert one.of(KIND).sigma == pytest.approx(alone.sigma)
    one.drop(*cases[49])
    assert one.of(KIND) == PACK


def test_what_has_lasted_long_is_never_over_in_the_past() -> None:
    assert PACK.quantile(0.5) == pytest.approx(3600)
    assert PACK.quantile(0.9) == pytest.approx(3600 * math.exp(0.5 * 1.28155), rel=1e-4)
    before = 0.0
    for elapsed in (0, 60, 1800, 3600, 7200, 86_400, 10**7, 10**12):
        early, late = PACK.quantile(0.5, elapsed_s=elapsed), PACK.quantile(0.9, elapsed_s=elapsed)
        assert elapsed <= early <= late
        assert early >= before
        before = early
    assert LogNormal(3600, 0.0).quantile(0.9, elapsed_s=60) == 3600
    assert LogNormal(3600, 0.0).quantile(0.9, elapsed_s=5000) == 5000


def test_the_scores_are_what_their_names_say() -> None:
    assert coverage([10, 10, 10, 10], [5, 10, 11, 20]) == 0.5
    assert pinball([10, 10], [20, 5], 0.9) == pytest.approx((0.9 * 10 + 0.1 * 5) / 2)
    assert pinball([10], [10], 0.5) == 0
