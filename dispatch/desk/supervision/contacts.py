"""Who is told when somebody on duty is to be told (值班联系人), area by area; and whose telephone a crew's is."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid
from dispatch.notify.phones import NUMBER, plain
from dispatch.tickets.terms import Addressee

CONTACTS = "SELECT addressee, name, phone FROM duty_contact WHERE area = $1 ORDER BY addressee, name, phone"
FORGET = "DELETE FROM duty_contact WHERE area = $1"
ENTER = """
INSERT INTO duty_contact (area, addressee, name, phone) VALUES ($1, $2, $3, $4)
ON CONFLICT (area, addressee, phone) DO UPDATE SET name = EXCLUDED.name
"""
AUDIT = "INSERT INTO audit (at, account_id, action, subject, area) VALUES ($1, $2, 'contact.manage', $3, $3)"
CREWS = "SELECT id, area FROM crew WHERE phone = $1 AND active ORDER BY id"

Phone = Annotated[str, Field(pattern=f"^{NUMBER}$", max_length=20)]


class NotOnDuty(Invalid):
    """A crew's number is the crew's own, not a contact on duty."""


class EnteredTwice(Invalid):
    """One number stands twice for one addressee."""


class DutyContact(BaseModel):
    """Who is told when an addressee is to be told, in one area."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    addressee: Annotated[Addressee, Field(strict=False)]
    name: Annotated[str, Field(min_length=1, max_length=60)]
    phone: Phone


async def contacts(desk: Desk, area: str, *, by: Account) -> list[DutyContact]:
    """
    Return who is on duty in an area.

    :raises NoSuchArea: if there is no such area
    :raises Forbidden: if it lies outside the reach of ``by``
    """
    code = _managed(desk, area, by)
    async with desk.db.connection() as connection:
        return [DutyContact(**dict(row)) for row in await connection.fetch(CONTACTS, code)]


async def set_contacts(
    desk: Desk, area: str, wanted: Sequence[DutyContact], *, by: Account, at: datetime
) -> list[DutyContact]:
    """
    Put these contacts in the place of all that the area had; who did it is kept.

    :raises NoSuchArea: if there is no such area
    :raises Forbidden: if it lies outside the reach of ``by``
    :raises Invalid: if a crew is among them, or a number stands twice for one addressee
    """
    code = _managed(desk, area, by)
    check_contacts(wanted)
    async with desk.db.transaction() as tx:
        await tx.execute(FORGET, code)
        await enter(tx, ((code, contact) for contact in wanted))
        await tx.execute(AUDIT, at, by.id, code)
    return await contacts(desk, code, by=by)


def check_contacts(wanted: Sequence[DutyContact], *, field: str = "contacts") -> None:
    """
    Refuse an area's contacts that cannot be.

    :raises NotOnDuty: if a crew is among them
    :raises EnteredTwice: if a number stands twice for one addressee
    """
    known: set[tuple[Addressee, str]] = set()
    for n, contact in enumerate(wanted):
        if contact.addressee is Addressee.CREW:
            raise NotOnDuty("抢修队的电话请在队伍资料中维护", field=f"{field}.{n}.addressee")
        key = (contact.addressee, plain(contact.phone))
        if key in known:
            raise EnteredTwice(f"{contact.addressee.label}的同一号码填了两次,请保留一条", field=f"{field}.{n}.phone")
        known.add(key)


async def enter(tx: Connection, wanted: Iterable[tuple[str, DutyContact]]) -> None:
    """Write contacts, each with its area, beside those that are there."""
    await tx.executemany(
        ENTER, [(area, contact.addressee.value, contact.name, plain(contact.phone)) for area, contact in wanted]
    )


def _managed(desk: Desk, area: str, by: Account) -> str:
    code = desk.areas.get(area).code
    rights.check(by, "contact.manage", area=code, covers=desk.areas.covers)
    return code


async def crews_with(connection: Connection, phone: str) -> list[tuple[str, str]]:
    """Return id and county of the crews that have this number."""
    return [(row["id"], row["area"]) for row in await connection.fetch(CREWS, plain(phone))]
