"""
A problem of a list put to OR-Tools routing: windows, skills, pins, pauses, places on a team, declared visits.

Counted in solutions, not in seconds, so that the same problem gives the same routes.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from dispatch.routing.optimiser.problem import Cap, Crew, Job, Place, Problem
from dispatch.routing.optimiser.ways import ways

NO_WAY_S = 10**7  # longer than any half-day
LONGEST_S = 3600  # guided local search wants a limit of time; the count of solutions ends it before
SOLUTIONS = 20  # solutions of its local search that take about as long as a hundred turns of our own

Names = dict[str, tuple[str, ...]]


def searched(problem: Problem, *, seed: int, iterations: int, seconds: float | None = None) -> Names:
    """
    Return crew -> jobs in order.

    :param iterations: turns of our own search for each job that this one should take about as long as
    :param seconds: search as long instead; then the routes are not the same again
    """
    if not problem.jobs or not problem.crews:
        return {}
    told = Told(problem)
    told.model.solver().ReSeed(seed)
    how = pywrapcp.DefaultRoutingSearchParameters()
    how.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    how.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    if seconds is None:
        how.solution_limit = max(1, iterations * len(problem.jobs) * SOLUTIONS // 100)
    how.time_limit.FromTimedelta(timedelta(seconds=LONGEST_S if seconds is None else seconds))
    found = told.model.SolveWithParameters(how)
    return dict(told.routes(found)) if found is not None else {}


class Told:
    """A problem as OR-Tools knows it: nodes are the jobs, then each crew's depot."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        jobs, crews = len(problem.jobs), len(problem.crews)
        ends = list(range(jobs, jobs + crews))
        self.nodes = pywrapcp.RoutingIndexManager(jobs + crews, crews, ends, ends)
        self.model = pywrapcp.RoutingModel(self.nodes)
        drive = _seconds(problem)
        self.model.SetArcCostEvaluatorOfAllVehicles(self.model.RegisterTransitMatrix(drive.tolist()))
        work = np.array([*(job.work_s for job in problem.jobs), *[0] * crews])
        moves = self.model.RegisterTransitMatrix((drive + work[:, None]).tolist())
        day_s = max([problem.horizon_s, *(crew.latest_s for crew in problem.crews)])
        self.model.AddDimension(moves, day_s, day_s, False, "time")
        self.time = self.model.GetDimensionOrDie("time")
        self._teams(work.tolist())
        for j, job in enumerate(problem.jobs):
            self._visit(j, job)
        for cap in problem.caps:
            self._declared(cap)

    def _teams(self, work: list[int]) -> None:
        """Say from when to when teams work, their pauses, and how many visits each may make."""
        jobs = len(self.problem.jobs)
        for c, crew in enumerate(self.problem.crews):
            self.time.CumulVar(self.model.Start(c)).SetRange(crew.free_s, crew.free_s)
            self.time.CumulVar(self.model.End(c)).SetRange(crew.free_s, crew.latest_s)
            if crew.rest_s is not None:
                from_s, to_s = crew.rest_s
                pause = self.model.solver().FixedDurationIntervalVar(from_s, from_s, to_s - from_s, False, "pause")
                at_nodes = [
                    work[node] if node < jobs else 0 for node in map(self.nodes.IndexToNode, range(self.model.Size()))
                ]
                self.time.SetBreakIntervalsOfVehicle([pause], c, at_nodes)
        room = [jobs if crew.room is None else crew.room for crew in self.problem.crews]
        one = self.model.RegisterUnaryTransitVector([1] * jobs + [0] * len(self.problem.crews))
        self.model.AddDimensionWithVehicleCapacity(one, 0, room, True, "visits")

    def _visit(self, j: int, job: Job) -> None:
        index = self.nodes.NodeToIndex(j)
        self.model.AddDisjunction([index], int(60 * job.unserved))
        able = [c for c, crew in enumerate(self.problem.crews) if _may(job, crew)]
        self.model.VehicleVar(index).SetValues([-1, *able])  # -1: left out
        opens, shuts = job.window_s
        self.time.CumulVar(index).SetRange(opens, max(opens, shuts))

    def _declared(self, cap: Cap) -> None:
        theirs = [c for c, crew in enumerate(self.problem.crews) if crew.depot == cap.depot]
        jobs = [j for j, job in enumerate(self.problem.jobs) if job.kind == cap.kind]
        if len(jobs) <= cap.visits or not theirs:
            return
        solver = self.model.solver()
        made = [solver.IsMemberVar(self.model.VehicleVar(self.nodes.NodeToIndex(j)), theirs) for j in jobs]
        solver.Add(solver.Sum(made) <= cap.visits)

    def routes(self, found: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield crew and jobs in order, of crews that have any."""
        for c, crew in enumerate(self.problem.crews):
            route, index = [], found.Value(self.model.NextVar(self.model.Start(c)))
            while not self.model.IsEnd(index):
                route.append(self.problem.jobs[self.nodes.IndexToNode(index)].id)
                index = found.Value(self.model.NextVar(index))
            if route:
                yield crew.id, tuple(route)


def _may(job: Job, crew: Crew) -> bool:
    return set(job.needs) <= set(crew.skills) and job.pinned in (None, crew.id)


def _seconds(problem: Problem) -> np.ndarray:
    """Return seconds from node to node; home by the class of the job that is left."""
    way = ways(problem)
    jobs, crews = problem.jobs, problem.crews
    places: list[Place] = [job.at for job in jobs] + [crew.at for crew in crews]
    seconds = np.zeros((len(places), len(places)), np.int64)
    for a, here in enumerate(places):
        for b, there in enumerate(places):
            if a != b and min(a, b) < len(jobs):
                drive_s = way(here, there, jobs[b] if b < len(jobs) else jobs[a])
                seconds[a, b] = NO_WAY_S if drive_s is None else drive_s
    return seconds
