"""
Public routing instances (VRPLIB files, CVRP and VRPTW) as problems, and plans as the ``.sol`` text that goes with them.

Distances are tenths, cut off: the convention of the DIMACS challenge under which PyVRP publishes best known values. A
"second" of such a problem is a tenth of a unit of distance, and the rules are such that the cost is the distance.
"""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from vrplib.parse import parse_solution, parse_vrplib

from dispatch.routing.optimiser.problem import ByMatrix, Crew, Job, Place, Plan, Problem, Rules

from . import vrptext
from .opening import bytes_of
from .saying import BadPlan, BadProblem
from .shapes import FARTHEST_S

TENTHS = 10
KNOWN = {
    "name", "comment", "type", "dimension", "vehicles", "capacity", "edge_weight_type", "edge_weight_format",
    "node_coord_type", "display_data_type", "node_coord", "demand", "depot", "service_time", "time_window",
    "edge_weight",
}  # fmt: skip

Instance = Mapping[str, Any]
Ints = NDArray[np.int64]


def read_instance(file: Path) -> Problem:
    """
    Return the problem in a ``.vrp`` file; jobs are called by the customers' numbers in ``.sol`` files.

    :raises BadProblem: naming the section and the remedy
    """
    text = vrptext.text_of(bytes_of(file, BadProblem), file.name)
    vrptext.check(text)
    try:
        found: Instance = _with_ways(parse_vrplib(text, compute_edge_weights=False))
    except Exception as error:  # a parser of others: whatever trips it, the file is no instance
        raise BadProblem(f"{file.name} 不是完整的 VRPLIB 文件({type(error).__name__}):请核对", field="file") from error
    _check(found)
    customers, tenths = int(found["dimension"]) - 1, _tenths(found["edge_weight"])
    windows, work = _windows(found), _of_each(found, "service_time", 0)
    demand, last = _of_each(found, "demand", 0) // TENTHS, int(windows[0, 1])
    dearer = 2.0 * (customers + 1) * float(tenths.max(initial=0)) / TENTHS + 1  # than any whole plan
    jobs = (
        Job(
            id=str(i),
            at=Place(place=i),
            work_s=int(work[i]),
            window_s=(int(windows[i, 0]), int(windows[i, 1])),
            unserved=dearer,
            load=int(demand[i]),
        )
        for i in range(1, customers + 1)
    )
    return Problem(
        name=str(found.get("name", file.stem)),
        horizon_s=int(windows[:, 1].max()),
        travel=ByMatrix(tuple(map(tuple, tenths.tolist())), metric=_is_metric(found, work)),
        jobs=tuple(jobs),
        crews=tuple(_vehicle(i, found, int(windows[0, 0]), last) for i in range(_vehicles(found, customers))),
        rules=Rules(travel=60 / TENTHS, late=0.0, protected=0.0, overtime=0.0),
    )


def _with_ways(found: Instance) -> Instance:
    """Return the instance with its distances; the library's own take roots of rounding errors below zero."""
    if found["edge_weight_type"] != "EUC_2D":
        return found
    x, y = np.asarray(found["node_coord"], float).reshape(len(found["node_coord"]), -1)[:, :2].T
    return {**found, "edge_weight": np.sqrt((x[:, None] - x) ** 2 + (y[:, None] - y) ** 2)}


def read_solution(file: Path, problem: Problem) -> Plan:
    """
    Return the plan in a ``.sol`` file: its first route is that of the first vehicle, and so on.

    :raises BadPlan: if it is none, or has more routes than there are vehicles
    """
    text = vrptext.text_of(bytes_of(file, BadPlan), file.name, BadPlan)
    try:
        routes = [tuple(str(customer) for customer in route) for route in parse_solution(text)["routes"]]
    except Exception as error:
        raise BadPlan(f"{file.name} 不是完整的 .sol 文件({type(error).__name__}):请核对", field="file") from error
    if len(routes) > len(problem.crews):
        said = f"有 {len(routes)} 条路线,但只有 {len(problem.crews)} 辆车:请核对是否同一个问题的解"
        raise BadPlan(f"{file.name} {said}", field="file")
    vehicles = (crew.id for crew in problem.crews)
    return Plan(problem=problem.name, routes=dict(zip(vehicles, routes, strict=False)))


