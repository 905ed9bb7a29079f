"""
Every room in both languages and both themes: it is drawn, it keeps the automatic part of WCAG 2.1 AA (axe), and its
picture is left in ``build/screens`` to be looked at.
"""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.screens.conftest import Enter
from tests.screens.everywhere import DRESSES, lively, walk
from tests.screens.house import House

ROOT = Path(__file__).parents[2]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = ROOT / "build" / "screens"
RULES = """
async () => {
  const wanted = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] };
  const found = await axe.run(document, { runOnly: wanted, resultTypes: ["violations"] });
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.length} × ${nodes[0].target.join(" ")}`);
}
"""
COLOURS = 12  # a room that is drawn has more


def faults(page: Page) -> list[str]:
    """Return what axe finds; it is read into the page past the policy of the pages, for which they are opened."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed (npm ci in web/)")
    page.evaluate(AXE.read_text())
    found: list[str] = page.evaluate(RULES)
    return found


def colours(png: bytes) -> int:
    """Count the colours of a picture."""
    with Image.open(BytesIO(png)) as picture:
        return len(picture.convert("RGB").getcolors(1 << 24) or [])


@pytest.mark.parametrize("dress", DRESSES, ids="-".join)
def test_every_room_is_drawn_and_breaks_no_rule(enter: Enter, free: House, dress: tuple[str, str]) -> None:
    wrong: dict[str, list[str]] = {}
    kept = PICTURES / "-".join(dress)
    kept.mkdir(parents=True, exist_ok=True)

    def look(page: Page, room: str) -> None:
        png = page.screenshot(path=kept / f"{room}.png")
        blank = ["blank"] if colours(png) < COLOURS else []
        if found := [*blank, *faults(page)]:
            wrong[room] = found

    walk(enter, lively(free), dress, look)
    assert not wrong, wrong
    assert len(list(kept.iterdir())) >= 40


def test_the_doors_break_no_rule_either(enter: Enter) -> None:
    page = enter("seat", bypass_csp=True)
    page.context.clear_cookies()
    for path, sign in (("/", "button[type=submit]"), ("/crew", "button[type=submit]"), ("/wall", "[role=alert]")):
        page.goto(path)
        expect(page.locator(sign)).to_be_visible()
        assert faults(page) == [], path
