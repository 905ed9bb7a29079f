"""
The law of offline reports: in whatever order, however often and however late a crew's reports come in, the ticket ends
as if they had come in order, or a contradiction says so; none is lost.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count, permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dispatch.desk.field.reports import report_batch
from dispatch.desk.field.work import Sent
from dispatch.desk.intake.intake import Intake
from dispatch.desk.setup import load_world, open_desk
from dispatch.desk.world import World
from dispatch.kit.db import Database
from dispatch.kit.errors import Refusal
from dispatch.tickets import events as e
from dispatch.tickets import store
from dispatch.tickets.events import Geo
from dispatch.tickets.fieldreports import FieldEvent, Outcome
from dispatch.tickets.lifecycle import fold
from dispatch.tickets.model import Ticket
from dispatch.tickets.timed import timed
from dispatch.tickets.words import Cause, Ownership, RejectReason, Result
from tests.servers import Server
from tests.worlds import FOUND, SENT, WORLD, Small, minutes, person

Said = tuple[str, float, FieldEvent]  # kind, minutes after the start, what
HERE = Geo(121.87, 29.48, 12.0)
REPAIR: list[Said] = [
    ("crew-accept", 3, e.CrewAccepted()),
    ("depart", 5, e.Departed()),
    ("arrive", 20, e.Arrived()),
    ("locate", 30, FOUND),
    ("progress", 33, e.Progressed(text="需停电操作", etr_at=minutes(200))),
    ("start-repair", 40, e.RepairStarted(permit="P-7")),
    ("progress", 70, e.Progressed(text="吊车到场", etr_at=minutes(150))),
    ("progress", 100, e.Progressed(text="即将完工")),
    ("restore", 120, e.Restored(cause_l1=Cause.NATURE, field_record="更换绝缘子")),
]
INSIDE: list[Said] = [
    ("crew-accept", 3, e.CrewAccepted()),
    ("arrive", 20, e.Arrived()),
    ("locate", 30, FOUND.model_copy(update={"ownership": Ownership.CUSTOMER})),
    (
        "restore",
        50,
        e.Restored(result=Result.CUSTOMER_SIDE, cause_l1=Cause.CUSTOMER, field_record="表后漏保跳闸,已向客户说明"),
    ),
]
GIVEN_BACK: list[Said] = [
    ("crew-accept", 3, e.CrewAccepted()),
    ("depart", 5, e.Departed()),
    ("crew-reject", 12, e.CrewRejected(reason=RejectReason.VEHICLE_DOWN)),
]
DAYS = {"repair": REPAIR, "inside": INSIDE, "given back": GIVEN_BACK}
# What tells one ticket from another, and its version: a step that takes its place late is one line all the same.
OWN = {"id", "ticket_no", "incident_id", "call_id", "version", "phone_masked", "field_record", "account_no"}
# What the lateness of the entry itself changes.
OF_ENTRY = {"flags", "supervisions", "chases", "findings", "trust"} | {"restore_level", "restore_missed_at"}
# A job given back waits for another crew: the next report finds that clock run out, where the worker would have.
NOTICED = {"repair": set[str](), "inside": set[str](), "given back": OF_ENTRY}
_customers = count(1)


@dataclass(frozen=True)
class Delivery:
    """What reaches us: batches of a day's reports by number, each at so many hours after the day."""

    day: str
    batches: tuple[tuple[int, tuple[int, ...]], ...]  # hours, numbers


