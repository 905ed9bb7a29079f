"""What the screens are told of this installation, and that the browser may load just those tiles."""

import json
from pathlib import Path

from dispatch.kit.basemap import read_basemap
from tests.kit.tilefiles import picture, written
from tests.web.conftest import Centre
from tests.web.conftest import centre as centre
from tests.web.test_console import visitor

TILES = '{"kind":"xyz","url":"https://tiles.example/{z}/{x}/{y}.png","attribution":"审图号:示例","shift":"gcj02"}'


async def rules(centre: Centre) -> dict[str, str]:
    async with visitor(centre) as client:
        page = await client.get("/")
    return dict(rule.strip().partition(" ")[::2] for rule in page.headers["content-security-policy"].split(";"))


async def test_without_a_ground_nothing_is_loaded_from_elsewhere(centre: Centre) -> None:
    answer = await (await centre.by("xiangshan")).get("/console/config")
    assert answer.json() == {"basemap": None}
    assert (await rules(centre))["img-src"] == "'self' data: blob:"


async def test_a_ground_is_told_and_its_host_alone_is_allowed(centre: Centre) -> None:
    centre.app.state.basemap = read_basemap(TILES)
    answer = await (await centre.by("xiangshan")).get("/console/config")
    assert answer.json()["basemap"] == {
        "kind": "xyz",
        "urls": ["https://tiles.example/{z}/{x}/{y}.png"],
        "attribution": "审图号:示例",
        "shift": "gcj02",
        "max_zoom": 18,
    }
    told = await rules(centre)
    assert told["img-src"] == "'self' data: blob: https://tiles.example"
    assert told["connect-src"] == told["script-src"] == "'self'"


async def test_tiles_of_a_file_come_from_this_server_and_no_other_host_is_allowed(
    centre: Centre, tmp_path: Path
) -> None:
    path = written(tmp_path / "map.pmtiles", {(7, 107, 52): picture("red")})
    centre.app.state.basemap = read_basemap(json.dumps({"kind": "pmtiles", "file": str(path)}))
    assert (await rules(centre))["img-src"] == "'self' data: blob:"
    (url,) = (await (await centre.by("xiangshan")).get("/console/config")).json()["basemap"]["urls"]
    async with visitor(centre) as client:
        tile = await client.get(url.format(z=7, x=107, y=52))
        assert (tile.status_code, tile.headers["content-type"], tile.content) == (200, "image/png", picture("red"))
        assert (await client.get(url.format(z=7, x=0, y=0))).status_code == 204
        assert (await client.get("/tiles/7/0/x")).status_code == 404


async def test_without_a_file_there_are_no_tiles(centre: Centre) -> None:
    async with visitor(centre) as client:
        answer = await client.get("/tiles/0/0/0")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NoSuchPath")
