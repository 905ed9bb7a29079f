"""Every room of the console and of the crew page, found as people find them: by the menu and the tabs that they see."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from playwright.sync_api import Page, expect

from tests.screens.conftest import Enter
from tests.screens.house import House

PEOPLE = ("seat", "shift", "xiangshan", "monitor", "leader", "auditor", "admin")
DRESSES = (("zh", "dark"), ("en", "light"))  # colours do not depend on the language, nor texts on the colours
PHONE = {"width": 390, "height": 844}
CREW_ROOMS = ("", "job/{}", "plans", "mine", "queue")
DRESS = "localStorage.setItem('language', '{}'); localStorage.setItem('theme', '{}')"
HERE = "nav a[aria-current=page][href='#/{}']"
LINKS = "links => links.map(link => link.getAttribute('href').slice(2))"
STILL = ".ant-spin-spinning, .ant-skeleton-active"

Look = Callable[[Page, str], None]


def lively(house: House) -> dict[str, Any]:
    """Let something happen that the screens have to show; return a ticket that 丹城一队 has in hand."""
    house.call(hazard=True, level="urgent", address="象山丹城东河路8号")
    ticket = house.call()
    house.step("xiangshan", ticket, "accept")
    house.step("xiangshan", ticket, "dispatch", crew_id="c1")
    house.step("crew-1", ticket, "crew-accept")
    due = house.hands.now() + timedelta(hours=1)
    house.step("monitor", ticket, "supervise", reason="请尽快到场", addressee="dispatcher", due_at=due.isoformat())
    return house.ticket(ticket)


def dressed(enter: Enter, who: str, dress: tuple[str, str], **options: Any) -> Page:
    """Open somebody's page in a language and a theme."""
    page = enter(who, **options)
    page.context.add_init_script(DRESS.format(*dress))
    page.reload()
    return page


def walk(enter: Enter, ticket: dict[str, Any], dress: tuple[str, str], look: Look) -> None:
    """Look into every room once, as the first of the people who sees it."""
    seen: set[str] = set()
    for who in PEOPLE:
        page = dressed(enter, who, dress, bypass_csp=True)
        expect(page.locator("[data-line=open]")).to_be_visible()
        for room in rooms(page, seen):
            look(page, f"{who}-{room.replace('/', '-')}")
        page.close()
    page = dressed(enter, "monitor", dress, bypass_csp=True)
    page.goto(f"/#/tickets/{ticket['id']}")
    expect(page.get_by_text(ticket["ticket_no"]).first).to_be_visible()
    look(page, "monitor-ticket")
    page.close()
    phone = dressed(enter, "crew-1", dress, path="/crew", bypass_csp=True, viewport=PHONE)
    expect(phone.locator("main h1").first).to_be_attached()
    for room in CREW_ROOMS:
        phone.evaluate("hash => { location.hash = hash }", f"#/{room.format(ticket['id'])}")
        phone.wait_for_timeout(300)  # the crew page has no sign of the room that came
        look(phone, f"crew-{room.partition('/')[0] or 'list'}")
    phone.close()


def rooms(page: Page, seen: set[str]) -> Iterator[str]:
    """Go through the screens of the menu, and their tabs, that nobody has seen yet."""
    menu = page.locator("header nav a")
    for screen in menu.evaluate_all(LINKS):
        _goes(page, screen)
        tabs = page.locator("main > nav.tabs a").evaluate_all(LINKS) or [screen]
        for room in tabs:
            if room not in seen:
                seen.add(room)
                _goes(page, room)
                yield room


def _goes(page: Page, room: str) -> None:
    page.evaluate("hash => { location.hash = hash }", f"#/{room}")
    expect(page.locator(HERE.format(room)).first).to_be_visible()
    expect(page.locator("main").first).to_be_visible()
    expect(page.locator(STILL)).to_have_count(0)
