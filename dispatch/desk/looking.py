"""Where a person looks: the area that is asked for, by default his own, if he may look there."""

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.desk.room import Desk


def looked_at(desk: Desk, area: str | None, action: str, *, by: Account) -> str:
    """
    Return the code of the area that is looked at.

    :param area: None: the caller's own
    :raises NoSuchArea: if there is no such area
    :raises Forbidden: if ``by`` may not look there
    """
    code = desk.areas.get(area or by.area).code
    rights.check(by, action, area=code, covers=desk.areas.covers)
    return code
