"""Two counties with surveyed borders side by side on the coast."""

from typing import Any

import pytest

from dispatch.kit.looprules import PlaceRules
from dispatch.kit.rulepack import Packs
from dispatch.places.areas import Area, AreaLevel, Areas
from dispatch.places.locate import Locator, PlaceRule

XIANGSHAN, NINGHAI = "330225", "330226"
BORDER = 121.6  # between the two, degrees east


def square(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.fixture(scope="session")
def tree() -> Areas:
    return Areas(
        [
            Area("33", "浙江", AreaLevel.PROVINCE, lon=120.15, lat=30.27),
            Area("3302", "宁波", AreaLevel.CITY, "33"),
            Area(XIANGSHAN, "象山", AreaLevel.COUNTY, "3302", 121.87, 29.48, square(BORDER, 28.9, 122.3, 29.7)),
            Area(NINGHAI, "宁海", AreaLevel.COUNTY, "3302", 121.43, 29.29, square(121.0, 28.9, BORDER, 29.7)),
        ]
    )


@pytest.fixture(scope="session")
def locator(tree: Areas) -> Locator:
    return Locator(tree, (), PlaceRule.of(Packs.load().latest("sgcc")))


@pytest.fixture
def pack_rules() -> PlaceRules:
    rules = Packs.load().latest("sgcc").places
    assert rules is not None
    return rules
