"""Whatever a caller or a seat says of the place, the call is kept, and what is wrong with it is named."""

from math import isnan
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dispatch.desk.intake.calls import CallIn, Place
from dispatch.desk.intake.picking import Picked, read_place
from dispatch.desk.intake.placing import UnknownPlace, place_call
from dispatch.desk.places import importing
from dispatch.desk.places.importing import How
from dispatch.desk.places.keeping import PlaceKeeper
from dispatch.places import rows, sheets
from dispatch.places.crs import to_wgs84
from dispatch.places.own import OwnKind, OwnPlace
from dispatch.tickets import events as e
from dispatch.tickets.words import CallOutcome, Channel, Stage
from tests.worlds import IN_TOWN, NINGHAI, START, XIANGSHAN, Small, call, minutes, person, stranger

PUMP = OwnPlace("S1", OwnKind.SUBSTATION, "东塘变", XIANGSHAN, "丹城", 121.88, 29.47, ("东塘",))
MILL = OwnPlace("L1", OwnKind.LANDMARK, "老碾米厂", XIANGSHAN, "丹城")
NODES = """
INSERT INTO network_node (code, kind, parent, name, area, households, lon, lat, meter_no) VALUES
    ('F1', 'feeder', NULL, '东塘10kV线', '330225', 0, NULL, NULL, NULL),
    ('TR1', 'transformer', 'F1', '南街公变', '330225', 0, 121.861, 29.471, NULL),
    ('BX1', 'box', 'TR1', '南街2号表箱', '330225', 0, 121.862, 29.472, NULL),
    ('3302250042', 'account', 'BX1', '张三', '330225', 1, NULL, NULL, 'M0042')
"""


@pytest.fixture
async def known(small: Small) -> Small:
    """The small world with an own place with a point, one without, and a piece of the network."""
    content = sheets.written_csv(rows.written([PUMP, MILL]))
    areas, locator = small.desk.areas, small.desk.locator
    await importing.import_file(small.db, areas, locator, content, How(), by=person("admin"), at=START)
    async with small.db.connection() as connection:
        await connection.execute(NODES)
    await PlaceKeeper(small.desk).poll()
    return small


NUMBERS = st.floats(allow_nan=True, allow_infinity=True) | st.floats(-200, 200) | st.integers()
ANYTHING = st.none() | st.booleans() | NUMBERS | st.text(max_size=30)
POINTS = st.fixed_dictionaries(
    {}, optional={"lon": ANYTHING, "lat": ANYTHING, "crs": st.sampled_from(["wgs84", "gcj02", "bd09", "utm", 7]),
                  "datum": ANYTHING},
) | ANYTHING | st.lists(ANYTHING, max_size=3)  # fmt: skip
PICKED = st.none() | st.builds(
    Picked, st.sampled_from([None, XIANGSHAN, NINGHAI]), doubt=st.sampled_from([None, "没有编码为“X”的地点"])
)


async def test_nothing_that_is_said_of_a_place_is_refused_and_no_point_is_moved(small: Small) -> None:
    """The point of a ticket is what was said, converted from the system that was named; or none, with a doubt."""
    desk = small.desk

    @settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(
        said=POINTS, county=st.sampled_from([XIANGSHAN, NINGHAI, "33", "320101", "x\ufffd"]) | st.none(), picked=PICKED
    )
    @example(said={"lon": 121.87, "lat": 29.48}, county="320101", picked=None)
    @example(said={"lon": 29.48, "lat": 121.87, "crs": "gcj02"}, county=None, picked=None)
    @example(said={"lon": 10**400, "lat": 29.48}, county=None, picked=None)
    def kept(said: object, county: str | None, picked: Picked | None) -> None:
        heard = CallIn.model_validate(call().model_dump() | {"place": said, "county": county})
        placed = place_call(desk, heard.place, county=heard.county, picked=picked)
        if placed.lon is not None and placed.lat is not None:
            assert isinstance(said, dict)
            assert (placed.lon, placed.lat) == to_wgs84(said["lon"], said["lat"], said.get("crs", "wgs84"))
        elif said is not None:
            assert placed.unresolved
            assert placed.doubt
        ours = desk.areas.counties(placed.area)
        assert placed.area == "33" or ours == (placed.area,)
        if county not in (None, XIANGSHAN, NINGHAI):
            assert county[:20] in (placed.doubt or "")

    kept()


