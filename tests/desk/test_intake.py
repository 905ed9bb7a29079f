"""What a seat may write down, and where the ticket goes that comes of it."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from dispatch.accounts.rights import Forbidden
from dispatch.desk.intake.calls import CallIn, Place, TooOld
from dispatch.desk.intake.placing import UnknownCounty
from dispatch.kit.errors import Invalid
from dispatch.notify.phones import masked
from dispatch.places.locate import SwappedCoordinates
from dispatch.tickets import events as e
from dispatch.tickets.guards import Contradiction, FutureTime, MissingField, NeedsOrder
from dispatch.tickets.words import AreaClass, ReturnReason, Stage
from tests.tickets.history import EVENTS
from tests.worlds import IN_NINGHAI, IN_TOWN, NINGHAI, START, XIANGSHAN, Small, call, minutes, person


@pytest.mark.parametrize(
    ("said", "area", "area_class", "unresolved"),
    [
        ({}, XIANGSHAN, "urban", False),
        ({"place": IN_NINGHAI}, NINGHAI, "urban", False),
        ({"place": Place(lon=121.75, lat=29.62)}, XIANGSHAN, "rural", False),
        ({"place": Place(lon=121.75, lat=29.62, crs="CGCS2000")}, XIANGSHAN, "rural", False),
        ({"place": IN_NINGHAI, "county": XIANGSHAN}, XIANGSHAN, "urban", False),  # who was told goes before the map
        ({"place": None, "county": NINGHAI}, NINGHAI, "urban", True),
        ({"place": None}, "33", "urban", True),
    ],
)
async def test_a_ticket_goes_to_the_county_of_the_fault(
    small: Small, said: dict[str, Any], area: str, area_class: str, unresolved: bool
) -> None:
    ticket = await small.call(**said)
    assert (ticket.area, ticket.area_class, ticket.flags.place_unresolved) == (area, area_class, unresolved)


async def test_a_call_from_nowhere_known_is_kept_and_found_a_county_later(small: Small) -> None:
    """The strictest promise holds meanwhile; the clock of the first report runs on."""
    lost = await small.call(place=None, address="大桥边的厂")
    assert (lost.stage, lost.area_class) == (Stage.SUBMITTED, AreaClass.URBAN)
    here = e.Resubmitted(lon=121.75, lat=29.62)
    found = await small.does(lost, "resubmit", "monitor", here, at=minutes(10))
    assert (found.area, found.area_class, found.flags.place_unresolved) == (XIANGSHAN, AreaClass.RURAL, False)
    assert found.reported_at == START
    taken = await small.does(found, "accept", "xiangshan", e.Accepted(), at=minutes(11))
    assert taken.stage is Stage.ACCEPTED


async def test_a_dispatcher_may_find_the_place_and_the_promise_follows(small: Small) -> None:
    lost = await small.call(place=None, county=XIANGSHAN)
    moved = e.Corrected(reason="与客户核实", lon=121.75, lat=29.62, area_class=AreaClass.REMOTE)
    found = await small.does(lost, "correct", "xiangshan", moved, at=minutes(1))
    assert (found.area_class, found.flags.place_unresolved) == (AreaClass.RURAL, False)


async def test_a_correction_does_not_take_a_ticket_to_another_county(small: Small) -> None:
    ticket = await small.call()
    there = e.Corrected(reason="位置更正", lon=IN_NINGHAI.lon, lat=IN_NINGHAI.lat)
    assert (await small.does(ticket, "correct", "xiangshan", there, at=minutes(1))).area == XIANGSHAN


async def test_nobody_chooses_his_own_promise(small: Small) -> None:
    ticket = await small.call()
    easy = e.Corrected(reason="地址更正", address="东街2号", area_class=AreaClass.REMOTE, place_unresolved=True)
    after = await small.does(ticket, "correct", "xiangshan", easy, at=minutes(1))
    assert (after.address, after.area_class, after.flags.place_unresolved) == ("东街2号", AreaClass.URBAN, False)


@pytest.mark.parametrize(
    ("said", "refusal", "field"),
    [
        ({"symptom": None}, MissingField, "symptom"),
        ({"category": None}, MissingField, "category"),
        ({"level": None}, MissingField, "level"),
        ({"hazard": None}, MissingField, "hazard"),
        ({"address": " ", "place": None, "county": XIANGSHAN}, MissingField, "address"),
        ({"call_at": START + timedelta(seconds=121)}, FutureTime, "call_at"),
        ({"call_at": START - timedelta(hours=24, seconds=1)}, TooOld, "call_at"),
        ({"appointment_at": START - timedelta(hours=1)}, Contradiction, "appointment_at"),
        ({"appointment_at": START + timedelta(days=31)}, Contradiction, "appointment_at"),
    ],
)
async def test_a_call_that_cannot_be_is_refused_naming_the_field(
    small: Small, said: dict[str, Any], refusal: type[Invalid], field: str
) -> None:
    with pytest.raises(refusal) as refused:
        await small.call(**said)
    assert refused.value.field == field
    assert refused.value.status == 422
    async with small.db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM call") == 0


async def test_longitude_and_latitude_the_wrong_way_round_are_called_that(desk: Any) -> None:
    with pytest.raises(SwappedCoordinates):
        desk.locator.check_point(29.48, 121.87)


@pytest.mark.parametrize(
    "said",
    [
        {"phone": "please call"},
        {"phone": ""},
        {"phone": "1" * 40},
        {"phone": "13900000000\n"},
        {"address": "长" * 301},
        {"symptom_text": "长" * 501},
        {"customers_out": -1},
        {"account_no": ""},
        {"channel": "pigeon"},
        {"severity": 3},
        {"call_at": "2026-07-01T09:00:00"},
    ],
)
def test_a_call_that_is_not_even_one_does_not_get_that_far(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CallIn(**{**call().model_dump(), **said})


async def test_odd_text_is_kept_as_it_was_said(small: Small) -> None:
    odd = "𠮷野家 'quote\" \\u0000 </script> \t ‮ 🔥; DROP TABLE ticket"
    ticket = await small.call(address=odd, symptom_text=odd)
    async with small.db.connection() as connection:
        assert await connection.fetchval("SELECT doc->>'address' FROM ticket") == odd
    assert ticket.symptom_text == odd


async def test_a_call_may_be_written_down_a_little_later_and_counts_from_when_it_came(small: Small) -> None:
    ticket = await small.call(at=minutes(30), call_at=START)
    assert (ticket.reported_at, ticket.submitted_at) == (START, minutes(30))


async def test_a_draft_needs_no_more_than_a_telephone_number(small: Small) -> None:
    draft = CallIn(channel="phone", phone="13900000000", draft=True)  # type: ignore[arg-type]
    taken = await small.intake.log_call(draft, by=person("seat"), at=START)
    assert (taken.ticket.stage, taken.ticket.area) == (Stage.DRAFT, "33")
    with pytest.raises(MissingField):
        await small.does(taken.ticket, "complete", "seat", EVENTS["completed"], at=minutes(1))
    with_place = EVENTS["completed"].model_copy(update={"lon": IN_TOWN.lon, "lat": IN_TOWN.lat})
    ticket = await small.does(taken.ticket, "complete", "seat", with_place, at=minutes(1))
    assert (ticket.stage, ticket.area, ticket.flags.place_unresolved) == (Stage.SUBMITTED, XIANGSHAN, False)


@pytest.mark.parametrize("who", ["xiangshan", "crew-1", "monitor", "auditor", "admin"])
async def test_calls_are_taken_at_the_seats(small: Small, who: str) -> None:
    with pytest.raises(Forbidden):
        await small.intake.log_call(call(), by=person(who), at=START)


async def test_a_return_to_the_right_county_names_a_county_and_another_one(small: Small) -> None:
    ticket = await small.call()
    wrong = e.Returned(reason=ReturnReason.WRONG_DISTRICT, text="该地址属宁海县,请转派宁海", right_area="3302")
    with pytest.raises(UnknownCounty):
        await small.does(ticket, "return", "xiangshan", wrong, at=minutes(1))
    with pytest.raises(Contradiction):
        await small.does(
            ticket, "return", "xiangshan", wrong.model_copy(update={"right_area": XIANGSHAN}), at=minutes(1)
        )
    right = wrong.model_copy(update={"right_area": NINGHAI})
    passed_on = await small.does(ticket, "return", "xiangshan", right, at=minutes(1))
    assert (passed_on.stage, passed_on.area) == (Stage.SUBMITTED, NINGHAI)


async def test_a_ticket_that_bounced_twice_is_decided_by_the_province_and_its_clock_ran_on(small: Small) -> None:
    """Golden scenario 6; as a story over HTTP: ``test_returning``."""
    ticket = await small.call()
    for county, other in (("xiangshan", NINGHAI), ("ninghai", XIANGSHAN)):
        wrong = e.Returned(reason=ReturnReason.WRONG_DISTRICT, text="该地址不属本县,请核对后转派", right_area=other)
        ticket = await small.does(ticket, "return", county, wrong, at=minutes(1))
    with pytest.raises(NeedsOrder):
        await small.does(ticket, "resubmit", "seat", e.Resubmitted(area=XIANGSHAN), at=minutes(2))
    ticket = await small.does(ticket, "resubmit", "monitor", e.Resubmitted(area=XIANGSHAN), at=minutes(2))
    assert (ticket.area, ticket.reported_at, ticket.returned_n) == (XIANGSHAN, START, 2)
    assert ticket.flags.ordered
    async with small.db.connection() as connection:
        due = await connection.fetchval("SELECT due_at FROM deadline WHERE name = 'arrive' AND state = 'armed'")
    assert due == minutes(45)


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13912345678", "139****5678"),
        ("0574-65712345", "057****2345"),
        ("95598", "****98"),
        ("+86 139 1234 5678", "139****5678"),
    ],
)
def test_a_number_on_the_screen_can_be_recognised_but_not_dialled(phone: str, shown: str) -> None:
    assert masked(phone) == shown
