"""What the seats are to tell callers (报备), and whose supply was stopped for arrears (欠费停电)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.desk import idempotency
from dispatch.desk.ids import new_id
from dispatch.desk.outages.announcing import WrongTime, areas_of, note
from dispatch.desk.outages.sensing import BadRow, Batch
from dispatch.desk.room import Desk, Once
from dispatch.kit.db import Connection
from dispatch.kit.errors import Refusal
from dispatch.outages import network, store
from dispatch.outages.model import Notice
from dispatch.outages.store import Stop
from dispatch.tickets.guards import CLOCK_SKEW

from .knowing import rule_of


class NoticeSettled(Refusal):
    """The notice was approved, revoked or has ended already."""


async def apply_notice(
    desk: Desk,
    area: str,
    *,
    from_at: datetime,
    to_at: datetime,
    wording: str,
    by: Account,
    at: datetime,
    once: Once | None = None,
) -> Notice:
    """
    Ask for a notice to the seats; it holds once the province has approved it.

    :raises WrongTime: if it would be over already, or last longer than the pack allows
    """
    code = desk.areas.get(area).code
    rights.check(by, "notice.apply", area=code, covers=desk.areas.covers)
    longest = rule_of(desk).notice_longest.duration
    if to_at <= max(from_at, at):
        raise WrongTime("报备的结束时间须晚于开始时间和现在", field="to_at")
    if to_at - from_at > longest:
        raise WrongTime(f"报备最长 {longest.days} 天,请缩短后重报", field="to_at", longest_days=longest.days)
    async with desk.db.transaction() as tx:
        if (first := await idempotency.find(tx, by, once)) is not None:
            return await store.load_notice(tx, first)
        notice = Notice(new_id(at), code, from_at, to_at, wording, by.id)
        await store.apply(tx, notice, at=at)
        await idempotency.remember(tx, by, once, notice.id, status=201)
    return notice


async def approve_notice(desk: Desk, notice_id: str, *, by: Account, at: datetime) -> Notice:
    """
    Let a notice hold.

    :raises NoSuchNotice: if there is none
    :raises NoticeSettled: if it was decided on before, or its time is over
    """
    async with desk.db.transaction() as tx:
        notice = await _decided(tx, desk, notice_id, "notice.approve", by)
        if notice.approved_by is not None or notice.revoked_at is not None or notice.to_at <= at:
            raise NoticeSettled(f"该报备{notice.state(at).label},不能审批", field="notice_id")
        await store.approve(tx, notice_id, by=by.id, at=at)
        await note(tx, "notice.approve", notice_id, notice.area, by, at)
    return replace(notice, approved_by=by.id)


async def revoke_notice(desk: Desk, notice_id: str, *, by: Account, at: datetime) -> Notice:
    """
    Let a notice hold no more.

    :raises NoSuchNotice: if there is none
    :raises NoticeSettled: if it was revoked before, or its time is over
    """
    async with desk.db.transaction() as tx:
        notice = await _decided(tx, desk, notice_id, "notice.revoke", by)
        if notice.revoked_at is not None or notice.to_at <= at:
            raise NoticeSettled(f"该报备{notice.state(at).label},不能撤销", field="notice_id")
        await store.revoke(tx, notice_id, by=by.id, at=at)
        await note(tx, "notice.revoke", notice_id, notice.area, by, at)
    return replace(notice, revoked_at=at)


async def _decided(tx: Connection, desk: Desk, notice_id: str, action: str, by: Account) -> Notice:
    rights.check_role(by, action)
    notice = await store.load_notice(tx, notice_id)
    rights.check(by, action, area=notice.area, covers=desk.areas.covers)
    return notice


async def notices_in(
    desk: Desk, area: str | None, *, lasting_after: datetime | None, by: Account, limit: int = 100
) -> list[Notice]:
    """Return the notices of an area and of all above it, the latest to begin first."""
    rights.check(by, "notice.read", covers=desk.areas.covers)
    code = desk.areas.get(area or by.area).code
    wanted = [*areas_of(desk, code, by), *desk.areas.above(code)]
    async with desk.db.connection() as connection:
        return await store.notices(connection, wanted, lasting_after=lasting_after, limit=limit)


async def report_arrears(desk: Desk, stops: Sequence[Stop], *, by: Account, at: datetime) -> Batch:
    """Keep who was stopped for arrears and who has paid; an account that the network lacks is kept all the same."""
    rights.check_role(by, "arrears.report")
    batch = Batch()
    async with desk.db.transaction() as tx:
        known = await network.nodes(tx, {stop.account_no for stop in stops})
        for index, stop in enumerate(stops):
            area = known[stop.account_no].area if stop.account_no in known else by.area
            bad = _bad_stop(desk, index, stop, area, by, at)
            if bad is not None:
                batch.refused.append(bad)
            else:
                new = await store.note_arrears(tx, stop, area)
                batch.accepted += new
                batch.repeated += not new
    return batch


def _bad_stop(desk: Desk, index: int, stop: Stop, area: str, by: Account, at: datetime) -> BadRow | None:
    if not desk.areas.covers(by.area, area):
        return BadRow(index, "Forbidden", f"该户属于 {area},不在本账号辖区({by.area})内")
    if stop.cleared_at is not None and stop.cleared_at < stop.stopped_at:
        return BadRow(index, "WrongTime", "结清时间早于停电时间,请核对后重报")
    if max(stop.stopped_at, stop.cleared_at or stop.stopped_at) > at + CLOCK_SKEW:
        return BadRow(index, "FutureTime", "时间晚于服务器时间,请核对后重报")
    return None
