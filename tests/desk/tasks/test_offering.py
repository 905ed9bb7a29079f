"""Grid service tasks: offered to who is near and has slack, never at the cost of a promise."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from random import Random

import pytest

from dispatch.accounts.rights import Forbidden
from dispatch.capacity import course, store
from dispatch.capacity.modes import Mode
from dispatch.capacity.slack import Promise
from dispatch.capacity.taskwords import GridTaskKind, GridTaskState, GridTaskStep, NoTask
from dispatch.capacity.words import BookingStep, Half, VisitArea
from dispatch.capacity.worklist import ListedStop
from dispatch.desk.crews.choosing import NoSuchCrew
from dispatch.desk.storm.modes import set_mode
from dispatch.desk.tasks import answering, promises
from dispatch.desk.tasks import crew as crews
from tests.capacity.bookings import booked, slot
from tests.worlds import DONE, START, XIANGSHAN, Small, minutes, person

from .setting import AT_DEPOT, NEAR, TODAY, ask, freeze, keep, make, new, now, said, stands, steps, stop

S, T = GridTaskState, GridTaskStep
OPENING = {"lon": 121.90, "lat": 29.48}  # 2.2 km from the depot
FAR = {"lon": 121.94, "lat": 29.21}  # 石浦, 29 km


async def test_the_nearest_tasks_are_offered_and_say_why(small: Small) -> None:
    far, near, middle = await make(small, new(lon=121.893, lat=29.475), new(), new(lon=121.89, lat=29.475))
    found = await ask(small)
    assert [task.id for task in found.offers] == [near.id, middle.id, far.id]
    assert (found.reason, found.sentence) == (None, "")
    first = found.offers[0]
    assert (first.state, first.crew_id, first.slack_min) == (S.OFFERED, "c1", None)
    assert first.why == "绕路 1 分钟,约 09:20 做完"


async def test_asked_again_the_same_offers_stand_and_nothing_is_written(small: Small) -> None:
    await make(small)
    first, again = await ask(small), await ask(small, at=minutes(2))
    assert first == again
    assert await steps(small, first.offers[0]) == [T.MADE, T.OFFERED]


async def test_no_more_are_offered_than_the_pack_says_and_no_other_crew_gets_them(small: Small) -> None:
    await make(small, *[new() for _ in range(5)])
    found = await ask(small)
    assert len(found.offers) == 3
    await stands(small, **NEAR, crew="c2")
    theirs = await ask(small, "c2", who="crew-2")
    assert {task.id for task in theirs.offers}.isdisjoint(task.id for task in found.offers)
    assert len(theirs.offers) == 2


async def test_an_offer_that_nobody_answered_goes_to_another_crew(small: Small) -> None:
    (task,) = await make(small)
    await ask(small)
    await stands(small, **NEAR, crew="c2", at=minutes(10))
    theirs = await ask(small, "c2", who="crew-2", at=minutes(10))
    assert [each.id for each in theirs.offers] == [task.id]
    assert await steps(small, task) == [T.MADE, T.OFFERED, T.LAPSED, T.OFFERED]


async def test_what_is_too_far_out_of_the_way_is_not_offered_and_says_so(small: Small) -> None:
    await make(small, new(**FAR))
    found = await ask(small)
    assert (found.offers, found.reason) == ((), NoTask.TOO_FAR)
    assert found.sentence.startswith("绕路 ")
    assert found.passed_over[0].sentence.endswith("超过上限 10 分钟")


async def test_a_task_that_needs_a_skill_goes_to_no_crew_without_it(small: Small) -> None:
    await make(small, new(skill="cable"))
    found = await ask(small)
    assert (found.offers, found.reason, found.sentence) == ((), NoTask.NO_SKILL, "电压测量需要技能 cable,班组没有")


async def test_a_task_of_another_county_is_not_offered(small: Small) -> None:
    await make(small)
    await stands(small, **NEAR, crew="c3")
    found = await ask(small, "c3", who="crew-3")
    assert (found.offers, found.reason) == ((), NoTask.NONE_OPEN)


async def test_nothing_is_offered_in_a_storm_and_what_was_goes_back(small: Small) -> None:
    offered, taken = await make(small, new(), new(lon=121.89, lat=29.475))
    await ask(small)
    await answering.take(small.desk, taken.id, said=said())
    await stands(small, **NEAR, crew="c2")
    await ask(small, "c2", who="crew-2")
    await set_mode(
        small.desk, XIANGSHAN, Mode.STORM, reason="台风", by=person("monitor"), at=minutes(5), until_at=minutes(600)
    )
    assert {(await now(small, task)).state for task in (offered, taken)} == {S.OPEN}
    assert (await steps(small, taken))[-1] is T.GIVEN_BACK
    found = await ask(small, at=minutes(6))
    assert (found.offers, found.reason) == ((), NoTask.STORM)


async def test_a_crew_with_a_repair_is_offered_nothing_and_gives_its_tasks_back_at_once(small: Small) -> None:
    taken, offered = await make(small, new(), new(lon=121.89, lat=29.475))
    await ask(small)
    await answering.take(small.desk, taken.id, said=said())
    await ask(small, at=minutes(1))
    ticket = await small.walk(await small.call(), to="dispatch")
    task = await now(small, taken)
    assert (task.state, task.crew_id, task.given_back_n) == (S.OPEN, None, 1)
    assert (await now(small, offered)).state is S.OPEN
    assert (await ask(small, at=minutes(9))).reason is NoTask.REPAIR
    late = answering.report_done(small.desk, taken.id, result="230 V", said=said(at=minutes(9)))
    with pytest.raises(Exception, match="不能完成"):
        await late
    assert ticket.crew is not None


async def test_a_crew_that_ends_its_repair_is_offered_what_is_near(small: Small) -> None:
    ticket = await small.walk(await small.call(), to="start-repair")
    (task,) = await make(small)
    assert (await now(small, task)).state is S.OPEN
    await small.does(ticket, "restore", "crew-1", DONE, at=minutes(20))
    after = await now(small, task)
    assert (after.state, after.crew_id) == (S.OFFERED, "c1")


async def test_one_task_at_a_time_and_the_other_offers_go_back(small: Small) -> None:
    one, other = await make(small, new(), new(lon=121.89, lat=29.475))
    await ask(small)
    await answering.take(small.desk, one.id, said=said())
    assert (await now(small, other)).state is S.OPEN
    found = await ask(small, at=minutes(1))
    assert found.taken is not None
    assert (found.taken.id, found.offers, found.reason) == (one.id, (), NoTask.HAS_TASK)
    await answering.report_done(small.desk, one.id, result="231 V", said=said(at=minutes(21)))
    assert [task.id for task in (await ask(small, at=minutes(22))).offers] == [other.id]


async def test_an_own_visit_of_the_frozen_list_leaves_no_time_for_it(small: Small) -> None:
    await make(small)
    begins = minutes(20)
    await freeze(small.desk, [stop("v1", begins, **OPENING, until=minutes(35))], crew_id="c1")
    found = await ask(small)
    assert (found.offers, found.reason) == ((), NoTask.NO_SLACK)
    assert found.sentence == "做完后距“09:20–09:35 的查勘预约”只剩 8 分钟,须留 10 分钟"


async def test_a_visit_with_time_before_it_says_how_much_is_left(small: Small) -> None:
    await make(small)
    await freeze(small.desk, [stop("v1", minutes(60), **OPENING, until=minutes(90))], crew_id="c1")
    (task,) = (await ask(small)).offers
    assert task.slack_min == 63
    assert task.why.endswith("做完后距“10:00–10:30 的查勘预约”还有 63 分钟余量")


async def test_a_crew_at_a_visit_is_offered_nothing_until_that_is_done(small: Small) -> None:
    await make(small)
    await freeze(small.desk, [stop("v1", minutes(-5), **OPENING, until=minutes(10))], crew_id="c1")
    async with small.db.transaction() as tx:
        there = course.arrived(await store.load(tx, "v1"), START, timedelta(minutes=15))
        there = await store.append(tx, there, BookingStep.ARRIVED, by="leader", at=START)
    assert (await ask(small)).reason is NoTask.NO_SLACK
    async with small.db.transaction() as tx:
        await store.append(tx, course.done(there, minutes(30)), BookingStep.DONE, by="leader", at=minutes(30))
    assert len((await ask(small, at=minutes(31))).offers) == 1


async def test_a_team_that_nobody_is_named_for_may_be_any_crew_of_the_depot(small: Small) -> None:
    await make(small)
    tight = [stop("v1", minutes(20), **OPENING, until=minutes(35))]
    await freeze(small.desk, tight)
    assert (await ask(small)).reason is NoTask.NO_SLACK


async def test_a_team_of_named_others_is_not_the_crews_matter(small: Small) -> None:
    await make(small)
    await freeze(small.desk, [stop("v1", minutes(20), **OPENING, until=minutes(35))], persons=("庚", "辛"))
    assert len((await ask(small)).offers) == 1


async def test_a_team_of_the_crews_own_people_is(small: Small) -> None:
    await make(small)
    await freeze(small.desk, [stop("v1", minutes(20), **OPENING, until=minutes(35))], persons=("甲",))
    assert (await ask(small)).reason is NoTask.NO_SLACK


async def test_a_visit_that_is_on_no_list_yet_counts_too(small: Small) -> None:
    await make(small)
    visit = booked("v1", slot(TODAY, Half.PM), version=0, from_at=minutes(20), to_at=minutes(35), **OPENING)
    async with small.db.transaction() as tx:
        await keep(tx, visit)
    found = await ask(small)
    assert found.reason is NoTask.NO_SLACK
    assert "尚未排入清单" in found.sentence


async def test_the_end_of_the_shift_is_a_promise(small: Small) -> None:
    await make(small)
    async with small.db.connection() as connection:
        await connection.execute("UPDATE crew SET shift_start = '08:00', shift_end = '09:30' WHERE id = 'c1'")
    found = await ask(small)
    assert (found.reason, found.sentence) == (NoTask.NO_SLACK, "做完后距“回班所下班”只剩 9 分钟,须留 10 分钟")
    assert (await ask(small, at=minutes(40))).reason is NoTask.OFF_SHIFT


async def test_the_office_hours_bound_the_day(small: Small) -> None:
    await make(small, at=minutes(-60))
    assert (await ask(small, at=minutes(-40))).reason is NoTask.OFF_HOURS
    late = await ask(small, at=minutes(8 * 60 + 20))
    assert (late.reason, late.sentence) == (NoTask.OFF_HOURS, "约 17:40 才能做完,超出作业时间 08:30-17:30")


async def test_a_crew_that_is_out_is_offered_nothing(small: Small) -> None:
    await make(small)
    async with small.db.connection() as connection:
        await connection.execute("UPDATE crew SET active = false WHERE id = 'c1'")
    assert (await ask(small)).reason is NoTask.OUT


async def test_a_crew_asks_for_itself_and_its_county_for_it(small: Small) -> None:
    await make(small)
    for who in ("xiangshan", "leader", "monitor"):
        assert (await ask(small, who=who)).offers
    for who in ("crew-2", "ninghai", "seat"):
        with pytest.raises(Forbidden):
            await ask(small, who=who)
    with pytest.raises(NoSuchCrew, match="没有这个班组"):
        await ask(small, "c9", who="monitor")


async def test_a_planned_repair_is_never_begun_later(small: Small) -> None:
    await make(small)
    ticket = await small.walk(await small.call(), to="accept")
    async with small.db.connection() as connection:
        await connection.execute(
            "INSERT INTO plan (id, area, region, made_at, source, author, state, cost, by_rule, violations, touched, "
            "unserved, solver, feed_n, checked_at) VALUES ('p', $1, '3302', $2, 'solver', 'system', 'published', 0, "
            "'{}', '{}', '{}', '{}', '{}', 0, $2)", XIANGSHAN, START,
        )  # fmt: skip
        await connection.execute(
            "INSERT INTO plan_stop (plan_id, area, crew_id, position, ticket_id, starts_at) "
            "VALUES ('p', $1, 'c1', 0, $2, $3)", XIANGSHAN, ticket.id, minutes(30),
        )  # fmt: skip
    found = await ask(small)
    assert found.reason is NoTask.NO_SLACK
    assert f"计划中的抢修单 {ticket.ticket_no}" in found.sentence


def seconds(one: tuple[float, float], other: tuple[float, float], area_class: str, small: Small) -> float:
    """Return the way by the haversine, detour and speed of the pack: nothing of the desk's own arithmetic."""
    (lon, lat), (lon2, lat2) = [tuple(map(radians, place)) for place in (one, other)]
    arc = sin((lat2 - lat) / 2) ** 2 + cos(lat) * cos(lat2) * sin((lon2 - lon) / 2) ** 2
    rule = small.desk.fleet.rule
    return 2 * 6_371_008.8 * asin(sqrt(arc)) * rule.detour[area_class] * 3.6 / rule.speed_kmh[area_class]


