"""The section of a rule pack for the rolling plan: how often, how far ahead, and what each thing costs."""

from typing import Literal

from .numbers import Ratio, Source, Span, Strict


class Region(Strict):
    """Which counties are planned together."""

    value: Literal["county", "city", "province"]
    unit: Literal["level"]
    source: Source


class LateWeights(Strict):
    """What a minute after the promise costs, in minutes of driving; of several the largest holds."""

    normal: Ratio
    sensitive: Ratio
    urgent: Ratio
    hazard: Ratio


def _minutes(value: int, source: str) -> Span:
    return Span(value=value, unit="min", source=source)


class RemedyPrices(Strict):
    """What would let a ticket in that is left out asks of people, in driving; beside what the plan then costs."""

    release: Span  # a dispatcher takes his pin or veto back
    window: Ratio  # a minute that the customer waits longer or must be ready earlier, at weight 1
    visit: Span  # a depot takes on one more than it declared
    overtime: Ratio  # a minute that a crew stays beyond ``overtime_most``, beside the rule ``overtime``
    crew: Span  # another crew is called on duty


USUAL_PRICES = RemedyPrices.model_validate(
    {
        "release": {"value": 30, "unit": "min", "source": "[P] a dispatcher had a reason: a talk with the customer"},
        "window": {"value": 1, "unit": "ratio", "source": "[P] as section planning, late.normal"},
        "visit": {"value": 60, "unit": "min", "source": "[P] a usual repair that the depot did not reckon with"},
        "overtime": {"value": 1, "unit": "ratio", "source": "[P] tired crews: beside the pay that the rule counts"},
        "crew": {"value": 8, "unit": "h", "source": "[P] a shift"},
    }
)


class PlanRules(Strict):
    """
    The rolling plan (滚动计划). A pack that has the section states all of it but what has a default; one without it has
    ``STANDARD``.
    """

    every: Span  # between two turns of a region
    search: Span  # of the machine's time, for one turn
    horizon: Span  # no work is planned to begin later
    region: Region
    late: LateWeights
    protected: Ratio  # life support and important customers: so many times more, beside their weight
    unserved: Span  # leaving a ticket out costs as much as being so late
    change: Span  # driving that must be saved before a published ticket gets another crew
    foreign: Span  # driving that must be saved before another county's crew is taken
    overtime: Ratio  # a minute after the shift, in minutes of driving
    overtime_most: Span  # work is planned to end no later after the shift
    reserve_for: Span  # for so long a depot's remaining repair reserve is all it takes on
    spread: Ratio  # sigma of the logarithm of the work on site
    longer: Span  # work that is announced to take so much longer than was planned moves the plan
    refused_for: Span  # what a person refused is not proposed again for so long
    remedies: RemedyPrices = USUAL_PRICES
    # a crew that should be free within this time is told its next job; only what was told costs a change
    told_within: Span = _minutes(30, "docs/benchmarks.md, policy gym: half the moves of telling the next job at once")
    # driving that must be saved before a county plans work for one of the crews that it keeps free
    reserve: Span = _minutes(3, "[P] as another county's crew; what is lent now is barred, not weighed")
    # work on a ticket with an appointment begins so long after it at most, or not by plan
    appointment: Span = _minutes(30, "[P] domain 7.2: who comes half an hour late has missed it")
    # a booked visit takes a crew of its depot for so long; it is posed so long before it begins
    visit: Span = _minutes(60, "[P] a meter or a survey, with the papers")
    visits_ahead: Span = _minutes(240, "[P] section nearest, promised, and a repair that begins before")
    # leaving an appointment out costs as much as a plain ticket that is so late
    visit_missed: Span = _minutes(120, "[P] domain 7.2: repair may take its crew; an hour of an urgent ticket does")


STANDARD = PlanRules.model_validate(
    {
        "every": {"value": 1, "unit": "min", "source": "issue 5: re-plans each minute"},
        "search": {"value": 1, "unit": "s", "source": "issue 5: a one-minute re-plan of a normal day within 1 s"},
        "horizon": {"value": 12, "unit": "h", "source": "[P] a day's work; beyond it the plan will have changed often"},
        "region": {"value": "city", "unit": "level", "source": "[P] counties of a city share crews and a centre"},
        "late": {
            "normal": {"value": 1, "unit": "ratio", "source": "[P] a minute late is worth a minute of driving"},
            "sensitive": {"value": 2, "unit": "ratio", "source": "[P] section worth: 敏感客户 before plain tickets"},
            "urgent": {"value": 3, "unit": "ratio", "source": "[P] section worth: urgent before plain tickets"},
            "hazard": {"value": 10, "unit": "ratio", "source": "[P] section worth: what endangers people goes first"},
        },
        "protected": {"value": 4, "unit": "ratio", "source": "[P] domain 3.5: somebody answers for them by name"},
        "unserved": {"value": 24, "unit": "h", "source": "[P] docs/formats.md: a day's delay"},
        "change": {"value": 10, "unit": "min", "source": "[P] a call to two crews and to the customer"},
        "foreign": {"value": 3, "unit": "min", "source": "[P] section nearest, fairness.cap"},
        "overtime": {"value": 2, "unit": "ratio", "source": "[P] 劳动法第44条: paid half as much again at least"},
        "overtime_most": {"value": 4, "unit": "h", "source": "[P] section nearest: 16 h of work in any 24 h"},
        "reserve_for": {"value": 1, "unit": "h", "source": "[P] a usual repair: what is held now has ended by then"},
        "spread": {"value": 0.5, "unit": "ratio", "source": "[P] two thirds within 0.6 to 1.65 of the usual"},
        "longer": {"value": 15, "unit": "min", "source": "[P] a quarter of a usual repair"},
        "refused_for": {"value": 10, "unit": "min", "source": "[P] a dispatcher is not asked the same again at once"},
    }
)
