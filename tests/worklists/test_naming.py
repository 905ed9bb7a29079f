"""The depot names who goes, and persons' words on who makes which visit: what they cost, and what is refused."""

import re

import pytest

from dispatch.accounts.rights import Forbidden
from dispatch.capacity.words import ListState, VisitArea, VisitKind
from dispatch.desk.room import Desk
from dispatch.desk.worklists.changing import NoSuchTeam
from dispatch.desk.worklists.making import freeze_due
from dispatch.desk.worklists.naming import BadHours, HoursTooShort, Named, NamedTwice, NotThisDepots, name_teams
from dispatch.desk.worklists.pinning import (
    AlreadyFrozen,
    NotBookedHere,
    NotPinned,
    OtherKind,
    Price,
    Wanted,
    pin,
    unpin,
)
from tests.worlds import person

from .halfday import AM, BEFORE, CUT_OFF, DAY, DEPOT, SECOND, TEAM, at, declares, list_of, promised, routes, slot


async def named(desk: Desk, *teams: Named, who: str = "leader", version: int | None = None) -> ListState:
    made = await name_teams(desk, DEPOT, DAY, AM, teams, version=version, by=person(who), at=at("07:40"))
    return made.state


async def pinned(desk: Desk, booking_id: str, team: str) -> Price:
    wanted = Wanted(booking_id=booking_id, team=team, reason="熟悉表箱")
    return await pin(desk, DEPOT, DAY, AM, wanted, by=person("leader"), at=BEFORE)


async def test_a_list_is_named_when_each_team_that_goes_has_persons(desk: Desk) -> None:
    await declares(desk, 2, 8)
    for name in ("a", "b"):
        await promised(desk, name, 3.0, clock=("08:00", "08:40"))
    await freeze_due(desk, at=CUT_OFF)
    assert await named(desk, Named(team=TEAM, persons=("甲", "乙"), crew_id="c1")) is ListState.FROZEN
    assert await named(desk, Named(team=SECOND, persons=("丙",))) is ListState.NAMED
    made = await list_of(desk)
    assert made is not None
    assert (made.teams[0].persons, made.teams[0].crew_id) == (("甲", "乙"), "c1")
    assert await named(desk, Named(team=SECOND, persons=())) is ListState.FROZEN


async def test_nobody_goes_in_two_teams_at_once(desk: Desk) -> None:
    await declares(desk, 2, 8)
    await freeze_due(desk, at=CUT_OFF)
    with pytest.raises(NamedTwice, match="甲"):
        await named(desk, Named(team=TEAM, persons=("甲",)), Named(team=SECOND, persons=("甲",)))
    with pytest.raises(NamedTwice, match="同一队伍"):
        await named(desk, Named(team=TEAM, persons=("甲", "甲")))
    with pytest.raises(NamedTwice, match="c1"):
        await named(
            desk, Named(team=TEAM, persons=("甲",), crew_id="c1"), Named(team=SECOND, persons=("乙",), crew_id="c1")
        )
    one = Named(team=TEAM, persons=("甲",), from_at=at("08:00"), to_at=at("10:00"))
    await named(desk, one, Named(team=SECOND, persons=("甲",), from_at=at("10:00"), to_at=at("12:00")))


async def test_names_that_cannot_be_are_refused(desk: Desk) -> None:
    await declares(desk, 1, 4)
    await freeze_due(desk, at=CUT_OFF)
    with pytest.raises(NoSuchTeam):
        await named(desk, Named(team=SECOND, persons=("甲",)))
    with pytest.raises(NotThisDepots):
        await named(desk, Named(team=TEAM, persons=("甲",), crew_id="c2"))
    with pytest.raises(BadHours):
        await named(desk, Named(team=TEAM, persons=("甲",), from_at=at("11:00"), to_at=at("14:00")))
    with pytest.raises(Forbidden):
        await named(desk, Named(team=TEAM, persons=("甲",)), who="ninghai")


