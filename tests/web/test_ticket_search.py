"""Finding a ticket again: by its number, by when it was reported, always within what the reader may see."""

from datetime import timedelta

from tests.web.conftest import Centre
from tests.web.conftest import centre as centre
from tests.worlds import IN_NINGHAI, START


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
