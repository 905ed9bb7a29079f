"""
A promise that broke stays broken, whatever is merged, corrected or suspended afterwards; no step of a ladder is taken
twice. Laws over any order of events, without a database: a worker that looks at every minute, as the store does it.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dispatch.kit.errors import Refusal
from dispatch.tickets import events as e
from dispatch.tickets import ladder, limits
from dispatch.tickets.course import course
from dispatch.tickets.guards import Contradiction, MissingField
from dispatch.tickets.judged import Fault
from dispatch.tickets.limits import NeedsProvince
from dispatch.tickets.review import judge
from dispatch.tickets.terms import Addressee, Asking, ReopenReason, SuspendReason
from dispatch.tickets.words import AreaClass, Limit, Result, Stage
from tests.tickets.history import EVENTS, OPENING, PACK, PROVINCE, History, at, opened
from tests.worlds import CANCEL, DONE, minutes

MINUTE = timedelta(minutes=1)
Key = tuple[Limit, datetime]


class Watched:
    """A ticket with its ladders, which are climbed before whatever happens next."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.levels: dict[Key, int] = {}
        self.running: dict[Key, ladder.Times] = {}
        self._set()

    def _set(self) -> None:
        """Start and end clocks as ``climbing.set_clocks`` does; a level that was reached is kept with its row."""
        ticket = self.history.ticket
        now = {(limit, clock.due_at): (limit, clock) for limit, clock in limits.running(ticket, PACK)}
        for key, (limit, clock) in now.items():
            if key not in self.running:
                when = ladder.times(ticket, limit, clock, PACK)
                begun = self.history.log[-1].at_claimed if ladder.is_appointed(ticket, limit) else clock.begun_at
                level = max(ladder.begin(begun, when), ladder.climbed(ticket, limit))
                self.levels[key] = max(self.levels.get(key, 0), level)
                self.running[key] = when
        for key in self.running.keys() - now.keys():
            del self.running[key]

    def looks(self, now: datetime) -> None:
        """Take what is due before ``now``, in the order of time."""
        while due := sorted(
            (step_at, key, level)
            for key, when in self.running.items()
            for level, step_at in ladder.steps(self.levels[key], when, now)
        ):
            step_at, key, level = due[0]
            self.levels[key] = level
            for event in ladder.effects(self.history.ticket, key[0], level, key[1], step_at, PACK):
                entry = replace(self.history.entry(event, at=step_at), at_server=now)
                self.history = self.history.and_so(entry)
            self._set()

    def does(self, event: e.Event, now: datetime, **said: Any) -> bool:
        """Let an event happen if it may."""
        self.looks(now)
        try:
            self.history = self.history.then(event, at=max(now, self.history.ticket.last_at), **said)
        except Refusal:
            return False
        self._set()
        return True


def arrive_of(watched: Watched) -> list[tuple[datetime, datetime | None]]:
    """Return the arrivals that the course finds broken: when they were due, and when somebody came."""
    found = course(watched.history.log, PACK).broken
    return [(one.due_at, one.actual_at) for one in found if one.limit is Limit.ARRIVE]


def later(now: datetime, pick: int) -> e.Event:
    booked = {"appointment_at": now + pick * MINUTE, "agreed_by": "客户本人", "agreed_at": now}
    return e.Corrected(reason="客户改约", **booked)


