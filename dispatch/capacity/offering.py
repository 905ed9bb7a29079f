"""Which of the half-days that can take a visit is the best, and how each is offered: in words, with why. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from dispatch.kit.clock import CHINA
from dispatch.kit.looprules import BookingRules

from .booking import Drive, Offer, OpenSlot, lowest_place, promised, refusal_of
from .declaration import hours
from .wishes import Wish
from .words import Appointment

Ints = NDArray[np.int64]


class Ranked(Sequence[Offer]):
    """
    Half-days that can keep a wish, the best first; said in words only where somebody looks.

    :ivar others_s: the least driving of all but the best; None: there is no other
    """

    def __init__(self, wish: Wish, days: "Picked", others_s: int | None, rules: BookingRules, about: timedelta) -> None:
        self._wish, self._days, self.others_s, self._rules, self._about = wish, days, others_s, rules, about

    def __len__(self) -> int:
        return len(self._days)

    @overload
    def __getitem__(self, index: int) -> Offer: ...

    @overload
    def __getitem__(self, index: slice) -> list[Offer]: ...

    def __getitem__(self, index: int | slice) -> Offer | list[Offer]:
        if isinstance(index, int):
            return _offer(self._wish, self._days[index], self._rules, self._about)
        return [self[n] for n in range(*index.indices(len(self)))]

    @property
    def place(self) -> int:
        """The first free place of the best."""
        return lowest_place(self._days[0].taken)


@dataclass(frozen=True, slots=True)
class Picked:
    """Some of many half-days, in an order of their own; none is looked at before somebody asks for it."""

    days: Sequence[OpenSlot]
    order: Sequence[int]

    def __len__(self) -> int:
        return len(self.order)

    def __getitem__(self, index: int) -> OpenSlot:
        return self.days[self.order[index]]


@dataclass(frozen=True, slots=True, eq=False)
class Able:
    """
    The half-days that can take a visit, in columns.

    :param number: which it is among those asked
    :param half_day, depot: in order of time, and of the depots' codes
    :param extra_s: driving that the visit adds
    """

    number: Ints
    half_day: Ints
    depot: Ints
    extra_s: Ints


def offers(
    wish: Wish,
    half_days: Sequence[OpenSlot],
    *,
    rules: BookingRules,
    at: datetime,
    soonest: bool = False,
    about: timedelta = timedelta(0),
    able: Able | None = None,
) -> Ranked:
    """
    Return the free places for a wish, the best first: 约时 and 限期 the least driving, 限时 the earliest.

    :param soonest: the earliest first, whatever the appointment
    :param about: people are told so long before and after the expected arrival
    :param able: of the half-days, for whom it was worked out already; None: each is asked
    """
    found = able_of(half_days, rules=rules, at=at) if able is None else able
    early = soonest or wish.appointment is Appointment.WITHIN
    keys = (found.half_day, found.extra_s) if early else (found.extra_s, found.half_day)
    order = np.lexsort((found.depot, *reversed(keys)))
    others_s = found.extra_s[order[1:]]
    least_s = int(others_s.min()) if len(others_s) else None
    return Ranked(wish, Picked(half_days, found.number[order].tolist()), least_s, rules, about)


def able_of(half_days: Sequence[OpenSlot], *, rules: BookingRules, at: datetime) -> Able:
    """Return the half-days that can take a visit, each asked by itself."""
    found = [
        (n, (day.slot.date, day.slot.half), day.slot.depot, day.drive.extra_s)
        for n, day in enumerate(half_days)
        if isinstance(day.drive, Drive) and refusal_of(day, rules=rules, at=at) is None
    ]
    number, half_day, depot, extra_s = zip(*found, strict=True) if found else ((), (), (), ())
    return Able(*(np.array(each, np.int64) for each in (number, ranks(half_day), ranks(depot), extra_s)))


def ranks(values: Sequence[Any]) -> list[int]:
    """Return the place of each among those that differ, the least first."""
    place = {value: n for n, value in enumerate(sorted(set(values)))}
    return [place[value] for value in values]


def _offer(wish: Wish, half_day: OpenSlot, rules: BookingRules, about: timedelta) -> Offer:
    drive = half_day.drive
    assert isinstance(drive, Drive), "only what can be driven is ranked"
    beside = ("当日尚无预约,从班所往返", "顺路插在已约的一户与班所之间", "顺路插在已约的两户之间")[len(drive.between)]
    beside = "该半日路线重排后可插入" if drive.anew else beside
    free, arrives = half_day.free, drive.arrives_at.astimezone(CHINA)
    why = f"{half_day.label}还有 {free} 个名额;{beside},多行车 {minutes_of(drive.extra_s)},预计 {arrives:%H:%M} 到"
    from_at, to_at = promised(wish, hours(rules, half_day.slot.date, half_day.slot.half))
    return Offer(
        slot=half_day.slot,
        from_at=from_at,
        to_at=to_at,
        free=free,
        arrives_at=drive.arrives_at,
        arrives_between=(max(from_at, drive.arrives_at - about), min(to_at, drive.arrives_at + about)),
        extra_s=drive.extra_s,
        between=drive.between,
        why=why,
    )


def minutes_of(seconds: int) -> str:
    """Return driving in words."""
    return f"{seconds / 60:.0f} 分钟"


def reason_of(ranked: Ranked) -> str:
    """Return why the best place, and how much better than the next."""
    chosen, least_s = ranked[0], ranked.others_s
    if least_s is None:
        return f"{chosen.why};没有其他可到达的空闲时段"
    others = len(ranked) - 1
    return f"{chosen.why};另有 {others} 个可到达的空闲时段,其中行车最少的要多 {minutes_of(least_s)}"
