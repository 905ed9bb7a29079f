"""The judgements of a ticket of the small world, and a ticket whose crew came late."""

from dispatch.desk.closing import reviewing
from dispatch.tickets import events as e
from dispatch.tickets import review, store
from dispatch.tickets.model import Ticket
from tests.worlds import ROAD, Small, minutes, person

DAY = (minutes(-60), minutes(24 * 60))


async def judgements(small: Small, ticket_id: str) -> list[review.Review]:
    found, _ = await reviewing.of_ticket(small.desk, ticket_id, by=person("xiangshan"))
    return found


async def judgement(small: Small, ticket_id: str) -> review.Review:
    (found,) = await judgements(small, ticket_id)
    return found


async def log_of(small: Small, ticket_id: str) -> list[e.Entry]:
    async with small.db.connection() as connection:
        return await store.log(connection, ticket_id)


async def late(small: Small, arrived: float = 60) -> Ticket:
    """A crew that is on site after an hour instead of 45 minutes; all else in time."""
    ticket = await small.call()
    steps = {action: (who, event) for action, who, event in ROAD}
    times = {"accept": 1, "dispatch": 2, "crew-accept": 30, "depart": 32, "arrive": arrived, "locate": arrived + 5}
    times |= {"start-repair": arrived + 6, "restore": arrived + 8, "reply": arrived + 9}
    times |= {"queue-callback": arrived + 10, "close": arrived + 11}  # before the 督办 of the limit wants its answer
    for action, at in times.items():
        ticket = await small.does(ticket, action, *steps[action], at=minutes(at))
    return ticket
