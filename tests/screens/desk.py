"""The workstation as tests work with it: its queue, the ticket that is selected, its news held back for a while."""

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import APIResponse, Locator, Page, Route, WebSocketRoute, expect


def row(page: Page, ticket: dict[str, Any]) -> Locator:
    """Return the ticket's row in the queue."""
    return page.get_by_role("listbox", name="工单队列").locator(f"[data-ticket='{ticket['id']}']")


def details(page: Page) -> Locator:
    return page.get_by_role("region", name="工单详情")


def tab(page: Page, name: str) -> None:
    """Open a tab of the queue: 待派单, 将超时, 在途中, 全部."""
    page.get_by_role("group", name="工单队列").get_by_role("button", name=name).click()


def choose(page: Page, ticket: dict[str, Any]) -> None:
    """Select the ticket in the queue."""
    row(page, ticket).click()
    expect(details(page)).to_contain_text(ticket["ticket_no"])


def loses(page: Page, path: str) -> list[APIResponse]:
    """Let the first answer from there be lost on the way; return where it is kept for the test."""
    lost: list[APIResponse] = []

    def swallow(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch())
        route.abort()

    page.route(path, swallow)
    return lost


@dataclass
class Feed:
    """The live feed of a page that is not loaded yet; what is told while it is ``held`` comes when it is let go."""

    page: Page
    held: bool = False
    _kept: list[str | bytes] = field(default_factory=list)
    _told: WebSocketRoute | None = None

    def __post_init__(self) -> None:
        self.page.route_web_socket("**/api/v1/live", self._routed)

    def kept(self, word: str) -> bool:
        """Tell whether a message that is held back has the word in it."""
        return any(word in str(message) for message in self._kept)

    def let_go(self) -> None:
        self.held = False
        assert self._told is not None
        for message in self._kept:
            self._told.send(message)
        self._kept.clear()

    def cut(self) -> None:
        """Break the line, as a dying server does."""
        assert self._told is not None
        self._told.close(code=1011)

    def _routed(self, told: WebSocketRoute) -> None:
        self._told = told
        told.connect_to_server().on_message(self._heard)

    def _heard(self, message: str | bytes) -> None:
        if self.held:
            self._kept.append(message)
        elif self._told is not None:
            self._told.send(message)
