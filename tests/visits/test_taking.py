"""A repair takes a named team: who is still visited by it, by whom else, and who is offered another time."""

from datetime import timedelta
from typing import Any

from dispatch.capacity import store
from dispatch.capacity.words import BookingState
from dispatch.capacity.worklist import Errand
from dispatch.desk.room import Desk
from dispatch.desk.setup import open_desk
from dispatch.desk.worklists.coming_back import free_due
from dispatch.desk.worklists.making import freeze_due
from dispatch.desk.worklists.reading import notices
from dispatch.desk.worklists.taking import take_due
from tests.capacity.live import check
from tests.web.conftest import Centre, key
from tests.worklists.halfday import CUT_OFF, DEPOT, SECOND, TEAM, at, declares, promised, routes, slot
from tests.worlds import person, stranger

from .day import LIST, booking, does, list_then, morning, refused, steps

ROWS = "SELECT team, crew_id, reassigned, moved, reoffered, done_at FROM team_taken ORDER BY id"


async def named(centre: Centre, team: str = TEAM) -> None:
    """Let the leader say that a team is the people of crew c1."""
    body = {"teams": [{"team": team, "persons": ["甲", "乙"], "crew_id": "c1"}]}
    answer = await (await centre.by("leader")).post(f"{LIST}/names", json=body, headers=key())
    assert answer.status_code == 200, answer.text


async def sent_to_repair(centre: Centre) -> dict[str, Any]:
    ticket = await centre.call()
    ticket = await centre.does("xiangshan", ticket, "accept")
    return await centre.does("xiangshan", ticket, "dispatch", crew_id="c1")


async def rows(desk: Desk) -> list[dict[str, Any]]:
    async with desk.db.connection() as connection:
        return [dict(row) for row in await connection.fetch(ROWS)]


async def two_teams(centre: Centre) -> tuple[Desk, str, str]:
    """
    Let two teams have a morning; return the team of c1 and the other. Each is at one of b and y at nine.

    x, at a quarter to ten, is on the way of c1's; so is z, late in the morning.
    """
    desk = await open_desk(centre.db, "sgcc")
    await declares(desk, 2, 8)
    await declares(desk, 1, 6, slot(day=slot().date + timedelta(days=1)))
    nine = ("09:00", "09:20")
    for name, east_km, window in (("b", 3.0, nine), ("y", -3.0, nine), ("z", 3.2, ("11:00", "11:20"))):
        await promised(desk, name, east_km, clock=window)
    await promised(desk, "x", 3.1, clock=("09:45", "10:20"))
    await freeze_due(desk, at=CUT_OFF)
    before = routes(await list_then(desk))
    mine = next(team for team, stops in before.items() if "b" in stops)
    assert before[mine] == ["b", "x", "z"]
    return desk, mine, TEAM if mine == SECOND else SECOND


