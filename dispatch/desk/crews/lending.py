"""
Lending between counties (借调) and what each county keeps (保底): written down, revoked, and held to.

The fleet in memory proposes by what it last heard; here the database decides, under a lock on the lender's county, so
that two dispatches cannot both take the last crew that it can spare.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.desk import idempotency
from dispatch.desk.ids import new_id
from dispatch.desk.looking import looked_at
from dispatch.desk.room import Desk, Once
from dispatch.kit.clock import CHINA
from dispatch.kit.crewrules import CrewRules
from dispatch.kit.db import Connection, Row
from dispatch.kit.errors import Invalid, NotFound, Refusal
from dispatch.kit.rulepack import RulePack
from dispatch.places.areas import Area, AreaLevel
from dispatch.routing.lending import GrantKind, Lending
from dispatch.routing.model import ReasonCode

from . import surroundings
from .choosing import Choice
from .jobs import Seen, job_of

COLUMNS = """
id, lender, borrower, kind, from_at, until_at, crews, skill, below_reserve, reason, approved_by, granted_by, granted_at,
revoked_by, revoked_at, revoke_reason
"""
TURN_TAKING = "SELECT pg_advisory_xact_lock(95604, hashtext($1))"  # of a lender: nobody counts its crews meanwhile
OVERLAPPING = """
SELECT id, from_at, until_at, crews, skill, reason, approved_by FROM lending_grant
WHERE lender = $1 AND borrower = $2 AND skill IS NOT DISTINCT FROM $3 AND kind = $4 AND revoked_at IS NULL
  AND from_at < $6 AND $5 < until_at
