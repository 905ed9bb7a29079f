"""Maps: what is said stands in them, nothing comes from the network, nothing that callers say can act."""

import re
from io import BytesIO

import pytest
from matplotlib import colormaps
from matplotlib.image import imread

from dispatch.kit.earth import distance_m
from dispatch.reports.maps import palette
from dispatch.reports.maps import picture as picture_module
from dispatch.reports.maps.bands import bands, of_limits
from dispatch.reports.maps.leaf import SHAPES, html
from dispatch.reports.maps.picture import MARKS, png
from dispatch.reports.maps.scene import (
    OSM,
    Dot,
    Layer,
    Listing,
    Mark,
    NothingToDraw,
    Scene,
    View,
    Way,
    length_text,
    nice_length,
)

NASTY = '<script>alert(1)</script>"&\x07'
DOTS = tuple(Dot((121.8 + n / 50, 29.4 + n / 90), f"队{n}", f"第{n}队\n十分钟") for n in range(5))
RING = ((121.7, 29.3), (122.0, 29.3), (122.0, 29.6), (121.7, 29.3))
SCENE = Scene(
    title="工单 1 的派工候选",
    moment="2026-07-01 09:00",
    layers=(
        Layer("县界", palette.GREY, ways=(Way((RING,)),), dashed=True, frames=False),
        Layer("可达", palette.SKY, ways=(Way((RING,), "面"),), fill=0.3),
        *(Layer(mark.value, palette.BLUE, DOTS, mark=mark) for mark in Mark),
    ),
    facts=("推荐甲队", NASTY),
    sources=("本系统", OSM),
    listing=Listing(("班组", "原因"), tuple((f"第{n}队", "距离最近") for n in range(60))),
)


def test_the_page_says_everything_and_asks_nobody() -> None:
    made = html(SCENE).decode()
    for text in (
        "工单 1 的派工候选",
        "县界",
        "推荐甲队",
        "第59队",
        "第3队\n十分钟",
        "OpenStreetMap",
        "Okabe-Ito",
        "北",
    ):
        assert text in made, text
    assert not re.findall(r"https?://|//[a-z]+\.|\bsrc=|url\(|@import|fetch\(|XMLHttp", made)
    assert "default-src 'none'" in made


def test_what_callers_say_cannot_act() -> None:
    made = html(SCENE).decode()
    assert "alert(1)" in made
    assert "<script>alert" not in made
    assert made.count("<script>") == 1


def test_every_layer_with_a_name_can_be_hidden_and_every_mark_has_its_shape() -> None:
    made = html(SCENE).decode()
    assert made.count("data-layer=") == len(SCENE.layers)
    assert set(SHAPES) == set(MARKS) == set(Mark)
    assert len({shape for shape in SHAPES.values()}) == len(Mark)


def test_the_picture_is_a_picture() -> None:
    drawn = imread(BytesIO(png(SCENE)))
    assert drawn.shape[:2] == (1120, 1680)
    assert len({tuple(row) for row in drawn.reshape(-1, drawn.shape[2])[::97].tolist()}) > 5


def test_without_a_chinese_font_there_is_a_picture_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_module, "chinese_font", lambda: None)
    assert png(SCENE)[:4] == b"\x89PNG"


def test_money_and_bells_in_a_name_are_drawn_as_they_are() -> None:
    assert picture_module.said("5$ 到 6$\x07\n") == r"5\$ 到 6\$  "
    assert png(Scene("$\\frac{$", "", (Layer("$x", palette.BLUE, (Dot((121.0, 29.0), "$^$"),)),)))[:4] == b"\x89PNG"


def test_a_map_of_nothing_is_refused() -> None:
    empty = Scene("空", "", (Layer("县界", palette.GREY, ways=(Way((RING,)),), frames=False),))
    for write in (html, png):
        with pytest.raises(NothingToDraw):
            write(empty)


def test_the_view_is_true_to_scale_and_holds_every_point() -> None:
    points = [(121.0, 29.0), (121.6, 29.3), (121.2, 29.1)]
    view = View.of(points).shaped(1.5)
    west, south, east, north = view.box()
    assert all(west < lon < east and south < lat < north for lon, lat in points)
    assert view.wide_m == pytest.approx(1.5 * view.high_m)
    (x0, y0), (x1, y1) = view.flat(points[0]), view.flat(points[1])
    assert ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 == pytest.approx(distance_m(*points[0], *points[1]), rel=2e-3)


@pytest.mark.parametrize(
    ("metres", "said"), [(130, "100 m"), (5_000, "5 km"), (4_999, "2 km"), (99_999, "50 km"), (12, "10 m")]
)
def test_scale_bars_have_lengths_that_one_can_read(metres: float, said: str) -> None:
    assert length_text(nice_length(metres)) == said


def test_times_fall_into_a_few_bands_that_cover_all() -> None:
    seconds = [0.0, 60, 700, 2000, 5000, float("inf")]
    made = bands(seconds)
    assert [sum(band.holds(s) for band in made) for s in seconds] == [1] * len(seconds)
    assert len(made) <= 7
    names = [band.name for band in of_limits([600.0, 1200.0])]
    assert names == ["10 分以内", "10–20 分", "超过 20 分", "道路不通"]


def seen(colour: str, matrix: tuple[tuple[float, ...], ...]) -> tuple[float, ...]:
    """Return a colour as somebody sees it who lacks a kind of cones (Machado et al. 2009), in linear light."""
    linear = [((int(colour[i : i + 2], 16) / 255) ** 2.2) for i in (1, 3, 5)]
    return tuple(max(0.0, sum(m * c for m, c in zip(row, linear, strict=True))) ** (1 / 2.2) for row in matrix)


DEUTAN = ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881))
PROTAN = ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998))
TRITAN = ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900))


@pytest.mark.parametrize("eyes", [DEUTAN, PROTAN, TRITAN], ids=["deutan", "protan", "tritan"])
def test_colours_are_told_apart_by_everybody(eyes: tuple[tuple[float, ...], ...]) -> None:
    kinds = (palette.BLUE, palette.GREEN, palette.ORANGE, palette.VERMILION, palette.BLACK)
    for colours in (kinds, tuple(palette.steps(6))):
        views = [seen(colour, eyes) for colour in colours]
        apart = [
            sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5
            for n, one in enumerate(views)
            for other in views[:n]
        ]
        assert min(apart) > 0.1


def test_the_steps_are_those_of_viridis_and_rise_in_grey() -> None:
    made = palette.steps(5)
    assert made[0] == "#440154"
    grey = [0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (bytes.fromhex(c[1:]) for c in made)]
    assert grey == sorted(grey)
    assert "viridis" in colormaps


def test_a_word_of_latin_letters_is_not_broken_at_the_end_of_a_line() -> None:
    lines = picture_module.wrapped(["本期没有派工记录,跨界台账为空;请核对月份和(--month)与区域(--area)", "x" * 200])
    assert any("(--month)" in line for line in lines)
    assert max(map(len, lines)) <= 2 * picture_module.LETTERS
