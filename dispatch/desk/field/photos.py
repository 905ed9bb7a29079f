"""
Photos from the site (现场照片): added by the crew or by its dispatcher, looked at by whoever may look at the ticket.

A photo is evidence: who sent it and when stands in its row, which nobody changes, and in the audit. Its id is made of
the ticket and of what was sent, so that what was sent twice is one photo, and a log that names it vouches for it.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from dispatch.accounts.model import Account
from dispatch.desk import idempotency, reading
from dispatch.desk.acting import permit
from dispatch.desk.room import Desk, Once
from dispatch.kit.db import Connection, Row
from dispatch.kit.errors import NotFound, Refusal
from dispatch.kit.pictures import Developed
from dispatch.tickets import store
from dispatch.tickets.model import Ticket

MOST = 100  # of one ticket

COLUMNS = "id, ticket_id, taken_at, received_at, actor, role, octet_length(picture) AS size, width, height, sha256"
FIND = f"SELECT {COLUMNS} FROM photo WHERE id = $1"
LIST = f"SELECT {COLUMNS} FROM photo WHERE ticket_id = $1 ORDER BY taken_at, id"
COUNT = "SELECT count(*) FROM photo WHERE ticket_id = $1"
KEEP = f"""
INSERT INTO photo (id, ticket_id, sha256, taken_at, received_at, actor, role, width, height, picture, thumb)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING {COLUMNS}
"""
AUDIT = """
INSERT INTO audit (at, account_id, action, subject, area, details) VALUES ($1, $2, 'photo.add', $3, $4, $5)
"""
PICTURE, THUMB = ("SELECT picture FROM photo WHERE id = $1", "SELECT thumb FROM photo WHERE id = $1")


class NoSuchPhoto(NotFound):
    """There is no photo of that name, or none that the caller may see."""


class TooManyPhotos(Refusal):
    """The ticket has as many photos as one may have."""


@dataclass(frozen=True, slots=True)
class Sent:
    """
    A photo as it came in.

    :param digest: SHA-256 of the file
    :param taken_at: by the telephone's clock; None: now
    """

    digest: bytes
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Photo:
    """
    A photo that is kept.

    :param size: bytes of the picture as it is kept
    :param sha256: of the file that was sent
    """

    id: str
    ticket_id: str
    taken_at: datetime
    received_at: datetime
    actor: str
    role: str
    size: int
    width: int
    height: int
    sha256: bytes


def name_of(ticket_id: str, digest: bytes) -> str:
    """Return the id of the photo that a file is on a ticket."""
    return sha256(f"{ticket_id}/{digest.hex()}".encode()).hexdigest()[:32]


async def known(
    desk: Desk, ticket_id: str, sent: Sent, *, by: Account, at: datetime, once: Once | None
) -> Photo | None:
    """
    Return the photo if the ticket has it already; None: it is to be developed and added.

    :raises Forbidden, NoSuchTicket: if ``by`` may not add photos there
    :raises KeyReused: if the key belongs to another request
    :raises TooManyPhotos: if the ticket may have no more
    """
    async with desk.db.connection() as connection:
        await idempotency.find(connection, by, once)
        ticket = await store.load(connection, ticket_id)
        _permit_adding(desk, by, ticket, at)
        return await _known(connection, ticket, sent)


async def add(
    desk: Desk, ticket_id: str, sent: Sent, developed: Developed, *, by: Account, at: datetime, once: Once | None
) -> tuple[Photo, bool]:
    """
    Keep a photo with its ticket; return it, and whether it is new. For whom, and why not: as ``known``.

    What a fast clock puts into the future was taken when we heard of it.
    """
    async with desk.db.transaction() as tx:
        ticket = await store.load(tx, ticket_id, lock=True)
        _permit_adding(desk, by, ticket, at)
        if (before := await _known(tx, ticket, sent)) is not None:
            return before, False
        photo = await _kept(tx, ticket, sent, developed, by, at)
        await idempotency.remember(tx, by, once, photo.id, status=201)
    return photo, True


async def _known(connection: Connection, ticket: Ticket, sent: Sent) -> Photo | None:
    row = await connection.fetchrow(FIND, name_of(ticket.id, sent.digest))
    if row is None and await connection.fetchval(COUNT, ticket.id) >= MOST:
        raise TooManyPhotos(f"工单 {ticket.ticket_no} 已有 {MOST} 张照片,不能再加;请只上传能说明问题的", most=MOST)
    return None if row is None else _photo(row)


async def _kept(tx: Connection, ticket: Ticket, sent: Sent, developed: Developed, by: Account, at: datetime) -> Photo:
    row = await tx.fetchrow(
        KEEP,
        name_of(ticket.id, sent.digest),
        ticket.id,
        sent.digest,
        min(sent.taken_at or at, at),
        at,
        by.id,
        by.role.value,
        developed.width,
        developed.height,
        developed.picture,
        developed.thumb,
    )
    assert row is not None
    photo = _photo(row)
    details = {"photo": photo.id, "sha256": photo.sha256.hex(), "taken_at": photo.taken_at.isoformat()}
    await tx.execute(AUDIT, at, by.id, ticket.id, ticket.area, json.dumps(details))
    return photo


def _permit_adding(desk: Desk, by: Account, ticket: Ticket, at: datetime) -> None:
    """A crew that was on the job adds what its telephone still holds, as its late reports are still taken."""
    on_it = by.crew_id is not None and by.crew_id in {dispatch.crew_id for dispatch in ticket.dispatches}
    if not (on_it and reading.lately(desk, ticket, at)):
        permit(desk, by, "photo.add", ticket)


async def of_ticket(desk: Desk, ticket_id: str, *, by: Account, at: datetime) -> list[Photo]:
    """
    Return a ticket's photos, in the order in which they were taken.

    :raises NoSuchTicket: if there is no such ticket, or none that ``by`` may see
    """
    async with desk.db.connection() as connection:
        ticket = await store.load(connection, ticket_id)
        _permit_looking(desk, by, ticket, at)
        return [_photo(row) for row in await connection.fetch(LIST, ticket_id)]


async def find(desk: Desk, photo_id: str, *, by: Account, at: datetime) -> Photo:
    """
    Return what is known of a photo.

    :raises NoSuchPhoto: if there is none, or none that ``by`` may see
    """
    async with desk.db.connection() as connection:
        row = await connection.fetchrow(FIND, photo_id)
        if row is None:
            raise _no_such()
        ticket = await store.load(connection, row["ticket_id"])
    try:
        _permit_looking(desk, by, ticket, at)
    except NotFound:
        raise _no_such() from None
    return _photo(row)


async def picture(desk: Desk, photo: Photo, *, thumb: bool) -> bytes:
    """Return a photo that ``find`` found as JPEG, whole or small."""
    async with desk.db.connection() as connection:
        found: bytes = await connection.fetchval(THUMB if thumb else PICTURE, photo.id)
    return found


def _permit_looking(desk: Desk, by: Account, ticket: Ticket, at: datetime) -> None:
    if not reading.finished_by(desk, ticket, by, at):
        permit(desk, by, "photo.read", ticket)


def _no_such() -> NoSuchPhoto:
    return NoSuchPhoto("没有这张照片,或不在您的查看范围内;请核对照片编号")


def _photo(row: Row) -> Photo:
    return Photo(**row)
