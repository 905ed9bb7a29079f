"""The real extract beside the repository, and its graph."""

import os
from pathlib import Path

import pytest

from dispatch.routing.roads.importing import import_roads

from .networks import TOWNS

SHARED = Path(os.environ.get("DISPATCH_SHARED_DATA") or Path(__file__).resolve().parents[3].parent / "shared" / "data")


@pytest.fixture(scope="session")
def andorra_pbf() -> Path:
    """The extract of Andorra (ODbL): mountains, tunnels, one city."""
    path = SHARED / "osm" / "andorra.osm.pbf"
    if not path.exists():
        pytest.skip("osm/andorra.osm.pbf 不在仓库旁的 shared/data 中(可用 DISPATCH_SHARED_DATA 指定)")
    return path


@pytest.fixture(scope="session")
def andorra(andorra_pbf: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The graph file of Andorra."""
    path = tmp_path_factory.mktemp("roads") / "andorra.graph"
    import_roads(andorra_pbf, path, rule=TOWNS)
    return path
