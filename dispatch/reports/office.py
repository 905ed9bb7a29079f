"""The reports that an office asks for: which there are, of which period, as which file."""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from dispatch.desk.closing.reporting import Material
from dispatch.kit.days import begun, span_of
from dispatch.kit.errors import Invalid

from .daily import daily
from .leaves import leaves
from .page import page
from .paper import paper
from .weekly import weekly
from .workbook import workbook


class Period(StrEnum):
    """Which report."""

    DAILY = "daily"
    WEEKLY = "weekly"


class Shape(StrEnum):
    """Which file."""

    XLSX = "xlsx"
    DOCX = "docx"
    HTML = "html"
    PDF = "pdf"


BOOKS = {Period.DAILY: daily, Period.WEEKLY: weekly}
SHAPES = {Shape.XLSX: workbook, Shape.DOCX: paper, Shape.HTML: page, Shape.PDF: leaves}


class BadWeek(Invalid):
    """No week of the calendar."""


def monday(week: str) -> date:
    """
    Return the first day of a week as ISO 8601 numbers them, ``2026-W27``.

    :raises BadWeek: if the year has no such week
    """
    year, number = week.split("-W")
    try:
        return date.fromisocalendar(int(year), int(number), 1)
    except ValueError:
        raise BadWeek(f"没有 {week} 这一周,请按 2026-W27 这样填写年份和周次", field="week") from None


def span(period: Period, day: date, now: datetime) -> tuple[datetime, datetime]:
    """
    Return the day, or its week from Monday to Sunday, in Chinese time, half-open.

    :raises BadDay: if the day lies ahead, or before all records
    """
    begun(day, at=now)
    first, days = (day, 1) if period is Period.DAILY else (day - timedelta(days=day.weekday()), 7)
    begin = span_of(first)[0].astimezone(UTC)
    return begin, begin + timedelta(days=days)


def file(asked: tuple[Period, Shape, Material]) -> bytes:
    """Return the report as a file."""
    period, shape, material = asked
    return SHAPES[shape](BOOKS[period](material))
