"""In a storm one command gives the reply of a 主单 to its 副单; each still has its own log, clock and call-back."""

from typing import Any

import httpx

from tests.replies.test_queue import GOOD
from tests.storm.test_incidents import family
from tests.supervision.conftest import Watch
from tests.web.test_stories import LOCATE
from tests.worlds import minutes

Json = dict[str, Any]
WORK: tuple[tuple[str, str, Json], ...] = (
    ("xiangshan", "dispatch", {"crew_id": "c1"}),
    ("crew-1", "crew-accept", {}),
    ("crew-1", "arrive", {"position": {"lon": 121.87, "lat": 29.48, "accuracy_m": 12}}),
    ("crew-1", "locate", LOCATE),
    ("crew-1", "start-repair", {}),
    ("crew-1", "restore", {"cause_l1": "nature", "field_record": "更换绝缘子"}),
)


async def restored_family(watch: Watch) -> tuple[Json, list[Json]]:
    parent, children = await family(watch, 2)
    for n, (who, command, said) in enumerate(WORK, start=1):
        watch.centre.set_clock(minutes(n))
        parent = await watch.centre.does(who, parent, command, **said)
    return parent, children


async def batch(watch: Watch, parent: Json, who: str = "xiangshan") -> httpx.Response:
    return await (await watch.centre.by(who)).post(f"/tickets/{parent['id']}/reply-children", json={})


async def test_the_children_are_replied_by_one_command_and_called_back_each_by_itself(stormy: Watch) -> None:
    parent, children = await restored_family(stormy)
    await stormy.centre.does("xiangshan", parent, "reply", **GOOD)
    done = await batch(stormy, parent)
    assert done.status_code == 200, done.text
    assert done.json() == {"replied": sorted(child["id"] for child in children), "left": []}
    for child in children:
        found = await stormy.ticket(child)
        assert found["stage"] == "replied"
        assert found["handling"] == f"随主单 {parent['ticket_no']}:{GOOD['handling']}"
        assert len(await stormy.log(child, "replied")) == 1
        queued = await stormy.centre.does("xiangshan", found, "queue-callback")
        assert queued["stage"] == "callback_pending"
    assert (await batch(stormy, parent)).json() == {"replied": [], "left": []}
    assert await stormy.is_sound()


async def test_a_parent_without_a_reply_has_none_to_give(stormy: Watch) -> None:
    parent, children = await restored_family(stormy)
    refused = await batch(stormy, parent)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "NothingToRepeat")
    assert (await stormy.ticket(children[0]))["stage"] == "restored"


async def test_in_fair_weather_every_child_is_replied_by_itself(watch: Watch) -> None:
    parent, children = await restored_family(watch)
    await watch.centre.does("xiangshan", parent, "reply", **GOOD)
    refused = await batch(watch, parent)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "NotBatched")
    assert (await watch.ticket(children[0]))["stage"] == "restored"
    assert (await batch(watch, parent, "ninghai")).status_code == 404
