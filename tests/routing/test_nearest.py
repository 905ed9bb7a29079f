"""The nearest crew: every rule once, then against an answer worked out another way."""

import random
from datetime import UTC, datetime, timedelta
from math import acos, cos, radians, sin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.routing.fleet import Fleet, Position
from dispatch.routing.model import CrewCard, DepotCard, Engagement, Job, Mark, NoCrew, Offers, Policy, ReasonCode
from dispatch.routing.nearest import offers
from dispatch.routing.sentences import why
from dispatch.routing.travel import UnknownAreaClass
from tests.routing.fleets import BORDERLESS, NOW, RULE, fleet_of, job_of

R = ReasonCode
HOME = DepotCard("D1", 121.80, 29.48)
JOB = Job("T1", 121.87, 29.48, "rural", county="330225")


def at(crew: str, lon: float, lat: float = 29.48, *, age_s: float = 60) -> Position:
    return Position(crew, lon, lat, NOW.timestamp() - age_s)


def small(*crews: CrewCard, depots: tuple[DepotCard, ...] = (HOME,), **state: object) -> Fleet:
    fleet = Fleet(RULE)
    fleet.load(crews, depots, **state)  # type: ignore[arg-type]
    return fleet


def card(crew: str, **known: object) -> CrewCard:
    return CrewCard(**({"id": crew, "name": f"{crew}班", "depot": "D1", "county": "330225"} | known))  # type: ignore[arg-type]


def said(answer: Offers) -> dict[str, ReasonCode]:
    return {offer.crew_id: offer.reason for offer in (*answer.offers, *answer.passed_over)}


def test_the_nearest_free_crew_is_proposed_whatever_its_district() -> None:
    near, far = card("A", county="330226"), card("B")
    fleet = small(near, far, positions=[at("A", 121.88), at("B", 121.99)])
    answer = offers(fleet, JOB, now=NOW)
    assert answer.best is not None
    assert answer.own_district is not None
    assert (answer.best.crew_id, answer.own_district.crew_id) == ("A", "B")
    assert answer.saved_s == answer.own_district.eta_s - answer.best.eta_s > 0  # type: ignore[operator]
    assert [offer.reason for offer in answer.offers] == [R.NEAREST, R.FARTHER]


def test_the_reason_is_said_in_one_sentence() -> None:
    near = card("A", name="宁海长街1班", county="330226")
    fleet = small(near, card("B", name="象山爵溪1班"), positions=[at("A", 121.88), at("B", 121.99)])
    answer = offers(fleet, JOB, now=NOW)
    assert answer.best is not None
    assert why(answer.best, answer) == (
        "距离最近且空闲:宁海长街1班 1.0 km,约 2 分钟;本县象山爵溪1班需 22 分钟,节省 20 分钟"
    )


def test_the_old_district_rule_keeps_to_the_county() -> None:
    fleet = small(card("A", county="330226"), card("B"), positions=[at("A", 121.88), at("B", 121.99)])
    answer = offers(fleet, JOB, now=NOW, policy=Policy.OWN_DISTRICT)
    assert answer.best is not None
    assert answer.best.crew_id == "B"
    assert said(answer)["A"] is R.OTHER_DISTRICT
    assert answer.saved_s == 0


def test_a_county_without_a_free_crew_is_said_so() -> None:
    fleet = small(card("A", county="330226"), positions=[at("A", 121.88)])
    answer = offers(fleet, JOB, now=NOW)
    assert answer.best is not None
    assert (answer.own_district, answer.saved_s) == (None, None)
    assert "本县无空闲合格班组" in why(answer.best, answer)


