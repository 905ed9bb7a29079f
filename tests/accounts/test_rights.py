"""Who may do what, and where. Domain 1.2 and 2.3."""

import pytest

from dispatch.accounts import rights
from dispatch.accounts.model import SYSTEM, Role
from dispatch.accounts.rights import RIGHTS, Forbidden, Scope, WrongSource, allowed, check, check_role, source_of
from dispatch.kit.errors import NotFound

from .province import account, covers

# The expected table, written out by hand: a letter for each role that has the right.
# A seat agent, V seat supervisor, M province monitor, D county dispatcher, L depot leader, C crew, R reply auditor,
# X administrator, G gateway (a machine), S the system itself; machines: m metering, s automation, k marketing,
# t telephone platform, w a wall.
LETTERS = {
    "A": Role.SEAT_AGENT,
    "V": Role.SEAT_SUPERVISOR,
    "M": Role.PROVINCE_MONITOR,
    "D": Role.COUNTY_DISPATCHER,
    "L": Role.DEPOT_LEADER,
    "C": Role.CREW,
    "R": Role.REPLY_AUDITOR,
    "X": Role.ADMINISTRATOR,
    "G": Role.GATEWAY,
    "S": Role.SYSTEM,
    "m": Role.METERING,
    "s": Role.AUTOMATION,
    "k": Role.MARKETING,
    "t": Role.TELEPHONY,
    "w": Role.WALL,
}
EXPECTED = {
    "place.read": "AVMDLX",
    "place.lookup": "AVMD",
    "place.name": "MD",
    "place.names": "VMDX",
    "place.undo": "VMDX",
    "place.import": "X",
    "call.log": "AV",
    "call.read": "AVM",
    "ticket.read": "AVMDLCRS",
    "ticket.contact": "AVMDC",
    "ticket.complete": "AV",
    "ticket.consult": "AV",
    "ticket.accept": "DS",
    "ticket.return": "D",
    "ticket.resubmit": "AVM",
    "ticket.merge": "DMS",
    "ticket.merge-override": "M",
    "ticket.unmerge": "DS",
    "ticket.dispatch": "DMS",
    "ticket.crew-accept": "CDL",
    "ticket.crew-reject": "C",
    "ticket.depart": "CD",
    "ticket.arrive": "CD",
    "ticket.locate": "CD",
    "ticket.start-repair": "CD",
    "ticket.progress": "CD",
    "ticket.restore": "CD",
    "ticket.reply": "D",
    "ticket.reject-reply": "R",
    "ticket.queue-callback": "DR",
    "ticket.cancel": "AVD",
    "ticket.chase": "AVMD",
    "ticket.correct": "DM",
    "ticket.transfer": "M",
    "merging.read": "MD",
    "ticket.merge-proposals": "MD",
    "ticket.decline-merge": "D",
    "ticket.power-back": "AVDS",
    "ticket.reply-children": "D",
    "ticket.check-reply": "DR",
    "reply.audits": "MR",
    "field.report": "C",
    "field.phone": "D",
    "field.read": "MDCR",
    "field.decide": "MDR",
    "photo.add": "CD",
    "photo.read": "AVMDLCRS",
    "ticket.supervise": "M",
    "ticket.supervision-answer": "D",
    "ticket.supervision-clear": "M",
    "ticket.escalate": "VM",
    "ticket.suspend": "MD",
    "ticket.resume": "MD",
    "ticket.excuse": "AD",
    "ticket.note": "AVDC",
    "supervision.read": "VMD",
    "supervision.contacts": "MDX",
    "warning.read": "VMD",
    "review.read": "VMDLR",
    "review.appeal": "DL",
    "review.decide": "M",
    "index.read": "VMDLRS",
    "pack.plan": "X",
    "template.manage": "X",
    "template.read": "RX",
    "dashboard.read": "VMDRw",
    "replay.read": "VMDR",
    "capacity.declare": "L",
    "capacity.preview": "DL",
    "capacity.read": "AVMDL",
    "booking.make": "AVD",
    "booking.read": "AVMDL",
    "booking.contact": "AVDC",
    "visit.report": "DLC",
    "crew.stakes": "MDL",
    "capacity.indices": "VMDL",
    "worklist.read": "MDL",
    "worklist.own": "MDLC",
    "worklist.name": "DL",
    "worklist.pin": "DL",
    "worklist.change": "DL",
    "worklist.seen": "DL",
    "task.make": "MD",
    "task.read": "MD",
    "task.offer": "MDLC",
    "task.answer": "DLC",
    "callback.read": "AVM",
    "callback.call": "AV",
    "message.read": "VMX",
    "message.requeue": "X",
    "inbound.read": "AVM",
    "contact.manage": "X",
    "gateway.report": "G",
    "telephony.report": "t",
    "telephony.own": "AV",
    "offers.read": "DMLS",
    "dispatching.assign_waiting": "MS",
    "plan.read": "MDS",
    "plan.decide": "MD",
    "plan.judge": "MD",
    "generator.read": "MDL",
    "generator.plan": "MD",
    "generator.decide": "MD",
    "generator.report": "MDL",
    "ticket.why": "VMDLS",
    "ticket.restoration": "AVMDLCRS",
    "ticket.pin": "MD",
    "ticket.veto": "MD",
    "ticket.wishes": "MDL",
    "crew.outages": "MD",
    "crew.outage": "MDL",
    "lending.read": "MDL",
    "lending.grant": "MD",
    "lending.agree": "D",
    "lending.order": "M",
    "reserve.set": "MD",
    "ledger.read": "MDR",
    "crew.read": "AVMDLCX",
    "crew.position": "MDC",
    "outage.read": "AVMDLCRX",
    "outage.write": "DM",
    "notice.read": "AVMDLCRX",
    "notice.apply": "D",
    "notice.approve": "M",
    "notice.revoke": "DM",
    "signal.read": "DM",
    "signal.report": "msD",
    "meter.report": "m",
    "arrears.report": "k",
    "area.read": "AVMDLCRXw",
    "road.read": "AVMDLR",
    "road.close": "MD",
    "road.lift": "MD",
    "mode.read": "AVMDLCRX",
    "mode.set": "M",
    "mode.dry_run": "MD",
    "weather.read": "AVMDLR",
    "weather.issue": "M",
    "weather.revoke": "M",
    "disaster.read": "MD",
    "disaster.send": "MD",
    "storm.read": "MDS",
    "service.read": "AVMDR",
    "service.open": "AVMD",
    "service.advance": "D",
    "service.pause": "D",
    "service.answer": "AVD",
    "service.close": "AVD",
    "service.contact": "AVMD",
    "pack.read": "AVMDLCRX",
    "live.listen": "AVMDLR",
    "account.manage": "X",
    "token.make": "X",
    "world.load": "X",
    "audit.read": "X",
    "self.read": "AVMDLCRX",
    "self.leave": "AVMDLCRX",
    "self.password": "AVMDLCRX",
}
DISPATCHER = account(Role.COUNTY_DISPATCHER, "330225")
NEIGHBOUR = account(Role.COUNTY_DISPATCHER, "330226")
CREW = account(Role.CREW, "330225-1", crew_id="c1")
FIELD = ["depart", "arrive", "locate", "start-repair", "progress", "restore"]


