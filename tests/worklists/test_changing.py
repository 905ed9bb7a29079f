"""A list after its freeze: who leaves it, who comes onto it, and what each team must acknowledge."""

import json
from datetime import timedelta

import pytest

from dispatch.capacity import course, store
from dispatch.capacity.words import BookingState, BookingStep, ListState, ListStep
from dispatch.capacity.worklist import Worklist
from dispatch.desk.bookings import booking as bookings
from dispatch.desk.bookings import capacity
from dispatch.desk.bookings.booking import Said
from dispatch.desk.bookings.capacity import NewDeclaration
from dispatch.desk.room import Desk
from dispatch.desk.worklists import deciding
from dispatch.desk.worklists.changing import (
    AlreadyWithdrawn,
    CannotBeMade,
    ListEnded,
    NoSuchTeam,
    NotOfThisHalfDay,
    NotOnList,
    without_visits,
)
from dispatch.desk.worklists.deciding import Order
from dispatch.desk.worklists.making import freeze_due
from dispatch.desk.worklists.naming import StaleList
from dispatch.desk.worklists.reading import notices, see
from tests.worlds import person

from .halfday import AM, CUT_OFF, DAY, DEPOT, SECOND, TEAM, at, declares, list_of, promised, routes, slot

EIGHT = at("08:00")


def order(clock: str = "07:45", who: str = "leader", **said: object) -> Order:
    return Order(by=person(who), at=at(clock), reason="现场停工", **said)  # type: ignore[arg-type]


async def frozen(desk: Desk) -> Worklist:
    await freeze_due(desk, at=CUT_OFF)
    made = await list_of(desk)
    assert made is not None
    return made


async def on_one_team(desk: Desk) -> Worklist:
    """Freeze a list of one team with three visits on its way east."""
    await declares(desk, 1, 4)
    for name, east_km, window in (("a", 2.0, ("08:00", "08:40")), ("b", 5.0, ("09:00", "10:00"))):
        await promised(desk, name, east_km, clock=window)
    await promised(desk, "c", 8.0, clock=("10:00", "11:30"))
    made = await frozen(desk)
    assert routes(made) == {TEAM: ["a", "b", "c"]}
    return made


async def on_two_teams(desk: Desk) -> Worklist:
    """Freeze a list of two teams, each with visits at the same hours."""
    await declares(desk, 2, 8)
    for name, window in (("a", ("08:00", "08:40")), ("b", ("10:00", "10:30")), ("y", ("10:00", "10:30"))):
        await promised(desk, name, 3.0, clock=window)
    await promised(desk, "x", -3.0, clock=("08:00", "08:40"))
    return await frozen(desk)


async def test_who_cancels_leaves_the_list_and_the_others_are_timed_anew(desk: Desk) -> None:
    before = await on_one_team(desk)
    await bookings.cancel(desk, "b", reason="客户不办了", said=Said(by=person("seat"), at=at("07:50")))
    after = await list_of(desk)
    assert after is not None
    assert (after.version, routes(after)) == (2, {TEAM: ["a", "c"]})
    first, last = after.teams[0].stops
    assert first == before.teams[0].stops[0]
    assert last.drive_s == sum(stop.drive_s for stop in before.teams[0].stops[1:])  # b lay on the way
    assert last.arrives_at < before.teams[0].stops[-1].arrives_at
    (notice,) = await notices(desk, DEPOT, by=person("leader"))
    assert (notice.team, notice.version, notice.seen_at) == (TEAM, 2, None)
    assert "撤下 1 户" in notice.text
    assert "客户不办了" in notice.text


async def test_a_change_is_told_until_somebody_says_that_he_knows(desk: Desk) -> None:
    await on_one_team(desk)
    await deciding.remove(desk, DEPOT, DAY, AM, "b", order())
    (notice,) = await notices(desk, None, by=person("xiangshan"))
    assert await notices(desk, None, by=person("ninghai")) == []
    seen = await see(desk, notice.id, by=person("leader"), at=at("07:50"))
    assert (seen.seen_by, seen.seen_at) == ("leader", at("07:50"))
    again = await see(desk, notice.id, by=person("xiangshan"), at=at("08:50"))
    assert again == seen
    assert await notices(desk, DEPOT, by=person("leader")) == []
    assert await notices(desk, DEPOT, seen=True, by=person("leader")) == [seen]


