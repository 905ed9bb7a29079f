"""A reply that checks itself while it is filled: each reason of the auditors, and what passes."""

from typing import Any

import pytest

from dispatch.kit.rulepack import Packs
from dispatch.tickets import events as e
from dispatch.tickets.model import Ticket
from dispatch.tickets.replyform import Defect, Severity, check, facts, fits
from dispatch.tickets.words import Category, Cause, Ownership, Result, Stage, Symptom
from tests.tickets.history import at
from tests.worlds import REPLY, minutes

PACK = Packs.load().get("sgcc@2026.2")
assert PACK.replies is not None
RULES = PACK.replies
DONE = at(Stage.RESTORED).ticket
GOOD = REPLY.model_copy(update={"handling": "低压分支线5号杆绝缘子被雷击穿,更换后恢复供电"})


def found(ticket: Ticket = DONE, *, photos_n: int = 1, **said: Any) -> tuple[Defect, ...]:
    return check(ticket, e.Replied.model_validate(GOOD.model_dump() | said), RULES, photos_n=photos_n)


def grades(defects: tuple[Defect, ...], field: str) -> set[Severity]:
    return {defect.severity for defect in defects if defect.field == field}


def test_a_good_reply_has_nothing_wrong() -> None:
    assert found() == ()


@pytest.mark.parametrize(
    ("ticket", "said", "field", "severity"),
    [
        ({}, {"category": Category.CUST, "cause_l1": Cause.EQUIPMENT}, "cause_l1", Severity.HIGH),
        ({}, {"cause_l1": Cause.LV_BEHIND_METER}, "cause_l1", Severity.HIGH),
        ({}, {"cause_l1": Cause.UNKNOWN}, "cause_l1", Severity.MEDIUM),
        ({"result": Result.CUSTOMER_SIDE}, {}, "ownership", Severity.HIGH),
        ({}, {"category": Category.CUST, "cause_l1": Cause.CUSTOMER}, "ownership", Severity.HIGH),
        ({}, {"ownership": Ownership.CUSTOMER, "evidence": ["contract-7"]}, "ownership", Severity.MEDIUM),
        ({"arrived_at": minutes(1)}, {}, "arrived_at", Severity.HIGH),
        ({"restored_at": minutes(2)}, {}, "restored_at", Severity.HIGH),
        ({"arrived_at": None}, {}, "arrived_at", Severity.MEDIUM),
        ({"located_at": None}, {}, "located_at", Severity.MEDIUM),
        ({}, {"cat_l3": "断线"}, "cat_l3", Severity.MEDIUM),
        ({"field_record": ""}, {"handling": "三楼配电室门已打开检查完"}, "handling", Severity.LOW),
        ({"symptom": Symptom.LOW_VOLTAGE}, {}, "handling", Severity.MEDIUM),
        ({"field_record": ""}, {"handling": "故障已处理,恢复正常。"}, "handling", Severity.HIGH),
        ({}, {"handling": "线路已处理"}, "handling", Severity.MEDIUM),
        ({"repeat_of": "an-old-one"}, {"handling": "低压线路更换熔丝"}, "handling", Severity.MEDIUM),
        ({}, {"handling": GOOD.handling + ",客户无人接听,已告知客户"}, "handling", Severity.MEDIUM),
        ({}, {"handling": GOOD.handling + ",搞定"}, "handling", Severity.LOW),
    ],
)
def test_each_reason_of_the_auditors_is_found(
    ticket: dict[str, Any], said: dict[str, Any], field: str, severity: Severity
) -> None:
    defects = found(DONE.model_copy(update=ticket), **said)
    assert severity in grades(defects, field), defects
    assert all(defect.message and defect.remedy for defect in defects)


def test_ownership_of_others_needs_a_picture_or_a_contract() -> None:
    ticket = DONE.model_copy(update={"ownership": Ownership.CUSTOMER, "site_ownership": Ownership.CUSTOMER})
    said = {"ownership": Ownership.CUSTOMER}
    assert grades(found(ticket, photos_n=0, **said), "evidence") == {Severity.HIGH}
    assert found(ticket, photos_n=1, **said) == ()
    assert found(ticket, photos_n=0, evidence=["contract-7"], **said) == ()


def test_nobody_misses_the_times_of_a_ticket_that_nobody_had_to_go_to() -> None:
    alone = {"dispatches": (), "dispatched_at": None, "arrived_at": None, "located_at": None, "repairing_at": None}
    assert found(DONE.model_copy(update=alone)) == ()


def test_the_severe_stand_first() -> None:
    order = [defect.severity for defect in found(cause_l1=Cause.LV_BEHIND_METER, handling=GOOD.handling + ",搞定")]
    assert order == [Severity.HIGH, Severity.LOW]


def test_wording_alone_never_refuses_a_reply_that_says_anything() -> None:
    for text in ("搞定", "线路已处理", "无人接听,客户满意", "更换熔丝"):
        assert Severity.HIGH not in {defect.severity for defect in found(handling=text)}, text


def test_the_table_of_causes_names_causes_only_and_every_category_has_some() -> None:
    for category in Category:
        names = getattr(RULES.causes, category.value).value
        assert {Cause(name) for name in names}
        assert fits(category, Cause.UNKNOWN, RULES) is None
    assert set(RULES.record_words) == {category.value for category in Category}
    assert set(RULES.answers) <= {symptom.value for symptom in Symptom}


def test_what_is_left_without_the_phrases_that_say_nothing() -> None:
    assert facts("故障已处理,已恢复供电。", RULES) == ""
    assert facts("更换绝缘子后恢复供电", RULES) == "更换绝缘子后"
