"""Another call of the same customer: it is kept and chases his ticket, and there is never a second one."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from dispatch.desk.intake.calls import Place, Taken
from dispatch.desk.intake.intake import Intake
from dispatch.desk.intake.matters import AlreadyOpen
from dispatch.desk.room import Desk, Once
from dispatch.tickets import events as e
from dispatch.tickets import store
from dispatch.tickets.audit import audit
from dispatch.tickets.model import Ticket
from dispatch.tickets.terms import ChaseTarget, EscalationReason
from dispatch.tickets.words import CallOutcome, Category, Channel, Level, Ownership, Protected, Result, Stage
from tests.evidence import photographed
from tests.tickets.history import EVENTS
from tests.worlds import CANCEL, IN_TOWN, START, Small, call, minutes, person

WANG, LI = "13900000001", "13900000002"
ACROSS_TOWN = Place(lon=IN_TOWN.lon + 0.02, lat=IN_TOWN.lat)  # two kilometres


async def calls(small: Small, *, at: float = 0, once: Once | None = None, **said: Any) -> Taken:
    return await small.intake.log_call(call(**said), by=person("seat"), at=minutes(at), once=once)


async def kinds(small: Small, ticket: Ticket) -> list[str]:
    async with small.db.connection() as connection:
        return [entry.event.kind for entry in await store.log(connection, ticket.id)]


async def count(small: Small, table: str) -> int:
    async with small.db.connection() as connection:
        return int(await connection.fetchval(f"SELECT count(*) FROM {table}"))


async def test_a_second_call_is_kept_with_the_ticket_and_chases_whoever_has_to_move(small: Small) -> None:
    first = await calls(small, phone=WANG)
    again = await calls(small, at=1, phone=WANG, symptom_text="怎么还没人来")
    assert (first.outcome, again.outcome) == (CallOutcome.TICKET, CallOutcome.CHASE)
    assert again.ticket.id == first.ticket.id
    assert (again.ticket.contacts_n, again.ticket.flags.chased_n) == (2, 1)
    assert [(chase.target, chase.n) for chase in again.ticket.chases] == [(ChaseTarget.UNIT, 1)]
    async with small.db.connection() as connection:
        rows = await connection.fetch("SELECT id, ticket_id, outcome FROM call ORDER BY at, id")
    assert [tuple(row) for row in rows] == [
        (first.call_id, first.ticket.id, "ticket"),
        (again.call_id, first.ticket.id, "chase"),
    ]
    assert (await audit(small.db, small.desk.packs)).clean


async def test_the_third_contact_escalates_once(small: Small) -> None:
    """Golden scenario 15."""
    await calls(small, phone=WANG)
    second = await calls(small, at=1, phone=WANG)
    assert second.ticket.flags.escalated_level == 0
    third = await calls(small, at=2, phone=WANG)
    assert (third.ticket.contacts_n, third.ticket.flags.escalated_level) == (3, 4)
    fourth = await calls(small, at=2.5, phone=WANG)
    async with small.db.connection() as connection:
        log = await store.log(connection, fourth.ticket.id)
    raised = [entry.event for entry in log if isinstance(entry.event, e.Escalated)]
    assert [one.reason for one in raised] == [EscalationReason.THIRD_CONTACT]


async def test_a_chase_that_the_seat_enters_by_hand_counts_as_a_contact_and_the_province_s_own_does_not(
    small: Small,
) -> None:
    ticket = await small.call(phone=WANG)
    ticket = await small.does(ticket, "chase", "monitor", e.Chased(text="省监控催办"), at=minutes(1))
    assert (ticket.contacts_n, ticket.flags.chased_n) == (1, 1)
    ticket = await small.does(ticket, "chase", "seat", e.Chased(), at=minutes(1.5))
    ticket = (await calls(small, at=2, phone=WANG)).ticket
    assert (ticket.contacts_n, ticket.flags.escalated_level) == (3, 4)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ({"account_no": "3301"}, {"account_no": "3301", "phone": LI}, True),
        ({"account_no": "3301"}, {"account_no": "3301", "place": ACROSS_TOWN}, True),
        ({"account_no": "3301"}, {"account_no": "3302"}, False),  # who looks after many flats
        ({"account_no": "3301"}, {}, True),
        ({}, {"account_no": "3301"}, True),
        ({}, {}, True),
        ({}, {"place": ACROSS_TOWN}, False),
        ({}, {"place": None, "county": "330225"}, True),
        ({}, {"another_matter": True}, False),
        ({"account_no": "3301"}, {"account_no": "3301", "another_matter": True}, True),
        ({}, {"phone": "+86 139 0000 0001"}, True),
        ({}, {"phone": LI}, False),
        ({"channel": Channel.ACTIVE}, {"channel": Channel.ACTIVE}, False),  # the machine has no telephone of its own
        ({"channel": Channel.ACTIVE, "account_no": "3301"}, {"account_no": "3301"}, True),
    ],
)
async def test_what_makes_two_calls_one_matter(
    small: Small, first: dict[str, Any], second: dict[str, Any], same: bool
) -> None:
    one = await calls(small, **{"phone": WANG, **first})
    two = await calls(small, at=1, **{"phone": WANG, **second})
    assert (two.ticket.id == one.ticket.id) is same
    assert (two.outcome is CallOutcome.CHASE) is same
    assert await count(small, "ticket") == (1 if same else 2)


async def test_who_called_once_about_an_account_is_known_by_his_telephone_too(small: Small) -> None:
    """Husband and wife: she gives the number of the account, he calls from his own telephone, first with it."""
    first = await calls(small, phone=WANG)
    await calls(small, at=1, phone=WANG, account_no="3301")
    his = await calls(small, at=2, phone=LI, account_no="3301")
    later = await calls(small, at=3, phone=LI)
    assert {taken.ticket.id for taken in (first, his, later)} == {first.ticket.id}
    assert later.ticket.account_no == "3301"


async def test_two_processes_that_hear_one_customer_at_once_open_one_ticket(small: Small, desk: Desk) -> None:
    other = Intake(desk)
    taken = await asyncio.gather(
        *(
            intake.log_call(call(phone=phone, account_no="3301"), by=person("seat"), at=START)
            for intake, phone in zip([small.intake, other] * 10, [WANG, WANG, LI, LI] * 5, strict=True)
        )
    )
    await other.close()
    assert len({each.ticket.id for each in taken}) == 1
    assert sorted(each.outcome.value for each in taken) == ["chase"] * 19 + ["ticket"]
    assert (await count(small, "ticket"), await count(small, "call")) == (1, 20)
    assert max(each.ticket.contacts_n for each in taken) == 20
    assert (await audit(small.db, small.desk.packs)).clean


async def test_in_one_batch_strangers_are_not_held_up_by_who_calls_twice(small: Small) -> None:
    taken = await asyncio.gather(
        *(calls(small, phone=WANG) for _ in range(5)), *(calls(small) for _ in range(20)), return_exceptions=False
    )
    assert len({each.ticket.id for each in taken[:5]}) == 1
    assert len({each.ticket.id for each in taken[5:]}) == 20


async def test_a_chase_sent_again_has_one_effect_and_its_first_answer(small: Small) -> None:
    await calls(small, phone=WANG)
    said = call(phone=WANG)
    first = await small.intake.log_call(said, by=person("seat"), at=minutes(1), once=Once("chase-0001", b"request"))
    await small.does(first.ticket, "accept", "xiangshan", e.Accepted(), at=minutes(2))
    again = await small.intake.log_call(said, by=person("seat"), at=minutes(3), once=Once("chase-0001", b"request"))
    assert (again.call_id, again.outcome, again.ticket) == (first.call_id, CallOutcome.CHASE, first.ticket)
    assert again.replayed
    assert await count(small, "call") == 2


async def test_a_repeated_request_whose_ticket_has_ended_meanwhile_opens_no_other(small: Small) -> None:
    said = call(phone=WANG)
    first = await small.intake.log_call(said, by=person("seat"), at=START, once=Once("call-00001", b"request"))
    await small.does(first.ticket, "cancel", "seat", CANCEL, at=minutes(1))
    again = await small.intake.log_call(said, by=person("seat"), at=minutes(2), once=Once("call-00001", b"request"))
    assert (again.call_id, again.ticket, again.outcome) == (first.call_id, first.ticket, CallOutcome.TICKET)
    assert await count(small, "matter") == 0
    assert (await calls(small, at=3, phone=WANG)).outcome is CallOutcome.TICKET


async def test_when_a_ticket_has_ended_the_next_call_is_a_new_matter(small: Small) -> None:
    first = await calls(small, phone=WANG, account_no="3301")
    await small.does(first.ticket, "cancel", "seat", CANCEL, at=minutes(1))
    assert await count(small, "matter") == 0
    again = await calls(small, at=2, phone=WANG, account_no="3301")
    assert (again.outcome, again.ticket.repeat_of) == (CallOutcome.TICKET, None)


async def test_trouble_that_is_back_within_a_week_names_the_ticket_before(small: Small) -> None:
    first = (await calls(small, phone=WANG, account_no="3301")).ticket
    await small.walk(first)
    async with small.db.connection() as connection:
        assert [row["key"] for row in await connection.fetch("SELECT key FROM matter")] == ["a:3301"]
    again = await calls(small, at=6 * 24 * 60, phone=LI, account_no="3301")
    assert (again.outcome, again.ticket.repeat_of) == (CallOutcome.TICKET, first.id)
    await small.does(again.ticket, "cancel", "seat", CANCEL, at=minutes(6 * 24 * 60 + 1))
    late = await calls(small, at=8 * 24 * 60, phone=LI, account_no="3301")
    assert late.ticket.repeat_of is None
    assert (await audit(small.db, small.desk.packs)).clean


async def test_a_fault_inside_the_house_is_no_repeat_when_it_is_back(small: Small) -> None:
    ticket = (await calls(small, phone=WANG, account_no="3301")).ticket
    ticket = await small.walk(ticket, to="arrive")
    inside = e.Restored(
        result=Result.CUSTOMER_SIDE, ownership=Ownership.CUSTOMER, field_record="表后开关跳闸,已说明", photos=("p",)
    )
    await small.does(ticket, "restore", "crew-1", inside, at=minutes(10))
    await photographed(small.db, ticket.id, minutes(10))
    theirs = EVENTS["replied"].model_copy(update={"ownership": Ownership.CUSTOMER, "category": Category.CUST})
    for action, who, event in (
        ("reply", "xiangshan", theirs),
        ("queue-callback", "auditor", e.CallbackQueued()),
        ("close", "seat", e.Closed(satisfied=True)),
    ):
        await small.does(ticket, action, who, event, at=minutes(11))
    assert (await calls(small, at=60, phone=WANG, account_no="3301")).ticket.repeat_of is None


async def test_a_draft_is_a_matter_and_the_next_call_finishes_it(small: Small) -> None:
    vague: dict[str, Any] = {
        "symptom": None,
        "category": None,
        "level": None,
        "hazard": None,
        "place": None,
        "address": "",
    }
    draft = await calls(small, phone=WANG, draft=True, **vague)
    still = await calls(small, at=1, phone=WANG, draft=True, **vague)
    assert (still.outcome, still.ticket.id, still.ticket.stage) == (CallOutcome.CHASE, draft.ticket.id, Stage.DRAFT)
    whole = await calls(small, at=2, phone=WANG, account_no="3301")
    assert (whole.outcome, whole.ticket.id) == (CallOutcome.CHASE, draft.ticket.id)
    assert (whole.ticket.stage, whole.ticket.area, whole.ticket.account_no) == (Stage.SUBMITTED, "330225", "3301")
    assert not whole.ticket.flags.place_unresolved
    async with small.db.connection() as connection:
        outcomes = await connection.fetch("SELECT outcome FROM call ORDER BY at, id")
    assert [row["outcome"] for row in outcomes] == ["ticket", "chase", "chase"]
    assert (await audit(small.db, small.desk.packs)).clean


async def test_a_danger_told_in_the_second_call_is_on_the_ticket_and_takes_it_out_of_its_incident(small: Small) -> None:
    parent = await small.walk(await small.call(), to="accept")
    child = (await calls(small, phone=WANG)).ticket
    await small.does(child, "accept", "xiangshan", e.Accepted(), at=minutes(1))
    merged = e.Merged(into=parent.id, incident_id=parent.id, evidence="同一表箱")
    await small.does(child, "merge", "xiangshan", merged, at=minutes(2))
    after = (await calls(small, at=3, phone=WANG, hazard=True, symptom_text="电线在冒火花")).ticket
    assert (after.stage, after.hazard, after.level) == (Stage.ACCEPTED, True, Level.URGENT)
    assert (after.incident_id, after.merged_into) == (after.id, None)
    assert (await kinds(small, after))[-3:] == ["unmerged", "corrected", "chased"]


async def test_a_protected_customer_who_says_so_only_now_is_protected_from_now_on(small: Small) -> None:
    await calls(small, phone=WANG)
    after = await calls(small, at=1, phone=WANG, protected=Protected.LIFE_SUPPORT)
    assert after.ticket.protected is Protected.LIFE_SUPPORT


async def test_who_is_still_dark_after_the_restoration_has_his_ticket_reopened(small: Small) -> None:
    ticket = await small.walk((await calls(small, phone=WANG)).ticket, to="reply")
    asks = await calls(small, at=20, phone=WANG)
    assert (asks.outcome, asks.ticket.stage) == (CallOutcome.CHASE, Stage.REPLIED)
    dark = await calls(small, at=21, phone=WANG, still_dark=True)
    assert (dark.outcome, dark.ticket.id, dark.ticket.stage) == (CallOutcome.CHASE, ticket.id, Stage.ACCEPTED)
    assert (dark.ticket.dark_since, dark.ticket.reopened_n) == (START, 1)
    assert dark.ticket.arrived_at == ticket.arrived_at
    assert (await audit(small.db, small.desk.packs)).clean


async def test_an_account_number_put_right_is_what_the_ticket_is_known_by(small: Small) -> None:
    first = (await calls(small, phone=WANG, account_no="3301")).ticket
    second = (await calls(small, phone=LI, account_no="3302")).ticket
    taken = e.Corrected(reason="户号核实", account_no="3302")
    with pytest.raises(AlreadyOpen) as refused:
        await small.does(first, "correct", "xiangshan", taken, at=minutes(1))
    assert refused.value.details["ticket_no"] == second.ticket_no
    right = e.Corrected(reason="户号核实", account_no="3303")
    await small.does(first, "correct", "xiangshan", right, at=minutes(1))
    assert (await calls(small, at=2, account_no="3303")).ticket.id == first.id
    assert (await calls(small, at=2, account_no="3301")).outcome is CallOutcome.TICKET


async def test_a_matter_that_ends_while_its_customer_calls_is_never_lost_between_the_two(small: Small) -> None:
    """Whoever comes first: the call is either a chase before the end, or a ticket after it."""
    for n in range(10):
        ticket = (await calls(small, at=n * 10, phone=WANG)).ticket
        done = await asyncio.gather(
            calls(small, at=n * 10 + 1, phone=WANG),
            small.does(ticket, "cancel", "seat", CANCEL, at=minutes(n * 10 + 1)),
        )
        taken = done[0]
        assert isinstance(taken, Taken)
        assert (taken.ticket.id == ticket.id) is (taken.outcome is CallOutcome.CHASE)
        if taken.outcome is CallOutcome.TICKET:
            await small.does(taken.ticket, "cancel", "seat", CANCEL, at=minutes(n * 10 + 2))
    assert await count(small, "matter") == 0
    assert await count(small, "call") == 20


async def test_the_intake_answers_who_is_looked_at_before_it_closes(desk: Desk) -> None:
    intake = Intake(desk)
    first = await intake.log_call(call(phone=WANG), by=person("seat"), at=START)
    waiting = [
        asyncio.create_task(intake.log_call(call(phone=WANG), by=person("seat"), at=START + timedelta(minutes=1)))
        for _ in range(5)
    ]
    await asyncio.sleep(0)
    await intake.close()
    done = await asyncio.gather(*waiting)
    assert {each.ticket.id for each in done} == {first.ticket.id}


async def test_each_place_that_a_telephone_reports_is_one_matter(small: Small) -> None:
    here = await calls(small, phone=WANG)
    there = [await calls(small, at=n, phone=WANG, place=ACROSS_TOWN) for n in (1, 2, 3)]
    assert [one.outcome for one in there] == [CallOutcome.TICKET, CallOutcome.CHASE, CallOutcome.CHASE]
    assert {one.ticket.id for one in there} == {there[0].ticket.id} != {here.ticket.id}
    assert (there[2].ticket.contacts_n, there[2].ticket.flags.escalated_level) == (3, 4)


async def test_two_calls_at_once_about_a_second_place_make_one_ticket(small: Small) -> None:
    await calls(small, phone=WANG)
    both = await asyncio.gather(*(calls(small, at=1, phone=WANG, place=ACROSS_TOWN) for _ in range(4)))
    assert len({one.ticket.id for one in both}) == 1
    assert await count(small, "ticket") == 2


async def test_the_second_place_is_still_known_when_the_first_ticket_has_ended(small: Small) -> None:
    here = await calls(small, phone=WANG)
    there = await calls(small, at=1, phone=WANG, place=ACROSS_TOWN)
    await small.does(here.ticket, "cancel", "seat", CANCEL, at=minutes(2))
    again = await calls(small, at=3, phone=WANG, place=ACROSS_TOWN)
    assert (again.outcome, again.ticket.id) == (CallOutcome.CHASE, there.ticket.id)
    await small.does(there.ticket, "cancel", "seat", CANCEL, at=minutes(4))
    assert await count(small, "matter") == 0
