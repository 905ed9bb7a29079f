"""What must hold of a ticket whatever happened to it; each law is one function."""

import json
from collections import Counter
from datetime import datetime, timedelta

from dispatch.tickets import limits
from dispatch.tickets.events import Overdue, Resumed, Supervised, Suspended, Warned
from dispatch.tickets.model import Ticket, document
from dispatch.tickets.timed import timed
from dispatch.tickets.words import Limit
from tests.laws.machine.case import Case
from tests.laws.machine.model import ON_THE_JOB, Model

UNREACHED = {"SUBMITTED", "RETURNED", "ACCEPTED", "MERGED", "DISPATCHED", "CREW_ACCEPTED", "EN_ROUTE"}
ORDER = ("reported_at", "arrived_at", "restored_at", "replied_at", "closed_at")


def the_stage_is_what_the_domain_says(case: Case, model: Model) -> None:
    assert case.ticket.stage.name == model.stage
    assert case.ticket.area == model.area
    assert (case.ticket.crew.crew_id if case.ticket.crew else None) == model.crew
    assert (case.ticket.crew is not None) == (model.stage in ON_THE_JOB)


def each_line_is_one_version_sealed_to_the_one_before(case: Case, model: Model) -> None:
    assert case.ticket.version == len(case.log) == model.lines
    assert case.log[-1].version == model.lines
    assert case.ticket.head == case.log[-1].hash


def the_row_is_the_sum_of_its_log(case: Case, _model: Model) -> None:
    case.read_back()
    assert case.rebuilt is not None
    assert case.rebuilt.due is None  # no event brings it: it follows from the sum and the pack
    assert timed(case.rebuilt, case.pack) == case.ticket


def what_is_told_of_its_clocks_is_what_runs(case: Case, _model: Model) -> None:
    told = json.loads(document(case.ticket))["due"]
    running = limits.deadlines(case.ticket, case.pack)
    assert {Limit(name): datetime.fromisoformat(at) for name, at in told.items()} == running
    assert all(at.endswith("Z") for at in told.values())


def the_document_is_the_ticket(case: Case, _model: Model) -> None:
    again = Ticket.model_validate_json(document(case.ticket))
    assert again.model_copy(update={"head": case.ticket.head}) == case.ticket
    assert limits.running(again, case.pack) == limits.running(case.ticket, case.pack)


def the_arrival_counts_from_the_first_report(case: Case, model: Model) -> None:
    ticket = case.ticket
    assert ticket.reported_at == model.reported_at
    assert ticket.arrived_at == model.reached_at
    clock = limits.clocks(ticket, case.pack).get(Limit.ARRIVE)
    runs = model.stage in UNREACHED and model.reached_at is None
    assert (clock is not None) == runs
    if clock is not None:
        assert (clock.begun_at, clock.due_at) == (model.reported_at, model.arrive_by)


def times_stand_in_their_order(case: Case, _model: Model) -> None:
    times = [at for name in ORDER if (at := getattr(case.ticket, name)) is not None]
    assert times == sorted(times)
    for one in case.ticket.dispatches:
        spell = [at for at in (one.sent_at, one.arrived_at, one.ended_at) if at is not None]
        assert spell == sorted(spell)


def waiting_stops_no_more_than_it_lasted(case: Case, model: Model) -> None:
    ticket, waits = case.ticket, model.waits_since is not None
    assert ticket.paused_s == int(model.paused.total_seconds()) >= 0
    assert (ticket.flags.suspended, ticket.suspended_at is not None, ticket.suspend_reason is not None) == (waits,) * 3
    assert (ticket.suspended_at, ticket.suspended_until) == (model.waits_since, model.waits_until)
    approved = timedelta()
    for entry in case.log:
        if isinstance(entry.event, Suspended):
            approved += entry.event.until_at - entry.at_claimed
    assert model.paused <= approved


def no_clock_has_an_effect_twice(case: Case, _model: Model) -> None:
    told = Counter(
        (type(e.event), e.event.limit, e.event.due_at, getattr(e.event, "level", 3))
        for e in case.log
        if isinstance(e.event, Warned | Overdue)
    )
    assert max(told.values(), default=1) == 1
    ends = Counter(e.at_claimed for e in case.log if isinstance(e.event, Resumed) and e.by.role == "SYSTEM")
    assert max(ends.values(), default=1) == 1


def clocks_that_run_are_kept_and_no_others(case: Case, _model: Model) -> None:
    fired = {key for key, row in case.rows.items() if row.state == "fired"}
    armed = {key for key, row in case.rows.items() if row.state == "armed"}
    running = {(limit, clock.due_at) for limit, clock in limits.running(case.ticket, case.pack)}
    told = {(e.event.limit, e.event.due_at) for e in case.log if isinstance(e.event, Overdue)}
    assert fired == told, f"fired {fired ^ told}"
    assert armed == running - fired, f"running {armed ^ (running - fired)}"
    for key, row in case.rows.items():
        assert row.next_at is None or key in running


def the_machine_supervises_one_thing_at_a_time(case: Case, model: Model) -> None:
    """Of the orders that the clock issues none is issued while another is open; people may add theirs."""
    standing: set[str] = set()
    for entry in case.log:
        event = entry.event
        if isinstance(event, Supervised):
            assert entry.by.role != "SYSTEM" or not standing
            standing.add(event.no)
        elif event.kind == "supervision_cleared":
            standing.discard(event.no)
    assert standing == {no for no, state in model.orders.items() if state != "cleared"}
    assert case.ticket.flags.supervised == bool(standing)


def flags_say_what_happened(case: Case, model: Model) -> None:
    flags = case.ticket.flags
    told = {e.event.limit for e in case.log if isinstance(e.event, Overdue)}
    assert set(flags.overdue) <= told
    assert len(flags.overdue) == len(set(flags.overdue))
    assert (flags.chased_n, case.ticket.contacts_n, flags.escalated_level) == (
        model.chased_n,
        model.contacts_n,
        model.level,
    )
    assert {chase.target.value: chase.at for chase in case.ticket.chases} == model.chased_at
    assert (flags.excused, flags.disputed, flags.doubtful, flags.contradicted, flags.ordered) == (
        model.excused,
        model.disputed,
        model.doubtful,
        bool(model.waiting),
        model.ordered,
    )


def what_has_ended_has_no_clock(case: Case, model: Model) -> None:
    if not model.is_open:
        assert limits.running(case.ticket, case.pack) == []
        assert case.ticket.crew is None
        assert not case.ticket.flags.suspended


LAWS = (
    the_stage_is_what_the_domain_says,
    each_line_is_one_version_sealed_to_the_one_before,
    the_row_is_the_sum_of_its_log,
    what_is_told_of_its_clocks_is_what_runs,
    the_document_is_the_ticket,
    the_arrival_counts_from_the_first_report,
    times_stand_in_their_order,
    waiting_stops_no_more_than_it_lasted,
    no_clock_has_an_effect_twice,
    clocks_that_run_are_kept_and_no_others,
    the_machine_supervises_one_thing_at_a_time,
    flags_say_what_happened,
    what_has_ended_has_no_clock,
)
