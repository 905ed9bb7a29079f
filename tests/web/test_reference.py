"""The interface document can be read where there is no internet, and no page of ours names another host."""

import re
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

import dispatch
from dispatch.web import reference
from tests.web.conftest import Centre
from tests.web.conftest import centre as centre

ELSEWHERE = re.compile(r"""(?:https?:)?//(?!127\.0\.0\.1|localhost)[a-z0-9-]+(?:\.[a-z0-9-]+)+""", re.I)
SITE = "https://dispatch.test"


class Links(HTMLParser):
    """Collects what a page loads or leads to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in {"src", "href", "action", "data"} and value]


def visitor(centre: Centre) -> httpx.AsyncClient:
    """Return somebody who has not logged in."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=centre.app), base_url=SITE)


async def test_the_page_and_all_that_it_loads_come_from_this_server(centre: Centre) -> None:
    async with visitor(centre) as client:
        page = await client.get("/docs")
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        links = Links()
        links.feed(page.text)
        assert {"docs/swagger-ui-bundle.js", "docs/swagger-ui.css", "docs/start.js", "openapi.json"} <= set(links.found)
        for link in links.found:
            answer = await client.get(httpx.URL(f"{SITE}/docs").join(link))
            assert answer.status_code == 200, link
            assert len(answer.content) > 100, link
        start = await client.get("/docs/start.js")
        assert "validatorUrl: null" in start.text  # or the viewer asks another host what it thinks of the document
        for text in (page.text, start.text):
            assert not ELSEWHERE.search(text)


async def test_a_browser_is_told_to_load_from_nowhere_else(centre: Centre) -> None:
    async with visitor(centre) as client:
        policy = (await client.get("/docs")).headers["content-security-policy"]
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";"))
    assert rules["default-src"] == "'self'"
    assert "script-src" not in rules  # what the default says: no script of another host, none in the page itself
    assert not ELSEWHERE.search(policy)
    assert "<script>" not in reference.PAGE


@pytest.mark.parametrize("path", ["/redoc", "/docs/oauth2-redirect", "/docs/redoc.standalone.js", "/docs/..%2fcore.py"])
async def test_pages_that_need_another_host_and_other_files_of_the_package_are_not_served(
    centre: Centre, path: str
) -> None:
    async with visitor(centre) as client:
        answer = await client.get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NoSuchPath")


async def test_the_style_of_the_viewer_loads_nothing_from_elsewhere(centre: Centre) -> None:
    async with visitor(centre) as client:
        style = (await client.get("/docs/swagger-ui.css")).text
    loaded = re.findall(r"url\(\s*[\"']?([^\"')]+)", style)
    assert all(each.startswith(("data:", "#")) for each in loaded), loaded


HOME = Path(dispatch.__file__).parent
SOURCES = (HOME, HOME.parent / "web" / "src", HOME.parent / "web" / "public")  # what is built from them is a library's
NAMESPACES = "http://www.w3.org"  # a name in a picture, which nobody loads


@pytest.mark.parametrize("kind", ["html", "css", "js", "ts", "tsx", "svg", "j2", "jinja", "py"])
def test_no_file_of_the_program_names_another_host(kind: str) -> None:
    """Pages, reports and what makes them: an address in one of them would be fetched, or shown as if it were ours."""
    named = {
        f"{path.name}: {found[0]}"
        for room in SOURCES
        for path in room.rglob(f"*.{kind}")
        if HOME / "web" / "static" not in path.parents
        for found in re.finditer(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+", path.read_text("utf-8"))
        if not found[0].endswith(("127.0.0.1", "localhost", NAMESPACES))
    }
    assert not named
