"""Places over HTTP: found by what is typed, by number for those who may; the file; calls that come with words only."""

import base64
import json
from typing import Any

import pytest

from dispatch.places import rows, sheets
from dispatch.places.own import OwnKind, OwnPlace
from dispatch.places.ownstore import ARRIVED
from tests.worlds import NINGHAI, XIANGSHAN, minutes, stranger

from .conftest import CALL, Centre, key
from .test_bad_input import error_of

MILL = OwnPlace("L1", OwnKind.LANDMARK, "老碾米厂", XIANGSHAN, "丹城")
PUMP = OwnPlace("S1", OwnKind.SUBSTATION, "东塘变", XIANGSHAN, "丹城", 121.88, 29.47, ("东塘",))
NODES = """
INSERT INTO network_node (code, kind, parent, name, area, households, lon, lat, meter_no) VALUES
    ('F1', 'feeder', NULL, '东塘10kV线', '330225', 0, NULL, NULL, NULL),
    ('TR1', 'transformer', 'F1', '南街公变', '330225', 0, 121.861, 29.471, NULL),
    ('BX1', 'box', 'TR1', '南街2号表箱', '330225', 0, 121.862, 29.472, NULL),
    ('3302250042', 'account', 'BX1', '张三', '330225', 1, NULL, NULL, 'M0042')
"""


async def bring_in(centre: Centre, *places: OwnPlace, **how: Any) -> Any:
    content = base64.b64encode(sheets.written_csv(rows.written(places))).decode()
    return await (await centre.by("admin")).post("/places/import", json={"content": content, **how}, headers=key())


