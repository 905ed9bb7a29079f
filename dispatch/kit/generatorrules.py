"""The section of a rule pack for generator trucks (发电车): what counts how much; estimates where nobody knows."""

from typing import Annotated, Literal

from pydantic import Field

from .numbers import Count, Number, Ratio, Span, Strict


class Power(Number):
    """Apparent power."""

    value: Annotated[float, Field(gt=0, le=100_000)]
    unit: Literal["kVA"]


class Weights(Strict):
    """What an hour without supply counts, in hours of a usual customer."""

    life_support: Ratio
    important: Ratio
    sensitive: Ratio


class Needs(Strict):
    """Power that a customer needs of a generator where the network file does not say it (``backup_kva``)."""

    household: Power  # each household of a group
    life_support: Power
    important: Power
    sensitive: Power


HALF_AN_HOUR = {"value": 30, "unit": "min", "source": "[P] as long as ``ahead``: until then the plan may have changed"}


class GeneratorRules(Strict):
    """A pack that has the section states all of it; one without it has ``STANDARD``."""

    search: Span  # of the machine's time, for one plan
    horizon: Span  # what comes later does not count
    weights: Weights
    needs: Needs
    customer_owned: Ratio  # on hours of groups whose fault is their own
    restoration: Span  # from now, where nobody foretells when supply is back
    overdue: Span  # from now, where the announced time has passed
    disconnect: Span  # work on site before a truck leaves
    refuel: Span  # filling up
    feedings: Count  # one group may be fed so many times, one after the other: relief, or filling up between
    least: Span  # a shorter feeding is none
    ahead: Span  # a truck that need not leave within this time is not sent with its plan yet
    holds: Span = Span.model_validate(HALF_AN_HOUR)  # an older proposal is not confirmed: its times have passed


STANDARD = GeneratorRules.model_validate(
    {
        "search": {"value": 3, "unit": "s", "source": "[P] a person waits for it; small counties are proved at once"},
        "horizon": {"value": 24, "unit": "h", "source": "[P] a day: planned after that anew in any case"},
        "weights": {
            "life_support": {"value": 5000, "unit": "ratio", "source": "[P] domain 3.3: before all other customers"},
            "important": {"value": 2000, "unit": "ratio", "source": "[P] domain 3.3: before any one estate"},
            "sensitive": {"value": 200, "unit": "ratio", "source": "[P] domain 3.3: as a middle-sized estate"},
        },
        "needs": {
            "household": {"value": 1.5, "unit": "kVA", "source": "[P] light, fridge, lift and pumps; no heating"},
            "life_support": {"value": 5, "unit": "kVA", "source": "[P] one flat with its medical devices"},
            "important": {"value": 400, "unit": "kVA", "source": "[P] what must run in a county hospital"},
            "sensitive": {"value": 100, "unit": "kVA", "source": "[P] a school, a waterworks' pump"},
        },
        "customer_owned": {"value": 1, "unit": "ratio", "source": "[S3] group of customers: generator truck first"},
        "restoration": {"value": 4, "unit": "h", "source": "[P] as long as a repair on a feeder usually takes"},
        "overdue": {"value": 1, "unit": "h", "source": "[P] who is late is likely to be late by a usual repair"},
        "disconnect": {"value": 15, "unit": "min", "source": "[P] half of what connecting takes"},
        "refuel": {"value": 30, "unit": "min", "source": "[P] a tanker comes, or the next station"},
        "feedings": {"value": 2, "unit": "times", "source": "[P] one relief; more are planned anew"},
        "ahead": {"value": 30, "unit": "min", "source": "[P] until then the plan may have changed"},
        "least": {"value": 15, "unit": "min", "source": "[P] less is not worth connecting"},
    }
)
