"""What a caller got in touch about before: by number and by account, the newest first, of a year."""

from typing import Any

from dispatch.desk.intake.history import COUNTED, MOST
from tests.web.conftest import Centre
from tests.worlds import minutes, stranger

ACCOUNT = "3302250077"
A_DAY = 24 * 60


async def history(centre: Centre, *, status: int = 200, **said: Any) -> Any:
    answer = await (await centre.by("seat")).post("/calls/history", json=said)
    assert answer.status_code == status, answer.text
    return answer.json()


async def cancelled(centre: Centre, **said: Any) -> Any:
    ticket = await centre.call(**said)
    return await centre.does("xiangshan", ticket, "cancel", reason="客户来电已恢复", meter="live")


async def test_contacts_by_number_and_by_account_stand_together_the_newest_first(centre: Centre) -> None:
    phone = stranger()
    first = await cancelled(centre, phone=phone, account_no=ACCOUNT)
    centre.set_clock(minutes(60))
    second = await centre.call(phone=stranger(), account_no=ACCOUNT)  # a neighbour names the same account
    await centre.call()  # somebody else
    centre.set_clock(minutes(61))
    found = await history(centre, phone=phone, account_no=ACCOUNT)
    assert found["n"] == 2
    assert [(each["ticket_id"], each["stage"]) for each in found["contacts"]] == [
        (second["id"], "submitted"),
        (first["id"], "cancelled"),
    ]
    (alone,) = (await history(centre, phone=phone))["contacts"]
    assert (alone["ticket_no"], alone["outcome"], alone["satisfied"]) == (first["ticket_no"], "ticket", None)
    assert await history(centre, phone=stranger()) == await history(centre) == {"n": 0, "contacts": []}


async def test_what_is_older_than_a_year_is_not_shown_and_many_are_counted(centre: Centre) -> None:
    phone = stranger()
    await cancelled(centre, phone=phone)
    centre.set_clock(minutes(366 * A_DAY))
    assert (await history(centre, phone=phone))["n"] == 0
    async with centre.db.connection() as connection:
        await connection.execute(
            "INSERT INTO call (id, area, channel, phone, seat, at, outcome)"
            " SELECT 'old-' || n, '330225', 'phone', $1, 'seat', $2::timestamptz - n * interval '1 minute', 'consulted'"
            " FROM generate_series(1, 150) AS n",
            phone,
            minutes(366 * A_DAY),
        )
    found = await history(centre, phone=phone)
    assert (found["n"], len(found["contacts"])) == (COUNTED, MOST)
    assert [each["call_id"] for each in found["contacts"]] == [f"old-{n}" for n in range(1, MOST + 1)]
    assert found["contacts"][0]["stage"] is None


async def test_a_number_that_is_none_is_refused_by_its_field(centre: Centre) -> None:
    refusal = (await history(centre, phone="x" * 5_000, status=422))["error"]
    assert refusal["field"] == "phone"
    assert (await history(centre, account_no="3" * 65, status=422))["error"]["field"] == "account_no"
    assert (await history(centre, who="me", status=422))["error"]["field"] == "who"
