"""Short words for what the tests of half-day lists do: a depot with teams, and customers who were promised a visit."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from dispatch.capacity import lists, store
from dispatch.capacity.booking import Booking
from dispatch.capacity.declaration import Slot
from dispatch.capacity.words import Appointment, BookingState, BookingStep, Half, VisitArea, VisitKind
from dispatch.capacity.worklist import Worklist
from dispatch.desk.bookings import capacity
from dispatch.desk.bookings.capacity import NewDeclaration
from dispatch.desk.room import Desk
from tests.worlds import START, XIANGSHAN, person

DEPOT, OTHER = "330225-1", "330225-2"  # 丹城, 石浦
DAY = date(2026, 7, 2)
AM = Half.AM
TEAM = f"{DEPOT}/survey/urban/1"
SECOND = f"{DEPOT}/survey/urban/2"


def at(clock: str, day: date = DAY) -> datetime:
    """Return an instant of the half-day, as the clocks of China show it."""
    return datetime.fromisoformat(f"{day.isoformat()}T{clock}:00+08:00")


BEFORE, CUT_OFF = at("07:29"), at("07:30")


def slot(kind: VisitKind = VisitKind.SURVEY, depot: str = DEPOT, half: Half = AM, day: date = DAY) -> Slot:
    return Slot(depot=depot, date=day, half=half, kind=kind, area_class=VisitArea.URBAN)


async def declares(desk: Desk, teams: int, visits: int, where: Slot | None = None) -> None:
    """Let a depot's leader declare a half-day."""
    where = where or slot()
    line = NewDeclaration(
        date=where.date, half=where.half, kind=where.kind, area_class=where.area_class, teams=teams, visits=visits
    )
    by = person("leader").model_copy(update={"area": where.depot})
    await capacity.declare(desk, where.depot, [line], reason="调整", by=by, at=START)


async def promised(desk: Desk, name: str, east_km: float = 0.0, where: Slot | None = None, **said: Any) -> Booking:
    """Let a customer so far east of 丹城 have a visit, written straight into the tables."""
    where = where or slot()
    usual: dict[str, Any] = {
        "id": name,
        "version": 0,
        "area": XIANGSHAN,
        "slot": where,
        "place": 1 + sum(map(ord, name)) * 7919 % 100_000,
        "state": BookingState.BOOKED,
        "appointment": Appointment.BY_DATE,
        "from_at": at("08:00", where.date) if where.half is AM else at("13:00", where.date),
        "to_at": at("12:00", where.date) if where.half is AM else at("17:00", where.date),
        "due": where.date + timedelta(days=3),
        "account_no": f"3301{name}",
        "text": f"{name}号楼",
        "lon": 121.88 + east_km / 97.2,
        "lat": 29.47,
        "why": "",
        "made_by": "seat",
        "made_at": START,
        "pack": desk.pack.key,
    }
    if "clock" in said:
        begin, end = said.pop("clock")
        said |= {"from_at": at(begin), "to_at": at(end), "appointment": Appointment.FIXED, "due": None}
    booking = Booking(**(usual | said))
    async with desk.db.transaction() as tx:
        await store.turn(tx, booking.area, at=START)
        return await store.append(tx, booking, BookingStep.CONFIRMED, by="seat", at=START)


async def list_of(desk: Desk, depot: str = DEPOT, day: date = DAY, half: Half = AM) -> Worklist | None:
    async with desk.db.connection() as connection:
        return await lists.find(connection, depot, day, half)


def routes(made: Worklist) -> dict[str, list[str]]:
    """Return the bookings of each team that has some, in order."""
    return {team.team: [stop.booking_id for stop in team.stops] for team in made.teams if team.stops}


async def busy_county(desk: Desk) -> None:
    """Let two depots of 象山 have a full morning: three kinds of work in town and country, agreed hours among them."""
    random = Random(7)
    for depot, teams in ((DEPOT, 2), (OTHER, 1)):
        for kind in VisitKind:
            await declares(desk, teams, 8 * teams, slot(kind, depot))
    await declares(desk, 1, 4, slot(VisitKind.SURVEY).model_copy(update={"area_class": VisitArea.RURAL}))
    streets = ("东街", "文峰路", "靖南大街", "渔港中路", "塔山路", "白石路", "金秋路", "天安路")
    for n in range(34):
        depot = OTHER if n % 4 == 3 else DEPOT
        where = slot(list(VisitKind)[n % 3], depot)
        if n % 9 == 0 and depot == DEPOT:
            where = slot(VisitKind.SURVEY).model_copy(update={"area_class": VisitArea.RURAL})
        base = desk.areas.get(depot)
        begin = 8 + n % 3
        clock = {"clock": (f"{begin:02d}:30", f"{begin + 1:02d}:30")} if n % 4 == 1 else {}
        text = f"{streets[n % 8]}{n + 3}号{'(三楼,表箱在楼道)' if n % 5 == 0 else ''}"
        lon, lat = (base.lon or 0) + random.gauss(0, 0.035), (base.lat or 0) + random.gauss(0, 0.03)
        await promised(
            desk, f"b{n:02d}", where=where, account_no=f"33022500{n:04d}", text=text, lon=lon, lat=lat,
            place=n + 1, **clock,
        )  # fmt: skip
