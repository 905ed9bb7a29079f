"""
How full a half-day will be when its list is frozen, and what to declare for it (承载力预测).

Pure. What is booked now, and by how much the same weekday of the last weeks still grew between this hour and the freeze
(the pickup method of hotels and airlines). A week that was full hides how many more would have come.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import fmean, pstdev

DIGITS = 6  # below which a difference is none: the sum of tenths is not exact


@dataclass(frozen=True, slots=True)
class Past:
    """
    The same half-day of an earlier week.

    :param booked: places that were taken at this hour
    :param came: visits at the freeze
    :param declared: visits that were declared
    """

    booked: int
    came: int
    declared: int

    @property
    def full(self) -> bool:
        return self.came >= self.declared > 0


@dataclass(frozen=True, slots=True)
class Forecast:
    """
    :param expected: visits at the freeze, as far as they are declared
    :param suggested: visits to declare
    """

    expected: float
    suggested: int
    because: str


@dataclass(frozen=True, slots=True)
class Compared:
    """One half-day that is over. ``last_week``: visits of the same half-day a week before; None: unknown."""

    expected: float
    came: int
    last_week: int | None


@dataclass(frozen=True, slots=True)
class Errors:
    """
    How far forecasts were off, in visits for each half-day and class.

    :param n: half-days that are over
    :param mean_error: mean of |expected - came|; None: there is none
    :param compared: of these, how many have a week before
    :param mean_error_there: the mean error on those
    :param as_last_week: on the same, of who says "as last week"
    """

    n: int
    mean_error: float | None
    compared: int
    mean_error_there: float | None
    as_last_week: float | None


def foresee(*, declared: int, booked: int, past: Sequence[Past]) -> Forecast:
    """
    Return how full a half-day will be.

    :param declared: visits declared for it now
    :param booked: places that are taken now
    :param past: the last weeks' same half-days, in any order
    """
    if not past:
        expected = min(booked, declared)
        suggested = max(booked, declared)
        because = f"已约 {booked} 户;没有往周可比,按现有预约估计。已申报 {declared} 户"
        return Forecast(float(expected), suggested, because)
    grew = [each.came - each.booked for each in past]
    wanted = max(0.0, round(booked + fmean(grew), DIGITS))
    full = [each for each in past if each.full]
    suggested = max(booked, ceil(round(wanted + pstdev(grew), DIGITS)), *(each.came + 1 for each in full))
    return Forecast(
        min(wanted, float(declared)), suggested, _because(declared, booked, wanted, suggested, grew, len(full))
    )


def _because(declared: int, booked: int, wanted: float, suggested: int, grew: Sequence[int], full_n: int) -> str:
    weeks, mean = len(grew), fmean(grew)
    change = f"再增 {mean:.1f} 户" if mean >= 0 else f"减少 {-mean:.1f} 户"
    said = f"已约 {booked} 户;近 {weeks} 周同一天从此刻到截单平均{change}({min(grew)} 至 {max(grew)})"
    said += f",预计需要 {wanted:.1f} 户"
    if full_n:
        said += f";其中 {full_n} 周约满,实际需求可能更多"
    if suggested > declared:
        return f"{said}。已申报 {declared} 户,偏少,建议申报 {suggested} 户"
    if suggested < declared:
        return f"{said}。已申报 {declared} 户,有富余,{suggested} 户即可"
    return f"{said}。已申报 {declared} 户,正合适"


def errors(compared: Sequence[Compared]) -> Errors:
    """Return how far off the forecasts were, and who says "as last week", on the same half-days."""
    both = [(each, each.last_week) for each in compared if each.last_week is not None]
    return Errors(
        n=len(compared),
        mean_error=_mean([abs(each.expected - each.came) for each in compared]),
        compared=len(both),
        mean_error_there=_mean([abs(each.expected - each.came) for each, _ in both]),
        as_last_week=_mean([abs(last - each.came) for each, last in both]),
    )


def _mean(numbers: Sequence[float]) -> float | None:
    return fmean(numbers) if numbers else None
