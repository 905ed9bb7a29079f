"""Lists say what people call a thing, its number or its name, and not only the id by which it is kept."""

from tests.field.days import day_of, sends, sent_out
from tests.worlds import XIANGSHAN, minutes

from .conftest import Centre
from .conftest import centre as centre
from .exported import MONTH, TABLE, export, lived_in, sheets

PLAIN = ("ledger-lines", "messages", "field-reports")


async def test_the_lines_of_the_border_ledger_name_tickets_crews_and_counties(centre: Centre) -> None:
    ticket = await sent_out(centre)
    (line,) = (await (await centre.by("monitor")).get("/ledger/lines", params=MONTH)).json()["lines"]
    assert (line["ticket_id"], line["ticket_no"]) == (ticket["id"], ticket["ticket_no"])
    assert line["crew_name"] == ticket["dispatches"][-1]["crew_name"]
    assert (line["borrower"], line["borrower_name"], line["lender_name"]) == (XIANGSHAN, "象山", "象山")
    assert (line["own_crew_id"] is None) == (line["own_crew_name"] is None)


async def test_reports_from_the_field_name_their_ticket_and_their_crew(centre: Centre) -> None:
    ticket = await sent_out(centre)
    centre.set_clock(minutes(100))
    await sends(centre, day_of(ticket))
    reports = (await (await centre.by("monitor")).get("/field-reports")).json()["reports"]
    assert reports
    for report in reports:
        assert report["ticket_no"] == ticket["ticket_no"]
        assert (report["crew_name"], report["area_name"]) == (ticket["dispatches"][-1]["crew_name"], "象山")


async def test_messages_name_their_ticket_and_are_found_by_its_number(centre: Centre) -> None:
    first, other = [await sent_out(centre, crew=crew) for crew in ("c1", "c3")]
    admin = await centre.by("admin")
    known = (await admin.get("/messages")).json()["messages"]
    assert {one["ticket_no"] for one in known} >= {first["ticket_no"], other["ticket_no"]}
    assert {one["area_name"] for one in known} == {"象山"}
    own = [one["id"] for one in known if one["ticket_id"] == first["id"]]
    no = first["ticket_no"]
    for said in (no, f" {no[:6]} {no[6:]} ", no[2:]):
        found = (await admin.get("/messages", params={"no": said})).json()["messages"]
        assert [one["id"] for one in found] == own
    assert (await admin.get("/messages", params={"no": "2601019999999"})).json()["messages"] == []
    assert (await admin.get("/messages", params={"no": "1"})).status_code == 422


async def test_no_export_of_these_lists_shows_an_id_where_a_name_is_known(centre: Centre) -> None:
    await lived_in(centre)
    for name in PLAIN:
        who, asked = ("admin", {}) if name == "messages" else ("monitor", MONTH if name == "ledger-lines" else {})
        (head, *rows), _ = sheets((await export(centre, TABLE[name], who, asked)).content)
        assert rows
        assert {heading for heading in head if "编号" in heading} <= {"工单编号", "预约编号"}
        numbers = [row[head.index("工单编号")] for row in rows]
        assert all(number is None or number.isdigit() for number in numbers), name
        assert any(numbers)
        if "班组" in head:
            assert not {row[head.index("班组")] for row in rows} & {"c1", "c2", "c3", "c4"}, name


async def test_the_history_of_a_ticket_names_the_crews_whose_ids_stand_in_it(centre: Centre) -> None:
    ticket = await sent_out(centre)
    log = (await (await centre.by("monitor")).get(f"/tickets/{ticket['id']}/events")).json()
    assert log["crews"]["c1"] == ticket["dispatches"][-1]["crew_name"] != "c1"


async def test_the_history_of_a_ticket_names_who_acted_and_the_tickets_it_speaks_of(centre: Centre) -> None:
    parent, child = await sent_out(centre), await centre.call()
    admin = await centre.by("admin")
    known = {one["id"]: one["name"] for one in (await admin.get("/accounts")).json()["accounts"]}
    log = (await (await centre.by("monitor")).get(f"/tickets/{parent['id']}/events")).json()
    actors = {line["by"] for line in log["events"]} - {"system"}
    assert actors
    assert {by: log["people"][by] for by in actors} == {by: known[by] for by in actors}
    await centre.does("xiangshan", child, "accept")
    await centre.does("xiangshan", child, "merge", into=parent["id"], evidence="同一台区")
    log = (await (await centre.by("monitor")).get(f"/tickets/{child['id']}/events")).json()
    (merged,) = [line["event"] for line in log["events"] if line["event"]["kind"] == "merged"]
    assert log["tickets"][merged["into"]] == parent["ticket_no"]
