"""The section of a rule pack for who is sent: rest, certificates, vehicles, reserves, lending. Optional in a pack."""

from typing import Literal

from .numbers import Count, Name, Names, Ratio, Source, Span, Strict


class Reach(Strict):
    """How far crews are lent without a grant."""

    value: Literal["none", "city", "province"]
    unit: Literal["reach"]
    source: Source


class DutyRules(Strict):
    """How long a crew may work and drive."""

    window: Span
    work: Span  # at most so much of any window
    drive: Span  # at a stretch
    pause: Span  # after it


class FairnessRules(Strict):
    """So that the lender is not always the same."""

    cap: Span  # the most that a customer may wait longer for it
    jobs: Count  # a difference of so many lent jobs weighs the whole cap
    over: Span  # how far back lent and borrowed jobs count


class CrewRules(Strict):
    """What makes a crew a candidate beside skill, shift and place; and what is left of the old borders."""

    duty: DutyRules
    permits: dict[Name, Names]  # category -> the certificate (工作票资格) it needs
    vehicles: dict[Name, Names]  # skill -> kinds of vehicle that fit
    promised: Span  # an appointment that begins so soon keeps a crew of its depot
    reserve: Ratio  # of its crews on duty, rounded down, a county keeps so many free when it lends
    standing: Reach
    storm: Reach  # for a county in storm mode
    fairness: FairnessRules
    grant_longest: Span  # one grant
