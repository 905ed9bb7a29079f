"""The reports that an office asks for: which there are, of which period, as which file."""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from dispatch.desk.closing.reporting import Material
from dispatch.kit.clock import CHINA
from dispatch.kit.errors import Invalid

from .daily import daily
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


BOOKS = {Period.DAILY: daily, Period.WEEKLY: weekly}
SHAPES = {Shape.XLSX: workbook, Shape.DOCX: paper, Shape.HTML: page}


class NotYet(Invalid):
    """A day that lies ahead."""


def span(period: Period, day: date, now: datetime) -> tuple[datetime, datetime]:
    """
    Return the day, or its week from Monday to Sunday, in Chinese time, half-open.

    :raises NotYet: if the day lies ahead
    """
    if day > (today := now.astimezone(CHINA).date()):
        raise NotYet(f"日期不能晚于今天({today}),现为 {day},请改正", field="date")
    first, days = (day, 1) if period is Period.DAILY else (day - timedelta(days=day.weekday()), 7)
    begin = datetime.combine(first, time(), CHINA).astimezone(UTC)
    return begin, begin + timedelta(days=days)


def file(asked: tuple[Period, Shape, Material]) -> bytes:
    """Return the report as a file."""
    period, shape, material = asked
    return SHAPES[shape](BOOKS[period](material))
