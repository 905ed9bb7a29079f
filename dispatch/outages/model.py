"""What an outage is, the network it happens in, and what is known of both. Domain 4."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dispatch.kit.words import Labelled


class NodeKind(Labelled):
    """What a node of the network is, from the source to the customer (站—线—变—箱—户). Domain 4.4."""

    SUBSTATION = "substation", "变电站"
    FEEDER = "feeder", "10kV线路"
    LATERAL = "lateral", "支线"
    TRANSFORMER = "transformer", "台区"
    BOX = "box", "表箱"
    ACCOUNT = "account", "户表"


class Served(Labelled):
    """Whose equipment it is that a node stands for. Domain 4.5 and 3.4."""

    PUBLIC = "public", "公变"
    DEDICATED = "dedicated", "专变"
    UNHANDED = "unhanded", "未移交小区"


class OutageKind(Labelled):
    """Why there is no power, as it is counted. Domain 4.1."""

    PLANNED = "planned", "计划停电"
    TEMPORARY = "temporary", "临时停电"
    FAULT = "fault", "故障停电"


class OutageState(Labelled):
    """Where an outage stands."""

    ANNOUNCED = "announced", "已公告"
    ACTIVE = "active", "停电进行中"
    OVERRUN = "overrun", "超期未送电"
    ENDED = "ended", "停电已结束"


class SignalKind(Labelled):
    """What a switch or a terminal says of itself."""

    TRIP = "trip", "开关跳闸"
    LAST_GASP = "last_gasp", "终端失电告警"
    RESTORE = "restore", "来电上报"


class SignalSource(Labelled):
    """Who passes a signal on."""

    SCADA = "scada", "调度自动化"
    AMI = "ami", "用采系统"
    DISPATCH = "dispatch", "人工录入"


class SignalVerdict(Labelled):
    """What a signal is worth (是否误报). Domain 4.4.6."""

    SUSPECTED = "suspected", "疑似"
    CONFIRMED = "confirmed", "属实"
    FALSE = "false", "误报"


class SignalReason(Labelled):
    """Why a signal is worth that (误报原因)."""

    BREAKER = "breaker", "开关变位由自动化系统直接确认"
    SECOND_SIGNAL = "second_signal", "相邻设备信号相互印证"
    METER_AGREES = "meter_agrees", "召测结果与信号一致"
    WAITING = "waiting", "等待第二信号"
    UNCONFIRMED = "unconfirmed", "规定时间内无第二信号"
    UNDER_PERMIT = "under_permit", "处于计划检修停电范围"
    DUPLICATE = "duplicate", "重复信号"
    FUTURE = "future", "时间晚于当前"
    TOO_OLD = "too_old", "时间过早"
    BEFORE_INSTALLATION = "before_installation", "早于设备投运"
    METER_LIVE = "meter_live", "召测电表有电"


class Light(Labelled):
    """What a meter, or several, say when they are asked (召测)."""

    LIVE = "live", "带电"
    DARK = "dark", "失电"
    PART = "part", "部分失电"
    SILENT = "silent", "无应答"


class Verdict(Labelled):
    """What a caller's trouble is as far as it is known (停电研判结论). Domain 4.4."""

    ARREARS = "arrears", "欠费停电中"
    KNOWN_OUTAGE = "known_outage", "在已知停电范围内"
    PLANNED_OVERRUN = "planned_overrun", "计划停电到时未送"
    NOTICE = "notice", "属报备事项"
    BEHIND_METER = "behind_meter", "表后故障"
    SERVICE_LINE = "service_line", "接户线或电表故障"
    BOX = "box", "表箱或低压分支故障"
    PHASE = "phase", "缺相或低压出线故障"
    TRANSFORMER_OR_ABOVE = "transformer_or_above", "台区及以上停电"
    UNKNOWN = "unknown", "情况待查"


class NoticeState(Labelled):
    """Where a notice to the seats (报备) stands at an instant."""

    APPLIED = "applied", "待审批"
    IN_FORCE = "in_force", "生效中"
    FUTURE = "future", "未到生效时间"
    EXPIRED = "expired", "已过期"
    REVOKED = "revoked", "已撤销"


