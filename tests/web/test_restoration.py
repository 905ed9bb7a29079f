"""The foretold restoration time over HTTP: for seats, before and after the crew gave its own."""

from tests.worlds import minutes

from .conftest import Centre


async def test_a_seat_reads_when_supply_is_expected_back(centre: Centre) -> None:
    ticket = await centre.does("xiangshan", await centre.call(), "accept")
    answer = await (await centre.by("seat")).get(f"/tickets/{ticket['id']}/restoration")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["ticket_id"], told["source"], told["etr_at"], told["none"]) == (ticket["id"], "cause", None, None)
    assert told["at"] < told["estimate"]["p50_at"] < told["estimate"]["p90_at"]
    assert told["estimate"]["source"] == "cause"
    assert told["estimate"]["sentence"]


async def test_what_a_stranger_may_not_see_is_not_there(centre: Centre) -> None:
    ticket = await centre.call()
    stranger = await (await centre.by("ninghai")).get(f"/tickets/{ticket['id']}/restoration")
    assert (stranger.status_code, stranger.json()["error"]["code"]) == (404, "NoSuchTicket")
    machine = await (await centre.by("ami")).get(f"/tickets/{ticket['id']}/restoration")
    assert machine.status_code == 403


async def test_the_crew_s_word_comes_first(centre: Centre) -> None:
    ticket = await centre.does("xiangshan", await centre.call(), "accept")
    ticket = await centre.does("xiangshan", ticket, "dispatch", crew_id="c1")
    for who, step in (("crew-1", "crew-accept"), ("crew-1", "depart"), ("crew-1", "arrive")):
        ticket = await centre.does(who, ticket, step)
    etr = minutes(120).isoformat()
    found = {"fault_point": "5号杆", "ownership": "grid", "etr_at": etr, "photos": ["p1"]}
    ticket = await centre.does("crew-1", ticket, "locate", **found)
    told = (await (await centre.by("crew-1")).get(f"/tickets/{ticket['id']}/restoration")).json()
    assert (told["source"], told["etr_at"]) == ("crew", ticket["etr_at"])
    assert told["estimate"]["source"] == "cause"
