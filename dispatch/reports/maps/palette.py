"""
Colours that people with any colour vision tell apart.

Kinds have colours of Okabe and Ito (2008, "Color Universal Design") and a shape of their own; amounts have steps of
viridis (van der Walt & Smith 2015), which also rise in grey.
"""

from collections.abc import Sequence

from matplotlib import colormaps
from matplotlib.colors import to_hex

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GREY, PALE, INK, PAPER = "#8A8A8A", "#C9C9C9", "#1A1A1A", "#FFFFFF"
NAMES = "配色:类别用 Okabe-Ito,等级用 viridis(色觉障碍者可辨)"
DARKEST, LIGHTEST = 0.0, 0.92  # of viridis; its last yellow is too pale for lines on white


def steps(count: int) -> Sequence[str]:
    """Return ``count`` colours of viridis, dark to light."""
    scale = colormaps["viridis"]
    return [to_hex(scale(DARKEST + (LIGHTEST - DARKEST) * n / max(1, count - 1))) for n in range(count)]
