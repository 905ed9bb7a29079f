"""A right ends where the area ends: tickets, lists and crews of others look like none; a lent ticket is shown."""

import httpx
import pytest
from fastapi import FastAPI

from dispatch.accounts.rights import RIGHTS
from dispatch.web.auth import wall_now
from tests.worlds import NINGHAI

from .rights_table import PLACES, SAID
from .site import Site, actions, method_of, routes
from .site import site as site


def ticket_routes(app: FastAPI) -> list[tuple[str, str, str]]:
    """Return method, last word and action of each route on one ticket."""
    found = []
    for route in routes(app):
        if "{ticket_id}" in str(route.path):
            (action,) = actions(route)
            word = str(route.path).partition("{ticket_id}")[2].strip("/").format_map(PLACES)
            found.append((method_of(route), word, action))
    return found


async def knock(site: Site, name: str, ticket_id: str) -> dict[str, httpx.Response]:
    """Let one person use every route on a ticket for which the role has the right; answers by action."""
    answers = {}
    for method, word, action in ticket_routes(site.app):
        if site.people[name].role not in RIGHTS[action].roles:
            continue
        if method == "GET":
            answers[f"{action} {word}"] = await site.by(name).get(f"/api/v1/tickets/{ticket_id}/{word}".rstrip("/"))
        else:
            answers[f"{action} {word}"] = await site.says(name, ticket_id, word, SAID.get(word))
    assert answers
    return answers


def plain(answer: httpx.Response, ticket_id: str) -> str:
    return answer.text.replace(ticket_id, "ID")


@pytest.mark.parametrize("name", ["ninghai", "yuyao", "crew-1", "crew-3", "leader"])
async def test_a_ticket_out_of_reach_looks_just_like_none(site: Site, name: str) -> None:
    ticket_id = await site.call()
    hidden, absent = await knock(site, name, ticket_id), await knock(site, name, "no-such-ticket")
    for action, answer in hidden.items():
        assert answer.status_code == 404, (action, answer.text)
        assert plain(answer, ticket_id) == plain(absent[action], "no-such-ticket"), action
    assert (await site.by(name).get("/api/v1/tickets")).json()["tickets"] == []


async def test_the_ticket_is_untouched_by_all_who_may_not(site: Site) -> None:
    ticket_id = await site.call()
    for name in ("ninghai", "yuyao", "crew-1", "leader", "admin"):
        for method, word, _action in ticket_routes(site.app):
            if method == "POST":
                await site.says(name, ticket_id, word, SAID.get(word))
    ticket = (await site.by("xiangshan").get(f"/api/v1/tickets/{ticket_id}")).json()
    assert (ticket["version"], ticket["stage"]) == (1, "submitted")


async def lent(site: Site) -> str:
    """Return a ticket of 象山 on which a crew of 宁海 is."""
    ticket_id = await site.call()
    now = wall_now().isoformat()
    at = {"positions": [{"crew_id": "c3", "lon": 121.6, "lat": 29.47, "at": now}]}
    assert (await site.by("monitor").post("/api/v1/crews/positions", json=at)).status_code == 202
    assert (await site.says("xiangshan", ticket_id, "accept")).status_code == 200
    sent = await site.says("xiangshan", ticket_id, "dispatch", {"crew_id": "c3"})
    assert sent.status_code == 200, sent.text
    return ticket_id


async def test_a_lent_ticket_is_visible_to_the_lender_and_to_no_third_county(site: Site) -> None:
    ticket_id, other_id = await lent(site), await site.call()
    for name in ("ninghai", "crew-3", "xiangshan"):
        answer = await site.by(name).get(f"/api/v1/tickets/{ticket_id}")
        assert answer.status_code == 200, name
    for name in ("yuyao", "crew-1", "crew-4", "leader"):
        answers = await knock(site, name, ticket_id)
        assert {answer.status_code for answer in answers.values()} == {404}, name
    assert {answer.status_code for answer in (await knock(site, "ninghai", other_id)).values()} == {404}
    listed = (await site.by("ninghai").get("/api/v1/tickets")).json()["tickets"]
    assert [ticket["id"] for ticket in listed] == [ticket_id]
    listed = (await site.by("crew-3").get("/api/v1/tickets")).json()["tickets"]
    assert [ticket["id"] for ticket in listed] == [ticket_id]


async def test_the_lender_reports_for_its_crew_but_does_not_command_the_ticket(site: Site) -> None:
    ticket_id, own_id = await lent(site), await site.call(lon=121.43, lat=29.29)
    said = SAID | {"merge": {"into": own_id, "evidence": "同一台区"}}
    for command in ("accept", "return", "reply", "cancel", "correct", "dispatch", "merge", "queue-callback"):
        answer = await site.says("ninghai", ticket_id, command, said.get(command))
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "Forbidden"), command
    assert (await site.by("ninghai").get(f"/api/v1/tickets/{ticket_id}/contact")).status_code == 403
    for command in ("crew-accept", "depart", "arrive"):
        answer = await site.says("ninghai", ticket_id, command)
        assert answer.status_code == 200, (command, answer.text)
    log = (await site.by("ninghai").get(f"/api/v1/tickets/{ticket_id}/events")).json()["events"]
    assert [(line["by"], line["source"]) for line in log[-3:]] == [("ninghai", "PHONE")] * 3


async def test_the_lender_sees_the_ticket_until_it_is_closed(site: Site) -> None:
    ticket_id = await lent(site)
    road = [
        ("crew-3", "depart"),
        ("crew-3", "arrive"),
        ("crew-3", "locate"),
        ("crew-3", "start-repair"),
        ("crew-3", "restore"),
        ("xiangshan", "reply"),
        ("auditor", "queue-callback"),
        ("seat", "answer"),
    ]
    for name, command in road:
        assert (await site.by("ninghai").get(f"/api/v1/tickets/{ticket_id}")).status_code == 200, command
        answer = await site.says(name, ticket_id, command, SAID.get(command))
        assert answer.status_code == 200, (command, answer.text)
    assert (await site.by("ninghai").get(f"/api/v1/tickets/{ticket_id}")).status_code == 404
    assert (await site.by("xiangshan").get(f"/api/v1/tickets/{ticket_id}")).status_code == 200


@pytest.mark.parametrize("path", ["tickets", "crews"])
@pytest.mark.parametrize("name", ["xiangshan", "crew-1", "leader"])
async def test_a_list_of_another_area_is_not_shown(site: Site, name: str, path: str) -> None:
    for area in (NINGHAI, "330226-1", "3302", "33"):
        answer = await site.by(name).get(f"/api/v1/{path}", params={"area": area})
        shown = [] if answer.status_code == 403 else answer.json()[path]
        assert {each["id"] for each in shown} <= {site.people[name].crew_id}, (area, answer.text)


async def test_a_crew_reports_where_it_is_and_not_where_others_are(site: Site) -> None:
    now = wall_now().isoformat()
    at = [{"crew_id": crew, "lon": 121.8, "lat": 29.4, "at": now} for crew in ("c1", "c2", "c3")]
    answer = await site.by("crew-1").post("/api/v1/crews/positions", json={"positions": at})
    assert answer.status_code == 202
    assert (answer.json()["accepted"], [each["index"] for each in answer.json()["refused"]]) == (1, [1, 2])
