"""The fleet in memory follows the database: positions, tickets, crews; and forgets nothing that happens meanwhile."""

import asyncio
from datetime import timedelta

import pytest

from dispatch.desk.crews.assigning import dispatch
from dispatch.desk.crews.crews import Reported, record_positions
from dispatch.desk.crews.fleet import FleetKeeper
from dispatch.desk.crews.jobs import engagement_of, seen
from dispatch.desk.room import Report
from dispatch.kit.errors import Unavailable
from dispatch.routing.fleet import Fleet
from dispatch.tickets import events as e
from dispatch.tickets.model import document
from dispatch.tickets.words import Source
from tests.worlds import CANCEL, Small, minutes, person

PHONE = Report(source=Source.PHONE)


@pytest.fixture
async def keeper(small: Small) -> FleetKeeper:
    """The keeper of the fleet on the desk."""
    keeper = FleetKeeper(small.db, small.desk.fleet, small.desk.pack)
    await keeper.load()
    return keeper


def other(small: Small) -> FleetKeeper:
    """The keeper of another process on the same database."""
    return FleetKeeper(small.db, Fleet(small.desk.fleet.rule), small.desk.pack)


async def sent(small: Small) -> str:
    ticket = await small.call()
    ticket = await small.does(ticket, "accept", "xiangshan", e.Accepted(), at=minutes(1))
    ticket = await dispatch(small.desk, ticket.id, by=person("xiangshan"), report=PHONE, at=minutes(2))
    return ticket.id


async def report(small: Small, crew: str, lon: float, at: float) -> None:
    await record_positions(small.desk, [Reported(crew, lon, 29.4, minutes(at))], by=person("monitor"), at=minutes(at))


async def test_a_fleet_built_anew_equals_one_that_followed(small: Small, keeper: FleetKeeper) -> None:
    ticket_id = await sent(small)
    await report(small, "c2", 121.7, 3)
    new = other(small)
    await new.load()
    assert new.fleet.holdings() == keeper.fleet.holdings() == {(ticket_id, "c1")}
    for column in ("position", "position_at", "open_jobs", "free_at", "depot_jobs", "reserve"):
        ours, theirs = getattr(keeper.fleet.table, column), getattr(new.fleet.table, column)
        assert ours.ravel().tolist() == pytest.approx(theirs.ravel().tolist(), nan_ok=True)
    assert new.fleet.remaining("330225-1") == 19
    assert new.fleet.remaining("330225-2") is None


async def test_positions_that_another_process_took_in_arrive_by_polling(small: Small, keeper: FleetKeeper) -> None:
    new = other(small)
    assert await new.poll() == 4  # the first poll reads everything
    await report(small, "c2", 121.7, 3)
    assert await new.poll() == 1
    assert await new.poll() == 0
    await report(small, "c2", 121.6, 2)  # older than what is known: kept in the track only
    assert await new.poll() == 0
    assert new.fleet.table.position_at[new.fleet.table.row["c2"]] == minutes(3).timestamp()


async def test_an_older_version_of_a_ticket_changes_nothing(small: Small, keeper: FleetKeeper) -> None:
    ticket = await small.call()
    early = await small.does(ticket, "accept", "xiangshan", e.Accepted(), at=minutes(1))
    late = await dispatch(small.desk, ticket.id, by=person("xiangshan"), report=PHONE, at=minutes(2))
    keeper.apply(document(early))
    assert keeper.fleet.holdings() == {(late.id, "c1")}
    keeper.apply(document(late).encode())
    assert keeper.fleet.holdings() == {(late.id, "c1")}


async def test_a_finished_or_cancelled_job_frees_the_crew(small: Small, keeper: FleetKeeper) -> None:
    ticket_id = await sent(small)
    deaf = other(small)
    await deaf.load()
    cancelled = await small.does(ticket_id, "cancel", "seat", CANCEL, at=minutes(4))
    assert keeper.fleet.holdings() == set()  # this process took the step itself
    assert deaf.fleet.holdings() == {(ticket_id, "c1")}
    deaf.apply(cancelled.model_dump(mode="json", exclude_none=True))  # as the feed tells it
    assert deaf.fleet.holdings() == set()
    assert deaf.fleet.remaining("330225-1") == 20