@pytest.mark.parametrize(
    ("said", "doubt"),
    [
        ({"lon": "abc", "lat": 29.48}, "经度“abc”不是数字"),
        ({"lon": "121.87", "lat": 29.48}, "经度“121.87”不是数字"),
        ({"lon": True, "lat": 29.48}, "经度“True”不是数字"),
        ({"lon": 121.87}, "缺少纬度(lat)"),
        ({"lng": 121.87, "lat": 29.48}, "缺少经度(lon),位置中有不认识的内容 lng"),
        ({}, "缺少经度(lon),缺少纬度(lat)"),
        ("丹城", "位置“丹城”读不出来,应为 {lon, lat, crs}"),
        ([121.87, 29.48], "读不出来"),
        ({"lon": 121.87, "lat": 200}, "不是有效的经纬度"),
        ({"lon": float("nan"), "lat": 29.48}, "不是有效的经纬度"),
        ({"lon": float("inf"), "lat": 29.48}, "不是有效的经纬度"),
        ({"lon": 29.48, "lat": 121.87}, "经纬度写反了"),
        ({"lon": 0, "lat": 0}, "经纬度都是 0,多为没有定位"),
        ({"lon": 121.87, "lat": 29.48, "crs": 4326.5}, "不认识坐标系“4326.5”"),
        ({"lon": 118.8, "lat": 32.06}, "不在本省范围内"),
    ],
)
@pytest.mark.parametrize("county", [None, XIANGSHAN])
async def test_a_call_with_an_impossible_point_is_logged_with_the_doubt(
    small: Small, said: Any, doubt: str, county: str | None
) -> None:
    heard = CallIn.model_validate(call().model_dump() | {"place": said, "county": county})
    taken = await small.intake.log_call(heard, by=person("seat"), at=START)
    assert taken.ticket.stage is Stage.SUBMITTED
    assert (taken.ticket.area, taken.ticket.lon, taken.ticket.flags.place_unresolved) == (county or "33", None, True)
    assert doubt in (taken.place_doubt or "")
    assert taken.place_doubt == taken.ticket.place_doubt


async def test_a_point_with_something_unknown_beside_it_is_kept_and_is_to_be_looked_at(small: Small) -> None:
    """``datum`` may well be the system; nobody knows."""
    said = {"lon": 121.87, "lat": 29.48, "datum": "gcj02"}
    ticket = await small.call(place=said)
    assert (ticket.lon, ticket.area, ticket.flags.place_unresolved) == (121.87, XIANGSHAN, True)
    assert "不认识的内容 datum" in (ticket.place_doubt or "")


@pytest.mark.parametrize(
    ("county", "doubt"),
    [
        ("320101", "“320101”不是县(区)编码,未采用"),
        ("3302", "“3302”是地市(宁波),不是县(区)编码"),
        ("330225-1", "“330225-1”是班所(丹城供电所),不是县(区)编码"),
        ("\0" * 3, "不是县(区)编码"),
        ("长" * 200, "不是县(区)编码"),
        ({"code": 1}, "不是县(区)编码"),
    ],
)
async def test_a_call_with_a_county_that_is_none_of_ours_goes_where_the_point_says(
    small: Small, county: Any, doubt: str
) -> None:
    ticket = await small.call(county=county)
    assert (ticket.area, ticket.lon, ticket.flags.place_unresolved) == (XIANGSHAN, IN_TOWN.lon, False)
    assert doubt in (ticket.place_doubt or "")
    nowhere = await small.call(county=county, place=None)
    assert (nowhere.area, nowhere.flags.place_unresolved) == ("33", True)
    assert doubt in (nowhere.place_doubt or "")


async def test_a_county_written_as_a_number_is_that_county(small: Small) -> None:
    ticket = await small.call(county=330226, place=None)
    assert (ticket.area, ticket.place_doubt) == (NINGHAI, None)


async def test_a_call_that_says_nothing_but_a_place_that_cannot_be_is_kept_too(small: Small) -> None:
    """Somebody can ring the caller and ask; a call that says nothing of any place lacks what it must say."""
    for said in ({"place": Place(lon=0, lat=0)}, {"place": None, "place_code": "gone"}):
        ticket = await small.call(address="", **said)
        assert (ticket.stage, ticket.flags.place_unresolved) == (Stage.SUBMITTED, True)
    named = await small.call(address="", place=None, place_said="老碾米厂")
    assert (named.place_said, named.place_doubt) == ("老碾米厂", None)


@pytest.mark.parametrize("channel", Channel)
async def test_no_channel_loses_a_call_for_its_place(small: Small, channel: Channel) -> None:
    said = {"place": Place(lon=29.48, lat=121.87), "county": "320101", "place_code": "gone"}
    ticket = await small.call(channel=channel, **said)
    assert all(part in (ticket.place_doubt or "") for part in ("写反", "320101", "gone"))


