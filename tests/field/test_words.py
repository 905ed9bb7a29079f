"""What a crew says in a few words, by telephone and SMS."""

import pytest

from dispatch.desk.field.words import UnknownWord, understood
from dispatch.tickets.events import CrewRejected, Restored
from dispatch.tickets.words import RejectReason


@pytest.mark.parametrize(
    ("text", "kind", "ticket_no", "rest"),
    [
        ("接", "crew-accept", None, ""),
        ("接单", "crew-accept", None, ""),
        ("出发了", "depart", None, ""),
        ("已到场", "arrive", None, ""),
        ("到 2607010000001", "arrive", "2607010000001", ""),
        ("到2607010000001", "arrive", "2607010000001", ""),
        (" 到达现场。\n", "arrive", None, ""),
        ("完,更换熔丝", "restore", None, "更换熔丝"),
        ("修好 2607010000001 更换熔丝", "restore", "2607010000001", "更换熔丝"),
        ("拒:车辆故障", "crew-reject", None, "车辆故障"),
    ],
)
def test_the_few_words_are_understood(text: str, kind: str, ticket_no: str | None, rest: str) -> None:
    said = understood(text)
    assert (said.kind, said.ticket_no, said.text) == (kind, ticket_no, rest)


@pytest.mark.parametrize(
    "text", ["", "到不了", "接不了这单", "没修好", "完不成", "你好", "123", "到底哪里", "修好一半"]
)
def test_what_may_mean_the_opposite_is_not_taken_for_a_report(text: str) -> None:
    with pytest.raises(UnknownWord):
        understood(text)


def test_a_finish_in_a_word_is_marked_as_brief() -> None:
    event = understood("完工 更换5号杆熔丝").event()
    assert isinstance(event, Restored)
    assert event.brief
    assert event.field_record == "更换5号杆熔丝"


def test_a_job_is_given_back_with_one_of_the_reasons_only() -> None:
    event = understood("拒 道路塌方").event()
    assert isinstance(event, CrewRejected)
    assert event.reason is RejectReason.NO_ACCESS
    with pytest.raises(UnknownWord, match="原因"):
        understood("拒 不想去").event()