async def test_what_was_not_heard_is_mended(small: Small, keeper: FleetKeeper) -> None:
    deaf = other(small)
    await deaf.load()
    ticket_id = await sent(small)
    assert await deaf.survey() == 1
    assert deaf.fleet.holdings() == {(ticket_id, "c1")}
    assert await deaf.survey() == 0
    await small.does(ticket_id, "cancel", "seat", CANCEL, at=minutes(4))
    assert await deaf.survey() == 1
    assert deaf.fleet.holdings() == set()


async def test_a_new_crew_or_another_skill_is_found(small: Small, keeper: FleetKeeper) -> None:
    ticket_id = await sent(small)
    async with small.db.connection() as connection:
        await connection.execute("UPDATE crew SET skills = '{diving}', active = false WHERE id = 'c3'")
    await keeper.survey()
    card = keeper.fleet.card("c3")
    assert card is not None
    assert (card.skills, card.active) == (frozenset({"diving"}), False)
    assert keeper.fleet.holdings() == {(ticket_id, "c1")}


async def test_what_changes_while_everything_is_read_is_not_lost(small: Small, keeper: FleetKeeper) -> None:
    ticket = await small.call()
    ticket = await small.does(ticket, "accept", "xiangshan", e.Accepted(), at=minutes(1))
    new = other(small)
    reading = asyncio.create_task(new.load())
    await asyncio.sleep(0)  # it has begun
    late = await dispatch(small.desk, ticket.id, by=person("xiangshan"), report=PHONE, at=minutes(2))
    new.apply(late)
    await reading
    assert new.fleet.holdings() == {(late.id, "c1")}


async def test_a_fleet_stays_as_it_was_when_the_database_is_away(small: Small, keeper: FleetKeeper) -> None:
    ticket_id = await sent(small)
    keeper._db.dsn = "postgresql://127.0.0.1:1/nowhere"  # noqa: SLF001
    await keeper._db.close()  # noqa: SLF001
    for work in (keeper.load, keeper.poll, keeper.survey):
        with pytest.raises(Unavailable):
            await work()
    assert keeper.fleet.holdings() == {(ticket_id, "c1")}


async def test_the_keeper_follows_until_it_is_told_to_stop(small: Small, keeper: FleetKeeper) -> None:
    new = other(small)
    following = asyncio.create_task(new.run())
    await report(small, "c2", 121.7, 3)
    async with asyncio.timeout(10):
        while not len(new.fleet) or new.fleet.table.position_at[new.fleet.table.row["c2"]] < 0:
            await asyncio.sleep(0.02)
    following.cancel()
    with pytest.raises(asyncio.CancelledError):
        await following


async def test_how_long_a_job_is_expected_to_keep_its_crew(small: Small, keeper: FleetKeeper) -> None:
    pack = small.desk.pack
    work = pack.crew.repair_by_category.lv.duration
    ticket = await small.walk(await small.call(), to="dispatch")
    crew = ticket.crew
    assert crew is not None
    expected = engagement_of(seen(ticket), pack)
    assert expected is not None
    assert expected.ends_at == (crew.sent_at + timedelta(seconds=crew.eta_s) + work).timestamp()
    ticket = await small.does(ticket, "arrive", "crew-1", e.Arrived(), at=minutes(30))
    expected = engagement_of(seen(ticket), pack)
    assert expected is not None
    assert expected.ends_at == (minutes(30) + work).timestamp()
    found = e.Located(fault_point="5号杆", ownership="grid", etr_at=minutes(200), photos=("p",))
    ticket = await small.does(ticket, "locate", "crew-1", found, at=minutes(35))
    expected = engagement_of(seen(ticket), pack)
    assert expected is not None
    assert expected.ends_at == minutes(200).timestamp()  # the crew's own word
