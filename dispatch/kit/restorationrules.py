"""The section of a rule pack for foretold restoration times (预计复电推算): what is uncertain, what is learned."""

from .numbers import Count, Ratio, Span, Strict


class RestorationRules(Strict):
    """A pack that has the section states all of it; one without it has ``STANDARD``. Spreads: sigma of a logarithm."""

    drive_spread: Ratio
    present_spread: Ratio  # of what is left of the job that a crew is on
    outage_spread: Ratio  # of the time from the report to the supply, where nothing was learned yet
    weight: Count  # what the pack expects counts as so many closed tickets
    learned_over: Span  # of tickets reported so long ago at most
    learned_most: Count  # the latest ones


STANDARD = RestorationRules.model_validate(
    {
        "drive_spread": {"value": 0.3, "unit": "ratio", "source": "[P] two thirds within 0.74 to 1.35 of the expected"},
        "present_spread": {"value": 0.5, "unit": "ratio", "source": "[P] as section planning, spread"},
        "outage_spread": {
            "value": 1,
            "unit": "ratio",
            "source": "[P] docs/benchmarks.md: keeps P90 in 0.86 of a record",
        },
        "weight": {"value": 20, "unit": "jobs", "source": "[P] as in the replay of docs/benchmarks.md"},
        "learned_over": {"value": 90, "unit": "d", "source": "[P] a season; as in the replay of docs/benchmarks.md"},
        "learned_most": {"value": 500, "unit": "jobs", "source": "[P] so many middle a P90 to within some 5 %"},
    }
)
