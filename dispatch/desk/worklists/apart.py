"""
Half-days' lists made in a process of its own, so that neither the event loop nor its interpreter is held.

The child is given half-days and says their lists. If it dies, hangs or has not memory enough, the lists are made here
by insertion alone, and say so: a depot is never without a list for want of a solver.
"""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from dispatch.desk.planning.child import Bounds, SolverFailed, answer_of, said_by
from dispatch.kit.logs import logger
from dispatch.routing.worklists.files import json_of_half_day, json_of_list, read_half_day, read_list
from dispatch.routing.worklists.inserting import inserted
from dispatch.routing.worklists.making import make, shares
from dispatch.routing.worklists.problem import HalfDay, List

from .wording import Words, naming_of

BOUNDS = Bounds(search_s=0.0, deadline_s=300.0, memory_mib=2048)  # the search is counted in turns, not in seconds
NOTE = "求解没有完成({}),本清单由逐户插入排出:行车可能偏多,未排入的未逐一求解原因;请班所负责人核对后再派"
Json = dict[str, Any]

log = logger("worklists")


@dataclass(frozen=True, slots=True)
class Asked:
    """
    A half-day whose list is wanted.

    :param after: the next half-day, counted from this one's begin; None: nobody looks there
    :param iterations: turns of the search, for each visit
    """

    half_day: HalfDay
    after: HalfDay | None
    words: Words
    seed: int
    iterations: int


@dataclass(frozen=True, slots=True)
class Solved:
    """
    A half-day and the list that was made of it.

    :param shares: depot -> what its own part costs; nothing where depots are pooled
    :param note: what a reader must know of how it was made; empty: nothing
    """

    half_day: HalfDay
    made: List
    shares: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    note: str = ""


async def solved_apart(asked: Sequence[Asked]) -> list[Solved]:
    """
    Return the lists of half-days; the same half-days give the same, byte for byte, unless the solver failed.

    :raises BadHalfDay: if a half-day is wrong in itself; the message names the field
    """
    if not any(one.half_day.visits for one in asked):  # nothing to search
        return [_solved(one) for one in asked]
    given = json.dumps([_json_of(one) for one in asked], ensure_ascii=False).encode()
    try:
        said = json.loads(await answer_of(__name__, given, BOUNDS, seed=0))
    except SolverFailed as failed:
        log.warning("lists made by insertion", failure=failed.failure.value, detail=failed.detail)
        return await asyncio.to_thread(_by_insertion, asked, failed)
    return [
        Solved(one.half_day, read_list(answer["list"]), answer["shares"])
        for one, answer in zip(asked, said, strict=True)
    ]


def _by_insertion(asked: Sequence[Asked], failed: SolverFailed) -> list[Solved]:
    found = []
    for one in asked:
        made = inserted(one.half_day, naming=naming_of(one.words))
        made = replace(made, made_by={**made.made_by, "failure": failed.failure.value})
        found.append(Solved(one.half_day, made, _shares(one.half_day, made), NOTE.format(failed.failure.label)))
    return found


def _shares(half_day: HalfDay, made: List) -> dict[str, dict[str, float]]:
    return shares(half_day, {team: tuple(stop.visit for stop in stops) for team, stops in made.routes.items()})


def _solved(asked: Asked) -> Solved:
    naming = naming_of(asked.words)
    made = make(asked.half_day, seed=asked.seed, iterations=asked.iterations, naming=naming, after=asked.after)
    return Solved(asked.half_day, made, _shares(asked.half_day, made))


def _json_of(asked: Asked) -> Json:
    return {
        "half_day": json_of_half_day(asked.half_day),
        "after": None if asked.after is None else json_of_half_day(asked.after),
        "words": asdict(asked.words) | {"begins_at": asked.words.begins_at.isoformat()},
        "seed": asked.seed,
        "iterations": asked.iterations,
    }


def _read(told: Json) -> Asked:
    words = told["words"] | {"begins_at": datetime.fromisoformat(told["words"]["begins_at"])}
    return Asked(
        half_day=read_half_day(told["half_day"]),
        after=None if told["after"] is None else read_half_day(told["after"]),
        words=Words(**words),
        seed=told["seed"],
        iterations=told["iterations"],
    )


def answered(asked: Sequence[Json]) -> list[Json]:
    """Return what the child says to the half-days that it was given."""
    solved = [_solved(_read(one)) for one in asked]
    return [{"list": json_of_list(one.made), "shares": one.shares} for one in solved]


def main(memory_mib: int) -> int:
    """Be the child: half-days on standard input, their lists on standard output; returns the exit code."""
    return said_by(answered, memory_mib)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[4])))
