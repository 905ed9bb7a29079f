"""Appointments (约时): windows that the plan keeps, of tickets and of booked visits, and what fits in before them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dispatch.capacity.modes import Mode
from dispatch.capacity.words import Appointment, Half
from dispatch.desk.crews.fleet import FleetKeeper
from dispatch.desk.planning import mapping, rows, visits
from dispatch.desk.planning.apart import Bounds, Made, solve_apart
from dispatch.desk.planning.posing import Posed
from dispatch.desk.planning.words import PlanState
from dispatch.desk.storm.modes import set_mode
from dispatch.kit.clock import SharedClock
from dispatch.kit.planrules import STANDARD
from dispatch.kit.settings import Settings
from dispatch.routing.optimiser.files.checks import check
from dispatch.routing.optimiser.problem import Job
from dispatch.tickets import store
from dispatch.tickets.model import Ticket
from tests.capacity.bookings import TODAY, book, confirm, declare, slot
from tests.planning.conftest import manned, posed, solving, until, working
from tests.worlds import START, XIANGSHAN, Small, minutes, person

SOON = Bounds(search_s=0.2)


@pytest.mark.parametrize(
    ("appointment", "suspended", "opens", "closes"),
    [
        (None, None, None, None),
        (60, None, 60, 90),
        (None, 60, 60, None),
        (60, 30, 60, 90),
        (60, 90, 90, None),  # suspended beyond it: nobody can keep it
        (-20, None, -20, 10),  # it can still be kept
        (-40, None, -40, None),  # it was missed: late, but not left out
    ],
)
def test_an_appointment_is_a_window_while_it_can_be_kept(
    appointment: int | None, suspended: int | None, opens: int | None, closes: int | None
) -> None:
    def at(n: int | None) -> datetime | None:
        return None if n is None else minutes(n)

    found = mapping.opening_of(at(appointment), at(suspended), STANDARD, at=START)
    assert found == (at(opens), at(closes))


async def appointed(small: Small, n: float, **said: Any) -> Ticket:
    called = await small.call(appointment_at=minutes(n), **said)
    return await small.walk(called, to="accept")


async def solved(found: Posed) -> Made:
    check(found.problem)
    return await solve_apart(found.problem, SOON, seed=1)


def job(found: Posed, name: str) -> Job:
    return next(job for job in found.problem.jobs if job.id == name)


async def test_work_on_a_ticket_begins_in_the_window_of_its_appointment(small: Small) -> None:
    await manned(small, c1=(121.87, 29.48))
    ticket = await appointed(small, 180)
    found = await posed(small, at=minutes(60))
    assert job(found, ticket.id).window_s == (120 * 60, 150 * 60)
    made = await solved(found)
    begun = made.judged.begun["c1", ticket.id]
    assert begun.begins_s == 120 * 60
    assert begun.leaves_s is not None
    assert made.judged.violations == {}


async def test_a_crew_that_cannot_be_there_in_time_does_not_go_there_by_plan(small: Small) -> None:
    await manned(small, c1=(121.43, 29.29))
    ticket = await appointed(small, 2)
    made = await solved(await posed(small, at=minutes(25)))
    assert set(made.plan.unserved) == {ticket.id}, "it would be there half an hour after the window"
    made = await solved(await posed(small, at=minutes(33)))
    assert made.plan.routes == {"c1": (ticket.id,)}, "the appointment was missed: late is better than never"


async def promised(small: Small, at: datetime) -> str:
    """Let the depot of 丹城 promise a visit of an hour from a moment on; return what it is called in the plan."""
    where = slot(TODAY, Half.PM)
    await declare(small.desk, 4, where, at=START - timedelta(hours=6))
    held = await book(
        small.desk,
        at=START - timedelta(hours=6),
        appointment=Appointment.FIXED,
        from_at=at,
        to_at=at + timedelta(minutes=60),
    )
    await confirm(small.desk, held, at=START - timedelta(hours=6))
    await FleetKeeper(small.db, small.desk.fleet, small.desk.pack).load()
    return visits.VISIT + held.id


AFTERNOON = datetime(2026, 7, 1, 6, 0, tzinfo=UTC)  # two o'clock
LATE = (AFTERNOON - START) // timedelta(minutes=1)


async def waiting(small: Small, **said: Any) -> Ticket:
    ticket = await small.call(at=minutes(LATE - 60), **said)
    return await small.walk(ticket, to="accept", start=LATE - 59)


async def test_a_booked_visit_takes_a_crew_of_its_depot_in_its_window(small: Small) -> None:
    await manned(small, c1=(121.87, 29.48), c2=(121.94, 29.21))
    visit = await promised(small, AFTERNOON + timedelta(minutes=10))
    ticket = await waiting(small)
    found = await posed(small, at=AFTERNOON - timedelta(minutes=30))
    posed_visit = job(found, visit)
    assert posed_visit.window_s == (40 * 60, 100 * 60)
    able = [crew.id for crew in found.problem.crews if set(posed_visit.needs) <= set(crew.skills)]
    assert able == ["c1"]
    made = await solved(found)
    assert 40 * 60 <= made.judged.begun["c1", visit].begins_s <= 100 * 60
    assert ticket.id in {name for route in made.plan.routes.values() for name in route}


async def test_a_ticket_that_comes_after_a_visit_is_not_sent_before_it(small: Small) -> None:
    await manned(small, c1=(121.87, 29.48))
    visit = await promised(small, AFTERNOON + timedelta(minutes=10))
    ticket = await waiting(small)
    at = AFTERNOON + timedelta(minutes=5)
    made = await solved(await posed(small, at=at))
    assert made.plan.routes == {"c1": (visit, ticket.id)}
    leaves_s = made.judged.begun["c1", ticket.id].leaves_s
    assert leaves_s is not None
    assert leaves_s >= 65 * 60, "five minutes to the visit, an hour for it"


async def test_what_endangers_people_goes_before_an_appointment(small: Small) -> None:
    await manned(small, c1=(121.87, 29.48))
    visit = await promised(small, AFTERNOON + timedelta(minutes=10))
    ticket = await waiting(small, hazard=True)
    made = await solved(await posed(small, at=AFTERNOON + timedelta(minutes=5)))
    assert made.plan.routes["c1"][0] == ticket.id
    assert visit in {*made.plan.unserved, *made.plan.routes["c1"][1:]}


async def test_what_has_begun_or_lies_far_ahead_takes_nobody(small: Small) -> None:
    await manned(small, c1=(121.87, 29.48))
    visit = await promised(small, AFTERNOON + timedelta(minutes=10))
    await waiting(small)

    async def names(at: datetime) -> set[str]:
        return {job.id for job in (await posed(small, at=at)).problem.jobs}

    assert visit not in await names(AFTERNOON + timedelta(minutes=10))
    assert visit not in await names(AFTERNOON - timedelta(hours=4))
    assert visit in await names(AFTERNOON - timedelta(hours=3))


async def test_nobody_leaves_for_an_appointment_early_nor_for_a_ticket_that_comes_after_a_visit(
    small: Small, settings: Settings, clock: SharedClock
) -> None:
    await manned(small, c1=(121.87, 29.48), c2=(121.94, 29.21))
    await promised(small, AFTERNOON + timedelta(minutes=10))
    await set_mode(small.desk, XIANGSHAN, Mode.QUICK, reason="大风", by=person("monitor"), at=minutes(LATE - 70))
    after_visit = await waiting(small)
    appointed_later = await waiting(small, appointment_at=AFTERNOON + timedelta(hours=3), address="石浦镇北街1号")
    witness = await waiting(small, place={"lon": 121.93, "lat": 29.22}, address="石浦镇东街1号")
    clock.set(AFTERNOON + timedelta(minutes=5))

    async def sent(ticket: Ticket) -> bool:
        async with small.db.connection() as connection:
            return (await store.load(connection, ticket.id)).crew is not None

    async with solving(settings):

        async def planned() -> bool:
            async with small.db.connection() as connection:
                plan = await rows.current(connection, XIANGSHAN, PlanState.PUBLISHED)
            return plan is not None and after_visit.id in plan.pairs

        await until(planned)
        async with working(settings):
            await until(lambda: sent(witness))
    assert [await sent(ticket) for ticket in (after_visit, appointed_later)] == [False, False]
