"""The section of a rule pack for booked work day by day: weekly declaration, lengths of visits, half-day lists."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from .numbers import Count, Ratio, Source, Span, Strict, Windows

Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class WeekMoment(Strict):
    """A moment of every week: ``weekday`` 1 is Monday; local time."""

    weekday: Annotated[int, Field(ge=1, le=7)]
    value: Clock
    unit: Literal["local_time"]
    source: Source


class DayMoment(Strict):
    """A moment of every day; local time."""

    value: Clock
    unit: Literal["local_time"]
    source: Source


class VisitLengths(Strict):
    """How long a visit takes on site, by its kind."""

    survey: Span
    metering: Span
    field_test: Span

    def of(self, kind: str) -> Span:
        """Return the length of a kind of visit."""
        found: Span = getattr(self, kind)
        return found


class Modes(Strict):
    """Modes of a county, by name."""

    value: tuple[Literal["normal", "quick", "storm", "manual"], ...]
    unit: Literal["modes"]
    source: Source


def _hours(value: int, source: str) -> Span:
    return Span(value=value, unit="h", source=source)


class WorklistRules(Strict):
    """
    Booked work day by day (承载力申报、预约、派工清单).

    A pack that has the section states all of it but what has a default; one without has ``STANDARD``.
    """

    declared_by: WeekMoment  # week W is declared by this moment of the week before
    reminded: WeekMoment  # depots that have not declared yet are reminded
    inherits: Count  # what was not declared is copied from the last same weekday that was, so many weeks back at most
    lengths: VisitLengths
    tolerance: Span  # an appointment is kept by who arrives at most so long before or after its window
    pooled: Modes  # modes in which the depots of a county make each other's visits
    iterations: Count  # of the search, for each visit of a list: the same input and seed give the same list
    anew: Count  # half-days whose routes are planned anew for one wish that fits in nowhere
    left_out: Span  # driving that is spent at most to keep a visit on its list
    left_out_firm: Ratio  # 约时 and 限时, and what is urgent: so many times more
    late_end: Span  # a visit not reported so long after its half-day ended is taken as not made
    rolls: Count  # times a 限期 visit rolls to the next list by itself; then it is 加急
    forecast_weeks: Count  # so many past weeks tell how a half-day fills
    forecast_at: DayMoment
    task_detour: Span  # a grid service task may cost a crew so much driving
    task_slack: Span  # and leaves at least so much before each promise
    task_work: Span  # on site, where the task says nothing else
    task_hours: Windows  # in which tasks are offered and ended
    task_offers: Count  # that a crew is shown at a time
    task_hold: Span  # so long an offer is one crew's alone
    # a visit that arrived and did not finish is asked for so long after its half-day ended
    unfinished_asked: Span = _hours(1, "[P] the longest kind of work takes three quarters; the rest is overtime")
    # and is taken as not finished so long after it: then it rolls or its customer is asked
    unfinished_end: Span = _hours(4, "[P] the morning's before the office closes, the afternoon's the same evening")


def _span(value: float, unit: str, source: str) -> dict[str, object]:
    return {"value": value, "unit": unit, "source": source}


def _weekly(weekday: int, value: str, source: str) -> dict[str, object]:
    return {"weekday": weekday, "value": value, "unit": "local_time", "source": source}


STANDARD = WorklistRules.model_validate(
    {
        "declared_by": _weekly(4, "17:00", "[P] domain 7.2: by Thursday 17:00 of W-1"),
        "reminded": _weekly(3, "09:00", "[P] a day and a half before it is due"),
        "inherits": {"value": 3, "unit": "times", "source": "[P] last week's; 春节 takes a weekday off twice running"},
        "lengths": {
            "survey": _span(40, "min", "[P] a look at place, load and supply, with the customer"),
            "metering": _span(30, "min", "[P] one single-phase meter, sealed and photographed"),
            "field_test": _span(45, "min", "[P] a meter tested against a standard under load"),
        },
        "tolerance": _span(15, "min", "[P] domain 7.2: arrive inside the window ± 15 min"),
        "pooled": {"value": ("quick",), "unit": "modes", "source": "[P] 快响: same-day work goes to who is near"},
        "iterations": {"value": 400, "unit": "times", "source": "[P] some tenths of a second for a depot"},
        "anew": {"value": 4, "unit": "times", "source": "[P] a caller waits a second, not more"},
        "left_out": _span(8, "h", "[P] a visit promised is driven to, however far within the county"),
        "left_out_firm": {"value": 4, "unit": "ratio", "source": "[P] an agreed hour before what may be moved"},
        "late_end": _span(20, "min", "[P] reports come in from the road; then the afternoon's list is frozen"),
        "rolls": {"value": 2, "unit": "times", "source": "[P] a third time the depot leader must answer for it"},
        "forecast_weeks": {"value": 4, "unit": "times", "source": "[P] a month of the same weekdays"},
        "forecast_at": {"value": "16:00", "unit": "local_time", "source": "[P] an hour before offices close"},
        "task_detour": _span(10, "min", "[P] as a change of plan is worth, section planning"),
        "task_slack": _span(10, "min", "[P] a red light, a gate that is locked"),
        "task_work": _span(20, "min", "[P] a look, a measurement or a talk; S3 names the tasks and no lengths"),
        "task_hours": {
            "value": ("08:30-17:30",),
            "unit": "local_time",
            "source": "[P] the office's day: people are called on, and lines are looked at by daylight",
        },
        "task_offers": {"value": 3, "unit": "jobs", "source": "[P] what a telephone's screen shows at once"},
        "task_hold": _span(10, "min", "[P] as long as the slack of the tightest promise"),
    }
)
