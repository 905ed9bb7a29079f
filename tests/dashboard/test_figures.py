"""The figures of a made day: a slow count over the logs, the indices of the house, and the ledger say the same."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import fmean

import pytest

from dispatch.desk.closing import reviewing
from dispatch.desk.crews.ledger import ledger
from dispatch.desk.dashboard.counting import Tally
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.days import BadDay
from dispatch.tickets.events import Entry
from dispatch.tickets.indices import Figure, Index
from dispatch.tickets.model import Ticket
from dispatch.tickets.words import Limit, Stage
from tests.desk.conftest import keeper as keeper
from tests.desk.conftest import room as room
from tests.desk.sending import accepted, send
from tests.desk.test_lending import NEAR_BORDER
from tests.worlds import NINGHAI, XIANGSHAN, Small, minutes, person

from .made import MIDNIGHT, NOW, TODAY, YESTERDAY, as_of, day_of, family, kept_after_all, late, logs, seen, walk

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
SEEDS = (1, 2, 3)
STEPS = ("accepted", "dispatched", "arrived", "restored", "replied", "closed")


def slowly(found: Sequence[Ticket], begin: datetime) -> dict[str, object]:
    """Count tickets one by one, as a person with the papers would."""
    day = [one for one in found if one.submitted_at and one.stage is not Stage.CANCELLED and one.reported_at >= begin]
    open_ = [one for one in found if one.submitted_at and one.is_open]
    own = [one for one in day if one.merged_into is None]
    waits = [(o.arrived_at - o.reported_at) / MINUTE for o in own if o.arrived_at and o.appointment_at is None]
    takes = [(one.restored_at - one.reported_at) / MINUTE for one in own if one.restored_at]
    return {
        "reported": len(day),
        "open": len(open_),
        "waiting": sum(not o.dispatched_at and not o.restored_at and o.merged_into is None for o in open_),
        "accepted": sum(one.accepted_at is not None for one in day),
        "accepted_in_time": sum(bool(o.accepted_at and Limit.ACCEPT not in o.flags.overdue) for o in day),
        "arrived": sum(one.arrived_at is not None for one in day),
        "arrived_in_time": sum(bool(o.arrived_at and Limit.ARRIVE not in o.flags.overdue) for o in day),
        "arrive_broken": sum(Limit.ARRIVE in one.flags.overdue for one in day),
        "restored": sum(one.restored_at is not None for one in day),
        "arrive_min": pytest.approx(fmean(waits)) if waits else None,
        "restore_min": pytest.approx(fmean(takes)) if takes else None,
        "satisfied": sum(one.satisfied is True for one in day),
        "answered": sum(one.satisfied is not None for one in day),
    }


def told(tally: Tally, names: dict[str, object]) -> dict[str, object]:
    return {name: getattr(tally, name) for name in names}


def then(found: Sequence[Sequence[Entry]], at: datetime) -> list[Ticket]:
    return [ticket for log in found if (ticket := as_of(log, at)) is not None]


@pytest.mark.parametrize("seed", SEEDS)
async def test_today_is_what_the_logs_add_up_to(small: Small, seed: int) -> None:
    await day_of(small, seed)
    await family(small)
    await kept_after_all(small)
    picture, all_ = await seen(small), await logs(small)
    now = slowly(then(all_, NOW), MIDNIGHT)
    assert told(picture.now, now) == now
    assert {step.step: step.n for step in picture.funnel if step.step in STEPS} == {
        name: sum(getattr(one, f"{name}_at") is not None for one in _todays(all_)) for name in STEPS
    }
    assert picture.now.overdue == sum(bool(one.flags.overdue) for one in then(all_, NOW) if one.is_open)


@pytest.mark.parametrize("seed", SEEDS)
async def test_yesterday_is_as_its_logs_stood_at_the_same_hour(small: Small, seed: int) -> None:
    await day_of(small, seed)
    picture, all_ = await seen(small), await logs(small)
    before = slowly(then(all_, NOW - DAY), MIDNIGHT - DAY)
    gone = [log for log in all_ if (end := as_of(log, NOW)) and end.stage is Stage.CANCELLED]
    assert not {log[0].ticket_id for log in gone} & {t.id for t in then(all_, NOW - DAY) if t.is_open}
    assert told(picture.before, before) == before


@pytest.mark.parametrize("seed", SEEDS)
async def test_hours_and_spreads_hold_each_ticket_once(small: Small, seed: int) -> None:
    await day_of(small, seed)
    picture, tickets = await seen(small), [t for t in then(await logs(small), NOW) if t.stage is not Stage.CANCELLED]
    for told_, name in ((picture.came, "reported_at"), (picture.went, "restored_at")):
        hours = [at.astimezone(CHINA) for one in tickets if (at := getattr(one, name)) is not None]
        there = Counter(at.hour for at in hours if at.date() == TODAY)
        assert list(told_) == [there[hour] for hour in range(24)]
    arrived = [one for one in _todays(await logs(small)) if one.arrived_at is not None]
    assert sum(map(sum, picture.spread.values())) == len(arrived) == sum(cell.n for cell in picture.heat)


@pytest.mark.parametrize("day", [None, YESTERDAY])
async def test_two_counties_add_up_to_the_province(small: Small, day: object) -> None:
    await day_of(small, 4)
    whole = await seen(small, day=day)
    for parts in (whole.parts, whole.counties):
        for name in ("reported", "open", "waiting", "arrived", "arrived_in_time", "overdue", "restored", "answered"):
            assert sum(getattr(part.tally, name) for part in parts) == getattr(whole.now, name), name
    for part in whole.counties:
        assert (await seen(small, part.code, day=day)).now == part.tally


async def test_a_past_day_tells_what_became_of_it_and_what_stood_at_its_end(small: Small) -> None:
    await day_of(small, 5)
    past, all_ = await seen(small, day=YESTERDAY), await logs(small)
    final = [one for one in then(all_, NOW) if one.reported_at < MIDNIGHT]
    found = slowly(final, MIDNIGHT - DAY)
    midnight = then(all_, MIDNIGHT)
    found |= {
        "open": sum(one.is_open and one.submitted_at is not None for one in midnight),
        "waiting": past.now.waiting,
    }
    assert told(past.now, found) == found
    assert past.alerts == ()
    assert past.at == MIDNIGHT


async def test_what_is_archived_is_judged_alike_by_the_indices(small: Small) -> None:
    """One formula for one index: of a day whose repairs have all ended both tell the same."""
    for start in (10, 90, 160):
        await walk(small, await small.call(at=minutes(start)), start + 1, slice(0, 11))
    await late(small)
    ticket = await kept_after_all(small)
    await walk(small, ticket, 350, slice(5, 11))
    end = MIDNIGHT + DAY
    found = await reviewing.findings(small.desk, "33", MIDNIGHT, end, by=person("monitor"), at=NOW)
    figures = {figure.index: figure for figure in found.figures}
    tally = (await seen(small)).now
    assert _parts(figures[Index.ACCEPT_IN_TIME]) == (tally.accepted_in_time, tally.accepted) == (5, 5)
    assert _parts(figures[Index.ARRIVE_IN_TIME]) == (tally.arrived_in_time, tally.arrived) == (4, 5)
    assert _parts(figures[Index.SATISFIED]) == (tally.satisfied, tally.answered)
    assert figures[Index.REPORTS].value == tally.reported
    assert figures[Index.ARRIVE_TIME].value == pytest.approx(tally.arrive_min)
    assert figures[Index.REPAIR_FROM_REPORT].value == pytest.approx(tally.restore_min)
    assert tally.arrive_broken == 1


async def test_an_arrival_that_was_kept_after_all_is_in_time(small: Small) -> None:
    ticket = await kept_after_all(small)
    assert ticket.arrive_missed_at is not None  # nothing moves it; the flag is gone
    tally = (await seen(small)).now
    assert (tally.arrived, tally.arrived_in_time, tally.arrive_broken) == (1, 1, 0)


async def test_help_across_borders_is_the_ledgers(small: Small, room: Desk) -> None:
    await send(room, await accepted(small, **NEAR_BORDER))
    await send(room, await accepted(small))
    book = await ledger(room, "33", by=person("monitor"), at=NOW)
    whole = await seen(small)
    assert list(whole.borders) == list(book.pairs)
    assert (whole.now.lent, whole.now.saved_s) == (1, book.pairs[0].saved_s)
    tallies = {part.code: part.tally for part in whole.counties}
    assert (tallies[XIANGSHAN].lent, tallies[NINGHAI].lent) == (1, 0)
    assert list((await seen(small, NINGHAI, by="ninghai")).borders) == list(book.pairs)  # the lender sees it, too
    assert (await seen(small, at=NOW + DAY)).before.lent == 1


@pytest.mark.parametrize("day", [TODAY + DAY, TODAY.replace(year=1), TODAY.replace(year=1999)])
async def test_a_day_that_cannot_be_shown_is_refused(small: Small, day: object) -> None:
    with pytest.raises(BadDay, match="日期不能"):
        await seen(small, day=day)


async def test_a_day_before_the_first_ticket_has_nothing(small: Small) -> None:
    await small.call()
    picture = await seen(small, day=TODAY - timedelta(days=400))
    assert (picture.now.reported, picture.now.open, picture.now.arrive_min, sum(picture.came)) == (0, 0, None, 0)


def _parts(figure: Figure) -> tuple[float | None, float | None]:
    return figure.numerator, figure.denominator


def _todays(all_: Sequence[Sequence[Entry]]) -> list[Ticket]:
    found = [one for one in then(all_, NOW) if one.submitted_at and one.stage is not Stage.CANCELLED]
    return [one for one in found if one.reported_at >= MIDNIGHT]
