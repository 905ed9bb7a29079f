"""Service requests at the desk: those that a returned ticket opens, step after step, what is refused, who sees what."""

from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from dispatch.accounts.rights import Forbidden
from dispatch.desk.bookings import services, serviceviews
from dispatch.desk.bookings.services import NewService, NoServices, ServiceField
from dispatch.places.areas import NoSuchArea
from dispatch.services.lifecycle import NoPause, ServiceFact, ServiceTime, WrongServiceStage
from dispatch.services.store import NoSuchService, StaleService
from dispatch.services.words import CustomerClass, DamageCause, PauseReason, ServiceKind
from dispatch.tickets import events as e
from dispatch.tickets.guards import Contradiction
from dispatch.tickets.words import ReturnReason, Stage
from tests.worlds import XIANGSHAN, Small, minutes, person

from .steps import advance, folded, opened, said


async def test_golden_16_a_ticket_returned_for_burnt_appliances_opens_a_request_for_each_flat(small: Small) -> None:
    ticket = await small.call(account_no="3300000001", phone="13900004444")
    back = e.Returned(reason=ReturnReason.APPLIANCE_DAMAGE, text="零线断线,六户家电烧坏,需按电器损坏办理")
    await small.does(ticket, "return", "xiangshan", back, at=minutes(2))
    (first,) = await serviceviews.page(
        small.desk, XIANGSHAN, by=person("xiangshan"), is_open=True, kind=None, after=None, limit=10
    )
    assert (first.kind, first.ticket_id, first.account_no) == (ServiceKind.APPLIANCE_DAMAGE, ticket.id, "3300000001")
    assert first.phone_masked == "139****4444"
    assert "13900004444" not in first.model_dump_json()
    assert first.due_at == minutes(2) + timedelta(hours=24)
    flats = tuple(f"330000000{n}" for n in range(1, 7))
    new = NewService(kind=ServiceKind.APPLIANCE_DAMAGE, text="六户家电烧坏", accounts=flats, ticket_id=ticket.id)
    made = await services.open_services(small.desk, new, by=person("seat"), at=minutes(5))
    again = await services.open_services(small.desk, new, by=person("seat"), at=minutes(6))
    assert [one.id for one in again] == [one.id for one in made]
    assert made[0].id == first.id
    assert len({one.request_no for one in made}) == 6

    with pytest.raises(ServiceFact, match="联系人"):
        await advance(small, first, minutes(10))
    request = await advance(small, first, minutes(10), person="业主")
    with pytest.raises(ServiceFact, match="核实人"):
        await advance(small, first, minutes(60))
    request = await advance(small, request, minutes(60), person="核实员", text="电视机、冰箱各一台")
    with pytest.raises(ServiceFact, match="原因"):
        await advance(small, request, minutes(90))
    request = await advance(small, request, minutes(90), damage_cause=DamageCause.NEUTRAL_BROKEN)
    assert request.stages[3].clock is not None  # one working day to answer
    request = await services.answer(
        small.desk, request.id, text="按规定赔偿,已告知", said=said("xiangshan", minutes(120))
    )
    assert [stage.person for stage in request.stages] == ["业主", "核实员", None, None]
    assert request.damage_cause is DamageCause.NEUTRAL_BROKEN
    assert await folded(small, request) == request


BURNT = e.Returned(reason=ReturnReason.APPLIANCE_DAMAGE, text="家电烧坏,需按电器损坏办理")
CLOCKS = "SELECT count(*) FROM deadline WHERE ticket_id = $1 AND state = 'armed'"


