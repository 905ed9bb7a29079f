"""
Working days of China (工作日): weekends, the State Council's holidays, and the make-up working days (调休) for them.

The years come with the library ``chinesecalendar``; a year's holidays are announced in the November before it, so a
site may have to add the next one by hand (setting ``DISPATCH_HOLIDAYS``). Pure: dates in, dates out.

How days are counted: the day on which a term begins does not count, and a term ends with its last day, at 24:00
(《民法典》 art. 201 and 203 [K]).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Self

import chinese_calendar
import yaml

from dispatch.kit.files import unread

from .clock import CHINA
from .errors import Invalid, Refusal

DAY = timedelta(days=1)
SATURDAY = 5
PARTS = frozenset({"source", "holidays", "workdays"})  # not "off": YAML reads that as false


class CalendarEnds(Refusal):
    """The holiday table does not reach the day that was asked for; nothing is guessed."""


class BadHolidays(Invalid):
    """The file of further holidays cannot be used; the message names the year and what is wrong."""


@dataclass(frozen=True)
class Calendar:
    """
    The working days of whole years.

    :param first_year: the first year whose holidays are known
    :param last_year: the last one; all between are known too
    :param off: weekdays and weekends on which nobody works
    :param work: weekends on which people work (调休)
    """

    first_year: int
    last_year: int
    off: frozenset[date] = field(repr=False)
    work: frozenset[date] = field(repr=False)

    def is_workday(self, day: date) -> bool:
        """:raises CalendarEnds: if the year's holidays are not known"""
        self._check(day)
        return day in self.work or (day.weekday() < SATURDAY and day not in self.off)

    def workdays_after(self, day: date) -> Iterator[date]:
        """
        Yield the working days after a day, for as long as they are known.

        :raises CalendarEnds: when the table ends
        """
        while True:
            day += DAY
            if self.is_workday(day):
                yield day

    def add_workdays(self, day: date, n: int) -> date:
        """
        Return the n-th working day after a day; for n = 0 the day itself.

        :raises CalendarEnds: if it lies beyond the known years
        """
        if n < 0:
            raise ValueError("n counts forwards")
        return next(islice(self.workdays_after(day), n - 1, None)) if n else day

    def workdays_between(self, first: date, last: date) -> int:
        """
        Return how many working days there are after ``first`` up to and including ``last``; negative if it lies before.

        :raises CalendarEnds: if one of them lies beyond the known years
        """
        self._check(first)
        self._check(last)
        if last < first:
            return -self.workdays_between(last, first)
        return sum(self.is_workday(first + n * DAY) for n in range(1, (last - first).days + 1))

    def _check(self, day: date) -> None:
        if self.first_year <= day.year <= self.last_year:
            return
        raise CalendarEnds(
            f"节假日表只有 {self.first_year} 至 {self.last_year} 年,无法确定 {day.isoformat()} 是否工作日:"
            f"请升级程序包 chinesecalendar,或在 DISPATCH_HOLIDAYS 指定的 YAML 文件中补充 {day.year} 年的放假与调休日期",
            asked=day.isoformat(),
            last_year=self.last_year,
        )

    @classmethod
    def of_library(cls) -> Self:
        """Return the years that the installed library knows."""
        off, work = frozenset(chinese_calendar.holidays), frozenset(chinese_calendar.workdays)
        return cls(min(off).year, max(off).year, off, work)

    @classmethod
    def load(cls, path: Path | None = None) -> Self:
        """
        Return the library's years and those of a file; a year that the file gives counts as the file says.

        :raises BadHolidays: naming what is wrong in the file
        """
        known = cls.of_library()
        if path is None:
            return known
        try:
            body = yaml.safe_load(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise BadHolidays(
                f"环境变量 DISPATCH_HOLIDAYS 指定的节假日文件 {path} 读不出来({unread(error)}):"
                "请核对路径、权限和 YAML 格式",
                field="DISPATCH_HOLIDAYS",
            ) from error
        return known.having(body, str(path))

    def having(self, years: object, file: str = "") -> Self:
        """
        Return this calendar with further years.

        :param years: ``{2027: {source: …, holidays: [2027-01-01, …], workdays: [2027-01-03, …]}}``
        :raises BadHolidays: naming the year and what is wrong
        """
        if not isinstance(years, Mapping) or not years or not all(type(year) is int for year in years):
            raise BadHolidays(
                f"节假日文件 {file} 应按年列出,例如 2027: {{source: …, holidays: […], workdays: […]}}", field=file
            )
        read = {year: _year(year, years[year], file) for year in sorted(years)}
        first, last = min(self.first_year, *read), max(self.last_year, *read)
        if gaps := set(range(first, last + 1)) - set(range(self.first_year, self.last_year + 1)) - read.keys():
            raise BadHolidays(f"节假日文件 {file} 缺少 {min(gaps)} 年,请补齐中间各年", field=str(min(gaps)))
        off = frozenset().union(*(off for off, _ in read.values()))
        work = frozenset().union(*(work for _, work in read.values()))
        return type(self)(first, last, off | _but(self.off, read), work | _but(self.work, read))


def _but(days: frozenset[date], years: Iterable[int]) -> frozenset[date]:
    """Return the days of other years."""
    replaced = set(years)
    return frozenset(day for day in days if day.year not in replaced)


def _year(year: int, part: Any, file: str) -> tuple[frozenset[date], frozenset[date]]:
    """Return one year's days off and make-up working days."""

    def refuse(why: str) -> BadHolidays:
        return BadHolidays(f"节假日文件 {file} 的 {year} 年{why}", field=str(year), file=file)

    if not isinstance(part, Mapping) or set(part) != PARTS or not str(part["source"] or "").strip():
        raise refuse("须且只须写明 source(国务院办公厅通知文号)、holidays(放假日期)、workdays(调休上班日期)")
    found = []
    for name in ("holidays", "workdays"):
        days = part[name]
        if not isinstance(days, list) or not all(type(day) is date and day.year == year for day in days):
            raise refuse(f"的 {name} 应为该年的日期列表,例如 [{year}-10-01]")
        found.append(frozenset(days))
    off, work = found
    if not off:
        raise refuse("没有放假日期")
    if wrong := sorted(off & work) or sorted(day for day in work if day.weekday() < SATURDAY):
        raise refuse(f"的 {wrong[0].isoformat()} 写成调休上班,但它同时放假或本来就是工作日,请核对")
    return off, work


def day_of(at: datetime) -> date:
    """Return the day in China."""
    return at.astimezone(CHINA).date()


def begin_of(day: date) -> datetime:
    """Return the instant (UTC) a day begins in China; a term that ends with a day ends when the next one begins."""
    return datetime.combine(day, time(0), CHINA).astimezone(UTC)
