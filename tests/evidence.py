"""What crews send from the site beside their reports, for tests that are about something else."""

from datetime import datetime
from hashlib import sha256

from dispatch.desk.field.photos import name_of
from dispatch.kit.db import Database

KEEP = """
INSERT INTO photo (id, ticket_id, sha256, taken_at, received_at, actor, role, width, height, picture, thumb)
SELECT $1, $2, $3, $4, $4, 'crew-1', 'crew', 64, 48, 'picture', 'thumb'
WHERE EXISTS (SELECT FROM ticket WHERE id = $2)
ON CONFLICT DO NOTHING
"""


async def photographed(db: Database, ticket_id: str, at: datetime) -> None:
    """Have a photo of the ticket kept, as if the crew's telephone had sent it (``tests/field/test_photos.py`` does)."""
    digest = sha256(ticket_id.encode()).digest()
    async with db.connection() as connection:
        await connection.execute(KEEP, name_of(ticket_id, digest), ticket_id, digest, at)