@dataclass(frozen=True, slots=True)
class Node:
    """One piece of the network, with all below it. ``account`` nodes bear the account's number as their code."""

    code: str
    kind: NodeKind
    parent: str | None
    name: str
    area: str  # county
    served: Served = Served.PUBLIC
    households: int = 0
    lon: float | None = None
    lat: float | None = None
    meter_no: str | None = None  # of an account its meter, of a transformer its terminal
    protected: str | None = None
    installed_at: datetime | None = None
    backup_kva: int | None = None  # what a generator must give it; None: nobody said

    @property
    def said(self) -> str:
        """How people call it."""
        return f"{self.kind.label}{self.name}" if self.kind.label not in self.name else self.name


@dataclass(frozen=True, slots=True)
class Outage:
    """A part of the network without power (停电信息). Instants: aware UTC; the time is half-open."""

    id: str
    kind: OutageKind
    node: str
    area: str
    begins_at: datetime
    ends_at: datetime | None  # announced, or when it ended
    etr_at: datetime | None
    state: OutageState
    cause: str
    incident_ticket_id: str | None
    source: str  # who says so: an account, or the system that confirmed it
    text: str  # generated prose of what is dark (停电范围)
    remainder: tuple[str, ...] = ()  # nodes that stayed dark when the rest was restored
    nested_in: str | None = None  # the outage that this one was left over from
    absorbed_by: str | None = None  # the larger outage that it turned out to be part of

    @property
    def is_planned(self) -> bool:
        return self.kind is not OutageKind.FAULT

    @property
    def is_dark(self) -> bool:
        return self.state in (OutageState.ACTIVE, OutageState.OVERRUN)

    def covers(self, at: datetime) -> bool:
        """Tell whether supply is off by what this outage says."""
        if self.state is OutageState.ENDED or at < self.begins_at:
            return False
        return not self.is_planned or (self.ends_at is None or at < self.ends_at)

    def overruns(self, at: datetime) -> bool:
        """Tell whether its announced end has passed without word that the power is back."""
        over = self.ends_at is not None and self.ends_at <= at
        return self.is_planned and self.state is not OutageState.ENDED and over


@dataclass(frozen=True, slots=True)
class Notice:
    """What seats are to tell callers of an area instead of sending anybody (重要服务事项报备)."""

    id: str
    area: str
    from_at: datetime
    to_at: datetime
    wording: str
    applicant: str
    approved_by: str | None = None
    revoked_at: datetime | None = None

    def state(self, at: datetime) -> NoticeState:
        """Say where it stands; it holds in the half-open time from ``from_at`` to ``to_at``."""
        if self.revoked_at is not None and self.revoked_at <= at:
            return NoticeState.REVOKED
        if at >= self.to_at:
            return NoticeState.EXPIRED
        if self.approved_by is None:
            return NoticeState.APPLIED
        return NoticeState.IN_FORCE if at >= self.from_at else NoticeState.FUTURE


@dataclass(frozen=True, slots=True)
class Reading:
    """What one meter said once. ``voltage_v``: one phase, or three of a terminal; volts."""

    meter_no: str
    at: datetime
    live: bool
    account_no: str | None = None
    voltage_v: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Signal:
    """What a device said of itself without being asked."""

    device: str  # code of a node
    kind: SignalKind
    at: datetime
    source: SignalSource
    received_at: datetime

    @property
    def key(self) -> tuple[str, str, datetime, str]:
        return (self.device, self.kind.value, self.at, self.source.value)


@dataclass(frozen=True, slots=True)
class Judged:
    """What a signal is worth, and why."""

    verdict: SignalVerdict
    reason: SignalReason


Parents = Mapping[str, str | None]  # code -> code of the node above


def line(parents: Parents, code: str) -> tuple[str, ...]:
    """Return the code and all above it, nearest first; a loop in the data ends the line."""
    found: list[str] = []
    above: str | None = code
    while above is not None and above not in found and above in parents:
        found.append(above)
        above = parents[above]
    return tuple(found)
