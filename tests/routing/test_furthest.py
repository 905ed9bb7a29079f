"""Nobody is sent on a drive that is longer than a crew may work in a day, alone or in a plan for many."""

import random
from dataclasses import replace

import pytest

from dispatch.kit.rulepack import Packs
from dispatch.routing.batch import assign
from dispatch.routing.duty import with_pauses
from dispatch.routing.fleet import Fleet, Position
from dispatch.routing.model import CrewCard, DepotCard, Duty, Job, NoCrew, ReasonCode, RoutingRule
from dispatch.routing.nearest import offers
from dispatch.routing.rules import rule_of
from dispatch.routing.travel import Straight, longest_s

from .fleets import NOW, RULE

HERE = (121.87, 29.48)
PACK = Packs.load().latest("sgcc")


def fleet(rule: RoutingRule, *spots: tuple[float, float]) -> Fleet:
    made = Fleet(rule)
    crews = [CrewCard(f"C{n}", f"{n}班", "D1", "330225") for n in range(len(spots))]
    made.load(crews, [DepotCard("D1", *HERE)])
    made.move([Position(card.id, *spot, NOW.timestamp()) for card, spot in zip(crews, spots, strict=True)])
    return made


def job(lon: float = HERE[0], lat: float = HERE[1]) -> Job:
    return Job("T1", lon, lat, "rural", "330225", reported_at=NOW.timestamp())


def test_the_limit_is_what_the_rule_pack_lets_a_crew_work_in_a_day() -> None:
    assert PACK.nearest is not None
    assert longest_s(rule_of(PACK)) == PACK.nearest.duty.work.duration.total_seconds() == 16 * 3600
    assert longest_s(replace(RULE, duty=Duty())) == 24 * 3600


def test_who_would_drive_for_days_is_unreachable_and_told_why() -> None:
    answer = offers(fleet(RULE, (100.0, -30.0)), job(), now=NOW)
    assert (answer.best, answer.offers, answer.refusal) == (None, (), NoCrew.UNREACHABLE)
    (crew,) = answer.passed_over
    assert (crew.reason, crew.eta_s) == (ReasonCode.UNREACHABLE, None)
    assert crew.way.startswith("路上约需 9 天")
    assert "超过一天内作业时限 16 小时(规则包 nearest.duty.work)" in crew.sentence
    assert assign(fleet(RULE, (100.0, -30.0)), [job()], now=NOW).pairs == ()


@pytest.mark.parametrize("seed", range(4))
def test_no_offer_and_no_plan_ever_asks_for_more(seed: int) -> None:
    rng, longest = random.Random(seed), longest_s(RULE)
    spots = [(rng.uniform(80, 135), rng.uniform(10, 50)) for _ in range(60)]
    there = fleet(RULE, *spots)
    wanted = [replace(job(rng.uniform(100, 122), rng.uniform(20, 40)), id=f"T{n}") for n in range(6)]
    for one in wanted:
        answer = offers(there, one, now=NOW, limit=60)
        lon, lat = zip(*spots, strict=True)
        drives = Straight(RULE).to_job(lon, lat, one.lon, one.lat, area_class="rural", at=NOW).seconds
        too_far = with_pauses(drives, RULE.duty) > longest
        assert answer.counts.get(ReasonCode.UNREACHABLE, 0) == int(too_far.sum())
        assert all(offer.eta_s is not None and offer.eta_s <= longest for offer in answer.offers)
    assert all(pair.eta_s <= longest for pair in assign(there, wanted, now=NOW).pairs)
