"""Sections of a rule pack for what is not a repair: other tickets, 业扩 stages, bad weather. All optional in a pack."""

from datetime import time
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from .numbers import Name, Ratio, Source, Span, Strict, Workdays

DayTime = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class StageRule(Strict):
    """One stage of a service request, and how long it may take; without a limit it takes what it takes."""

    step: Name
    limit: Span | Workdays | None = None
    since: Literal["opened", "previous"] = "previous"  # where the limit counts from: the request, or the stage before


Stages = Annotated[tuple[StageRule, ...], Field(strict=False, min_length=1)]


class ServiceRules(Strict):
    """Non-repair tickets (domain 6.1) by kind, and new connections (业扩, 6.2) by class of customer."""

    requests: dict[Name, Stages]
    connections: dict[Name, Stages]
    first_warning: Ratio  # share of the limit that is left
    second_warning: Ratio


class DayTimes(Strict):
    """Times of the day, Asia/Shanghai."""

    value: Annotated[tuple[DayTime, ...], Field(strict=False, min_length=1)]
    unit: Literal["local_time"]
    source: Source

    @property
    def times(self) -> tuple[time, ...]:
        return tuple(sorted(time.fromisoformat(value) for value in self.value))


class WeatherRules(Strict):
    """Bad-weather orders (恶劣天气令) and the reports on a disaster (domain 2.11)."""

    longest: Span  # of one order
    backdated: Span  # how long before it is issued an order may begin
    first_report: Span  # 快报, after the beginning
    reports_at: DayTimes  # 续报, daily
