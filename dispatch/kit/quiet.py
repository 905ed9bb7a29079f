"""Hours in which nobody is to be called or written to (免打扰): from the windows of a rule pack to the next instant."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from .clock import CHINA
from .errors import Invalid

Span = tuple[time, time]  # half-open; one that ends before it begins runs over midnight; China's time


class NeverAllowed(Invalid):
    """The windows leave no minute of the day."""


def next_allowed(at: datetime, spans: Sequence[Span]) -> datetime:
    """
    Return ``at`` itself where no window holds it, else the end of the windows that do, one after the other.

    :raises NeverAllowed: if the windows together cover the whole day
    """
    allowed = at
    for _ in range(2 * len(spans) + 1):  # windows that touch hand over to each other, at most once around the day
        ends = [until for begin, end in spans if (until := _end(allowed, begin, end)) is not None]
        if not ends:
            return allowed.astimezone(at.tzinfo)
        allowed = max(ends)
    raise NeverAllowed("免打扰时段覆盖了全天,请在规则包中留出可联系的时间", field="quiet")


def is_quiet(at: datetime, spans: Sequence[Span]) -> bool:
    """Tell whether a window holds the instant."""
    return any(_end(at, begin, end) is not None for begin, end in spans)


def _end(at: datetime, begin: time, end: time) -> datetime | None:
    """Return when the window that holds ``at`` ends; None: it does not hold it. One of no length holds nothing."""
    local = at.astimezone(CHINA)
    clock = local.time()
    over_midnight = end < begin
    inside = (clock >= begin or clock < end) if over_midnight else begin <= clock < end
    if not inside:
        return None
    day = local.date() + timedelta(days=1 if over_midnight and clock >= begin else 0)
    return datetime.combine(day, end, CHINA)
