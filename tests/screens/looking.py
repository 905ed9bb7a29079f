"""What a person sees on a canvas: where a colour is painted. And patience with what no locator can wait for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from playwright.sync_api import FloatRect, Locator, Page

Seen = TypeVar("Seen")
PATIENCE_MS, LOOK_MS = 20_000, 150
NEAR = 10  # steps of 255 by which a colour may differ at the edge of a sign
PAINTED = """
([name, near]) => {
  const probe = document.createElement("i");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const wanted = getComputedStyle(probe).color.match(/[0-9]+/g).map(Number);
  probe.remove();
  const found = { n: 0, x: 0, y: 0 };
  for (const canvas of document.querySelectorAll(".map-ground canvas")) {
    const pen = canvas.getContext("2d");
    if (pen === null || canvas.width === 0 || canvas.height === 0) continue;
    const box = canvas.getBoundingClientRect();
    const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
    for (let n = 0; n < data.length; n += 4) {
      if (data[n + 3] < 250 || wanted.some((part, k) => Math.abs(data[n + k] - part) > near)) continue;
      const pixel = n / 4;
      found.n += 1;
      found.x += box.x + ((pixel % canvas.width) * box.width) / canvas.width;
      found.y += box.y + (Math.floor(pixel / canvas.width) * box.height) / canvas.height;
    }
  }
  return found.n === 0 ? null : [found.n, found.x / found.n, found.y / found.n];
}
"""


@dataclass(frozen=True)
class Paint:
    """How many points of the maps have a colour, and their middle on the page."""

    n: int
    x: float
    y: float


def painted(page: Page, colour: str) -> Paint | None:
    """Look for a colour of the theme (``ok``, ``mark-line``) on the page's maps."""
    found = page.evaluate(PAINTED, [colour, NEAR])
    return None if found is None else Paint(*found)


def until(page: Page, look: Callable[[], Seen | None], what: str) -> Seen:
    """Look again and again until something is seen, and return it; the page goes on meanwhile."""
    for _ in range(PATIENCE_MS // LOOK_MS):
        if seen := look():
            return seen
        page.wait_for_timeout(LOOK_MS)
    raise AssertionError(f"never seen: {what}")


def settled(page: Page, colour: str) -> Paint:
    """Return where a colour is painted once the map stands still: the same in two looks."""
    seen: list[Paint | None] = [None]

    def same() -> Paint | None:
        seen.append(painted(page, colour))
        return seen[-1] if seen[-1] == seen[-2] else None

    return until(page, same, f"{colour}, at rest")


def resting(page: Page, what: Locator) -> FloatRect:
    """Return where something is once nothing that loads moves it any more: the same in two looks."""
    seen: list[FloatRect | None] = [None]

    def same() -> FloatRect | None:
        seen.append(what.bounding_box())
        return seen[-1] if seen[-1] == seen[-2] else None

    return until(page, same, "something at rest")
