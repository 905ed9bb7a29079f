"""The p-median against every choice there is, and its proof."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dispatch.routing.median import TooFewSites, median

Floats = NDArray[np.float64]


def best(cost: Floats, weight: Floats, k: int) -> float:
    """Return the least cost by trying every choice."""
    return min(float(weight @ cost[:, list(sites)].min(axis=1)) for sites in combinations(range(cost.shape[1]), k))


def town(places: int, sites: int, *, seed: int) -> tuple[Floats, Floats]:
    """Return whole seconds between points of a town and how much each place counts."""
    rng = np.random.default_rng(seed)
    here, there = rng.normal(size=(places, 2)), rng.normal(size=(sites, 2))
    cost = np.rint(np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1)) * 600)
    return cost, rng.integers(1, 20, places).astype(float)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_the_choice_is_the_best_of_all_and_is_proven_so(seed: int, k: int) -> None:
    cost, weight = town(14, 11, seed=seed)
    found = median(cost, weight, k)
    assert found.cost == pytest.approx(best(cost, weight, k))
    assert found.gap == 0
    assert len(found.sites) == k == len(set(found.sites))


@given(st.data())
def test_odd_matrices_too_ties_zeros_and_more_sites_than_places(data: st.DataObject) -> None:
    places, sites = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 6))
    k = data.draw(st.integers(1, sites))
    whole = st.integers(0, 9)
    cost = np.array(data.draw(st.lists(whole, min_size=places * sites, max_size=places * sites)), float)
    weight = np.array(data.draw(st.lists(whole, min_size=places, max_size=places)), float)
    found = median(cost.reshape(places, sites), weight, k)
    assert found.cost == pytest.approx(best(cost.reshape(places, sites), weight, k))
    assert found.bound <= found.cost * (1 + 1e-9)


@pytest.mark.parametrize("k", [3, 10, 40])
def test_a_town_of_a_hundred_and_fifty_places_is_proven(k: int) -> None:
    cost, weight = town(150, 120, seed=3)
    found = median(cost, weight, k)
    assert found.gap == 0
    assert found.cost == pytest.approx(float(weight @ cost[:, list(found.sites)].min(axis=1)))


def test_it_is_never_dearer_than_what_it_began_with() -> None:
    cost, weight = town(60, 50, seed=5)
    start = [3, 7, 11, 20]
    found = median(cost, weight, 4, starts=[start], limit_s=0)
    assert found.cost <= float(weight @ cost[:, start].min(axis=1))


def test_without_time_for_the_proof_the_bound_is_honest() -> None:
    cost, weight = town(60, 50, seed=5)
    hasty, patient = median(cost, weight, 4, limit_s=0), median(cost, weight, 4)
    assert hasty.bound <= patient.cost <= hasty.cost
    assert hasty.gap >= 0


def test_more_sites_than_there_are_cannot_be_chosen() -> None:
    cost, weight = town(5, 3, seed=1)
    with pytest.raises(TooFewSites, match="只有 3 个"):
        median(cost, weight, 4)


def test_the_same_question_has_the_same_answer() -> None:
    cost, weight = town(40, 40, seed=9)
    assert median(cost, weight, 6) == median(cost, weight, 6)