@pytest.mark.parametrize(
    ("crew", "reason"),
    [
        (card("A", active=False), R.INACTIVE),
        (card("A", skills=frozenset({"metering"})), R.NO_SKILL),
        (card("A", skills=frozenset({"cable"}), shift_start=20 * 60, shift_end=8 * 60), R.OFF_SHIFT),
        (card("A", skills=frozenset({"cable"}), depot="D2"), R.DEPOT_FULL),
    ],
)
def test_a_nearer_crew_that_may_not_go_is_named_with_its_reason(crew: CrewCard, reason: ReasonCode) -> None:
    able = card("B", skills=frozenset({"cable"}))
    full = DepotCard("D2", 121.8, 29.4, reserve=0)
    fleet = small(crew, able, depots=(HOME, full), positions=[at("A", 121.88), at("B", 121.99)])
    answer = offers(fleet, Job("T1", 121.87, 29.48, "rural", "330225", skill="cable"), now=NOW)
    assert answer.best is not None
    assert answer.best.crew_id == "B"
    assert [(offer.crew_id, offer.reason) for offer in answer.passed_over] == [("A", reason)]
    assert answer.counts == {reason: 1, R.NEAREST: 1}


def test_a_busy_crew_is_offered_from_where_and_when_it_is_free_but_never_chosen() -> None:
    busy = Engagement("T0", "A", NOW.timestamp() - 600, NOW.timestamp() + 1800, 121.87, 29.47)
    fleet = small(card("A"), card("B"), positions=[at("A", 120.0), at("B", 121.99)], engagements=[busy])
    answer = offers(fleet, JOB, now=NOW)
    assert answer.best is not None
    assert answer.best.crew_id == "B"
    last = answer.offers[-1]
    assert (last.crew_id, last.reason, last.free_in_s, last.open_jobs) == ("A", R.BUSY_UNTIL, 1800, 1)
    assert 1800 < last.eta_s < 2100  # type: ignore[operator]
    assert "在手 1 单,预计 30 分钟后完工" in last.sentence


def test_a_crew_past_its_expected_end_is_not_counted_free_at_once() -> None:
    late = Engagement("T0", "A", NOW.timestamp() - 9000, NOW.timestamp() - 1800, 121.87, 29.47)
    answer = offers(small(card("A"), engagements=[late]), JOB, now=NOW)
    assert answer.best is None
    assert answer.offers[0].free_in_s == RULE.overrun_s


def test_a_crew_with_a_full_queue_is_not_offered() -> None:
    held = [Engagement(f"T{k}", "A", 0, NOW.timestamp(), 121.9, 29.5) for k in range(RULE.queue_max)]
    answer = offers(small(card("A"), engagements=held), JOB, now=NOW)
    assert answer.offers == ()
    assert said(answer) == {"A": R.QUEUE_FULL}


def test_a_stale_position_is_marked_and_replaced_by_the_depot_not_hidden() -> None:
    fleet = small(card("A"), positions=[at("A", 121.87, age_s=RULE.stale_s + 1)])
    (offer,) = offers(fleet, JOB, now=NOW).offers
    assert offer.reason is R.NEAREST
    assert offer.marks == (Mark.STALE_POSITION,)
    assert offer.position_age_s == RULE.stale_s + 1
    assert offer.distance_m == pytest.approx(6_780, abs=30)  # from the depot, 0.07 degrees west
    assert "位置已过时,按班所位置估算" in offer.sentence


def test_a_position_of_exactly_the_limit_is_still_fresh() -> None:
    (offer,) = offers(small(card("A"), positions=[at("A", 121.87, age_s=RULE.stale_s)]), JOB, now=NOW).offers
    assert offer.marks == ()
    assert offer.distance_m == 0


def test_a_crew_that_never_reported_starts_from_its_depot() -> None:
    (offer,) = offers(small(card("A")), JOB, now=NOW).offers
    assert (offer.marks, offer.position_age_s) == ((Mark.NO_POSITION,), None)


