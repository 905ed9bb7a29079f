"""
The general solvers: VROOM (pyvroom), PyVRP and OR-Tools routing, each told all of a problem that it can be told.

Skills, starts, shifts, hard windows, times on site and the cost of leaving a job out are said to all three; OR-Tools
also knows promises that cost by the minute (``SetCumulVarSoftUpperBound``). None can be told of shared caps. Their
seconds begin when their model is built.
"""

from collections.abc import Callable
from datetime import timedelta
from importlib.metadata import PackageNotFoundError, version
from time import monotonic
from typing import Any

import numpy as np

from dispatch.routing.optimiser.problem import Problem

from .apart import Answer
from .problems import Case, Routes
from .views import matrix, skills, windows

try:
    import pyvrp
    import vroom

    THERE = True
except ImportError:  # `make bench-optimiser` installs them; without them their rows say so
    THERE = False


class NoAnswer(Exception):
    """A peer found no plan at all in its time."""


PLENTY = 1_000_000
MOST_PRIORITY = 100  # of VROOM
HIGHEST_PRIZE = 86_400.0  # above PyVRP's highest penalty (100,000) it would rather break rules
DEEP, FIRST_ONLY = 5, 1  # VROOM's levels of exploration: its largest; and one that answers on large problems
LARGE = 2_000  # jobs: beyond, its largest level has no answer within eight minutes, whatever time it is given
HALVES = 2  # weights of half a cost a second become whole


def versions() -> str:
    """Return the versions of those who take part."""
    return ", ".join(f"{name} {_version(name)}" for name in ("pyvroom", "pyvrp", "ortools"))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "(not installed)"


def missing(name: str) -> bool:
    """Tell whether a peer cannot be run here."""
    return name in ("VROOM", "PyVRP") and not THERE


def by_vroom(case: Case, seconds: float, cores: int, share: float) -> Answer:
    """VROOM; dear jobs have a high priority."""
    problem = case.make()
    limits, known = windows(problem, share), skills(problem)
    jobs, dearest = len(problem.jobs), max((job.unserved for job in problem.jobs), default=1.0)
    model = vroom.Input()
    model.set_durations_matrix("car", matrix(problem))
    for j, job in enumerate(problem.jobs):
        model.add_job(
            vroom.Job(
                j,
                location=j,
                default_service=job.work_s,
                skills={known[name] for name in job.needs},
                priority=int(MOST_PRIORITY * job.unserved / dearest),
                time_windows=[vroom.TimeWindow(int(limits[j, 0]), int(limits[j, 1]))],
            )
        )
    for c, crew in enumerate(problem.crews):
        owned, shift = {known[name] for name in crew.skills}, vroom.TimeWindow(crew.free_s, crew.latest_s)
        model.add_vehicle(vroom.Vehicle(c, start=jobs + c, skills=owned, time_window=shift))
    began = monotonic()
    level = DEEP if jobs <= LARGE else FIRST_ONLY
    found = model.solve(level, nb_threads=cores, timeout=timedelta(seconds=seconds)).routes
    took = monotonic() - began
    visits = found[found["type"] == "job"]
    return Answer(_routes(problem, zip(visits["vehicle_id"], visits["id"], strict=True)), took)


def by_pyvrp(case: Case, seconds: float, cores: int, share: float) -> Answer:
    """PyVRP; a skill is a load that only crews with the skill have room for, leaving a job out loses its prize."""
    problem = case.make()
    data = _pyvrp_data(problem, share)
    began = monotonic()
    best = pyvrp.solve(data, stop=pyvrp.stop.MaxRuntime(seconds), seed=case.seed, display=False).best
    took = monotonic() - began
    visits = ((route.vehicle_type(), stop.idx) for route in best.routes() for stop in route if stop.is_client())
    return Answer(_routes(problem, visits), took, figures={"feasible": float(best.is_feasible())})


