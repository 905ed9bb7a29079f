"""The rule packs that are known: every limit with its unit and its source; new ones, to be followed from a date on."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field

from dispatch.accounts.model import Account
from dispatch.desk import packplans
from dispatch.kit.rulepack import RulePack
from dispatch.tickets.facts import Words

from .bodies import In, Instant
from .deps import BodyOf, CallerOf, DeskOf, Now, shown
from .packlines import PackLineShown, line_shown

router = APIRouter(tags=["packs 规则包"])

Reader = Annotated[Account, CallerOf("pack.read")]
Planner = Annotated[Account, CallerOf("pack.plan")]
Key = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{1,30}@\d{4}\.\d{1,3}$", description="规则包键,例如 sgcc@2026.1")]


class PackName(BaseModel):
    """One version of a pack."""

    key: str = Field(description="规则包键,工单终身按受理时的版本计时")
    name: str
    digest: str = Field(description="内容的 sha-256")
    current: bool = Field(description="新工单是否按它受理")


class PackList(BaseModel):
    """All packs that are known."""

    packs: list[PackName]


@router.get("/packs", operation_id="list_packs", summary="规则包列表", response_model=PackList)
async def list_packs(desk: DeskOf, caller: Reader) -> Response:
    """List every pack and version, and say which one new tickets are opened under."""
    current = desk.packs.latest(desk.pack_id).key
    packs = [
        PackName(key=pack.key, name=pack.name, digest=pack.digest, current=pack.key == current)
        for _, pack in sorted(desk.packs.by_key.items())
    ]
    return shown(PackList(packs=packs))


@router.get("/packs/{key}", operation_id="read_pack", summary="规则包全文", response_model=RulePack)
async def read_pack(key: Key, desk: DeskOf, caller: Reader) -> Response:
    """Return one pack whole."""
    return shown(desk.packs.get(key))


class PackText(In):
    """A pack as its file says it."""

    text: str = Field(min_length=1, max_length=200_000, description="规则包全文(YAML)")


class PlanBody(PackText):
    """A pack, and from when on it is followed."""

    from_at: Instant = Field(description="启用时刻;此后受理的工单按新规则包计时,至少晚于现在 1 分钟")
    reason: Words = Field(description="启用理由,如文件名与文号")


class PackChecked(BaseModel):
    """What the pack would change."""

    key: str
    name: str
    digest: str
    differences: Sequence[PackLineShown] = Field(description="不同的项目;value 为新值,other 为现行值")


class PlannedShown(BaseModel):
    """A pack that an administrator brought."""

    key: str
    family: str
    from_at: datetime
    reason: str
    planned_by: str
    planned_at: datetime
    begun_at: datetime | None = Field(description="何时启用;尚未启用时为空")
    withdrawn_by: str | None
    withdrawn_at: datetime | None


class PlannedList(BaseModel):
    """Packs that administrators brought, the latest first."""

    plans: Sequence[PlannedShown]


@router.post("/packs/check", operation_id="check_pack", summary="校验规则包", response_model=PackChecked)
async def check_pack(caller: Planner, body: Annotated[PackText, BodyOf(PackText)], desk: DeskOf) -> Response:
    """Say whether a pack could be followed, and what it would change; nothing is kept."""
    pack, found = await asyncio.to_thread(packplans.checked, desk, body.text, by=caller)
    differences = [line_shown(one.line, one.other, differs=True) for one in found]
    return shown(PackChecked(key=pack.key, name=pack.name, digest=pack.digest, differences=differences))


@router.post("/packs", operation_id="plan_pack", summary="安排启用规则包", response_model=PlannedShown, status_code=201)
async def plan_pack(caller: Planner, body: Annotated[PlanBody, BodyOf(PlanBody)], desk: DeskOf, now: Now) -> Response:
    """Keep a pack; tickets that are opened from the instant on are under it, those before keep theirs."""
    made = await packplans.plan(desk, body.text, body.from_at, body.reason, by=caller, at=now)
    return shown(PlannedShown(**asdict(made)), status=201)


@router.get("/pack-plans", operation_id="list_pack_plans", summary="规则包启用安排", response_model=PlannedList)
async def list_pack_plans(desk: DeskOf, caller: Reader) -> Response:
    """List the packs that administrators brought, and from when on each is followed."""
    return shown(PlannedList(plans=[PlannedShown(**asdict(one)) for one in await packplans.planned(desk)]))


@router.post("/packs/{key}/withdraw", operation_id="withdraw_pack", summary="撤销启用安排", response_model=PlannedShown)
async def withdraw_pack(key: Key, desk: DeskOf, caller: Planner, now: Now) -> Response:
    """Take a planned pack back before it is in force; its version number is not used again."""
    return shown(PlannedShown(**asdict(await packplans.withdraw(desk, key, by=caller, at=now))))