async def test_visits_go_to_the_other_team_and_the_rest_is_offered_anew(centre: Centre) -> None:
    desk, mine, other = await two_teams(centre)
    centre.set_clock(at("08:55"))
    await named(centre, mine)
    ticket = await sent_to_repair(centre)
    (row,) = await rows(desk)
    assert (row["team"], row["crew_id"], row["done_at"]) == (mine, "c1", None)
    assert routes(await list_then(desk))[mine] == ["b", "x", "z"]  # the dispatcher does not wait for it
    assert await take_due(desk, at=at("08:56")) == 1
    after = await list_then(desk)
    assert routes(after) == {mine: ["z"], other: ["y", "x"]}
    errand = next(team.errand for team in after.teams if team.team == mine)
    assert errand is not None
    assert errand.ticket_no == ticket["ticket_no"]
    assert all(stop.begins_at <= stop.to_at for team in after.teams for stop in team.stops)
    lost = await booking(desk, "b")
    assert (lost.state, lost.reoffered_n, bool(lost.offers)) == (BookingState.REOFFERED, 1, True)
    assert [await steps(desk, name) for name in ("b", "x", "z")] == [
        ["confirmed", "reoffered"],
        ["confirmed", "reassigned"],
        ["confirmed"],
    ]
    async with desk.db.connection() as connection:
        for name in ("b", "x"):
            assert ticket["ticket_no"] in (await store.log(connection, name))[-1].reason
    (row,) = await rows(desk)
    assert (row["reassigned"], row["moved"], row["reoffered"]) == (1, 0, 1)
    told = [notice for notice in await notices(desk, DEPOT, by=person("leader")) if "抽去抢修" in notice.text]
    assert {notice.team for notice in told} == {mine, other}
    assert await take_due(desk, at=at("08:57")) == 0
    params = {"area": "330225", "from": "2026-07-02", "to": "2026-07-02"}
    found = (await (await centre.by("monitor")).get("/capacity/indices", params=params)).json()["figures"]
    assert {one["index"]: one["numerator"] for one in found if "taken" in one["index"]} == {
        "taken_teams": 1,
        "taken_visits": 2,
    }


async def test_a_later_change_of_the_list_knows_where_the_crew_is(centre: Centre) -> None:
    desk, mine, _ = await two_teams(centre)
    centre.set_clock(at("08:55"))
    await named(centre, mine)
    await sent_to_repair(centre)
    await take_due(desk, at=at("08:56"))
    (before,) = [team for team in (await list_then(desk)).teams if team.team == mine]
    seat = await centre.by("seat")
    await promised(desk, "w", 3.3, due=slot().date)
    body = {"team": mine, "reason": "顺路"}
    added = await (await centre.by("leader")).post(f"{LIST}/visits/w/add", json=body, headers=key())
    assert added.status_code == 200, added.text
    (after,) = [team for team in (await list_then(desk)).teams if team.team == mine]
    assert before.errand == after.errand
    assert after.errand is not None
    assert all(stop.begins_at >= after.errand.until_at for stop in after.stops)
    gone = await seat.post("/bookings/w/cancel", json={"reason": "不办了"}, headers=key())
    assert gone.status_code == 200
    (last,) = [team for team in (await list_then(desk)).teams if team.team == mine]
    assert last.stops == before.stops


async def test_what_can_be_kept_after_the_repair_stays(centre: Centre) -> None:
    desk = await open_desk(centre.db, "sgcc")
    await declares(desk, 1, 6)
    await promised(desk, "a", 2.0, clock=("08:00", "08:40"))
    await promised(desk, "late", 2.0, clock=("11:00", "11:20"))
    await freeze_due(desk, at=CUT_OFF)
    centre.set_clock(at("08:00"))
    await named(centre)
    await does(centre, "crew-1", "a", "arrive")
    found = await (await centre.by("xiangshan")).get("/crews/c1/visits-at-stake", params={"minutes": 60})
    assert found.json()["hurt"] == 0
    assert [one["booking_id"] for one in found.json()["visits"]] == ["late"]
    await sent_to_repair(centre)
    assert await take_due(desk, at=at("08:01")) == 1
    after = await list_then(desk)
    assert routes(after) == {TEAM: ["a", "late"]}
    (row,) = await rows(desk)
    assert (row["reassigned"], row["moved"], row["reoffered"]) == (0, 0, 0)


async def test_a_dispatcher_hears_beforehand_whose_visits_would_be_hurt(centre: Centre) -> None:
    desk = await morning(centre)
    await named(centre)
    dispatcher = await centre.by("xiangshan")
    short = (await dispatcher.get("/crews/c1/visits-at-stake", params={"minutes": 5})).json()
    long = (await dispatcher.get("/crews/c1/visits-at-stake", params={"minutes": 230})).json()
    assert short["hurt"] == 0
    assert (long["hurt"], {one["booking_id"] for one in long["visits"] if not one["kept"]}) == (3, {"a", "b", "c"})
    assert {one["team"] for one in long["visits"]} == {None}
    assert await steps(desk, "b") == ["confirmed"]
    assert (await list_then(desk)).version == 2  # frozen, named: nothing was changed
    nobody = (await dispatcher.get("/crews/c2/visits-at-stake", params={"minutes": 60})).json()
    assert nobody == {"visits": [], "hurt": 0}