ORDER BY from_at LIMIT 1
"""
SKILLS = "SELECT DISTINCT unnest(skills) AS skill FROM crew ORDER BY skill"
GRANT = """
INSERT INTO lending_grant (id, lender, borrower, kind, from_at, until_at, crews, skill, below_reserve, reason,
                           approved_by, granted_by, granted_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""
FIND = f"SELECT {COLUMNS} FROM lending_grant WHERE id = $1"
REVOKE = "UPDATE lending_grant SET revoked_by = $2, revoked_at = $3, revoke_reason = $4 WHERE id = $1"
LIST = f"""
SELECT {COLUMNS} FROM lending_grant
WHERE (lender = ANY($1::text[]) OR borrower = ANY($1::text[]))
  AND ($2::timestamptz IS NULL OR (revoked_at IS NULL AND from_at <= $2 AND $2 < until_at))
ORDER BY from_at DESC, id DESC LIMIT $3
"""
AUDIT = "INSERT INTO audit (at, account_id, action, subject, area) VALUES ($1, $2, $3, $4, $5)"
SET_RESERVE = """
INSERT INTO county_reserve (area, crews, set_by, set_at, reason) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (area) DO UPDATE SET crews = EXCLUDED.crews, set_by = EXCLUDED.set_by, set_at = EXCLUDED.set_at,
    reason = EXCLUDED.reason
"""
KEPT = "SELECT area, crews, set_by, set_at, reason FROM county_reserve WHERE area = ANY($1::text[]) ORDER BY area"
CREWS = """
SELECT crew.shift_start, crew.shift_end, EXISTS (
    SELECT 1 FROM dispatch WHERE dispatch.crew_id = crew.id AND dispatch.ended_at IS NULL) AS busy
FROM crew WHERE area = $1 AND active
"""


class BadGrant(Invalid):
    """A grant that cannot be: of whom to whom, from when until when."""


class GrantOverlaps(Refusal):
    """The same is granted already for a part of that time."""


class NoSuchGrant(NotFound):
    """There is no grant of that name."""


class GrantOver(Refusal):
    """The grant was revoked or has run out."""


class NoLending(Refusal):
    """The rule pack in force knows no lending."""


class NotLent(Refusal):
    """Nothing lends the crew to the ticket's county now."""


class OverReserve(Refusal):
    """The crew's county would keep fewer free crews than it must."""


class NotACounty(Invalid):
    """A reserve is kept by counties."""


@dataclass(frozen=True, slots=True)
class NewGrant:
    """A grant as it is asked for; half-open in time. See ``routing.lending.Grant``."""

    lender: str
    borrower: str
    kind: GrantKind
    from_at: datetime
    until_at: datetime
    reason: str
    approved_by: str
    crews: int | None = None
    skill: str | None = None
    below_reserve: bool = False


@dataclass(frozen=True, slots=True)
class KeptGrant:
    """A grant as it is kept: who approved it, who entered it, who revoked it."""

    id: str
    lender: str
    borrower: str
    kind: GrantKind
    from_at: datetime
    until_at: datetime
    crews: int | None
    skill: str | None
    below_reserve: bool
    reason: str
    approved_by: str
    granted_by: str
    granted_at: datetime
    revoked_by: str | None
    revoked_at: datetime | None
    revoke_reason: str | None


@dataclass(frozen=True, slots=True)
class CountyReserve:
    """How many free crews a county keeps when it lends; nobody: the rule pack's share of its crews on duty."""

    area: str
    crews: int | None
    set_by: str | None = None
    set_at: datetime | None = None
    reason: str = ""


def rules_of(pack: RulePack) -> CrewRules:
    """:raises NoLending: if the pack has none"""
    if pack.nearest is None:
        raise NoLending(f"规则包 {pack.key} 没有 nearest 一节,不能登记借调;请改用含该节的规则包", pack=pack.key)
    return pack.nearest


async def grant(desk: Desk, wanted: NewGrant, *, by: Account, at: datetime, once: Once | None = None) -> KeptGrant:
    """
    Write a grant down; it holds at once in this process and within half a second in the others.

    By agreement the lender's own dispatcher lends his county's crews, and nobody else does; an order, and what concerns
    a whole city, is the province's.

    :raises NoSuchArea: if one of the two does not exist, in this province
    :raises BadGrant: if it cannot be, or no crew has the skill that it is for
    :raises Forbidden: if ``by`` may not lend there
    :raises GrantOverlaps: if the same is granted already for a part of that time
    :raises NoLending: if the rule pack in force knows none
    """
    rules = rules_of(desk.pack)
    _check_sides(desk, wanted)
    _check_time(wanted, rules, at)
    _check_approval(wanted)
    _check_right(desk, wanted, by)
    async with desk.db.transaction() as tx:
        if (first := await idempotency.find(tx, by, once)) is not None:
            return kept(await tx.fetchrow(FIND, first))
        await _check_skill(tx, wanted.skill)
        await tx.execute(TURN_TAKING, wanted.lender)
        await _check_overlap(tx, desk, wanted)
        grant_id = new_id(at)
        said = (wanted.lender, wanted.borrower, wanted.kind.value, wanted.from_at, wanted.until_at, wanted.crews)
        why = (wanted.skill, wanted.below_reserve, wanted.reason.strip(), wanted.approved_by.strip())
        await tx.execute(GRANT, grant_id, *said, *why, by.id, at)
        await tx.execute(AUDIT, at, by.id, "lending.grant", grant_id, wanted.lender)
        await idempotency.remember(tx, by, once, grant_id, status=201)
        made = kept(await tx.fetchrow(FIND, grant_id))
        await _tell_fleet(tx, desk, at)
    return made


def _check_right(desk: Desk, wanted: NewGrant, by: Account) -> None:
    """:raises Forbidden: if it is not ``by``'s to agree to, or to order"""
    if wanted.kind is GrantKind.ORDER:
        rights.check(by, "lending.order", area=desk.areas.province().code, covers=desk.areas.covers)
    else:
        rights.check(by, "lending.agree", area=wanted.lender, covers=desk.areas.covers)


async def _check_skill(tx: Connection, skill: str | None) -> None:
    if skill is None:
        return
    known = [row["skill"] for row in await tx.fetch(SKILLS)]
    if skill not in known:
        listed = "、".join(known) or "尚无登记"
        raise BadGrant(f"本省没有队伍具备技能“{skill}”,已登记的技能:{listed};请改正,不限请留空", field="skill")


def _check_sides(desk: Desk, wanted: NewGrant) -> None:
    lender, borrower = desk.areas.get(wanted.lender), desk.areas.get(wanted.borrower)
    for field, area in (("lender", lender), ("borrower", borrower)):
        if area.level is AreaLevel.DEPOT:
            raise BadGrant(f"{area.name}是班所,借调以县、地市或全省为单位,请改正", field=field)
    if _same(lender, borrower):
        raise BadGrant(f"{lender.name}不能借给自己,请改正借入单位", field="borrower")
    if lender.level is not AreaLevel.COUNTY and wanted.kind is not GrantKind.ORDER:
        raise BadGrant("借调协议由县出借;地市或全省出借须以省级调令(kind=order)", field="kind")
    if wanted.below_reserve and wanted.kind is not GrantKind.ORDER:
        raise BadGrant("只有省级调令可以动用保底队伍,请去掉 below_reserve 或改用调令", field="below_reserve")


def _same(lender: Area, borrower: Area) -> bool:
    """Tell whether the two are one; the whole province may be opened to itself (全省统一调配)."""
    return lender.code == borrower.code and lender.level is not AreaLevel.PROVINCE


def _check_time(wanted: NewGrant, rules: CrewRules, at: datetime) -> None:
    longest = rules.grant_longest.duration
    if wanted.until_at <= wanted.from_at:
        raise BadGrant("借调的结束时间应晚于开始时间,请改正", field="until_at")
    if wanted.until_at <= at:
        raise BadGrant("借调的结束时间已过,不能补录,请改正", field="until_at")
    if wanted.until_at - wanted.from_at > longest:
        raise BadGrant(f"一次借调最长 {longest.days} 天,届时可续,请缩短", field="until_at")
    if wanted.crews is not None and wanted.crews < 1:
        raise BadGrant("借调队伍数应不小于 1;不限数量请留空", field="crews")


def _check_approval(wanted: NewGrant) -> None:
    for field, said in (("approved_by", "批准人"), ("reason", "借调原因")):
        if not getattr(wanted, field).strip():
            raise BadGrant(f"借调缺{said},请补填", field=field)


async def _check_overlap(tx: Connection, desk: Desk, wanted: NewGrant) -> None:
    sides = (wanted.lender, wanted.borrower, wanted.skill, wanted.kind.value)
    row = await tx.fetchrow(OVERLAPPING, *sides, wanted.from_at, wanted.until_at)
    if row is not None:
        begin, end = (row[name].astimezone(CHINA) for name in ("from_at", "until_at"))
        lender, borrower = (desk.areas.get(code).name for code in (wanted.lender, wanted.borrower))
        crews = "不限队数" if row["crews"] is None else f"{row['crews']} 支"
        raise GrantOverlaps(
            f"{begin:%m月%d日 %H:%M}至{end:%m月%d日 %H:%M}已有同样的{wanted.kind.label} {row['id']}"
            f"({lender}借给{borrower},{crews},{row['approved_by']}批准,原因:{row['reason']}),"
            "请改时间,或先撤销它再登记",
            field="from_at",
            grant_id=row["id"],
        )


async def revoke(desk: Desk, grant_id: str, *, reason: str, by: Account, at: datetime) -> KeptGrant:
    """
    End a grant now; crews that are away by it finish what they were sent for.

    :raises NoSuchGrant: if there is none, or none that ``by`` may see
    :raises Forbidden: if ``by`` may not revoke it
    :raises GrantOver: if it is over
    """
    async with desk.db.transaction() as tx:
        row = await tx.fetchrow(FIND + " FOR UPDATE", grant_id)
        found = _readable(desk, row, by)
        answerable = desk.areas.province().code if found.kind is GrantKind.ORDER else found.lender
        rights.check(by, "lending.grant", area=answerable, covers=desk.areas.covers)
        if found.revoked_at is not None or found.until_at <= at:
            raise GrantOver("该借调已撤销或已到期,无须再撤", grant_id=grant_id)
        await tx.execute(REVOKE, grant_id, by.id, at, reason.strip())
        await tx.execute(AUDIT, at, by.id, "lending.revoke", grant_id, found.lender)
        ended = kept(await tx.fetchrow(FIND, grant_id))
        await _tell_fleet(tx, desk, at)
    return ended


async def _tell_fleet(tx: Connection, desk: Desk, at: datetime) -> None:
    """Let this process know at once; what it is told is read inside the command, and read again by its keeper."""
    desk.fleet.lend(await surroundings.read_lending(tx, desk.pack, at=at))


def _readable(desk: Desk, row: Row | None, by: Account) -> KeptGrant:
    covers = desk.areas.covers
    if row is None or not any(
        rights.allowed(by, "lending.read", area=row[side], covers=covers) for side in ("lender", "borrower")
    ):
        raise NoSuchGrant("没有这项借调,或不在您的查看范围内,请核对编号")
    return kept(row)


def kept(row: Row | None) -> KeptGrant:
    """
    Return a row as a grant.

    :raises NoSuchGrant: if there is none
    """
    if row is None:
        raise NoSuchGrant("没有这项借调,请核对编号")
    return KeptGrant(**{**row, "kind": GrantKind(row["kind"])})


async def grants(
    desk: Desk, area: str | None, *, in_force: bool = False, limit: int = 100, by: Account, at: datetime
) -> Sequence[KeptGrant]:
    """
    Return the grants that an area, or one below or above it, gives or takes; the one that begins last first.

    :raises NoSuchArea: if there is no such area
    :raises Forbidden: if ``by`` may not look there
    """
    code = looked_at(desk, area, "lending.read", by=by)
    around = [*desk.areas.above(code), *desk.areas.below(code)]
    async with desk.db.connection() as connection:
        rows = await connection.fetch(LIST, around, at if in_force else None, limit)
    return [kept(row) for row in rows]


async def set_reserve(desk: Desk, area: str, crews: int, *, reason: str, by: Account, at: datetime) -> CountyReserve:
    """
    Say how many free crews on duty a county keeps when it lends; zero: it may lend all.

    :raises NoSuchArea, NotACounty: if it is none
    :raises Forbidden: if ``by`` may not say so there
    """
    found = desk.areas.get(area)
    if found.level is not AreaLevel.COUNTY:
        raise NotACounty(f"保底队伍数按县设置,{found.name}是{found.level.label},请指定县", field="area")
    rights.check(by, "reserve.set", area=found.code, covers=desk.areas.covers)
    async with desk.db.transaction() as tx:
        await tx.execute(SET_RESERVE, found.code, crews, by.id, at, reason.strip())
        await tx.execute(AUDIT, at, by.id, "reserve.set", found.code, found.code)
        await _tell_fleet(tx, desk, at)
    return CountyReserve(found.code, crews, by.id, at, reason.strip())


async def reserves(desk: Desk, area: str | None, *, by: Account) -> Sequence[CountyReserve]:
    """
    Return what the counties of an area keep, those of the pack's share too.

    :raises NoSuchArea, Forbidden: as ``grants``
    """
    code = looked_at(desk, area, "lending.read", by=by)
    counties = desk.areas.counties(code)
    async with desk.db.connection() as connection:
        known = {row["area"]: CountyReserve(**row) for row in await connection.fetch(KEPT, list(counties))}
    return [known.get(county) or CountyReserve(county, None) for county in counties]


async def hold(tx: Connection, desk: Desk, choice: Choice, ticket: Seen, *, at: datetime) -> None:
    """
    Make sure that another county's crew may go, by what the database says now, until the transaction ends.

    :raises NotLent: if nothing lends it, and nobody set that aside
    :raises OverReserve: if its county would keep too few, and nobody set that aside
    """
    offer, job = choice.offer, job_of(ticket, desk.areas, desk.pack)
    aside = choice.approved.set_aside if choice.approved else ()
    card = desk.fleet.card(offer.crew_id)
    if card is None:
        raise NotLent(f"{offer.crew_name}已不在册,请查看最新候选", crew_id=offer.crew_id)
    await tx.execute(TURN_TAKING, offer.county)
    lending = await surroundings.read_lending(tx, desk.pack, at=at)
    borders, second = desk.fleet.rule.borders, at.timestamp()
    if ReasonCode.NOT_LENT.value not in aside and lending.by_what(card, job, borders, second) is None:
        raise NotLent(f"{offer.crew_name}所属单位的借调已撤销、到期或用满,请查看最新候选", crew_id=offer.crew_id)
    if ReasonCode.OVER_RESERVE.value in aside or lending.below_reserve(card, job, second) is not None:
        return
    if offer.open_jobs == 0 and await _spare(tx, offer.county, lending, borders.reserve, at) < 1:
        raise OverReserve(f"派出{offer.crew_name}后其县低于保底队伍数,请查看最新候选", crew_id=offer.crew_id)


async def _spare(tx: Connection, county: str, lending: Lending, share: float, at: datetime) -> int:
    """Return how many free crews a county has beyond what it keeps; counted afresh."""
    now = at.astimezone(CHINA).time()
    rows = await tx.fetch(CREWS, county)
    on_duty = [row for row in rows if _on(row, now)]
    keeps = dict(lending.reserves).get(county, int(len(on_duty) * share))
    return sum(not row["busy"] for row in on_duty) - keeps


def _on(row: Row, now: time) -> bool:
    start: time = row["shift_start"]
    end: time = row["shift_end"]
    return start <= now < end if start < end else now >= start or now < end
