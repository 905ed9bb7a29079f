"""The texts that customers and crews get."""

from datetime import UTC, datetime

import pytest
import yaml

from dispatch.notify.templates import (
    FILE,
    LONGEST,
    TEMPLATES,
    BadTemplate,
    Occasion,
    WrongField,
    compose,
    read,
    written,
)

TEXT = FILE.read_text("utf-8")


def changed(occasion: str, **said: object) -> str:
    body = yaml.safe_load(TEXT)
    body[occasion] |= said
    return yaml.safe_dump(body, allow_unicode=True)


@pytest.mark.parametrize("occasion", list(Occasion))
def test_no_text_is_longer_than_three_parts_however_long_its_fields_are(occasion: Occasion) -> None:
    fields = dict.fromkeys(TEMPLATES[occasion].fields, "长" * 400)
    text = compose(occasion, fields)
    assert len(text.body) <= LONGEST
    assert "{" not in text.body
    assert "长长" in text.body or not fields


def test_a_text_says_times_as_people_in_china_do_and_its_question() -> None:
    text = compose(
        Occasion.RESTORED, {"ticket_no": "2607010000001", "restored_at": datetime(2026, 7, 1, 1, 5, tzinfo=UTC)}
    )
    assert "7月1日9:05" in text.body
    assert text.expects == "power_back"


def test_what_customers_wrote_cannot_break_a_line_of_a_text() -> None:
    assert written("丹城镇\r\n东街\t1号\u202e") == "丹城镇 东街 1号"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"ticket_no": "1", "crew": "c"},
        {"ticket_no": "1", "crew": "c", "eta_at": "9:00", "more": "x"},
    ],
)
def test_a_text_is_filled_with_its_own_fields_and_no_others(fields: dict[str, object]) -> None:
    with pytest.raises(WrongField):
        compose(Occasion.DISPATCHED, fields)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("accepted: {", "YAML"),
        ("[]", "缺少"),
        (yaml.safe_dump({**yaml.safe_load(TEXT), "birthday": {}}), "birthday"),
        (changed("survey", text="工单{ticket_no}{crew}"), "survey"),
        (changed("survey", text="没有占位符"), "survey"),
        (changed("survey", fields={"ticket_no": 200}), "210"),
        (changed("survey", expects="weather"), "expects"),
        (changed("survey", replaces=["nothing"]), "replaces"),
        (changed("survey", text="{ticket_no!r}"), "survey"),
    ],
)
def test_a_file_of_texts_that_cannot_be_used_is_refused_with_the_place(text: str, named: str) -> None:
    with pytest.raises(BadTemplate, match=named):
        read(text)
