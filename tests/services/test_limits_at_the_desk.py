"""Service requests at the desk: when each stage is due, what stops the clock, and warnings, each once."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from dispatch.desk.bookings import services, serviceviews
from dispatch.desk.setup import open_desk
from dispatch.kit.settings import Settings
from dispatch.kit.workdays import Calendar, CalendarEnds
from dispatch.services.lifecycle import ClockStands, ServiceClosed
from dispatch.services.words import CustomerClass, PauseReason, ServiceKind, ServiceStep
from tests.worlds import Small, minutes, person

from .steps import advance, folded, levels, local, opened, said


async def test_a_complaint_is_to_be_contacted_in_one_working_day_and_answered_in_six(small: Small) -> None:
    request = await opened(small, ServiceKind.COMPLAINT, local("2026-09-30T10:00"))
    contact, answer = request.stages
    assert contact.clock is not None
    assert answer.clock is not None
    assert contact.clock.due_at == local("2026-10-09T00:00")  # Thursday 8 October is the first working day
    assert answer.clock.due_at == local("2026-10-15T00:00")  # 8, 9, the make-up 10, 12, 13, 14
    assert request.due_at == contact.clock.due_at
    request = await advance(small, request, local("2026-10-08T10:00"), person="客户本人")
    assert request.due_at == answer.clock.due_at
    answered = await services.answer(
        small.desk, request.id, text="已说明原因", said=said("seat", local("2026-10-14T23:00"))
    )
    assert (answered.answer, answered.is_overdue, answered.current) == ("已说明原因", False, None)
    closed = await services.close(
        small.desk, request.id, satisfied=True, text="", said=said("seat", local("2026-10-15T09:00"))
    )
    assert not closed.is_open
    assert await folded(small, closed) == closed
    with pytest.raises(ServiceClosed):
        await advance(small, request, local("2026-10-16T09:00"))


async def test_golden_23_the_make_up_working_day_counts_in_the_clock_of_a_new_connection(small: Small) -> None:
    at = local("2026-09-30T15:00")
    kind, customer = ServiceKind.CONNECTION, CustomerClass.RESIDENT
    request = await opened(small, kind, at, customer_class=customer, owner="客户经理甲")
    accept, scheme, energise = request.stages
    assert [stage.step for stage in request.stages] == [ServiceStep.ACCEPT, ServiceStep.SCHEME, ServiceStep.ENERGISE]
    assert accept.clock is not None
    assert energise.clock is not None
    assert accept.clock.due_at == local("2026-10-09T00:00")
    assert scheme.clock is None
    assert energise.clock.due_at == local("2026-10-14T00:00")  # 8, 9, 10 (made up), 12, 13
    request = await advance(small, request, local("2026-10-09T16:00"))
    assert request.stages[1].clock is not None
    assert request.stages[1].clock.due_at == local("2026-10-14T00:00")  # Saturday 10 counts, Sunday 11 does not
    assert request.stages[0].is_late  # it was due with the 8th


async def test_the_clock_of_a_connection_stands_still_while_the_customer_works(small: Small) -> None:
    at = local("2026-11-02T09:00")
    request = await opened(small, ServiceKind.CONNECTION, at, customer_class=CustomerClass.LV)
    assert request.due_at == local("2026-11-04T00:00")
    pause_at = local("2026-11-03T11:00")
    paused = await services.pause(
        small.desk,
        request.id,
        reason=PauseReason.CUSTOMER_MATERIAL,
        text="缺产权证明",
        said=said("xiangshan", pause_at),
    )
    assert paused.paused is not None
    assert await services.warn_due(small.desk, at=local("2026-11-20T00:00")) == 0
    with pytest.raises(ClockStands, match="客户补充资料"):
        await advance(small, request, local("2026-11-06T09:00"))
    with pytest.raises(ClockStands):
        await services.pause(
            small.desk,
            request.id,
            reason=PauseReason.CUSTOMER_WORKS,
            text="x",
            said=said("xiangshan", local("2026-11-06T09:00")),
        )
    resumed = await services.resume(
        small.desk, request.id, text="资料补齐", said=said("xiangshan", local("2026-11-09T10:00"))
    )
    assert resumed.due_at == local("2026-11-10T00:00")  # Tuesday to Friday were the customer's; Monday counts
    assert resumed.stages[2].clock is not None
    assert resumed.stages[2].clock.due_at == local("2026-11-17T00:00")
    with pytest.raises(ClockStands):
        await services.resume(small.desk, request.id, text="x", said=said("xiangshan", local("2026-11-09T11:00")))
    assert await folded(small, resumed) == resumed


async def test_warnings_are_given_at_half_at_a_fifth_and_when_it_is_over_each_once(small: Small) -> None:
    request = await opened(small, ServiceKind.ARREARS_RECONNECT, minutes(0))
    due_at = minutes(24 * 60)
    for at, expected in (
        (minutes(12 * 60 - 1), []),
        (minutes(12 * 60), [(0, 1)]),
        (minutes(20 * 60), [(0, 1), (0, 2)]),
        (due_at, [(0, 1), (0, 2), (0, 3)]),
        (due_at + timedelta(days=30), [(0, 1), (0, 2), (0, 3)]),
    ):
        await asyncio.gather(*(services.warn_due(small.desk, at=at) for _ in range(4)))
        assert await levels(small, request) == expected
    found = await serviceviews.read(small.desk, request.id, by=person("monitor"))
    assert found.is_overdue
    assert await folded(small, found) == found


async def test_a_late_step_leaves_its_mark_without_the_worker(small: Small) -> None:
    request = await opened(small, ServiceKind.ARREARS_RECONNECT, minutes(0))
    done = await advance(small, request, minutes(25 * 60))
    assert await levels(small, request) == [(0, 3)]
    assert done.stages[0].is_late
    assert await services.warn_due(small.desk, at=minutes(25 * 60)) == 0


async def test_a_step_that_is_entered_late_is_judged_by_when_it_was_done(small: Small) -> None:
    request = await opened(small, ServiceKind.ARREARS_RECONNECT, minutes(0))
    done = await services.advance(
        small.desk,
        request.id,
        stage=0,
        person=None,
        text="已复电",
        damage_cause=None,
        said=said("xiangshan", minutes(25 * 60), claimed=minutes(20 * 60)),
    )
    assert not done.stages[0].is_late


async def test_a_booked_time_is_the_limit(small: Small) -> None:
    request = await opened(small, ServiceKind.FAST_CHARGING, minutes(0), appointed_at=minutes(180))
    assert request.due_at == minutes(180)
    assert (await opened(small, ServiceKind.FAST_CHARGING, minutes(0))).due_at == minutes(45)


async def test_a_limit_in_a_year_that_nobody_knows_is_refused_until_a_file_names_its_holidays(
    small: Small, tmp_path: Path
) -> None:
    known = small.desk.calendar
    small.desk.calendar = Calendar(known.first_year, 2026, known.off, known.work)
    with pytest.raises(CalendarEnds, match="DISPATCH_HOLIDAYS"):
        await opened(small, ServiceKind.COMPLAINT, local("2026-12-29T09:00"))
    async with small.db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM service_request") == 0
    last = local("2026-12-23T09:00")
    assert (await opened(small, ServiceKind.COMPLAINT, last)).due_at == local("2026-12-25T00:00")
    file = tmp_path / "holidays.yaml"  # the remedy that the refusal names
    file.write_text("2027:\n  source: 通知文号(测试)\n  holidays: [2027-01-01]\n  workdays: []\n", "utf-8")
    settings = Settings.from_env({"DISPATCH_HOLIDAYS": str(file)})
    small.desk = await open_desk(small.db, "sgcc", holidays=settings.holidays)
    assert (await opened(small, ServiceKind.COMPLAINT, local("2026-12-31T09:00"))).due_at == local("2027-01-05T00:00")
