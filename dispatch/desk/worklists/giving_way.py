"""Lists follow the mode of their county: where booked work gives way their teams stand back, and come back after."""

from datetime import datetime

from dispatch.capacity import lists
from dispatch.capacity.declaration import hours
from dispatch.capacity.words import Half, ListState, ListStep
from dispatch.capacity.worklist import ListedTeam, Worklist
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection

from .keeping import Author, keep
from .telling import told_of

BACK = "派工模式已恢复,本队可继续作业"


async def stand_back(tx: Connection, desk: Desk, county: str, *, by: str, reason: str, at: datetime) -> int:
    """Withdraw the teams of the lists that run; what they have in hand they finish. Return how many teams."""
    return await _turned(tx, desk, county, Author(by, at, reason), back=False)


async def come_back(tx: Connection, desk: Desk, county: str, *, by: str, at: datetime) -> int:
    """Let the teams go again that stood back for the mode, on lists whose half-day is not over. Return how many."""
    return await _turned(tx, desk, county, Author(by, at, BACK), back=True)


async def _turned(tx: Connection, desk: Desk, county: str, author: Author, *, back: bool) -> int:
    turned = 0
    for made in await _running(tx, desk, county, at=author.at):
        teams = tuple(_back(team) if back else _away(team, author.reason) for team in made.teams)
        changed = [now for now, before in zip(teams, made.teams, strict=True) if now != before]
        if changed:
            after = made.model_copy(update={"teams": teams})
            told = {team.team: BACK for team in changed} if back else told_of(made, after, author.reason)
            await keep(tx, after, ListStep.CHANGED, author, told=told)
        turned += len(changed)
    return turned


async def _running(tx: Connection, desk: Desk, county: str, *, at: datetime) -> list[Worklist]:
    """Return the county's lists that are frozen and whose half-day is not over."""
    rules, day = desk.pack.booking, at.astimezone(CHINA).date()
    if rules is None:
        return []
    halves = [half for half in Half if at < hours(rules, day, half).ends_at]
    found = [made for half in halves for made in await lists.of_county(tx, county, day, half)]
    return [made for made in found if made.state is not ListState.CLOSED]


def _away(team: ListedTeam, reason: str) -> ListedTeam:
    return team if team.withdrawn else team.model_copy(update={"withdrawn": reason, "gave_way": True})


def _back(team: ListedTeam) -> ListedTeam:
    return team.model_copy(update={"withdrawn": "", "gave_way": False}) if team.gave_way else team
