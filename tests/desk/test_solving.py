"""Large flows are solved in a process of their own; whatever happens to it, there is a plan."""

import random
import sys
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.desk.crews import solving
from dispatch.desk.crews.solving import packed, solve_apart, unpacked
from dispatch.routing.flow import Arcs, Ints, greedy, solve


def arcs_of(seed: int, jobs: int = 30, crews: int = 20, depots: int = 5) -> Arcs:
    rng = random.Random(seed)
    pairs = sorted({(rng.randrange(jobs), rng.randrange(crews)) for _ in range(jobs * 6)})
    job, crew = (np.array(column, np.int64) for column in zip(*pairs, strict=True))
    cost = np.array([rng.randrange(-3000, 20_000) for _ in pairs], np.int64)
    depot = np.array([rng.randrange(depots) for _ in range(crews)], np.int64)
    room = np.array([rng.randrange(6) for _ in range(depots)], np.int64)
    return Arcs(jobs, job, crew, cost, depot, room)


def is_a_plan(arcs: Arcs, chosen: Ints) -> bool:
    once = all(len(set(column[chosen].tolist())) == len(chosen) for column in (arcs.job, arcs.crew))
    used = Counter(arcs.depot[arcs.crew[chosen]].tolist())
    return once and all(n <= arcs.room[depot] for depot, n in used.items())


def test_a_problem_survives_the_way_to_the_other_process() -> None:
    arcs = arcs_of(1)
    back = unpacked(packed(arcs))
    assert back.jobs == arcs.jobs
    for part in solving.PARTS:
        assert getattr(back, part).tolist() == getattr(arcs, part).tolist()


def test_the_other_process_finds_the_same_plan() -> None:
    arcs = arcs_of(2)
    assert solve_apart(arcs, large=0).tolist() == solve(arcs).tolist() == solve_apart(arcs).tolist()


def test_when_it_is_too_slow_the_greedy_choice_stands_in() -> None:
    arcs = arcs_of(3)
    assert solve_apart(arcs, large=0, deadline_s=0.01).tolist() == greedy(arcs).tolist()


def test_when_it_cannot_start_the_greedy_choice_stands_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    arcs = arcs_of(4)
    assert solve_apart(arcs, large=0).tolist() == greedy(arcs).tolist()


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000))
def test_both_choices_keep_every_limit_and_the_flow_is_never_worse(seed: int) -> None:
    arcs = arcs_of(seed)
    best, plain = solve(arcs), greedy(arcs)
    assert is_a_plan(arcs, best)
    assert is_a_plan(arcs, plain)
    assert (-len(best), arcs.cost[best].sum()) <= (-len(plain), arcs.cost[plain].sum())