def test_an_old_position_is_nothing_to_choose_by_where_the_depot_has_no_place_either() -> None:
    fleet = small(card("A", depot="D9"), positions=[at("A", 121.88, age_s=9000)])
    answer = offers(fleet, JOB, now=NOW)
    assert (answer.best, answer.refusal) == (None, NoCrew.STALE)
    (offer,) = answer.passed_over
    assert (offer.reason, offer.marks) == (R.STALE, (Mark.OLD_POSITION,))
    assert offer.eta_s  # a dispatcher who knows better sees how far that would be


def test_a_crew_of_which_nothing_is_known_has_a_reason_and_no_arrival() -> None:
    answer = offers(small(card("A", depot="D9")), JOB, now=NOW)
    assert answer.best is None
    (offer,) = answer.passed_over
    assert (offer.reason, offer.eta_s, offer.distance_m) == (R.NO_PLACE, None, None)


def test_the_crew_that_rejected_the_job_or_has_it_is_not_chosen_again() -> None:
    job = Job("T1", 121.87, 29.48, "rural", "330225", on_it="B", had_it=frozenset({"A"}))
    fleet = small(card("A"), card("B"), positions=[at("A", 121.87), at("B", 121.87)])
    answer = offers(fleet, job, now=NOW)
    assert answer.best is None
    assert said(answer) == {"A": R.HAD_IT, "B": R.ON_THIS_JOB}


@pytest.mark.parametrize(
    ("start", "end", "china", "on"),
    [
        (480, 1200, "07:59", False),
        (480, 1200, "08:00", True),
        (480, 1200, "19:59", True),
        (480, 1200, "20:00", False),
        (1200, 480, "19:59", False),
        (1200, 480, "20:00", True),
        (1200, 480, "00:00", True),
        (1200, 480, "07:59", True),
        (1200, 480, "08:00", False),
        (0, 0, "03:00", True),
        (600, 600, "03:00", True),
    ],
)
def test_shifts_run_by_the_clock_in_china_and_over_midnight(start: int, end: int, china: str, on: bool) -> None:
    hour, minute = map(int, china.split(":"))
    now = datetime(2026, 8, 1, tzinfo=UTC) + timedelta(hours=hour - 8, minutes=minute)
    answer = offers(small(card("A", shift_start=start, shift_end=end)), JOB, now=now)
    assert (answer.best is not None) is on


def test_equal_arrivals_are_decided_by_the_crew_id() -> None:
    fleet = small(*(card(name) for name in "CAB"), positions=[at(name, 121.9) for name in "CAB"])
    assert [offer.crew_id for offer in offers(fleet, JOB, now=NOW).offers] == ["A", "B", "C"]


def test_no_crew_at_all_gives_an_empty_answer() -> None:
    answer = offers(small(), JOB, now=NOW)
    assert (answer.best, answer.offers, answer.passed_over, answer.counts) == (None, (), (), {})


def test_an_area_class_without_a_speed_is_refused() -> None:
    with pytest.raises(UnknownAreaClass, match="火星"):
        offers(small(card("A")), Job("T1", 121.8, 29.4, "火星", "330225"), now=NOW)


def test_a_place_that_is_only_approximate_is_said_so() -> None:
    job = Job("T1", 121.87, 29.48, "rural", "330225", approximate=True)
    answer = offers(small(card("A")), job, now=NOW)
    assert answer.best is not None
    assert why(answer.best, answer).endswith("客户位置未定,按所属县中心估算")


# ---- against an answer worked out crew by crew, with other formulas -------------------------------------------------


