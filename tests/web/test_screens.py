"""What the screens are told of this installation, and that the browser may load just those tiles."""

from dispatch.kit.basemap import read_basemap
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
