"""Sending a crew: the proposal, one dispatch, and who wins when two want the same."""

import asyncio

import pytest

from dispatch.accounts.rights import Forbidden
from dispatch.capacity import reserve
from dispatch.capacity.reserve import DepotFull
from dispatch.desk.crews.assigning import AlreadyDispatched, CrewTaken, assign_waiting, offers_for
from dispatch.desk.crews.choosing import CrewFull, CrewUnfit, NoCandidates, NoSuchCrew
from dispatch.desk.crews.fleet import FleetKeeper
from dispatch.desk.crews.jobs import NoPlace
from dispatch.desk.idempotency import KeyReused
from dispatch.desk.intake.calls import Place
from dispatch.desk.room import Desk, Once, Report
from dispatch.kit.errors import NotFound
from dispatch.routing.fleet import Position
from dispatch.routing.model import Mark, Policy, ReasonCode
from dispatch.tickets import events as e
from dispatch.tickets import store
from dispatch.tickets.guards import Contradiction
from dispatch.tickets.lifecycle import WrongStage
from dispatch.tickets.model import Ticket, document
from dispatch.tickets.words import RejectReason, Source, Stage
from tests.worlds import START, XIANGSHAN, Small, minutes, person

from .sending import accepted, send

NEAR_BORDER = {"place": Place(lon=121.605, lat=29.45), "county": XIANGSHAN}


async def test_the_nearest_crew_is_proposed_across_the_old_border(small: Small, room: Desk) -> None:
    ticket = await accepted(small, **NEAR_BORDER)
    offers = await offers_for(room, ticket.id, by=person("xiangshan"), at=minutes(2))
    assert offers.best is not None
    assert offers.own_district is not None
    assert (offers.best.crew_id, offers.own_district.crew_id) == ("c3", "c1")
    assert offers.best.marks == (Mark.NO_POSITION,)
    old = await offers_for(room, ticket.id, by=person("xiangshan"), at=minutes(2), policy=Policy.OWN_DISTRICT)
    assert old.best is not None
    assert old.best.crew_id == "c1"


async def test_one_keystroke_sends_the_nearest_crew_and_the_log_says_why(small: Small, room: Desk) -> None:
    ticket = await send(room, await accepted(small, **NEAR_BORDER))
    crew = ticket.crew
    assert crew is not None
    assert ticket.stage is Stage.DISPATCHED
    assert (crew.crew_id, crew.crew_area, crew.depot, crew.own_district_crew) == ("c3", "330226", "330226-1", "c1")
    assert crew.saved_s is not None
    assert crew.saved_s > 0
    assert crew.why.startswith("距离最近且空闲:西店一队 16.0 km,约 ")
    assert "本县丹城一队需" in crew.why
    assert "节省" in crew.why
    async with small.db.connection() as connection:
        log = await store.log(connection, ticket.id)
    sent = log[-1].event
    assert isinstance(sent, e.Dispatched)
    assert (sent.saved_s, sent.own_district_crew) == (crew.saved_s, "c1")


async def test_under_the_old_rule_the_ticket_stays_in_its_county(small: Small, room: Desk) -> None:
    ticket = await send(room, await accepted(small, **NEAR_BORDER), policy=Policy.OWN_DISTRICT)
    assert ticket.crew is not None
    assert (ticket.crew.crew_id, ticket.crew.saved_s) == ("c1", 0)


async def test_a_crew_that_was_sent_is_not_proposed_again_until_it_is_done(small: Small, room: Desk) -> None:
    first = await send(room, await accepted(small))
    second = await accepted(small)
    offers = await offers_for(room, second.id, by=person("xiangshan"), at=minutes(3))
    busy = {offer.crew_id: offer.reason for offer in offers.offers}
    assert first.crew is not None
    assert busy[first.crew.crew_id] is ReasonCode.BUSY_UNTIL
    assert offers.best is not None
    assert offers.best.crew_id != first.crew.crew_id


async def test_of_two_dispatchers_on_one_ticket_one_wins_and_the_other_sees_who(small: Small, room: Desk) -> None:
    ticket = await accepted(small)
    seen = Report(source=Source.PHONE, version=ticket.version)
    done = await asyncio.gather(
        send(room, ticket, who="xiangshan", report=seen, crew_id="c1"),
        send(room, ticket, who="monitor", report=seen, crew_id="c2"),
        return_exceptions=True,
    )
    (won,) = [outcome for outcome in done if isinstance(outcome, Ticket)]
    (lost,) = [outcome for outcome in done if isinstance(outcome, BaseException)]
    assert isinstance(lost, AlreadyDispatched)
    assert lost.status == 409
    assert won.crew is not None
    assert lost.details["by"] == won.crew.sent_by
    assert lost.details["by_name"]
    assert lost.details["crew_name"] == won.crew.crew_name
    assert lost.details["version"] == won.version
    assert won.crew.crew_name in lost.message


