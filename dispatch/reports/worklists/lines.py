"""What every form of a list says alike: clocks, windows, who goes, the notes below."""

from datetime import datetime
from typing import Protocol

from dispatch.capacity.words import Appointment, VisitArea, VisitKind
from dispatch.capacity.worklist import ListedStop, ListedTeam
from dispatch.desk.worklists.sheet import Sheet
from dispatch.kit.clock import CHINA

NOBODY = "(未定人)"
EMPTY = "本半日没有安排作业"
COLUMNS = ("序", "预计开始", "约定时段", "类别", "户号", "地点与说明", "行车", "预计完成")


def clock(at: datetime) -> str:
    """Write an instant as the clocks of China show it."""
    return f"{at.astimezone(CHINA):%H:%M}"


class Promised(Protocol):
    """What is promised to a customer: a stop of a list, or a booking."""

    @property
    def appointment(self) -> Appointment: ...
    @property
    def from_at(self) -> datetime: ...
    @property
    def to_at(self) -> datetime: ...


class Placed(Protocol):
    """Where somebody goes, and whether it can wait."""

    @property
    def text(self) -> str: ...
    @property
    def urgent(self) -> bool: ...


class Sorted(Protocol):
    """What is done where: a stop of a list, or a slot."""

    @property
    def kind(self) -> VisitKind: ...
    @property
    def area_class(self) -> VisitArea: ...


def window(stop: Promised) -> str:
    """Write what the customer was promised."""
    return f"{stop.appointment.label} {clock(stop.from_at)}–{clock(stop.to_at)}"


def kind(stop: Sorted) -> str:
    """Write what is done, and whether in town or country."""
    return f"{stop.kind.label}({stop.area_class.label})"


def minutes(seconds: int) -> int:
    """Return whole minutes, rounded up: a drive of half a minute is none of nothing."""
    return -(-seconds // 60)


def home_minutes(team: ListedTeam) -> int:
    """Return the way back in whole minutes."""
    if team.home_at is None or not team.stops:
        return 0
    return minutes(round((team.home_at - team.stops[-1].ends_at).total_seconds()))


def driving(team: ListedTeam) -> int:
    """Return a team's driving with its way back: what who adds up the minutes that are written gets."""
    return sum(minutes(stop.drive_s) for stop in team.stops) + home_minutes(team)


def place(stop: Placed) -> str:
    """Write where it is; what cannot wait is marked."""
    return f"{'【加急】' if stop.urgent else ''}{stop.text}" or "—"


def people(team: ListedTeam) -> str:
    """Write who goes."""
    return "、".join(team.persons) or NOBODY


def away(team: ListedTeam) -> str:
    """Write why a team goes no further, or what it does between; empty: neither."""
    if team.withdrawn:
        return f"已撤出:{team.withdrawn}"
    if (errand := team.errand) is None:
        return ""
    if errand.over:
        return f"{clock(errand.from_at)} 起抢修 {errand.ticket_no},{clock(errand.until_at)} 归队"
    until = f"已于 {clock(errand.until_at)} 归队" if errand.over else f"预计 {clock(errand.until_at)} 修复"
    return f"{clock(errand.from_at)} 起抢修 {errand.ticket_no},{until}"


def heading(team: ListedTeam) -> str:
    """Write a team with its hours and its way back."""
    back = f"回程 {home_minutes(team)} 分"
    home = f",约 {clock(team.home_at)} 回到班所({back})" if team.home_at is not None else ""
    out = f" {away(team)}" if away(team) else ""
    return f"{team.label} {clock(team.from_at)}–{clock(team.to_at)} {len(team.stops)} 户{home}{out}"


def row(number: int, stop: ListedStop) -> tuple[str, ...]:
    """Return a visit in the words of ``COLUMNS``."""
    return (
        str(number), clock(stop.begins_at), window(stop), kind(stop), stop.account_no, place(stop),
        f"{minutes(stop.drive_s)} 分", clock(stop.ends_at),
    )  # fmt: skip


def about(sheet: Sheet) -> str:
    """Return the line under the title."""
    return " · ".join(facts(sheet)) + "(北京时间)"


def facts(sheet: Sheet) -> tuple[str, ...]:
    """Return how much is on the list, how it stands, when it was printed."""
    made, when = sheet.made, sheet.made.frozen_at.astimezone(CHINA)
    state = f"将于 {when:%m月%d日 %H:%M} 冻结" if sheet.draft else f"{when:%m月%d日 %H:%M} 冻结,第 {made.version} 版"
    counted = f"{sum(bool(team.stops) for team in made.teams)} 队 {sheet.visits_n} 户"
    left = f",{len(sheet.left)} 户未排入" if sheet.left else ""
    printed = f"打印于 {sheet.at.astimezone(CHINA):%Y-%m-%d %H:%M}"
    return f"{sheet.county} {counted}{left}", state, printed


def note(sheet: Sheet) -> str:
    """Return what a reader must know of the times."""
    ways = "行车按道路计算" if sheet.by_road else "行车按直线距离估算"
    made = f"{sheet.made.note}。" if sheet.made.note else ""
    return f"{made}时间为预计,{ways};早到请等候约定时段,赶不上请立即报班所改约。现场情况须填全,办结后回电客户。"