@dataclass
class Centre:
    """A command centre with a database that serves for all examples."""

    small: Small
    runner: asyncio.Runner

    def run(self, work: Callable[[], Awaitable[Any]]) -> Any:
        async def whole() -> Any:
            return await work()

        return self.runner.run(whole())

    async def sent_out(self) -> Ticket:
        n = next(_customers)
        ticket = await self.small.call(phone=f"1390000{n:04d}", account_no=f"acc-{n}")
        ticket = await self.small.does(ticket, "accept", "xiangshan", e.Accepted(), at=minutes(1))
        return await self.small.does(ticket, "dispatch", "xiangshan", SENT, at=minutes(2))

    async def deliver(self, ticket: Ticket, day: Sequence[Said], numbers: Sequence[int], at: datetime) -> list[Outcome]:
        """Let the crew's phone send some of the day's reports in one batch."""
        batch = [self._sent(ticket, n, *day[n]) for n in numbers]
        return [report.outcome for report in await report_batch(self.small.desk, batch, by=person("crew-1"), at=at)]

    def _sent(self, ticket: Ticket, n: int, kind: str, minute: float, event: FieldEvent) -> Sent:
        if isinstance(event, e.Restored):  # nobody writes the same twice
            event = event.model_copy(update={"field_record": f"{event.field_record}({ticket.ticket_no})"})
        geo = HERE if kind == "arrive" else None
        return Sent(f"{ticket.id}-{n}", kind, minutes(minute), ticket_id=ticket.id, event=event, geo=geo)

    async def load(self, ticket: Ticket) -> Ticket:
        async with self.small.db.connection() as connection:
            found = await store.load(connection, ticket.id)
            folded = fold(await store.log(connection, ticket.id))
            assert timed(folded, self.small.desk.pack) == found  # the row is the sum of its log
            return found

    async def kept(self, ticket: Ticket) -> dict[str, str]:
        """Return the outcomes of all reports that were kept on a ticket, by the phone's number."""
        async with self.small.db.connection() as connection:
            rows = await connection.fetch("SELECT report_id, outcome FROM field_report WHERE ticket_id = $1", ticket.id)
        return {row["report_id"].rpartition("-")[2]: row["outcome"] for row in rows}


@pytest.fixture(scope="module")
def house(server: Server, template: str) -> Any:
    name = server.create(template)
    with asyncio.Runner() as runner:

        async def furnish() -> Small:
            db = Database(server.address(name), size=4)
            await load_world(db, World.model_validate(WORLD))
            desk = await open_desk(db, "sgcc")
            return Small(desk, Intake(desk))

        small = runner.run(furnish())
        yield Centre(small, runner)
        runner.run(small.intake.close())
        runner.run(small.db.close())
    server.drop(name)


def facts(ticket: Ticket, *, without: set[str]) -> dict[str, Any]:
    text = ticket.model_dump_json(exclude=OWN | without).replace(ticket.ticket_no, "N")  # in its 督办单 too
    found: dict[str, Any] = json.loads(text)
    return found


def at_hour(hour: int) -> datetime:
    return minutes(130) + timedelta(hours=hour)


async def played(house: Centre, delivery: Delivery) -> Ticket:
    """Let a delivery happen, and at its end all that has not been answered once more."""
    ticket, day = await house.sent_out(), DAYS[delivery.day]
    for hour, numbers in delivery.batches:
        await house.deliver(ticket, day, numbers, at_hour(hour))
    last = max((hour for hour, _ in delivery.batches), default=0)
    await house.deliver(ticket, day, range(len(day)), at_hour(last))
    return await house.load(ticket)


@pytest.mark.parametrize("day", ["inside", "given back"])
def test_every_order_of_coming_in_one_by_one_ends_like_the_right_one(house: Centre, day: str) -> None:
    ordered = house.run(lambda: played(house, Delivery(day, ())))
    for order in permutations(range(len(DAYS[day]))):
        delivery = Delivery(day, tuple((0, (n,)) for n in order))
        after = house.run(lambda delivery=delivery: played(house, delivery))
        assert facts(after, without=NOTICED[day]) == facts(ordered, without=NOTICED[day]), order


def orders(day: str) -> st.SearchStrategy[Delivery]:
    """Return deliveries of a day: shuffled, doubled, in parts, over a week."""
    number = st.integers(0, len(DAYS[day]) - 1)
    batch = st.tuples(st.integers(0, 7 * 24 - 4), st.lists(number, min_size=1, max_size=6).map(tuple))
    return st.lists(batch, max_size=6).map(lambda found: Delivery(day, tuple(sorted(found, key=lambda b: b[0]))))


BACKWARDS = Delivery("repair", tuple((n, (8 - n,)) for n in range(9)))
DOUBLED = Delivery("repair", ((0, (8, 8, 3)), (1, (2, 2)), (1, (2, 3, 8)), (160, (0, 1, 4, 5))))
WORDS_FIRST = Delivery("repair", ((0, (7, 6, 4)), (2, (2, 3)), (3, (5, 8))))
QUIET = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)


