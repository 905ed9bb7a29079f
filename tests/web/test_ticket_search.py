"""Finding a ticket again: by its number, by when it was reported, always within what the reader may see."""

from datetime import timedelta

from tests.web.conftest import Centre
from tests.web.conftest import centre as centre
from tests.worlds import IN_NINGHAI, NINGHAI, START


async def found(centre: Centre, who: str, **query: str) -> list[str]:
    answer = await (await centre.by(who)).get("/tickets", params=query)
    assert answer.status_code == 200, answer.text
    return [ticket["id"] for ticket in answer.json()["tickets"]]


async def test_a_ticket_is_found_by_its_number_by_those_who_may_see_it(centre: Centre) -> None:
    near, far = await centre.call(), await centre.call(place={"lon": IN_NINGHAI.lon, "lat": IN_NINGHAI.lat})
    assert await found(centre, "monitor", no=near["ticket_no"]) == [near["id"]]
    assert await found(centre, "xiangshan", no=near["ticket_no"]) == [near["id"]]
    assert await found(centre, "xiangshan", no=far["ticket_no"]) == []
    assert await found(centre, "crew-1", no=near["ticket_no"]) == []
    assert await found(centre, "monitor", no="2601019999999") == []


async def test_tickets_are_found_by_when_they_were_reported(centre: Centre) -> None:
    ids = []
    for minutes in (0, 10, 20):
        centre.set_clock(START + timedelta(minutes=minutes))
        ids.append((await centre.call())["id"])
    middle = (START + timedelta(minutes=10)).isoformat()
    later = (START + timedelta(minutes=20)).isoformat()
    assert await found(centre, "monitor", **{"from": middle}) == [ids[2], ids[1]]
    assert await found(centre, "monitor", **{"from": middle, "to": later}) == [ids[1]]
    assert await found(centre, "monitor", to=middle) == [ids[0]]
    first = await found(centre, "monitor", to=later, limit="1")
    assert await found(centre, "monitor", to=later, limit="1", after=first[0]) == [ids[0]]


async def test_open_tickets_are_found_by_what_was_done_about_them(centre: Centre) -> None:
    plain, chased, gone = [await centre.call() for _ in range(3)]
    for ticket in (chased, gone):
        await centre.does("seat", ticket, "chase", text="客户再次来电")
    assert set(await found(centre, "monitor", marked="chased")) == {gone["id"], chased["id"]}
    await centre.does("xiangshan", gone, "cancel", reason="客户来电已恢复", meter="live")
    assert await found(centre, "monitor", marked="chased", open="false") == [chased["id"]]
    assert await found(centre, "ninghai", marked="chased") == []
    assert await found(centre, "monitor", marked="escalated") == []
    await centre.does("monitor", plain, "escalate", reason="media", text="电视台来电")
    assert await found(centre, "xiangshan", marked="escalated", done="today") == [plain["id"]]


async def test_a_ticket_is_found_by_part_of_its_number_and_spaces_do_not_matter(centre: Centre) -> None:
    near, far = await centre.call(), await centre.call(place={"lon": IN_NINGHAI.lon, "lat": IN_NINGHAI.lat})
    no = near["ticket_no"]
    assert await found(centre, "monitor", no=f" {no[:6]} {no[6:]} ") == [near["id"]]
    assert await found(centre, "monitor", no=no[2:]) == [near["id"]]
    assert set(await found(centre, "monitor", no=no[:4])) == {near["id"], far["id"]}
    assert await found(centre, "xiangshan", no=no[:4]) == [near["id"]]
    assert await found(centre, "monitor", no=no[:4], area=NINGHAI, open="true") == [far["id"]]
    first = await found(centre, "monitor", no=no[:4], limit="1")
    assert set(await found(centre, "monitor", no=no[:4], limit="1", after=first[0])) == {near["id"], far["id"]} - {
        *first
    }
    assert await found(centre, "monitor", no=no, limit="1", after=near["id"]) == []
    short = await (await centre.by("monitor")).get("/tickets", params={"no": no[:3]})
    assert (short.status_code, short.json()["error"]["field"]) == (422, "no")
    assert "只能用字母、数字和 -,至少 4 位、最多 40 位" in short.json()["error"]["message"]


async def test_marked_tickets_are_found_by_number_place_and_unit(centre: Centre) -> None:
    near = await centre.call(address="丹城镇东街7号")
    far = await centre.call(address="城关兴宁路9号", place={"lon": IN_NINGHAI.lon, "lat": IN_NINGHAI.lat})
    for ticket in (near, far):
        await centre.does("seat", ticket, "chase", text="客户再次来电")
    sought = (
        ("东街", [near]),
        ("宁海", [far]),
        ("宁海 兴宁", [far]),
        ("宁海 东街", []),
        (near["ticket_no"][2:], [near]),
    )
    for q, wanted in sought:
        assert await found(centre, "monitor", marked="chased", q=q) == [ticket["id"] for ticket in wanted], q
    refused = await (await centre.by("monitor")).get("/tickets", params={"q": "东街"})
    assert (refused.status_code, refused.json()["error"]["field"]) == (422, "q")


async def test_orders_are_found_by_number_place_and_unit(centre: Centre) -> None:
    near = await centre.call(address="丹城镇东街7号")
    far = await centre.call(address="城关兴宁路9号", place={"lon": IN_NINGHAI.lon, "lat": IN_NINGHAI.lat})
    for ticket in (near, far):
        await centre.does("monitor", ticket, "supervise", reason="请尽快到场", addressee="county_director")
    client = await centre.by("monitor")
    for q, wanted in (("东街", near), ("宁海", far), (far["ticket_no"], far)):
        answer = await client.get("/supervisions", params={"q": q})
        assert [order["ticket_id"] for order in answer.json()["supervisions"]] == [wanted["id"]], q
    assert (await client.get("/supervisions", params={"q": "东街 宁海"})).json()["supervisions"] == []


async def test_accounts_are_found_by_login_name_role_and_area(centre: Centre) -> None:
    client = await centre.by("admin")

    async def logins(**query: str) -> set[str]:
        return {account["login"] for account in (await client.get("/accounts", params=query)).json()["accounts"]}

    everybody = (await client.get("/accounts", params={"limit": 200})).json()["accounts"]
    crews = {account["login"] for account in everybody if account["role"] == "CREW"}
    assert await logins(role="CREW") == crews
    assert await logins(q="REW-1") == {login for login in crews if "rew-1" in login}
    assert await logins(q="%") == set()
    here = {account["login"] for account in everybody if account["area"].startswith(NINGHAI)}
    assert here
    assert await logins(area=NINGHAI) == here
