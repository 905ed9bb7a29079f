"""How much a first visit loads, as it travels (packed): limits of console.md 2, for lines of county offices."""

import pytest
from playwright.sync_api import Browser

from tests.screens.house import House
from tests.worlds import PASSWORD

KB = 1024


@pytest.mark.parametrize(
    ("name", "page", "limit_kb"), [("seat", "/#/seat", 180), ("xiangshan", "/#/desk", 300), ("crew-1", "/crew", 80)]
)
def test_a_first_visit_loads_no_more_than_its_limit(
    browser: Browser, house: House, name: str, page: str, limit_kb: int
) -> None:
    context = browser.new_context(base_url=house.url, service_workers="block")
    try:
        context.request.post("/api/v1/sessions", data={"login": name, "password": PASSWORD})
        shown = context.new_page()
        line, sent, paths = context.new_cdp_session(shown), dict[str, int](), dict[str, str]()
        line.on("Network.responseReceived", lambda event: paths.update({event["requestId"]: event["response"]["url"]}))
        line.on("Network.loadingFinished", lambda event: sent.update({event["requestId"]: event["encodedDataLength"]}))
        line.send("Network.enable")
        shown.goto(page)
        shown.wait_for_load_state("networkidle")
        shown.wait_for_timeout(1_500)  # what is loaded when the screen stands: its own code, the map's
        ours = {paths[asked]: size for asked, size in sent.items() if "/api/" not in paths.get(asked, "/api/")}
    finally:
        context.close()
    assert any(url.endswith(".js") for url in ours), ours
    assert sum(ours.values()) <= limit_kb * KB, ours