def test_the_expected_table_knows_every_action() -> None:
    assert set(EXPECTED) == set(RIGHTS)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", sorted(EXPECTED))
def test_every_role_is_decided_for_every_action(action: str, role: Role) -> None:
    may = role in {LETTERS[letter] for letter in EXPECTED[action]}
    someone = account(role, "33")
    if may:
        assert check_role(someone, action) is RIGHTS[action].reach[role]
    else:
        with pytest.raises(Forbidden):
            check_role(someone, action)


@pytest.mark.parametrize("action", sorted(RIGHTS))
def test_a_stopped_account_may_do_nothing(action: str) -> None:
    for role in Role:
        with pytest.raises(Forbidden):
            check_role(account(role, "33", active=False), action)


def test_the_refusal_says_in_chinese_which_role_is_needed() -> None:
    with pytest.raises(Forbidden, match="“退单”需要以下角色之一:县指挥员;您的角色是“座席”") as refused:
        check_role(account(Role.SEAT_AGENT, "33"), "ticket.return")
    assert refused.value.details["needed"] == ["COUNTY_DISPATCHER"]


def test_an_unknown_action_is_a_bug_and_not_a_right() -> None:
    with pytest.raises(KeyError):
        check_role(DISPATCHER, "ticket.fly")


def test_an_administrator_has_no_ticket_command() -> None:
    assert not [
        name for name, right in RIGHTS.items() if name.startswith("ticket.") and Role.ADMINISTRATOR in right.roles
    ]


