"""Texts in the utility's own words: what is let through composes, and what cannot be sent is named with its remedy."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.kit.mobiles import has_mobile
from dispatch.notify.fieldwords import FIELDS, OF_OCCASION, field_word
from dispatch.notify.templates import LONGEST, TEMPLATES, Occasion, Question, compose
from dispatch.notify.wording import digits, example, faults, fill, longest, tells, understood, worded
from dispatch.tickets import events as e
from tests.worlds import Small, minutes

CUSTOMER = "13900000000"
OWN = "INSERT INTO message_template VALUES ($1, $2, '试', 'admin', now(), 1)"
BODIES = "SELECT body FROM message WHERE occasion = $1 ORDER BY created_at, id"

OCCASIONS = st.sampled_from(list(Occasion))
PIECES = st.lists(
    st.one_of(
        st.sampled_from(["{", "}", "{{", "}}", "{0}", "{}", "{x.__class__}", "{ticket_no!r}", "{n:>9}", "1", "2", "3"]),
        st.sampled_from(["【95598】", "【", "】", "回复1", ",满意回复2。", "\n", " ", "🎉", "%s", "\\1", "$&"]),
        st.sampled_from([f"{{{name}}}" for name in FIELDS]),
        st.text(max_size=12),
    ),
    max_size=12,
)


@st.composite
def texts(draw: st.DrawFn) -> tuple[Occasion, str]:
    """Draw an occasion and a text that somebody might try: the standard one with pieces put in, or pieces alone."""
    occasion = draw(OCCASIONS)
    pieces = draw(PIECES)
    standard = TEMPLATES[occasion].text
    cut = draw(st.integers(0, len(standard)))
    return occasion, draw(st.sampled_from([standard[:cut] + "".join(pieces) + standard[cut:], "".join(pieces)]))


@st.composite
def plain(draw: st.DrawFn) -> tuple[Occasion, str]:
    """Draw a text that says more or other things between the fields of the standard one, and mostly may."""
    occasion = draw(OCCASIONS)
    more = draw(st.text(alphabet="请您尽快处理停电抢修到场好吗,。", max_size=40))
    return occasion, TEMPLATES[occasion].text + more


@given(found=st.one_of(texts(), plain()), value=st.text(max_size=300))
def test_what_is_let_through_composes_for_any_values(found: tuple[Occasion, str], value: str) -> None:
    occasion, text = found
    if faults(occasion, text):
        return
    standard = compose(occasion, dict.fromkeys(TEMPLATES[occasion].fields, value))
    made = worded(standard, {occasion: text})
    assert 0 < len(made.body) <= longest(occasion, text) <= LONGEST
    assert made.body.isprintable()
    said = sum(standard.said[name].count(brace) for name in _named(text) for brace in "{}")
    assert sum(made.body.count(brace) for brace in "{}") == said, "a brace that no value brought"
    assert (made.expects, made.urgent, made.channel, made.replaces) == (
        standard.expects, standard.urgent, standard.channel, standard.replaces,
    )  # fmt: skip
    assert TEMPLATES[occasion].expects is None or digits(TEMPLATES[occasion].text) <= digits(text)


def _named(text: str) -> list[str]:
    return [part.partition("}")[0] for part in text.split("{")[1:]]


@pytest.mark.parametrize("occasion", list(Occasion))
def test_every_standard_text_keeps_the_laws_itself_and_has_an_example(occasion: Occasion) -> None:
    template = TEMPLATES[occasion]
    assert faults(occasion, template.text) == ()
    assert "{" not in example(occasion, template.text)
    for name, most in template.fields.items():
        assert len(field_word(occasion.value, name).example) <= most, name
        assert not has_mobile(field_word(occasion.value, name).example)
    brimming = dict.fromkeys(template.fields, "长" * 400)
    assert len(compose(occasion, brimming).body) == longest(occasion, template.text)


def test_no_field_is_named_that_no_text_has() -> None:
    used = {(occasion.value, name) for occasion, template in TEMPLATES.items() for name in template.fields}
    assert set(FIELDS) == {name for _, name in used}
    assert set(OF_OCCASION) <= used


def test_which_digits_answer_which_question() -> None:
    assert {question: understood(question) for question in Question} == {
        Question.SURVEY: {"1", "2", "3"}, Question.POWER_BACK: {"1", "2"}, Question.NEW_PLACE: {"1", "2"},
    }  # fmt: skip


A, S = Occasion.ACCEPTED, Occasion.SURVEY


@pytest.mark.parametrize(
    ("occasion", "text", "named"),
    [
        (A, "", "空的"),
        (A, "  ", "空的"),
        (A, "工单{ticket_no}已受理", "签名"),
        (A, "【95598】", "签名"),
        (A, "【】工单{ticket_no}", "签名"),
        (A, "【{ticket_no}】已受理", "签名"),
        (A, "【95598】已受理", "缺少字段 {ticket_no}(工单号)"),
        (A, "【95598】{ticket_no}由{crew}处理", "没有字段 {crew},可用的有 {ticket_no}(工单号)"),
        (A, "【95598】{ticket_no}{ticket_no.__class__}", "没有字段 {ticket_no.__class__}"),
        (A, "【95598】{ticket_no}{ticket_no[0]}", "没有字段 {ticket_no[0]}"),
        (A, "【95598】{ticket_no}{0}", "没有字段 {0}"),
        (A, "【95598】{ticket_no!r}", "没有字段 {ticket_no!r}"),
        (A, "【95598】{ticket_no:>99999999}", "没有字段 {ticket_no:>99999999}"),
        (A, "【95598】{{ticket_no}}", "花括号"),
        (A, "【95598】{ticket_no}}", "花括号"),
        (A, "【95598】{ticket_no", "花括号"),
        (A, "【95598】工单{ticket_no}\n已受理", "U+000A"),
        (A, "【95598】工单{ticket_no}\u202e", "U+202E"),
        (A, "【95598】工单{ticket_no}🎉", "U+1F389"),
        (A, "【95598】工单{ticket_no}" + "长" * 200, "请减少 15 字"),
        (A, "【95598】工单{ticket_no}已受理,满意请回复1", "这条消息不提问"),
        (S, "【95598】工单{ticket_no}:满意回复1,一般回复2", "缺少客户答复的数字 3"),
        (S, "【95598】工单{ticket_no}:满意回复1,一般回复2,3个工作日内有效", "缺少客户答复的数字 3"),
        (S, "【12395598】工单{ticket_no}满意吗", "缺少客户答复的数字 1"),
        (S, "【95598】{ticket_no}:满意回复1,一般回复2,不满意回复3,投诉回复4", "回复 4,但系统只认 1、2、3"),
        (Occasion.CREW_JOB, "【派工】工单{ticket_no}", "缺少字段 {address}(地址)"),
    ],
)
def test_what_cannot_be_sent_is_named_with_its_remedy(occasion: Occasion, text: str, named: str) -> None:
    found = faults(occasion, text)
    assert any(named in fault for fault in found), found


@pytest.mark.parametrize(
    ("occasion", "text"),
    [
        (A, "【国网浙江电力】工单{ticket_no}已受理,抢修人员将在45分钟内到场。"),
        (S, "【95598】{ticket_no}已办结。1满意,2一般,3不满意,请回复数字。"),
        (S, "【95598】{ticket_no}已办结,满意请回复\uff1a\uff11,一般\uff12,不满意\uff13"),
        (Occasion.DISPATCHED, "【95598】工单{ticket_no}已派抢修人员前往(工单{ticket_no})。"),
    ],
)
def test_other_words_are_free(occasion: Occasion, text: str) -> None:
    assert faults(occasion, text) == ()


def test_a_value_is_never_read_as_a_field() -> None:
    assert fill("【95598】{a}{b}", {"a": "{b}", "b": "\\1{a.__class__}"}) == "【95598】{b}\\1{a.__class__}"


def test_a_body_is_known_by_what_it_says_of_one_field() -> None:
    text = TEMPLATES[Occasion.CHASED].text
    body = compose(Occasion.CHASED, {"ticket_no": "1", "who": "抢修队", "progress": "在路上,预计9:12到达"}).body
    assert tells(text, body, {"progress": "在路上,预计9:12到达"})
    assert not tells(text, body, {"progress": "在路上"})


async def keep(small: Small, occasion: Occasion, text: str) -> None:
    async with small.db.connection() as connection:
        await connection.execute(OWN, occasion.value, text)


async def bodies(small: Small, occasion: Occasion) -> list[str]:
    async with small.db.connection() as connection:
        return [row["body"] for row in await connection.fetch(BODIES, occasion.value)]


async def test_a_kept_text_that_a_new_release_has_no_fields_for_stops_no_step(small: Small) -> None:
    await keep(small, Occasion.ACCEPTED, "【95598】{ticket_no}{field_of_another_release}")
    await small.does(await small.call(phone=CUSTOMER), "accept", "xiangshan", e.Accepted(), at=minutes(1))
    (body,) = await bodies(small, Occasion.ACCEPTED)
    assert "您的报修已受理" in body


@pytest.mark.parametrize("own", [None, "【95598】{ticket_no}现在{progress},请稍候。"])
async def test_who_asked_is_answered_once_something_is_new_in_whatever_words(small: Small, own: str | None) -> None:
    if own is not None:
        await keep(small, Occasion.CHASED, own)
    ticket = await small.walk(await small.call(phone=CUSTOMER), to="dispatch")
    await small.call(phone=CUSTOMER, at=minutes(3))
    ticket = await small.does(ticket, "crew-accept", "crew-1", e.CrewAccepted(), at=minutes(4))
    ticket = await small.does(ticket, "depart", "crew-1", e.Departed(), at=minutes(5))
    assert await bodies(small, Occasion.CHASE_ANSWERED) == []  # nothing that he does not know already
    await small.does(ticket, "arrive", "crew-1", e.Arrived(), at=minutes(6))
    assert len(await bodies(small, Occasion.CHASE_ANSWERED)) == 1
    (told,) = await bodies(small, Occasion.CHASED)
    assert ("请稍候" in told) is (own is not None)


async def test_one_batch_asks_once_for_the_texts_of_all_its_messages(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dispatch.notify import ownwords, texts  # noqa: PLC0415 - what is counted

    asked: list[list[str]] = []
    real = ownwords.in_force

    async def counted(tx: object, occasions: set[Occasion]) -> object:
        asked.append(sorted(occasions))
        return await real(tx, occasions)  # type: ignore[arg-type]

    monkeypatch.setattr(ownwords, "in_force", counted)
    rules = small.desk.pack.messages
    assert rules is not None
    batch = [
        texts.Message(
            f"m{n}", "330225", None, f"1390000{n:04d}", compose(A, {"ticket_no": str(n)}), small.desk.pack.key
        )
        for n in range(50)
    ]
    async with small.db.transaction() as tx:
        await texts.enqueue_all(tx, batch, rules={small.desk.pack.key: rules}, at=minutes(0) + timedelta(seconds=1))
    assert asked == [["accepted"]]
