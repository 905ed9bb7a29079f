"""What becomes of a grid service task: made, taken, declined, done, withdrawn, over; and who may say so."""

import asyncio
from datetime import date
from typing import Any

import pytest

from dispatch.accounts.rights import Forbidden
from dispatch.capacity import gridtasks
from dispatch.capacity.gridtask import GridTask, NotYourTask, OfferLapsed, StaleTask, WrongTaskState
from dispatch.capacity.gridtasks import NoSuchTask, TaskFilter
from dispatch.capacity.taskwords import GridTaskKind, GridTaskState, GridTaskStep, NoTask
from dispatch.desk.idempotency import KeyReused
from dispatch.desk.room import Once
from dispatch.desk.tasks import answering, making, yielding
from dispatch.desk.tasks.answering import TaskDoesNotFit
from dispatch.desk.tasks.making import BadTask
from tests.worlds import NINGHAI, XIANGSHAN, Small, minutes, person

from .setting import ask, freeze, make, new, now, said, steps, stop

S, T = GridTaskState, GridTaskStep


async def test_a_crew_takes_a_task_and_says_what_it_found(small: Small) -> None:
    (task,) = await make(small)
    await ask(small)
    taken = await answering.take(small.desk, task.id, said=said())
    assert (taken.state, taken.crew_id, taken.offered_until) == (S.TAKEN, "c1", None)
    done = await answering.report_done(small.desk, task.id, result="230 V,正常", said=said(at=minutes(20)))
    assert (done.state, done.result, done.done_at) == (S.DONE, "230 V,正常", minutes(20))
    told = await making.told(small.desk, task.id, by=person("xiangshan"), at=minutes(21))
    assert [line.step for line in told.lines] == [T.MADE, T.OFFERED, T.TAKEN, T.DONE]
    assert told.lines[-1].task == done == told.task


async def test_a_task_that_is_declined_goes_to_others_and_not_to_the_same_crew(small: Small) -> None:
    (task,) = await make(small)
    await ask(small)
    back = await answering.decline(small.desk, task.id, reason="客户不在家", said=said())
    assert (back.state, back.crew_id, back.passed_by) == (S.OPEN, None, ("c1",))
    assert (await ask(small, at=minutes(1))).reason is NoTask.NONE_OPEN


async def test_a_taken_task_may_still_be_declined(small: Small) -> None:
    (task,) = await make(small)
    await ask(small)
    await answering.take(small.desk, task.id, said=said())
    assert (await answering.decline(small.desk, task.id, reason="门锁着", said=said())).state is S.OPEN


async def test_the_county_answers_for_a_crew_that_telephones(small: Small) -> None:
    (task,) = await make(small)
    await ask(small)
    taken = await answering.take(small.desk, task.id, said=said("xiangshan"))
    assert (taken.state, taken.crew_id) == (S.TAKEN, "c1")
    assert (await answering.report_done(small.desk, task.id, result="完好", said=said("leader"))).state is S.DONE


async def test_what_was_never_offered_or_lapsed_cannot_be_taken(small: Small) -> None:
    (task,) = await make(small)
    for who in ("crew-1", "xiangshan"):
        with pytest.raises(OfferLapsed, match=r"重新查看推荐任务|先由班组查看"):
            await answering.take(small.desk, task.id, said=said(who))
    await ask(small)
    with pytest.raises(OfferLapsed):
        await answering.take(small.desk, task.id, said=said(at=minutes(10)))


async def test_another_crews_offer_is_another_crews(small: Small) -> None:
    (task,) = await make(small)
    await ask(small)
    with pytest.raises(NotYourTask):
        await answering.take(small.desk, task.id, said=said("crew-2"))
    for who in ("crew-3", "ninghai", "seat"):
        with pytest.raises((NoSuchTask, NotYourTask)):
            await answering.take(small.desk, task.id, said=said(who))
    assert (await now(small, task)).state is S.OFFERED


async def test_what_was_promised_since_the_offer_is_not_made_late_by_taking_it(small: Small) -> None:
    (task,) = await make(small)
    await ask(small)
    await freeze(small.desk, [stop("v1", minutes(20), lon=121.9, lat=29.48, until=minutes(35))], crew_id="c1")
    with pytest.raises(TaskDoesNotFit, match="情况已变,不能再接:做完后距"):
        await answering.take(small.desk, task.id, said=said(at=minutes(1)))
    assert (await now(small, task)).state is S.OFFERED
    assert (await ask(small, at=minutes(2))).offers == ()
    assert (await now(small, task)).state is S.OPEN


async def test_of_two_who_send_the_crew_and_let_it_take_a_task_one_waits_and_the_repair_wins(small: Small) -> None:
    (task,) = await make(small)
    await ask(small)
    ticket = await small.walk(await small.call(), to="accept")

    async def take() -> GridTask | TaskDoesNotFit | OfferLapsed:
        try:
            return await answering.take(small.desk, task.id, said=said(at=minutes(2)))
        except (TaskDoesNotFit, OfferLapsed) as refusal:
            return refusal

    sent, _ = await asyncio.gather(small.walk_on(ticket, to="dispatch", start=2), take())
    assert sent.crew is not None
    after = await now(small, task)
    assert (after.state, after.crew_id) == (S.OPEN, None)


