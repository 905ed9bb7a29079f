"""What a team is told of a change of its list: what left, what came, what begins when. No telephone, no name."""

from datetime import datetime, timedelta

from dispatch.capacity.worklist import ListedStop, ListedTeam, Worklist
from dispatch.kit.clock import CHINA

SHIFT = timedelta(minutes=1)  # a visit that begins so much earlier or later is told
NAMED = 4  # visits of a kind that a notice names


def told_of(before: Worklist, after: Worklist, reason: str) -> dict[str, str]:
    """Return team -> what it must know, for each team that the change touches."""
    then = {team.team: team for team in before.teams}
    said = {team.team: _said(then.get(team.team), team) for team in after.teams}
    because = f"原因:{reason}。" if reason else ""
    return {team: f"{text}{because}" for team, text in said.items() if text}


def _said(before: ListedTeam | None, after: ListedTeam) -> str:
    old = {stop.booking_id: stop for stop in before.stops} if before else {}
    new = {stop.booking_id: stop for stop in after.stops}
    parts = []
    if after.withdrawn and not (before and before.withdrawn):
        parts.append("本队撤出清单")
    if left := [stop for name, stop in old.items() if name not in new]:
        parts.append(f"撤下 {len(left)} 户:{_names(left)}")
    if came := [stop for name, stop in new.items() if name not in old]:
        parts.append(f"增加 {len(came)} 户:{_names(came, times=True)}")
    moved = [stop for name, stop in new.items() if name in old and abs(stop.begins_at - old[name].begins_at) >= SHIFT]
    if moved:
        parts.append(f"{len(moved)} 户时间有变:{_names(moved, times=True)}")
    return "".join(f"{part}。" for part in parts)


def _names(stops: list[ListedStop], *, times: bool = False) -> str:
    named = [
        f"{_clock(stop.begins_at)} 户号 {stop.account_no}" if times else f"户号 {stop.account_no}" for stop in stops
    ]
    more = f"等 {len(named)} 户" if len(named) > NAMED else ""
    return "、".join(named[:NAMED]) + more


def _clock(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%H:%M}"
