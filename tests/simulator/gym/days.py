"""Small days of the gym, written out: crews and jobs on a line of kilometres, one kind of work."""

import numpy as np

from dispatch.routing.optimiser.problem import ByMatrix, Crew, Job, Place, Problem
from dispatch.simulator.gym.days import HORIZON_S, LEFT_OUT, PlayDay

MINUTE_S = 60
OVERRUN_S = 15 * MINUTE_S
Call = tuple[int, int, int, int]  # called, place, expected work, real work: minutes, but the place


def day(
    calls: list[Call], crews: list[tuple[int, str]], *, limit_min: int = 45, county: str = "甲", seed: int = 1
) -> PlayDay:
    """
    Return a day on a street where each place lies ten minutes from the next.

    :param crews: place and county of each
    """
    places = 1 + max(place for _, place, *_ in calls + [(0, at) for at, _ in crews])  # type: ignore[operator,misc]
    seconds = tuple(tuple(abs(a - b) * 10 * MINUTE_S for b in range(places)) for a in range(places))
    jobs = tuple(
        Job(
            id=f"j{i}", at=Place(place=place), work_s=expected * MINUTE_S, county=county, needs=("lv",), weight=1.0,
            due_s=(at + limit_min) * MINUTE_S, window_s=(0, HORIZON_S), unserved=LEFT_OUT,
        )
        for i, (at, place, expected, _) in enumerate(calls)
    )  # fmt: skip
    teams = tuple(
        Crew(
            id=f"c{i}", at=Place(place=at), county=home, skills=("lv",), ends_s=HORIZON_S, latest_s=HORIZON_S
        )
        for i, (at, home) in enumerate(crews)
    )  # fmt: skip
    problem = Problem(travel=ByMatrix(seconds, metric=True), jobs=jobs, crews=teams, horizon_s=HORIZON_S)
    called = np.array([at for at, *_ in calls], np.int64) * MINUTE_S
    works = np.array([real for *_, real in calls], np.int64) * MINUTE_S
    return PlayDay(problem, called, works, OVERRUN_S, seed)
