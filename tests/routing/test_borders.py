"""What is left of the old borders, case by case: lending, reserves, fairness, rest, certificates, appointments."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from dispatch.routing.batch import assign
from dispatch.routing.duty import rested_at, with_pauses
from dispatch.routing.fleet import Fleet, Position
from dispatch.routing.geo import lon_lat, unit_vectors
from dispatch.routing.lending import STANDING, STORM, Grant, GrantKind, Lending
from dispatch.routing.model import CrewCard, DepotCard, Duty, Job, Mark, NoCrew, Offers, ReasonCode, Standing
from dispatch.routing.nearest import offers
from dispatch.routing.sentences import why
from tests.routing.fleets import NOW, RULE

R = ReasonCode
SECOND, HOUR = NOW.timestamp(), 3600.0
OURS, NEXT, FAR = "330225", "330226", "330303"  # 象山 and 宁海 of one city; 文成 of another
CITY = {OURS: "3302", NEXT: "3302", FAR: "3303"}
CITYWIDE = replace(RULE, borders=replace(RULE.borders, standing=Standing.CITY))  # each city a company of its own
JOB = Job("T1", 121.60, 29.40, "rural", OURS, city="3302", reported_at=SECOND, work_s=75 * 60)


def crew(name: str, county: str, **known: object) -> CrewCard:
    card = {"id": name, "name": f"{name}班", "depot": f"D{county}", "county": county, "city": CITY[county]}
    return CrewCard(**(card | known))  # type: ignore[arg-type]


def fleet_of(*crews: CrewCard, lending: Lending | None = None, apart: float = 0.05, **rule: object) -> Fleet:
    """Crews in a row east of the job, each ``apart`` degrees farther than the one before."""
    fleet = Fleet(replace(CITYWIDE, **rule))  # type: ignore[arg-type]
    depots = [DepotCard(f"D{county}", 121.6, 29.4) for county in CITY]
    spots = [Position(card.id, 121.60 + apart * (n + 1), 29.40, SECOND) for n, card in enumerate(crews)]
    fleet.load(crews, depots, positions=spots)
    fleet.lend(lending or Lending("33"))
    return fleet


def reasons(answer: Offers) -> dict[str, ReasonCode]:
    return {offer.crew_id: offer.reason for offer in (*answer.offers, *answer.passed_over)}


def grant(lender: str = FAR, borrower: str = OURS, **known: object) -> Grant:
    said = {"id": "G1", "lender": lender, "borrower": borrower, "from_at": SECOND - HOUR, "until_at": SECOND + HOUR}
    return Grant(**(said | known))  # type: ignore[arg-type]


# ---- lending --------------------------------------------------------------------------------------------------------


def test_inside_a_city_nobody_is_asked() -> None:
    answer = offers(fleet_of(crew("A", NEXT), crew("B", OURS)), JOB, now=NOW)
    assert answer.best is not None
    assert (answer.best.crew_id, answer.best.lent_by, answer.best.asks) == ("A", STANDING, ())


def test_another_citys_crew_is_shown_and_waits_for_a_name() -> None:
    answer = offers(fleet_of(crew("A", FAR), crew("B", OURS)), JOB, now=NOW)
    assert answer.best is not None
    assert answer.best.crew_id == "B"
    assert reasons(answer)["A"] is R.NOT_LENT
    assert answer.passed_over[0].asks == (R.NOT_LENT,)
    assert why(answer.best, answer).endswith("更近的 1 支未派:A班(所属单位未借出,须具名批准)")


def test_where_only_unlent_crews_are_left_the_refusal_says_so() -> None:
    answer = offers(fleet_of(crew("A", FAR), crew("B", OURS, skills=frozenset(), active=False)), JOB, now=NOW)
    assert (answer.best, answer.refusal) == (None, NoCrew.NOT_LENT)
    assert offers(fleet_of(), JOB, now=NOW).refusal is NoCrew.NO_CANDIDATES


@pytest.mark.parametrize(
    ("given", "lent"),
    [
        (grant(), True),
        (grant(lender="3303"), True),
        (grant(lender="33", borrower="33", kind=GrantKind.ORDER), True),
        (grant(borrower="3302"), True),
        (grant(borrower=NEXT), False),
        (grant(lender=NEXT), False),
        (grant(skill="cable"), True),
        (grant(skill="diving"), False),
        (grant(from_at=SECOND + 1), False),
        (grant(until_at=SECOND), False),  # half-open
        (grant(from_at=SECOND), True),
        (grant(crews=1), True),
    ],
)
def test_a_grant_lends_to_whom_and_when_it_says(given: Grant, lent: bool) -> None:
    fleet = fleet_of(crew("A", FAR, skills=frozenset({"cable"})), lending=Lending("33", (given,)))
    answer = offers(fleet, JOB, now=NOW)
    assert (answer.best is not None) is lent
    if answer.best is not None:
        assert answer.best.lent_by == "G1"


def test_a_grant_that_is_used_up_lends_nothing() -> None:
    used = Lending("33", (grant(crews=1),), out=(("G1", 1),))
    assert offers(fleet_of(crew("A", FAR), lending=used), JOB, now=NOW).refusal is NoCrew.NOT_LENT


def test_a_county_in_storm_is_helped_by_the_whole_province() -> None:
    answer = offers(fleet_of(crew("A", FAR), lending=Lending("33", storms=frozenset({OURS}))), JOB, now=NOW)
    assert answer.best is not None
    assert answer.best.lent_by == STORM


# ---- reserves -------------------------------------------------------------------------------------------------------


def test_a_county_keeps_a_quarter_of_its_crews_when_it_lends_and_none_for_itself() -> None:
    four = [crew(f"A{n}", NEXT) for n in range(4)]
    fleet = fleet_of(*four, crew("Z", OURS))
    for n, gone in enumerate(("A0", "A1", "A2")):
        answer = offers(fleet, JOB, now=NOW)
        assert answer.best is not None
        assert answer.best.crew_id == gone
        fleet.table.open_jobs[n] = 1
    last = offers(fleet, JOB, now=NOW)
    assert last.best is not None
    assert (last.best.crew_id, reasons(last)["A3"]) == ("Z", R.OVER_RESERVE)
    home = offers(fleet, replace(JOB, county=NEXT), now=NOW)
    assert home.best is not None
    assert home.best.crew_id == "A3"


def test_a_county_sets_its_own_number_and_an_order_goes_over_it() -> None:
    kept = Lending("33", reserves=((NEXT, 1),))
    assert offers(fleet_of(crew("A", NEXT), lending=kept), JOB, now=NOW).refusal is NoCrew.OVER_RESERVE
    order = grant(NEXT, OURS, kind=GrantKind.ORDER, below_reserve=True)
    ordered = replace(kept, grants=(order,))
    assert offers(fleet_of(crew("A", NEXT), lending=ordered), JOB, now=NOW).best is not None


def test_a_plan_for_many_jobs_lends_no_county_bare() -> None:
    fleet = fleet_of(*(crew(f"A{n}", NEXT) for n in range(4)), lending=Lending("33", reserves=((NEXT, 2),)))
    jobs = [replace(JOB, id=f"T{n}") for n in range(4)]
    plan = assign(fleet, jobs, now=NOW)
    assert len(plan.pairs) == 2
    mixed = [*jobs[:2], *(replace(job, county=NEXT) for job in jobs[2:])]
    homes = {pair.job_id for pair in assign(fleet, mixed, now=NOW).pairs}
    assert {"T2", "T3"} <= homes  # its own jobs may take the last crew
    assert len(homes) == 2  # and what they take is not there to be lent


# ---- fairness -------------------------------------------------------------------------------------------------------

TIRED = Lending("33", lent=((FAR, 0), (NEXT, 40), (OURS, -40)))


def test_of_two_lenders_hardly_apart_the_one_that_lent_less_goes_and_says_so() -> None:
    borderless = replace(RULE.borders, standing=RULE.borders.storm)
    fleet = fleet_of(crew("A", NEXT), crew("B", FAR), lending=TIRED, apart=0.005, borders=borderless)
    answer = offers(fleet, JOB, now=NOW)
    assert answer.best is not None
    assert answer.fastest is not None
    assert (answer.best.crew_id, answer.best.reason, answer.fastest.crew_id) == ("B", R.FAIRER, "A")
    assert reasons(answer) == {"A": R.SPARED, "B": R.FAIRER}
    assert "A班可早到 1 分钟,但其县近期支援较多,轮换" in why(answer.best, answer)
    assert answer.best.eta_s - answer.fastest.eta_s <= RULE.borders.fair_s  # type: ignore[operator]


@pytest.mark.parametrize("grave", [{"hazard": True}, {"urgent": True}, {"protected": "life_support"}])
def test_what_is_grave_knows_no_balance(grave: dict[str, object]) -> None:
    borderless = replace(RULE.borders, standing=RULE.borders.storm)
    fleet = fleet_of(crew("A", NEXT), crew("B", FAR), lending=TIRED, apart=0.005, borders=borderless)
    answer = offers(fleet, replace(JOB, **grave), now=NOW)  # type: ignore[arg-type]
    assert answer.best is not None
    assert (answer.best.crew_id, answer.best.reason) == ("A", R.NEAREST)


def test_no_balance_makes_a_customer_wait_longer_than_the_cap() -> None:
    fleet = fleet_of(crew("A", NEXT), crew("B", OURS), lending=TIRED, apart=0.05)
    answer = offers(fleet, JOB, now=NOW)
    assert answer.best is not None
    assert (answer.best.crew_id, answer.fastest) == ("A", None)


# ---- fitness and rest -----------------------------------------------------------------------------------------------


def test_a_certificate_counts_through_its_last_moment_and_none_at_all_bars() -> None:
    job = replace(JOB, permits=frozenset({"hv_work"}))
    people = [
        crew("A", OURS, permits={"hv_work": SECOND}),
        crew("B", OURS, permits={}),
        crew("C", OURS, permits={"lv_work": SECOND + HOUR}),
        crew("D", OURS, permits={"hv_work": SECOND + 1}),
        crew("E", OURS),
    ]
    answer = offers(fleet_of(*people), job, now=NOW)
    assert answer.best is not None
    assert answer.best.crew_id == "D"
    assert {name for name, code in reasons(answer).items() if code is R.NO_PERMIT} == {"A", "B", "C"}
    assert answer.offers[1].marks == (Mark.PERMIT_UNKNOWN,)


def test_a_vehicle_must_fit_where_it_is_known() -> None:
    job = replace(JOB, skill="live_line", vehicles=frozenset({"bucket_truck"}))
    able = frozenset({"live_line"})
    people = [crew("A", OURS, skills=able, vehicle="van"), crew("B", OURS, skills=able, vehicle="bucket_truck")]
    answer = offers(fleet_of(*people, crew("C", OURS, skills=able)), job, now=NOW)
    assert answer.best is not None
    assert (answer.best.crew_id, reasons(answer)["A"]) == ("B", R.NO_VEHICLE)
    assert answer.offers[1].marks == (Mark.VEHICLE_UNKNOWN,)


def test_sixteen_hours_in_twenty_four_are_enough() -> None:
    duty = Duty(24 * HOUR, 16 * HOUR)
    assert rested_at([(0, 16 * HOUR)], duty) == -float("inf")
    assert rested_at([(0, 17 * HOUR)], duty) == 25 * HOUR  # its first hour has left the window then
    assert rested_at([(0, 10 * HOUR), (5 * HOUR, 17 * HOUR)], duty) == 25 * HOUR  # at two jobs at once
    assert rested_at([(0, 10 * HOUR), (12 * HOUR, 20 * HOUR)], duty) == 26 * HOUR
    fleet = fleet_of(crew("A", OURS))
    fleet.worked("A", "T0/1", SECOND - 20 * HOUR, SECOND - 2 * HOUR)
    answer = offers(fleet, JOB, now=NOW)
    assert answer.refusal is NoCrew.RESTING
    fleet.worked("A", "T0/1", SECOND - 20 * HOUR, SECOND - 2 * HOUR)  # said again: nothing new
    assert offers(fleet, JOB, now=NOW + timedelta(hours=6)).best is not None


def test_a_long_drive_has_its_pauses() -> None:
    duty = Duty(drive_s=4 * HOUR, pause_s=1200)
    drives = np.array([4 * HOUR])
    assert with_pauses(drives, duty) == [4 * HOUR]
    assert with_pauses(drives + 1, duty) == [4 * HOUR + 1 + 1200]
    assert with_pauses(drives * 2 + 1, duty) == [8 * HOUR + 1 + 2400]
    assert with_pauses(drives + float("inf"), duty) == [float("inf")]


def test_a_position_of_the_future_is_not_believed() -> None:
    fleet = fleet_of(crew("A", OURS))
    fleet.move([Position("A", 121.9, 29.4, SECOND + 3600)])
    (offer,) = offers(fleet, JOB, now=NOW).offers
    assert (offer.marks, offer.distance_m) == ((Mark.FUTURE_POSITION,), 0)  # the depot stands at the job


# ---- appointments ---------------------------------------------------------------------------------------------------


def test_a_crew_that_its_depot_promised_is_kept_for_the_appointment() -> None:
    fleet = fleet_of(crew("A", OURS), crew("B", NEXT))
    fleet.promise([(f"D{OURS}", SECOND + HOUR)])
    answer = offers(fleet, JOB, now=NOW)
    assert answer.best is not None
    assert (answer.best.crew_id, reasons(answer)["A"]) == ("B", R.PROMISED)
    short = offers(fleet, replace(JOB, work_s=600), now=NOW)  # back in time
    assert short.best is not None
    assert short.best.crew_id == "A"
    grave = offers(fleet, replace(JOB, hazard=True), now=NOW)  # repair may take crews from the plan
    assert grave.best is not None
    assert grave.best.crew_id == "A"
    assert [pair.crew_id for pair in assign(fleet, [JOB], now=NOW).pairs] == ["B"]


def test_with_two_crews_one_appointment_keeps_one() -> None:
    fleet = fleet_of(crew("A", OURS), crew("B", OURS))
    fleet.promise([(f"D{OURS}", SECOND + HOUR)])
    assert offers(fleet, JOB, now=NOW).best is not None
    fleet.promise([(f"D{OURS}", SECOND + HOUR), (f"D{OURS}", SECOND + 1.5 * HOUR), ("D-unknown", SECOND)])
    assert offers(fleet, JOB, now=NOW).refusal is NoCrew.PROMISED
    fleet.promise([(f"D{OURS}", SECOND + 3 * HOUR)])  # too far off to keep anybody now
    assert offers(fleet, JOB, now=NOW).best is not None


def test_vectors_go_back_to_degrees() -> None:
    lon, lat = lon_lat(unit_vectors([121.87, -70.5], [29.48, -33.4]))
    assert lon == pytest.approx([121.87, -70.5], abs=1e-10)
    assert lat == pytest.approx([29.48, -33.4], abs=1e-10)
