"""复盘: a past day is told as the tickets' own logs tell it."""

from datetime import datetime, timedelta

from dispatch.kit.clock import CHINA
from tests.web.conftest import Centre
from tests.web.conftest import centre as centre
from tests.worlds import START

DAY = START.astimezone(CHINA).date().isoformat()
MIDNIGHT = START.astimezone(CHINA).replace(hour=0)


async def test_a_day_is_told_as_its_logs_tell_it(centre: Centre) -> None:
    ticket = await centre.call()
    centre.set_clock(START + timedelta(minutes=1))
    ticket = await centre.does("xiangshan", ticket, "accept", version=ticket["version"])
    centre.set_clock(START + timedelta(minutes=2))
    ticket = await centre.does("xiangshan", ticket, "dispatch", version=ticket["version"], crew_id="c1")
    log = (await (await centre.by("monitor")).get(f"/tickets/{ticket['id']}/events")).json()
    centre.set_clock(START + timedelta(days=1))
    found = (await (await centre.by("monitor")).get("/replay", params={"date": DAY})).json()
    (played,) = found["tickets"]
    assert (found["day"], played["id"], played["no"]) == (DAY, ticket["id"], ticket["ticket_no"])
    claimed = [datetime.fromisoformat(line["at_claimed"]) for line in log["events"]]
    start = int((START - MIDNIGHT).total_seconds())
    assert played["steps"] == [[start, "submitted"], [start + 60, "accepted"], [start + 120, "dispatched"]]
    assert {second for second, _ in played["steps"]} == {int((at - MIDNIGHT).total_seconds()) for at in claimed}
    assert [[job[0], job[2], job[3], job[4]] for job in played["jobs"]] == [["c1", start + 120, None, None]]
    days = (await (await centre.by("monitor")).get("/replay/days")).json()
    assert days["days"] == [{"day": DAY, "n": 1}]


async def test_what_ended_before_the_day_is_not_played_and_what_goes_on_is(centre: Centre) -> None:
    running, ended = await centre.call(), await centre.call()
    await centre.does("xiangshan", ended, "cancel", version=ended["version"], reason="客户来电已恢复", meter="live")
    centre.set_clock(START + timedelta(days=1))
    next_day = (START + timedelta(days=1)).astimezone(CHINA).date().isoformat()
    found = (await (await centre.by("monitor")).get("/replay", params={"date": next_day})).json()
    assert [each["id"] for each in found["tickets"]] == [running["id"]]
    assert found["tickets"][0]["steps"][0][0] < 0
    assert datetime.fromisoformat(found["begin_at"]) == MIDNIGHT + timedelta(days=1)


async def test_a_day_to_come_and_a_foreign_county_are_refused(centre: Centre) -> None:
    desk = await centre.by("xiangshan")
    assert (await desk.get("/replay", params={"date": "2026-07-02"})).status_code == 422
    assert (await desk.get("/replay", params={"date": DAY, "area": "330226"})).status_code == 403
    for date in ("nonsense", "9999-12-31", "0001-01-01"):
        assert (await desk.get("/replay", params={"date": date})).status_code == 422
    assert (await desk.get("/replay", params={"date": "2020-01-01"})).json()["tickets"] == []
    assert (await desk.get("/replay/days", params={"area": "99"})).status_code == 404
    assert (await (await centre.by("crew-1")).get("/replay", params={"date": DAY})).status_code == 403