MOVES: dict[str, Callable[[datetime, int], e.Event]] = {
    "accept": lambda _now, _pick: e.Accepted(),
    "merge": lambda now, pick: e.Merged(
        into="parent",
        incident_id="parent",
        evidence="同一表箱",
        arrived_at=now - pick * MINUTE if pick % 3 else None,
    ),
    "parent arrives": lambda now, _pick: e.Followed(arrived_at=now),
    "unmerge": lambda _now, _pick: e.Unmerged(reason="非同一故障"),
    "dispatch": lambda _now, pick: EVENTS["dispatched"].model_copy(update={"crew_id": f"c{pick}"}),
    "arrive": lambda _now, _pick: e.Arrived(),
    "locate": lambda now, _pick: EVENTS["located"].model_copy(update={"etr_at": now + timedelta(hours=9)}),
    "repair": lambda _now, _pick: e.RepairStarted(),
    "suspend": lambda now, pick: e.Suspended(
        reason=SuspendReason.MATERIAL, text="等待变压器", until_at=now + (pick + 1) * 2 * MINUTE
    ),
    "resume": lambda _now, _pick: e.Resumed(text="物资已到"),
    "appointment": later,
    "rural": lambda _now, pick: e.Corrected(reason="实为农村", area_class=list(AreaClass)[pick % 3]),
    "restore": lambda _now, _pick: DONE,
}
moves = st.lists(
    st.tuples(st.sampled_from(sorted(MOVES)), st.integers(0, 110), st.integers(0, 100)), min_size=1, max_size=14
)
LATE_MERGE = [("accept", 1, 0), ("merge", 49, 20), ("unmerge", 5, 0), ("dispatch", 1, 1), ("arrive", 15, 0)]
WAITS = [
    *(("accept", 1, 0), ("dispatch", 1, 1), ("arrive", 8, 0), ("locate", 1, 0), ("repair", 1, 0)),
    *(("suspend", 95, 60), ("resume", 110, 0), ("suspend", 1, 60), ("resume", 110, 0), ("suspend", 60, 60)),
]


def lives(done: list[tuple[str, int, int]]) -> Watched:
    watched, now = Watched(opened()), minutes(0)
    for name, pause, pick in done:
        now += pause * MINUTE
        said = {"by": PROVINCE} if name == "suspend" else {}
        watched.does(MOVES[name](now, pick), now, **said)
    watched.looks(now + timedelta(hours=9))
    return watched


@given(done=moves)
@example(done=LATE_MERGE)
@example(done=[("accept", 50, 0), ("merge", 1, 20), ("unmerge", 1, 0), ("merge", 1, 30)])
@example(done=[("accept", 1, 0), ("merge", 2, 0), ("parent arrives", 60, 0), ("unmerge", 5, 0)])
@example(done=[("accept", 1, 0), ("appointment", 79, 30), ("dispatch", 1, 1), ("arrive", 4, 0)])
@example(done=[("accept", 1, 0), ("rural", 79, 1), ("dispatch", 1, 1), ("arrive", 4, 0)])
def test_the_review_finds_an_arrival_late_exactly_when_the_ticket_says_so(done: list[tuple[str, int, int]]) -> None:
    """What broke and is not made good by a crew that was there in time stays in both; nothing else is in either."""
    watched = lives(done)
    ticket, log = watched.history.ticket, watched.history.log
    broke = [x.event.due_at for x in log if isinstance(x.event, e.Overdue) and x.event.limit is Limit.ARRIVE]
    broken = arrive_of(watched)
    assert len(broke) <= 1
    assert (Limit.ARRIVE in ticket.flags.overdue) == bool(broken)
    assert not broke or ticket.arrive_missed_at == broke[0] == limits.arrival_due(ticket, PACK)
    if broke and ticket.reached_with is None and ticket.arrived_at is not None and not broken:
        assert ticket.arrived_at <= broke[0]
    came = ticket.arrived_at or ticket.restored_at  # who was restored from afar was never reached
    assert broken == [(due, came) for due in broke][: len(broken)]


