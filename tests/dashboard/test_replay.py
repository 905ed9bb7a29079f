"""复盘: what is played again is what the logs say, step by step and round by round."""

from datetime import datetime, timedelta

import pytest

from dispatch.desk.dashboard import replaying
from dispatch.desk.dashboard.replaying import Day, TooMany, replay
from dispatch.kit.days import BadDay
from dispatch.tickets import lifecycle
from dispatch.tickets.words import Stage
from tests.worlds import ROAD, Small, minutes, person

from .made import MIDNIGHT, NOW, TODAY, YESTERDAY, as_of, day_of, family, goes, kept_after_all, late, logs, reopened

DAY = timedelta(days=1)


async def played(small: Small, day: object = TODAY, area: str = "33", *, at: datetime = NOW) -> Day:
    return await replay(small.desk, area, day, by=person("monitor"), at=at)  # type: ignore[arg-type]


async def test_every_frame_is_where_the_logs_had_each_ticket(small: Small) -> None:
    await day_of(small, 7)
    await family(small)
    await reopened(small)
    day, all_ = await played(small), {log[0].ticket_id: log for log in await logs(small)}
    there = {one.id: one for one in day.tickets}
    for second in range(-3600, 19 * 3600 + 1, 1799):
        at = MIDNIGHT + timedelta(seconds=second)
        for id_, one in there.items():
            then = as_of(all_[id_], at + timedelta(microseconds=999_999))  # seconds are whole ones
            passed = [stage for moment, stage in one.steps if moment <= second]
            assert (passed[-1] if passed else None) == (then.stage.value if then else None), (one.no, second)
    assert {id_ for id_, log in all_.items() if _on(log)} == set(there)


def _on(log: object) -> bool:
    """Tell whether a ticket is the day's: reported on it, or not ended when it began."""
    whole = lifecycle.fold(log)  # type: ignore[arg-type]
    assert whole is not None
    ended = whole.closed_at or whole.cancelled_at
    return ended is None or ended >= MIDNIGHT or whole.reported_at >= MIDNIGHT


async def test_a_repair_that_was_done_again_is_played_in_both_rounds(small: Small) -> None:
    ticket = await reopened(small)
    (one,) = (await played(small)).tickets
    stages = [stage for _, stage in one.steps]
    assert (stages.count("restored"), stages.count("accepted"), stages[-1]) == (2, 2, "restored")
    assert [job[0] for job in one.jobs] == [sent.crew_id for sent in ticket.dispatches]


async def test_steps_of_one_second_stay_in_the_order_of_the_log(small: Small) -> None:
    ticket = await small.call(at=minutes(0))
    for action, who, event in ROAD[:5]:
        ticket = await goes(small, ticket, action, who, event, 1)
    (one,) = (await played(small)).tickets
    assert [stage for _, stage in one.steps] == [
        stage.value for stage in (Stage.SUBMITTED, Stage.ACCEPTED, Stage.DISPATCHED, Stage.CREW_ACCEPTED)
    ] + ["en_route", "arrived"]


async def test_a_broken_promise_is_shown_unless_it_was_kept_after_all(small: Small) -> None:
    await late(small)
    await kept_after_all(small)
    found = {one.missed for one in (await played(small)).tickets}
    assert found == {int((minutes(20 + 45) - MIDNIGHT).total_seconds()), None}


async def test_who_ended_before_the_day_is_not_in_it(small: Small) -> None:
    await day_of(small, 8)
    before = {one.id for one in (await played(small, YESTERDAY)).tickets}
    ended = {log[0].ticket_id for log in await logs(small) if not _on(log)}
    assert ended
    assert ended <= before
    assert not ended & {one.id for one in (await played(small)).tickets}


async def test_two_counties_make_up_the_province(small: Small) -> None:
    await day_of(small, 9, 12)
    parts = [await played(small, area=area) for area in ("330225", "330226")]
    ids = [one.id for part in parts for one in part.tickets]
    assert sorted(ids) == sorted(one.id for one in (await played(small)).tickets)


@pytest.mark.parametrize("day", [TODAY + DAY, TODAY.replace(year=1), TODAY.replace(year=9999)])
async def test_a_day_that_cannot_be_played_is_refused(small: Small, day: object) -> None:
    with pytest.raises(BadDay, match="日期不能"):
        await played(small, day)


async def test_a_day_that_nobody_called_on_is_empty(small: Small) -> None:
    await small.call()
    assert (await played(small, TODAY - timedelta(days=400))).tickets == []


async def test_a_day_too_full_for_a_page_says_what_to_choose(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    await small.call()
    await small.call()
    monkeypatch.setattr(replaying, "MOST", 1)
    with pytest.raises(TooMany, match="下一级区域"):
        await played(small)
