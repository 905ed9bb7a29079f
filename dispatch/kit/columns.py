"""
Many rows for one statement: each column is one parameter, and the statement makes rows of them with ``unnest``.

The driver looks at every element of an array for arrays within it, which takes five times as long as sending it. A
column of words of our own is therefore sent as one text, which the server cuts apart (``words``).
"""

from collections.abc import Sequence
from typing import Any

UNIT, NOTHING, END = "\x1f", "\x1e", "."  # between two words; instead of one that is missing; behind the last

Columns = list[Any]


class Unpackable(ValueError):
    """A word has a control character that only stands between words."""


def words(number: int) -> str:
    """Return what makes an array of words of the statement's parameter of that number; see ``packed``."""
    return f"trim_array(string_to_array(${number}, E'\\x1f', E'\\x1e'), 1)"


def packed(column: Sequence[str | None]) -> str:
    """
    Return a column as one text: identifiers, codes and JSON, which have no control characters; None is NULL.

    :raises Unpackable: if one has
    """
    missing = column.count(None)
    said = [NOTHING if word is None else word for word in column] if missing else column
    text = UNIT.join((*said, END))  # type: ignore[arg-type]
    if text.count(UNIT) != len(column) or text.count(NOTHING) != missing:
        raise Unpackable("a word of the rows has a control character in it")
    return text


def columns(rows: Sequence[tuple[Any, ...]], kinds: str) -> Columns:
    """
    Return rows as columns.

    :param kinds: a letter for each column: ``w`` words, sent as one text, ``.`` anything else, sent as an array
    """
    turned = zip(*rows, strict=True) if rows else ((),) * len(kinds)
    return [packed(column) if kind == "w" else list(column) for column, kind in zip(turned, kinds, strict=True)]
