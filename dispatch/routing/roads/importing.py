"""From an OpenStreetMap extract to a graph file."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from dispatch.kit.earth import EARTH_RADIUS_M, unit_vectors
from dispatch.kit.rulepack import RulePack

from . import file
from .drawing import AreaClass, Pieces, draw
from .grid import Columns
from .pbf import Progress, Ways, nothing, read
from .profile import AREA_CLASSES, FERRY, Profile, SpeedTable

URBAN, RURAL, REMOTE = range(len(AREA_CLASSES))


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of an extract."""

    file: str
    digest: str
    junctions: int
    edges: int
    points: int
    kilometres: float
    ferries: int
    barred: int
    cut: int  # roads of which points are missing: at the border of the extract
    pieces: Pieces
    bytes: int


@dataclass(frozen=True, slots=True)
class TownRule:
    """What makes a road urban or remote (rule pack, section area_class): (people, metres), largest first; metres."""

    urban: tuple[tuple[int, float], ...]
    remote_m: float

    @classmethod
    def of(cls, pack: RulePack) -> "TownRule":
        """Read the numbers from a pack."""
        towns = sorted(((t.population, t.radius.value * 1000) for t in pack.area_class.urban), reverse=True)
        return cls(tuple(towns), pack.area_class.remote_from.value * 1000)


def import_roads(
    extract: Path,
    out: Path,
    *,
    rule: TownRule,
    profile: Profile | None = None,
    progress: Progress = nothing,
    force: bool = False,
) -> Imported:
    """
    Make a graph file of an extract. Nothing is written unless all of it can be.

    :param force: write over whatever file is there, not only over a graph
    :raises NotAGraph: if ``out`` is a file of another kind; told before the work begins
    :raises BadExtract: if the extract is none, or not a whole one
    :raises NoRoads: if nothing in it can be driven
    :raises BadGraph: if ``out`` cannot be written
    """
    if not force or out.is_dir():
        file.check_place(out)
    vehicle = profile or Profile.load()
    ways = read(extract, vehicle, progress=progress)
    progress("连接路口", len(ways))
    columns, about, pieces = drawn(ways, vehicle, rule, source=extract.name)
    progress("写入文件", len(columns["a"]))
    digest = file.save(out, columns, about)
    return Imported(
        file=str(out),
        digest=digest,
        junctions=len(columns["junction_lon"]),
        edges=len(columns["a"]),
        points=len(columns["lon"]),
        kilometres=round(float(columns["metres"].sum(dtype=float)) / 1000, 1),
        ferries=int((columns["road"] == SpeedTable.of(vehicle).roads.index(FERRY)).sum()),
        barred=len(ways.closed),
        cut=ways.broken,
        pieces=pieces,
        bytes=out.stat().st_size,
    )


def drawn(ways: Ways, vehicle: Profile, rule: TownRule, *, source: str) -> tuple[Columns, dict[str, Any], Pieces]:
    """Return the columns of a graph, what its file says about it, and how it hangs together."""
    columns, pieces = draw(ways, vehicle, classes_by(ways.towns, rule))
    about = {
        "source": source,
        "roads": SpeedTable.of(vehicle).roads,
        "speeds": {name: speeds.model_dump(exclude={"source"}) for name, speeds in vehicle.roads.items()},
        "limit_share": vehicle.limit_share.value,
        "pieces": asdict(pieces),
    }
    return columns, about, pieces


def classes_by(towns: Sequence[tuple[float, float, int]], rule: TownRule) -> AreaClass:
    """Return what tells the area class of points from the towns of the extract: the rule that tickets go by too."""
    sized = [(lon, lat, _radius(people, rule)) for lon, lat, people in towns if _radius(people, rule) > 0]

    def classes(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.uint8]:
        found = np.full(len(lon), RURAL, np.uint8)
        if not sized:
            return found
        points = unit_vectors(lon, lat).T
        nearest = np.full(len(lon), np.inf)
        for radius in sorted({size for _, _, size in sized}):
            some = [town for town in sized if town[2] == radius]
            chord, _ = cKDTree(unit_vectors([t[0] for t in some], [t[1] for t in some]).T).query(points)
            away = 2 * EARTH_RADIUS_M * np.arcsin(np.minimum(chord / 2, 1.0))
            found[away <= radius] = URBAN
            nearest = np.minimum(nearest, away)
        found[nearest > rule.remote_m] = REMOTE
        return found

    return classes


def _radius(people: int, rule: TownRule) -> float:
    return next((metres for least, metres in rule.urban if people >= least), 0.0)