@given(done=moves)
@example(done=WAITS)
@example(done=[("accept", 1, 0), ("rural", 30, 1), ("rural", 10, 2), ("rural", 10, 1)])
def test_each_level_of_the_arrival_and_of_the_repair_is_reached_once(done: list[tuple[str, int, int]]) -> None:
    """
    But for a time agreed with the customer, which has a ladder of its own, and for a repair that was another ticket's
    until this one was taken out of it. Nothing is due while the repair waits.
    """
    watched = lives(done)
    agreed, rounds, reached, told, waits = 0, 0, False, Counter[tuple[int, Limit, int]](), False
    for entry in watched.history.log:
        event = entry.event
        if isinstance(event, e.Corrected) and event.appointment_at is not None:
            agreed += 1
        reached |= isinstance(event, e.Arrived)
        rounds += isinstance(event, e.Unmerged) and not reached
        if isinstance(event, e.Suspended | e.Resumed | e.Restored | e.Unmerged):
            waits = isinstance(event, e.Suspended)
        if isinstance(event, e.Warned | e.Overdue) and event.limit in (Limit.ARRIVE, Limit.RESTORE):
            of = rounds if event.limit is Limit.RESTORE else agreed if isinstance(event, e.Warned) else 0
            told[of, event.limit, getattr(event, "level", 3)] += 1
            assert not waits or event.limit is not Limit.RESTORE
    assert max(told.values(), default=1) == 1


def test_a_repair_that_is_reopened_begins_a_new_round_with_the_crew_that_comes_again() -> None:
    first = at(Stage.REPAIRING)
    again = Watched(first)
    now = first.ticket.last_at
    again.looks(now + timedelta(hours=4))
    now += timedelta(hours=4)
    for event in (DONE, EVENTS["replied"], e.CallbackQueued(), e.Reopened(reason=ReopenReason.DISSATISFIED)):
        assert again.does(event, now)
    for name in ("dispatch", "arrive"):
        now += MINUTE
        assert again.does(MOVES[name](now, 2), now)
    assert again.history.due()[Limit.RESTORE] == now + timedelta(hours=3)
    again.looks(now + timedelta(hours=4))
    late = [x for x in course(again.history.log, PACK).broken if x.limit is Limit.RESTORE]
    assert [x.actual_at is None for x in late] == [False, True]


@given(said=st.lists(st.integers(0, 20), min_size=2, max_size=5))
@example(said=[10, 20])
@example(said=[10, 10, 10])
def test_every_order_has_its_own_clock_whether_the_others_are_answered_or_not(said: list[int]) -> None:
    watched = Watched(opened())
    told = (Addressee.COUNTY_DIRECTOR,)
    for due in said:
        order = ladder.supervision(watched.history.ticket, level=3, reason="核查", told=told, due_at=minutes(due + 1))
        assert watched.does(order, minutes(0))
    numbers = [one.no for one in watched.history.ticket.supervisions]
    watched.looks(minutes(300))
    log = watched.history.log
    late = [x.event.due_at for x in log if isinstance(x.event, e.Overdue) and x.event.limit is Limit.ANSWER]
    assert [round((due - minutes(0)) / MINUTE) for due in late] == sorted(due + 1 for due in said)
    far = [x.event.text for x in log if isinstance(x.event, e.Escalated) and x.event.limit is Limit.ANSWER]
    assert sorted(far) == sorted(f"督办单 {no}" for no in numbers)
    assert watched.does(e.SupervisionAnswered(no=numbers[0], text="已核实"), minutes(301))
    open_ = [x.order for x in course(watched.history.log, PACK).broken if x.limit is Limit.ANSWER and not x.actual_at]
    assert sorted(map(str, open_)) == sorted(numbers[1:])


@pytest.mark.parametrize(
    ("said", "refusal", "field"),
    [
        ({}, MissingField, "agreed_by"),
        ({"agreed_by": " ", "agreed_at": minutes(3)}, MissingField, "agreed_by"),
        ({"agreed_by": "客户本人"}, MissingField, "agreed_at"),
        ({"agreed_by": "客户本人", "agreed_at": minutes(-1)}, Contradiction, "agreed_at"),
        ({"agreed_by": "客户本人", "agreed_at": minutes(6)}, Contradiction, "agreed_at"),
    ],
)
def test_another_time_is_agreed_with_the_customer_or_it_is_none(
    said: dict[str, Any], refusal: type[Refusal], field: str
) -> None:
    moved = e.Corrected(reason="改约", appointment_at=minutes(120), **said)
    with pytest.raises(refusal) as refused:
        opened().then(moved, at=minutes(5))
    assert refused.value.field == field


