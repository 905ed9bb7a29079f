"""
The decision at call time (研判): what the meters say of where the fault is. Domain 4.4.4, as a table.

``Meters`` is what was read of the caller's own meter, of the other meters in the box, and of the transformer's
terminal. The first row that fits decides; None fits anything.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .model import Light, Verdict

L, D, P, S = Light.LIVE, Light.DARK, Light.PART, Light.SILENT
V = Verdict


class Meters(NamedTuple):
    """What the meters along the way to a caller say. ``box``: the others in the box; PART: some of them are live."""

    own: Light
    box: Light
    transformer: Light


class Row(NamedTuple):
    """One line of the table."""

    own: Light | None
    box: Light | None
    transformer: Light | None
    verdict: Verdict


# The first six rows of domain 4.4.4 are marked; the others say what is right where somebody is silent, or lies.
LADDER: tuple[Row, ...] = (
    Row(L, None, None, V.BEHIND_METER),  # 1
    Row(D, None, P, V.PHASE),  # 4: a neighbour on another phase may be live
    Row(D, L, None, V.SERVICE_LINE),  # 2; a live neighbour goes before a dark terminal: topology errors are normal
    Row(D, P, None, V.SERVICE_LINE),
    Row(D, D, L, V.BOX),  # 3
    Row(D, S, L, V.BOX),
    Row(D, D, S, V.BOX),
    Row(D, None, D, V.TRANSFORMER_OR_ABOVE),  # 5
    Row(S, D, P, V.PHASE),  # a meter without power may not be able to answer: as dark, if its neighbours are
    Row(S, D, L, V.BOX),
    Row(S, D, S, V.BOX),
    Row(S, D, D, V.TRANSFORMER_OR_ABOVE),
    Row(S, S, D, V.TRANSFORMER_OR_ABOVE),
    Row(None, None, None, V.UNKNOWN),  # 6: wait, ask again, then treat as suspected
)


def verdict(meters: Meters) -> Verdict:
    """Return what the meters say."""
    return next(row.verdict for row in LADDER if _fits(row, meters))


def _fits(row: Row, meters: Meters) -> bool:
    return all(wanted in (None, seen) for wanted, seen in zip(row[:3], meters, strict=True))


def together(lights: Iterable[Light]) -> Light:
    """Return what several meters say: silent ones do not count, unless all are."""
    heard = {light for light in lights if light is not S}
    if not heard:
        return S
    return heard.pop() if len(heard) == 1 else P


def terminal(voltage_v: Sequence[float], *, live: bool, dark_below_v: float) -> Light:
    """
    Return what a terminal says, by phase.

    :param voltage_v: volts of each phase; empty if it gives none
    :param dark_below_v: a phase below this is dark
    """
    if not voltage_v:
        return L if live else D
    dark = [volts < dark_below_v for volts in voltage_v]
    if all(dark):
        return D
    return P if any(dark) else L