def solution_of(problem: Problem, plan: Plan) -> str:
    """
    Return the text of a ``.sol`` file.

    :raises BadPlan: if the problem is no such instance, or customers are left out, which such a file cannot say
    """
    if not isinstance(problem.travel, ByMatrix) or any(crew.at.place or crew.back != crew.at for crew in problem.crews):
        raise BadPlan("只有 .vrp 问题的方案能写成 .sol:请把 --out 改为 .json", field="--out")
    routes = [plan.routes[crew.id] for crew in problem.crews if plan.routes.get(crew.id)]
    if left := len(problem.jobs) - sum(map(len, routes)):
        said = f"有 {left} 个客户没有排上,.sol 写不出:{_why_left(problem, plan)},或把 --out 改为 .json"
        raise BadPlan(said, field="--out")
    seconds, total = problem.travel.seconds, 0
    for route in routes:
        stops = (0, *map(int, route), 0)
        total += sum(seconds[a][b] for a, b in pairwise(stops))
    lines = [f"Route #{i}: {' '.join(route)}" for i, route in enumerate(routes, 1)]
    return "\n".join([*lines, f"Cost {total / TENTHS:.1f}", ""])


def _why_left(problem: Problem, plan: Plan) -> str:
    """Return why customers are left out, where the numbers prove it, and the remedy."""
    if not problem.crews:
        return "一辆车也没有,请增加 VEHICLES"
    room = max(crew.room or 0 for crew in problem.crews)
    if big := next((job for job in problem.jobs if job.load > room), None):
        return f"客户 {big.id} 的需求 {big.load:,} 大于 CAPACITY {room:,},哪辆车都装不下,请改 DEMAND 或 CAPACITY"
    wanted, there = sum(job.load for job in problem.jobs), room * len(problem.crews)
    if wanted > there:
        return f"需求合计 {wanted:,},{len(problem.crews):,} 辆车只装得下 {there:,},请增加 VEHICLES 或 CAPACITY"
    words = {left.sentence for left in plan.unserved.values()}
    return f"原因是{'、'.join(sorted(words)) or '没有写明'},请加长时间,或核对时间窗与车数"


def _check(found: Instance) -> None:
    if unknown := sorted(set(found) - KNOWN):
        raise BadProblem(f"{unknown[0].upper()} 不认识:只能用于 CVRP 和 VRPTW,请核对", field=unknown[0])
    _counts(found)


def _counts(found: Instance) -> None:
    if found["type"] == "VRPTW" and "time_window" not in found:
        raise BadProblem("缺少 TIME_WINDOW_SECTION:请补上", field="time_window")
    if list(found["depot"]) != [0]:
        raise BadProblem("DEPOT_SECTION 应只有 1(一个车场,编号为 1):请改正", field="depot")
    _are_numbers(found, int(found["dimension"]))


def _are_numbers(found: Instance, n: int) -> None:
    """Check the shapes of the sections, and that all in them is a number not below zero."""
    shapes = {"demand": (n,), "edge_weight": (n, n), "time_window": (n, 2), "service_time": (n,), "capacity": ()}
    for name, shape in shapes.items():
        if name not in found:
            continue
        try:
            array = np.asarray(found[name], float)
        except (TypeError, ValueError):
            array = np.full(1, np.nan)
        if array.shape not in (shape, ()) or not np.isfinite(array).all():
            raise BadProblem(f"{name.upper()} 应有 {'×'.join(map(str, shape)) or 1} 个数:请核对", field=name)
        if array.min(initial=0) < 0 or array.max(initial=0) * TENTHS > FARTHEST_S:
            raise BadProblem(f"{name.upper()} 中有负数或过大的数:请改正", field=name)


def _tenths(values: object) -> Ints:
    tenths: Ints = np.floor(np.asarray(values, float) * TENTHS).astype(np.int64)
    return tenths


def _of_each(found: Instance, name: str, default: int) -> Ints:
    """Return a number of each node in tenths; a single number is that of each customer."""
    values = found.get(name, default)
    each = np.full(int(found["dimension"]), values, float) if np.ndim(values) == 0 else values
    return _tenths(each)


def _windows(found: Instance) -> Ints:
    if "time_window" in found:
        windows = _tenths(found["time_window"])
        if (turned := np.flatnonzero(windows[:, 0] > windows[:, 1])).size:
            raise BadProblem(f"TIME_WINDOW 第 {turned[0] + 1} 个节点的起点晚于终点:请改正", field="time_window")
        return windows
    return np.tile(np.array([0, FARTHEST_S]), (int(found["dimension"]), 1))


def _is_metric(found: Instance, work: Ints) -> bool:
    """Cut off to tenths, a detour may be a tenth shorter: work of a tenth on the way makes up for it."""
    return found["edge_weight_type"] == "EUC_2D" and bool((work[1:] >= 1).all())


def _vehicles(found: Instance, customers: int) -> int:
    return min(int(found.get("vehicles", customers)), customers)


def _vehicle(i: int, found: Instance, opens: int, shuts: int) -> Crew:
    depot = Place(place=0)
    room = int(found["capacity"])
    return Crew(id=f"v{i + 1:04d}", at=depot, back=depot, free_s=opens, ends_s=shuts, latest_s=shuts, room=room)
