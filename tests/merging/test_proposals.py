"""Which tickets are proposed to be merged, and on what evidence; and which never."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dispatch.kit.rulepack import Packs
from dispatch.tickets.model import Ticket
from dispatch.tickets.proposals import Known, Proposal, Supply, evidence, known, pair, proposals
from dispatch.tickets.words import AreaClass, Category, Channel, Protected, Stage, Symptom
from tests.worlds import IN_TOWN, XIANGSHAN, minutes

RULES = Packs.load().latest("sgcc").merging
assert RULES is not None
METRE = 1 / 111_195  # degrees of latitude


def ticket(name: str, *, at: float = 0, accepted: float | None = 1, north_m: float = 0, **said: Any) -> Ticket:
    usual: dict[str, Any] = {
        "id": name,
        "version": 1,
        "ticket_no": f"2607010{name}",
        "pack": "sgcc@2026.2",
        "stage": Stage.SUBMITTED if accepted is None else Stage.ACCEPTED,
        "stage_at": minutes(at),
        "last_at": minutes(at),
        "area": XIANGSHAN,
        "call_id": f"call-{name}",
        "incident_id": name,
        "channel": Channel.PHONE,
        "reported_at": minutes(at),
        "area_class": AreaClass.URBAN,
        "symptom": Symptom.NO_POWER_ONE,
        "category": Category.LV,
        "lon": IN_TOWN.lon,
        "lat": IN_TOWN.lat + north_m * METRE,
        "accepted_at": None if accepted is None else minutes(at + accepted),
    }
    return Ticket(**usual | said)


def alone(one: Ticket, **supply: str) -> Known:
    return known(one, Supply(**supply))


def proposed(*tickets: Known, declined: set[tuple[str, str]] | None = None, parents: set[str] | None = None) -> Any:
    assert RULES is not None
    return proposals(tickets, RULES, declined=declined or set(), having_children=parents or set())


def pairs(found: list[Proposal]) -> list[tuple[str, str]]:
    return [(one.child.id, one.parent.id) for one in found]


def test_neighbours_of_one_building_who_say_the_same_within_half_an_hour_are_proposed_with_the_reason() -> None:
    (only,) = proposed(alone(ticket("1")), alone(ticket("2", at=12, north_m=80)))
    assert (only.child.id, only.parent.id) == ("2", "1")
    assert only.evidence == ("相距 80 米,故障现象相同(单户无电),报修相差 12 分钟",)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"north_m": 149}, True),
        ({"north_m": 151}, False),
        ({"at": 30}, True),
        ({"at": 30.1}, False),
        ({"symptom": Symptom.NO_POWER_MANY}, True),
        ({"symptom": Symptom.METER_FAULT}, False),
        ({"symptom": Symptom.OTHER}, False),
        ({"lon": None, "lat": None}, False),
        ({"hazard": True}, False),
        ({"protected": Protected.LIFE_SUPPORT}, False),
        ({"protected": Protected.IMPORTANT}, False),
        ({"protected": Protected.SENSITIVE}, True),
        ({"category": Category.PQ}, False),
        ({"category": Category.CUST}, False),
        ({"stage": Stage.RESTORED}, False),
        ({"stage": Stage.RETURNED}, False),
        ({"accepted": None}, True),
    ],
)
def test_what_is_near_enough_in_place_time_and_word(said: dict[str, Any], found: bool) -> None:
    assert bool(proposed(alone(ticket("1")), alone(ticket("2", **{"at": 5, **said})))) is found


@pytest.mark.parametrize("apart", [{"hazard": True}, {"category": Category.PQ}, {"protected": Protected.IMPORTANT}])
def test_what_stands_apart_is_no_parent_either(apart: dict[str, Any]) -> None:
    assert proposed(alone(ticket("1", **apart)), alone(ticket("2", at=5))) == []


def test_two_on_one_transformer_are_proposed_however_far_apart_and_late() -> None:
    one = alone(ticket("1"), transformer="T7")
    (only,) = proposed(one, alone(ticket("2", at=90, north_m=900), transformer="T7"))
    assert only.evidence == ("同属台区 T7,停电时间重叠(09:00、10:30 报修,均未复电)",)
    assert proposed(one, alone(ticket("2", at=90, north_m=900), transformer="T8")) == []


def test_two_on_one_feeder_are_proposed_only_if_more_than_a_house_is_dark() -> None:
    one = alone(ticket("1"), feeder="F1", transformer="T7")
    far = {"at": 40.0, "north_m": 3000.0}
    assert proposed(one, alone(ticket("2", **far), feeder="F1", transformer="T8")) == []
    wide = ticket("2", symptom=Symptom.NO_POWER_AREA, **far)
    (only,) = proposed(one, alone(wide, feeder="F1", transformer="T8"))
    assert only.evidence[0].startswith("同属线路 F1,且有多户停电")


def test_what_was_found_out_for_the_ticket_goes_before_the_books_of_the_network() -> None:
    one = alone(ticket("1", transformer_area="T9"), transformer="T7")
    assert proposed(one, alone(ticket("2", at=60, north_m=900), transformer="T7")) == []


def test_neighbours_on_different_boxes_are_not_taken_for_one_box() -> None:
    one = alone(ticket("1"), box="B1")
    assert proposed(one, alone(ticket("2", at=5), box="B2")) == []
    (only,) = proposed(one, alone(ticket("2", at=5, north_m=400), box="B1"))
    assert only.evidence == ("同一表箱 B1,故障现象相同(单户无电),报修相差 5 分钟",)


def test_the_oldest_accepted_is_the_parent_and_each_ticket_is_proposed_once() -> None:
    crowd = [alone(ticket(name, at=n)) for n, name in enumerate("54321")]
    assert pairs(proposed(*crowd)) == [("4", "5"), ("3", "5"), ("2", "5"), ("1", "5")]


def test_who_has_children_is_the_parent_and_nobody_s_child() -> None:
    old, head, child = ticket("1"), ticket("2", at=3), ticket("3", at=4, stage=Stage.MERGED, merged_into="2")
    assert pairs(proposed(*map(alone, (old, head, child)), parents={"2"})) == [("1", "2")]


def test_who_is_near_a_child_is_proposed_to_its_parent() -> None:
    head, far = ticket("1"), ticket("3", at=4, north_m=240)
    child = ticket("2", at=3, north_m=120, stage=Stage.MERGED, merged_into="1")
    (only,) = proposed(*map(alone, (head, child, far)), parents={"1"})
    assert (only.child.id, only.parent.id) == ("3", "1")
    assert only.evidence[-1] == "工单 26070102 已并入主单 26070101"


def test_what_was_turned_down_is_not_proposed_again_but_the_next_best_is() -> None:
    crowd = [alone(ticket(name, at=n)) for n, name in enumerate("123")]
    assert pairs(proposed(*crowd, declined={pair("3", "1")})) == [("2", "1"), ("3", "2")]


@given(
    st.lists(
        st.tuples(st.floats(-60, 60), st.floats(-500, 500), st.floats(-500, 500), st.integers(0, 3)),
        min_size=2,
        max_size=12,
    )
)
@example([(0.0, 0.0, 0.0, 0), (0.0, 149.0, 0.0, 0)])
@example([(0.0, 0.0, -75.0, 0), (30.0, 0.0, 74.9, 0)])
def test_looking_into_the_nearest_squares_only_misses_nobody(who: list[tuple[float, float, float, int]]) -> None:
    """Against comparing everybody with everybody."""
    assert RULES is not None
    everybody = [
        alone(ticket(str(n), at=at, north_m=north, lon=IN_TOWN.lon + east * METRE, hazard=kind == 3))
        for n, (at, north, east, kind) in enumerate(who)
    ]
    found = {one.child.id: one for one in proposed(*everybody)}
    for one in everybody:
        others = [
            other.ticket
            for other in everybody
            if not other.ticket.hazard
            and (other.ticket.accepted_at, other.ticket.id) < (one.ticket.accepted_at, one.ticket.id)
            and evidence(one, other, RULES)
        ]
        if others and not one.ticket.hazard:
            oldest = min(others, key=lambda t: (t.accepted_at or t.stage_at, t.id))
            assert found[one.ticket.id].parent.id == oldest.id
        else:
            assert one.ticket.id not in found


def test_a_county_in_a_storm_is_compared_without_comparing_all_with_all() -> None:
    """Two thousand tickets spread over a town: the count of comparisons is what matters, not the time."""
    crowd = [
        alone(ticket(f"{n:04}", at=n * 0.01, north_m=(n % 45) * 200, lon=IN_TOWN.lon + (n // 45) * 200 * METRE))
        for n in range(2000)
    ]
    assert proposed(*crowd) == []
    near = alone(ticket("9999", at=25, north_m=20))
    assert pairs(proposed(*crowd, near)) == [("9999", "0000")]
    assert timedelta(0) <= near.ticket.reported_at - crowd[0].ticket.reported_at
