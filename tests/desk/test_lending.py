"""Lending, reserves, named approvals and the border ledger, at the desk and in the database."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from dispatch.accounts.rights import Forbidden
from dispatch.desk.crews import lending
from dispatch.desk.crews.assigning import dispatch, offers_for
from dispatch.desk.crews.choosing import Approval, ApprovalNeeded, BadApproval, NoCandidates
from dispatch.desk.crews.fleet import FleetKeeper
from dispatch.desk.crews.ledger import BadPeriod, ledger, lines
from dispatch.desk.crews.lending import BadGrant, GrantOver, GrantOverlaps, NewGrant, NoSuchGrant, NotLent, OverReserve
from dispatch.desk.intake.calls import Place
from dispatch.desk.room import Desk, Report
from dispatch.places.areas import NoSuchArea
from dispatch.routing.lending import GrantKind
from dispatch.routing.model import NoCrew, Standing
from dispatch.tickets.model import Ticket
from dispatch.tickets.words import Source
from tests.desk.sending import accepted, send
from tests.worlds import NINGHAI, PEOPLE, START, XIANGSHAN, Small, minutes, person

NEAR_BORDER = {"place": Place(lon=121.605, lat=29.45), "county": XIANGSHAN}
AGREED = NewGrant(
    lender=NINGHAI,
    borrower=XIANGSHAN,
    kind=GrantKind.AGREEMENT,
    from_at=START,
    until_at=START + timedelta(days=2),
    reason="象山台风抢修",
    approved_by="宁海王主任",
)
ORDERED = replace(AGREED, kind=GrantKind.ORDER, below_reserve=True, approved_by="省公司李处")


async def grant(room: Desk, wanted: NewGrant = AGREED, *, who: str = "ninghai", at: datetime = START) -> str:
    return (await lending.grant(room, wanted, by=person(who), at=at)).id


async def keeps(room: Desk, county: str, crews: int) -> None:
    await lending.set_reserve(room, county, crews, reason="保底", by=person("monitor"), at=START)


def without_standing(room: Desk) -> None:
    """Let no county lend without a grant, as a pack may say."""
    room.fleet.rule = replace(room.fleet.rule, borders=replace(room.fleet.rule.borders, standing=Standing.NONE))


async def by_hand(room: Desk, ticket: Ticket, crew: str, approval: Approval | None = None) -> Ticket:
    return await dispatch(
        room,
        ticket.id,
        crew_id=crew,
        approval=approval,
        by=person("xiangshan"),
        report=Report(source=Source.PHONE),
        at=minutes(3),
    )


# ---- grants ---------------------------------------------------------------------------------------------------------


async def test_a_grant_lets_a_crew_go_that_nothing_lent_before(small: Small, room: Desk) -> None:
    without_standing(room)
    ticket = await accepted(small, **NEAR_BORDER)
    before = await offers_for(room, ticket.id, by=person("xiangshan"), at=minutes(2))
    assert before.best is not None
    assert before.best.crew_id == "c1"
    granted = await grant(room)
    sent = (await send(room, ticket)).crew
    assert sent is not None
    assert (sent.crew_id, sent.lent_by) == ("c3", granted)


async def test_a_revoked_grant_lends_nothing_even_where_nobody_has_heard_of_it(small: Small, room: Desk) -> None:
    without_standing(room)
    granted = await grant(room)
    known = room.fleet.lending
    done = await lending.revoke(room, granted, reason="宁海自用", by=person("ninghai"), at=minutes(1))
    assert (done.revoked_by, done.revoke_reason) == ("ninghai", "宁海自用")
    room.fleet.lend(known)  # this process has not heard
    sent = (await send(room, await accepted(small, **NEAR_BORDER))).crew
    assert sent is not None
    assert sent.crew_id == "c1"
    with pytest.raises(NotLent, match="借调已撤销"):
        await by_hand(room, await accepted(small, **NEAR_BORDER), "c3")
    with pytest.raises(GrantOver):
        await lending.revoke(room, granted, reason="再撤", by=person("monitor"), at=minutes(2))


async def test_a_grant_for_one_crew_lends_one_at_a_time(small: Small, room: Desk, keeper: FleetKeeper) -> None:
    without_standing(room)
    granted = await grant(room, replace(AGREED, crews=1))
    first = await send(room, await accepted(small, **NEAR_BORDER))
    assert first.crew is not None
    assert first.crew.lent_by == granted
    with pytest.raises(NotLent, match="用满"):
        await by_hand(room, await accepted(small, **NEAR_BORDER), "c4")
    await keeper.survey()
    with pytest.raises(ApprovalNeeded):
        await by_hand(room, await accepted(small, **NEAR_BORDER), "c4")


async def test_another_process_hears_of_a_grant_by_its_next_poll(small: Small, room: Desk, keeper: FleetKeeper) -> None:
    assert keeper.fleet.lending.grants == ()
    await grant(small.desk)
    room.fleet.lend(replace(room.fleet.lending, grants=()))
    await keeper.poll()
    assert [g.lender for g in keeper.fleet.lending.grants] == [NINGHAI]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"borrower": NINGHAI}, "borrower"),
        ({"until_at": START}, "until_at"),
        ({"until_at": START - timedelta(hours=1)}, "until_at"),
        ({"from_at": START - timedelta(days=9), "until_at": START - timedelta(days=8)}, "until_at"),
        ({"until_at": START + timedelta(days=400)}, "until_at"),
        ({"crews": 0}, "crews"),
        ({"lender": "3302"}, "kind"),
        ({"lender": "330226-1"}, "lender"),
        ({"below_reserve": True}, "below_reserve"),
        ({"approved_by": "  "}, "approved_by"),
        ({"reason": " "}, "reason"),
    ],
)
async def test_a_grant_that_cannot_be_is_refused_by_its_field(room: Desk, change: dict[str, Any], field: str) -> None:
    with pytest.raises(BadGrant) as refused:
        await grant(room, replace(AGREED, **change), who="monitor", at=START)
    assert refused.value.field == field


async def test_the_same_grant_for_a_part_of_the_time_is_refused_and_names_the_other(room: Desk) -> None:
    first = await grant(room)
    late = replace(AGREED, from_at=START + timedelta(days=1), until_at=START + timedelta(days=3))
    with pytest.raises(GrantOverlaps, match="已有同样的借调协议") as refused:
        await grant(room, late)
    assert refused.value.details["grant_id"] == first
    assert f"{first}(宁海借给象山,不限队数,宁海王主任批准,原因:象山台风抢修)" in refused.value.message
    await grant(room, replace(late, skill="cable"))  # for another skill it is another grant
    await grant(room, replace(AGREED, from_at=AGREED.until_at, until_at=START + timedelta(days=4)))  # half-open


async def test_two_who_grant_the_same_at_once_make_one_grant(room: Desk) -> None:
    done = await asyncio.gather(grant(room), grant(room), return_exceptions=True)
    assert {type(one) for one in done} == {str, GrantOverlaps}


async def test_who_may_lend_what(room: Desk) -> None:
    async def refused(doing: Awaitable[object], kind: type[Exception]) -> None:
        with pytest.raises(kind):
            await doing

    await refused(grant(room, who="xiangshan"), Forbidden)  # nobody lends his neighbour's crews to himself
    await refused(grant(room, ORDERED, who="ninghai"), Forbidden)  # an order is the province's
    await refused(grant(room, who="monitor"), Forbidden)  # an agreement is made by whose crews they are
    await refused(grant(room, replace(AGREED, lender="340100"), who="monitor"), NoSuchArea)  # of another province
    granted = await grant(room)
    await refused(lending.revoke(room, granted, reason="不借", by=person("xiangshan"), at=START), Forbidden)
    await refused(lending.revoke(room, "nothing", reason="不借", by=person("monitor"), at=START), NoSuchGrant)
    seen = await lending.grants(room, None, in_force=True, by=person("xiangshan"), at=minutes(1))
    assert [one.id for one in seen] == [granted]


@pytest.mark.parametrize("kind", list(GrantKind))
async def test_a_grant_is_entered_by_exactly_one_of_all_roles(room: Desk, kind: GrantKind) -> None:
    """The law of who may: an agreement is the lender's dispatcher's, an order the province's monitor's."""
    wanted = ORDERED if kind is GrantKind.ORDER else AGREED
    may = []
    for n, who in enumerate(PEOPLE):
        apart = replace(wanted, from_at=START + timedelta(days=3 * n), until_at=START + timedelta(days=3 * n + 1))
        try:
            await grant(room, apart, who=who)
        except Forbidden:
            continue
        may.append(who)
    assert may == ["monitor" if kind is GrantKind.ORDER else "ninghai"]


async def test_a_grant_for_a_skill_that_no_crew_has_is_refused_with_those_there_are(room: Desk) -> None:
    for known in ("cable", "hv", "lv"):
        await grant(room, replace(AGREED, skill=known))
    with pytest.raises(BadGrant, match="已登记的技能:cable、hv、lv") as refused:
        await grant(room, replace(AGREED, skill="cabel"))
    assert refused.value.field == "skill"


async def test_the_province_may_end_an_agreement_that_it_did_not_make(room: Desk) -> None:
    granted = await grant(room)
    done = await lending.revoke(room, granted, reason="全省调度", by=person("monitor"), at=minutes(1))
    assert done.revoked_by == "monitor"


# ---- reserves and names ---------------------------------------------------------------------------------------------


async def test_the_last_crew_of_a_county_goes_only_by_a_name_that_the_log_keeps(small: Small, room: Desk) -> None:
    await keeps(room, NINGHAI, 2)
    ticket = await accepted(small, **NEAR_BORDER)
    with pytest.raises(ApprovalNeeded, match="低于保底") as refused:
        await by_hand(room, ticket, "c3")
    assert refused.value.details["reasons"] == ["OVER_RESERVE"]
    sent = (await by_hand(room, ticket, "c3", Approval("宁海王主任", "客户透析"))).crew
    assert sent is not None
    assert sent.override is not None
    assert (sent.override.name, sent.override.reason, sent.override.set_aside) == (
        "宁海王主任",
        "客户透析",
        ("OVER_RESERVE",),
    )
    assert "派出后其县低于保底,经宁海王主任批准派出(原因:客户透析)" in sent.why


@pytest.mark.parametrize(("name", "reason"), [("", "急"), (" ", "急"), ("王", ""), ("王", "  ")])
def test_an_approval_without_a_name_or_a_reason_is_none(name: str, reason: str) -> None:
    with pytest.raises(BadApproval):
        Approval(name, reason)


async def test_of_two_tickets_only_one_gets_the_last_crew_a_county_can_spare(small: Small, room: Desk) -> None:
    await keeps(room, NINGHAI, 1)
    tickets = [await accepted(small, **NEAR_BORDER) for _ in range(2)]
    first, second = await asyncio.gather(*(by_hand(room, t, c) for t, c in zip(tickets, ("c3", "c4"), strict=True)),
                                         return_exceptions=True)  # fmt: skip
    won = [one for one in (first, second) if isinstance(one, Ticket)]
    lost = [one for one in (first, second) if isinstance(one, OverReserve | ApprovalNeeded)]
    assert (len(won), len(lost)) == (1, 1)


async def test_an_order_goes_over_the_reserve_without_a_further_name(small: Small, room: Desk) -> None:
    await keeps(room, NINGHAI, 2)
    await grant(room, ORDERED, who="monitor")
    sent = (await send(room, await accepted(small, **NEAR_BORDER))).crew
    assert sent is not None
    assert sent.crew_id == "c3"


async def test_where_only_a_name_would_help_the_refusal_says_whose_crew(small: Small, room: Desk) -> None:
    await keeps(room, NINGHAI, 2)
    for crew in ("c1", "c2"):
        await by_hand(room, await accepted(small), crew)
    with pytest.raises(NoCandidates, match="可具名批准指定西店一队") as refused:
        await send(room, await accepted(small, **NEAR_BORDER))
    assert refused.value.details["refusal"] == NoCrew.OVER_RESERVE.value
    assert refused.value.details["asking"] == "c3"


# ---- the ledger -----------------------------------------------------------------------------------------------------


async def test_each_dispatch_has_its_line_against_the_old_rule(small: Small, room: Desk) -> None:
    lent = await send(room, await accepted(small, **NEAR_BORDER))
    home = await send(room, await accepted(small))
    told = {line.ticket_id: line for line in await lines(room, "33", by=person("monitor"), at=minutes(9))}
    first, second = told[lent.id], told[home.id]
    assert lent.crew is not None
    assert (first.borrower, first.lender, first.lent_by, first.reason) == (XIANGSHAN, NINGHAI, "standing", "NEAREST")
    assert (first.own_crew_id, first.saved_s) == ("c1", lent.crew.saved_s)
    assert first.saved_m is not None
    assert first.saved_m > 0
    assert (second.borrower, second.lender, second.saved_s, second.saved_m) == (XIANGSHAN, XIANGSHAN, 0, 0)
    book = await ledger(room, "33", by=person("monitor"), at=minutes(9))
    balances = {one.county: one for one in book.balances}
    assert (balances[XIANGSHAN].dispatches, balances[XIANGSHAN].borrowed, balances[XIANGSHAN].balance) == (2, 1, -1)
    assert (balances[NINGHAI].lent, balances[NINGHAI].balance, balances[NINGHAI].given_s) == (1, 1, first.saved_s)
    assert {one.month for one in book.balances} == {"2026-07"}
    assert [(pair.lender, pair.borrower, pair.n) for pair in book.pairs] == [(NINGHAI, XIANGSHAN, 1)]
    across = await lines(room, NINGHAI, across=True, by=person("ninghai"), at=minutes(9))
    assert [line.ticket_id for line in across] == [lent.id]


async def test_where_the_old_rule_had_nobody_free_the_line_says_for_whom_it_would_have_waited(
    small: Small, room: Desk
) -> None:
    for crew in ("c1", "c2"):
        await by_hand(room, await accepted(small), crew)
    sent = (await send(room, await accepted(small, **NEAR_BORDER))).crew
    assert sent is not None
    assert (sent.crew_id, sent.own_district_crew, sent.saved_s) == ("c3", None, None)
    (last,) = await lines(room, "33", across=True, by=person("monitor"), at=minutes(9))
    assert (last.own_crew_id, last.own_waits) == ("c1", True)
    assert last.saved_s is not None
    assert last.saved_s > 3000  # its repair comes first


async def test_a_crew_sent_by_hand_may_save_less_than_nothing(small: Small, room: Desk) -> None:
    await by_hand(room, await accepted(small), "c4")
    (line,) = await lines(room, "33", by=person("monitor"), at=minutes(9))
    assert line.saved_s is not None
    assert line.saved_s < 0


async def test_the_ledger_is_read_in_pages_by_who_may_and_changed_by_nobody(small: Small, room: Desk) -> None:
    tickets = [await send(room, await accepted(small)) for _ in range(2)]
    by, at = person("monitor"), minutes(9)
    first = await lines(room, "33", limit=1, by=by, at=at)
    rest = await lines(room, "33", limit=1, after=(first[0].ticket_id, first[0].no), by=by, at=at)
    assert [line.ticket_id for line in (*first, *rest)] == sorted(ticket.id for ticket in tickets)
    with pytest.raises(Forbidden):
        await ledger(room, NINGHAI, by=person("xiangshan"), at=at)
    with pytest.raises(BadPeriod):
        await ledger(room, "33", begin_at=at, end_at=at, by=by, at=at)
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        async with small.db.transaction() as tx:
            await tx.execute("DELETE FROM border_ledger")
