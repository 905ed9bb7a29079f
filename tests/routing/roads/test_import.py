"""From an OpenStreetMap file to a graph file: roads, their directions, what bars them; and files that are none."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.routing.roads.file import MAGIC, BadGraph, NotAGraph
from dispatch.routing.roads.graph import Graph
from dispatch.routing.roads.importing import Imported, import_roads
from dispatch.routing.roads.network import Roads
from dispatch.routing.roads.pbf import BadExtract, NoRoads
from dispatch.routing.roads.profile import BadProfile, Profile
from dispatch.routing.roads.ways import way

from .networks import PROFILE, RULE, TOWNS, write_osm
from .test_search import NOON

# A street of five points 100 m or so apart, and a side street off its middle.
STREET = {k: (121.870 + 0.001 * k, 29.480) for k in range(5)} | {9: (121.872, 29.481)}
Tags = Mapping[str, str]


def imported(tmp_path: Path, roads: Sequence[tuple[Sequence[int], Tags]], **more: object) -> tuple[Graph, Imported]:
    write_osm(tmp_path / "x.osm.pbf", STREET, roads, **more)  # type: ignore[arg-type]
    made = import_roads(tmp_path / "x.osm.pbf", tmp_path / "x.graph", rule=TOWNS, profile=PROFILE)
    return Graph.load(tmp_path / "x.graph"), made


def minutes(graph: Graph, start: int, goal: int) -> float | None:
    """Return the minutes between two points of the street; None: no way."""
    found = way(Roads(graph, RULE), STREET[start], STREET[goal], at=NOON)
    return None if found is None else found.seconds / 60


RESIDENTIAL = {"highway": "residential"}


def test_roads_are_cut_where_they_meet_and_keep_their_shape(tmp_path: Path) -> None:
    graph, made = imported(tmp_path, [([0, 1, 2, 3, 4], RESIDENTIAL | {"name": "东街"}), ([2, 9], RESIDENTIAL)])
    assert (made.edges, made.junctions, made.points) == (3, 4, 8)
    assert graph.name_of(0) == "东街"
    assert np.array(graph.points(0)) == pytest.approx(np.array([STREET[0], STREET[1], STREET[2]]))
    assert made.kilometres == pytest.approx(0.5, abs=0.03)
    assert (made.pieces.number, made.pieces.largest) == (1, 4)


def test_a_one_way_street_is_driven_one_way(tmp_path: Path) -> None:
    for said, there, back in (("yes", True, False), ("-1", False, True), ("no", True, True)):
        graph, _ = imported(tmp_path, [([0, 1, 2, 3, 4], RESIDENTIAL | {"oneway": said})])
        assert ((minutes(graph, 0, 4) is not None), (minutes(graph, 4, 0) is not None)) == (there, back)
    graph, _ = imported(tmp_path, [([0, 1, 2, 9, 0], {"highway": "tertiary", "junction": "roundabout"})])
    assert minutes(graph, 1, 0) is not None
    assert minutes(graph, 1, 0) != minutes(graph, 0, 1)


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "footway"},
        {"highway": "residential", "access": "no"},
        {"highway": "service", "motor_vehicle": "private"},
        {"highway": "residential", "area": "yes"},
        {"highway": "construction"},
        {"route": "ferry", "motor_vehicle": "no"},
        {"building": "yes"},
    ],
)
def test_what_a_repair_vehicle_cannot_drive_is_no_road(tmp_path: Path, tags: Tags) -> None:
    with pytest.raises(NoRoads, match="没有抢修车可通行的道路"):
        imported(tmp_path, [([0, 1], tags)])
    assert not (tmp_path / "x.graph").exists()


def test_the_most_special_word_about_access_decides(tmp_path: Path) -> None:
    imported(tmp_path, [([0, 1], RESIDENTIAL | {"access": "no", "motor_vehicle": "yes"})])
    with pytest.raises(NoRoads):
        imported(tmp_path, [([0, 1], RESIDENTIAL | {"access": "yes", "motorcar": "no"})])


def test_a_bollard_ends_the_road_and_an_open_gate_does_not(tmp_path: Path) -> None:
    street = [([0, 1, 2, 3, 4], RESIDENTIAL)]
    for tags, passed in (
        ({"barrier": "bollard"}, False),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, True),
        ({"barrier": "gate"}, True),
        ({"barrier": "gate", "access": "private"}, False),
    ):
        graph, _ = imported(tmp_path, street, tags={1: tags})
        assert (minutes(graph, 0, 4) is not None) is passed


def test_signposted_limits_cap_the_speed_and_slips_of_the_pen_do_not(tmp_path: Path) -> None:
    road = {"highway": "primary"}
    free, capped, miles, slip, words = (
        minutes(imported(tmp_path, [([0, 1, 2, 3, 4], road | said)])[0], 0, 4) or 0
        for said in ({}, {"maxspeed": "20"}, {"maxspeed": "20 mph"}, {"maxspeed": "0"}, {"maxspeed": "CN:urban"})
    )
    assert capped == pytest.approx(free * PROFILE.roads["primary"].rural / (20 * PROFILE.limit_share.value), rel=0.05)
    assert free < miles < capped
    assert slip == words == free


def test_a_ferry_takes_its_sailing_and_its_wait(tmp_path: Path) -> None:
    ferry = {"route": "ferry", "duration": "00:35", "name": "石浦—鹤浦"}
    graph, made = imported(tmp_path, [([0, 1], RESIDENTIAL), ([1, 2, 3], ferry), ([3, 4], RESIDENTIAL)])
    assert made.ferries == 1
    assert minutes(graph, 0, 4) == pytest.approx(35 + PROFILE.ferry.wait_min, abs=1)
    graph, _ = imported(tmp_path, [([0, 1], RESIDENTIAL), ([1, 2, 3], {"route": "ferry"}), ([3, 4], RESIDENTIAL)])
    assert minutes(graph, 0, 4) == pytest.approx(PROFILE.ferry.wait_min + 0.2 * 60 / PROFILE.ferry.speed, abs=1)


def test_a_town_makes_its_roads_urban(tmp_path: Path) -> None:
    town = {9: {"place": "town", "population": "180000"}}
    road = [([0, 1, 2, 3, 4], {"highway": "primary"}), ([2, 9], RESIDENTIAL)]
    urban, rural = (imported(tmp_path, road, tags=tags)[0] for tags in (town, {}))
    assert set(urban.area.tolist()) == {0}
    assert set(rural.area.tolist()) == {1}
    assert (minutes(urban, 0, 4) or 0) > (minutes(rural, 0, 4) or 0)


def test_a_network_in_pieces_says_so(tmp_path: Path) -> None:
    _, made = imported(tmp_path, [([0, 1], RESIDENTIAL), ([3, 4], RESIDENTIAL)])
    assert (made.pieces.number, made.pieces.largest, made.pieces.small) == (2, 2, 4)


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "空文件"), (b"hello" * 9999, "不是完整的 OSM 数据"), (None, "没有这个文件")]
)
def test_what_is_no_extract_is_told_so_and_nothing_is_written(tmp_path: Path, content: bytes | None, said: str) -> None:
    extract, out = tmp_path / "bad.osm.pbf", tmp_path / "out" / "x.graph"
    if content is not None:
        extract.write_bytes(content)
    with pytest.raises(BadExtract, match=said):
        import_roads(extract, out, rule=TOWNS)
    assert not out.parent.exists()


def test_an_extract_cut_in_half_leaves_the_graph_that_was_there(tmp_path: Path) -> None:
    many = {k: (121.0 + 0.0001 * k, 29.0 + 0.00007 * (k * 7919 % 101)) for k in range(20_000)}
    roads = [(list(range(k, k + 101)), RESIDENTIAL) for k in range(0, 19_800, 100)]
    whole = write_osm(tmp_path / "whole.osm.pbf", many, roads).read_bytes()
    (tmp_path / "half.osm.pbf").write_bytes(whole[: len(whole) // 2])
    import_roads(tmp_path / "whole.osm.pbf", tmp_path / "x.graph", rule=TOWNS)
    before = (tmp_path / "x.graph").read_bytes()
    with pytest.raises(BadExtract, match="未写入任何内容"):
        import_roads(tmp_path / "half.osm.pbf", tmp_path / "x.graph", rule=TOWNS)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["half.osm.pbf", "whole.osm.pbf", "x.graph"]
    assert (tmp_path / "x.graph").read_bytes() == before


@given(st.binary(max_size=40).filter(lambda content: not content.startswith(MAGIC)))
def test_whatever_file_is_there_and_is_no_graph_stays_as_it_is(content: bytes) -> None:
    """The law: an import destroys nothing but a graph, and says so before it reads the extract."""
    with TemporaryDirectory() as folder:
        out = Path(folder, "calls.csv")
        out.write_bytes(content)
        with pytest.raises(NotAGraph, match=r"calls\.csv 已存在且不是路网文件.*--force"):
            import_roads(Path(folder, "no.osm.pbf"), out, rule=TOWNS)
        assert out.read_bytes() == content


def test_a_graph_is_replaced_by_a_graph_and_anything_by_force(tmp_path: Path) -> None:
    imported(tmp_path, [([0, 1, 2, 3, 4], RESIDENTIAL)])
    extract, out = tmp_path / "x.osm.pbf", tmp_path / "x.graph"
    whole = out.read_bytes()
    for before in (whole, whole[:-100]):  # a graph, and one that was cut
        out.write_bytes(before)
        import_roads(extract, out, rule=TOWNS)
        assert out.read_bytes() == whole
    out.write_text("lon,lat\n")
    import_roads(extract, out, rule=TOWNS, force=True)
    assert out.read_bytes() == whole
    for force in (False, True):
        with pytest.raises(NotAGraph, match="是文件夹"):
            import_roads(extract, tmp_path, rule=TOWNS, force=force)


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path: Path) -> None:
    imported(tmp_path, [([0, 1, 2, 3, 4], RESIDENTIAL)])
    (tmp_path / "file").write_text("as it was")
    with pytest.raises(BadGraph, match=r"无法写入.*同名的文件或文件夹"):
        import_roads(tmp_path / "x.osm.pbf", tmp_path / "file/x.graph", rule=TOWNS)
    assert (tmp_path / "file").read_text() == "as it was"


def test_a_graph_file_that_is_cut_changed_or_another_thing_is_refused(tmp_path: Path) -> None:
    imported(tmp_path, [([0, 1, 2, 3, 4], RESIDENTIAL)])
    whole, bad = (tmp_path / "x.graph").read_bytes(), tmp_path / "bad.graph"
    for content in (whole[:-100], whole[:-1] + b"x" if whole[-1:] != b"x" else whole[:-1] + b"y", b"", b"PK\x03\x04"):
        bad.write_bytes(content)
        with pytest.raises(BadGraph, match="dispatch roads import"):
            Graph.load(bad)
    bad.write_bytes(whole.replace(b'"version": 1', b'"version": 2'))
    with pytest.raises(BadGraph, match="第 2 版"):
        Graph.load(bad)
    with pytest.raises(BadGraph):
        Graph.load(tmp_path / "none.graph")


def test_a_profile_that_cannot_be_used_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "profile.yaml"
    path.write_text("roads: {primary: {urban: 400, rural: 60, remote: 40, source: x}}\n", "utf-8")
    with pytest.raises(BadProfile, match=r"roads\.primary\.urban"):
        Profile.load(path)
    with pytest.raises(BadProfile, match="无法读取"):
        Profile.load(tmp_path / "none.yaml")


def test_every_speed_of_the_profile_has_its_source() -> None:
    assert all(speeds.source for speeds in PROFILE.roads.values())
    assert np.all([[s.urban, s.rural, s.remote] for s in PROFILE.roads.values()])
