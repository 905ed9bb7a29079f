"""After any sequence of declaring, booking, changing and cutting: each visit with a place stands on one live route."""

from collections.abc import Coroutine
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from dispatch.capacity.booking import Booking
from dispatch.capacity.declaration import Slot
from dispatch.capacity.words import Appointment, Half, VisitArea, VisitKind
from dispatch.desk.bookings import booking, rescheduling
from dispatch.desk.bookings.booking import Said
from dispatch.desk.bookings.rescheduling import When
from dispatch.desk.bookings.settling import take_turn
from dispatch.desk.room import Desk
from dispatch.desk.setup import open_desk
from dispatch.kit.db import Database
from dispatch.kit.errors import Refusal
from tests.capacity.bookings import book, confirm, declare
from tests.capacity.live import check
from tests.servers import Server
from tests.worlds import START, XIANGSHAN, person

DAYS = [date(2026, 7, 2), date(2026, 7, 3)]
DEPOTS = ["330225-1", "330225-2"]
PLACES = st.tuples(st.floats(121.7, 122.0), st.floats(29.3, 29.6))
WHENS = st.one_of(
    st.builds(
        lambda day, hour, long: When(
            appointment=Appointment.FIXED,
            from_at=datetime.fromisoformat(f"{day}T{hour:02}:00+08:00"),
            to_at=datetime.fromisoformat(f"{day}T{hour:02}:00+08:00") + timedelta(minutes=long),
        ),
        st.sampled_from(DAYS), st.sampled_from([8, 9, 10, 11, 13, 14, 15, 16]), st.sampled_from([45, 60]),
    ),
    st.builds(lambda hours: When(appointment=Appointment.WITHIN, start_by=START + timedelta(hours=hours)),
              st.sampled_from([24, 28, 50])),
    st.builds(lambda day: When(appointment=Appointment.BY_DATE, due=day), st.sampled_from(DAYS)),
)  # fmt: skip
SLOTS = st.builds(
    lambda depot, day, half: Slot(
        depot=depot, date=day, half=half, kind=VisitKind.SURVEY, area_class=VisitArea.URBAN
    ),
    st.sampled_from(DEPOTS), st.sampled_from(DAYS), st.sampled_from(list(Half)),
)  # fmt: skip


class Bookings(RuleBasedStateMachine):
    """Seats, depot leaders and time; what is refused must change nothing, and nothing may break the law."""

    server: ClassVar[Server]
    settled: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.database = self.server.create(self.settled)
        self.now = START
        self.known: list[str] = []
        self.placed = 0
        self.desk = self.awaits(self._opened())

    async def _opened(self) -> Desk:
        return await open_desk(Database(self.server.address(self.database), size=1), "sgcc")

    def awaits(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.server.run(work)

    def tries(self, work: Coroutine[Any, Any, Any]) -> Any:
        try:
            return self.awaits(work)
        except Refusal:
            return None

    def said(self) -> Said:
        return Said(by=person("seat"), at=self.now)

    def one(self, n: int) -> str | None:
        return self.known[n % len(self.known)] if self.known else None

    @initialize(slots=st.lists(SLOTS, min_size=3, max_size=6), teams=st.integers(1, 2))
    def depots_declare(self, slots: list[Slot], teams: int) -> None:
        for slot in slots:
            self.tries(declare(self.desk, 4 * teams, slot, teams=teams, at=self.now))

    @rule(slot=SLOTS, teams=st.integers(0, 3), each=st.integers(0, 5))
    def a_depot_declares_or_cuts(self, slot: Slot, teams: int, each: int) -> None:
        self.tries(declare(self.desk, teams * each, slot, teams=teams, reason="调整", at=self.now))

    @rule(places=st.lists(PLACES, min_size=1, max_size=5), when=WHENS, agrees=st.booleans())
    def seats_book(self, places: list[tuple[float, float]], when: When, agrees: bool) -> None:
        for place in places:
            self.books(place, when, agrees=agrees)

    def books(self, place: tuple[float, float], when: When, *, agrees: bool) -> None:
        said = {name: value for name, value in vars(when).items() if value is not None}
        held: Booking | None = self.tries(book(self.desk, at=self.now, lon=place[0], lat=place[1], **said))
        if held is not None:
            self.known.append(held.id)
            if agrees:
                self.tries(confirm(self.desk, held, at=self.now))

    @rule(n=st.integers(0, 30), offer=st.integers(0, 2))
    def a_customer_takes_an_offer(self, n: int, offer: int) -> None:
        if (name := self.one(n)) is not None:
            self.tries(booking.confirm(self.desk, name, offer=offer, said=self.said()))

    @rule(n=st.integers(0, 30))
    def a_customer_cancels(self, n: int) -> None:
        if (name := self.one(n)) is not None:
            self.tries(booking.cancel(self.desk, name, reason="客户取消", said=self.said()))

    @rule(n=st.integers(0, 30), when=WHENS)
    def a_customer_wants_another_time(self, n: int, when: When) -> None:
        if (name := self.one(n)) is not None:
            self.tries(rescheduling.reschedule(self.desk, name, when, reason="客户改约", said=self.said()))

    @rule(minutes=st.sampled_from([1, 6, 11, 60]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @invariant()
    def every_visit_stands_on_a_route_that_can_be_driven(self) -> None:
        self.awaits(self._looked_at())

    async def _looked_at(self) -> None:
        async with self.desk.db.transaction() as tx:
            await take_turn(tx, self.desk, XIANGSHAN, at=self.now)  # holds that ran out are given back
        self.placed = max(self.placed, await check(self.desk.db, at=self.now))

    def teardown(self) -> None:
        self.awaits(self.desk.db.close())
        self.server.drop(self.database)


def test_every_booked_visit_stands_on_one_live_route_whatever_happens(server: Server, settled: str) -> None:
    class Here(Bookings):
        pass

    Here.server, Here.settled = server, settled
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            derandomize=True,
            database=None,
            deadline=None,
            phases=(Phase.generate,),
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