async def test_a_ticket_returned_for_burnt_appliances_ends_and_its_clock_with_it(small: Small) -> None:
    ticket = await small.call(account_no="3300000001")
    after = await small.does(ticket, "return", "xiangshan", BURNT, at=minutes(1))
    (request,) = await serviceviews.page(
        small.desk, XIANGSHAN, by=person("xiangshan"), is_open=True, kind=None, after=None, limit=10
    )
    assert (after.stage, after.return_reason) == (Stage.CANCELLED, ReturnReason.APPLIANCE_DAMAGE)
    assert after.cancel_reason == f"已转电器损坏服务工单 {request.request_no} 办理"
    async with small.db.connection() as connection:
        assert await connection.fetchval(CLOCKS, ticket.id) == 0
        assert await connection.fetchval("SELECT count(*) FROM review WHERE ticket_id = $1", ticket.id) == 1
    again = await small.call(account_no="3300000001", at=minutes(30))  # a fault later that day is one of its own
    assert again.id != ticket.id


async def test_a_danger_is_never_handed_over_as_burnt_appliances(small: Small) -> None:
    ticket = await small.call(hazard=True)
    with pytest.raises(Contradiction, match="险情"):
        await small.does(ticket, "return", "xiangshan", BURNT, at=minutes(1))


async def test_a_second_return_waits_for_the_province_whatever_it_is_for(small: Small) -> None:
    ticket = await small.call()
    nobody = e.Returned(reason=ReturnReason.NO_CONTACT, text="三次致电客户均无人接听")
    await small.does(ticket, "return", "xiangshan", nobody, at=minutes(1))
    await small.does(ticket, "resubmit", "monitor", e.Resubmitted(address="丹城镇东街1号"), at=minutes(2))
    after = await small.does(ticket, "return", "xiangshan", BURNT, at=minutes(3))
    assert (after.stage, after.flags.escalated_level) == (Stage.RETURNED, 3)


async def test_a_ticket_returned_for_another_reason_opens_none(small: Small) -> None:
    ticket = await small.call()
    back = e.Returned(reason=ReturnReason.NO_CONTACT, text="三次致电客户均无人接听")
    await small.does(ticket, "return", "xiangshan", back, at=minutes(1))
    async with small.db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM service_request") == 0


async def test_stages_come_one_after_the_other(small: Small) -> None:
    request = await opened(small, ServiceKind.APPLIANCE_DAMAGE, minutes(0))
    desk = small.desk
    with pytest.raises(WrongServiceStage, match="联系客户"):
        await advance(small, request, minutes(1), stage=2)
    with pytest.raises(WrongServiceStage, match="联系客户"):
        await services.answer(desk, request.id, text="x", said=said("seat", minutes(1)))
    with pytest.raises(WrongServiceStage, match="不能归档"):
        await services.close(desk, request.id, satisfied=None, text="", said=said("seat", minutes(1)))
    reason = PauseReason.CUSTOMER_WORKS
    with pytest.raises(NoPause, match="业扩"):
        await services.pause(desk, request.id, reason=reason, text="x", said=said("xiangshan", minutes(1)))
    inquiry = await opened(small, ServiceKind.INQUIRY, minutes(0))
    with pytest.raises(WrongServiceStage, match="答复"):
        await advance(small, inquiry, minutes(1))
    praise = await opened(small, ServiceKind.PRAISE, minutes(0))
    assert praise.due_at is None
    await advance(small, praise, minutes(1))
    await services.close(desk, praise.id, satisfied=None, text="", said=said("seat", minutes(2)))


async def test_time_does_not_run_backwards_nor_ahead(small: Small) -> None:
    request = await opened(small, ServiceKind.ARREARS_RECONNECT, minutes(10))

    async def at(claimed: datetime) -> None:
        facts: dict[str, Any] = {"stage": 0, "person": None, "text": "", "damage_cause": None}
        await services.advance(small.desk, request.id, **facts, said=said("xiangshan", minutes(20), claimed=claimed))

    with pytest.raises(ServiceTime, match="倒退"):
        await at(minutes(9))
    with pytest.raises(ServiceTime, match="晚于"):
        await at(minutes(23))
    await at(minutes(11))