def metres(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Spherical law of cosines: not the program's formula."""
    a, b = radians(lat1), radians(lat2)
    c = sin(a) * sin(b) + cos(a) * cos(b) * cos(radians(lon2 - lon1))
    return 6_371_008.8 * acos(max(-1.0, min(1.0, c)))


def brute_force(seed_fleet: Fleet, job: Job) -> list[tuple[float, str]]:
    """Return (arrival, crew) of every free eligible crew, soonest first, from the cards alone."""
    source = seed_fleet.source  # type: ignore[attr-defined]
    open_at_depot: dict[str, int] = {}
    holders = {e.crew_id for e in source["engagements"]}
    depot_of = {crew.id: crew.depot for crew in source["crews"]}
    for e in source["engagements"]:
        open_at_depot[depot_of[e.crew_id]] = open_at_depot.get(depot_of[e.crew_id], 0) + 1
    depots = {d.code: d for d in source["depots"]}
    where = {p.crew_id: p for p in source["positions"]}
    found = []
    for crew in source["crews"]:
        depot, position = depots[crew.depot], where.get(crew.id)
        full = depot.reserve is not None and open_at_depot.get(crew.depot, 0) >= depot.reserve
        minute = 10 * 60 + 30
        a, b = crew.shift_start, crew.shift_end
        on = a <= minute < b if a < b else (a == b or minute >= a or minute < b)
        if full or not on or not crew.active or crew.id in holders or (job.skill and job.skill not in crew.skills):
            continue
        if position is not None and NOW.timestamp() - position.at <= 1800:
            lon, lat = position.lon, position.lat
        elif depot.lon is not None and depot.lat is not None:
            lon, lat = depot.lon, depot.lat
        else:
            continue
        drive = metres(lon, lat, job.lon, job.lat) * RULE.detour[job.area_class]
        found.append((drive / (RULE.speed_kmh[job.area_class] / 3.6), crew.id))
    return sorted(found)


def remembered(seed: int, crews: int) -> Fleet:
    """A seeded fleet that remembers what it was made of."""
    kept: dict[str, object] = {}

    class Remembering(Fleet):
        def load(self, crews, depots, *, positions=(), engagements=()):  # type: ignore[no-untyped-def]
            kept.update(crews=crews, depots=depots, positions=positions, engagements=engagements)
            super().load(crews, depots, positions=positions, engagements=engagements)

    made = fleet_of(seed, crews, kind=Remembering, rule=BORDERLESS)
    made.source = kept  # type: ignore[attr-defined]
    return made


def test_two_hundred_offers_equal_those_worked_out_crew_by_crew() -> None:
    fleet = remembered(7, crews=1500)
    rng = random.Random(7)
    shown = 0
    for n in range(200):
        job = job_of(rng, f"T{n}")
        expected = brute_force(fleet, job)[:8]
        answer = offers(fleet, job, now=NOW, limit=8)
        reach = max(RULE.reach_s, RULE.reach_per_waited * (NOW.timestamp() - job.reported_at))
        soonest_busy = min((o.eta_s for o in answer.offers if o.reason is R.BUSY_UNTIL and o.eta_s), default=None)
        expected = [
            (eta, crew) for eta, crew in expected if eta <= reach or soonest_busy is None or eta <= soonest_busy
        ]
        free = [offer for offer in answer.offers if offer.reason in (R.NEAREST, R.FARTHER)]
        assert [offer.crew_id for offer in free] == [crew for _, crew in expected]
        assert [offer.eta_s for offer in free] == pytest.approx([eta for eta, _ in expected], abs=1)
        shown += len(free)
    assert shown > 1000  # the comparison was not about nothing


# ---- laws -----------------------------------------------------------------------------------------------------------

SEEDS = st.integers(0, 10_000)


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_no_crew_that_could_be_there_sooner_is_passed_over_without_a_reason(seed: int) -> None:
    fleet = fleet_of(seed, 150)
    job = job_of(random.Random(seed))
    answer = offers(fleet, job, now=NOW, limit=len(fleet))
    reasons = said(answer)
    assert sum(answer.counts.values()) == len(fleet)
    if answer.best is None:
        assert not {R.NEAREST, R.FARTHER} & set(reasons.values())
        return
    assert reasons[answer.best.crew_id] is R.NEAREST
    for offer in (*answer.offers, *answer.passed_over):
        if offer.eta_s is not None and offer.eta_s < answer.best.eta_s:  # type: ignore[operator]
            assert offer.reason not in (R.NEAREST, R.FARTHER), offer


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_districts_play_no_part_where_nothing_is_kept_and_nobody_is_asked(seed: int) -> None:
    rng = random.Random(seed)
    job = job_of(rng)
    fleet = fleet_of(seed, 150, rule=BORDERLESS)
    before = offers(fleet, job, now=NOW)
    moved = [
        CrewCard(**{f: getattr(c, f) for f in c.__slots__} | {"county": f"33{rng.randrange(12):04}"})
        for c in fleet.table.crews
    ]
    again = fleet_of(seed, 150, people=moved, rule=BORDERLESS)
    after = offers(again, job, now=NOW)
    assert [(o.crew_id, o.eta_s, o.reason) for o in after.offers] == [
        (o.crew_id, o.eta_s, o.reason) for o in before.offers
    ]


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.sampled_from(list(Policy)))
def test_the_order_in_which_crews_are_listed_changes_nothing(seed: int, policy: Policy) -> None:
    job = job_of(random.Random(seed))
    fleet = fleet_of(seed, 150)
    people = list(fleet.table.crews)
    random.Random(seed + 1).shuffle(people)
    assert offers(fleet, job, now=NOW, policy=policy) == offers(
        fleet_of(seed, 150, people=people), job, now=NOW, policy=policy
    )


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(0, 12))
def test_a_shorter_list_is_the_beginning_of_a_longer_one(seed: int, limit: int) -> None:
    fleet, job = fleet_of(seed, 60), job_of(random.Random(seed))
    short, long = (offers(fleet, job, now=NOW, limit=n) for n in (limit, 60))
    assert short.offers == long.offers[:limit]
    assert short.passed_over == long.passed_over[:limit]
    assert (short.best, short.own_district, short.saved_s) == (long.best, long.own_district, long.saved_s)
    assert short.counts == long.counts


