"""
Bad-weather orders (恶劣天气令): area, hours, reason, issuer. Domain 2.11.

An order of the province or a city covers the counties below it. Revoking one ends it from that moment; what it had
covered until then stays covered.
"""

from dataclasses import dataclass
from datetime import datetime

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.desk import idempotency
from dispatch.desk.ids import new_id
from dispatch.desk.looking import looked_at
from dispatch.desk.room import Desk, Once
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection, Row
from dispatch.kit.errors import Invalid, NotFound, Refusal
from dispatch.kit.rulepack import RulePack
from dispatch.kit.servicerules import WeatherRules

from . import disasters

COLUMNS = "id, area, from_at, to_at, reason, text, issuer, issued_at, revoked_at, revoked_by"
ISSUE = """
INSERT INTO weather_order (id, area, from_at, to_at, reason, text, issuer, issued_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
FIND = f"SELECT {COLUMNS} FROM weather_order WHERE id = $1"
REVOKE = "UPDATE weather_order SET revoked_at = $2, revoked_by = $3 WHERE id = $1"
IN_FORCE = """
SELECT id FROM weather_order WHERE area = ANY($1::text[]) AND from_at <= $2 AND $2 < to_at
    AND (revoked_at IS NULL OR $2 < revoked_at)
ORDER BY to_at DESC, id LIMIT 1
"""
LIST = f"""
SELECT {COLUMNS} FROM weather_order WHERE area = ANY($1::text[])
    AND ($2::timestamptz IS NULL OR (from_at <= $2 AND $2 < to_at AND (revoked_at IS NULL OR $2 < revoked_at)))
ORDER BY from_at DESC, id DESC LIMIT $3
"""


class NoWeatherOrders(Refusal):
    """The rule pack in force knows no bad-weather orders."""


class OrderTime(Invalid):
    """The hours of an order cannot be."""


class NoSuchOrder(NotFound):
    """There is no order of that name."""


class OrderEnded(Refusal):
    """The order is over or was revoked already."""


@dataclass(frozen=True, slots=True)
class WeatherOrder:
    """An order; half-open: it covers ``from_at`` and not ``to_at``."""

    id: str
    area: str
    from_at: datetime
    to_at: datetime
    reason: str
    text: str
    issuer: str
    issued_at: datetime
    revoked_at: datetime | None = None
    revoked_by: str | None = None


def rules_of(pack: RulePack) -> WeatherRules:
    """:raises NoWeatherOrders: if the pack has none"""
    if pack.weather is None:
        raise NoWeatherOrders(f"规则包 {pack.key} 没有 weather 一节,不能发布恶劣天气令;请改用含该节的规则包")
    return pack.weather


async def issue(
    desk: Desk,
    *,
    area: str,
    from_at: datetime,
    to_at: datetime,
    reason: str,
    text: str,
    by: Account,
    at: datetime,
    once: Once | None = None,
) -> str:
    """
    Issue an order, with the reports on the disaster that it makes due; return its id.

    :raises NoSuchArea: if there is no such area
    :raises Forbidden: if ``by`` may not issue one there
    :raises OrderTime: if the hours cannot be
    """
    code, rules = desk.areas.get(area).code, rules_of(desk.pack)
    rights.check(by, "weather.issue", area=code, covers=desk.areas.covers)
    _check_hours(from_at, to_at, rules, at)
    async with desk.db.transaction() as tx:
        if (first := await idempotency.find(tx, by, once)) is not None:
            return first
        order_id = new_id(at)
        await tx.execute(ISSUE, order_id, code, from_at, to_at, reason, text, by.id, at)
        await disasters.begin(
            tx, rules, disasters.DisasterCause.ORDER, order_id, code, begun_at=from_at, until_at=to_at
        )
        await idempotency.remember(tx, by, once, order_id, status=201)
    return order_id


def _check_hours(from_at: datetime, to_at: datetime, rules: WeatherRules, at: datetime) -> None:
    if to_at <= from_at:
        raise OrderTime("结束时间应晚于开始时间,请改正", field="to_at")
    if to_at - from_at > rules.longest.duration:
        raise OrderTime(f"一次最长 {rules.longest.duration.days} 天,届时可再发布,请缩短", field="to_at")
    if to_at <= at:
        raise OrderTime("结束时间已过,不能补发;请改正", field="to_at")
    earliest = at - rules.backdated.duration
    if from_at < earliest:
        said = earliest.astimezone(CHINA)
        raise OrderTime(
            f"开始时间最多追溯到 {said:%m月%d日 %H:%M},请改正", field="from_at", earliest=earliest.isoformat()
        )


async def revoke(desk: Desk, order_id: str, *, by: Account, at: datetime) -> WeatherOrder:
    """
    End an order now; one that has not begun never covers anything.

    :raises NoSuchOrder: if there is none
    :raises OrderEnded: if it is over
    """
    async with desk.db.transaction() as tx:
        row = await tx.fetchrow(FIND + " FOR UPDATE", order_id)
        order = _readable(desk, row, by)
        rights.check(by, "weather.revoke", area=order.area, covers=desk.areas.covers)
        if order.revoked_at is not None or order.to_at <= at:
            raise OrderEnded("该恶劣天气令已经结束或撤销")
        await tx.execute(REVOKE, order_id, at, by.id)
        await disasters.end(tx, order_id, at=at)
        return _order(await tx.fetchrow(FIND, order_id))


async def find_order(desk: Desk, order_id: str, *, by: Account) -> WeatherOrder:
    """:raises NoSuchOrder: if there is none that ``by`` may see"""
    async with desk.db.connection() as connection:
        return _readable(desk, await connection.fetchrow(FIND, order_id), by)


async def orders(
    desk: Desk, area: str | None, *, by: Account, in_force_at: datetime | None, limit: int
) -> list[WeatherOrder]:
    """
    Return orders of an area (by default the caller's own), of those above that cover it and those below, newest first.

    :param in_force_at: only those in force at that instant
    :raises NoSuchArea: if there is no such area
    :raises Forbidden: if ``by`` may not look there
    """
    code = looked_at(desk, area, "weather.read", by=by)
    places = [*desk.areas.above(code), *desk.areas.below(code)]
    async with desk.db.connection() as connection:
        return [_order(row) for row in await connection.fetch(LIST, places, in_force_at, limit)]


async def order_in_force(tx: Connection, desk: Desk, area: str, at: datetime) -> str | None:
    """Return the id of an order that covers an area at an instant, or None; of several the one that lasts longest."""
    found: str | None = await tx.fetchval(IN_FORCE, list(desk.areas.above(area)), at)
    return found


def _readable(desk: Desk, row: Row | None, by: Account) -> WeatherOrder:
    order = None if row is None else _order(row)
    if order is None or not _covers_either_way(desk, by.area, order.area):
        raise NoSuchOrder("没有这份恶劣天气令,或不在您的查看范围内;请核对编号")
    return order


def _covers_either_way(desk: Desk, one: str, other: str) -> bool:
    return desk.areas.covers(one, other) or desk.areas.covers(other, one)


def _order(row: Row | None) -> WeatherOrder:
    if row is None:
        raise NoSuchOrder("没有这份恶劣天气令,请核对编号")
    return WeatherOrder(**row)