async def test_of_two_that_work_on_one_request_the_second_hears_of_the_first(small: Small) -> None:
    request = await opened(small, ServiceKind.COMPLAINT, minutes(0))
    await advance(small, request, minutes(1))
    with pytest.raises(StaleService, match="第 2 版"):
        await services.answer(small.desk, request.id, text="x", said=said("seat", minutes(2), version=1))


@pytest.mark.parametrize(
    ("new", "refusal"),
    [
        ({"kind": ServiceKind.CONNECTION}, ServiceField),
        ({"kind": ServiceKind.INQUIRY, "customer_class": CustomerClass.LV}, ServiceField),
        ({"kind": ServiceKind.INQUIRY, "area": None}, ServiceField),
        ({"kind": ServiceKind.INQUIRY, "area": "33"}, ServiceField),
        ({"kind": ServiceKind.INQUIRY, "area": "9999"}, NoSuchArea),
        ({"kind": ServiceKind.INQUIRY, "appointed_at": minutes(60)}, ServiceField),
        ({"kind": ServiceKind.FAST_CHARGING, "appointed_at": minutes(-60)}, ServiceTime),
    ],
)
async def test_a_request_that_does_not_fit_together_is_refused(
    small: Small, new: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await opened(small, new.pop("kind"), minutes(0), **new)
    async with small.db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM service_request") == 0


async def test_a_pack_without_the_section_takes_no_requests(small: Small) -> None:
    small.desk.pack_id = "national_floor"
    with pytest.raises(NoServices, match="services"):
        await opened(small, ServiceKind.INQUIRY, minutes(0))


async def test_another_county_neither_sees_nor_moves_a_request(small: Small) -> None:
    request = await opened(small, ServiceKind.COMPLAINT, minutes(0))
    with pytest.raises(NoSuchService):
        await serviceviews.read(small.desk, request.id, by=person("ninghai"))
    facts: dict[str, Any] = {"stage": None, "person": None, "text": "", "damage_cause": None}
    with pytest.raises(NoSuchService):
        await services.advance(small.desk, request.id, **facts, said=said("ninghai", minutes(1)))
    with pytest.raises(Forbidden):
        await services.advance(small.desk, request.id, **facts, said=said("crew-1", minutes(1)))
    with pytest.raises(Forbidden):
        await serviceviews.page(
            small.desk, XIANGSHAN, by=person("ninghai"), is_open=True, kind=None, after=None, limit=9
        )


async def test_the_number_is_kept_apart_and_a_look_at_it_is_kept(small: Small) -> None:
    request = await opened(small, ServiceKind.COMPLAINT, minutes(0), phone="13900001111")
    assert "13900001111" not in request.model_dump_json()
    assert await serviceviews.contact(small.desk, request.id, by=person("xiangshan"), at=minutes(1)) == "13900001111"
    async with small.db.connection() as connection:
        row = await connection.fetchrow("SELECT account_id, subject FROM audit WHERE action = 'service.contact'")
    assert row is not None
    assert (row["account_id"], row["subject"]) == ("xiangshan", request.id)


async def test_what_is_due_first_stands_first_page_by_page(small: Small) -> None:
    made = [
        await opened(small, kind, minutes(0))
        for kind in (ServiceKind.PRAISE, ServiceKind.OTHER, ServiceKind.COMPLAINT, ServiceKind.FAST_CHARGING)
    ]
    listed: list[str] = []
    while True:
        page = await serviceviews.page(
            small.desk,
            None,
            by=person("monitor"),
            is_open=True,
            kind=None,
            after=listed[-1] if listed else None,
            limit=3,
        )
        listed += [request.id for request in page]
        if len(page) < 3:
            break
    assert listed == [request.id for request in reversed(made)]


async def test_the_log_of_a_request_cannot_be_changed(small: Small) -> None:
    await opened(small, ServiceKind.PRAISE, minutes(0))
    async with small.db.connection() as connection:
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await connection.execute("UPDATE service_event SET actor = 'nobody'")