def late(
    small: Small, stops: list[ListedStop], task: tuple[float, float], here: tuple[float, float], at: datetime
) -> Iterator[float]:
    """Yield the seconds that are left before the end of each window, if the crew does the task now and drives on."""
    clock = at.timestamp() + seconds(here, task, "urban", small) + 20 * 60
    place = task
    for each in stops:
        clock += seconds(place, (each.lon, each.lat), each.area_class.value, small)
        yield each.to_at.timestamp() - clock
        clock = max(clock, each.begins_at.timestamp()) + (each.ends_at - each.begins_at).total_seconds()
        place = each.lon, each.lat


def drawn(random: Random, n: int) -> list[ListedStop]:
    """Return a route of visits near 丹城, with windows of any width."""
    clock, stops = START + timedelta(minutes=random.randint(5, 90)), []
    for number in range(random.randint(1, 5)):
        lon, lat = 121.88 + random.uniform(-0.05, 0.05), 29.47 + random.uniform(-0.05, 0.05)
        until = clock + timedelta(minutes=random.randint(0, 90))
        stops.append(stop(f"v{n}-{number}", clock, lon=lon, lat=lat, until=until, work_min=random.randint(10, 40)))
        clock += timedelta(minutes=random.randint(20, 60))
    return stops


@pytest.mark.parametrize("seed", range(12))
async def test_no_offer_makes_any_promise_late(small: Small, seed: int) -> None:
    """Of whatever is offered, and whatever is taken later, an independent calculation finds every window kept."""
    random = Random(seed)
    stops, here = drawn(random, seed), (121.88 + random.uniform(-0.03, 0.03), 29.47 + random.uniform(-0.03, 0.03))
    await freeze(small.desk, stops, **({"crew_id": "c1"} if seed % 2 else {}))
    await stands(small, *here)
    spots = [(121.88 + random.uniform(-0.05, 0.05), 29.47 + random.uniform(-0.05, 0.05)) for _ in range(12)]
    await make(small, *[new(lon=lon, lat=lat) for lon, lat in spots])
    found = await ask(small)
    for task in found.offers:
        assert min(late(small, stops, (task.lon, task.lat), here, START)) >= 600 - 2 * (len(stops) + 1)  # rounding
    assert len(found.offers) + len(found.passed_over) >= 3
    for passed in found.passed_over:
        if passed.reason is NoTask.NO_SLACK:
            spot = passed.task.lon, passed.task.lat
            assert min(late(small, stops, spot, here, START)) < 600 + 2 * (len(stops) + 1)


