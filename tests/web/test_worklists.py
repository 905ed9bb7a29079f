"""Half-day lists over HTTP: what a depot, a dispatcher and the province see, print, name and change."""

import io
import re

import httpx
import pytest
from openpyxl import load_workbook

from dispatch.desk.setup import open_desk
from dispatch.desk.worklists.making import freeze_due
from tests.worklists.halfday import (
    BEFORE,
    CUT_OFF,
    DEPOT,
    OTHER,
    SECOND,
    TEAM,
    at,
    busy_county,
    declares,
    list_of,
    promised,
)

from .conftest import Centre, key

LIST = f"/worklists/{DEPOT}/2026-07-02/am"
LONG_NUMBER = re.compile(rb"1390\d{7}")


async def asks(centre: Centre, who: str, path: str, **params: str) -> httpx.Response:
    return await (await centre.by(who)).get(path, params=params)


async def says(centre: Centre, who: str, path: str, **body: object) -> httpx.Response:
    return await (await centre.by(who)).post(path, json=body, headers=key())


async def morning(centre: Centre) -> None:
    """Let 丹城 have a list with two visits, one for a team each."""
    desk = await open_desk(centre.db, "sgcc")
    await declares(desk, 2, 8)
    for name in ("a", "b"):
        await promised(desk, name, 3.0, clock=("08:00", "08:40"))
    await freeze_due(desk, at=CUT_OFF)
    centre.set_clock(at("07:40"))


async def test_before_the_freeze_one_hears_when_the_list_will_be_there(centre: Centre) -> None:
    centre.set_clock(BEFORE)
    none = await asks(centre, "leader", LIST)
    assert (none.status_code, none.json()["error"]["code"]) == (404, "NoSuchList")
    assert "07:30" in none.json()["error"]["message"]
    over = await asks(centre, "leader", f"/worklists/{DEPOT}/2026-06-30/am")
    assert "没有派工清单" in over.json()["error"]["message"]
    several = await asks(centre, "xiangshan", "/worklists", date="2026-07-02", half="am")
    assert several.status_code == 404


async def test_once_teams_are_declared_there_is_a_draft_for_a_first_look_also_an_empty_one(centre: Centre) -> None:
    desk = await open_desk(centre.db, "sgcc")
    await declares(desk, 2, 4)
    draft = (await asks(centre, "leader", LIST)).json()
    assert (draft["draft"], draft["state"], draft["left_out"]) == (True, "draft", [])
    assert [(team["team"], team["stops"], team["home_at"]) for team in draft["teams"]] == [
        (TEAM, [], None),
        (SECOND, [], None),
    ]
    await promised(desk, "a", 3.0, clock=("08:00", "08:40"))  # booked, and on no route yet
    draft = (await asks(centre, "leader", LIST)).json()
    assert [left["code"] for left in draft["left_out"]] == ["UNPLACED"]
    listed = (await asks(centre, "xiangshan", "/worklists", date="2026-07-02", half="am")).json()
    assert [one["state"] for one in listed["worklists"]] == ["draft"]
    page = await asks(centre, "leader", f"{LIST}.html")
    assert "草稿" in page.text
    centre.set_clock(at("12:01"))
    assert (await asks(centre, "leader", LIST)).status_code == 404  # over, and nothing was frozen
    assert await list_of(desk) is None


async def test_a_draft_is_shown_as_such_until_the_freeze(centre: Centre) -> None:
    seat = await centre.by("seat")
    desk = await open_desk(centre.db, "sgcc")
    await declares(desk, 1, 4)
    want = {
        "account_no": "330111", "kind": "survey", "area_class": "urban", "appointment": "fixed", "area": "330225",
        "from_at": at("09:00").isoformat(), "to_at": at("10:00").isoformat(), "place": {"lon": 121.9, "lat": 29.48},
    }  # fmt: skip
    held = (await seat.post("/bookings", json=want, headers=key())).json()
    assert (await seat.post(f"/bookings/{held['id']}/confirm", json={})).status_code == 200
    draft = (await asks(centre, "leader", LIST)).json()
    assert (draft["draft"], draft["version"], draft["state"]) == (True, 0, "draft")
    assert draft["frozen_at"] == "2026-07-02T07:30:00+08:00"
    (stop,) = draft["teams"][0]["stops"]
    assert (stop["booking_id"], stop["account_no"]) == (held["id"], "330111")
    await freeze_due(desk, at=CUT_OFF)
    made = (await asks(centre, "leader", LIST)).json()
    assert (made["draft"], made["version"], made["state"]) == (False, 1, "frozen")
    assert [line["step"] for line in made["log"]] == ["frozen"]