async def test_two_tickets_that_want_one_crew_get_two_crews(small: Small, room: Desk) -> None:
    tickets = [await accepted(small) for _ in range(2)]  # the other crews are out of reach once these are known busy
    done = await asyncio.gather(*(send(room, ticket) for ticket in tickets))
    assert sorted(ticket.crew.crew_id for ticket in done if ticket.crew) == ["c1", "c2"]


async def test_a_crew_that_another_process_sent_is_passed_over_for_the_next_best(small: Small, room: Desk) -> None:
    other = await accepted(small)
    await send(room, other, crew_id="c1")
    room.fleet.release(other.id)  # this process has not heard of it
    ticket = await send(room, await accepted(small))
    assert ticket.crew is not None
    assert ticket.crew.crew_id == "c2"
    room.fleet.release(other.id)
    room.fleet.release(ticket.id)
    with pytest.raises(CrewTaken, match="丹城一队"):
        await send(room, await accepted(small), crew_id="c1")  # named as free, which it is not any more


async def test_when_every_crew_is_taken_the_dispatcher_is_told_how_many_are_why(small: Small, room: Desk) -> None:
    for crew in ("c1", "c2", "c3", "c4"):
        await send(room, await accepted(small), crew_id=crew)
    with pytest.raises(NoCandidates, match="作业中,完工后可到 4 个") as refused:
        await send(room, await accepted(small))
    assert refused.value.details["counts"] == {"BUSY_UNTIL": 4}


async def test_a_dispatcher_may_stack_jobs_on_a_busy_crew_up_to_the_limit(small: Small, room: Desk) -> None:
    for n in range(room.fleet.rule.queue_max):
        ticket = await send(room, await accepted(small), crew_id="c1")
        assert ticket.crew is not None
        assert ticket.crew.crew_id == "c1"
        assert ("作业中,完工后可到,指挥员已知悉" in ticket.crew.why) is (n > 0)
    with pytest.raises(CrewFull, match="丹城一队 在手已有 3 单"):
        await send(room, await accepted(small), crew_id="c1")
    room.fleet.load([], [])  # even if this process knows nothing of its jobs
    await FleetKeeper(small.db, room.fleet, room.pack).load()
    with pytest.raises(CrewFull):
        await send(room, await accepted(small), crew_id="c1")


async def test_a_full_depot_is_spared_by_the_machine_and_overridden_by_a_person(
    small: Small, keeper: FleetKeeper
) -> None:
    desk = small.desk
    async with small.db.transaction() as tx:
        await reserve.declare(tx, "330225-1", 0, by="leader", at=START)
    await keeper.survey()
    ticket = await send(desk, await accepted(small))
    assert ticket.crew is not None
    assert ticket.crew.crew_id != "c1"
    named = await send(desk, await accepted(small), crew_id="c1")
    assert named.crew is not None
    assert "班所抢修承载力已满,指挥员已知悉" in named.crew.why
    assert "系统建议" in named.crew.why


async def test_a_reserve_that_was_cut_unheard_still_holds(small: Small, room: Desk) -> None:
    async with small.db.transaction() as tx:
        await reserve.declare(tx, "330225-1", 0, by="leader", at=START)
    with pytest.raises(DepotFull, match="330225-1"):
        await send(room, await accepted(small), crew_id="c1")
    ticket = await send(room, await accepted(small))
    assert ticket.crew is not None
    assert ticket.crew.crew_id != "c1"


async def test_what_a_crew_cannot_do_nobody_can_order(small: Small, room: Desk) -> None:
    ticket = await accepted(small, skill="cable")
    with pytest.raises(CrewUnfit, match="不具备所需技能") as refused:
        await send(room, ticket, crew_id="c1")
    assert refused.value.field == "crew_id"
    with pytest.raises(NoSuchCrew):
        await send(room, ticket, crew_id="c99")
    able = await send(room, ticket)
    assert able.crew is not None
    assert able.crew.crew_id == "c4"


