"""
What the columns of an export are, read from the shapes of the list: dates, yes and no, words with their Chinese names.

A path that the shape does not have is refused when the program starts, so no column can outlive its field.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from dispatch.kit.words import Labelled
from dispatch.reports.copies import Column, Kind

UNITS = frozenset(  # fields that hold an area's code
    {"area", "county", "depot", "lender", "borrower", "crew_area", "parent", "under"}
)
Said = str | tuple[str, Mapping[str, str]]  # a heading, or heading and what words are called that have no enumeration


class NoSuchColumn(Exception):
    """The shape of the list has no such field."""


def columns_of(row: type[BaseModel], wanted: Mapping[str, Said]) -> tuple[Column, ...]:
    """
    Return the columns of a table.

    :param row: shape of one row of the list
    :param wanted: by dotted path
    :raises NoSuchColumn: if the shape has not what a path names
    """
    return tuple(_column(row, path, said) for path, said in wanted.items())


def _column(row: type[BaseModel], path: str, said: Said) -> Column:
    names = tuple(path.split("."))
    found = set(_types(row, names))
    if not found:
        raise NoSuchColumn(f"{row.__name__} has no {path}")
    heading, labels = (said, _labels(found)) if isinstance(said, str) else said
    return Column(heading, names, _kind(names[-1], found), labels)


def _kind(name: str, found: set[type]) -> Kind:
    if name in UNITS:
        return Kind.AREA
    return Kind.INSTANT if found == {datetime} else Kind.DAY if found == {date} else Kind.TEXT


def _labels(found: set[type]) -> dict[str, str]:
    return {member.value: member.label for one in found if issubclass(one, Labelled) for member in one}


def _types(shape: Any, path: Sequence[str]) -> Iterator[type]:
    """Yield the plain types that a value at the path may have."""
    if get_origin(shape) is not None:
        yield from _inside(get_origin(shape), get_args(shape), path)
    elif issubclass(shape, BaseModel) and path:
        if path[0] in shape.model_fields:
            yield from _types(shape.model_fields[path[0]].annotation, path[1:])
    elif not path and shape is not type(None):
        yield shape


def _inside(origin: Any, parts: Sequence[Any], path: Sequence[str]) -> Iterator[type]:
    if origin is Annotated:
        yield from _types(parts[0], path)
    elif origin in (Union, UnionType):
        for part in parts:
            yield from _types(part, path)
    elif origin is Literal or issubclass(origin, Mapping):
        yield str  # a word, or whatever was said
    else:
        yield from _types(parts[0], path[1:])  # of a list: one place in it, or all of it
