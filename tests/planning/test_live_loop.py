"""The live loop: a real solver plans, a real worker sends, and what happens moves the plan."""

from dispatch.capacity.modes import Mode
from dispatch.desk.planning import rows
from dispatch.desk.planning.wishes import say
from dispatch.desk.planning.words import PlanState, Wish
from dispatch.desk.storm.modes import set_mode
from dispatch.kit.clock import SharedClock
from dispatch.kit.settings import Settings
from dispatch.tickets import store
from tests.planning.conftest import manned, solving, three_waiting, until, working
from tests.worlds import XIANGSHAN, Small, minutes, person


async def in_mode(small: Small, mode: Mode) -> None:
    await set_mode(small.desk, XIANGSHAN, mode, reason="台风", by=person("monitor"), at=minutes(0))


async def plan_in(small: Small, state: PlanState) -> rows.CountyPlan | None:
    async with small.db.connection() as connection:
        return await rows.current(connection, XIANGSHAN, state)


async def test_a_county_in_automatic_mode_gets_a_plan_and_the_crews_are_sent_by_it(
    small: Small, settings: Settings, clock: SharedClock
) -> None:
    await manned(small, c1=(121.87, 29.48), c2=(121.94, 29.21))
    await in_mode(small, Mode.QUICK)
    tickets = await three_waiting(small)
    clock.set(minutes(1))

    async def published() -> rows.CountyPlan | None:
        return await plan_in(small, PlanState.PUBLISHED)

    async def sent() -> list[str]:
        async with small.db.connection() as connection:
            now = [await store.load(connection, ticket.id) for ticket in tickets]
        return [ticket.id for ticket in now if ticket.crew is not None]

    async with solving(settings):
        await until(published)
        plan = await published()
        assert plan is not None
        assert set(plan.pairs) == {ticket.id for ticket in tickets}
        assert plan.pairs[tickets[2].id] == "c2", "the ticket in 石浦 is the crew's of 石浦"
        assert plan.violations == {}
        assert set(plan.touched) == set(plan.pairs)
        async with working(settings):

            async def two() -> bool:
                return len(await sent()) == 2

            await until(two)
    first = {stop.crew_id: stop.ticket_id for stop in plan.stops if stop.position == 0}
    told = {stop.ticket_id for stop in plan.stops if stop.told_at}
    assert told == set(first.values()), "who is free is told, no more"
    async with small.db.connection() as connection:
        for crew_id, ticket_id in first.items():
            ticket = await store.load(connection, ticket_id)
            assert ticket.crew is not None
            assert (ticket.crew.crew_id, ticket.crew.sent_by) == (crew_id, "system")
            assert ticket.crew.why.startswith("滚动计划:")
        assert await connection.fetchval("SELECT count(*) FROM audit WHERE action = 'plan.publish'") >= 1


async def test_an_emergency_is_planned_before_its_minute_and_a_county_by_hand_hears_nothing(
    small: Small, settings: Settings, clock: SharedClock
) -> None:
    await manned(small, c1=(121.87, 29.48), c2=(121.94, 29.21))
    by_hand = await three_waiting(small)
    async with solving(settings), working(settings):

        async def proposed() -> bool:
            return await plan_in(small, PlanState.PROPOSED) is not None

        await until(proposed)
        before = await plan_in(small, PlanState.PROPOSED)
        assert before is not None
        urgent = await small.walk(
            await small.call(hazard=True, address="火花街"), to="accept"
        )  # the clock stands still

        async def another() -> bool:
            plan = await plan_in(small, PlanState.PROPOSED)
            return plan is not None and urgent.id in plan.pairs

        await until(another)
        plan = await plan_in(small, PlanState.PROPOSED)
        assert plan is not None
        first = {stop.ticket_id for stop in plan.stops if stop.position == 0}
        assert urgent.id in first, "what endangers people goes first"
        await set_mode(small.desk, XIANGSHAN, Mode.MANUAL, reason="演练", by=person("monitor"), at=minutes(0))
        last = await small.walk(await small.call(hazard=True, address="水街"), to="accept")
        clock.set(minutes(5))

        async def checked() -> bool:
            async with small.db.connection() as connection:
                at = await connection.fetchval("SELECT ok_at FROM solver_region WHERE area = '3302'")
            return bool(at is not None and at >= minutes(5))

        await until(checked)
    async with small.db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM plan_stop WHERE ticket_id = $1", last.id) == 0
        assert await connection.fetchval("SELECT count(*) FROM dispatch") == 0, "nobody accepted, nobody was sent"
    assert len(by_hand) == 3


async def test_where_nobody_plans_a_pinned_ticket_still_gets_its_crew_and_the_others_the_nearest(
    small: Small, settings: Settings, clock: SharedClock
) -> None:
    await manned(small, c1=(121.87, 29.48), c2=(121.94, 29.21))
    await in_mode(small, Mode.QUICK)
    first, _, _ = await three_waiting(small)
    await say(small.desk, first.id, Wish.PIN, "c2", reason="客户相熟", by=person("xiangshan"), at=minutes(1))
    clock.set(minutes(2))

    async def both_sent() -> bool:
        async with small.db.connection() as connection:
            return bool(await connection.fetchval("SELECT count(*) = 2 FROM dispatch WHERE ended_at IS NULL"))

    async with working(settings):
        await until(both_sent)
    async with small.db.connection() as connection:
        crews = {row["ticket_id"]: row["crew_id"] for row in await connection.fetch("SELECT * FROM dispatch")}
    assert crews[first.id] == "c2"
    assert set(crews.values()) == {"c1", "c2"}
