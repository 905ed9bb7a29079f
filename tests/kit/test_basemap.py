"""The ground of the maps, as one setting says it: what is read, what is refused and how that is said."""

import json

import pytest

from dispatch.kit.basemap import BASEMAP, BadBasemap, TileShift, read_basemap
from dispatch.kit.settings import Settings

TILES = "https://tiles.example:8443/{z}/{x}/{y}.png"
WMTS = "https://wmts.example/w?TILEMATRIX={TileMatrix}&TILEROW={TileRow}&TILECOL={TileCol}"


def said(**more: object) -> str:
    return json.dumps({"kind": "xyz", "url": TILES} | more)


def test_nothing_set_is_no_ground() -> None:
    assert read_basemap(None) is read_basemap("") is None


def test_a_service_names_the_hosts_that_the_browser_may_load_from() -> None:
    found = read_basemap(said(url=[TILES, "/own/{z}/{x}/{y}.png", TILES], shift="gcj02", max_zoom=16))
    assert found is not None
    assert found.hosts == ("https://tiles.example:8443",)
    assert (found.shift, found.max_zoom, len(found.urls)) == (TileShift.GCJ02, 16, 3)
    layers = read_basemap(json.dumps({"kind": "wmts", "url": WMTS}))
    assert layers is not None
    assert layers.hosts == ("https://wmts.example",)


def test_a_child_reads_the_same_ground_back() -> None:
    settings = Settings.from_env({BASEMAP: said(attribution="审图号:示例")})
    assert Settings.from_env(settings.environ()).basemap == settings.basemap is not None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{", "应为 JSON"),
        ("[]", "应为 JSON"),
        (said(kind="mvt"), "kind"),
        (said(url=None), "url"),
        (said(url=[]), "url"),
        (said(url="https://tiles.example/{z}/{x}.png"), "{y}"),
        (said(kind="wmts"), "{TileMatrix}"),
        (said(url="ftp://tiles.example/{z}/{x}/{y}"), "https://主机/"),
        (said(url="//tiles.example/{z}/{x}/{y}"), "https://主机/"),
        (said(url="https://a;script-src *.example/{z}/{x}/{y}"), "https://主机/"),
        (said(url="https://tiles.example/{z}/{x}/{y}?a=1; b"), "空格"),
        (said(shift="bd09"), "shift"),
        (said(max_zoom=99), "max_zoom"),
        (said(max_zoom=True), "max_zoom"),
        (said(attribution=1), "attribution"),
        (said(colour="red"), "colour"),
    ],
)
def test_what_cannot_be_used_is_said_with_the_remedy(text: str, names: str) -> None:
    with pytest.raises(BadBasemap, match=BASEMAP) as refusal:
        Settings.from_env({BASEMAP: text})
    assert names in refusal.value.message
    assert refusal.value.field == BASEMAP
