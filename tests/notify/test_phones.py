"""One number however it was written; whatever a person may enter can be kept, read again and dialled."""

from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from dispatch.desk.supervision.contacts import Phone as DutyPhone
from dispatch.notify.phones import NUMBER, is_mobile, plain

ENTERED = st.from_regex(NUMBER, fullmatch=True).filter(lambda text: len(text) <= 20)


@given(ENTERED)
@example("000")
@example("00 0")
@example("+0086")
def test_a_number_that_was_entered_is_one_after_it_was_kept(phone: str) -> None:
    """Found by chance: 000 was kept as 0, and the list of those on duty could not be read any more."""
    kept = plain(phone)
    assert kept == plain(kept)
    assert TypeAdapter(DutyPhone).validate_python(kept) == kept


def test_a_mobile_number_is_one_number_with_and_without_what_stands_before_it() -> None:
    ways = ("13900000000", "013900000000", "+86 139-0000-0000", "0086 13900000000", "8613900000000")
    assert {plain(way) for way in ways} == {"13900000000"}
    assert all(map(is_mobile, ways))


def test_a_number_abroad_keeps_what_dials_it() -> None:
    assert plain("00852 21234567") == "0085221234567"
    assert plain("0574-65000000") == "057465000000"