async def test_hours_move_the_route_and_are_refused_where_they_break_a_promise(desk: Desk) -> None:
    await declares(desk, 1, 4)
    await promised(desk, "a", 3.0)
    await promised(desk, "b", 3.0, clock=("10:30", "11:00"))
    await freeze_due(desk, at=CUT_OFF)
    await named(desk, Named(team=TEAM, persons=("甲",), from_at=at("09:00"), to_at=at("12:00")))
    made = await list_of(desk)
    assert made is not None
    assert all(stop.begins_at > at("09:00") for stop in made.teams[0].stops)
    with pytest.raises(HoursTooShort) as caught:
        await named(desk, Named(team=TEAM, persons=("甲",), from_at=at("08:00"), to_at=at("10:00")))
    assert "b" in caught.value.details["visits"]
    said = caught.value.message
    assert re.search(r"队伍 [^/]+ 1\d:\d\d 才结束.*请撤下末项 3301", said), said  # clock in China, no number of ours
    assert await list_of(desk) == made


async def test_a_pin_holds_on_the_list_and_says_what_it_costs(desk: Desk) -> None:
    await declares(desk, 2, 8)
    await promised(desk, "a", 6.0)
    await promised(desk, "b", 6.5)
    cheap = await pinned(desk, "a", TEAM)
    assert (cheap.extra, cheap.left_out) == (0.0, ())
    dear = await pinned(desk, "b", SECOND)
    assert dear.extra > 5
    await freeze_due(desk, at=CUT_OFF)
    made = await list_of(desk)
    assert made is not None
    assert routes(made) == {TEAM: ["a"], SECOND: ["b"]}
    with pytest.raises(AlreadyFrozen):
        await pinned(desk, "a", SECOND)


async def test_a_pin_that_leaves_somebody_out_names_him(desk: Desk) -> None:
    await declares(desk, 2, 8)
    for name in ("a", "b"):
        await promised(desk, name, 3.0, clock=("08:00", "08:40"))
    await pinned(desk, "a", TEAM)
    price = await pinned(desk, "b", TEAM)
    assert [left.booking_id for left in price.left_out] in (["a"], ["b"])
    assert "查勘(城区)1队" in price.left_out[0].sentence


async def test_a_person_may_give_a_town_team_a_visit_in_the_country(desk: Desk) -> None:
    await declares(desk, 1, 4)
    rural = slot().model_copy(update={"area_class": VisitArea.RURAL})
    await declares(desk, 1, 4, rural)
    await promised(desk, "farm", 5.0, rural)
    await pinned(desk, "farm", TEAM)
    await freeze_due(desk, at=CUT_OFF)
    made = await list_of(desk)
    assert made is not None
    assert routes(made) == {TEAM: ["farm"]}


async def test_a_pin_that_cannot_be_is_refused_and_one_that_is_not_there_is_not_taken_back(desk: Desk) -> None:
    await declares(desk, 1, 4)
    await declares(desk, 1, 4, slot(VisitKind.METERING))
    await promised(desk, "a", 3.0)
    with pytest.raises(NoSuchTeam):
        await pinned(desk, "a", SECOND)
    with pytest.raises(OtherKind):
        await pinned(desk, "a", f"{DEPOT}/metering/urban/1")
    with pytest.raises(NotBookedHere):
        await pinned(desk, "nobody", TEAM)
    with pytest.raises(NotPinned):
        await unpin(desk, DEPOT, DAY, AM, "a", by=person("leader"), at=BEFORE)
    await pinned(desk, "a", TEAM)
    await unpin(desk, DEPOT, DAY, AM, "a", by=person("leader"), at=BEFORE)
    async with desk.db.connection() as connection:
        audited = await connection.fetch("SELECT action, subject FROM audit WHERE action LIKE 'worklist%' ORDER BY id")
    assert [tuple(row) for row in audited] == [("worklist.pin", "a"), ("worklist.unpin", "a")]