def test_a_dispatcher_accepts_in_his_county() -> None:
    check(DISPATCHER, "ticket.accept", area="330225", covers=covers)


def test_a_city_dispatcher_accepts_in_every_county_of_the_city() -> None:
    check(account(Role.COUNTY_DISPATCHER, "3302"), "ticket.accept", area="330226", covers=covers)


@pytest.mark.parametrize("action", [name for name in sorted(RIGHTS) if Role.COUNTY_DISPATCHER in RIGHTS[name].roles])
def test_another_countys_ticket_does_not_exist_for_a_dispatcher(action: str) -> None:
    if not action.startswith(("ticket.", "offers.")):
        return
    with pytest.raises(NotFound):
        check(NEIGHBOUR, action, area="330225", covers=covers)


def test_a_ticket_lent_to_another_countys_crew_is_visible_there() -> None:
    check(NEIGHBOUR, "ticket.read", area="330225", lender="330226", crew_id="c9", covers=covers)


@pytest.mark.parametrize("step", [*FIELD, "crew-accept"])
def test_the_lending_dispatcher_enters_field_steps_of_his_crew_by_telephone(step: str) -> None:
    check(NEIGHBOUR, f"ticket.{step}", area="330225", lender="330226", crew_id="c9", covers=covers)


@pytest.mark.parametrize("command", ["accept", "return", "dispatch", "reply", "cancel", "correct", "merge", "contact"])
def test_the_lending_dispatcher_does_not_command_the_ticket(command: str) -> None:
    with pytest.raises(Forbidden, match="330225"):
        check(NEIGHBOUR, f"ticket.{command}", area="330225", lender="330226", crew_id="c9", covers=covers)


def test_a_ticket_lent_to_one_county_is_not_seen_in_a_third() -> None:
    third = account(Role.COUNTY_DISPATCHER, "330281")
    with pytest.raises(NotFound):
        check(third, "ticket.read", area="330225", lender="330226", crew_id="c9", covers=covers)


def test_a_ticket_is_no_longer_seen_when_the_crew_has_gone_home() -> None:
    with pytest.raises(NotFound):
        check(NEIGHBOUR, "ticket.read", area="330225", lender=None, covers=covers)


@pytest.mark.parametrize("step", [*FIELD, "crew-accept", "crew-reject"])
def test_a_crew_reports_on_its_own_job_in_any_county(step: str) -> None:
    check(CREW, f"ticket.{step}", area="330226", lender="330225", crew_id="c1", covers=covers)


@pytest.mark.parametrize("step", ["read", *FIELD, "crew-accept", "crew-reject", "contact"])
@pytest.mark.parametrize("other", ["c2", None])
def test_a_job_of_another_crew_does_not_exist_for_a_crew(step: str, other: str | None) -> None:
    with pytest.raises(NotFound):
        check(CREW, f"ticket.{step}", area="330225", crew_id=other, covers=covers)


def test_a_crew_reports_its_own_position_and_no_other() -> None:
    check(CREW, "crew.position", area="330225", crew_id="c1", covers=covers)
    with pytest.raises(Forbidden):
        check(CREW, "crew.position", area="330225", crew_id="c2", covers=covers)


