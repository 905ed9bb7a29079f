"""The whole life of several customers' tickets on the real database, by the desk's commands, with outages between."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from dispatch.outages.model import SignalKind
from dispatch.tickets.terms import Asking
from dispatch.tickets.words import ReturnReason
from tests.laws.machine.county import County
from tests.laws.machine.town import Town, prepared
from tests.servers import Server
from tests.worlds import XIANGSHAN


@contextmanager
def counties(server: Server, template: str) -> Iterator[None]:
    """Let each ``County`` begin with a database and an event loop of its own."""
    base = prepared(server, template)
    names: list[str] = []

    def start() -> tuple[asyncio.Runner, Town]:
        runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        names.append(server.create(base))
        return runner, runner.run(Town.open(server.address(names[-1])))

    def end(runner: asyncio.Runner, town: Town) -> None:
        runner.run(town.close())
        runner.close()
        server.drop(names.pop())

    County.start, County.end = staticmethod(start), staticmethod(end)
    try:
        yield
    finally:
        server.drop(base)


def test_any_days_of_several_customers_keep_the_law(server: Server, template: str) -> None:
    with counties(server, template):
        run_state_machine_as_test(
            County,
            settings=settings(
                max_examples=14,
                stateful_step_count=30,
                derandomize=True,
                database=None,
                deadline=None,
                phases=(Phase.generate,),
                suppress_health_check=list(HealthCheck),
            ),
        )


def test_the_rules_reach_what_the_law_is_about(server: Server, template: str) -> None:
    """Merged, taken out, waiting, restored together, nested, offline, visited, returned: each by name."""
    with counties(server, template):
        county = County()
        try:
            _days(county)
            assert county.town.moved.keys() >= REACHED, REACHED - county.town.moved.keys()
        finally:
            county.teardown()


REACHED = {
    *("call", "accepted", "returned", "transferred", "dispatched", "crew_accepted", "crew_rejected", "departed"),
    *("arrived", "located", "repair_started", "progressed", "restored", "replied", "reply_rejected", "cancelled"),
    *("merged", "unmerged", "power-back", "callback_queued", "visit", "missed", "offline", "decided"),
    *("supervise", "supervision_answered", "supervision_cleared", "escalate", "chased", "noted"),
    *("suspend", "resumed", "excuse", "signal", "reading", "announced", "worker", "closed"),
}


def _days(county: County) -> None:
    """Some days on which everything happens once."""

    def then(rule_: Callable[..., None], *said: Any) -> None:
        rule_(*said)
        county.holds_to_the_law()

    then(county.several_call, [1, 1, 1])
    then(county.a_customer_calls, 3, False, False)
    then(county.a_unit_returns, 0, ReturnReason.WRONG_DISTRICT)
    then(county.the_province_transfers, 3, XIANGSHAN)
    then(county.a_customer_calls, 4, False, False)
    then(county.neighbours_are_merged, 0, 5)
    then(county.one_is_taken_out_again, 0)
    then(county.neighbours_are_merged, 0, 5)
    then(county.it_waits, 0, "excuse", 1)
    then(county.goes, next(iter(county.town.tickets)), 2, 0)
    then(county.the_crew_gives_it_back, 0)
    then(county.another_crew_is_sent, 0, False)
    then(county.goes, next(iter(county.town.tickets)), 4, 0)
    then(county.it_waits, 0, "suspend", 60)
    then(county.it_waits, 0, "resume", 1)
    then(county.the_crew_tells_of_progress, 0)
    then(county.a_phone_that_was_offline_sends_its_reports, 0, 0, 3, 30)
    then(county.a_person_decides_on_a_report, False)
    for what in ("supervise", "answer", "clear", "escalate", "chase", "note"):
        then(county.it_is_watched, 0, what)
    then(county.goes, next(iter(county.town.tickets)), 2, 0)
    then(county.a_customer_says_whether_it_is_back, 1, False, Asking.SMS)
    then(county.time_passes, 50, True)
    then(county.a_device_signals, "L2", SignalKind.TRIP)
    then(county.a_meter_is_read, 4, False)
    then(county.an_outage_is_announced, "L3", None)
    _ends(county, then)


def _ends(county: County, then: Callable[..., None]) -> None:
    """Reply, audit, return visit: nobody answers, one is dissatisfied, one content, one cancelled."""
    done = [ticket.id for ticket in county.town.standing("RESTORED")]
    then(county.goes, done[0], 1, 0)
    then(county.the_auditor_sends_a_reply_back, 0)
    for ticket_id in done:
        then(county.goes, ticket_id, 2, 0)
    then(county.a_customer_is_visited, 0, False, True)
    then(county.time_passes, 240, True)
    then(county.nobody_answers, 0)
    then(county.a_ticket_is_cancelled, 0)
    while county.town.standing("CALLBACK_PENDING"):
        then(county.goes, county.town.standing("CALLBACK_PENDING")[0].id, 1, 0)
