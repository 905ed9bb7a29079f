"""The ladder as arithmetic: four levels for every clock, exactly once, and an arrival that nothing begins anew."""

import asyncio
from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.desk.supervision import alerting
from dispatch.kit.rulepack import Packs
from dispatch.tickets import deadlines, ladder, limits
from dispatch.tickets import events as e
from dispatch.tickets.audit import audit
from dispatch.tickets.limits import Clock
from dispatch.tickets.model import ENDED, Ticket
from dispatch.tickets.terms import Addressee
from dispatch.tickets.words import AreaClass, Limit, Stage
from tests.supervision.conftest import Watch
from tests.tickets.history import EVENTS, PACK, PROVINCE, History, at, opened
from tests.worlds import NINGHAI, SENT, START, Small, minutes

MINUTE = timedelta(minutes=1)
BY_SHARE = sorted(set(Limit) - ladder.ONE_STEP)
Taken = list[tuple[int, datetime]]


def rounds(when: ladder.Times, begun: int, looks: list[datetime]) -> Taken:
    """Take steps as a worker does that looks at these times."""
    level, taken = begun, []
    for now in sorted(looks):
        for step, due in ladder.steps(level, when, now):
            taken.append((step, due))
            level = step
    return taken


@pytest.mark.parametrize("limit", BY_SHARE)
@given(span=st.integers(min_value=1, max_value=60 * 48))
def test_every_clock_has_four_levels_at_the_shares_of_the_pack(limit: Limit, span: int) -> None:
    clock = Clock(START, START + span * MINUTE)
    first, second, due, top = ladder.times(opened().ticket, limit, clock, PACK)
    assert (first, second, due, top) == tuple(START + span * MINUTE * share for share in (0.5, 0.75, 1, 1.5))
    assert ladder.begin(clock.begun_at, (first, second, due, top)) == 0


@given(
    looks=st.lists(st.integers(min_value=-10, max_value=400), max_size=30),
    span=st.integers(min_value=4, max_value=200),
)
def test_however_often_a_worker_looks_each_step_is_taken_once_and_in_its_turn(looks: list[int], span: int) -> None:
    clock = Clock(START, START + span * MINUTE)
    when = ladder.times(opened().ticket, Limit.ARRIVE, clock, PACK)
    taken = rounds(when, 0, [minutes(n) for n in looks])
    assert [level for level, _ in taken] == list(range(1, len(taken) + 1))
    last = minutes(max(looks, default=0))
    assert len(taken) == sum(due is not None and due < last for due in when) if looks else not taken
    assert all(due == when[level - 1] for level, due in taken)


@given(ahead=st.integers(min_value=0, max_value=60 * 24))
def test_an_appointment_warns_only_of_what_lies_ahead_of_its_making(ahead: int) -> None:
    due = minutes(ahead)
    ticket = opened(appointment_at=due).ticket
    when = ladder.times(ticket, Limit.ARRIVE, Clock(START, due), PACK)
    assert when == (due - 60 * MINUTE, due - 30 * MINUTE, due, due + 30 * MINUTE)
    begun = ladder.begin(START, when)
    assert begun == (2 if ahead <= 30 else 1 if ahead <= 60 else 0)
    told = [level for level, _ in rounds(when, begun, [minutes(60 * 48)])]
    assert told == list(range(begun + 1, 5))


def test_an_old_pack_knows_the_limit_alone() -> None:
    pack = Packs.load().get("sgcc@2026.1")
    when = ladder.times(opened(pack=pack).ticket, Limit.ACCEPT, Clock(START, minutes(3)), pack)
    assert when == (None, None, minutes(3), None)
    (only,) = ladder.effects(opened(pack=pack).ticket, Limit.ACCEPT, 3, minutes(3), minutes(3), pack)
    assert isinstance(only, e.Overdue)
    assert only.told == ()


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage not in (*ENDED, Stage.DRAFT)])
@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_what_a_step_does_may_happen_in_every_open_stage(stage: Stage, level: int) -> None:
    history = at(stage)
    for event in ladder.effects(history.ticket, Limit.REPLY, level, minutes(500), minutes(500), PACK):
        history = history.and_so(history.entry(event, at=minutes(500)))
    orders = [s.addressee for s in history.ticket.supervisions]
    assert orders == ([Addressee.COUNTY_DIRECTOR] if level == 3 and stage is not Stage.MERGED else [])
    assert history.ticket.stage is stage


@pytest.mark.parametrize("minutes_since", [0, 4, 5, 30])
def test_the_machine_too_keeps_the_pause_between_two_chases(minutes_since: int) -> None:
    ticket = at(Stage.DISPATCHED).then(e.Chased(target=ladder.who_moves(at(Stage.DISPATCHED).ticket))).ticket
    (chase,) = ticket.chases
    due = chase.at + minutes_since * MINUTE
    kinds = [event.kind for event in ladder.effects(ticket, Limit.ARRIVE, 2, due + MINUTE, due, PACK)]
    assert kinds == (["warned"] if minutes_since < 5 else ["warned", "chased"])


AGAIN: dict[str, tuple[str, ...]] = {
    "returned and sent out again": ("returned", "resubmitted"),
    "transferred": ("transferred",),
    "transferred after acceptance": ("accepted", "transferred", "accepted"),
    "another crew": ("accepted", "dispatched", "other crew"),
    "given back by its crew": ("accepted", "dispatched", "crew_rejected", "dispatched"),
    "merged": ("accepted", "merged"),
    "merged and taken apart": ("accepted", "merged", "unmerged"),
    "chased and supervised": ("chased", "supervised", "escalated"),
    "excused": ("excused",),
}
OTHER_CREW = SENT.model_copy(update={"crew_id": "c2", "transfer_reason": "一队遇险情"})


