"""The whole life of a ticket, by any legal moves, with any illegal ones between: domain 2.3 to 2.14 as a machine."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from dispatch.tickets.words import Stage
from tests.laws.machine.ending import Ending
from tests.laws.machine.life import MOVES, How
from tests.laws.machine.loop import Loop
from tests.laws.machine.offences import KINDS, Offences
from tests.laws.machine.road import Road
from tests.laws.machine.table import EDGES, STEPS, leads_to

WORKED = ["the_unit_accepts", "a_crew_is_sent", "the_crew_arrives", "the_fault_is_found", "the_repair_begins"]
DONE = [*WORKED, "the_power_is_back"]
REPLIED = [*DONE, "the_unit_replies"]
VISITED = [*REPLIED, "it_goes_to_the_return_visit"]
ROADS = {  # stage -> the rules that lead there
    "DRAFT": [],
    "SUBMITTED": [],
    "RETURNED": ["the_unit_returns"],
    "ACCEPTED": WORKED[:1],
    "MERGED": [*WORKED[:1], "it_is_merged"],
    "DISPATCHED": WORKED[:2],
    "CREW_ACCEPTED": [*WORKED[:2], "the_crew_accepts"],
    "EN_ROUTE": [*WORKED[:2], "the_crew_departs"],
    "ARRIVED": WORKED[:3],
    "LOCATED": WORKED[:4],
    "REPAIRING": WORKED,
    "RESTORED": DONE,
    "REPLIED": REPLIED,
    "REPLY_REJECTED": [*REPLIED, "the_auditor_sends_the_reply_back"],
    "CALLBACK_PENDING": VISITED,
    "CLOSED": [*VISITED, "the_province_supervises", "the_customer_answers_and_it_is_closed"],
    "CANCELLED": ["the_province_supervises", "it_is_cancelled"],
}
ORDERED = ["the_province_supervises"]
BACK = ["time_passes_and_the_worker_looks", "the_crew_gives_it_back"]
GIVEN_BACK = {  # stage -> what makes room there for a late report of an assignment that is over
    "ACCEPTED": ["a_crew_is_sent", *BACK],
    "DISPATCHED": [*BACK, "a_crew_is_sent"],
    "CREW_ACCEPTED": [*BACK, "a_crew_is_sent", "the_crew_accepts"],
}
NEEDED: dict[str, list[str]] = {  # what must have happened before an event makes sense
    "resumed": ["the_repair_waits"],
    "supervision_answered": ORDERED,
    "supervision_cleared": [*ORDERED, "the_unit_answers"],
    "settled": ["a_report_contradicts"],
    "warned": ORDERED,
    "overdue": ORDERED,
    "backfilled": ["time_passes_and_the_worker_looks"],
}
VARIED = {"the_unit_returns", "it_goes_to_the_return_visit", "it_is_merged"}  # not as in their first variant
# A report can be filled in only where a crew was sent; a merged ticket's crew is its parent's.
WITHOUT_CREW = {("backfilled", stage) for stage in ("DRAFT", "SUBMITTED", "RETURNED", "MERGED")}


class Whole(Road, Loop, Ending, Offences):
    """All rules together."""


RULES = {rule.function.__name__: rule for rule in Whole().rules}


def test_any_life_of_a_ticket_keeps_the_law() -> None:
    run_state_machine_as_test(
        Whole,
        settings=settings(
            max_examples=50,
            stateful_step_count=45,
            derandomize=True,
            database=None,
            deadline=None,
            phases=(Phase.generate,),  # making a failing life smaller may take minutes; print_blob repeats it
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


class Told:
    """The machine driven by hand: by the names of its rules, each only where it is offered."""

    def __init__(self, *, draft: bool = False) -> None:
        self.machine = Whole()
        self.machine.the_customer_reports(How(), draft)

    def does(self, name: str, how: How | None = None) -> None:
        rule = RULES[name]
        assert all(offered(self.machine) for offered in rule.preconditions), f"{name} in {self.machine.model.stage}"
        rule.function(self.machine, how=how or How())
        self.machine.holds_to_the_law()

    def kinds(self, since: int) -> list[str]:
        return [entry.event.kind for entry in self.machine.case.log[since:]]


def reached(stage: str, *, as_child: bool = False) -> Told:
    told, road = Told(draft=stage == "DRAFT"), ROADS[stage]
    for name in [*ROADS["MERGED"], *road[len(WORKED) :]] if as_child else road:
        told.does(name, How(n=1 if name in VARIED else 0, pause_s=90))
    assert told.machine.model.stage == stage
    return told


def test_every_event_of_the_domain_has_a_rule_and_every_stage_a_road() -> None:
    assert set(MOVES) == set(STEPS) == set(KINDS)
    assert set(ROADS) == {stage.name for stage in Stage}
    assert {name for names in MOVES.values() for name in names} <= set(RULES)


@pytest.mark.parametrize(("kind", "stage"), [edge for edge in EDGES if edge not in WITHOUT_CREW])
def test_each_step_of_the_table_is_taken_by_a_rule_of_the_machine(kind: str, stage: str) -> None:
    told = reached(stage, as_child=kind == "followed" and stage != "MERGED")
    for name in needed(kind, stage):
        told.does(name, How(pause_s=90))
    machine, since, tried = told.machine, len(told.machine.case.log), []
    for name in MOVES[kind]:
        for how in (How(n=n, late_min=late, pause_s=0) for late in range(12) for n in range(1, 9)):
            if kind in told.kinds(since) or not all(offered(machine) for offered in RULES[name].preconditions):
                break
            assert machine.model.stage == stage
            told.does(name, how)
            tried.append(name)
    assert kind in told.kinds(since), f"tried {tried}"
    if STEPS[kind][1] != "=":
        assert machine.model.stage == leads_to(kind, stage)


def needed(kind: str, stage: str) -> list[str]:
    if kind == "backfilled" and stage in GIVEN_BACK:
        return GIVEN_BACK[stage]
    ended = stage in {"CANCELLED", "CLOSED"}  # its order was issued before
    return NEEDED.get(kind, [])[1 if ended else 0 :]
