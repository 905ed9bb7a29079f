"""Which visits of a list have begun: they stay with their team and in their place, whatever else is changed."""

from datetime import datetime

from dispatch.capacity.words import BookingState
from dispatch.capacity.worklist import ListedTeam, Worklist
from dispatch.kit.db import Connection

STATES = "SELECT id, state FROM booking WHERE id = ANY($1::text[])"
IN_HAND = frozenset({BookingState.ARRIVED.value, BookingState.DONE.value, BookingState.ABSENT.value})


async def begun_of(tx: Connection, made: Worklist, *, at: datetime) -> frozenset[str]:
    """
    Return the visits that were made or are in hand.

    By report; of a team that has reported nothing, as the list foresaw: while it is at a repair it begins none.
    """
    ids = [stop.booking_id for team in made.teams for stop in team.stops]
    reported = {row["id"] for row in await tx.fetch(STATES, ids) if row["state"] in IN_HAND}
    silent = [team for team in made.teams if not any(stop.booking_id in reported for stop in team.stops)]
    foreseen = {stop.booking_id for team in silent for stop in team.stops if stop.begins_at <= _until(team, at)}
    return frozenset(reported | foreseen)


def _until(team: ListedTeam, at: datetime) -> datetime:
    """Return until when a team went by its list."""
    errand = team.errand
    return at if errand is None or errand.over else min(at, errand.from_at)
