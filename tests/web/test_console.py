"""The screens as the server hands them out: only its own, packed, with a policy that allows no other host's script."""

import gzip
import re
from pathlib import Path

import httpx
import pytest

import dispatch
from tests.web.conftest import Centre
from tests.web.conftest import centre as centre

STATIC = Path(dispatch.__file__).parent / "web" / "static"
BUILT = pytest.mark.skipif(not (STATIC / "index.html").exists(), reason="the screens are not built (DISPATCH_WEB=skip)")
PAGES = ("/", "/crew", "/wall")
LOADED = re.compile(r"""(?:src|href)="([^"]+)\"""")
# console.md 2: what a first visit may load, kilobytes packed; the rest comes when it is opened
FIRST_LOAD_KB = {"/": 180, "/crew": 80, "/wall": 180}


def visitor(centre: Centre) -> httpx.AsyncClient:
    """Return somebody who has not logged in."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=centre.app), base_url="https://dispatch.test")


@BUILT
@pytest.mark.parametrize("path", PAGES)
async def test_a_page_loads_only_what_this_server_has(centre: Centre, path: str) -> None:
    async with visitor(centre) as client:
        page = await client.get(path)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        links = LOADED.findall(page.text)
        assert any(link.endswith(".js") for link in links)
        for link in links:
            assert link.startswith("/"), link
            answer = await client.get(link)
            assert answer.status_code == 200, link
            assert "no-cache" in answer.headers["cache-control"] or "immutable" in answer.headers["cache-control"]


@BUILT
@pytest.mark.parametrize("path", PAGES)
async def test_no_script_stands_in_a_page_and_none_comes_from_elsewhere(centre: Centre, path: str) -> None:
    async with visitor(centre) as client:
        page = await client.get(path)
    rules = dict(rule.strip().partition(" ")[::2] for rule in page.headers["content-security-policy"].split(";"))
    assert rules["default-src"] == rules["script-src"] == rules["connect-src"] == "'self'"
    assert rules["object-src"] == rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert not re.search(r"<script(?![^>]*\bsrc=)", page.text)
    assert not re.search(r"\son[a-z]+=|style=", page.text)


@BUILT
@pytest.mark.parametrize("path", PAGES)
async def test_a_first_visit_loads_little(centre: Centre, path: str) -> None:
    async with visitor(centre) as client:
        page = (await client.get(path)).text
    files = [link for link in LOADED.findall(page) if link.endswith((".js", ".css"))]
    packed = sum(len(gzip.compress((STATIC / link.lstrip("/")).read_bytes(), 9)) for link in files)
    assert 0 < packed <= FIRST_LOAD_KB[path] * 1024


@BUILT
async def test_what_a_page_loads_comes_packed_to_those_who_take_it(centre: Centre) -> None:
    script = next(path for path in (STATIC / "assets").glob("index-*.js"))
    async with visitor(centre) as client:
        packed = await client.get(f"/assets/{script.name}")
        plain = await client.get(f"/assets/{script.name}", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content == script.read_bytes()


@pytest.mark.parametrize(
    "path", ["/assets/..%2findex.html", "/assets/nothing.js", "/etc", "/.digest", "/assets/.digest"]
)
async def test_nothing_else_is_handed_out(centre: Centre, path: str) -> None:
    async with visitor(centre) as client:
        answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "NoSuchPath"