async def found(centre: Centre, q: str, *, who: str = "seat", **more: Any) -> list[dict[str, Any]]:
    answer = await (await centre.by(who)).get("/places", params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    places: list[dict[str, Any]] = answer.json()["places"]
    return places


async def test_the_administrator_brings_the_file_in_and_the_seats_find_its_places(centre: Centre) -> None:
    answer = (await bring_in(centre, MILL, PUMP)).json()
    assert (answer["rows"], answer["added"], answer["kept"], answer["faults_n"]) == (2, 2, True, 0)
    (first, *_) = await found(centre, "dongtang", county=XIANGSHAN)
    assert (first["code"], first["level"], first["lon"], first["located_by"]) == ("S1", "substation", 121.88, "file")


async def test_a_wrong_row_is_told_and_nothing_is_kept(centre: Centre) -> None:
    answer = await bring_in(centre, MILL, OwnPlace("X", OwnKind.ROAD, "东海路", "330299"))
    error = error_of(answer)
    assert (answer.status_code, error["code"], error["field"]) == (422, "BadRows", "file")
    assert error["details"]["rows"][0]["row"] == 3
    assert [place["code"] for place in await found(centre, "老碾米厂")] != ["L1"]
    trial = (await bring_in(centre, MILL, OwnPlace("X", OwnKind.ROAD, "东海路", "330299"), dry_run=True)).json()
    assert (trial["added"], trial["kept"], trial["faults_n"]) == (1, False, 1)


async def test_what_is_no_base64_is_refused(centre: Centre) -> None:
    answer = await (await centre.by("admin")).post("/places/import", json={"content": "不是"}, headers=key())
    assert (answer.status_code, error_of(answer)["code"]) == (422, "NotBase64")


async def test_the_template_is_a_workbook_that_can_be_imported(centre: Centre) -> None:
    answer = await (await centre.by("admin")).get("/places/template")
    assert answer.headers["content-disposition"].endswith('"places.xlsx"')
    assert len(sheets.read(answer.content)) == 2


@pytest.mark.parametrize(
    "said", [{"q": ""}, {"q": "长" * 61}, {"q": "东塘", "limit": 51}, {"q": "东塘", "colour": "x"}]
)
async def test_a_question_that_is_none_is_refused(centre: Centre, said: dict[str, Any]) -> None:
    answer = await (await centre.by("seat")).get("/places", params=said)
    assert (answer.status_code, error_of(answer)["code"]) == (422, "Invalid")


async def test_a_county_that_is_none_is_named(centre: Centre) -> None:
    answer = await (await centre.by("seat")).get("/places", params={"q": "东塘", "county": "3302"})
    assert (answer.status_code, error_of(answer)["code"]) == (422, "UnknownCounty")


# ---- numbers --------------------------------------------------------------------------------------------------------


@pytest.fixture
async def grid(centre: Centre) -> Centre:
    async with centre.db.connection() as connection:
        await connection.execute(NODES)
    return centre


@pytest.mark.parametrize(("q", "level"), [("3302250042", "account"), ("M0042", "meter")])
async def test_a_seat_finds_a_customer_by_account_and_meter(grid: Centre, q: str, level: str) -> None:
    (place,) = await found(grid, q)
    assert (place["code"], place["level"], place["lon"], place["county"]) == ("3302250042", level, 121.862, XIANGSHAN)
    assert place["path"] == "南街2号表箱"


async def test_a_customer_is_found_by_the_telephone_he_called_from_and_neither_it_nor_his_name_is_told(
    grid: Centre,
) -> None:
    phone = stranger()
    await grid.call(phone=phone, account_no="3302250042")
    answer = await (await grid.by("seat")).get("/places", params={"q": phone})
    assert [place["code"] for place in answer.json()["places"]] == ["3302250042"]
    assert phone not in answer.text
    assert "张三" not in answer.text


@pytest.mark.parametrize("who", ["leader", "admin", "ninghai"])
@pytest.mark.parametrize("by", ["account", "meter", "phone"])
async def test_who_may_not_look_customers_up_finds_none(grid: Centre, who: str, by: str) -> None:
    """Neither another role nor another county."""
    phone = stranger()
    await grid.call(phone=phone, account_no="3302250042")
    q = {"account": "3302250042", "meter": "M0042", "phone": phone}[by]
    assert [place for place in await found(grid, q, who=who) if place["level"] in ("account", "meter")] == []


async def test_transformers_of_the_network_are_found_by_name_and_code(grid: Centre) -> None:
    assert (await found(grid, "南街公变"))[0]["code"] == "TR1"
    assert [place["code"] for place in await found(grid, "TR1")][:1] == ["TR1"] or len("TR1") < 4
    assert [place["code"] for place in await found(grid, "%") if place["code"] == "TR1"] == []


# ---- calls ----------------------------------------------------------------------------------------------------------


async def log(centre: Centre, **said: Any) -> dict[str, Any]:
    body = CALL | {"phone": stranger()} | said
    answer = await (await centre.by("seat")).post("/calls", json=body, headers=key())
    assert answer.status_code == 201, answer.text
    taken: dict[str, Any] = answer.json()
    return taken


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ({"lon": 29.48, "lat": 121.87}, "请改为经度 121.87、纬度 29.48"),
        ({"lon": 122.95, "lat": 29.3}, "可能在海上或外省"),
        ({"lon": 116.4, "lat": 39.9}, "离本省很远"),
        ({"lon": 121.87, "lat": 29.48, "crs": "utm"}, "不认识坐标系"),
    ],
)
async def test_a_call_is_never_lost_for_a_wrong_point(centre: Centre, place: dict[str, Any], said: str) -> None:
    taken = await log(centre, place=place)
    ticket = taken["ticket"]
    assert (ticket["flags"]["place_unresolved"], ticket["area"], "lon" in ticket) == (True, "33", False)
    assert said in ticket["place_doubt"]


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (b'"place": {"lon": NaN, "lat": 29.48}', "不是有效的经纬度"),
        (b'"place": {"lon": 1e400, "lat": 29.48}', "不是有效的经纬度"),
        (b'"place": {"lon": 121.87, "lat": 200}', "不是有效的经纬度"),
        (b'"place": {"lon": "abc", "lat": 29.48}', "经度“abc”不是数字"),
        (b'"place": [121.87, 29.48]', "读不出来"),
        (b'"place": {"lon": 121.87}', "缺少纬度"),
        (b'"place": {"lon": 29.48, "lat": 121.87}', "写反"),
        (b'"place": {"lon": 0, "lat": 0}, "county": "330225"', "没有定位"),
        (b'"county": "320101"', "320101"),
        (b'"county": "33\\u00000225"', "不是县(区)编码"),
        (b'"county": 7, "place": null', "不是县(区)编码"),
        (b'"place_code": "no-such-place"', "no-such-place"),
        (b'"place_code": ["S1"]', "没有编码为"),
        (b'"place_said": "\\u0000", "place": {"lon": 0, "lat": 0}', "没有定位"),
    ],
)
async def test_whatever_a_seat_sends_as_the_place_the_call_is_kept_and_the_answer_says_what_is_wrong(
    centre: Centre, part: bytes, said: str
) -> None:
    usual = json.dumps(CALL | {"phone": stranger()}, ensure_ascii=False).encode()
    body = usual.removesuffix(b"}") + b", " + part + b"}"  # of two values of one name the last counts
    headers = {**key(), "Content-Type": "application/json"}
    answer = await (await centre.by("seat")).post("/calls", content=body, headers=headers)
    assert answer.status_code == 201, answer.text
    taken = answer.json()
    assert said in taken["place_doubt"]
    assert taken["ticket"]["place_doubt"] == taken["place_doubt"]
    again = await (await centre.by("seat")).post("/calls", content=body, headers=headers)
    assert (again.json()["call_id"], again.json()["place_doubt"]) == (taken["call_id"], taken["place_doubt"])


async def test_a_good_call_has_no_doubt_in_its_answer(centre: Centre) -> None:
    assert (await log(centre))["place_doubt"] is None


async def test_a_call_with_words_only_gets_candidates_and_is_put_nowhere(centre: Centre) -> None:
    await bring_in(centre, MILL, PUMP)
    taken = await log(centre, place=None, county=XIANGSHAN, address="老碾米厂后面没电了")
    assert [place["code"] for place in taken["places"]][:1] == ["L1"]
    assert (taken["ticket"]["flags"]["place_unresolved"], "lon" in taken["ticket"]) == (True, False)
    known = await log(centre)
    assert (known["places"], known["ask"]) == (None, None)


