"""Rows for one statement arrive as they were given, whatever is missing in them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.kit.columns import NOTHING, UNIT, Unpackable, columns, packed, words
from dispatch.kit.db import Database
from dispatch.tickets.words import Stage

SQL = f"SELECT * FROM unnest({words(1)}, $2::int[], {words(3)}) AS n(name, number, remark)"
WORD = st.none() | st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=5)


async def returned(db: Database, rows: list[tuple[str | None, int | None, str | None]]) -> list[tuple[object, ...]]:
    async with db.connection() as connection:
        return [tuple(row.values()) for row in await connection.fetch(SQL, *columns(rows, "w.w"))]


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("", 1, None)],
        [(None, 1, None)],
        [("", 1, ""), ("", 2, "")],
        [(None, None, "督办"), ("{a,b}", 2, '"\\'), (".", 3, "NULL")],
        [(Stage.SUBMITTED, 1, "x")],
    ],
)
async def test_rows_arrive_as_they_were_given(
    db: Database, rows: list[tuple[str | None, int | None, str | None]]
) -> None:
    assert await returned(db, rows) == rows


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(WORD, st.none() | st.integers(0, 9), WORD), max_size=6))
async def test_any_words_arrive_as_they_were_given(
    db: Database, rows: list[tuple[str | None, int | None, str | None]]
) -> None:
    assert await returned(db, rows) == rows


@pytest.mark.parametrize("word", [UNIT, NOTHING, f"a{UNIT}b", f"a{NOTHING}"])
def test_a_word_that_would_be_taken_for_two_or_for_none_is_refused(word: str) -> None:
    with pytest.raises(Unpackable):
        packed(["a", word, None])
