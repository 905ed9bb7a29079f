"""How a county works (派工模式): read, switched, tried out."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.capacity.modes import Mode
from dispatch.desk.storm import dryrun, modes
from dispatch.kit.looprules import ModeSettings

from .bodies import In, Instant
from .deps import AreaCode, BodyOf, CallerOf, DeskOf, Now, shown

router = APIRouter(tags=["areas 区域"])

MODES = "normal 正常;quick 快响(系统自动派工);storm 抗灾抢修;manual 人工;各自的内容见规则包 modes 一节"


class ModeBody(In):
    """The mode to switch to, why, and until when."""

    mode: Mode = Field(description=MODES)
    reason: str = Field(min_length=1, max_length=200, description="切换原因")
    until_at: Instant | None = Field(default=None, description="到时自动恢复正常;缺省为规则包规定的最长时间")
    auto_storm: bool | None = Field(default=None, description="是否允许系统自行进入抗灾抢修;缺省不变")


class ProposalShown(BaseModel):
    """The machine proposes a storm; setting any mode answers it."""

    id: str
    mode: Mode
    open_tickets: int = Field(description="提出时待处理工单数")
    crews: int = Field(description="提出时在班队伍数")
    at: datetime


class ModeShown(BaseModel):
    """A county's mode, and who set it when, why and until when."""

    area: str
    mode: Mode
    set_by: str | None = Field(description="设置人账号;从未设置时为空")
    set_at: datetime | None
    reason: str
    until_at: datetime | None = Field(description="到时自动恢复正常;正常模式为空")
    auto_storm: bool = Field(description="允许系统自行进入抗灾抢修")
    proposal: ProposalShown | None = Field(description="系统建议进入抗灾抢修,待人决定")
    calm_at: datetime | None = Field(description="本次抗灾抢修从何时起负荷已低;满规则包规定的平静时间后自动恢复正常")


class ModeQuery(BaseModel):
    """Whose modes are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="区域编码,含其下属各县;缺省为本辖区"
    )


class ModeList(BaseModel):
    """The modes of an area's counties."""

    modes: Sequence[ModeShown]


class ModeChangeShown(BaseModel):
    """One switch."""

    id: str
    before: Mode
    mode: Mode
    at: datetime
    set_by: str
    reason: str
    until_at: datetime | None
    auto_storm: bool


class ModeHistory(BaseModel):
    """The switches of a county's mode, the newest first."""

    changes: Sequence[ModeChangeShown]


class DryRunBody(In):
    """The mode to try out."""

    mode: Mode = Field(description=MODES)


class WouldGoShown(BaseModel):
    """A ticket that the machine would take on."""

    ticket_id: str
    crew_id: str | None = Field(description="现在会派出的队伍;没有空闲合格队伍时为空")


class BookedShown(BaseModel):
    """Booked work that would give way."""

    booking_id: str
    depot: str
    from_at: datetime
    to_at: datetime


class SupervisedShown(BaseModel):
    """Tickets of one fault point under supervision."""

    incident_id: str
    tickets: Sequence[str]


class DryRunShown(BaseModel):
    """What a switch would move; a list is empty where nothing changes."""

    area: str
    before: Mode
    mode: Mode
    settings: ModeSettings = Field(description="该模式的内容")
    dispatched: Sequence[WouldGoShown] = Field(description="将由系统接单派工的工单")
    stopped: Sequence[str] = Field(description="将由自动派工改为人工的工单")
    callbacks: Sequence[str] = Field(description="回访方式将改变的工单")
    booked: Sequence[BookedShown] = Field(description="将让路的预约作业")
    grouped: Sequence[SupervisedShown] = Field(description="将按故障点合并的督办")


@router.get("/modes", operation_id="list_modes", summary="各县派工模式", response_model=ModeList)
async def list_modes(
    caller: Annotated[Account, CallerOf("mode.read")], query: Annotated[ModeQuery, Query()], desk: DeskOf
) -> Response:
    """Say how each county of an area works now."""
    found = await modes.modes_in(desk, query.area, by=caller)
    return shown(ModeList(modes=[ModeShown(**asdict(mode)) for mode in found]))


@router.get("/areas/{code}/mode", operation_id="read_mode", summary="派工模式", response_model=ModeShown)
async def read_mode(code: AreaCode, caller: Annotated[Account, CallerOf("mode.read")], desk: DeskOf) -> Response:
    """Say how a county works now."""
    return shown(ModeShown(**asdict(await modes.mode_of(desk, code, by=caller))))


@router.put("/areas/{code}/mode", operation_id="set_mode", summary="切换派工模式", response_model=ModeShown)
async def set_mode(
    code: AreaCode,
    caller: Annotated[Account, CallerOf("mode.set")],
    body: Annotated[ModeBody, BodyOf(ModeBody)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Switch a county's mode; who, when, why and until when are kept."""
    said = body.model_dump()
    return shown(ModeShown(**asdict(await modes.set_mode(desk, code, **said, by=caller, at=now))))


@router.get(
    "/areas/{code}/mode/history", operation_id="list_mode_changes", summary="模式切换记录", response_model=ModeHistory
)
async def list_mode_changes(
    code: AreaCode,
    caller: Annotated[Account, CallerOf("mode.read")],
    desk: DeskOf,
    limit: Annotated[int, Query(ge=1, le=500, description="最多几条")] = 100,
) -> Response:
    """List the switches of a county's mode, by persons and by the machine."""
    changes = await modes.history(desk, code, limit=limit, by=caller)
    return shown(ModeHistory(changes=[ModeChangeShown(**_without_area(change)) for change in changes]))


def _without_area(change: modes.ModeChange) -> dict[str, object]:
    return {name: value for name, value in asdict(change).items() if name != "area"}


@router.post("/areas/{code}/mode/dry-run", operation_id="try_mode", summary="试算派工模式", response_model=DryRunShown)
async def try_mode(
    code: AreaCode,
    caller: Annotated[Account, CallerOf("mode.dry_run")],
    body: Annotated[DryRunBody, BodyOf(DryRunBody)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """List what would move if the mode were switched now; nothing is changed."""
    found = await dryrun.dry_run(desk, code, body.mode, by=caller, at=now)
    return shown(DryRunShown.model_validate(asdict(found) | {"settings": found.settings}))
