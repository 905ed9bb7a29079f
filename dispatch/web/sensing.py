"""What neighbour systems tell: readings of meters, signals of devices, stops for arrears. Batches, each row once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.desk.intake import notices
from dispatch.desk.outages import announcing, sensing
from dispatch.desk.outages.sensing import Batch, Told
from dispatch.outages.model import Reading, SignalKind, SignalReason, SignalSource, SignalVerdict
from dispatch.outages.store import Stop
from dispatch.tickets.facts import Code

from .bodies import In, Instant
from .crews import RefusedShown
from .deps import BodyOf, CallerOf, DeskOf, Now, shown
from .outages import AREA

router = APIRouter(tags=["outages 停电"])

MOST = 1000  # rows in a batch
Volts = Annotated[float, Field(ge=0, le=1_000_000)]


class ReadingIn(In):
    """What one meter said."""

    meter_no: Code = Field(description="电表或终端资产编号")
    account_no: Code | None = Field(default=None, description="户号;档案中有该表时以档案为准")
    at: Instant = Field(description="召测时间")
    live: bool = Field(description="是否有电")
    voltage_v: Annotated[list[Volts], Field(max_length=3)] = Field(default=[], description="各相电压,伏")


class ReadingsBody(In):
    """A batch of readings, in any order."""

    readings: list[ReadingIn] = Field(min_length=1, max_length=MOST)


class SignalIn(In):
    """What one device said of itself."""

    device: Code = Field(description="设备编码")
    kind: Annotated[SignalKind, Field(strict=False)] = Field(description="trip 跳闸;last_gasp 失电;restore 来电")
    at: Instant = Field(description="设备时间")


class SignalsBody(In):
    """A batch of signals, in any order."""

    signals: list[SignalIn] = Field(min_length=1, max_length=MOST)


class StopIn(In):
    """A customer stopped for arrears, or who has paid."""

    account_no: Code = Field(description="户号")
    stopped_at: Instant = Field(description="停电时间")
    cleared_at: Instant | None = Field(default=None, description="结清时间;未结清为空")


class ArrearsBody(In):
    """A batch of stops."""

    stops: list[StopIn] = Field(min_length=1, max_length=MOST)


class BatchShown(BaseModel):
    """What became of a batch."""

    accepted: int = Field(description="新收下的条数")
    repeated: int = Field(description="以前收到过、未再记录的条数")
    refused: Sequence[RefusedShown]
    outages: Sequence[str] = Field(description="由此确认的停电信息编号")


class SignalQuery(BaseModel):
    """Which signals are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = AREA
    verdict: list[SignalVerdict] = Field(default=[], max_length=len(SignalVerdict), description="结论;可重复给出多个")
    limit: int = Field(default=100, ge=1, le=500, description="最多几条")


class SignalShown(BaseModel):
    """A signal, and what it is worth."""

    device: str
    kind: SignalKind
    at: datetime
    source: SignalSource
    received_at: datetime
    verdict: SignalVerdict
    reason: SignalReason
    label: str = Field(description="判断依据")


class SignalList(BaseModel):
    """Signals, the newest first."""

    signals: Sequence[SignalShown]


def shape(batch: Batch) -> BatchShown:
    """Return what became of a batch as it is shown."""
    refused = [RefusedShown(index=row.index, code=row.code, message=row.message) for row in batch.refused]
    opened = [outage.id for outage in batch.outages]
    return BatchShown(accepted=batch.accepted, repeated=batch.repeated, refused=refused, outages=opened)


@router.post(
    "/meter-readings",
    operation_id="report_readings",
    summary="上报电表召测",
    status_code=202,
    response_model=BatchShown,
)
async def report_readings(
    caller: Annotated[Account, CallerOf("meter.report")],
    body: Annotated[ReadingsBody, BodyOf(ReadingsBody)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Keep a batch of readings; what was told before changes nothing, bad rows are named by number."""
    readings = [Reading(r.meter_no, r.at, r.live, r.account_no, tuple(r.voltage_v)) for r in body.readings]
    return shown(shape(await sensing.report_readings(desk, readings, by=caller, at=now)), status=202)


@router.post(
    "/signals", operation_id="report_signals", summary="上报设备信号", status_code=202, response_model=BatchShown
)
async def report_signals(
    caller: Annotated[Account, CallerOf("signal.report")],
    body: Annotated[SignalsBody, BodyOf(SignalsBody)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """
    Keep a batch of signals and judge them: a breaker's trip told by automation counts at once, all else needs a second
    signal within minutes; what lies under planned work, comes twice or bears an insane time is false.
    """
    told = [Told(one.device, one.kind, one.at) for one in body.signals]
    return shown(shape(await sensing.report_signals(desk, told, by=caller, at=now)), status=202)


@router.get("/signals", operation_id="list_signals", summary="设备信号列表", response_model=SignalList)
async def list_signals(
    caller: Annotated[Account, CallerOf("signal.read")], query: Annotated[SignalQuery, Query()], desk: DeskOf
) -> Response:
    """List what devices said, what each signal is worth, and why."""
    found = await announcing.signals_in(desk, query.area, verdicts=query.verdict, by=caller, limit=query.limit)
    rows = [
        SignalShown(
            device=signal.device,
            kind=signal.kind,
            at=signal.at,
            source=signal.source,
            received_at=signal.received_at,
            verdict=judged.verdict,
            reason=judged.reason,
            label=judged.reason.label,
        )
        for signal, judged in found
    ]
    return shown(SignalList(signals=rows))


@router.post(
    "/arrears", operation_id="report_arrears", summary="上报欠费停电", status_code=202, response_model=BatchShown
)
async def report_arrears(
    caller: Annotated[Account, CallerOf("arrears.report")],
    body: Annotated[ArrearsBody, BodyOf(ArrearsBody)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Keep who was stopped for arrears and who has paid."""
    stops = [Stop(stop.account_no, stop.stopped_at, stop.cleared_at) for stop in body.stops]
    return shown(shape(await notices.report_arrears(desk, stops, by=caller, at=now)), status=202)
