"""What holds whatever devices, meters and dispatchers say, in any order: a real database, random days."""

import asyncio
import random
from collections import Counter
from datetime import datetime

import pytest

from dispatch.desk.intake import knowing
from dispatch.desk.outages import announcing, planned, sensing
from dispatch.desk.outages.announcing import NewOutage, OutageChange
from dispatch.desk.outages.sensing import Told
from dispatch.kit.errors import Refusal
from dispatch.outages import network as net
from dispatch.outages import store
from dispatch.outages.model import Outage, OutageKind, Reading, SignalKind
from tests.worlds import Small, minutes, person

from .grid import account_no, meter
from .test_rollup import DEVICES, TREE

ACCOUNTS = [account_no(n, box, k) for n in range(1, 13) for box in (1, 2) for k in (1, 2)]


async def standing(small: Small) -> list[Outage]:
    found = await announcing.outages_in(small.desk, "33", by=person("seat"), limit=500)
    return [outage for outage in found if outage.is_dark]


class Day:
    """One day of random news; what is refused is refused."""

    def __init__(self, small: Small, seed: int) -> None:
        self.small, self.random = small, random.Random(seed)

    async def news(self, at: datetime) -> None:
        turn = self.random.choice(
            [self._signal, self._signal, self._reading, self._work, self._fault, self._over, self._clock]
        )
        try:
            await turn(at)
        except Refusal:
            return

    async def _signal(self, at: datetime) -> None:
        told = Told(self.random.choice(DEVICES), self.random.choice(list(SignalKind)), at)
        who = person(self.random.choice(["ami", "scada"]))
        await sensing.report_signals(self.small.desk, [told], by=who, at=at)

    async def _reading(self, at: datetime) -> None:
        n = self.random.randint(1, 12)
        said = Reading(self.random.choice([f"TM{n}", meter(n)]), at, self.random.random() < 0.5)
        await sensing.report_readings(self.small.desk, [said], by=person("ami"), at=at)

    async def _work(self, at: datetime) -> None:
        begins, ends = sorted(self.random.sample(range(0, 200), 2))
        new = NewOutage(OutageKind.PLANNED, self.random.choice(DEVICES), minutes(begins), minutes(ends))
        await announcing.announce(self.small.desk, new, by=person("xiangshan"), at=at)

    async def _fault(self, at: datetime) -> None:
        new = NewOutage(OutageKind.FAULT, self.random.choice(DEVICES), at)
        await announcing.announce(self.small.desk, new, by=person("xiangshan"), at=at)

    async def _over(self, at: datetime) -> None:
        for outage in await standing(self.small):
            change = OutageChange(ended_at=at)
            await announcing.change(self.small.desk, outage.id, change, by=person("monitor"), at=at)
            return

    async def _clock(self, at: datetime) -> None:
        await planned.settle(self.small.desk, at=at)
        await planned.turn(self.small.desk, at=at)


@pytest.mark.parametrize("seed", range(4))
async def test_nobody_is_in_two_faults_at_a_time_and_no_node_in_two_outages(small: Small, seed: int) -> None:
    day = Day(small, seed)
    for n in range(60):
        await day.news(minutes(n * 3))
        dark = await standing(small)
        assert max(Counter(outage.node for outage in dark).values(), default=1) == 1
        faults = {outage.node for outage in dark if outage.kind is OutageKind.FAULT}
        for account in ACCOUNTS:
            assert len(faults.intersection(TREE.line(account))) <= 1, (n, account, faults)
        assert all(outage.incident_ticket_id for outage in dark if outage.kind is OutageKind.FAULT)


