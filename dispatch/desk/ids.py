"""Names for new things."""

from datetime import datetime
from secrets import token_hex

from dispatch.kit.clock import CHINA


def new_id(at: datetime) -> str:
    """
    Return 32 hex digits that nobody else has: 48 bits of time in ms, then 80 random ones.

    Names of one hour stand together in the indices, which keeps a storm's writes on few pages.
    """
    return f"{int(at.timestamp() * 1000):012x}{token_hex(10)}"


def ticket_number(at: datetime, number: int) -> str:
    """Return the number people say aloud (工单编号): day in China, then seven digits."""
    day = at.astimezone(CHINA)
    return f"{day.year % 100:02d}{day.month:02d}{day.day:02d}{number:07d}"
