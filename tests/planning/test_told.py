"""Who was told of a job: only that costs a change (``Problem.told``)."""

from dataclasses import replace
from datetime import timedelta

from dispatch.accounts.model import SYSTEM
from dispatch.desk.ids import new_id
from dispatch.desk.planning import plans, rows
from dispatch.desk.planning.words import PlanSource, PlanState
from tests.planning.conftest import manned, posed, three_waiting
from tests.worlds import XIANGSHAN, Small, minutes


def plan(stops: tuple[rows.Stop, ...], *, source: PlanSource = PlanSource.SOLVER) -> rows.CountyPlan:
    return rows.CountyPlan(
        id=new_id(minutes(0)), area=XIANGSHAN, region=XIANGSHAN, made_at=minutes(0), source=source, author=SYSTEM.id,
        state=PlanState.PUBLISHED, cost=0.0, by_rule={}, violations={}, touched=(), unserved={}, solver={}, feed_n=0,
        checked_at=minutes(0), stops=stops,
    )  # fmt: skip


async def published(small: Small, new: rows.CountyPlan) -> None:
    async with small.db.transaction() as tx:
        await plans.publish(tx, new, by=SYSTEM.id, at=minutes(0))


async def test_only_the_jobs_that_were_told_cost_a_change(small: Small) -> None:
    await manned(small, c1=(121.87, 29.48), c2=(121.94, 29.21))
    one, two, three = await three_waiting(small)
    stops = (
        rows.Stop("c1", 0, one.id, minutes(30), told_at=minutes(0)),
        rows.Stop("c1", 1, two.id, minutes(90)),
        rows.Stop("c2", 0, three.id, minutes(30)),
    )
    await published(small, plan(stops))
    found = await posed(small)
    assert found.problem.plan == {"c1": (one.id, two.id), "c2": (three.id,)}
    assert found.problem.told == (one.id,)

    await published(small, plan(stops, source=PlanSource.PERSON))
    assert set((await posed(small)).problem.told or ()) == {one.id, two.id, three.id}, "what a person decided stays"


def test_who_was_told_stays_told_as_long_as_the_job_is_his() -> None:
    early, late = minutes(0), minutes(0) + timedelta(minutes=5)
    before = plan((rows.Stop("c1", 0, "t1", early, told_at=early), rows.Stop("c2", 0, "t2", early, told_at=early)))
    new = plan((rows.Stop("c1", 1, "t1", late), rows.Stop("c1", 0, "t2", late, told_at=late)))
    assert [stop.told_at for stop in plans.still_told(before, new)] == [early, late]
    assert plans.still_told(None, new) == new.stops
    assert replace(new, stops=plans.still_told(before, new)).pairs == new.pairs


async def test_a_plan_that_is_kept_tells_who_is_free_soon_now(small: Small) -> None:
    await manned(small, c1=(121.87, 29.48))
    one, *_ = await three_waiting(small)
    await published(small, made := plan((rows.Stop("c1", 0, one.id, minutes(90)),)))
    async with small.db.transaction() as tx:
        await rows.checked(tx, made.id, plan((rows.Stop("c1", 0, one.id, minutes(80), told_at=minutes(40)),)))
        await rows.checked(tx, made.id, plan((rows.Stop("c1", 0, one.id, minutes(85), told_at=minutes(41)),)))
        found = await rows.current(tx, XIANGSHAN, PlanState.PUBLISHED)
    assert found is not None
    assert [(stop.starts_at, stop.told_at) for stop in found.stops] == [(minutes(85), minutes(40))]
