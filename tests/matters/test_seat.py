"""What a seat sees when a customer calls again, over HTTP."""

from datetime import datetime

from tests.web.conftest import CALL, Centre, key
from tests.worlds import minutes


async def test_the_answer_says_that_the_call_is_a_chase_of_the_open_ticket(centre: Centre) -> None:
    seat = await centre.by("seat")
    first = await seat.post("/calls", json=CALL, headers=key())
    assert (first.status_code, first.json()["outcome"]) == (201, "ticket")
    centre.set_clock(minutes(2))
    again, same = CALL | {"symptom_text": "还没来人"}, key()
    second = await seat.post("/calls", json=again, headers=same)
    assert (second.status_code, second.json()["outcome"]) == (201, "chase")
    assert second.json()["ticket"]["id"] == first.json()["ticket"]["id"]
    replayed = await seat.post("/calls", json=again, headers=same)
    assert replayed.json() == second.json()
    assert replayed.headers["idempotent-replayed"] == "true"
    third = await seat.post("/calls", json=again, headers=key())
    assert third.json()["ticket"]["flags"]["escalated_level"] == 4
    contact = await seat.get(f"/tickets/{first.json()['ticket']['id']}/contact")
    assert len(contact.json()["calls"]) == 3


async def test_a_seat_may_say_that_it_is_another_matter(centre: Centre) -> None:
    first = await centre.call(phone="13900000009")
    other = await centre.call(phone="13900000009", another_matter=True)
    assert other["id"] != first["id"]


async def test_a_draft_s_call_says_so(centre: Centre) -> None:
    answer = await (await centre.by("seat")).post("/calls", json=CALL | {"draft": True}, headers=key())
    assert answer.json()["outcome"] == "draft"


async def test_the_seat_reads_in_the_answer_who_is_important_and_by_when_a_crew_comes(centre: Centre) -> None:
    seat, same = await centre.by("seat"), key()
    hospital = CALL | {"phone": "13900000801", "protected": "important"}
    first = await seat.post("/calls", json=hospital, headers=same)
    told = first.json()
    assert (told["important"], told["ticket"]["flags"]["important"]) == (True, True)
    assert datetime.fromisoformat(told["arrive_by"]) == minutes(45)
    centre.set_clock(minutes(3))
    replayed = await seat.post("/calls", json=hospital, headers=same)
    assert replayed.json() == told
    flat = (await seat.post("/calls", json=CALL | {"phone": "13900000802"}, headers=key())).json()
    assert flat["important"] is False
    draft = CALL | {"phone": "13900000803", "draft": True}
    assert (await seat.post("/calls", json=draft, headers=key())).json()["arrive_by"] is None
