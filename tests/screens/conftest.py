"""A real browser on a real server; without a browser the tests are left out, and say so."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.screens.house import House, opened, world
from tests.worlds import PASSWORD

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
BUILT = Path(__file__).parents[2] / "dispatch" / "web" / "static" / "index.html"
PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)

Enter = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of this room is for the browser; where there is none, or no screens are built, it is left out aloud."""
    why = "no Chromium is installed (apt-get install chromium)" if CHROMIUM is None else None
    if why is None and not BUILT.exists():
        why = "the screens are not built (DISPATCH_WEB=skip)"
    for item in items:
        if "screens" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            if why is not None:
                item.add_marker(pytest.mark.skip(reason=why))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": FLAGS}


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    """The server of the run."""
    with opened(world()) as house:
        yield house


@pytest.fixture
def free(house: House) -> House:
    """The house with nothing left open by the tests before: all crews are free."""
    house.settle()
    return house


@pytest.fixture
def enter(browser: Browser, house: House) -> Iterator[Enter]:
    """
    Open a page for one of the people, logged in, at a screen: ``enter("xiangshan", "desk")``.

    What the page complains of (a fault in a script) and whatever it asks of another host fail the test at its end.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def entered(name: str, screen: str = "", *, path: str = "/", **options: Any) -> Page:
        wanted = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "viewport": {"width": 1600, "height": 900}}
        context = browser.new_context(base_url=house.url, **(wanted | options))
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        answer = context.request.post("/api/v1/sessions", data={"login": name, "password": PASSWORD})
        assert answer.status == 201, answer.text()
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda asked: None if _ours(asked.url, house) else faults.append(asked.url))
        page.goto(f"{path}#/{screen}" if screen else path)
        return page

    yield entered
    for context in contexts:
        context.close()
    assert not faults, faults


def _ours(url: str, house: House) -> bool:
    return url.startswith((house.url, house.url.replace("http", "ws", 1), "data:", "blob:"))
