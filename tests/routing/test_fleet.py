"""The columns in memory against a plain dictionary that is told the same."""

import random
from math import nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.routing.fleet import Fleet, Position
from dispatch.routing.model import CrewCard, DepotCard, Engagement
from tests.routing.fleets import RULE, fleet_of

CREWS = [CrewCard(f"C{i}", f"{i}班", f"D{i % 2}", "330225") for i in range(5)]


def small() -> Fleet:
    fleet = Fleet(RULE)
    fleet.load(CREWS, [DepotCard("D0", 121.8, 29.4, 2)])
    return fleet


REPORTS = st.lists(
    st.tuples(st.sampled_from(["C0", "C1", "C2", "C9"]), st.integers(0, 20), st.floats(120, 122)), max_size=30
)


@settings(max_examples=200, deadline=None)
@given(REPORTS, st.integers(1, 5))
def test_the_newest_position_of_each_crew_is_kept_in_whatever_batches(
    reports: list[tuple[str, int, float]], parts: int
) -> None:
    fleet, newest = small(), dict[str, int]()
    for k in range(parts):
        batch = reports[k::parts]
        before = dict(newest)
        for crew, at, _ in batch:
            if crew != "C9":
                newest[crew] = max(newest.get(crew, -1), at)
        moved = fleet.move(Position(crew, lon, 29.0, at) for crew, at, lon in batch)
        assert moved == sum(newest[crew] != before.get(crew) for crew in newest)
    for i, card in enumerate(CREWS):
        assert fleet.table.position_at[i] == newest.get(card.id, float("-inf"))


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["T1", "T2", "T3"]), st.integers(1, 6), st.sampled_from(["C0", "C1", "C2", None]), st.booleans()
    ),
    max_size=30,
)


@settings(max_examples=200, deadline=None)
@given(STEPS)
def test_of_a_job_the_highest_version_counts_in_whatever_order_it_is_heard(
    steps: list[tuple[str, int, str | None, bool]],
) -> None:
    said = {(job, version): crew for job, version, crew, _ in steps}  # one truth for each version
    fleet, latest = small(), dict[str, int]()
    for job, version, _, placed in steps:
        crew = said[job, version]
        lon, lat = (121.0, 29.0) if placed else (None, None)
        engagement = None if crew is None else Engagement(job, crew, 0, 100 + version, lon, lat)
        fleet.follow(job, version, engagement)
        latest[job] = max(version, latest.get(job, 0))
        held = {(job, who) for job, v in latest.items() if (who := said[job, v]) is not None}
        assert fleet.holdings() == held
        for i, card in enumerate(CREWS):
            mine = [job for job, who in held if who == card.id]
            assert fleet.table.open_jobs[i] == len(mine)
            assert fleet.table.free_at[i] == max((100 + latest[job] for job in mine), default=0)
            assert {e.job_id for e in fleet.jobs_of(card.id)} == set(mine)
        in_d0 = sum(who in ("C0", "C2", "C4") for _, who in held)
        assert fleet.remaining("D0") == max(0, 2 - in_d0)
        assert fleet.remaining("D1") is None


def test_a_job_of_a_crew_that_nobody_knows_is_let_go() -> None:
    fleet = small()
    fleet.engage(Engagement("T1", "C0", 0, 1))
    fleet.engage(Engagement("T1", "C99", 0, 1))
    assert fleet.holdings() == set()
    fleet.release("T1")
    assert fleet.jobs_of("C99") == ()


def test_a_declared_reserve_is_heard_of() -> None:
    fleet = small()
    fleet.declare("D1", 3)
    fleet.declare("D0", None)
    fleet.declare("D99", 3)
    assert (fleet.remaining("D0"), fleet.remaining("D1"), fleet.remaining("D99")) == (None, 3, None)


def test_a_still_picture_does_not_move_with_the_fleet() -> None:
    fleet = fleet_of(1, 50)
    picture = fleet.still()
    before = picture.table.position_at.copy()
    fleet.move([Position(crew.id, 120.0, 29.0, 9e9) for crew in fleet.table.crews])
    fleet.engage(Engagement("NEW", fleet.table.crews[0].id, 0, 1))
    assert (picture.table.position_at == before).all()
    assert picture.table.open_jobs.sum() == fleet.table.open_jobs.sum() - 1


def test_an_empty_fleet_takes_everything_calmly() -> None:
    fleet = Fleet(RULE)
    assert len(fleet) == 0
    assert fleet.move([Position("C1", 120.0, 29.0, 1.0)]) == 0
    assert fleet.move([]) == 0
    fleet.engage(Engagement("T1", "C1", 0, 1))
    assert fleet.card("C1") is None


def test_rows_stand_in_the_order_of_ids() -> None:
    rng = random.Random(2)
    fleet = Fleet(RULE)
    fleet.load(rng.sample(CREWS, len(CREWS)), [])
    assert [card.id for card in fleet.table.crews] == sorted(card.id for card in CREWS)
    assert fleet.table.depot_place[0].tolist() == pytest.approx([nan] * len(CREWS), nan_ok=True)