async def test_the_draws_above_offer_something_and_refuse_something(small: Small) -> None:
    """An explicit example beside the random ones: wide windows are offered a task, the same ones made tight are not."""
    await make(small)
    wide = stop("wide", minutes(40), **OPENING, until=minutes(120))
    await freeze(small.desk, [wide], crew_id="c1")
    assert len((await ask(small)).offers) == 1
    tight = stop("tight", minutes(40), **OPENING, until=minutes(41))
    await freeze(small.desk, [tight], crew_id="c1", half=Half.PM)
    found = await ask(small, at=minutes(1) + timedelta(minutes=12))
    assert (found.offers, found.reason) == ((), NoTask.NO_SLACK)


async def test_what_a_crew_holds_is_in_the_order_in_which_it_is_met(small: Small) -> None:
    stops = [stop("v2", minutes(80), **OPENING, until=minutes(99)), stop("v1", minutes(20), **NEAR, until=minutes(30))]
    await freeze(small.desk, stops, crew_id="c1")
    async with small.db.connection() as connection:
        crew = await crews.read(connection, small.desk, "c1", at=START)
        held = await promises.read(connection, small.desk, crew, at=START)
    own: tuple[Promise, ...] = held.own
    assert [promise.by_at for promise in own] == [minutes(30), minutes(99), None]
    assert (own[-1].lon, own[-1].lat) == AT_DEPOT
    assert held.others == ()


async def test_a_task_is_of_any_kind_and_class(small: Small) -> None:
    made = await make(small, *[new(kind=kind, area_class=VisitArea.RURAL) for kind in GridTaskKind])
    assert [task.kind for task in made] == list(GridTaskKind)


async def test_crews_that_ask_at_once_are_never_offered_the_same_task(small: Small) -> None:
    await make(small, *[new() for _ in range(4)])
    await stands(small, **NEAR, crew="c2")
    one, other = await asyncio.gather(ask(small), ask(small, "c2", who="crew-2"))
    assert {task.id for task in one.offers}.isdisjoint(task.id for task in other.offers)
    assert 1 <= len(one.offers) + len(other.offers) <= 4