async def test_who_may_not_look_and_what_cannot_be_asked(centre: Centre) -> None:
    await morning(centre)
    for who, crew, minutes, status, code in (
        ("ninghai", "c1", 60, 404, "NoSuchCrew"),
        ("leader", "c2", 60, 404, "NoSuchCrew"),
        ("xiangshan", "no-such", 60, 404, "NoSuchCrew"),
        ("seat", "c1", 60, 403, "Forbidden"),
        ("xiangshan", "c1", 0, 422, "Invalid"),
        ("xiangshan", "c1", 99_999, 422, "Invalid"),
    ):
        answer = await (await centre.by(who)).get(f"/crews/{crew}/visits-at-stake", params={"minutes": minutes})
        assert refused(answer) == (status, code), (who, crew)
    for place, code in (
        ({"lon": 121.9}, "HalfAPlace"),
        ({"lat": 29.4}, "HalfAPlace"),
        ({"lon": 29.4, "lat": 121.9}, "SwappedCoordinates"),
        ({"lon": 116.4, "lat": 39.9}, "OutsideProvince"),
    ):
        asked = {"minutes": 60} | place
        answer = await (await centre.by("xiangshan")).get("/crews/c1/visits-at-stake", params=asked)
        assert refused(answer) == (422, code), place


async def test_a_crew_that_was_called_back_in_time_has_lost_nothing(centre: Centre) -> None:
    desk = await morning(centre)
    await named(centre)
    ticket = await sent_to_repair(centre)
    await centre.does("crew-1", ticket, "crew-reject", reason="VEHICLE_DOWN")
    before = await list_then(desk)
    assert await take_due(desk, at=at("08:02")) == 1
    assert await list_then(desk) == before
    assert await take_due(desk, at=at("08:03")) == 0


async def test_when_the_half_day_is_over_its_visits_are_not_looked_for(centre: Centre) -> None:
    desk = await morning(centre)
    await named(centre)
    await sent_to_repair(centre)
    before = await list_then(desk)
    assert await take_due(desk, at=at("12:05")) == 1  # nobody was there for it
    assert await list_then(desk) == before
    (row,) = await rows(desk)
    assert (row["reassigned"], row["moved"], row["reoffered"]) == (0, 0, 0)


async def test_in_a_storm_teams_stand_back_and_come_back_after(centre: Centre) -> None:
    desk = await morning(centre)
    await declares(desk, 1, 6, slot(day=slot().date + timedelta(days=3)))
    await does(centre, "leader", "a", "arrive")
    monitor = await centre.by("monitor")
    storm = {"mode": "storm", "reason": "台风登陆", "until_at": at("11:00").isoformat()}
    answer = await monitor.put("/areas/330225/mode", json=storm, headers=key())
    assert answer.status_code == 200, answer.text
    made = await list_then(desk)
    assert routes(made) == {TEAM: ["a"]}  # what is in hand is finished
    assert made.teams[0].gave_way
    assert "台风登陆" in made.teams[0].withdrawn
    for name in ("b", "c"):
        gone = await booking(desk, name)
        assert gone.from_at >= at("11:00")
    await does(centre, "leader", "a", "finish")
    centre.set_clock(at("09:30"))
    answer = await monitor.put("/areas/330225/mode", json={"mode": "normal", "reason": "台风远去"}, headers=key())
    assert answer.status_code == 200, answer.text
    after = await list_then(desk)
    assert (after.teams[0].withdrawn, after.teams[0].gave_way) == ("", False)
    assert await check(desk.db, at=at("09:30")) >= 1