# ---- reach ----------------------------------------------------------------------------------------------------------

FRESH = Job("T1", 121.87, 29.48, "rural", county="330225", reported_at=NOW.timestamp())


def test_a_free_crew_two_hours_away_is_not_sent_by_the_machine_when_a_nearer_one_will_be_free() -> None:
    fleet = small(card("FAR"), card("BUSY"), positions=[at("FAR", 119.9), at("BUSY", 121.88)], engagements=[ENGAGED])
    answer = offers(fleet, FRESH, now=NOW)
    assert answer.best is None
    assert said(answer) == {"BUSY": R.BUSY_UNTIL, "FAR": R.TOO_FAR}


def test_where_nobody_nearer_will_be_free_a_crew_comes_from_anywhere() -> None:
    fleet = small(card("FAR"), positions=[at("FAR", 119.9)])
    answer = offers(fleet, FRESH, now=NOW)
    assert answer.best is not None
    assert answer.best.crew_id == "FAR"


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.floats(0, 3 * 3600))
def test_a_crew_is_too_far_only_beyond_the_reach_and_when_a_busy_one_is_there_sooner(seed: int, waited: float) -> None:
    job = job_of(random.Random(seed), reported_at=NOW.timestamp() - waited)
    reach = max(RULE.reach_s, RULE.reach_per_waited * waited)
    answer = offers(fleet_of(seed, 200), job, now=NOW, limit=200)
    busy = [offer.eta_s for offer in answer.offers if offer.reason is R.BUSY_UNTIL and offer.eta_s is not None]
    for offer in (*answer.offers, *answer.passed_over):
        if offer.eta_s is not None and offer.reason in (R.NEAREST, R.FARTHER):
            assert offer.eta_s <= reach or not busy or offer.eta_s <= min(busy)
        elif offer.eta_s is not None and offer.reason is R.TOO_FAR:
            assert offer.eta_s > max(reach, min(busy))


ENGAGED = Engagement("T0", "BUSY", NOW.timestamp() - 600, NOW.timestamp() + 900, 121.88, 29.48)