async def test_what_a_dispatcher_picks_for_the_words_of_a_caller_is_found_by_them_from_then_on(centre: Centre) -> None:
    await bring_in(centre, PUMP)
    taken = await log(centre, place=None, county=XIANGSHAN, address="大水塘边上")
    said = {"reason": "与客户核实", "place_code": "S1", "place_said": "大水塘"}
    ticket = await centre.does("xiangshan", taken["ticket"], "correct", **said)
    assert (ticket["lon"], ticket["place_code"], ticket["flags"]["place_unresolved"]) == (121.88, "S1", False)
    listed = (await (await centre.by("xiangshan")).get("/places/names")).json()["names"]
    assert [(name["said"], name["code"], name["used"], name["given_by"]) for name in listed] == [
        ("大水塘", "S1", True, ["xiangshan"])
    ]
    undone = await (await centre.by("monitor")).post(f"/places/names/{listed[0]['id']}/undo", json={}, headers=key())
    assert (undone.json()["used"], undone.json()["undone_by"]) == (False, "monitor")


async def test_a_place_is_named_by_those_who_have_the_right_and_found_at_once(centre: Centre) -> None:
    body = {"said": "大樟树", "county": XIANGSHAN, "place": {"lon": 121.7, "lat": 29.3}}
    refused = await (await centre.by("seat")).post("/places/names", json=body, headers=key())
    assert refused.status_code == 403
    named = await (await centre.by("xiangshan")).post("/places/names", json=body, headers=key())
    assert (named.status_code, named.json()["used"], named.json()["named_by"]) == (201, True, "xiangshan")
    (place, *_) = await found(centre, "dazhangshu", county=XIANGSHAN)
    assert (place["level"], place["lon"], place["located_by"]) == ("alias", 121.7, "pins")
    away = await (await centre.by("xiangshan")).post("/places/names", json=body | {"county": NINGHAI}, headers=key())
    assert away.status_code == 403


@pytest.mark.parametrize(("path", "key_of"), [("names", "id"), ("arrivals", "ticket_id")])
async def test_lists_of_what_was_learned_are_read_a_page_at_a_time(centre: Centre, path: str, key_of: str) -> None:
    seat = await centre.by("xiangshan")
    for said in ("大樟树", "老渡口", "青石桥"):
        body = {"said": said, "county": XIANGSHAN, "place": {"lon": 121.7, "lat": 29.3}}
        assert (await seat.post("/places/names", json=body, headers=key())).status_code == 201
    async with centre.db.connection() as connection:
        for n, code in enumerate(["L1", "东塘.1", "330225101244"]):
            await connection.execute(ARRIVED, code, f"t{n}", XIANGSHAN, "c1", minutes(n), 121.87, 29.48, 9.0)
    whole = (await seat.get(f"/places/{path}")).json()
    assert (len(whole[path]), whole["next"]) == (3, None)
    read: list[dict[str, Any]] = []
    more: dict[str, Any] = {}
    for _ in range(4):
        answer = await seat.get(f"/places/{path}", params={"limit": 1, **more})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        read += page[path]
        if page["next"] is None:
            break
        more = {"after": page["next"]}
    assert [one[key_of] for one in read] == [one[key_of] for one in whole[path]]
    for wrong in ({"limit": 0}, {"limit": 501}, {"after": "\0"}, {"page": 2}):
        assert (await seat.get(f"/places/{path}", params=wrong)).status_code == 422


# ---- other points ---------------------------------------------------------------------------------------------------


async def test_a_crew_that_reports_in_gcj02_stands_where_it_stands(centre: Centre) -> None:
    row = {"crew_id": "c1", "lon": 121.87400359520122, "lat": 29.477296500881113, "crs": "gcj02"}
    body = {"positions": [row | {"at": "2026-07-01T09:00:00+08:00"}]}
    answer = await (await centre.by("crew-1")).post("/crews/positions", json=body)
    assert answer.json()["accepted"] == 1, answer.text
    (crew,) = (await (await centre.by("crew-1")).get("/crews")).json()["crews"]
    assert (round(crew["lon"], 5), round(crew["lat"], 5)) == (121.87, 29.48)


async def test_a_correction_in_bd09_is_kept_in_wgs84(centre: Centre) -> None:
    ticket = await centre.call()
    place = {"lon": 121.8805, "lat": 29.4834, "crs": "bd09"}
    after = await centre.does("xiangshan", ticket, "correct", reason="与客户核实", place=place)
    assert abs(after["lon"] - 121.87) < 0.001
    assert abs(after["lat"] - 29.48) < 0.001


async def test_what_was_learned_names_the_ticket_and_the_crew(centre: Centre) -> None:
    ticket = await centre.call()
    async with centre.db.connection() as connection:
        await connection.execute(ARRIVED, "L1", ticket["id"], XIANGSHAN, "c1", minutes(9), 121.87, 29.48, 9.0)
    (row,) = (await (await centre.by("monitor")).get("/places/arrivals")).json()["arrivals"]
    assert (row["ticket_no"], row["crew_name"]) == (ticket["ticket_no"], "丹城一队")
