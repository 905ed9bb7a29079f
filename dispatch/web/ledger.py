"""The border ledger (跨界台账): what each dispatch gained against the old-district rule, and who lent to whom."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.desk.crews import ledger
from dispatch.desk.crews.ledger import ENTRIES_AT_MOST, LedgerLine
from dispatch.desk.naming import Called, called

from .bodies import Instant
from .deps import CallerOf, DeskOf, Now, shown

router = APIRouter(tags=["lending 借调"])

Reader = Annotated[Account, CallerOf("ledger.read")]
AREA = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="区域编码,含其下属单位;缺省为本辖区")


class LedgerQuery(BaseModel):
    """Which part of the ledger is wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = AREA
    begin_at: Instant | None = Field(default=None, alias="from", description="开始时间;缺省为本月初")
    end_at: Instant | None = Field(default=None, alias="to", description="结束时间,不含;缺省为本月末")


class LinesQuery(LedgerQuery):
    """Which lines are wanted."""

    across: bool = Field(default=False, description="只列跨县的")
    after: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,64}[.][0-9]{1,4}$", description="上一页的 next")
    limit: int = Field(default=200, ge=1, le=ENTRIES_AT_MOST, description="每页条数")


class BalanceShown(BaseModel):
    """A county's month."""

    county: str
    month: str = Field(description="北京时间的月份,YYYY-MM")
    dispatches: int = Field(description="为本县工单派出几次")
    borrowed: int = Field(description="其中由外县班组承办")
    lent: int = Field(description="本县班组为外县出动几次")
    balance: int = Field(description="出借减借入")
    saved_s: int = Field(description="本县客户比原辖区规则早到合计,秒;可为负")
    saved_m: int = Field(description="路程少行合计,米;可为负")
    given_s: int = Field(description="本县班组使外县客户早到合计,秒")
    given_m: int = Field(description="路程少行合计,米")
    unknown: int = Field(description="原辖区规则无班组可派、不能比较的次数")


class LentToShown(BaseModel):
    """What one county lent to another."""

    lender: str
    borrower: str
    n: int = Field(description="次数")
    saved_s: int
    saved_m: int


class LedgerShown(BaseModel):
    """The balances by county and month, and who lent to whom."""

    area: str
    begin_at: datetime
    end_at: datetime
    balances: Sequence[BalanceShown]
    pairs: Sequence[LentToShown]


class LineShown(BaseModel):
    """One dispatch against the old-district rule."""

    ticket_id: str
    ticket_no: str | None = Field(description="工单编号")
    no: int = Field(description="该工单第几次派工")
    borrower: str = Field(description="工单所属县")
    borrower_name: str | None
    lender: str = Field(description="班组所属县;与 borrower 相同即未跨县")
    lender_name: str | None
    at: datetime
    crew_id: str
    crew_name: str | None = Field(description="班组名称")
    eta_s: int = Field(description="派出时预计到达,秒")
    distance_m: int | None
    own_crew_id: str | None = Field(description="原辖区规则会派的班组;无合格班组时为空")
    own_crew_name: str | None
    own_eta_s: int | None
    own_distance_m: int | None
    own_waits: bool = Field(description="该班组当时作业中,到达含完工所需")
    basis: str = Field(description="line 直线估算;road 按道路")
    reason: str = Field(description="选派原因 ReasonCode")
    lent_by: str | None = Field(description="standing 常设,storm 抗灾,override 具名批准,或借调编号")
    saved_s: int | None = Field(description="早到秒数;可为负;不能比较时为空")
    saved_m: int | None = Field(description="少行米数")

    @classmethod
    def of(cls, line: LedgerLine, named: Called) -> Self:
        return cls(
            **asdict(line),
            ticket_no=named.tickets.get(line.ticket_id),
            borrower_name=named.areas.get(line.borrower),
            lender_name=named.areas.get(line.lender),
            crew_name=named.crews.get(line.crew_id),
            own_crew_name=named.crews.get(line.own_crew_id or ""),
        )


class LinePage(BaseModel):
    """Lines in the order of the tickets' ids, which is that of time."""

    lines: Sequence[LineShown]
    next: str | None = Field(description="下一页的 after;没有下一页时为空")


@router.get("/ledger", operation_id="read_ledger", summary="跨界台账", response_model=LedgerShown)
async def read_ledger(caller: Reader, query: Annotated[LedgerQuery, Query()], desk: DeskOf, now: Now) -> Response:
    """Say what going to the nearest crew gained each county against the old-district rule, and who lent to whom."""
    found = await ledger.ledger(desk, query.area, begin_at=query.begin_at, end_at=query.end_at, by=caller, at=now)
    balances = [BalanceShown(**asdict(one), balance=one.balance) for one in found.balances]
    pairs = [LentToShown(**asdict(pair)) for pair in found.pairs]
    said = {name: getattr(found, name) for name in ("area", "begin_at", "end_at")}
    return shown(LedgerShown(**said, balances=balances, pairs=pairs))


@router.get("/ledger/lines", operation_id="list_ledger_lines", summary="跨界台账明细", response_model=LinePage)
async def list_ledger_lines(caller: Reader, query: Annotated[LinesQuery, Query()], desk: DeskOf, now: Now) -> Response:
    """List the dispatches, each with what the old-district rule would have done."""
    ticket_id, _, no = (query.after or "").rpartition(".")
    found = await ledger.lines(
        desk,
        query.area,
        begin_at=query.begin_at,
        end_at=query.end_at,
        across=query.across,
        after=(ticket_id, int(no)) if query.after else None,
        limit=query.limit,
        by=caller,
        at=now,
    )
    last = found[-1] if len(found) == query.limit else None
    following = f"{last.ticket_id}.{last.no}" if last else None
    named = await called(
        desk,
        tickets=(line.ticket_id for line in found),
        crews=(crew for line in found for crew in (line.crew_id, line.own_crew_id)),
        areas=(area for line in found for area in (line.borrower, line.lender)),
    )
    return shown(LinePage(lines=[LineShown.of(line, named) for line in found], next=following))
