"""What a plan for generator trucks must do, in sentences of the trade; each by an example small enough to reckon."""

import pytest

from dispatch.routing.generators import engine
from dispatch.routing.generators.facts import facts_of
from dispatch.routing.generators.generate import generate
from dispatch.routing.generators.reading import read_problem
from dispatch.routing.generators.scorer import score
from dispatch.routing.generators.writing import bytes_of_plan, json_of_plan, json_of_problem
from tests.routing.generators.small import HOUR, MIN, STREET, group, posed, solved, truck


def test_a_truck_drives_connects_and_feeds_until_supply_is_back() -> None:
    plan, judged = solved(posed([truck("t", 0)], [group("g", 5)]))
    (stop,) = plan.routes["t"]
    assert (stop.group, stop.from_s, stop.to_s) == ("g", 60 * MIN, 5 * HOUR)  # 30 minutes' drive, 30 of connecting
    assert judged["hours"]["unserved"] == pytest.approx(100)
    assert plan.solver["optimal"]


def test_it_is_not_sent_where_the_crew_will_be_done_before_it_is_connected() -> None:
    plan, _ = solved(posed([truck("t", 0)], [group("g", 10, p50_s=90 * MIN)]))
    assert plan.routes == {}
    assert plan.dark["g"].code == "too_far"
    assert "第 90 分钟" in plan.dark["g"].sentence
    assert plan.unused["t"].code == "too_late"


def test_the_doubtful_restoration_counts_where_the_rule_says_so() -> None:
    found = posed([truck("t", 0)], [group("g", 10, p50_s=90 * MIN, p90_s=4 * HOUR)], rules={"count_until": "p90"})
    plan, _ = solved(found)
    assert plan.routes["t"][0].to_s == 4 * HOUR


def test_a_hospital_comes_before_many_more_customers() -> None:
    estate = group("estate", 1, customers=300)
    hospital = group("hospital", 2, customers=1, weight=1000.0, protected=True)
    assert solved(posed([truck("t")], [estate, hospital]))[0].routes["t"][0].group == "hospital"


def test_a_truck_serves_the_next_group_after_the_first_is_restored() -> None:
    plan, _ = solved(
        posed([truck("t", disconnect_s=10 * MIN)], [group("a", 0, customers=300, p50_s=2 * HOUR), group("b", 5)])
    )
    first, second = plan.routes["t"]
    assert (first.group, first.to_s) == ("a", 2 * HOUR)
    assert second.from_s == 2 * HOUR + (10 + 30 + 30) * MIN


def test_a_truck_leaves_a_group_early_when_that_pays() -> None:
    village = group("village", 0, customers=10, p50_s=10 * HOUR)
    planned = group("planned", 5, customers=1000, since_s=4 * HOUR, p50_s=9 * HOUR, ahead=True)
    plan, judged = solved(posed([truck("t")], [village, planned]))
    first, second = plan.routes["t"]
    assert (first.group, first.to_s) == ("village", 3 * HOUR)
    assert second.from_s == 4 * HOUR  # connected before it went dark
    assert judged["hours"]["unserved"] == pytest.approx(10 * 7.5)


def test_without_leave_it_is_connected_only_when_the_group_is_dark() -> None:
    plan, _ = solved(posed([truck("t", 1)], [group("g", 1, since_s=2 * HOUR)]))
    assert plan.routes["t"][0].from_s == 2 * HOUR + 30 * MIN


def test_two_trucks_join_for_a_group_that_one_cannot_feed() -> None:
    big = group("big", 2, kva=700, split=True)
    plan, _ = solved(posed([truck("t", 0), truck("u", 7), truck("small", 2, kva=50)], [big]))
    assert set(plan.routes) == {"t", "u"}
    assert {stop.from_s for route in plan.routes.values() for stop in route} == {60 * MIN}  # when the second is there
    assert plan.unused["small"].code == "all_fed"