def test_the_county_lets_a_repair_wait_twice_and_the_province_longer() -> None:
    history, now = at(Stage.REPAIRING), at(Stage.REPAIRING).ticket.last_at
    for _ in range(2):
        now += MINUTE
        wait = EVENTS["suspended"].model_copy(update={"until_at": now + timedelta(hours=1)})
        history = history.then(wait, at=now).then(EVENTS["resumed"], at=now + timedelta(minutes=30))
        now += timedelta(minutes=30)
    wait = EVENTS["suspended"].model_copy(update={"until_at": now + timedelta(hours=1)})
    with pytest.raises(NeedsProvince, match="省监控"):
        history.then(wait, at=now + MINUTE)
    assert history.then(wait, at=now + MINUTE, by=PROVINCE).ticket.suspended_n == 3


def test_the_county_lets_a_repair_wait_eight_hours_in_all() -> None:
    history, now = at(Stage.REPAIRING), at(Stage.REPAIRING).ticket.last_at
    history = replace(history, ticket=history.ticket.model_copy(update={"paused_s": 5 * 3600}))
    wait = EVENTS["suspended"].model_copy(update={"until_at": now + timedelta(hours=4)})
    with pytest.raises(NeedsProvince):
        history.then(wait, at=now)
    assert history.then(wait, at=now, by=PROVINCE).ticket.flags.suspended


def closed(history: History, *events: e.Event) -> History:
    for event in events:
        history = history.then(event)
    return history


ENDS = (EVENTS["replied"], e.CallbackQueued(), e.Closed(satisfied=True))


def test_a_completion_that_was_not_borne_out_is_found_though_the_ticket_was_completed_again() -> None:
    false = at(Stage.RESTORED).then(EVENTS["assessed"]).then(e.Reopened(reason=ReopenReason.DISSATISFIED))
    again = closed(false, *(EVENTS[kind] for kind in ("dispatched", "arrived", "located", "repair_started")), DONE)
    log = closed(again.then(e.Assessed(score=1.0, doubtful=False)), *ENDS).log
    review = judge(log, PACK, at=minutes(600), by="system").review
    (doubt,) = [one for one in review.breaches if one.fault is Fault.DOUBTFUL]
    assert "重新处理前" in doubt.detail
    assert log[doubt.version - 1].event.kind == "assessed"


@pytest.mark.parametrize("end", ["no_fault", "restored", "cancelled"])
def test_who_was_restored_with_his_parent_was_dark_until_then_whatever_is_found_later(end: str) -> None:
    """He says that he is still dark; if a crew finds nothing his minutes in the parent's outage are not gone."""
    child = opened().then(e.Accepted()).then(EVENTS["merged"])
    back = child.then(e.Restored(field_record="随主单复电"), at=minutes(30))
    dark = back.then(e.Reopened(reason=ReopenReason.STILL_DARK, nested_in="parent", text=Asking.SMS.label))
    if end == "cancelled":
        log = dark.then(CANCEL, at=minutes(90)).log
    else:
        done = e.Restored(result=Result(end), field_record="到场时客户已有电")
        ways = (
            ("dispatched", "arrived") if end == "no_fault" else ("dispatched", "arrived", "located", "repair_started")
        )
        log = closed(closed(dark, *(EVENTS[kind] for kind in ways)).then(done, at=minutes(90)), *ENDS).log
    row = judge(log, PACK, at=minutes(600), by="system").row
    assert row.dark_from == OPENING["reported_at"]
    assert row.dark_until == (minutes(90) if end == "restored" else minutes(30))
