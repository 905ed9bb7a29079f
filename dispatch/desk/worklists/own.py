"""What a crew reads of lists: its own team's part, once the depot has named it; other teams' customers are not its."""

from datetime import date

from dispatch.accounts.model import Account
from dispatch.capacity import lists
from dispatch.capacity.words import Half
from dispatch.capacity.worklist import ListedTeam, Worklist
from dispatch.desk.room import Desk

from .taking import depot_of_crew


async def of_crew(desk: Desk, crew_id: str, day: date, *, by: Account) -> list[tuple[Worklist, ListedTeam]]:
    """
    Return the teams that a crew's people are on a day's lists, the morning's first; none if it is named nowhere.

    :raises NoSuchCrew: if there is none whose lists ``by`` may read
    """
    async with desk.db.connection() as connection:
        depot = await depot_of_crew(connection, desk, crew_id, "worklist.own", by=by)
        found = await lists.of_crew(connection, depot, day, crew_id)
    order = list(Half)
    found.sort(key=lambda made: order.index(made.half))
    return [(made, team) for made in found for team in made.teams if team.crew_id == crew_id]
