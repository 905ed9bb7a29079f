"""Rows in which solvers plan the same problems: every solver on every seed, medians, and how we stand to each."""

import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from .apart import Answer, Failed, Run, apart
from .own import as_reported, constructed, greedy, own
from .peers import PEERS, missing
from .problems import Case, Scale, Worth
from .repair import repaired

COLUMNS = (
    "solver", "s", "cost, median (least – most)", "own / it", "target", "as it came", "unserved", "violations",
    "peak MB",
)  # fmt: skip
OWN, GREEDY, REPORTED, START = "own search", "greedy insertion", "greedy, as reported", "own construction"
OURS = {OWN: own, GREEDY: greedy, REPORTED: as_reported, START: constructed}


@dataclass(frozen=True, slots=True)
class Result:
    """One solver on one problem; ``raw``: as a peer gave it, before it was repaired."""

    worth: Worth
    seconds: float
    peak_mb: float
    raw: Worth | None = None
    trace: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """
    Who plans what, and for how long.

    :ivar models: peer -> the ways in which the problem is put to it; each gets all its seconds, the best plan counts
    :ivar targets: solver -> our cost should be at most so much of its cost
    """

    number: int
    title: str
    cases: tuple[Case, ...]
    seconds: float
    cores: int = 1
    peer_seconds: float = 0.0
    models: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    targets: dict[str, float] = field(default_factory=dict)
    most_mb: float | None = None


Results = dict[str, list[Result]]


def say(text: str) -> None:
    """Tell how far it is."""
    print(text, file=sys.stderr, flush=True)


def play(match: Match) -> Results:
    """Run all solvers on all problems of a row, one after the other; who fails is left out of that problem."""
    results: Results = defaultdict(list)
    for case in match.cases:
        say(f"row {match.number}: {case}")
        scale = Scale(case.make())
        for name, solver in OURS.items():
            run = apart(solver, case, match.seconds, match.cores, cores=match.cores, seconds=match.seconds)
            results[name].append(_result(scale.worth(run.answer.routes), run))
        for peer, models in match.models.items():
            if not missing(peer) and (found := _best(match, case, scale, peer, models)):
                results[peer].append(found)
    return results


def _result(worth: Worth, run: Run, raw: Worth | None = None) -> Result:
    return Result(worth, run.answer.seconds, run.peak_mb, raw, run.answer.trace)


def _best(match: Match, case: Case, scale: Scale, peer: str, models: tuple[Any, ...]) -> Result | None:
    """Return the best that a peer found, repaired; None if it found nothing."""
    found = []
    for model in models:
        try:
            run = _asked(PEERS[peer], case, match, model)
            mended = apart(repaired, case, run.answer.routes)
        except Failed as failure:
            say(f"    {peer} ({model}): {failure}")
            continue
        raw, worth = scale.worth(run.answer.routes), scale.worth(mended.answer.routes)
        say(f"    {peer} ({model}): {raw.cost:,.0f} as it came, {worth.cost:,.0f} repaired, {dict(worth.broken)}")
        found.append(_result(worth, run, raw))
    return min(found, key=lambda result: (result.worth.violations, result.worth.cost), default=None)


def _asked(solver: Callable[..., Answer], case: Case, match: Match, model: Any) -> Run:
    seconds = match.peer_seconds
    return apart(solver, case, seconds, match.cores, model, cores=match.cores, seconds=seconds)


def ratio(results: Results, name: str) -> float | None:
    """Return the median of our cost by a solver's cost, problem by problem; None if it did not answer each time."""
    ours, theirs = results[OWN], results.get(name, [])
    if len(theirs) != len(ours):
        return None
    return median(a.worth.cost / b.worth.cost for a, b in zip(ours, theirs, strict=True))


def table(match: Match, results: Results) -> list[str]:
    """Return the rows of the page."""
    lines = [
        f"| {' | '.join(COLUMNS)} |",
        "|---" * len(COLUMNS) + "|",
    ]
    names = [name for name in (OWN, *match.models, GREEDY, REPORTED, START) if results.get(name)]
    lines += [_line(match, results, name) for name in names]
    absent = [
        f"{peer}: {'not installed' if missing(peer) else 'no answer'}" for peer in match.models if not results.get(peer)
    ]
    return lines + (["", f"Left out – {'; '.join(absent)}."] if absent else [])


def _line(match: Match, results: Results, name: str) -> str:
    found = results[name]
    costs = [result.worth.cost for result in found]
    share, target = ratio(results, name), match.targets.get(name)
    raw = [result.raw.cost for result in found if result.raw]
    cells = (
        f"**{name}**" if name == OWN else name,
        f"{median(result.seconds for result in found):.1f}",
        f"{median(costs):,.0f} ({min(costs):,.0f} – {max(costs):,.0f})",
        "" if name == OWN else f"**{share:.3f}**" if share else f"{len(found)} answers",
        "" if target is None else f"≤ {target:.2f}{'' if share and share <= target else ': missed'}",
        f"{median(raw):,.0f}" if raw else "",
        f"{max(result.worth.unserved for result in found)}",
        f"{sum(result.worth.violations for result in found)}",
        f"{max(result.peak_mb for result in found):,.0f}" + _memory(match, name, found),
    )
    return f"| {' | '.join(cells)} |"


def _memory(match: Match, name: str, found: list[Result]) -> str:
    if match.most_mb is None or name != OWN:
        return ""
    fits = max(result.peak_mb for result in found) <= match.most_mb
    return f" (limit {match.most_mb:,.0f}{'' if fits else ': missed'})"
