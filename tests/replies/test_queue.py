"""Replies through the real application: checked while they are filled, refused, audited, sent back once."""

from typing import Any

from tests.web.conftest import Centre
from tests.web.test_stories import to_stage
from tests.worlds import NINGHAI, START

GOOD = {
    "handling": "低压东街支线5号杆绝缘子被雷击穿,更换后恢复供电",
    "category": "lv",
    "cause_l1": "nature",
    "ownership": "grid",
}
VAGUE = GOOD | {"cause_l1": "unknown"}
WRONG = GOOD | {"category": "cust", "cause_l1": "equipment", "ownership": "third_party"}


async def queue(centre: Centre, who: str = "auditor", **query: Any) -> list[dict[str, Any]]:
    answer = await (await centre.by(who)).get("/reply-audits", params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["audits"]
    return found


async def test_a_reply_checks_itself_while_it_is_filled_and_nothing_changes(centre: Centre) -> None:
    ticket = await to_stage(centre, await centre.call())
    dispatcher, before = await centre.by("xiangshan"), await centre.rows()
    path = f"/tickets/{ticket['id']}/reply/check"
    good = (await dispatcher.post(path, json=GOOD)).json()
    assert good == {"refused": False, "audited": False, "defects": []}
    vague = (await dispatcher.post(path, json=VAGUE)).json()
    assert (vague["refused"], vague["audited"]) == (False, True)
    wrong = (await dispatcher.post(path, json=WRONG)).json()
    assert wrong["refused"] is True
    assert wrong["defects"][0] == {
        "severity": "high",
        "field": "cause_l1",
        "message": "原因“设备原因”与分类“客户内部故障”矛盾",
        "remedy": "请改正原因或分类;客户内部故障的原因可为:用户原因、自然因素、外力因素、低压表后故障、原因待查",
    }
    assert await centre.rows() == before
    missing = await dispatcher.post(path, json={"handling": "x"})
    assert (missing.status_code, missing.json()["error"]["code"]) == (422, "Invalid")


async def test_severe_defects_refuse_a_reply_and_all_are_listed(centre: Centre) -> None:
    ticket = await to_stage(centre, await centre.call())
    refused = await centre.tries("xiangshan", ticket, "reply", **WRONG | {"handling": "已处理,搞定"})
    error = refused.json()["error"]
    assert (refused.status_code, error["code"], error["field"]) == (422, "BadReply", "cause_l1")
    found = {(one["severity"], one["field"]) for one in error["details"]["defects"]}
    assert {("high", "cause_l1"), ("low", "handling")} <= found
    assert ("high", "evidence") in found  # the crew's picture speaks for what the crew said, not against it
    unchanged = (await (await centre.by("xiangshan")).get(f"/tickets/{ticket['id']}")).json()
    assert unchanged["stage"] == "restored"


async def test_what_an_auditor_should_read_stands_in_the_queue_until_it_is_settled(centre: Centre) -> None:
    ticket = await to_stage(centre, await centre.call())
    replied = await centre.does("xiangshan", ticket, "reply", **VAGUE)
    (audit,) = await queue(centre)
    assert (audit["ticket_id"], audit["doubtful"], audit["replied_by"]) == (ticket["id"], False, "xiangshan")
    assert [one["field"] for one in audit["defects"]] == ["cause_l1"]
    assert await queue(centre, area=NINGHAI) == []
    rejected = await centre.does("auditor", replied, "reject-reply", defects=["原因未查明"])
    assert await queue(centre) == []
    again = await centre.does("xiangshan", rejected, "reply", **GOOD)
    assert await queue(centre) == []  # nothing is left to read
    once = await centre.tries("auditor", again, "reject-reply", defects=["再退"])
    assert once.json()["error"]["code"] == "OnlyOnce"
    await centre.does("auditor", again, "queue-callback")


async def test_a_second_vague_reply_is_in_the_queue_again_and_who_is_no_auditor_does_not_see_it(centre: Centre) -> None:
    ticket = await to_stage(centre, await centre.call())
    replied = await centre.does("xiangshan", ticket, "reply", **VAGUE)
    await centre.does("auditor", replied, "reject-reply", defects=["原因未查明"])
    await centre.does("xiangshan", replied, "reply", **VAGUE)
    assert [one["reply_rejected_n"] for one in await queue(centre)] == [1]
    refused = await (await centre.by("xiangshan")).get("/reply-audits")
    assert refused.status_code == 403
    unknown = await (await centre.by("auditor")).get("/reply-audits", params={"area": "nowhere"})
    assert unknown.status_code == 404


async def test_a_crew_that_writes_the_same_in_every_ticket_is_read_by_the_auditor(centre: Centre) -> None:
    trusted = []
    for n in range(4):
        centre.set_clock(START)
        ticket = await centre.call(phone=f"1390000010{n}", place={"lon": 121.87, "lat": 29.48 + n / 2000})
        done = await to_stage(centre, ticket)
        trusted.append(not done["flags"]["doubtful"])
        finding = next(one for one in done["findings"] if one["check"] == "same_text")
        assert finding["passed"] is (n < 3)
    assert trusted == [True, True, True, False]


async def test_a_fault_inside_the_house_is_replied_with_proof_only(centre: Centre) -> None:
    ticket = await centre.call()
    for who, command, said in (
        ("xiangshan", "accept", {}),
        ("xiangshan", "dispatch", {"crew_id": "c1"}),
        ("xiangshan", "arrive", {}),
        (
            "xiangshan",
            "restore",
            {"result": "customer_side", "ownership": "customer", "field_record": "客户表后漏保跳闸,已说明"},
        ),
    ):
        ticket = await centre.does(who, ticket, command, **said)
    reply = {
        "handling": "客户表后漏保跳闸,已向客户说明并协助联系电工",
        "category": "cust",
        "cause_l1": "lv_behind_meter",
        "ownership": "customer",
    }
    refused = await centre.tries("xiangshan", ticket, "reply", **reply)
    assert refused.json()["error"]["field"] == "evidence"
    replied = await centre.does("xiangshan", ticket, "reply", **reply, evidence=["contract-2019-7"])
    assert replied["stage"] == "replied"
    boundary = next(one for one in replied["findings"] if one["check"] == "boundary")
    assert boundary["passed"] is True


BLAMED = GOOD | {
    "handling": "低压东街支线5号杆客户线路烧断,更换后恢复供电",
    "cause_l1": "customer",
    "ownership": "customer",
}


async def test_a_reply_against_the_field_s_word_on_the_ownership_brings_evidence_and_passes_the_auditor_only(
    centre: Centre,
) -> None:
    ticket = await to_stage(centre, await centre.call(account_no="330901"))
    bare = await centre.tries("xiangshan", ticket, "reply", **BLAMED)
    assert (bare.status_code, bare.json()["error"]["field"]) == (422, "evidence")
    replied = await centre.does("xiangshan", ticket, "reply", **BLAMED, evidence=["boundary-1"])
    past = await centre.tries("xiangshan", replied, "queue-callback")
    assert (past.status_code, past.json()["error"]["code"]) == (403, "NeedsAudit")
    assert "产权" in past.json()["error"]["message"]
    assert [one["ticket_id"] for one in await queue(centre)] == [ticket["id"]]
    await centre.does("auditor", replied, "queue-callback")
    await centre.does("seat", replied, "answer", satisfied=True)
    back = await centre.call(account_no="330901")
    assert back["repeat_of"] == ticket["id"]  # what the reply claims does not write the repeat off


async def test_a_second_reply_does_not_turn_the_first_one_s_claim_into_the_field_s_word(centre: Centre) -> None:
    ticket = await to_stage(centre, await centre.call())
    replied = await centre.does("xiangshan", ticket, "reply", **BLAMED, evidence=["boundary-1"])
    await centre.does("auditor", replied, "reject-reply", defects=["照片看不清分界点"])
    again = await centre.tries("xiangshan", ticket, "reply", **BLAMED)
    assert (again.status_code, again.json()["error"]["field"]) == (422, "evidence")
