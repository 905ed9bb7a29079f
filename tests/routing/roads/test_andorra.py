"""A real extract: all its crews answered, against another search; what one closed tunnel does."""

from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from dispatch.routing.roads.closures import Closure, ClosureCause
from dispatch.routing.roads.file import BadGraph
from dispatch.routing.roads.graph import Graph
from dispatch.routing.roads.grid import DEGREE
from dispatch.routing.roads.importing import import_roads
from dispatch.routing.roads.network import Roads
from dispatch.routing.roads.pbf import BadExtract
from dispatch.routing.roads.search import FAR
from dispatch.routing.roads.ways import way

from .networks import RULE, TOWNS
from .test_search import NOON

pytestmark = pytest.mark.real_data
CAPITAL, NORTH_EAST, WEST = (1.5218, 42.5063), (1.7337, 42.5424), (1.4563, 42.5697)  # la Vella, Pas de la Casa, Arinsal


@pytest.fixture(scope="module")
def roads(andorra: Path) -> Roads:
    return Roads.open(andorra, RULE)


def test_the_network_hangs_together(roads: Roads) -> None:
    pieces = roads.graph.about["pieces"]
    assert roads.graph.junctions > 4000
    assert pieces["largest"] / roads.graph.junctions > 0.95


def test_the_drive_over_the_pass_takes_what_people_say(roads: Roads) -> None:
    found = way(roads, CAPITAL, NORTH_EAST, at=NOON)
    assert found is not None
    assert 25 <= found.seconds / 60 <= 55
    assert 25_000 <= found.metres <= 36_000
    assert "CG-2" in found.roads


def test_thousands_of_crews_need_as_long_as_another_search_says(roads: Roads) -> None:
    graph, rng = roads.graph, np.random.default_rng(11)
    some = rng.integers(0, len(graph.lon), 2000)
    lon, lat = graph.lon[some] * DEGREE, graph.lat[some] * DEGREE
    place = roads.place(*CAPITAL)
    assert place is not None
    snapped, weights = graph.snap(lon, lat), roads.at(NOON).weights
    found = roads.seeker.times(weights, place[0], snapped)
    goal, n = place[0], graph.junctions
    least: dict[tuple[int, int], int] = {}
    there, back = weights.there_ms.astype(np.int64), weights.back_ms.astype(np.int64)
    never = 2**31 - 1
    arcs = [(a, b, ms) for a, b, ms in zip(graph.a.tolist(), graph.b.tolist(), there.tolist(), strict=True)]
    arcs += [(b, a, ms) for a, b, ms in zip(graph.a.tolist(), graph.b.tolist(), back.tolist(), strict=True)]
    for tail, head, ms in arcs:
        if ms != never:
            least[head, tail] = min(least.get((head, tail), never), ms)
    least[n, int(graph.a[goal.edge])] = max(1, round(there[goal.edge] * goal.share))
    least[n, int(graph.b[goal.edge])] = max(1, round(back[goal.edge] * (1 - goal.share)))
    matrix = csr_array((list(least.values()), tuple(np.array(list(least)).T)), shape=(n + 1, n + 1))
    cost = dijkstra(matrix, indices=n)[:n]
    e = snapped.edge
    over_a = np.where(back[e] == never, np.inf, cost[graph.a[e]] + back[e] * snapped.share)
    over_b = np.where(there[e] == never, np.inf, cost[graph.b[e]] + there[e] * (1 - snapped.share))
    expected = np.minimum(over_a, over_b)
    other = e != goal.edge
    answered = np.where(found.ms == FAR, np.inf, found.ms)
    assert answered[other] == pytest.approx(expected[other], abs=5)


def test_a_closed_pass_cuts_the_far_side_off_and_says_so(roads: Roads) -> None:
    main = Closure("c1", ClosureCause.SNOW, "CG-2 隘口段", None, NOON, road="CG-2")
    shut = Roads(roads.graph, RULE, [main])
    assert len(shut.edges_of(main)) > 20
    lon, lat = np.array([NORTH_EAST, WEST]).T
    times = shut.to_job(lon, lat, *CAPITAL, area_class="urban", at=NOON)
    free = roads.to_job(lon, lat, *CAPITAL, area_class="urban", at=NOON)
    assert times.seconds[0] > free.seconds[0]
    assert "因冰雪(CG-2 隘口段)封闭" in times.why(0)
    assert times.why(1) == ""
    assert times.seconds[1] == free.seconds[1]


def test_the_extract_cut_in_half_is_refused(andorra_pbf: Path, tmp_path: Path) -> None:
    half = tmp_path / "half.osm.pbf"
    content = andorra_pbf.read_bytes()
    half.write_bytes(content[: len(content) // 2])
    with pytest.raises(BadExtract, match="不是完整的 OSM 数据"):
        import_roads(half, tmp_path / "x.graph", rule=TOWNS)
    assert [path.name for path in tmp_path.iterdir()] == ["half.osm.pbf"]
    half.write_bytes(content)
    import_roads(half, tmp_path / "x.graph", rule=TOWNS)
    assert Graph.load(tmp_path / "x.graph").junctions > 4000
    (tmp_path / "x.graph").write_bytes(content)
    with pytest.raises(BadGraph):
        Graph.load(tmp_path / "x.graph")


def test_the_same_extract_makes_the_same_file(andorra_pbf: Path, andorra: Path, tmp_path: Path) -> None:
    again = import_roads(andorra_pbf, tmp_path / "x.graph", rule=TOWNS)
    assert again.digest == Graph.load(andorra).digest
