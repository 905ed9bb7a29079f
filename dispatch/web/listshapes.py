"""Half-day lists (派工清单) as the interface shows them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Self

from fastapi import Path
from pydantic import BaseModel, Field

from dispatch.capacity.words import Appointment, Half, ListState, ListStep, VisitArea, VisitKind, VisitOutcome
from dispatch.capacity.worklist import ListedTeam, Worklist
from dispatch.desk.worklists.deciding import Decision
from dispatch.desk.worklists.pinning import Pin, Price
from dispatch.desk.worklists.reading import Notice, Shown

from .capacity import Day, Local

Depot = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,32}$", description="班所编码")]
OfDay = Annotated[Day, Path(description="日期(北京时间)")]
OfHalf = Annotated[Half, Path(description="半日")]


class StopShown(BaseModel):
    """One visit on a team's route."""

    booking_id: str
    kind: VisitKind
    area_class: VisitArea
    appointment: Appointment
    account_no: str
    text: str = Field(description="地点与说明")
    lon: float
    lat: float
    from_at: Local = Field(description="对客户承诺的时段")
    to_at: Local
    drive_s: int = Field(description="从上一户(或班所)行车,秒")
    arrives_at: Local
    begins_at: Local = Field(description="预计开始作业")
    ends_at: Local
    urgent: bool = Field(description="加急")
    outcome: VisitOutcome | None = Field(description="结果;尚未可知为空")


class ErrandShown(BaseModel):
    """A repair that the team's crew was sent to."""

    ticket_no: str
    from_at: Local
    until_at: Local = Field(description="预计修复;已归队为实际结束")
    over: bool = Field(description="已归队:抢修已结束,本队从抢修地点继续作业")


class TeamShown(BaseModel):
    """A declared team and its route."""

    team: str
    label: str
    persons: Sequence[str]
    crew_id: str | None
    from_at: Local
    to_at: Local
    home_at: Local | None = Field(description="回到班所;没有作业时为空")
    withdrawn: str = Field(description="撤出原因;空为正常")
    gave_way: bool = Field(description="因派工模式让路而撤出,模式结束后恢复")
    errand: ErrandShown | None = Field(description="被抽去的抢修;没有为空")
    stops: Sequence[StopShown]

    @classmethod
    def of(cls, team: ListedTeam) -> Self:
        stops = [StopShown(**stop.model_dump()) for stop in team.stops]
        errand = None if team.errand is None else ErrandShown(**team.errand.model_dump(exclude={"lon", "lat"}))
        said = team.model_dump(exclude={"stops", "errand"})
        return cls(**said, errand=errand, label=team.label, stops=stops)


class LeftShown(BaseModel):
    """A visit that no team makes: why, and what would help."""

    booking_id: str
    code: str
    sentence: str
    helps: Sequence[str] = Field(description="怎样可以安排,代价小的在前")
    outcome: VisitOutcome | None = Field(default=None, description="结果;尚未可知为空")


class PinShown(BaseModel):
    """A person's word that a team makes a visit."""

    booking_id: str
    team: str
    set_by: str
    set_at: Local
    reason: str

    @classmethod
    def of(cls, pin: Pin) -> Self:
        return cls(**asdict(pin))


class ListLineShown(BaseModel):
    """One line of a list's log."""

    version: int
    step: ListStep
    at: Local
    by: str
    reason: str


class WorklistShown(BaseModel):
    """A depot's half-day: its list, or before the freeze a draft."""

    depot: str
    area: str
    date: date
    half: Half
    draft: bool = Field(description="草稿:尚未冻结,按目前的预约排出,版本为 0")
    version: int
    state: ListState
    frozen_at: Local = Field(description="冻结时间;草稿为将要冻结的时间")
    pooled: bool = Field(description="全县各班所互相支援")
    teams: Sequence[TeamShown]
    left_out: Sequence[LeftShown]
    cost: dict[str, float] = Field(description="各项代价,单位为分钟行车")
    made_by: dict[str, str | int]
    note: str = Field(default="", description="生成方式的说明,须核对;空为正常求解")
    pins: Sequence[PinShown] = Field(default=(), description="指定队伍(冻结之前)")
    log: Sequence[ListLineShown] = Field(default=(), description="各次变更,先旧后新")

    @classmethod
    def of(cls, found: Shown) -> Self:
        pins = [PinShown.of(pin) for pin in found.pins]
        log = [ListLineShown(**asdict(line)) for line in found.log]
        return cls.standing(found.made, draft=found.draft, pins=pins, log=log)

    @classmethod
    def standing(cls, made: Worklist, *, draft: bool = False, **more: Any) -> Self:
        """Return a list without its log."""
        said = made.model_dump(exclude={"teams", "pack"})
        teams = [TeamShown.of(team) for team in made.teams]
        return cls(**said, teams=teams, draft=draft, **more)


class WorklistList(BaseModel):
    """The lists of an area's depots."""

    worklists: Sequence[WorklistShown]


class OwnList(BaseModel):
    """A crew's own team on a list: its part, without the other teams'."""

    depot: str
    area: str
    date: date
    half: Half
    version: int
    state: ListState
    team: TeamShown

    @classmethod
    def of(cls, made: Worklist, team: ListedTeam) -> Self:
        said = made.model_dump(include={"depot", "area", "date", "half", "version", "state"})
        return cls(**said, team=TeamShown.of(team))


class OwnLists(BaseModel):
    """The lists of a day on which a crew's people are named."""

    crew_id: str
    date: date
    lists: Sequence[OwnList] = Field(description="先上午后下午;没有定到本队为空")


class DisplacedShown(BaseModel):
    """A visit that lost its half-day, and what its customer has instead."""

    booking_id: str
    state: str
    depot: str
    date: date
    half: Half
    from_at: Local
    to_at: Local
    has_place: bool = Field(description="占有新时段的名额;待改约而为 false 的,须致电客户另约")


class DecisionShown(BaseModel):
    """The list after a decision, and whose visits are elsewhere now."""

    worklist: WorklistShown
    displaced: Sequence[DisplacedShown] = Field(description="改到其他半日或待改约的作业")

    @classmethod
    def of(cls, made: Decision) -> Self:
        displaced = [
            DisplacedShown(
                booking_id=one.id,
                state=one.state.value,
                from_at=one.from_at,
                to_at=one.to_at,
                has_place=one.place is not None,
                **one.slot.model_dump(include={"depot", "date", "half"}),
            )
            for one in made.displaced
        ]
        return cls(worklist=WorklistShown.standing(made.worklist), displaced=displaced)


class PriceShown(BaseModel):
    """What a person's word costs."""

    pin: PinShown
    extra: float = Field(description="清单总代价的增加,单位为分钟行车")
    left_out: Sequence[LeftShown] = Field(description="因此排不下的作业")

    @classmethod
    def of(cls, price: Price) -> Self:
        left = [LeftShown(**one.model_dump()) for one in price.left_out]
        return cls(pin=PinShown.of(price.pin), extra=price.extra, left_out=left)


class NoticeShown(BaseModel):
    """What a team must know of a change."""

    id: str
    area: str
    depot: str
    date: date
    half: Half
    version: int = Field(description="清单的哪一版")
    team: str = Field(description="空为班所本身")
    text: str
    told_at: Local
    seen_at: Local | None
    seen_by: str | None

    @classmethod
    def of(cls, notice: Notice) -> Self:
        return cls(**asdict(notice))


class NoticeList(BaseModel):
    """Notices, the newest first."""

    notices: Sequence[NoticeShown]