# ---- the place that was picked --------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [IN_TOWN, None])
async def test_a_picked_place_that_nobody_knows_is_named(known: Small, place: Place | None) -> None:
    ticket = await known.call(place=place, county=XIANGSHAN, place_code="gone")
    assert (ticket.area, ticket.lon, ticket.place_code) == (XIANGSHAN, place.lon if place else None, "gone")
    assert ticket.flags.place_unresolved == (place is None)
    assert "没有编码为“gone”的地点" in (ticket.place_doubt or "")


@pytest.mark.parametrize(("code", "lon"), [("TR1", 121.861), ("BX1", 121.862), ("3302250042", 121.862), ("F1", None)])
async def test_what_hangs_on_the_network_can_be_picked_as_it_can_be_found(
    known: Small, code: str, lon: float | None
) -> None:
    ticket = await known.call(place=None, place_code=code)
    assert (ticket.area, ticket.lon, ticket.place_doubt) == (XIANGSHAN, lon, None)
    assert ticket.flags.place_unresolved == (lon is None)


async def test_a_picked_place_of_another_county_than_the_ticket_is_named(known: Small) -> None:
    ticket = await known.call(place=None, county=NINGHAI, place_code="L1")
    assert ticket.area == NINGHAI
    assert "所选地点在象山,而工单归宁海" in (ticket.place_doubt or "")
    both = await known.call(place=IN_TOWN, place_code="S1")
    assert both.place_doubt is None


async def test_where_the_point_cannot_be_the_picked_place_says_where_and_the_doubt_stays(known: Small) -> None:
    ticket = await known.call(place=Place(lon=0, lat=0), place_code="S1")
    assert (ticket.lon, ticket.area, ticket.flags.place_unresolved) == (121.88, XIANGSHAN, False)
    assert "不在本省" in (ticket.place_doubt or "")


async def test_a_customer_whose_point_cannot_be_is_asked_by_his_own_county(known: Small) -> None:
    ticket = await known.call(place=Place(lon=0, lat=0), account_no="3302250042")
    assert (ticket.lon, ticket.area, ticket.flags.place_unresolved) == (None, XIANGSHAN, True)


async def test_a_call_that_chases_hears_of_its_own_doubt_again_and_again(small: Small) -> None:
    phone = stranger()
    first = await small.intake.log_call(call(phone=phone), by=person("seat"), at=START)
    again = call(phone=phone, place=None, place_code="gone")
    chased = await small.intake.log_call(again, by=person("seat"), at=minutes(1))
    assert (chased.outcome, chased.ticket.id) == (CallOutcome.CHASE, first.ticket.id)
    assert "gone" in (chased.place_doubt or "")
    assert chased.ticket.place_doubt is None


async def test_a_correction_that_picks_what_nobody_knows_is_refused_for_whoever_writes_it_is_there(
    known: Small,
) -> None:
    ticket = await known.call(place=None, county=XIANGSHAN)
    with pytest.raises(UnknownPlace) as refused:
        await known.does(ticket, "correct", "xiangshan", e.Corrected(reason="选错", place_code="gone"), at=minutes(1))
    assert refused.value.field == "place_code"
    picked = e.Corrected(reason="与客户核实", place_code="TR1")
    assert (await known.does(ticket, "correct", "xiangshan", picked, at=minutes(1))).lon == 121.861


@pytest.mark.parametrize(
    "event",
    [e.Resubmitted(place_code="L1"), e.Corrected(reason="客户再次来电", place_code="L1")],
    ids=["resubmit", "correct"],
)
async def test_a_place_without_a_point_that_is_picked_later_brings_the_ticket_to_its_county_as_well(
    known: Small, event: e.Resubmitted | e.Corrected
) -> None:
    ticket = await known.call(place=None, county=None)
    assert ticket.area == "33"
    action, who = ("resubmit", "seat") if isinstance(event, e.Resubmitted) else ("correct", "monitor")
    after = await known.does(ticket, action, who, event, at=minutes(1))
    assert (after.area, after.place_code, after.lon, after.flags.place_unresolved) == (XIANGSHAN, "L1", None, True)


def test_what_is_a_point_already_is_left_alone() -> None:
    said = Place(lon=1.0, lat=2.0)
    assert read_place(said) is said
    assert read_place(None) is None
    unread = read_place({"lat": None})
    assert isinstance(unread, Place)
    assert isnan(unread.lon)