@pytest.mark.parametrize("way", AGAIN)
@pytest.mark.parametrize("area_class", list(AreaClass))
def test_the_arrivals_clock_begins_anew_for_nothing(way: str, area_class: AreaClass) -> None:
    history = opened(area_class=area_class)
    clock = limits.clocks(history.ticket, PACK)[Limit.ARRIVE]
    when = ladder.times(history.ticket, Limit.ARRIVE, clock, PACK)
    for kind in AGAIN[way]:
        history = history.then(OTHER_CREW if kind == "other crew" else EVENTS[kind])
        now = limits.clocks(history.ticket, PACK)[Limit.ARRIVE]
        assert now == clock
        assert ladder.times(history.ticket, Limit.ARRIVE, now, PACK) == when


def test_a_ticket_that_is_reopened_is_not_promised_another_arrival() -> None:
    history = at(Stage.CALLBACK_PENDING).then(EVENTS["reopened"])
    assert history.ticket.stage is Stage.ACCEPTED
    assert Limit.ARRIVE not in limits.clocks(history.ticket, PACK)


@given(spans=st.lists(st.tuples(st.integers(1, 240), st.integers(1, 240)), min_size=1, max_size=5))
def test_the_repair_is_due_later_by_exactly_the_minutes_it_waited(spans: list[tuple[int, int]]) -> None:
    history = at(Stage.REPAIRING)
    due = history.due()[Limit.RESTORE]
    waited = timedelta()
    now = history.ticket.last_at
    for approved, taken in spans:
        now += MINUTE
        until = now + approved * MINUTE
        history = history.then(EVENTS["suspended"].model_copy(update={"until_at": until}), at=now, by=PROVINCE)
        assert Limit.RESTORE not in history.due()
        assert history.due()[Limit.SUSPENSION] == until
        now += min(approved, taken) * MINUTE
        history = history.then(EVENTS["resumed"], at=now)
        waited += min(approved, taken) * MINUTE
        assert history.due()[Limit.RESTORE] == due + waited
    assert history.ticket.paused_s == waited.total_seconds()


def _known(history: History) -> Ticket:
    event = ladder.important(history.ticket, PACK)
    return history.ticket if event is None else history.and_so(history.entry(event)).ticket


@pytest.mark.parametrize("protected", ["important", "life_support"])
def test_an_important_customer_has_one_more_clock_which_a_promise_is_not(protected: str) -> None:
    ticket = _known(opened(protected=protected))
    clocks = limits.deadlines(ticket, PACK)
    assert (clocks[Limit.IMPORTANT], clocks[Limit.ARRIVE]) == (minutes(30), minutes(45))
    assert ladder.important(ticket, PACK) is None
    (told,) = ladder.effects(ticket, Limit.IMPORTANT, 3, minutes(30), minutes(30), PACK)
    late = History(ticket, ()).and_so(History(ticket, ()).entry(told, at=minutes(30))).ticket
    assert Limit.IMPORTANT not in limits.deadlines(late, PACK)
    assert late.flags.overdue == ()


# Workers, steps and people at the same moment


async def test_two_workers_and_those_at_the_desks_do_everything_once_and_tell_it_once(watch: Watch) -> None:
    tickets = [await watch.centre.call(phone=f"1390000{4000 + n}") for n in range(24)]
    now = minutes(3.5)
    watch.centre.set_clock(now)
    follow = partial(alerting.follow, packs=watch.desk.packs, at=now)

    async def work() -> None:
        while await deadlines.fire_due(watch.centre.db, watch.desk.packs, now=now, limit=5, then=follow):
            await asyncio.sleep(0)

    steps = [watch.centre.does("xiangshan", ticket, "accept") for ticket in tickets[::2]]
    await asyncio.gather(work(), work(), *steps)
    await work()
    for ticket in tickets:
        lines = await watch.log(ticket, "warned", "chased", "overdue", "supervised")
        assert sorted(line["kind"] for line in lines) == ["chased", "overdue", "supervised", "warned", "warned"]
        assert (await watch.told(ticket, "supervision")) == [
            ("supervision", "13900001004"),
            ("supervision", "13900001005"),
        ]
    assert await watch.is_sound()


async def test_a_pack_that_comes_into_force_later_judges_no_old_ticket(small: Small) -> None:
    old = small.desk.packs.get("sgcc@2026.1")
    new, small.desk.packs = small.desk.packs, Packs({old.key: old})
    ticket = await small.call()
    small.desk.packs = new
    later = await small.call(phone="13900005001")
    await deadlines.fire_due(small.db, new, now=minutes(4))
    async with small.db.connection() as connection:
        rows = await connection.fetch("SELECT ticket_id, kind FROM ticket_event WHERE version > 1 ORDER BY version")
    by_ticket = {each: [row["kind"] for row in rows if row["ticket_id"] == each] for each in (ticket.id, later.id)}
    assert by_ticket[ticket.id] == ["overdue"]
    assert by_ticket[later.id] == ["warned", "warned", "chased", "overdue", "supervised"]
    assert (ticket.pack, later.pack) == ("sgcc@2026.1", new.latest("sgcc").key)
    assert (await audit(small.db, new)).clean


async def test_a_transferred_ticket_is_due_when_it_always_was(watch: Watch) -> None:
    ticket = await watch.centre.call()
    await watch.centre.does("monitor", ticket, "transfer", to_area=NINGHAI, reason="属宁海供区")
    await watch.look(minutes(46))
    lines = await watch.log(ticket, "overdue")
    assert {(line["limit"], line["after_min"]) for line in lines} >= {("arrive", 45)}
