"""Service requests at the desk: stages, pauses, warnings once, and the request that a returned ticket opens."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from dispatch.accounts.rights import Forbidden
from dispatch.desk.bookings import services, serviceviews
from dispatch.desk.bookings.services import NewService, NoServices, Said, ServiceField
from dispatch.desk.setup import open_desk
from dispatch.kit.clock import CHINA
from dispatch.kit.settings import Settings
from dispatch.kit.workdays import Calendar, CalendarEnds
from dispatch.places.areas import NoSuchArea
from dispatch.services import store
from dispatch.services.lifecycle import ClockStands, NoPause, ServiceClosed, ServiceFact, ServiceTime, WrongServiceStage
from dispatch.services.model import ServiceRequest
from dispatch.services.store import NoSuchService, StaleService
from dispatch.services.words import CustomerClass, DamageCause, PauseReason, ServiceKind, ServiceStep
from dispatch.tickets import events as e
from dispatch.tickets.guards import Contradiction
from dispatch.tickets.words import ReturnReason, Stage
from tests.worlds import XIANGSHAN, Small, minutes, person


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def said(who: str, at: datetime, **more: Any) -> Said:
    return Said(by=person(who), at=at, **more)


async def opened(small: Small, kind: ServiceKind, at: datetime, **more: Any) -> ServiceRequest:
    new = NewService(**({"kind": kind, "text": "客户诉求", "area": XIANGSHAN} | more))
    (request,) = await services.open_services(small.desk, new, by=person("seat"), at=at)
    return request


async def advance(small: Small, request: ServiceRequest, at: datetime, **more: Any) -> ServiceRequest:
    facts = {"stage": None, "person": None, "text": "", "damage_cause": None} | more
    return await services.advance(small.desk, request.id, **facts, said=said("xiangshan", at))


async def folded(small: Small, request: ServiceRequest) -> ServiceRequest:
    """Return the sum of the log; it must be the row."""
    async with small.db.connection() as connection:
        lines = await store.log(connection, request.id)
        row = await store.load(connection, request.id)
    assert store.fold(lines) == row
    return row


async def levels(small: Small, request: ServiceRequest) -> list[tuple[int, int]]:
    """Return stage and level of each warning in the log."""
    async with small.db.connection() as connection:
        lines = await store.log(connection, request.id)
    return [(line.event.stage, line.event.level) for line in lines if line.event.kind == "warned"]


async def test_a_complaint_is_to_be_contacted_in_one_working_day_and_answered_in_six(small: Small) -> None:
    request = await opened(small, ServiceKind.COMPLAINT, local("2026-09-30T10:00"))
    contact, answer = request.stages
    assert contact.clock is not None
    assert answer.clock is not None
    assert contact.clock.due_at == local("2026-10-09T00:00")  # Thursday 8 October is the first working day
    assert answer.clock.due_at == local("2026-10-15T00:00")  # 8, 9, the make-up 10, 12, 13, 14
    assert request.due_at == contact.clock.due_at
    request = await advance(small, request, local("2026-10-08T10:00"), person="客户本人")
    assert request.due_at == answer.clock.due_at
    answered = await services.answer(
        small.desk, request.id, text="已说明原因", said=said("seat", local("2026-10-14T23:00"))
    )
    assert (answered.answer, answered.is_overdue, answered.current) == ("已说明原因", False, None)
    closed = await services.close(
        small.desk, request.id, satisfied=True, text="", said=said("seat", local("2026-10-15T09:00"))
    )
    assert not closed.is_open
    assert await folded(small, closed) == closed
    with pytest.raises(ServiceClosed):
        await advance(small, request, local("2026-10-16T09:00"))


async def test_golden_23_the_make_up_working_day_counts_in_the_clock_of_a_new_connection(small: Small) -> None:
    at = local("2026-09-30T15:00")
    kind, customer = ServiceKind.CONNECTION, CustomerClass.RESIDENT
    request = await opened(small, kind, at, customer_class=customer, owner="客户经理甲")
    accept, scheme, energise = request.stages
    assert [stage.step for stage in request.stages] == [ServiceStep.ACCEPT, ServiceStep.SCHEME, ServiceStep.ENERGISE]
    assert accept.clock is not None
    assert energise.clock is not None
    assert accept.clock.due_at == local("2026-10-09T00:00")
    assert scheme.clock is None
    assert energise.clock.due_at == local("2026-10-14T00:00")  # 8, 9, 10 (made up), 12, 13
    request = await advance(small, request, local("2026-10-09T16:00"))
    assert request.stages[1].clock is not None
    assert request.stages[1].clock.due_at == local("2026-10-14T00:00")  # Saturday 10 counts, Sunday 11 does not
    assert request.stages[0].is_late  # it was due with the 8th


async def test_the_clock_of_a_connection_stands_still_while_the_customer_works(small: Small) -> None:
    at = local("2026-11-02T09:00")
    request = await opened(small, ServiceKind.CONNECTION, at, customer_class=CustomerClass.LV)
    assert request.due_at == local("2026-11-04T00:00")
    pause_at = local("2026-11-03T11:00")
    paused = await services.pause(
        small.desk,
        request.id,
        reason=PauseReason.CUSTOMER_MATERIAL,
        text="缺产权证明",
        said=said("xiangshan", pause_at),
    )
    assert paused.paused is not None
    assert await services.warn_due(small.desk, at=local("2026-11-20T00:00")) == 0
    with pytest.raises(ClockStands, match="客户补充资料"):
        await advance(small, request, local("2026-11-06T09:00"))
    with pytest.raises(ClockStands):
        await services.pause(
            small.desk,
            request.id,
            reason=PauseReason.CUSTOMER_WORKS,
            text="x",
            said=said("xiangshan", local("2026-11-06T09:00")),
        )
    resumed = await services.resume(
        small.desk, request.id, text="资料补齐", said=said("xiangshan", local("2026-11-09T10:00"))
    )
    assert resumed.due_at == local("2026-11-10T00:00")  # Tuesday to Friday were the customer's; Monday counts
    assert resumed.stages[2].clock is not None
    assert resumed.stages[2].clock.due_at == local("2026-11-17T00:00")
    with pytest.raises(ClockStands):
        await services.resume(small.desk, request.id, text="x", said=said("xiangshan", local("2026-11-09T11:00")))
    assert await folded(small, resumed) == resumed


async def test_warnings_are_given_at_half_at_a_fifth_and_when_it_is_over_each_once(small: Small) -> None:
    request = await opened(small, ServiceKind.ARREARS_RECONNECT, minutes(0))
    due_at = minutes(24 * 60)
    for at, expected in (
        (minutes(12 * 60 - 1), []),
        (minutes(12 * 60), [(0, 1)]),
        (minutes(20 * 60), [(0, 1), (0, 2)]),
        (due_at, [(0, 1), (0, 2), (0, 3)]),
        (due_at + timedelta(days=30), [(0, 1), (0, 2), (0, 3)]),
    ):
        await asyncio.gather(*(services.warn_due(small.desk, at=at) for _ in range(4)))
        assert await levels(small, request) == expected
    found = await serviceviews.read(small.desk, request.id, by=person("monitor"))
    assert found.is_overdue
    assert await folded(small, found) == found


async def test_a_late_step_leaves_its_mark_without_the_worker(small: Small) -> None:
    request = await opened(small, ServiceKind.ARREARS_RECONNECT, minutes(0))
    done = await advance(small, request, minutes(25 * 60))
    assert await levels(small, request) == [(0, 3)]
    assert done.stages[0].is_late
    assert await services.warn_due(small.desk, at=minutes(25 * 60)) == 0


async def test_a_step_that_is_entered_late_is_judged_by_when_it_was_done(small: Small) -> None:
    request = await opened(small, ServiceKind.ARREARS_RECONNECT, minutes(0))
    done = await services.advance(
        small.desk,
        request.id,
        stage=0,
        person=None,
        text="已复电",
        damage_cause=None,
        said=said("xiangshan", minutes(25 * 60), claimed=minutes(20 * 60)),
    )
    assert not done.stages[0].is_late


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


async def test_a_booked_time_is_the_limit(small: Small) -> None:
    request = await opened(small, ServiceKind.FAST_CHARGING, minutes(0), appointed_at=minutes(180))
    assert request.due_at == minutes(180)
    assert (await opened(small, ServiceKind.FAST_CHARGING, minutes(0))).due_at == minutes(45)


async def test_a_pack_without_the_section_takes_no_requests(small: Small) -> None:
    small.desk.pack_id = "national_floor"
    with pytest.raises(NoServices, match="services"):
        await opened(small, ServiceKind.INQUIRY, minutes(0))


async def test_a_limit_in_a_year_that_nobody_knows_is_refused_until_a_file_names_its_holidays(
    small: Small, tmp_path: Path
) -> None:
    known = small.desk.calendar
    small.desk.calendar = Calendar(known.first_year, 2026, known.off, known.work)
    with pytest.raises(CalendarEnds, match="DISPATCH_HOLIDAYS"):
        await opened(small, ServiceKind.COMPLAINT, local("2026-12-29T09:00"))
    async with small.db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM service_request") == 0
    last = local("2026-12-23T09:00")
    assert (await opened(small, ServiceKind.COMPLAINT, last)).due_at == local("2026-12-25T00:00")
    file = tmp_path / "holidays.yaml"  # the remedy that the refusal names
    file.write_text("2027:\n  source: 通知文号(测试)\n  holidays: [2027-01-01]\n  workdays: []\n", "utf-8")
    settings = Settings.from_env({"DISPATCH_HOLIDAYS": str(file)})
    small.desk = await open_desk(small.db, "sgcc", holidays=settings.holidays)
    assert (await opened(small, ServiceKind.COMPLAINT, local("2026-12-31T09:00"))).due_at == local("2027-01-05T00:00")


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