async def test_each_sees_the_lists_of_his_area(centre: Centre) -> None:
    await morning(centre)
    for who in ("leader", "xiangshan", "monitor"):
        assert (await asks(centre, who, LIST)).status_code == 200
    listed = (await asks(centre, "monitor", "/worklists", area="330225", date="2026-07-02", half="am")).json()
    assert [one["depot"] for one in listed["worklists"]] == [DEPOT]
    by_depot = (await asks(centre, "leader", "/worklists", depot=DEPOT, date="2026-07-02", half="am")).json()
    assert by_depot["worklists"][0]["teams"] == listed["worklists"][0]["teams"]
    wide = await asks(centre, "monitor", "/worklists", date="2026-07-02", half="am")
    assert (wide.status_code, wide.json()["error"]["code"]) == (422, "TooWide")
    assert (await asks(centre, "ninghai", LIST)).json()["error"]["code"] == "Forbidden"
    assert (await asks(centre, "leader", f"/worklists/{OTHER}/2026-07-02/am")).status_code == 403
    for who in ("seat", "crew-1", "auditor"):
        assert (await asks(centre, who, LIST)).status_code == 403


async def test_persons_are_named_and_the_same_request_again_changes_nothing(centre: Centre) -> None:
    await morning(centre)
    leader, header = await centre.by("leader"), key()
    body = {"teams": [{"team": TEAM, "persons": ["甲", "乙"], "crew_id": "c1"}], "version": 1}
    first, again = [await leader.post(f"{LIST}/names", json=body, headers=header) for _ in range(2)]
    assert first.status_code == 200, first.text
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (first.json()["version"], first.json()["teams"][0]["persons"]) == (2, ["甲", "乙"])
    stale = await leader.post(f"{LIST}/names", json=body, headers=key())
    assert (stale.status_code, stale.json()["error"]["code"]) == (409, "StaleList")
    blank = await leader.post(f"{LIST}/names", json={"teams": [{"team": TEAM, "persons": [" "]}]}, headers=key())
    assert (blank.status_code, blank.json()["error"]["code"]) == (422, "Invalid")


async def test_a_team_is_withdrawn_a_visit_removed_and_both_are_acknowledged(centre: Centre) -> None:
    await morning(centre)
    made = (await asks(centre, "leader", LIST)).json()
    first = made["teams"][0]
    short = first["team"].removeprefix(f"{DEPOT}/").replace("/", "-")
    done = await says(centre, "xiangshan", f"{LIST}/teams/{short}/withdraw", reason="抽去抢修")
    assert done.status_code == 200, done.text
    assert done.json()["worklist"]["teams"][0]["withdrawn"] == "抽去抢修"
    (moved,) = done.json()["displaced"]  # both teams were to be there at the same hour
    assert (moved["state"], moved["booking_id"]) == ("reoffered", first["stops"][0]["booking_id"])
    left = next(team for team in done.json()["worklist"]["teams"] if team["stops"])["stops"][0]["booking_id"]
    removed = await says(centre, "leader", f"{LIST}/visits/{left}/remove", reason="客户不在家")
    assert [each["booking_id"] for each in removed.json()["displaced"]] == [left]
    gone = await says(centre, "leader", f"{LIST}/visits/{left}/remove", reason="客户不在家")
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "NotOnList")
    told = (await asks(centre, "leader", "/worklist-notices")).json()["notices"]
    assert len(told) == 2
    for notice in told:
        seen = await says(centre, "leader", f"/worklist-notices/{notice['id']}/seen")
        assert seen.json()["seen_by"] == "leader"
    assert (await asks(centre, "leader", "/worklist-notices")).json() == {"notices": []}
    assert (await says(centre, "ninghai", f"/worklist-notices/{told[0]['id']}/seen")).status_code == 404
    closed = (await asks(centre, "leader", LIST)).json()
    assert [line["step"] for line in closed["log"]] == ["frozen", *["changed"] * (closed["version"] - 1)]


