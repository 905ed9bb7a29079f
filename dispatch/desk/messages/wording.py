"""
The texts of messages in the utility's own words: seen, checked, changed, put back.

What is changed holds for the next message that is written, in every process; what was written before stays as it was.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.desk import idempotency
from dispatch.desk.room import Desk, Once
from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid, NotFound, Refusal
from dispatch.notify import ownwords, wording
from dispatch.notify.fieldwords import field_word
from dispatch.notify.ownwords import Kept
from dispatch.notify.templates import LONGEST, TEMPLATES, Medium, Occasion, Question, cut

PUT_BACK = "恢复标准文本"
AUDIT = "INSERT INTO audit (at, account_id, action, subject, details) VALUES ($1, $2, $3, $4, $5)"


class NoSuchTemplate(NotFound):
    """No message goes out on such an occasion."""


class BadWording(Invalid):
    """The text cannot stand in the place of the standard one."""


class StaleWording(Refusal):
    """Somebody changed the text meanwhile."""


@dataclass(frozen=True, slots=True)
class PlaceholderField:
    """What a text may say of the case that it is about."""

    name: str
    label: str
    most: int  # characters
    required: bool
    example: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a text would be like."""

    longest: int  # characters, when each field is as long as it may be
    most: int
    example: str
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """One occasion: its standard text, and what is said in its place."""

    occasion: Occasion
    label: str
    medium: Medium
    urgent: bool
    expects: Question | None
    standard: str
    own: str | None
    fields: tuple[PlaceholderField, ...]
    checked: Checked  # of the text in force; faults: the own text no longer fits and the standard one goes
    revision: int  # 0: never changed
    reason: str | None
    changed_by: str | None
    changed_at: datetime | None


WORDING = TypeAdapter(Wording)


async def wordings(desk: Desk, *, by: Account) -> Sequence[Wording]:
    """Return the texts of all occasions, in the order of the file."""
    rights.check_role(by, "template.read")
    async with desk.db.connection() as connection:
        kept = await ownwords.everything(connection)
    return [_wording(occasion, kept.get(occasion)) for occasion in Occasion]


def check(occasion: str, text: str, *, by: Account) -> Checked:
    """
    Say what a text would be like, and what is wrong with it; nothing is kept.

    :raises NoSuchTemplate: if there is no such occasion
    """
    rights.check_role(by, "template.manage")
    return _checked(_occasion(occasion), text)


async def change(
    desk: Desk, occasion: str, text: str, *, reason: str, revision: int, by: Account, at: datetime, once: Once | None
) -> Wording:
    """
    Say something in an occasion's own words from now on; the standard text, word for word, puts it back.

    :param revision: that the caller saw
    :raises NoSuchTemplate: if there is no such occasion
    :raises BadWording: naming what is wrong and the remedy
    :raises StaleWording: if somebody changed it meanwhile
    """
    rights.check_role(by, "template.manage")
    found = _occasion(occasion)
    if wrong := wording.faults(found, text):
        raise BadWording(f"“{found.label}”的文本不能用:{wrong[0]}", field="text", faults=list(wrong))
    own = None if text == TEMPLATES[found].text else text
    async with desk.db.transaction() as tx:
        if (first := await idempotency.find(tx, by, once)) is not None:
            return WORDING.validate_json(first)
        made = await _keep(tx, found, own, reason=reason, revision=revision, by=by, at=at)
        await idempotency.remember(tx, by, once, WORDING.dump_json(made).decode())
    return made


async def reset(desk: Desk, occasion: str, *, revision: int, by: Account, at: datetime) -> Wording:
    """
    Put the standard text back; where it is in force already, nothing is changed.

    :raises NoSuchTemplate: if there is no such occasion
    :raises StaleWording: if somebody changed it meanwhile
    """
    rights.check_role(by, "template.manage")
    found = _occasion(occasion)
    async with desk.db.transaction() as tx:
        kept = await ownwords.one(tx, found)
        if kept is None or kept.text is None:
            return _wording(found, kept)
        return await _keep(tx, found, None, reason=PUT_BACK, revision=revision, by=by, at=at)


async def _keep(
    tx: Connection, occasion: Occasion, text: str | None, *, reason: str, revision: int, by: Account, at: datetime
) -> Wording:
    before = await ownwords.one(tx, occasion)
    after = await ownwords.change(tx, occasion, text, reason=reason, revision=revision, by=by.id, at=at)
    if after is None:
        raise StaleWording(f"“{occasion.label}”的文本刚才已被别人改过,请刷新后再改", field="revision")
    action = "template.reset" if text is None else "template.change"
    details = {"before": before.text if before else None, "after": text, "reason": reason}
    await tx.execute(AUDIT, at, by.id, action, occasion.value, json.dumps(details, ensure_ascii=False))
    return _wording(occasion, after)


def _occasion(said: str) -> Occasion:
    try:
        return Occasion(said)
    except ValueError:
        raise NoSuchTemplate("没有这个消息模板,请核对事由", field="occasion") from None


def _wording(occasion: Occasion, kept: Kept | None) -> Wording:
    template = TEMPLATES[occasion]
    own = kept.text if kept else None
    return Wording(
        occasion=occasion,
        label=occasion.label,
        medium=template.channel,
        urgent=template.urgent,
        expects=template.expects,
        standard=template.text,
        own=own,
        fields=tuple(_field(occasion, name, most) for name, most in template.fields.items()),
        checked=_checked(occasion, own or template.text),
        revision=kept.revision if kept else 0,
        reason=kept.reason if kept else None,
        changed_by=kept.changed_by if kept else None,
        changed_at=kept.changed_at if kept else None,
    )


def _field(occasion: Occasion, name: str, most: int) -> PlaceholderField:
    word = field_word(occasion.value, name)
    return PlaceholderField(name, word.label, most, name not in TEMPLATES[occasion].optional, cut(word.example, most))


def _checked(occasion: Occasion, text: str) -> Checked:
    found = wording.faults(occasion, text)
    return Checked(wording.longest(occasion, text), LONGEST, wording.example(occasion, text), found)
