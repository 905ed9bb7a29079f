"""Half-days as they stand for one wish: judged all at once, each said in words only where somebody looks at it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import overload

import numpy as np
from numpy.typing import NDArray

from dispatch.capacity.booking import Drive, NoDrive, OpenSlot, Stated
from dispatch.capacity.declaration import Hours, Slot
from dispatch.capacity.offering import Able, ranks
from dispatch.routing.worklists.fitting import Best, Fit, Insertion, Lack, Misfit

from .packed import Frame, Packed
from .table import Table

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
NOWHERE = NoDrive("班所没有坐标,无法核算行车,请在地图数据中补全")


@dataclass(eq=False)
class Days(Sequence[OpenSlot]):
    """
    :param spans: the hours of the frame's half-days
    :param names: of the depots of the frame; ``known``: which of them stand somewhere
    :param works: of each span whether it is on a working day; ``closed``: its list is frozen
    """

    frame: Frame
    spans: Sequence[Hours]
    packed: Packed
    table: Table
    best: Best
    names: Sequence[str]
    known: Bools
    works: Bools
    closed: Bools
    drives: dict[int, Drive | NoDrive] = field(default_factory=dict)  # that were found out otherwise
    _said: dict[int, OpenSlot] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.frame.slots)

    @overload
    def __getitem__(self, index: int) -> OpenSlot: ...

    @overload
    def __getitem__(self, index: slice) -> list[OpenSlot]: ...

    def __getitem__(self, index: int | slice) -> OpenSlot | list[OpenSlot]:
        if isinstance(index, slice):
            return [self[n] for n in range(*index.indices(len(self)))]
        n = range(len(self))[index]
        if n not in self._said:
            self._said[n] = self._say(n)
        return self._said[n]

    def _say(self, n: int) -> OpenSlot:
        frame, teams = self.frame, int(self.packed.teams[n])
        declared = Stated(teams, int(self.packed.visits[n])) if teams >= 0 else None
        works = bool(self.works[frame.span[n]])
        name = self.names[frame.depot[n]]
        return OpenSlot(frame.slots[n], name, declared, self.table.taken(n), works, self._drive(n))

    def _drive(self, n: int) -> Drive | NoDrive:
        if n in self.drives:
            return self.drives[n]
        if not self.known[self.frame.depot[n]]:
            return NOWHERE
        outcome = self.best.outcome(n)
        if isinstance(outcome, Misfit):
            return NoDrive(outcome.rule.label, outcome.lacks_s)
        return drive_of(outcome, self.spans[self.frame.span[n]], self.table.beside(outcome.team, outcome.position))

    def known_better(self, n: int, drive: Drive | NoDrive) -> None:
        """Say how the visit can be driven in a half-day, or that it cannot, after it was asked otherwise."""
        self.drives[n] = drive
        self._said.pop(n, None)

    @cached_property
    def with_room(self) -> Bools:
        """Which half-days can be booked, have a team and a place free; whether it can be driven is another question."""
        free = self.packed.visits - self.table.taken_n > 0
        return ~self.closed[self.frame.span] & (self.packed.teams > 0) & free

    @property
    def driven(self) -> Bools:
        """In which half-days the visit can be driven."""
        found = self.best.fits & self.known[self.frame.depot]
        for n, drive in self.drives.items():
            found[n] = isinstance(drive, Drive)
        return found

    def able(self) -> Able:
        """Return the half-days that can take the visit."""
        number, extra_s = np.flatnonzero(self.with_room & self.driven), self.best.extra_s.copy()
        for n, drive in self.drives.items():
            extra_s[n] = drive.extra_s if isinstance(drive, Drive) else 0
        half_day, depot = (np.array(ranks(each)) for each in (self.frame.half_days, self.frame.depots))
        return Able(number, half_day[self.frame.span[number]], depot[self.frame.depot[number]], extra_s[number])

    def nearly(self, rules: Collection[Lack]) -> list[int]:
        """Return the half-days with room that one of these rules keeps from it, what lacks least first."""
        rules_in_words, found = {rule.label for rule in rules}, []
        for n in np.flatnonzero(self.with_room & ~self.driven).tolist():
            drive = self._drive(n)
            if isinstance(drive, NoDrive) and drive.rule in rules_in_words:
                found.append((drive.lacks_s, n))
        return [n for _, n in sorted(found)]

    def number(self, slot: Slot) -> int:
        """Return which one a slot is."""
        return self.frame.slots.index(slot)


def drive_of(fit: Fit | Insertion, span: Hours, between: tuple[str, ...], *, anew: bool = False) -> Drive:
    """Return an insertion in the words of what is offered."""
    arrives_at = span.begins_at + timedelta(seconds=fit.begins_s)
    return Drive(arrives_at=arrives_at, extra_s=fit.extra_s, between=between, anew=anew)
