"""Problem and plan files as the commands take and write them: JSON, or VRPLIB where the name says so."""

import sys
from pathlib import Path
from typing import Any

from dispatch.kit.errors import Invalid
from dispatch.kit.files import reason
from dispatch.routing.optimiser.files import opening as files
from dispatch.routing.optimiser.files import reading, vrplib, writing
from dispatch.routing.optimiser.files.saying import BadPlan, BadProblem
from dispatch.routing.optimiser.problem import Plan, Problem

Json = dict[str, Any]


class BadOut(Invalid):
    """The file cannot be written there."""


def problem_at(file: Path) -> tuple[Problem, Json]:
    """
    Return the problem in a file, as values and as the JSON object that the scorer takes.

    :raises BadProblem: naming the place in the file
    """
    if file.suffix.lower() == ".vrp":
        problem = vrplib.read_instance(file)
        return problem, writing.json_of_problem(problem)
    found = files.parse(files.bytes_of(file, BadProblem), BadProblem)
    return reading.read_problem(found), found


def plan_at(file: Path, problem: Problem) -> tuple[Plan, Json]:
    """
    Return the plan in a file, as values and as JSON object.

    :raises BadPlan: naming the place in the file
    """
    if file.suffix.lower() == ".sol":
        plan = vrplib.read_solution(file, problem)
        return plan, writing.json_of_plan(plan)
    found = files.parse(files.bytes_of(file, BadPlan), BadPlan)
    return reading.read_plan(found), found


def check_out(file: Path | None) -> None:
    """
    Make sure before long work that its result can be written; what stands in the file stays.

    :raises BadOut: if it cannot
    """
    if file is None:
        return
    there = file.exists()
    try:
        with file.open("ab"):
            pass
        if not there:
            file.unlink()
    except OSError as error:
        raise _bad(file, error) from error


def write(file: Path | None, data: bytes) -> None:
    """
    Write a result to a file, or to standard output; what cannot be written goes there too instead of being lost.

    :raises BadOut: then
    """
    if file is None:
        _print(data)
        return
    try:
        file.write_bytes(data)
    except OSError as error:
        _print(data)
        raise _bad(file, error) from error


def _print(data: bytes) -> None:
    sys.stdout.write(data.decode())
    sys.stdout.flush()


def _bad(file: Path, error: OSError) -> BadOut:
    return BadOut(f"不能写入 {file}:{reason(error)}", field="--out")