def _pyvrp_data(problem: Problem, share: float) -> Any:
    limits, known, jobs = windows(problem, share), skills(problem), len(problem.jobs)
    dearest = max((job.unserved for job in problem.jobs), default=1.0)
    prize = min(60.0, HIGHEST_PRIZE / dearest)
    inner = matrix(problem)
    nowhere = len(inner)  # where routes end: no drive there takes time
    seconds: Any = np.zeros((nowhere + 1, nowhere + 1), np.int64)
    seconds[:nowhere, :nowhere] = inner
    places = [job.at for job in problem.jobs] + [crew.at for crew in problem.crews]
    clients = [
        pyvrp.Client(
            location=j,
            delivery=[int(name in job.needs) for name in known],
            service_duration=job.work_s,
            tw_early=int(limits[j, 0]),
            tw_late=int(limits[j, 1]),
            prize=int(prize * job.unserved),
            required=False,
        )
        for j, job in enumerate(problem.jobs)
    ]
    depots = [pyvrp.Depot(location=jobs + c) for c in range(len(problem.crews))] + [pyvrp.Depot(location=nowhere)]
    crews = [
        pyvrp.VehicleType(
            capacity=[PLENTY * (name in crew.skills) for name in known],
            start_depot=c,
            end_depot=len(problem.crews),
            tw_early=crew.free_s,
            tw_late=crew.latest_s,
        )
        for c, crew in enumerate(problem.crews)
    ]
    points = [pyvrp.Location(place.x_km, place.y_km) for place in places] + [pyvrp.Location(0.0, 0.0)]
    return pyvrp.ProblemData(points, clients, depots, crews, [seconds], [seconds])


def by_ortools(case: Case, seconds: float, cores: int, first: str) -> Answer:
    """
    OR-Tools routing with guided local search; promises as they are, in half costs of a second.

    :param first: strategy of the first solution
    """
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2  # noqa: PLC0415  the others' runs need no such memory

    problem = case.make()
    jobs, crews = len(problem.jobs), len(problem.crews)
    drive = np.zeros((jobs + crews + 1, jobs + crews + 1), np.int64)
    drive[:-1, :-1] = matrix(problem)
    work = np.array([*(job.work_s for job in problem.jobs), *[0] * (crews + 1)])
    nodes = pywrapcp.RoutingIndexManager(
        jobs + crews + 1, crews, list(range(jobs, jobs + crews)), [jobs + crews] * crews
    )
    model = pywrapcp.RoutingModel(nodes)
    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitMatrix((HALVES * drive).tolist()))
    moves = model.RegisterTransitMatrix((drive + work[:, None]).tolist())
    day_s = max((crew.latest_s for crew in problem.crews), default=0)
    model.AddDimension(moves, day_s, day_s, False, "time")
    _promise(problem, model, nodes, model.GetDimensionOrDie("time"))
    how = pywrapcp.DefaultRoutingSearchParameters()
    how.first_solution_strategy = getattr(routing_enums_pb2.FirstSolutionStrategy, first)
    how.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    how.time_limit.FromTimedelta(timedelta(seconds=seconds))
    began = monotonic()
    found = model.SolveWithParameters(how)
    took = monotonic() - began
    if found is None:
        raise NoAnswer(f"no solution within {seconds:g} s")
    return Answer(_routes(problem, _visits(model, nodes, found, jobs)), took)


def _promise(problem: Problem, model: Any, nodes: Any, time: Any) -> None:
    """Say windows, promises, skills, what leaving a job out costs, and shifts."""
    able = {
        need: [c for c, crew in enumerate(problem.crews) if set(need) <= set(crew.skills)] for need in _needs(problem)
    }
    for j, job in enumerate(problem.jobs):
        index = nodes.NodeToIndex(j)
        time.CumulVar(index).SetRange(*job.window_s)
        if job.due_s is not None:
            time.SetCumulVarSoftUpperBound(index, job.due_s, int(HALVES * job.weight))
        model.VehicleVar(index).SetValues([-1, *able[job.needs]])  # -1: left out
        model.AddDisjunction([index], int(60 * HALVES * job.unserved))
    for c, crew in enumerate(problem.crews):
        time.CumulVar(model.Start(c)).SetRange(crew.free_s, crew.latest_s)
        time.CumulVar(model.End(c)).SetRange(crew.free_s, crew.latest_s)


def _needs(problem: Problem) -> set[tuple[str, ...]]:
    return {job.needs for job in problem.jobs}


def _visits(model: Any, nodes: Any, found: Any, jobs: int) -> list[tuple[int, int]]:
    """Return (vehicle, node) in order."""
    visits = []
    for c in range(model.vehicles()):
        index = found.Value(model.NextVar(model.Start(c)))
        while not model.IsEnd(index):
            visits.append((c, nodes.IndexToNode(index)))
            index = found.Value(model.NextVar(index))
    return [(c, node) for c, node in visits if node < jobs]


def _routes(problem: Problem, visits: Any) -> Routes:
    routes: dict[str, list[str]] = {}
    for crew, job in visits:
        routes.setdefault(problem.crews[int(crew)].id, []).append(problem.jobs[int(job)].id)
    return {crew: tuple(jobs) for crew, jobs in routes.items()}


PEERS: dict[str, Callable[..., Answer]] = {"VROOM": by_vroom, "PyVRP": by_pyvrp, "OR-Tools": by_ortools}
