"""Quantities of the trade as a rule pack states them: a value, its unit, and the source it comes from."""

from collections.abc import Mapping
from datetime import time, timedelta
from functools import lru_cache
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from .errors import NotFound

SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400}

Source = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=300)]
Window = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class NoSuchNumber(NotFound):
    """The pack sets no such limit."""


class Strict(BaseModel):
    """A part of a pack: no unknown key, nothing converted silently."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Number(Strict):
    """A quantity of the trade and where it comes from."""

    value: Annotated[float, Field(ge=0)]
    unit: str
    source: Source


class Span(Number):
    """A length of time."""

    unit: Literal["s", "min", "h", "d"]

    @property
    def duration(self) -> timedelta:
        return _length(self.value, self.unit)


@lru_cache(maxsize=1024)  # a storm asks for the same few again and again
def _length(value: float, unit: str) -> timedelta:
    return timedelta(seconds=value * SECONDS[unit])


N = TypeVar("N", bound=Number)


class Workdays(Number):
    unit: Literal["workday"]


class Count(Number):
    value: Annotated[int, Field(ge=0)]
    unit: Literal["times", "jobs", "stations", "characters", "people"]


class Distance(Number):
    value: Annotated[float, Field(gt=0)]
    unit: Literal["km"]


class Speed(Number):
    value: Annotated[float, Field(gt=0)]
    unit: Literal["km/h"]


class Voltage(Number):
    value: Annotated[float, Field(gt=0)]
    unit: Literal["V"]


class Ratio(Number):
    value: Annotated[float, Field(gt=0)]
    unit: Literal["ratio"]


class Windows(Strict):
    """Parts of the day, Asia/Shanghai, half-open; one may run over midnight."""

    value: tuple[Window, ...] = Field(strict=False)
    unit: Literal["local_time"]
    source: Source

    @property
    def spans(self) -> tuple[tuple[time, time], ...]:
        parts = (window.partition("-") for window in self.value)
        return tuple((time.fromisoformat(begin), time.fromisoformat(end)) for begin, _, end in parts)


class Names(Strict):
    value: tuple[Name, ...] = Field(strict=False)
    unit: Literal["names"]
    source: Source


class Phrases(Strict):
    """Words and turns of speech, as people write them."""

    value: tuple[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)], ...] = Field(
        strict=False, min_length=1
    )
    unit: Literal["words"]
    source: Source


class ByArea(Strict, Generic[N]):
    """A quantity that differs by the area class of the fault."""

    urban: N
    rural: N
    remote: N

    def of(self, area_class: str) -> N:
        """:raises NoSuchNumber: if there is no such class"""
        return by_name({"urban": self.urban, "rural": self.rural, "remote": self.remote}, area_class)


class SpanByCategory(Strict):
    hv: Span
    lv: Span
    pq: Span
    meter: Span
    cust: Span
    nonpower: Span
    ev: Span

    def of(self, category: str) -> Span:
        """:raises NoSuchNumber: if there is no such category"""
        numbers: dict[str, Span] = {name: getattr(self, name) for name in type(self).model_fields}
        return by_name(numbers, category)


def by_name(numbers: Mapping[str, N], name: str) -> N:
    """:raises NoSuchNumber: naming what there is"""
    if name not in numbers:
        raise NoSuchNumber(f"此项按类别规定,类别应为 {'、'.join(numbers)} 之一,现为 {name!r}", name=name)
    return numbers[name]
