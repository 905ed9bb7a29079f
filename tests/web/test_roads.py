"""Roads over HTTP: a dispatcher closes one, everybody sees it, the monitor lifts it."""

from pathlib import Path
from typing import Any

import httpx

from dispatch.routing.roads.network import Roads
from tests.desk.test_roads import drive, graph
from tests.worlds import XIANGSHAN, square

from .conftest import Centre, key

__all__ = ["graph"]  # the fixture: a coast road and a longer one inland


async def closed(centre: Centre, who: str = "xiangshan", **said: Any) -> httpx.Response:
    body = {"area": XIANGSHAN, "cause": "flood", "title": "沿海线积水", "road": "沿海线"} | said
    return await (await centre.by(who)).post("/roads/closures", json=body, headers=key())


async def test_a_closed_road_is_seen_counts_and_is_lifted(centre: Centre, graph: Path) -> None:
    centre.app.state.desk.travel = Roads.open(graph, centre.app.state.desk.fleet.rule)
    free = drive(centre.app.state.desk)[0]
    answer = await closed(centre)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["edges"], made["factor"], made["set_by"]) == (1, None, "xiangshan")
    assert drive(centre.app.state.desk)[0] > free
    seat, monitor = await centre.by("seat"), await centre.by("monitor")
    assert (await seat.get("/roads/closures")).json()["closures"] == [made]
    assert (await seat.get(f"/roads/closures/{made['id']}")).json() == made
    refused = await seat.post(f"/roads/closures/{made['id']}/lift", json={"reason": "水退"}, headers=key())
    assert refused.status_code == 403
    lifted = await monitor.post(f"/roads/closures/{made['id']}/lift", json={"reason": "水退"}, headers=key())
    assert (lifted.status_code, lifted.json()["lift_reason"]) == (200, "水退")
    assert drive(centre.app.state.desk)[0] == free
    assert (await seat.get("/roads/closures")).json()["closures"] == []
    assert len((await seat.get("/roads/closures", params={"holding": False})).json()["closures"]) == 1


async def test_what_cannot_be_closed_is_told_why(centre: Centre, graph: Path) -> None:
    assert (await closed(centre)).json()["error"]["code"] == "NoRoadGraph"
    centre.app.state.desk.travel = Roads.open(graph, centre.app.state.desk.fleet.rule)
    for said, status, code in (
        ({"road": "没有这条路"}, 422, "NoSuchRoad"),
        ({"road": "宁象线"}, 422, "OthersRoad"),
        ({"polygon": {"type": "Point", "coordinates": [1, 2]}}, 422, "BadPolygon"),
        ({"polygon": square(121, 29, 122, 30), "crs": "mercator"}, 422, "UnknownCrs"),
        ({"until_at": "2020-01-01T00:00:00Z"}, 422, "ClosureTime"),
        ({"factor": 0.5}, 422, None),
        ({"cause": "war"}, 422, None),
        ({"ways": [10**30]}, 422, None),
        ({"area": "nowhere"}, 404, "NoSuchArea"),
    ):
        answer = await closed(centre, **said)
        assert answer.status_code == status, answer.text
        assert code in (None, answer.json()["error"]["code"])
