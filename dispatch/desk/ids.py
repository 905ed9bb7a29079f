"""Names for new things."""

from datetime import UTC, datetime
from secrets import token_hex

from dispatch.kit.clock import CHINA


def new_id(at: datetime) -> str:
    """
    Return 32 hex digits that nobody else has: 48 bits of time in ms, then 80 random ones.

    Names of one hour stand together in the indices, which keeps a storm's writes on few pages.
    """
    return f"{least_id(at)}{token_hex(10)}"


def least_id(at: datetime) -> str:
    """Return what no id of this instant or later lies below."""
    return f"{int(at.timestamp() * 1000):012x}"


def born_at(known_id: str) -> datetime:
    """Return the instant, in whole ms, at which an id was made."""
    return datetime.fromtimestamp(int(known_id[:12], 16) / 1000, UTC)


def ticket_number(at: datetime, number: int) -> str:
    """Return the number people say aloud (工单编号): day in China, then seven digits."""
    day = at.astimezone(CHINA)
    return f"{day.year % 100:02d}{day.month:02d}{day.day:02d}{number:07d}"