async def errand_of(desk: Desk, team: str) -> Errand | None:
    return next(one.errand for one in (await list_then(desk)).teams if one.team == team)


async def test_a_repair_that_ends_early_gives_the_team_back_to_its_list(centre: Centre) -> None:
    desk, mine, _ = await two_teams(centre)
    await promised(desk, "w", 3.3, due=slot().date)
    centre.set_clock(at("08:55"))
    await named(centre, mine)
    ticket = await sent_to_repair(centre)
    await take_due(desk, at=at("08:56"))
    assert await free_due(desk, at=at("08:57")) == 0
    before = await errand_of(desk, mine)
    assert before is not None
    assert before.until_at > at("09:40")
    centre.set_clock(at("09:30"))
    await centre.does("crew-1", ticket, "crew-reject", reason="VEHICLE_DOWN")
    assert await free_due(desk, at=at("09:31")) == 1
    after = await errand_of(desk, mine)
    assert after is not None
    assert (after.over, after.until_at) == (True, at("09:30"))
    shown = (await (await centre.by("leader")).get(LIST)).json()
    assert next(team["errand"]["over"] for team in shown["teams"] if team["team"] == mine)
    assert routes(await list_then(desk))[mine] == ["z"]  # what was given away stays there
    assert (await booking(desk, "b")).state is BookingState.REOFFERED
    told = [notice.text for notice in await notices(desk, DEPOT, by=person("leader")) if "归队" in notice.text]
    assert len(told) == 1
    assert await free_due(desk, at=at("09:32")) == 0
    body = {"team": mine, "reason": "本队已归队"}
    added = await (await centre.by("leader")).post(f"{LIST}/visits/w/add", json=body, headers=key())
    assert added.status_code == 200, added.text
    stops = next(team for team in (await list_then(desk)).teams if team.team == mine).stops
    first = min(stops, key=lambda stop: stop.begins_at)
    assert first.begins_at < before.until_at  # it is not waited for any more


async def test_a_repair_that_lasts_longer_lets_those_who_wait_know_when_the_team_comes(centre: Centre) -> None:
    desk, mine, _ = await two_teams(centre)
    centre.set_clock(at("08:55"))
    await named(centre, mine)
    ticket = await sent_to_repair(centre)
    await take_due(desk, at=at("08:56"))
    before = await errand_of(desk, mine)
    assert before is not None
    centre.set_clock(at("11:20"))
    await centre.does("crew-1", ticket, "crew-reject", reason="VEHICLE_DOWN")
    assert await free_due(desk, at=at("11:20")) == 1
    after = await list_then(desk)
    assert routes(after)[mine] == ["z"]  # it is late, and stays whose it was
    (late,) = next(team for team in after.teams if team.team == mine).stops
    assert late.begins_at > at("11:20")
    assert (await booking(desk, "z")).state is BookingState.BOOKED


async def test_a_team_that_is_still_at_another_repair_is_not_back(centre: Centre) -> None:
    desk, mine, _ = await two_teams(centre)
    centre.set_clock(at("08:55"))
    await named(centre, mine)
    first = await sent_to_repair(centre)
    await take_due(desk, at=at("08:56"))
    second = await centre.does("xiangshan", await centre.call(phone=stranger()), "accept")
    second = await centre.does("xiangshan", second, "dispatch", crew_id="c1")
    await take_due(desk, at=at("08:57"))
    centre.set_clock(at("09:10"))
    await centre.does("crew-1", second, "crew-reject", reason="VEHICLE_DOWN")
    assert await free_due(desk, at=at("09:10")) == 0
    now = await errand_of(desk, mine)
    assert now is not None
    assert (now.ticket_no, now.over) == (first["ticket_no"], False)
    await centre.does("crew-1", first, "crew-reject", reason="VEHICLE_DOWN")
    assert await free_due(desk, at=at("09:11")) == 1