async def test_the_same_answer_sent_twice_has_one_effect(small: Small) -> None:
    (task,) = await make(small)
    await ask(small)
    twice = [await answering.take(small.desk, task.id, said=said(once=Once("take-0001", b"same"))) for _ in range(2)]
    assert twice[0] == twice[1]
    assert (await steps(small, task)).count(T.TAKEN) == 1
    with pytest.raises(KeyReused):
        await answering.decline(small.desk, task.id, reason="不", said=said(once=Once("take-0001", b"other")))


async def test_a_stale_answer_is_refused(small: Small) -> None:
    (task,) = await make(small)
    await ask(small)
    with pytest.raises(StaleTask, match="您看到的是第 1 版"):
        await answering.take(small.desk, task.id, said=said(version=1))


async def test_a_done_task_is_over_for_everybody(small: Small) -> None:
    (task,) = await make(small)
    await ask(small)
    await answering.take(small.desk, task.id, said=said())
    await answering.report_done(small.desk, task.id, result="完好", said=said())
    with pytest.raises(WrongTaskState, match="任务处于“已完成”,不能撤销"):
        await making.withdraw(small.desk, task.id, reason="重复", said=said("xiangshan"))
    with pytest.raises(WrongTaskState):
        await answering.report_done(small.desk, task.id, result="又一次", said=said())


async def test_a_county_withdraws_its_own_tasks_only(small: Small) -> None:
    (task,) = await make(small)
    with pytest.raises(NoSuchTask):
        await making.withdraw(small.desk, task.id, reason="重复", said=said("ninghai"))
    gone = await making.withdraw(small.desk, task.id, reason="重复", said=said("xiangshan"))
    assert gone.state is S.WITHDRAWN
    assert (await ask(small)).reason is NoTask.NONE_OPEN


async def test_tasks_are_made_all_or_none_and_the_wrong_one_is_named(small: Small) -> None:
    for wrong, field in (({"due": date(2026, 6, 30)}, "due"), ({"lon": 29.47, "lat": 121.88}, "place")):
        with pytest.raises(BadTask, match=r"^第 2 项") as refused:
            await make(small, new(), new(**wrong))
        assert refused.value.field == f"tasks.1.{field}"
    with pytest.raises(BadTask, match="宁波是地市"):
        await making.make(small.desk, "3302", [new()], by=person("monitor"), at=minutes(0))
    with pytest.raises(Forbidden):
        await making.make(small.desk, NINGHAI, [new()], by=person("xiangshan"), at=minutes(0))
    assert await listed(small) == []


async def test_tasks_are_listed_by_county_state_kind_and_day(small: Small) -> None:
    await make(small, new(), new(kind=GridTaskKind.PATROL, due=date(2026, 7, 3)))
    await ask(small)
    assert len(await listed(small)) == 2
    assert [task.kind for task in await listed(small, kinds=[GridTaskKind.PATROL])] == [GridTaskKind.PATROL]
    assert [task.due for task in await listed(small, due_by=date(2026, 7, 1))] == [date(2026, 7, 1)]
    assert len(await listed(small, states=[S.OFFERED], crew_id="c1")) == 2
    assert await listed(small, states=[S.TAKEN]) == []
    first = await listed(small, limit=1)
    rest = await listed(small, limit=1, after=first[0].id)
    assert first != rest
    with pytest.raises(Forbidden):
        await making.listed(small.desk, NINGHAI, TaskFilter(), by=person("xiangshan"), at=minutes(0))


async def listed(small: Small, **wanted: Any) -> list[GridTask]:
    return await making.listed(small.desk, XIANGSHAN, TaskFilter(**wanted), by=person("xiangshan"), at=minutes(1))


async def test_what_runs_out_is_tidied_once_and_after_a_stop_too(small: Small) -> None:
    shown, unseen, later = await make(small, new(), new(lon=121.95, lat=29.3), new(due=date(2026, 7, 9)))
    await ask(small)
    assert await yielding.tidy(small.desk, at=minutes(9)) == 0
    assert await yielding.tidy(small.desk, at=minutes(24 * 60)) == 3
    assert await steps(small, shown) == [T.MADE, T.OFFERED, T.LAPSED, T.EXPIRED]
    assert (await now(small, unseen)).state is S.EXPIRED
    assert (await now(small, later)).state is S.OPEN
    assert await yielding.tidy(small.desk, at=minutes(24 * 60)) == 0


async def test_every_row_is_the_last_of_its_log(small: Small) -> None:
    tasks = await make(small, *[new() for _ in range(4)])
    first = (await ask(small)).offers[0]
    await answering.take(small.desk, first.id, said=said())
    await answering.report_done(small.desk, first.id, result="完好", said=said())
    async with small.db.connection() as connection:
        for task in tasks:
            lines = await gridtasks.log(connection, task.id)
            assert lines[-1].task == await gridtasks.load(connection, task.id)
            assert [line.task.version for line in lines] == list(range(1, len(lines) + 1))
