"""Short words for what the tests of grid service tasks do all the time."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from dispatch.capacity import gridtasks, lists, store
from dispatch.capacity.booking import Booking
from dispatch.capacity.declaration import Declaration
from dispatch.capacity.gridtask import GridTask, NewTask
from dispatch.capacity.taskwords import GridTaskKind, GridTaskStep
from dispatch.capacity.words import Appointment, BookingState, BookingStep, Half, ListState, ListStep, VisitArea
from dispatch.capacity.worklist import ListedStop, ListedTeam, Worklist
from dispatch.desk.bookings.booking import Said
from dispatch.desk.crews.crews import Reported, record_positions
from dispatch.desk.room import Desk
from dispatch.desk.tasks import making, offering
from dispatch.desk.tasks.offering import Offered
from tests.capacity.bookings import booked, slot
from tests.worlds import START, XIANGSHAN, Small, person

DEPOT, TODAY = "330225-1", date(2026, 7, 1)
NEAR: dict[str, Any] = {"lon": 121.881, "lat": 29.471}  # 150 m from 丹城供电所
AT_DEPOT = (121.88, 29.47)


def said(who: str = "crew-1", *, at: datetime = START, **more: Any) -> Said:
    return Said(by=person(who), at=at, **more)


def new(**told: Any) -> NewTask:
    usual: dict[str, Any] = {
        "kind": GridTaskKind.VOLTAGE_CHECK,
        "area_class": VisitArea.URBAN,
        "address": "丹城镇东街1号",
        "due": TODAY,
        "work_min": 20,
    }
    return NewTask(**(usual | NEAR | told))


async def make(small: Small, *tasks: NewTask, at: datetime = START) -> list[GridTask]:
    return list(await making.make(small.desk, XIANGSHAN, tasks or [new()], by=person("xiangshan"), at=at))


async def ask(small: Small, crew: str = "c1", *, who: str = "crew-1", at: datetime = START) -> Offered:
    return await offering.ask(small.desk, crew, by=person(who), at=at)


async def now(small: Small, task: GridTask) -> GridTask:
    async with small.db.connection() as connection:
        return await gridtasks.load(connection, task.id)


async def steps(small: Small, task: GridTask) -> list[GridTaskStep]:
    async with small.db.connection() as connection:
        return [line.step for line in await gridtasks.log(connection, task.id)]


async def stands(small: Small, lon: float, lat: float, *, at: datetime = START, crew: str = "c1") -> None:
    """Let a crew say where it is."""
    await record_positions(small.desk, [Reported(crew, lon, lat, at)], by=person("monitor"), at=at)


def stop(name: str, begins_at: datetime, *, lon: float, lat: float, until: datetime, work_min: int = 40) -> ListedStop:
    """Return a visit of a list, to be begun by ``until``."""
    where = slot(TODAY)
    return ListedStop(
        booking_id=name, kind=where.kind, area_class=where.area_class, appointment=Appointment.FIXED, account_no="1",
        lon=lon, lat=lat, from_at=begins_at, to_at=until, drive_s=300, arrives_at=begins_at, begins_at=begins_at,
        ends_at=begins_at + timedelta(minutes=work_min),
    )  # fmt: skip


async def freeze(desk: Desk, stops: Sequence[ListedStop], *, half: Half = Half.AM, **team: Any) -> None:
    """Keep a list of the depot with one team, and the bookings that stand on it."""
    usual: dict[str, Any] = {"team": f"{DEPOT}/survey/urban/1", "from_at": START, "to_at": START + timedelta(hours=3)}
    made = Worklist(
        depot=DEPOT, area=XIANGSHAN, date=TODAY, half=half, version=0, state=ListState.FROZEN, frozen_at=START,
        teams=(ListedTeam(**(usual | team), stops=tuple(stops)),), pack=desk.pack.key,
    )  # fmt: skip
    async with desk.db.transaction() as tx:
        for number, each in enumerate(stops, 1):
            await keep(tx, booking_of(each, half, number))
        await lists.append(tx, made, ListStep.FROZEN, by="system", at=START)


def booking_of(each: ListedStop, half: Half, number: int) -> Booking:
    return booked(
        each.booking_id, slot(TODAY, half), version=0, place=number, from_at=each.from_at, to_at=each.to_at,
        lon=each.lon, lat=each.lat,
    )  # fmt: skip


async def keep(tx: Any, booking: Booking) -> None:
    """Write a booking as if a customer had been promised it."""
    assert booking.state is BookingState.BOOKED
    declared = Declaration(
        slot=booking.slot, teams=1, visits=9, version=int(booking.place or 1), declared_by="leader", declared_at=START
    )
    await store.declare(tx, declared, XIANGSHAN)
    await store.append(tx, booking, BookingStep.CONFIRMED, by="seat", at=START)