async def test_who_is_taken_off_is_offered_another_half_day_at_once(desk: Desk) -> None:
    await on_one_team(desk)
    await declares(desk, 1, 4, slot(half=slot().half.PM))
    done = await deciding.remove(desk, DEPOT, DAY, AM, "b", order())
    (victim,) = done.displaced
    assert (victim.id, victim.state, victim.slot.half.value) == ("b", BookingState.REOFFERED, "pm")
    assert routes(done.worklist) == {TEAM: ["a", "c"]}
    with pytest.raises(NotOnList):
        await deciding.remove(desk, DEPOT, DAY, AM, "b", order())


async def test_a_cut_after_the_freeze_takes_its_victims_off_the_list(desk: Desk) -> None:
    await on_one_team(desk)
    line = NewDeclaration(date=DAY, half=AM, kind=slot().kind, area_class=slot().area_class, teams=1, visits=2)
    cut = await capacity.declare(desk, DEPOT, [line], reason="人员抢修", by=person("leader"), at=at("07:50"))
    (victim,) = [*cut.moved, *cut.reoffered]
    after = await list_of(desk)
    assert after is not None
    assert victim.id not in routes(after)[TEAM]
    assert len(routes(after)[TEAM]) == 2


async def test_a_team_that_goes_no_further_leaves_its_visits_to_the_others(desk: Desk) -> None:
    await declares(desk, 2, 8)
    await promised(desk, "a", 3.0, clock=("08:00", "08:40"))
    await promised(desk, "x", -3.0, clock=("08:00", "08:40"))
    await promised(desk, "b", 3.0, clock=("10:00", "10:30"))
    before = await frozen(desk)
    assert len(routes(before)) == 2
    leaving = next(team for team, visits in routes(before).items() if "b" in visits)
    staying = ({TEAM, SECOND} - {leaving}).pop()
    done = await deciding.withdraw(desk, DEPOT, DAY, AM, leaving, order("09:00"))
    after = routes(done.worklist)
    assert after[leaving] == [name for name in routes(before)[leaving] if name != "b"]  # what it made stays with it
    assert after[staying] == [*routes(before)[staying], "b"]
    assert done.displaced == ()
    gone = next(team for team in done.worklist.teams if team.team == leaving)
    assert gone.withdrawn == "现场停工"
    told = {each.team: each.text for each in await notices(desk, DEPOT, by=person("leader"))}
    assert "本队撤出清单" in told[leaving]
    assert "增加 1 户" in told[staying]
    with pytest.raises(AlreadyWithdrawn):
        await deciding.withdraw(desk, DEPOT, DAY, AM, leaving, order("09:01"))


async def test_who_no_other_team_can_visit_is_named_and_offered_another_half_day(desk: Desk) -> None:
    before = await on_two_teams(desk)
    leaving = next(team for team, visits in routes(before).items() if "y" in visits)
    stays = next(name for name in ("b", "y") if name not in routes(before)[leaving])
    done = await deciding.withdraw(desk, DEPOT, DAY, AM, leaving, order("09:00"))
    (victim,) = done.displaced
    assert {victim.id, stays} == {"b", "y"}
    assert done.worklist.left_out == ()
    kept = {name for visits in routes(done.worklist).values() for name in visits}
    assert stays in kept
    assert victim.id not in kept


async def arrives(desk: Desk, name: str, clock: str) -> None:
    """Let a team say that it is there."""
    async with desk.db.transaction() as tx:
        after = course.arrived(await store.load(tx, name), at(clock), timedelta(minutes=15))
        await store.append(tx, after, BookingStep.ARRIVED, by="leader", at=at(clock))


async def test_what_a_team_has_begun_by_report_stays_with_it_and_what_it_has_not_goes(desk: Desk) -> None:
    made = await on_two_teams(desk)
    leaving, visits = next((team, visits) for team, visits in routes(made).items() if "a" in visits)
    later = next(name for name in visits if name != "a")
    await arrives(desk, "a", "08:30")
    done = await deciding.withdraw(desk, DEPOT, DAY, AM, leaving, order("10:05"))  # it is late for the second
    assert routes(done.worklist)[leaving] == ["a"]
    assert [one.id for one in done.displaced] == [later]


