"""Problem and plan files as the commands take and write them: JSON, or VRPLIB where the name says so."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

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


def check_out(file: Path | None, *read: Path) -> None:
    """
    Make sure before long work that its result can be written; what stands in the file stays.

    :param read: files that the command reads: by whatever name, none of them is written over
    :raises BadOut: if it cannot
    """
    if file is None:
        return
    for one in read:
        if file.exists() and one.exists() and file.samefile(one):
            raise BadOut(f"{file} 就是输入文件 {one},写入会把它覆盖:请换一个文件名", field="--out")
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

    :raises BadOut: then, or if standard output is full or closed
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
    with printing(",或用 --out 写入文件", field="--out"):
        sys.stdout.write(data.decode())


@contextmanager
def printing(otherwise: str = "", *, field: str = "标准输出") -> Iterator[None]:
    """
    Let the block print a result.

    :param otherwise: what else can be done if that is not possible
    :raises BadOut: if standard output is full or closed
    """
    if sys.stdout is None:  # as Python has it when nothing is open there
        raise BadOut(f"不能写到标准输出:它已关闭,请打开或改接到文件{otherwise}", field=field)
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        _let_go(sys.stdout)
        raise BadOut(f"不能写到标准输出:{reason(error)}{otherwise}", field=field) from error


def _let_go(stream: TextIO) -> None:
    """What could not be written is not tried again when the program ends: that would be a second, English, message."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _bad(file: Path, error: OSError) -> BadOut:
    return BadOut(f"不能写入 {file}:{reason(error)}", field="--out")
