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


class PlanRules(Strict):
    """The rolling plan (滚动计划). A pack that has the section states all of it; one without it has ``STANDARD``."""

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