def test_a_group_that_may_not_be_split_says_how_much_is_missing() -> None:
    plan, _ = solved(posed([truck("t"), truck("u", kva=300)], [group("g", kva=700)]))
    assert plan.dark["g"].code == "too_big"
    assert "缺 300 kVA" in plan.dark["g"].sentence
    assert "并列" in plan.dark["g"].sentence
    assert plan.unused["u"].code == "too_small"
    assert "缺 400 kVA" in plan.unused["u"].sentence


def test_all_together_may_still_be_too_small() -> None:
    plan, _ = solved(posed([truck("t"), truck("u", kva=300)], [group("g", kva=1000, split=True)]))
    assert "缺 300 kVA" in plan.dark["g"].sentence


def test_fuel_ends_a_feeding_and_another_truck_takes_over() -> None:
    trucks = [truck("t", 1, fuel_s=HOUR), truck("u", 1, fuel_s=2 * HOUR)]
    once, _ = solved(posed(trucks, [group("g", 1)]))
    assert list(once.routes) == ["u"]
    twice, judged = solved(posed(trucks, [group("g", 1, feedings=2)]))
    assert set(twice.routes) == {"t", "u"}
    assert judged["hours"]["unserved"] == pytest.approx(200)


def test_the_same_truck_refuels_and_goes_on_without_being_connected_anew() -> None:
    one = truck("t", 1, fuel_s=HOUR, tank_s=2 * HOUR, refuel_s=15 * MIN)
    plan, _ = solved(posed([one], [group("g", 1, feedings=2)]))
    first, second = plan.routes["t"]
    assert (first.to_s - first.from_s) + (second.to_s - second.from_s) >= 3 * HOUR
    assert second.refuel
    assert second.from_s - first.to_s == 15 * MIN


def test_a_connected_truck_goes_on_at_once() -> None:
    plan, _ = solved(posed([truck("t", 9, connected="g")], [group("g", 1)]))
    assert plan.routes["t"][0].from_s == 0


def test_a_customers_own_fault_counts_as_the_rule_says() -> None:
    own = group("own", fault="customer", customers=150)
    assert solved(posed([truck("t")], [own, group("grid")]))[0].routes["t"][0].group == "own"
    half = posed([truck("t")], [own, group("grid")], rules={"customer_owned": 0.5})
    assert solved(half)[0].routes["t"][0].group == "grid"
    none, _ = solved(posed([truck("t")], [own], rules={"customer_owned": 0.0}))
    assert none.dark["own"].code == "no_weight"


@pytest.mark.parametrize(
    ("trucks", "more", "code"),
    [
        ([], {}, "no_trucks"),
        ([truck("t", fuel_s=0)], {}, "no_fuel"),
        ([truck("t", ends_s=30 * MIN)], {}, "shift_ends"),
        ([truck("t")], {"window_s": [0, 10 * MIN]}, "window"),
        ([truck("t")], {"p50_s": 0}, "restored"),
        ([truck("t")], {"customers": 0}, "no_weight"),
        ([truck("t", kva=100)], {}, "too_big"),
    ],
)
def test_why_a_group_stays_dark(trucks: list[dict[str, object]], more: dict[str, object], code: str) -> None:
    assert solved(posed(trucks, [group("g", **more)]))[0].dark["g"].code == code


def test_an_island_has_no_way() -> None:
    seconds = [[0, -1], [-1, 0]]
    found = posed([truck("t", 0)], [group("g", 1)], travel={"by": "matrix", "seconds": seconds})
    assert solved(found)[0].dark["g"].code == "no_way"


def test_a_group_left_for_a_better_one_says_which() -> None:
    plan, _ = solved(posed([truck("t")], [group("a", 1), group("b", 1, customers=500)]))
    assert plan.dark["a"].code == "busy"
    assert "供 b" in plan.dark["a"].sentence
    assert "不会更少" in plan.dark["a"].sentence


