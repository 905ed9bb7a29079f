"""Files of map tiles: each tile is found at its place and nowhere else; foreign and broken files are told."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pmtiles.tile import TileType

from dispatch.kit.basemap import BASEMAP, BadBasemap
from dispatch.kit.settings import Settings
from dispatch.kit.tilefile import BadTileFile, TileFile
from tests.kit.tilefiles import picture, written

DEEPEST = 9
MANY = 30_000  # more than fit into the first directory of a file


@st.composite
def places(draw: st.DrawFn) -> tuple[int, int, int]:
    z = draw(st.integers(0, DEEPEST))
    return z, draw(st.integers(0, (1 << z) - 1)), draw(st.integers(0, (1 << z) - 1))


@given(st.dictionaries(places(), st.binary(min_size=1, max_size=9), min_size=1, max_size=20), places())
def test_each_tile_is_at_its_place_and_nowhere_else(
    tmp_path_factory: pytest.TempPathFactory, tiles: dict[tuple[int, int, int], bytes], asked: tuple[int, int, int]
) -> None:
    file = TileFile(written(tmp_path_factory.mktemp("tiles") / "map.pmtiles", tiles))
    assert {place: file.tile(*place) for place in tiles} == tiles
    assert file.tile(*asked) == tiles.get(asked)


def test_a_file_with_directories_below_its_first_is_read(tmp_path: Path) -> None:
    z = 8
    tiles = {(z, n % 256, n // 256): n.to_bytes(4, "big") for n in range(MANY)}
    file = TileFile(written(tmp_path / "map.pmtiles", tiles))
    assert all(file.tile(z, n % 256, n // 256) == n.to_bytes(4, "big") for n in range(0, MANY, 97))


@pytest.mark.parametrize("place", [(-1, 0, 0), (0, 1, 0), (0, 0, -1), (40, 0, 0), (2, 4, 0)])
def test_where_the_world_ends_there_is_no_tile(tmp_path: Path, place: tuple[int, int, int]) -> None:
    file = TileFile(written(tmp_path / "map.pmtiles", {(0, 0, 0): b"a", (2, 3, 3): b"b"}))
    assert file.tile(*place) is None


@pytest.mark.parametrize("content", [b"", b"PMTiles", b"PMTiles\x02" + bytes(200), b"\xff" * 200, b"<html>" * 50])
def test_a_foreign_file_is_refused_with_the_remedy(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "map.pmtiles"
    path.write_bytes(content)
    with pytest.raises(BadTileFile, match="pmtiles convert"):
        TileFile(path)


def test_a_file_that_is_missing_holds_shapes_or_is_packed_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadTileFile, match="读不到"):
        TileFile(tmp_path / "none.pmtiles")
    with pytest.raises(BadTileFile, match="栅格"):
        TileFile(written(tmp_path / "shapes.pmtiles", {(0, 0, 0): b"a"}, TileType.MVT))
    with pytest.raises(BadTileFile, match="压缩"):
        TileFile(written(tmp_path / "packed.pmtiles", {(0, 0, 0): b"a"}, packed=True))


def test_a_directory_that_is_cut_off_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "map.pmtiles", {(0, 0, 0): b"a"})
    path.write_bytes(path.read_bytes()[:130])
    with pytest.raises(BadTileFile, match="损坏"):
        TileFile(path).tile(0, 0, 0)


def test_the_setting_opens_the_file_and_a_child_reads_it_back(tmp_path: Path) -> None:
    path = written(tmp_path / "map.pmtiles", {(3, 1, 1): picture("red")})
    said = {"kind": "pmtiles", "file": str(path), "attribution": "审图号:示例"}
    settings = Settings.from_env({BASEMAP: json.dumps(said)})
    ground = settings.basemap
    assert ground is not None
    assert (ground.urls, ground.hosts, ground.max_zoom) == (("/tiles/{z}/{x}/{y}",), (), 3)
    assert Settings.from_env(settings.environ()).basemap == ground


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ({}, "绝对路径"),
        ({"file": "map.pmtiles"}, "绝对路径"),
        ({"file": "/nowhere/map.pmtiles"}, "读不到"),
        ({"file": 7}, "绝对路径"),
    ],
)
def test_a_file_that_cannot_be_used_keeps_the_server_from_starting(said: dict[str, object], names: str) -> None:
    with pytest.raises(BadBasemap, match=names):
        Settings.from_env({BASEMAP: json.dumps({"kind": "pmtiles"} | said)})


def test_what_belongs_to_a_service_is_refused_beside_a_file(tmp_path: Path) -> None:
    path = written(tmp_path / "map.pmtiles", {(0, 0, 0): b"a"})
    with pytest.raises(BadBasemap, match="max_zoom"):
        Settings.from_env({BASEMAP: json.dumps({"kind": "pmtiles", "file": str(path), "max_zoom": 12})})