def test_a_week_of_late_doubled_and_shuffled_reports_ends_like_the_ordered_day(house: Centre) -> None:
    ordered = {day: house.run(lambda day=day: played(house, Delivery(day, ()))) for day in DAYS}

    @QUIET
    @example(BACKWARDS)
    @example(DOUBLED)
    @example(WORDS_FIRST)
    @given(st.sampled_from(sorted(DAYS)).flatmap(orders))
    def a_week(delivery: Delivery) -> None:
        after = house.run(lambda: played(house, delivery))
        expected = ordered[delivery.day]
        assert facts(after, without=OF_ENTRY) == facts(expected, without=OF_ENTRY)
        at_once = replace(delivery, batches=tuple((0, numbers) for _, numbers in delivery.batches))
        same_evening = house.run(lambda: played(house, at_once))
        noticed = NOTICED[delivery.day]
        assert facts(same_evening, without=noticed) == facts(expected, without=noticed)
        kept = house.run(lambda: house.kept(after))
        assert kept == {str(n): Outcome.ACCEPTED.value for n in range(len(DAYS[delivery.day]))}

    a_week()


STEPS: dict[str, tuple[str, e.Event]] = {
    "crew-accept": ("crew-accept", e.CrewAccepted()),
    "depart": ("depart", e.Departed()),
    "arrive": ("arrive", e.Arrived()),
    "locate": ("locate", FOUND),
    "start-repair": ("start-repair", e.RepairStarted()),
    "restore": ("restore", e.Restored(cause_l1=Cause.NATURE, field_record="电话")),
}
Call = tuple[str, float]  # what the desk enters by telephone, at so many minutes


async def meddled(house: Centre, first: Sequence[int], calls: Sequence[Call], rest: Sequence[int]) -> Ticket:
    """Let the phone send a part, the desk enter what it is told by telephone, and the phone send the rest."""
    ticket = await house.sent_out()
    await house.deliver(ticket, REPAIR, first, at_hour(0))
    for kind, minute in calls:
        try:
            await house.small.does(
                ticket.id, kind, "xiangshan", STEPS[kind][1], at=at_hour(0), claimed_at=minutes(minute)
            )
        except Refusal:  # the law is about what is left
            continue
    await house.deliver(ticket, REPAIR, rest, at_hour(1))
    await house.deliver(ticket, REPAIR, range(len(REPAIR)), at_hour(2))
    return await house.load(ticket)


def test_no_report_is_lost_whatever_the_desk_was_told_by_telephone_meanwhile(house: Centre) -> None:
    numbers = st.lists(st.integers(0, len(REPAIR) - 1), max_size=6)
    call = st.tuples(st.sampled_from(sorted(STEPS)), st.sampled_from([3.0, 8.0, 20.0, 23.0, 31.0, 45.0, 118.0, 125.0]))
    all_by_phone = [("arrive", 20.0), ("locate", 31.0), ("start-repair", 45.0), ("restore", 118.0)]
    at_other_times = [("depart", 8.0), ("arrive", 45.0)]

    @QUIET
    @example([], all_by_phone, [8, 0])
    @example([2, 8], at_other_times, [3])
    @example([], at_other_times, [2])
    @given(numbers, st.lists(call, max_size=4), numbers)
    def a_day(first: list[int], calls: list[Call], rest: list[int]) -> None:
        after = house.run(lambda: meddled(house, first, calls, rest))
        kept = house.run(lambda: house.kept(after))
        assert set(kept) == {str(n) for n in range(len(REPAIR))}, "nothing is dropped"
        assert after.flags.contradicted is ("contradiction" in kept.values()), kept
        assert "refused" not in kept.values(), kept
        if "held" in kept.values():  # it waits for a step that is known to be in doubt
            assert "contradiction" in kept.values(), kept
        times = [after.dispatched_at, after.arrived_at, after.located_at, after.restored_at]
        known = [at for at in times if at is not None]
        assert known == sorted(known)

    a_day()