def test_a_crew_without_a_crew_id_owns_no_job() -> None:
    with pytest.raises(NotFound):
        check(account(Role.CREW, "330225"), "ticket.arrive", area="330225", crew_id=None, covers=covers)


def test_a_depot_leader_sees_the_jobs_of_his_crews_wherever_they_are() -> None:
    leader = account(Role.DEPOT_LEADER, "330225-1")
    check(leader, "ticket.read", area="330226", lender="330225", crew_id="c1", depot="330225-1", covers=covers)
    check(leader, "ticket.crew-accept", area="330225", crew_id="c1", depot="330225-1", covers=covers)
    with pytest.raises(NotFound):
        check(leader, "ticket.read", area="330225", crew_id="c2", depot="330225-2", covers=covers)


def test_a_leader_placed_at_the_county_sees_the_county() -> None:
    leader = account(Role.DEPOT_LEADER, "330225")
    check(leader, "ticket.read", area="330225", covers=covers)
    check(leader, "offers.read", area="330225", covers=covers)


def test_a_ticket_of_unresolved_place_belongs_to_the_province() -> None:
    check(account(Role.PROVINCE_MONITOR, "33"), "ticket.read", area="33", covers=covers)
    with pytest.raises(NotFound):
        check(DISPATCHER, "ticket.read", area="33", covers=covers)


def test_a_seat_logs_a_call_from_anywhere() -> None:
    check(account(Role.SEAT_AGENT, "33"), "call.log", area="330226", covers=covers)
    check(account(Role.SEAT_AGENT, "33"), "call.log", covers=covers)


def test_what_has_no_area_is_outside_every_area() -> None:
    with pytest.raises(NotFound):
        check(DISPATCHER, "ticket.accept", covers=covers)


def test_a_console_listens_to_its_own_area_only() -> None:
    assert allowed(DISPATCHER, "live.listen", area="330225", covers=covers)
    assert not allowed(DISPATCHER, "live.listen", area="330226", covers=covers)
    assert not allowed(DISPATCHER, "live.listen", area="3302", covers=covers)
    assert not allowed(CREW, "live.listen", area="330225-1", covers=covers)


def test_the_mode_of_a_county_is_set_by_the_province() -> None:
    check(account(Role.PROVINCE_MONITOR, "33"), "mode.set", area="330225", covers=covers)
    with pytest.raises(Forbidden):
        check(DISPATCHER, "mode.set", area="330225", covers=covers)


def test_the_system_dispatches_everywhere_but_does_not_reply() -> None:
    check(SYSTEM, "ticket.dispatch", area="330225", covers=covers)
    with pytest.raises(Forbidden):
        check(SYSTEM, "ticket.reply", area="330225", covers=covers)


@pytest.mark.parametrize("scope", Scope)
def test_every_scope_is_used(scope: Scope) -> None:
    assert any(scope in right.reach.values() for right in RIGHTS.values())


def test_a_step_entered_for_the_crew_is_a_telephone_report() -> None:
    assert source_of(DISPATCHER, "ticket.arrive", None) == "PHONE"
    assert source_of(DISPATCHER, "ticket.arrive", "PHONE") == "PHONE"
    with pytest.raises(WrongSource):
        source_of(DISPATCHER, "ticket.arrive", "APP")


def test_a_crew_reports_by_its_phone_app_or_says_that_it_called() -> None:
    assert source_of(CREW, "ticket.arrive", None) == "APP"
    assert source_of(CREW, "ticket.arrive", "PHONE") == "PHONE"
    with pytest.raises(WrongSource, match="source"):
        source_of(CREW, "ticket.arrive", "SCADA")


def test_only_the_system_speaks_as_the_system() -> None:
    assert source_of(SYSTEM, "ticket.dispatch", None) == "SYSTEM"
    with pytest.raises(WrongSource):
        source_of(DISPATCHER, "ticket.accept", "SYSTEM")


def test_the_field_steps_are_what_a_crew_may_do_to_a_ticket() -> None:
    assert {f"ticket.{step}" for step in [*FIELD, "crew-accept", "crew-reject"]} == rights.FIELD_STEPS