async def test_a_crew_is_replaced_only_with_a_reason_and_by_one_who_knows(small: Small, room: Desk) -> None:
    first = await send(room, await accepted(small), crew_id="c1")
    with pytest.raises(AlreadyDispatched):
        await send(room, first, crew_id="c2")
    late = Report(source=Source.PHONE, version=first.version - 1)
    with pytest.raises(AlreadyDispatched):
        await send(room, first, crew_id="c2", transfer_reason="车辆故障", report=late)
    with pytest.raises(Contradiction, match="已在处理"):
        await send(room, first, crew_id="c1", transfer_reason="车辆故障")
    second = await send(room, first, crew_id="c2", transfer_reason="车辆故障")
    assert [(d.crew_id, d.ended_at is None) for d in second.dispatches] == [("c1", False), ("c2", True)]
    assert room.fleet.jobs_of("c1") == ()
    assert [held.job_id for held in room.fleet.jobs_of("c2")] == [first.id]


async def test_a_crew_that_rejected_the_ticket_is_not_sent_again_by_the_machine(
    small: Small, keeper: FleetKeeper
) -> None:
    ticket = await send(small.desk, await accepted(small))
    rejected = e.CrewRejected(reason=RejectReason.VEHICLE_DOWN)
    ticket = await small.does(ticket, "crew-reject", "crew-1", rejected, at=minutes(3))
    keeper.apply(ticket)
    again = await send(small.desk, ticket, at=4)
    assert [sent.crew_id for sent in again.dispatches] == ["c1", "c2"]
    offers = await offers_for(small.desk, ticket.id, by=person("xiangshan"), at=minutes(5))
    assert {offer.crew_id: offer.reason for offer in offers.passed_over}["c1"] is ReasonCode.HAD_IT


async def test_the_same_request_sent_twice_sends_one_crew(small: Small, room: Desk) -> None:
    ticket = await accepted(small)
    first = await send(room, ticket, once=Once("key-00001", b"a"))
    once = Once("key-00001", b"a")
    again = await send(room, ticket, once=once, at=9)
    assert document(again) == document(first)
    assert once.replayed
    with pytest.raises(KeyReused):
        await send(room, ticket, once=Once("key-00001", b"b"))
    assert len(room.fleet.holdings()) == 1


async def test_the_same_request_sent_at_once_sends_one_crew(small: Small, room: Desk) -> None:
    ticket = await accepted(small)
    done = await asyncio.gather(*(send(room, ticket, once=Once("key-00001", b"a")) for _ in range(4)))
    assert len({outcome.crew.sent_at for outcome in done if outcome.crew}) == 1
    async with small.db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM dispatch") == 1


async def test_a_ticket_that_nobody_accepted_gets_no_crew(small: Small, room: Desk) -> None:
    ticket = await small.call()
    with pytest.raises(WrongStage):
        await send(room, ticket)
    assert not room.fleet.holdings()


async def test_a_known_county_without_a_point_is_served_from_its_seat_and_says_so(small: Small, room: Desk) -> None:
    ticket = await accepted(small, place=None, county=XIANGSHAN)
    offers = await offers_for(room, ticket.id, by=person("xiangshan"), at=minutes(2))
    assert offers.approximate
    sent = await send(room, ticket)
    assert sent.crew is not None
    assert "客户位置未定,按所属县中心估算" in sent.crew.why


async def test_a_ticket_without_a_county_is_not_sent_a_crew_by_the_machine(small: Small, room: Desk) -> None:
    ticket = await small.call(place=None)
    with pytest.raises(NoPlace, match="先确定所属县"):
        await send(room, ticket, who="monitor")


async def test_who_may_see_offers_and_send_crews(small: Small, room: Desk) -> None:
    ticket = await accepted(small)
    for who in ("seat", "crew-1", "auditor"):
        with pytest.raises(Forbidden):
            await offers_for(room, ticket.id, by=person(who), at=minutes(2))
        with pytest.raises(Forbidden):
            await send(room, ticket, who=who)
    with pytest.raises(NotFound):
        await send(room, ticket, who="ninghai")
    with pytest.raises(NotFound):
        await offers_for(room, "no-such-ticket", by=person("monitor"), at=minutes(2))
    with pytest.raises(Forbidden):
        await assign_waiting(room, by=person("xiangshan"), at=minutes(2))


async def test_positions_decide_when_they_are_known(small: Small, room: Desk) -> None:
    room.fleet.move([Position("c2", 121.871, 29.481, minutes(1).timestamp())])
    ticket = await send(room, await accepted(small))
    assert ticket.crew is not None
    assert ticket.crew.crew_id == "c2"