async def test_a_pin_is_set_and_taken_back(centre: Centre) -> None:
    desk = await open_desk(centre.db, "sgcc")
    await declares(desk, 2, 8)
    await promised(desk, "a", 3.0)
    centre.set_clock(BEFORE)
    leader = await centre.by("leader")
    made = await says(centre, "leader", f"{LIST}/pins", booking_id="a", team=TEAM, reason="熟悉表箱")
    assert made.status_code == 201, made.text
    assert (made.json()["extra"], made.json()["left_out"], made.json()["pin"]["set_by"]) == (0.0, [], "leader")
    assert (await leader.delete(f"{LIST}/pins/a")).status_code == 204
    again = await leader.delete(f"{LIST}/pins/a")
    assert (again.status_code, again.json()["error"]["code"]) == (404, "NotPinned")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"/worklists/{DEPOT}/2026-07-02/noon", 422, "Invalid"),
        (f"/worklists/{DEPOT}/20260702/am", 422, "Invalid"),
        ("/worklists/330225/2026-07-02/am", 422, "NotADepot"),
        ("/worklists/nowhere/2026-07-02/am", 404, "NoSuchArea"),
        ("/worklists?date=2026-07-02", 422, "Invalid"),
        ("/worklists/nowhere/2026-07-02/am.pdf", 404, "NoSuchArea"),
    ],
)
async def test_what_makes_no_sense_is_refused(centre: Centre, path: str, status: int, code: str) -> None:
    answer = await asks(centre, "xiangshan", path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text


async def test_the_list_on_paper_has_everything_but_telephones(centre: Centre) -> None:
    desk = await open_desk(centre.db, "sgcc")
    await busy_county(desk)
    async with centre.db.transaction() as tx:
        await tx.execute("UPDATE booking SET phone = '13900007777'")
    await freeze_due(desk, at=CUT_OFF)
    centre.set_clock(at("07:40"))
    made = (await asks(centre, "leader", LIST)).json()
    visits = [stop for team in made["teams"] for stop in team["stops"]]
    files = {kind: await asks(centre, "leader", f"{LIST}{kind}") for kind in (".xlsx", ".html", ".pdf", "/map.png")}
    assert {kind: answer.status_code for kind, answer in files.items()} == dict.fromkeys(files, 200)
    assert not any(LONG_NUMBER.search(answer.content) for answer in files.values())
    page = files[".html"].text
    assert all(stop["account_no"] in page and stop["text"] in page for stop in visits)
    assert not re.search(r"(src|href)=\"(?!data:)", page)
    assert files[".pdf"].content.startswith(b"%PDF")
    assert files["/map.png"].content.startswith(b"\x89PNG")
    book = load_workbook(io.BytesIO(files[".xlsx"].content))
    times = [
        (row[9].value, row[2].value, row[11].value)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        if row[0].data_type == "n" and isinstance(row[0].value, int) and len(row) > 11
    ]
    wanted = {stop["account_no"]: stop["begins_at"] for stop in visits}
    assert len(times) == len(visits)
    for account, begins, drive in times:
        assert begins.isoformat() + "+08:00" == wanted[account]
        assert isinstance(drive, int | float)
    async with centre.db.connection() as connection:
        audited = await connection.fetch("SELECT account_id, details FROM audit WHERE action = 'worklist.export'")
    assert len(audited) == 4
    assert {row["account_id"] for row in audited} == {"leader"}


async def test_a_crew_reads_its_own_teams_part_and_no_others(centre: Centre) -> None:
    await morning(centre)
    crew, path = await centre.by("crew-1"), "/crews/c1/worklists"
    assert (await crew.get(path, params={"date": "2026-07-02"})).json()["lists"] == []  # nobody has named it yet
    body = {"teams": [{"team": SECOND, "persons": ["甲", "乙"], "crew_id": "c1"}]}
    named = await (await centre.by("leader")).post(f"{LIST}/names", json=body, headers=key())
    assert named.status_code == 200, named.text
    answer = await crew.get(path)  # today's
    (mine,) = answer.json()["lists"]
    assert (mine["depot"], mine["half"], mine["state"], mine["team"]["team"]) == (DEPOT, "am", "frozen", SECOND)
    theirs = next(team for team in named.json()["teams"] if team["team"] == SECOND)
    assert mine["team"] == theirs
    assert len(mine["team"]["stops"]) == 1
    other = next(stop["booking_id"] for team in named.json()["teams"] for stop in team["stops"] if team != theirs)
    assert other not in [stop["booking_id"] for stop in mine["team"]["stops"]]
    assert not LONG_NUMBER.search(answer.content)
    for who, status in (("leader", 200), ("xiangshan", 200), ("seat", 403), ("ninghai", 404)):
        assert (await asks(centre, who, path)).status_code == status, who
    assert (await crew.get("/crews/c2/worklists")).status_code == 404  # another crew's
    assert (await crew.get(LIST)).status_code == 403  # the whole list stays the depot's