def test_who_is_not_needed_says_so() -> None:
    plan, _ = solved(posed([truck("near", 1), truck("far", 9)], [group("g", 1)]))
    assert list(plan.routes) == ["near"]
    assert plan.unused["far"].code == "all_fed"
    assert solved(posed([truck("t")], []))[0].unused["t"].code == "no_groups"


def test_a_thousand_groups_at_one_point_and_nobody_but_one_truck() -> None:
    found = posed([truck("t")], [group(f"g{i}", 1, customers=1 + i) for i in range(1000)])
    plan, _ = solved(found, limit=0.5)
    assert plan.routes["t"][0].group == "g999"
    assert len(plan.dark) == 999


def test_the_same_limit_makes_the_same_plan_byte_for_byte() -> None:
    problem = generate(12, 40, 5)
    first, second = (bytes_of_plan(engine.solve(problem, limit=0.3, seed=3)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_generated_problem_keeps_every_rule_and_beats_its_start(seed: int) -> None:
    problem = generate(15, 50, seed)
    found = json_of_problem(problem)
    assert read_problem(found) == problem
    quick = score(found, json_of_plan(engine.solve(problem, limit=0.0)))
    plan, judged = solved(found, limit=0.4)
    assert not any(quick["violations"].values())
    assert judged["cost"] <= quick["cost"]
    assert plan.solver["bound"] <= judged["cost"] + 1e-3  # type: ignore[operator]


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_another_truck_never_makes_it_worse(seed: int) -> None:
    """The proved least cost falls, or stays, with each truck more."""
    found = json_of_problem(generate(3, 5, seed))
    costs = []
    for n in range(4):
        plan, judged = solved(found | {"trucks": found["trucks"][:n]}, limit=30)
        assert plan.solver["optimal"]
        costs.append(judged["cost"])
    assert costs == sorted(costs, reverse=True)


@pytest.mark.parametrize("seed", range(8))
def test_crowded_days_with_relays_teams_and_standing_connections_keep_every_rule(seed: int) -> None:
    found = json_of_problem(generate(9, 25, seed))
    groups = [one | {"feedings": 1 + i % 3, "split": i % 2 == 0} for i, one in enumerate(found["groups"])]
    trucks = [one | ({"connected": groups[i]["id"]} if i % 3 == 0 else {}) for i, one in enumerate(found["trucks"])]
    plan, judged = solved(found | {"groups": groups, "trucks": trucks}, limit=0.1)
    assert plan.routes
    assert judged["hours"]["unserved"] < judged["hours"]["without"]


def test_places_on_the_globe_are_driven_as_the_scorer_says() -> None:
    paces = {"speed_kmh": {"urban": 25.0, "rural": 40.0, "remote": 30.0}}
    line = {"by": "line", **paces, "detour": {"urban": 1.3, "rural": 1.4, "remote": 1.6}}
    truck_ = {"id": "t", "lon": 121.0, "lat": 29.0, "kva": 400, "fuel_s": 12 * HOUR, "connect_s": 30 * MIN}
    places = [(121.01, 29.01, "urban", 2), (121.05, 29.02, "rural", 4), (121.1, 29.1, "remote", 9)]
    groups = [
        {"id": kind, "lon": lon, "lat": lat, "area_class": kind, "kva": 100, "customers": 100, "p50_s": until * HOUR}
        for lon, lat, kind, until in places
    ]
    plan, _ = solved(posed([truck_], groups, travel=line))
    assert plan.solver["optimal"]
    assert plan.routes["t"]


def test_huge_numbers_do_not_overflow() -> None:
    big = group("g", customers=1_000_000, weight=10_000.0, protected=True, p50_s=10**9)
    found = posed([truck("t", fuel_s=10**9)], [big], rules={"protected": 10_000.0}, horizon_s=10**9)
    plan, _ = solved(found)
    assert plan.routes["t"][0].to_s == 10**9
    assert facts_of(read_problem(found)).scale < 1


def test_the_street_is_what_the_examples_say() -> None:
    assert STREET["seconds"][0][5] == 30 * MIN
