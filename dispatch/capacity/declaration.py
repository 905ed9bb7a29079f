"""
What a depot declares it can do (承载力申报): teams and visits of one half-day, one kind, town or country. Domain 7.2.

Pure. Half-days are half-open, their hours and the cut-off are the rule pack's section ``booking``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from pydantic import BaseModel, ConfigDict

from dispatch.kit.clock import CHINA
from dispatch.kit.errors import Invalid, Refusal
from dispatch.kit.looprules import BookingRules

from .words import Half, VisitArea, VisitKind


class BadDeclaration(Invalid):
    """What is declared cannot be: fewer than no visits, visits without a team."""


class OutsideHorizon(Invalid):
    """The half-day is over, or farther ahead than the pack lets one declare or book."""


class ReasonNeeded(Refusal):
    """Somebody would lose his place by the declaration, and it does not say why."""

    def __init__(self, slot: "Slot", message: str, *, victims: Sequence[str]) -> None:
        super().__init__(message, field="reason", slot=slot.model_dump(mode="json"), victims=list(victims))
        self.slot = slot


class StaleDeclaration(Refusal):
    """Somebody declared the same half-day since the caller saw it."""


Order = tuple[date, str, str]  # day, half, depot


class Frozen(BaseModel):
    """A value: no unknown fields, no change after it is made."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Slot(Frozen):
    """What is declared and booked as one: a depot's half-day for one kind of visit, in town or country."""

    depot: str
    date: date
    half: Half
    kind: VisitKind
    area_class: VisitArea

    @property
    def order(self) -> Order:
        """Earliest first; ``am`` stands before ``pm``."""
        return self.date, self.half, self.depot

    @property
    def label(self) -> str:
        """The slot in words, without its depot's name."""
        return f"{self.date:%m月%d日}{self.half.label}{self.kind.label}({self.area_class.label})"


class Declaration(Frozen):
    """
    What holds for a slot.

    :param version: 1 is the first; the versions before are kept
    :param displaced: visits that this version left without their place
    :param inherited: nobody declared it in time: copied from an earlier week
    """

    slot: Slot
    teams: int
    visits: int
    version: int
    declared_by: str
    declared_at: datetime
    reason: str = ""
    displaced: int = 0
    inherited: bool = False


@dataclass(frozen=True, slots=True)
class Hours:
    """A half-day as instants (UTC)."""

    begins_at: datetime
    ends_at: datetime
    closes_at: datetime  # the list is frozen: nothing is booked any more


def hours(rules: BookingRules, day: date, half: Half) -> Hours:
    """Return when a half-day begins, ends and is frozen."""
    return _hours((rules.am if half is Half.AM else rules.pm).value[0], rules.cut_off.duration, day)


@lru_cache(maxsize=4096)  # a month of half-days is asked for again with each booking
def _hours(window: str, cut_off: timedelta, day: date) -> Hours:
    begin, end = (time.fromisoformat(clock) for clock in window.split("-"))
    begins_at = datetime.combine(day, begin, CHINA).astimezone(UTC)
    ends_at = datetime.combine(day, end, CHINA).astimezone(UTC)
    return Hours(begins_at, ends_at, begins_at - cut_off)


def last_day(rules: BookingRules, at: datetime) -> date:
    """Return the last day that may be declared and booked."""
    return at.astimezone(CHINA).date() + timedelta(days=rules.horizon.duration.days)


def check(slot: Slot, *, teams: int, visits: int, rules: BookingRules, at: datetime) -> None:
    """
    Refuse a declaration that is wrong in itself.

    :raises BadDeclaration: fewer than none, or visits without a team
    :raises OutsideHorizon: a half-day that is over, or too far ahead
    """
    if teams < 0 or visits < 0:
        raise BadDeclaration(f"{slot.label}的队伍数(teams)与户数(visits)不能为负,请填 0 或以上", field="visits")
    if visits > 0 and teams == 0:
        raise BadDeclaration(
            f"{slot.label}申报了 {visits} 户却没有队伍,请填写队伍数(teams)或把户数(visits)改为 0", field="teams"
        )
    latest = last_day(rules, at)
    if slot.date > latest or hours(rules, slot.date, slot.half).ends_at <= at:
        raise OutsideHorizon(f"{slot.label}已过去或太远,可申报到 {latest.isoformat()},请改日期 date", field="date")


def check_seen(seen: int | None, now: Declaration | None, slot: Slot) -> None:
    """
    Refuse to overwrite what the caller has not seen.

    :param seen: version that the caller saw, 0 for none; None: whatever it is
    :param now: what holds
    :raises StaleDeclaration: naming what holds, who declared it, and when
    """
    version = now.version if now is not None else 0
    if seen is None or seen == version:
        return
    unseen = "尚未申报"
    if now is not None:
        by = "系统沿用往周" if now.inherited else f"{now.declared_by} 申报"
        since = f"{now.declared_at.astimezone(CHINA):%m月%d日 %H:%M}"
        unseen = f"已是第 {version} 版({now.teams} 队 {now.visits} 户,{by}于 {since})"
    raise StaleDeclaration(
        f"{slot.label}的申报{unseen},您看到的是第 {seen} 版,请刷新后再改",
        field="version",
        version=version,
        slot=slot.model_dump(mode="json"),
        now=None if now is None else now.model_dump(mode="json", exclude={"slot"}),
    )


def check_cut(slot: Slot, *, visits: int, booked: int, reason: str, victims: Sequence[str]) -> None:
    """
    Refuse a cut below what is booked that does not say why; what was made already needs no reason.

    :param victims: bookings that would lose their place
    :raises ReasonNeeded: naming them
    """
    if victims and not reason:
        said = f"{slot.label}已约 {booked} 户,降到 {visits} 户会影响 {len(victims)} 户,请填写原因 reason"
        raise ReasonNeeded(slot, said, victims=victims)


def check_undriven(slot: Slot, *, teams: int, reason: str, victims: Sequence[str]) -> None:
    """
    Refuse fewer teams than can drive to what is booked, if nothing says why.

    :param victims: bookings that would lose their place
    :raises ReasonNeeded: naming them
    """
    if victims and not reason:
        said = f"{slot.label}减到 {teams} 队后有 {len(victims)} 户赶不到,会被改期或另约,请填写原因 reason"
        raise ReasonNeeded(slot, said, victims=victims)
