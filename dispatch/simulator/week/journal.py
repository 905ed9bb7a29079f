"""What a week's player wrote down: who was promised what, and what the API said at each cut-off."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dispatch.capacity.words import Half

from .drawing import Customer

Json = dict[str, Any]
HalfDay = tuple[date, Half]


@dataclass
class Journal:
    """
    The week as it was seen from outside.

    :param made: booking -> its customer
    :param refused: why customers got nothing, by code
    :param frozen: the lists of each half-day just after its cut-off, and all bookings at that moment
    :param closed: the lists as they were left at the end of the half-day
    :param capacity: of each depot at the end, by its code
    :param final: every booking at the end, by its id
    :param twice: bookings that the lists of bookings showed more than once at the end
    :param repairs: that took a team, in order: ``was`` and ``bookings`` before and after, the ``list`` after, when the
        team was ``back``
    :param indices: what the week's indices count
    :param reports: of teams, by what they said, and the code where that was refused
    :param tasks: every grid service task with its log, at the end
    :param untasked: why crews that asked were offered none, by code
    :param papers: the busiest list as files, by name
    """

    made: dict[str, Customer] = field(default_factory=dict)
    booking_of: dict[str, str] = field(default_factory=dict)  # account -> booking
    refused: Counter[str] = field(default_factory=Counter)
    confirmed: int = 0
    cancelled: int = 0
    rescheduled: int = 0
    kept_at: Counter[str] = field(default_factory=Counter)  # refusals of a wish to move, by code
    displaced: Counter[str] = field(default_factory=Counter)  # by what took the place: cut, storm
    frozen: dict[HalfDay, list[Json]] = field(default_factory=dict)
    booked: dict[HalfDay, dict[str, Json]] = field(default_factory=dict)
    closed: dict[HalfDay, list[Json]] = field(default_factory=dict)
    declared: dict[HalfDay, dict[str, list[Json]]] = field(default_factory=dict)
    final: dict[str, Json] = field(default_factory=dict)
    twice: list[str] = field(default_factory=list)
    inherited: int = 0
    repairs: list[Json] = field(default_factory=list)
    indices: dict[str, int] = field(default_factory=dict)
    reports: Counter[str] = field(default_factory=Counter)
    tasks: list[Json] = field(default_factory=list)
    untasked: Counter[str] = field(default_factory=Counter)
    papers: dict[str, bytes] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
