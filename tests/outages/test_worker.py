"""The worker's watch over outages: a real loop on a real database."""

import asyncio
from pathlib import Path

from dispatch.desk.outages import announcing, sensing
from dispatch.desk.outages.announcing import NewOutage
from dispatch.desk.outages.sensing import Told
from dispatch.kit.clock import SharedClock
from dispatch.outages.model import OutageKind, OutageState, SignalKind, SignalReason
from dispatch.worker.outages import watch
from tests.worlds import Small, minutes, person


async def test_the_worker_settles_what_waits_and_lets_work_begin_and_overrun(small: Small, tmp_path: Path) -> None:
    clock = SharedClock(tmp_path / "clock")
    clock.set(minutes(20))
    work = NewOutage(OutageKind.PLANNED, "T5", minutes(5), minutes(15))
    await announcing.announce(small.desk, work, by=person("xiangshan"), at=minutes(0))
    told = [Told("T1", SignalKind.LAST_GASP, minutes(0))]
    await sensing.report_signals(small.desk, told, by=person("ami"), at=minutes(0))
    watching = asyncio.create_task(watch(small.db, "sgcc", clock))
    async with asyncio.timeout(60):
        while True:
            (outage,) = await announcing.outages_in(small.desk, None, by=person("monitor"))
            ((_, judged),) = await announcing.signals_in(small.desk, None, by=person("monitor"))
            if outage.state is OutageState.OVERRUN and judged.reason is SignalReason.UNCONFIRMED:
                break
            assert not watching.done(), watching
            await asyncio.sleep(0.05)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
