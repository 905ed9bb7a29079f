"""Policies against each other over paired seeds: means, and intervals from the bootstrap over the seeds."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from dispatch.routing.optimiser.search.facts import Floats

from .figures import Figures

Json = dict[str, Any]
DRAWS = 10_000  # of the bootstrap (Efron 1979)
CONFIDENCE = 95.0  # per cent
FEWEST = 2  # seeds that an interval needs
AVERAGED = ("cost", "late_cost", "drive_min", "on_time", "response_mean", "response_p95", "moves", "never", "speed")
SHOWN = (*AVERAGED, "jobs", "replans", "late_by_area", "late_by_county", "decide_ms", "replan_ms", "moved")


@dataclass(frozen=True)
class Between:
    """A number with its interval; ``low`` and ``high`` are None if there are too few seeds for one."""

    value: float
    low: float | None
    high: float | None


def ratio(ours: Sequence[Figures], theirs: Sequence[Figures]) -> Between:
    """Return cost over cost on the same seeds: sums over the seeds, both drawn together."""
    _check(ours, theirs)
    a, b = (np.array([one.cost for one in side]) for side in (ours, theirs))
    return _between(a.sum() / b.sum(), lambda rows: a[rows].sum(axis=1) / b[rows].sum(axis=1), len(a))


def difference(ours: Sequence[Figures], theirs: Sequence[Figures]) -> Between:
    """Return by how much a day costs more with ours than with theirs, on the same seeds."""
    _check(ours, theirs)
    apart = np.array([a.cost - b.cost for a, b in zip(ours, theirs, strict=True)])
    return _between(apart.mean(), lambda rows: apart[rows].mean(axis=1), len(apart))


def mean(figures: Sequence[Figures], name: str) -> Between:
    """Return the mean of one figure over the seeds."""
    values = np.array([getattr(one, name) for one in figures], float)
    return _between(values.mean(), lambda rows: values[rows].mean(axis=1), len(values))


def _check(ours: Sequence[Figures], theirs: Sequence[Figures]) -> None:
    if [one.seed for one in ours] != [one.seed for one in theirs]:
        raise ValueError("policies are compared on the same seeds only")


def _between(value: float, drawn: Callable[[Any], Floats], seeds: int) -> Between:
    if seeds < FEWEST:
        return Between(float(value), None, None)
    rows = np.random.default_rng(seeds).integers(0, seeds, (DRAWS, seeds))
    low, high = np.percentile(drawn(rows), ((100 - CONFIDENCE) / 2, (100 + CONFIDENCE) / 2))
    return Between(float(value), float(low), float(high))


def report(played: dict[str, list[Figures]], **about: object) -> Json:
    """
    Return the whole comparison as JSON.

    :param played: policy -> its figures, the same seeds in the same order
    """
    first = next(iter(played.values()))
    return {
        **about,
        "seeds": [one.seed for one in first],
        "policies": {name: _policy(figures) for name, figures in played.items()},
        "paired": [_pair(a, b, played) for a in played for b in played if a != b],
    }


def _policy(figures: list[Figures]) -> Json:
    return {
        "mean": {name: asdict(mean(figures, name)) for name in AVERAGED},
        "replan_ms": dict(zip(("mean", "max"), mean_and_most(figures, "replan_ms"), strict=True)),
        "decide_ms": dict(zip(("mean", "max"), mean_and_most(figures, "decide_ms"), strict=True)),
        "by_seed": [{"seed": one.seed} | {name: getattr(one, name) for name in SHOWN} for one in figures],
    }


def mean_and_most(figures: Sequence[Figures], name: str) -> tuple[float, float]:
    """Return the mean of a planner's time, plays with more plans counting more, and the largest; milliseconds."""
    took = [(getattr(one, name), one.replans if name == "replan_ms" else one.jobs) for one in figures]
    plans = sum(count for _, count in took)
    return sum(ms[0] * count for ms, count in took) / max(1, plans), max(ms[1] for ms, _ in took)


def _pair(ours: str, theirs: str, played: dict[str, list[Figures]]) -> Json:
    return {
        "policy": ours,
        "against": theirs,
        "cost_ratio": asdict(ratio(played[ours], played[theirs])),
        "cost_difference": asdict(difference(played[ours], played[theirs])),
    }
