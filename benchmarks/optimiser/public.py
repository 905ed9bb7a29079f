"""Public VRPTW instances against the best known values: the same engine with the distance as its objective."""

from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import vrplib

from dispatch.routing.optimiser.files.vrplib import read_instance
from dispatch.routing.optimiser.problem import ByMatrix, Problem

from .apart import Answer
from .own import searched
from .peers import PLENTY
from .problems import Routes

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "vrptw"


def best_known(file: Path) -> float:
    """Return the best known value of an instance, from the solution beside it."""
    return float(vrplib.read_solution(file.with_suffix(".sol"))["cost"])


def own_public(file: Path, seconds: float, cores: int, seed: int) -> Answer:
    """Our search."""
    return searched(read_instance(file), seconds, cores, seed)


def pyvrp_public(file: Path, seconds: float, cores: int, seed: int) -> Answer:
    """PyVRP with its own reader, under the same convention of tenths cut off."""
    import pyvrp  # noqa: PLC0415  not always installed

    data = pyvrp.read(file, round_func="dimacs")
    began = monotonic()
    best = pyvrp.solve(data, stop=pyvrp.stop.MaxRuntime(seconds), seed=seed, display=False).best
    took = monotonic() - began
    return Answer(_named([[stop.idx + 1 for stop in route if stop.is_client()] for route in best.routes()]), took)


def ortools_public(file: Path, seconds: float, cores: int, seed: int) -> Answer:
    """OR-Tools routing, guided local search; it has no seed."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2  # noqa: PLC0415  the others' runs need no such memory

    problem = read_instance(file)
    assert isinstance(problem.travel, ByMatrix)
    tenths = np.array(problem.travel.seconds)
    nodes = pywrapcp.RoutingIndexManager(len(tenths), len(problem.crews), 0)
    model = pywrapcp.RoutingModel(nodes)
    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitMatrix(tenths.tolist()))
    _demand(problem, model, nodes, tenths)
    how = pywrapcp.DefaultRoutingSearchParameters()
    how.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    how.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    how.time_limit.FromTimedelta(timedelta(seconds=seconds))
    began = monotonic()
    found = model.SolveWithParameters(how)
    return Answer(_named(_paths(model, nodes, found)), monotonic() - began)


def _demand(problem: Problem, model: Any, nodes: Any, tenths: np.ndarray) -> None:
    """Say time on site, windows and loads."""
    work = np.array([0, *(job.work_s for job in problem.jobs)])
    shuts = problem.crews[0].latest_s
    model.AddDimension(model.RegisterTransitMatrix((tenths + work[:, None]).tolist()), shuts, shuts, False, "time")
    model.AddDimensionWithVehicleCapacity(
        model.RegisterUnaryTransitVector([0, *(job.load for job in problem.jobs)]), 0,
        [crew.room or PLENTY for crew in problem.crews], True, "load",
    )  # fmt: skip
    time = model.GetDimensionOrDie("time")
    for i, job in enumerate(problem.jobs, 1):
        time.CumulVar(nodes.NodeToIndex(i)).SetRange(*job.window_s)


def _paths(model: Any, nodes: Any, found: Any) -> list[list[int]]:
    paths = []
    for c in range(model.vehicles() if found else 0):
        path, index = [], found.Value(model.NextVar(model.Start(c)))
        while not model.IsEnd(index):
            path.append(nodes.IndexToNode(index))
            index = found.Value(model.NextVar(index))
        paths.append(path)
    return paths


def _named(paths: list[list[int]]) -> Routes:
    used = [path for path in paths if path]
    return {f"v{i:04d}": tuple(map(str, path)) for i, path in enumerate(used, 1)}