async def test_a_visit_in_hand_before_its_time_stays_where_it_is_when_others_leave_the_list(desk: Desk) -> None:
    made = await on_one_team(desk)
    await arrives(desk, "a", "07:58")  # before the list foresaw
    await arrives(desk, "b", "08:50")
    await bookings.cancel(desk, "c", reason="客户不办了", said=Said(by=person("seat"), at=at("08:51")))
    after = await list_of(desk)
    assert after is not None
    assert after.teams[0].stops == made.teams[0].stops[:2]
    done = await deciding.withdraw(desk, DEPOT, DAY, AM, TEAM, order("08:52"))
    assert routes(done.worklist) == {TEAM: ["a", "b"]}
    assert done.displaced == ()


async def test_a_visit_that_was_left_out_is_put_on_by_hand_where_it_breaks_nothing(desk: Desk) -> None:
    await on_one_team(desk)
    late = await promised(desk, "d", 4.0, clock=("11:00", "11:30"))
    far = await promised(desk, "far", 60.0, clock=("08:00", "08:10"))
    with pytest.raises(CannotBeMade):
        await deciding.add(desk, DEPOT, DAY, AM, far.id, None, order())
    with pytest.raises(NoSuchTeam):
        await deciding.add(desk, DEPOT, DAY, AM, late.id, f"{DEPOT}/survey/urban/9", order())
    done = await deciding.add(desk, DEPOT, DAY, AM, late.id, TEAM, order())
    assert routes(done.worklist) == {TEAM: ["a", "b", "c", "d"]}
    for stop in done.worklist.teams[0].stops:
        assert stop.from_at <= stop.begins_at <= stop.to_at
    with pytest.raises(NotOfThisHalfDay):
        await deciding.add(desk, DEPOT, DAY, AM, late.id, TEAM, order())


async def test_who_saw_another_version_is_refused(desk: Desk) -> None:
    await on_one_team(desk)
    await deciding.remove(desk, DEPOT, DAY, AM, "b", order(version=1))
    with pytest.raises(StaleList):
        await deciding.remove(desk, DEPOT, DAY, AM, "c", order(version=1))


async def test_a_closed_list_is_not_changed_any_more(desk: Desk) -> None:
    made = await on_one_team(desk)
    async with desk.db.transaction() as tx:
        closed = made.model_copy(update={"state": ListState.CLOSED})
        await tx.execute(
            "UPDATE worklist SET state = 'closed', doc = $2 WHERE depot = $1", DEPOT, closed.model_dump_json()
        )
    with pytest.raises(ListEnded):
        await deciding.remove(desk, DEPOT, DAY, AM, "b", order("12:30"))
    await bookings.cancel(desk, "b", reason="未做成", said=Said(by=person("seat"), at=at("12:31")))
    assert await list_of(desk) == closed


async def test_the_log_holds_every_version_and_consoles_hear_of_each(desk: Desk) -> None:
    await on_one_team(desk)
    await deciding.remove(desk, DEPOT, DAY, AM, "b", order())
    async with desk.db.connection() as connection:
        log = await connection.fetch("SELECT version, step, actor, doc FROM worklist_event ORDER BY version")
        told = await connection.fetch("SELECT area, version, body FROM outbox WHERE kind = 'worklist' ORDER BY id")
    steps = [(row["version"], row["step"], row["actor"]) for row in log]
    assert steps == [(1, ListStep.FROZEN, "system"), (2, ListStep.CHANGED, "leader")]
    assert Worklist.model_validate_json(log[-1]["doc"]) == await list_of(desk)
    assert [(row["area"], row["version"]) for row in told] == [
        ("330225", 1), (DEPOT, 1), ("330225", 2), (DEPOT, 2),
    ]  # fmt: skip
    said = json.loads(told[-1]["body"])
    assert (said["depot"], said["step"], said["notices"][0]["team"]) == (DEPOT, "changed", TEAM)


async def test_what_stands_nowhere_on_the_list_changes_nothing(desk: Desk) -> None:
    made = await on_one_team(desk)
    async with desk.db.transaction() as tx:
        after = await without_visits(tx, desk, DEPOT, DAY, AM, ["nobody"], by="leader", at=EIGHT, reason="")
    assert after == made == await list_of(desk)
