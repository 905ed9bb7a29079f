"""What a play is judged by: what really came of the day, by the rules of the objective, not what was planned."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dispatch.routing.optimiser.problem import UNSERVED_MIN
from dispatch.routing.optimiser.search.facts import Floats, Ints

from .days import Outcome

MINUTE_S, HOUR_S = 60.0, 3_600.0
P95 = 95


@dataclass(frozen=True)
class Figures:
    """
    One play's figures. Minutes, unless said otherwise.

    :ivar cost: weighted minutes late against the promise, and minutes of driving; a job that nobody can do costs what
        leaving it out costs in a problem (a day late)
    :ivar moves: how often a published crew was changed, per job
    :ivar moved: (4) share of jobs moved never, once, twice, more often
    :ivar late_by_area, late_by_county: mean minutes late
    :ivar decide_ms, replan_ms: planner's time, mean and largest
    :ivar speed: simulated seconds in one of a core
    :ivar arrivals_h, calls_h: (jobs) hours of the day
    """

    policy: str
    seed: int
    jobs: int
    never: int
    cost: float
    late_cost: float
    drive_min: float
    on_time: float
    response_mean: float
    response_p95: float
    moves: float
    moved: tuple[float, ...]
    late_by_area: Mapping[str, float]
    late_by_county: Mapping[str, float]
    decide_ms: tuple[float, float]
    replan_ms: tuple[float, float]
    replans: int
    speed: float
    calls_h: tuple[float, ...]
    arrivals_h: tuple[float, ...]


def measured(outcome: Outcome) -> Figures:
    """Return the figures of a play."""
    day, jobs = outcome.day, outcome.day.problem.jobs
    served = outcome.begun_s >= 0
    weight = np.array([job.weight for job in jobs])
    late = _late_min(outcome)
    late_cost = float((weight * late).sum())
    drive = float(outcome.drive_s[served].sum()) / MINUTE_S
    response = (outcome.begun_s - day.called_s)[served] / MINUTE_S
    rules = day.problem.rules
    return Figures(
        policy=outcome.policy, seed=day.seed, jobs=len(jobs), never=int((~served).sum()),
        cost=rules.late * late_cost + rules.travel * drive, late_cost=late_cost, drive_min=drive,
        on_time=float((late == 0).mean()), response_mean=_mean(response),
        response_p95=float(np.percentile(response, P95)) if len(response) else 0.0,
        moves=float(outcome.moves.mean()), moved=_moved(outcome.moves),
        late_by_area=_by([job.area_class for job in jobs], late),
        late_by_county=_by([job.county for job in jobs], late),
        decide_ms=_ms(outcome.decided_s), replan_ms=_ms(outcome.replanned_s), replans=len(outcome.replanned_s),
        speed=outcome.played_s / max(1e-9, outcome.cpu_s),
        calls_h=tuple((day.called_s / HOUR_S).tolist()),
        arrivals_h=tuple(np.sort(outcome.begun_s[served] / HOUR_S).tolist()),
    )  # fmt: skip


def _late_min(outcome: Outcome) -> Floats:
    """Return (n) minutes late; a job that never began is a day late."""
    due = np.array([outcome.begun_s.max() if job.due_s is None else job.due_s for job in outcome.day.problem.jobs])
    late = np.maximum(0, outcome.begun_s - due) / MINUTE_S
    found: Floats = np.where(outcome.begun_s >= 0, late, UNSERVED_MIN)
    return found


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else 0.0


def _moved(moves: Ints) -> tuple[float, ...]:
    counts = np.bincount(np.minimum(moves, 3), minlength=4) / max(1, len(moves))
    return tuple(counts.tolist())


def _by(names: list[str], late: Floats) -> dict[str, float]:
    all_ = np.array(names)
    return {str(name): float(late[all_ == name].mean()) for name in np.unique(all_)}


def _ms(seconds: list[float]) -> tuple[float, float]:
    return (1e3 * sum(seconds) / len(seconds), 1e3 * max(seconds)) if seconds else (0.0, 0.0)