@pytest.mark.parametrize("seed", range(2))
async def test_no_ticket_is_made_of_any_signal_under_planned_work(small: Small, seed: int) -> None:
    new = NewOutage(OutageKind.PLANNED, "S1", minutes(-10), minutes(600))
    await announcing.announce(small.desk, new, by=person("xiangshan"), at=minutes(-10))
    day = random.Random(seed)
    for n in range(30):
        told = [
            Told(day.choice(DEVICES), day.choice([SignalKind.TRIP, SignalKind.LAST_GASP]), minutes(n)) for _ in range(3)
        ]
        done = await sensing.report_signals(small.desk, told, by=person(day.choice(["ami", "scada"])), at=minutes(n))
        assert done.outages == []
    await planned.settle(small.desk, at=minutes(60))
    async with small.db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM ticket") == 0
        assert await connection.fetchval("SELECT count(*) FROM signal WHERE verdict <> 'false'") == 0
        assert await connection.fetchval("SELECT count(*) FROM outage") == 1


async def test_one_trip_that_is_told_four_times_at_once_is_one_outage_with_one_ticket(small: Small) -> None:
    """Breaker, terminals and two dispatchers at one instant: the county's lock lets one of them open it."""
    new = NewOutage(OutageKind.FAULT, "F1", minutes(0))
    told = [Told("F1", SignalKind.TRIP, minutes(0))]
    results = await asyncio.gather(
        sensing.report_signals(small.desk, told, by=person("scada"), at=minutes(1)),
        sensing.report_signals(small.desk, told, by=person("ami"), at=minutes(1)),
        announcing.announce(small.desk, new, by=person("xiangshan"), at=minutes(1)),
        announcing.announce(small.desk, new, by=person("monitor"), at=minutes(1)),
        return_exceptions=True,
    )
    assert all(not isinstance(one, Exception) or isinstance(one, announcing.OutageOverlaps) for one in results)
    assert [outage.node for outage in await standing(small)] == ["F1"]
    async with small.db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM ticket") == 1


async def test_the_ladder_changes_nothing(small: Small) -> None:
    await sensing.report_signals(
        small.desk, [Told("F1", SignalKind.TRIP, minutes(0))], by=person("scada"), at=minutes(0)
    )
    async with small.db.connection() as connection:
        before = await connection.fetchval("SELECT count(*) FROM ticket_event")
        for account in ACCOUNTS[::7]:
            await knowing.what_is_known(small.desk, account_no=account, at=minutes(1))
        assert await connection.fetchval("SELECT count(*) FROM ticket_event") == before


async def test_the_meter_is_asked_around_an_instant(small: Small) -> None:
    at = minutes(10)
    said = [Reading("M1", minutes(8), False), Reading("M1", minutes(12), True), Reading("M2", minutes(-30), True)]
    await sensing.report_readings(small.desk, said, by=person("ami"), at=minutes(12))
    async with small.db.connection() as connection:
        within = minutes(5) - minutes(0)
        assert await knowing.meter_says(connection, meter_no="M1", account_no=None, at=at, within=within) is True
        assert (
            await knowing.meter_says(connection, meter_no="M1", account_no=None, at=minutes(6), within=within) is False
        )
        assert await knowing.meter_says(connection, meter_no="M2", account_no=None, at=at, within=within) is None
        assert await knowing.meter_says(connection, meter_no=None, account_no="nobody", at=at, within=within) is None


async def test_the_extent_of_an_outage_is_counted_from_the_network(small: Small) -> None:
    async with small.db.connection() as connection:
        feeder, middle = await net.extent(connection, "F1")
        assert (feeder.households, feeder.laterals, feeder.public, feeder.dedicated, feeder.protected) == (
            40,
            4,
            10,
            0,
            1,
        )
        assert middle is not None
        assert 121.8 < middle[0] < 122
        other, _ = await net.extent(connection, "F2")
        assert (other.public, other.dedicated) == (1, 1)
        path = await net.path(connection, account_no(3))
        assert net.codes(path) == [account_no(3), "T3-B1", "T3", "L2", "F1", "S1"]
        with pytest.raises(net.NoSuchNode):
            await net.load_path(connection, "nowhere")
        with pytest.raises(store.NoSuchOutage):
            await store.load(connection, "nothing")
