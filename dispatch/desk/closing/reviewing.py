"""
事后评价 at the desk: every ticket that ends is judged in the transaction that ends it; appeals; the indices of an area.

The judge is the pack the ticket was opened under. Judgements are only added: an appeal that is decided makes the next
one, and the first stays.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.desk.acting import permit
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid, Refusal
from dispatch.tickets import reliability, review, reviews, store
from dispatch.tickets.indices import Figure, Period
from dispatch.tickets.judged import Fault, Judged
from dispatch.tickets.outage_minutes import interruptions
from dispatch.tickets.review import Judgement, Review
from dispatch.tickets.reviews import Appeal

from .business import volume
from .judging import conclude
from .mv_users import hours_of as mv_users_dark
from .overlapping import known_by_network

DAY = timedelta(days=1)
LONGEST = timedelta(days=366)  # period of one question
BATCH = 100  # tickets judged in one transaction
Progress = Callable[[int], None]


class BadPeriod(Invalid):
    """A period that ends before it begins, or is too long."""


class BadPlace(Invalid):
    """A page that no page before has pointed to."""


class NotContestable(Refusal):
    """The ticket was not blamed for that."""


class AppealPending(Refusal):
    """There is an appeal that nobody has decided on."""


class AppealTooLate(Refusal):
    """The time in which a judgement may be contradicted is over."""


class NoAppeal(Refusal):
    """There is no appeal to decide on."""


class OwnAppeal(Refusal):
    """Nobody decides on an appeal of their own."""


@dataclass(frozen=True, slots=True)
class Findings:
    """All that is known of an area and period: the judged tickets, and what the indices make of them."""

    area: str
    rows: Sequence[Judged]
    period: Period
    figures: Sequence[Figure]


async def rejudge(desk: Desk, area: str, *, by: Account, at: datetime, progress: Progress = lambda _n: None) -> int:
    """
    Judge the tickets of an area that ended before there were judgements; what is judged stays as it is.

    Return how many there were; ``progress`` is told after each batch.
    """
    areas, after, done = counties(desk, area), "", 0
    while True:
        async with desk.db.transaction() as tx:
            ids = await reviews.unjudged(tx, areas, after=after, limit=BATCH)
            for ticket_id in ids:
                await conclude(tx, desk, await store.load(tx, ticket_id, lock=True), by=by.id, at=at)
        if not ids:
            return done
        after, done = ids[-1], done + len(ids)
        progress(done)


async def of_ticket(desk: Desk, ticket_id: str, *, by: Account) -> tuple[list[Review], list[Appeal]]:
    """
    Return all judgements of a ticket and the appeals.

    :raises NotFound: if there is no such ticket, none that ``by`` may see, or it was not judged
    """
    async with desk.db.connection() as connection:
        permit(desk, by, "review.read", await store.load(connection, ticket_id))
        return await reviews.of_ticket(connection, ticket_id), await reviews.appeals(connection, ticket_id)


async def appeal(
    desk: Desk,
    ticket_id: str,
    *,
    faults: Collection[Fault],
    text: str,
    evidence: Sequence[str] = (),
    by: Account,
    at: datetime,
) -> Appeal:
    """
    Contradict the judgement that counts (申诉).

    :raises AppealTooLate: if the pack's time for it, counted from the first judgement, is over
    :raises NotContestable: if the ticket is not blamed for one of the faults
    :raises AppealPending: if an appeal waits for its decision
    """
    async with desk.db.transaction() as tx:
        ticket = await store.load(tx, ticket_id, lock=True)
        permit(desk, by, "review.appeal", ticket)
        now = await reviews.latest(tx, ticket_id)
        _check_in_time(desk, await reviews.of_ticket(tx, ticket_id), at)
        _check_contestable(faults, now.row)
        if any(one.decided_at is None for one in await reviews.appeals(tx, ticket_id)):
            raise AppealPending("这个工单有一份申诉尚未裁定,请等待裁定后再申诉")
        filed = Appeal(ticket_id, 0, now.row.area, now.row.judgement, tuple(faults), text, tuple(evidence), by.id, at)
        await reviews.file_appeal(tx, filed)
        return (await reviews.appeals(tx, ticket_id))[-1]


def _check_in_time(desk: Desk, judgements: Sequence[Review], at: datetime) -> None:
    first = judgements[0]
    rules = desk.packs.get(first.pack).review
    if rules is None or at <= (until := first.judged_at + rules.appeal_within.duration):
        return
    raise AppealTooLate(
        f"工单 {first.ticket_no} 于 {first.judged_at.astimezone(CHINA):%m-%d %H:%M} 评价,申诉期限为 "
        f"{rules.appeal_within.duration / DAY:g} 天,已于 {until.astimezone(CHINA):%m-%d %H:%M} 截止,不再受理申诉",
        until_at=until.isoformat(),
    )


def _check_contestable(faults: Collection[Fault], row: Judged) -> None:
    for fault in faults:
        if not row.blamed(fault):
            blamed = "、".join(one.label for one in Fault if row.blamed(one)) or "无"
            raise NotContestable(
                f"评价中没有“{fault.label}”这一未免责违约项,可申诉的有:{blamed}", field="faults", fault=fault.value
            )


async def decide(
    desk: Desk,
    ticket_id: str,
    *,
    granted: Collection[Fault],
    text: str,
    evidence: Sequence[str] = (),
    by: Account,
    at: datetime,
) -> Review:
    """
    Decide on the appeal of a ticket: the granted faults are excused; none granted upholds the judgement. Either way
    the decision is a further judgement.

    :raises NoAppeal: if no appeal waits
    :raises OwnAppeal: if ``by`` filed it
    :raises NotContestable: if something is granted that was not asked for
    """
    async with desk.db.transaction() as tx:
        ticket = await store.load(tx, ticket_id, lock=True)
        permit(desk, by, "review.decide", ticket)
        waiting = _waiting(await reviews.appeals(tx, ticket_id), granted, by)
        now = await reviews.latest(tx, ticket_id)
        after = review.appealed(
            now.review,
            desk.packs.get(ticket.pack),
            excused=granted,
            excuse=f"申诉成立:{text}",
            ground=f"申诉第 {waiting.no} 号:{'部分或全部成立' if granted else '不成立,维持原评价'}",
            at=at,
            by=by.id,
        )
        await reviews.write(tx, Judgement(after, review.again(now.row, after)))
        decided = replace(waiting, granted=tuple(granted), decision=text, decided_evidence=tuple(evidence))
        await reviews.decide_appeal(tx, replace(decided, decided_by=by.id, decided_at=at))
        return after


def _waiting(appeals: Sequence[Appeal], granted: Collection[Fault], by: Account) -> Appeal:
    waiting = next((one for one in appeals if one.decided_at is None), None)
    if waiting is None:
        raise NoAppeal("这个工单没有待裁定的申诉")
    if waiting.filed_by == by.id:
        raise OwnAppeal("不能裁定本人提出的申诉,请由他人裁定")
    if beyond := [fault.label for fault in granted if fault not in waiting.faults]:
        raise NotContestable(f"申诉未涉及:{'、'.join(beyond)},请只裁定申诉的违约项", field="granted")
    return waiting


async def findings(
    desk: Desk, area: str, begin_at: datetime, end_at: datetime, *, by: Account, at: datetime
) -> Findings:
    """
    Return what is known of an area and all below it in a half-open period, with its indices.

    :param at: now

    :raises BadPeriod: if the period is none, or longer than a year
    :raises NoSuchArea: if there is no such area
    :raises Forbidden: if it lies outside the reach of ``by``
    """
    areas = _asked(desk, area, begin_at, end_at, by)
    async with desk.db.connection() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        rows = await reviews.ended(connection, areas, begin_at, end_at)
        households, mv_users = await _users(connection, desk, area)
        families = await reviews.families(connection, areas, begin_at, end_at, rows)
        period = Period(
            begin_at,
            end_at,
            reported=await reviews.reported(connection, areas, begin_at, end_at),
            repeated=await reviews.repeated(connection, areas, rows),
            outages=await known_by_network(connection, areas, interruptions(families)),
            households=households,
            mv_users=mv_users,
            supported=await reviews.supported(connection, areas, begin_at, end_at),
            other_business=await volume(connection, areas, begin_at, end_at),
            mv_hours=await mv_users_dark(connection, areas, begin_at, end_at, at=at),
        )
    return Findings(area, rows, period, reliability.all_figures(rows, period))


async def page(
    desk: Desk,
    area: str,
    begin_at: datetime,
    end_at: datetime,
    *,
    fault: Fault | None = None,
    after: tuple[datetime, str] | None = None,
    limit: int = 100,
    by: Account,
) -> list[str]:
    """Return judgements that count as JSON texts, the latest end first; refusals as ``findings``."""
    areas = _asked(desk, area, begin_at, end_at, by)
    async with desk.db.connection() as connection:
        return await reviews.page(connection, areas, begin_at, end_at, fault=fault, after=after, limit=limit)


def place_of(after: str | None) -> tuple[datetime, str] | None:
    """
    Read where a page goes on: the end and the id of the last judgement of the page before.

    :raises BadPlace: if no page can have said that
    """
    if after is None:
        return None
    try:
        ended_at, ticket_id = after.split("|")
        at = datetime.fromisoformat(ended_at)
    except ValueError:
        at, ticket_id = None, ""
    if at is None or at.tzinfo is None:
        raise BadPlace("after 应为上一页返回的 next,请原样传回", field="after")
    return at, ticket_id


def counties(desk: Desk, area: str) -> tuple[str, ...]:
    """Return the areas whose tickets belong to it: itself, and the counties below."""
    code = desk.areas.get(area).code
    return (code, *(county for county in desk.areas.counties(code) if county != code))


def _asked(desk: Desk, area: str, begin_at: datetime, end_at: datetime, by: Account) -> tuple[str, ...]:
    areas = counties(desk, area)
    rights.check(by, "index.read", area=area, covers=desk.areas.covers)
    if not begin_at < end_at:
        raise BadPeriod("起始时间须早于截止时间(不含截止时刻),请改正 from 或 to", field="to")
    if end_at - begin_at > LONGEST:
        raise BadPeriod("一次最多查询 366 天,请缩短时段", field="from")
    return areas


async def _users(connection: Connection, desk: Desk, area: str) -> tuple[int | None, int | None]:
    """Return households and medium-voltage users: the area's own numbers, or the sum of all its counties'."""
    below = desk.areas.counties(area)
    known = await reviews.users(connection, (area, *below))
    own = known.get(area, reviews.Users(None, None))
    return _total(own.households, [known[code].households for code in below]), _total(
        own.mv_users, [known[code].mv_users for code in below]
    )


def _total(own: int | None, parts: Sequence[int | None]) -> int | None:
    if own is not None or not parts or None in parts:
        return own
    return sum(part for part in parts if part is not None)
