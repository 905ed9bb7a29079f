"""How many crews, and where they stand."""

from datetime import UTC, datetime, timedelta

import shapely

from dispatch.simulator.day import Call, Town, Unit
from dispatch.simulator.districts import District
from dispatch.simulator.fleet import crews_needed, depots, share_out, unit_depots

NOON = datetime(2024, 7, 25, 4, tzinfo=UTC)
LAND = shapely.box(120, 28, 122, 30)
TOWNS = (Town("城", 121.0, 29.0, 60.0), Town("东", 121.5, 29.0, 30.0), Town("西", 120.5, 29.0, 10.0))


def call(at: datetime, work: timedelta) -> Call:
    return Call(str(at), at, 121.0, 29.0, "城", work=work)


def test_crews_are_as_many_as_can_do_the_busiest_shift_within_one_shift() -> None:
    calls = [call(NOON + timedelta(minutes=n), timedelta(minutes=75)) for n in range(51)]  # 51 x 2 h with the road
    assert crews_needed(calls) == 15  # 102 h / 8 h / 0.85


def test_a_quiet_week_needs_one_crew() -> None:
    assert crews_needed([call(NOON + timedelta(days=n), timedelta(hours=1)) for n in range(7)]) == 1


def test_crews_are_shared_out_by_weight_and_everyone_has_one() -> None:
    assert share_out(10, [60, 30, 10]) == [6, 3, 1]
    assert share_out(3, [98, 1, 1]) == [2, 1, 1]
    assert sum(share_out(437, [7.3, 1.1, 90.2, 22.0])) == 437


def test_depots_stand_at_the_heaviest_towns() -> None:
    made = depots(District("县", TOWNS, LAND), 12)
    assert [depot.town.name for depot in made] == ["城", "东"]
    assert [len(depot.crews) for depot in made] == [8, 4]


def test_units_of_the_record_stand_at_their_stations() -> None:
    made = unit_depots(District("县", TOWNS, LAND), [Unit("E01", "城"), Unit("E02", "西"), Unit("X9", "他乡")])
    assert [(depot.town.name, depot.crews) for depot in made] == [("城", ("E01",)), ("西", ("E02",))]
