"""
停电时户数 of medium-voltage users, pure: the 户 of reliability statistics. Domain 8.

One 公变台区 is one user, one 专变 is one user; they are never mixed with households. Each minute of a user counts once,
however many outages had it dark; a minute that planned work (计划、临时停电) had it dark too is that work's.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from .outage_minutes import Spell, union

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class DarkUser:
    """A medium-voltage user in one outage; the time is half-open."""

    user: str  # code of its transformer
    begin_at: datetime
    end_at: datetime
    planned: bool


@dataclass(frozen=True, slots=True)
class MvHours:
    """User-hours within a period, by what they are owed to."""

    faults: float
    planned: float

    @property
    def total(self) -> float:
        return self.faults + self.planned


def mv_hours(found: Iterable[DarkUser], *, begin_at: datetime, end_at: datetime) -> MvHours:
    """Return the user-hours that fall into the half-open time, wherever the outages began and ended."""
    every: dict[str, list[Spell]] = defaultdict(list)
    planned: dict[str, list[Spell]] = defaultdict(list)
    for one in found:
        spell = (max(one.begin_at, begin_at), min(one.end_at, end_at))
        every[one.user].append(spell)
        if one.planned:
            planned[one.user].append(spell)
    work = _hours(planned.values())
    return MvHours(faults=_hours(every.values()) - work, planned=work)


def _hours(users: Iterable[list[Spell]]) -> float:
    return sum((end - begin) / HOUR for spells in users for begin, end in union(spells))
