"""The automatic audit of a crew's reports: each check with what passes, what fails, and what says nothing."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dispatch.kit.rulepack import Packs
from dispatch.tickets.terms import Check
from dispatch.tickets.trust import Assessment, Evidence, Fix, Reading, assess, plain
from dispatch.tickets.words import Ownership, Source
from tests.worlds import minutes

PACK = Packs.load().get("sgcc@2026.2")
assert PACK.field_reports is not None
RULES = PACK.field_reports
SITE = (121.87, 29.48)
HERE = Fix(minutes(20), *SITE)
GOOD = Evidence(
    sent_at=minutes(5),
    arrived_at=minutes(20),
    restored_at=minutes(60),
    arrival_source=Source.APP,
    arrival=HERE,
    before=(Fix(minutes(6), 121.88, 29.47), Fix(minutes(15), 121.875, 29.475)),
    site=SITE,
    readings=(Reading(minutes(10), False), Reading(minutes(61), True)),
    photos_n=1,
    by_app=True,
    same_text_n=0,
    ownership=Ownership.CUSTOMER,
    cause_fits=True,
)


def judged(**changed: Any) -> Assessment:
    return assess(replace(GOOD, **changed), RULES)


def verdict(check: Check, **changed: Any) -> bool | None:
    return next(finding.passed for finding in judged(**changed).findings if finding.check is check)


def test_a_repair_that_everything_bears_out_is_trusted_whole() -> None:
    found = judged()
    assert [finding.check for finding in found.findings] == list(Check)
    assert all(finding.passed for finding in found.findings), found.findings
    assert (found.score, found.doubtful) == (1.0, False)


def test_where_nothing_is_known_nothing_is_held_against_the_crew() -> None:
    found = assess(Evidence(), RULES)
    assert {finding.passed for finding in found.findings} == {None}
    assert (found.score, found.doubtful) == (1.0, False)


def away(km: float) -> Fix:
    return Fix(minutes(20), SITE[0], SITE[1] + km / 111.195)


@pytest.mark.parametrize(
    ("check", "changed", "passed"),
    [
        (Check.ORDER, {"arrived_at": minutes(4)}, False),
        (Check.ORDER, {"restored_at": minutes(19)}, False),
        (Check.POSITION, {"arrival": away(0.29)}, True),
        (Check.POSITION, {"arrival": away(0.31)}, False),
        (Check.POSITION, {"arrival": away(2)}, False),
        (Check.POSITION, {"arrival": None}, False),  # the APP knows where it is
        (Check.POSITION, {"arrival": replace(HERE, accuracy_m=5000.0)}, False),
        (Check.POSITION, {"arrival": None, "arrival_source": Source.PHONE}, None),
        (Check.POSITION, {"arrival": away(2), "arrival_source": Source.PHONE}, False),  # its vehicle was elsewhere
        (Check.POSITION, {"site": None}, None),
        (Check.TRAVEL, {"before": ()}, None),
        (Check.TRAVEL, {"before": (Fix(minutes(19), SITE[0], SITE[1] + 0.1),)}, False),  # 11 km in a minute
        (Check.TRAVEL, {"before": (Fix(minutes(5), SITE[0], SITE[1] + 0.1),)}, True),
        (Check.TRAVEL, {"before": (Fix(minutes(20) - timedelta(seconds=1), *SITE),)}, True),
        (Check.TRAVEL, {"before": (Fix(minutes(20) - timedelta(seconds=2), SITE[0] + 0.002, SITE[1]),)}, True),
        (Check.TRAVEL, {"before": (Fix(minutes(25), 100.0, 29.0),)}, None),  # later ones say nothing of the way there
        (Check.DWELL, {"restored_at": minutes(23)}, True),
        (Check.DWELL, {"restored_at": minutes(22.9)}, False),
        (Check.DWELL, {"arrived_at": None}, None),
        (Check.VOLTAGE, {"readings": ()}, None),
        (Check.VOLTAGE, {"readings": (Reading(minutes(61), False),)}, False),
        (Check.VOLTAGE, {"readings": (Reading(minutes(61), False), Reading(minutes(64), True))}, True),
        (Check.VOLTAGE, {"readings": (Reading(minutes(61), False), Reading(minutes(66), True))}, False),
        (Check.VOLTAGE, {"readings": (Reading(minutes(58), False),)}, False),
        (Check.VOLTAGE, {"readings": (Reading(minutes(10), False),)}, None),
        (Check.VOLTAGE, {"readings": (Reading(minutes(10), False), Reading(minutes(40), True))}, None),
        (
            Check.VOLTAGE,
            {"readings": (Reading(minutes(10), False), Reading(minutes(40), True), Reading(minutes(61), True))},
            False,  # it was back twenty minutes before it is said to be
        ),
        (Check.CAUSE, {"cause_fits": False}, False),
        (Check.CAUSE, {"cause_fits": None}, None),
        (Check.PHOTO, {"photos_n": 0}, False),
        (Check.PHOTO, {"photos_n": 0, "by_app": False}, None),
        (Check.SAME_TEXT, {"same_text_n": 2}, True),
        (Check.SAME_TEXT, {"same_text_n": 3}, False),  # with this one more than three
        (Check.SAME_TEXT, {"same_text_n": None}, None),
        (Check.BOUNDARY, {"photos_n": 0}, False),
        (Check.BOUNDARY, {"photos_n": 0, "ownership": Ownership.GRID}, None),
    ],
)
def test_each_check_has_its_border(check: Check, changed: dict[str, Any], passed: bool | None) -> None:
    assert verdict(check, **changed) is passed


def test_one_failed_check_goes_to_the_auditor_and_three_leave_nothing() -> None:
    once = judged(arrival=away(2), before=())
    assert (once.score, once.doubtful) == (0.65, True)
    assert judged(arrival=away(2), before=(), restored_at=minutes(21), readings=(), cause_fits=False).score == 0.0


def test_a_finding_says_what_was_measured() -> None:
    detail = {finding.check: finding.detail for finding in judged(arrival=away(2)).findings}
    assert "2.0 公里" in detail[Check.POSITION]
    assert "40 分钟" in detail[Check.DWELL]


def test_records_that_differ_in_looks_only_are_the_same() -> None:
    assert plain("更换熔丝, 恢复供电。 OK") == plain("更换熔丝恢复供电ok")
    assert plain("更换熔丝") != plain("更换绝缘子")
