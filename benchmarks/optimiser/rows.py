"""The rows of the table: what issue and promise ask for, and what each prints."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf, isfinite
from pathlib import Path
from statistics import mean, median

from dispatch.routing.optimiser.files.vrplib import read_instance

from . import plots
from .apart import Answer, Failed, apart
from .compare import GREEDY, OWN, REPORTED, Match, Results, play, ratio, say, table
from .live import LONG_S, SEARCH_S, insertion, replan
from .own import own
from .peers import PEERS, missing
from .problems import COUNTED, SEEDS, Case, Scale
from .public import FOLDER, best_known, ortools_public, own_public, pyvrp_public

PUBLIC_TARGET = 0.025
PLACE_MS, REPLAN_S = 5.0, 1.0
TWO_GB = 2_000.0


@dataclass(frozen=True, slots=True)
class Scope:
    """How much is run: the whole table, or a smoke run of tiny problems (``quick``)."""

    quick: bool
    images: Path
    public: Path = FOLDER

    @property
    def seeds(self) -> tuple[int, ...]:
        return SEEDS[: 1 if self.quick else COUNTED]

    def cases(self, kind: str, jobs: int, crews: int, *, caps: bool = False) -> tuple[Case, ...]:
        """Return a row's problems; a quick run's are tiny."""
        small = min(1.0, 60 / jobs) if self.quick else 1.0
        n, k = round(jobs * small), max(3, round(crews * small))
        return tuple(Case(kind, n, k, seed, caps) for seed in self.seeds)

    def seconds(self, asked: float) -> float:
        """Return what a solver gets; hardly anything in a quick run."""
        return min(asked, 0.5) if self.quick else asked


Row = Callable[[Scope], list[str]]
FIRST = ("PARALLEL_CHEAPEST_INSERTION", "LOCAL_CHEAPEST_INSERTION")  # OR-Tools' strategies
STORM = {"VROOM": (0.3, 0.5), "PyVRP": (0.3, 0.5), "OR-Tools": FIRST}  # shares of ``views``, tried out on another seed
DAY = {"VROOM": (0.01, 0.5), "PyVRP": (0.1, 0.5), "OR-Tools": FIRST}

WINDOWS = {"VROOM": 0.0, "PyVRP": 0.0, "OR-Tools": FIRST[0]}  # hard windows alone: nothing is left out for promises


def _match(scope: Scope, match: Match) -> tuple[list[str], Results]:
    asked = replace(match, seconds=scope.seconds(match.seconds), peer_seconds=scope.seconds(match.peer_seconds))
    results = play(asked)
    first, last = asked.cases[0], asked.cases[-1]
    given = f"own {asked.seconds:g} s" + (
        f", peers {asked.peer_seconds:g} s with each of their models" if asked.models else ""
    )
    head = f"### {asked.number}. {asked.title}: {first.jobs:,} jobs, {first.crews:,} crews"
    cores = "one core" if asked.cores == 1 else f"{asked.cores} cores"
    return [head, "", f"Seeds {first.seed} to {last.seed}; {cores}; {given}.", "", *table(asked, results)], results


def storm(scope: Scope) -> list[str]:
    """1,000 x 150."""
    targets = {"VROOM": 0.84, "PyVRP": 0.81, "OR-Tools": 0.73}
    cases = scope.cases("storm", 1_000, 150)
    lines, results = _match(scope, Match(1, "Storm", cases, 5.0, peer_seconds=20.0, models=STORM, targets=targets))
    return lines + plots.over_time(results, scope.images / "optimiser-storm.png", "Storm, 1,000 jobs, 150 crews", 20.0)


def large_storm(scope: Scope) -> list[str]:
    """5,000 x 750 against VROOM."""
    match = Match(
        2, "Large storm", scope.cases("storm", 5_000, 750), 5.0, peer_seconds=60.0,
        models={"VROOM": STORM["VROOM"][:1]}, targets={"VROOM": 1 / 1.45},
    )  # fmt: skip
    lines, results = _match(scope, match)
    share = ratio(results, "VROOM")
    return [*lines, "", f"{1 / share:.2f} times better than VROOM (target 1.45)." if share else ""]


def province(scope: Scope) -> list[str]:
    """20,000 x 3,000 against straight insertion."""
    cases = scope.cases("storm", 20_000, 3_000)
    match = Match(
        3, "Province in a typhoon", cases, 30.0, cores=2, targets={GREEDY: 0.73, REPORTED: 0.73}, most_mb=TWO_GB
    )
    lines, results = _match(scope, match)
    return lines + plots.over_time(results, scope.images / "optimiser-province.png", "20,000 jobs, 3,000 crews", 30.0)


def normal_day(scope: Scope) -> list[str]:
    """300 x 600, an ordinary day."""
    cases = scope.cases("normal", 300, 600)
    return _match(scope, Match(4, "Normal day", cases, 1.0, peer_seconds=10.0, models=DAY))[0]


def planned(scope: Scope) -> list[str]:
    """5,000 x 1,500 with hard windows."""
    models = {"VROOM": (0.0,), "PyVRP": (0.0,)}
    cases = scope.cases("planned", 5_000, 1_500)
    return _match(scope, Match(5, "Planned half-day, hard windows", cases, 5.0, peer_seconds=60.0, models=models))[0]


def public(scope: Scope) -> list[str]:
    """VRPTW of 1,000 customers against the best known values."""
    files = sorted(file for file in scope.public.glob("*.vrp") if file.with_suffix(".sol").exists())
    if not files:
        reason = "the public instances are not beside the repository: row left out"
        print(reason, file=sys.stderr)
        return ["### 6. Public VRPTW instances", "", f"Left out: {reason}."]
    files = files[:1] if scope.quick else files
    seconds = scope.seconds(20.0)
    gaps: dict[str, dict[str, float]] = {name: {} for name in (OWN, "PyVRP", "OR-Tools")}
    for file in files:
        say(f"row 6: {file.name}")
        for name, found in _public_gaps(file, seconds, scope.seeds).items():
            gaps[name][file.stem] = found
    return _public_table(files, seconds, scope, gaps)


def _public_gaps(file: Path, seconds: float, seeds: tuple[int, ...]) -> dict[str, float]:
    """Return each solver's mean gap over the seeds (OR-Tools has none: one run), where all its plans were whole."""
    scale, best = Scale(read_instance(file)), best_known(file)
    solvers = {OWN: (own_public, seeds), "PyVRP": (pyvrp_public, seeds), "OR-Tools": (ortools_public, seeds[:1])}
    gaps: dict[str, float] = {}
    for name, (solver, its_seeds) in solvers.items():
        if not missing(name):
            costs = [_whole(scale, name, solver, (file, seconds, 1, seed)) for seed in its_seeds]
            gaps[name] = mean(cost / best - 1 for cost in costs)
    return {name: gap for name, gap in gaps.items() if isfinite(gap)}


def _whole(scale: Scale, name: str, solver: Callable[..., Answer], told: tuple[Path, float, int, int]) -> float:
    """Return the cost of a solver's plan; without end if it is no plan for all customers."""
    try:
        worth = scale.worth(apart(solver, *told, seconds=told[1]).answer.routes)
    except Failed as failure:
        say(f"    {name}: {failure}")
        return inf
    say(f"    {name}, seed {told[-1]}: {worth.cost:,.1f}, left {worth.unserved}, broken {dict(worth.broken)}")
    return inf if worth.unserved or worth.violations else worth.cost


def _public_table(files: list[Path], seconds: float, scope: Scope, gaps: dict[str, dict[str, float]]) -> list[str]:
    names, seeds = [file.stem for file in files], f"seeds {scope.seeds[0]} to {scope.seeds[-1]}"
    head = f"Gap to the best known value after {seconds:g} s of one core, mean of {seeds} (OR-Tools: one run)."
    lines = ["### 6. Public VRPTW instances, 1,000 customers", "", head, ""]
    lines += [f"| solver | {' | '.join(names)} | mean | target |", "|---" * (len(names) + 3) + "|"]
    for solver, found in gaps.items():
        average = mean(found[name] for name in names) if len(found) == len(names) else inf
        aim = f"≤ {PUBLIC_TARGET:.1%}{'' if average <= PUBLIC_TARGET else ': missed'}" if solver == OWN else ""
        cells = [f"{found[name]:.1%}" if name in found else "–" for name in names]
        shown = f"**{average:.2%}**" if isfinite(average) else "not installed" if missing(solver) else "–"
        lines.append(f"| {solver} | {' | '.join(cells)} | {shown} | {aim} |")
    return lines + plots.gaps(gaps, names, scope.images / "optimiser-public.png")


def live(scope: Scope) -> list[str]:
    """One insertion, and one re-plan of a minute."""
    long_s = scope.seconds(LONG_S)
    placed = [apart(insertion, case).answer.figures for case in scope.cases("storm", 12_000, 3_000)]
    days = scope.cases("normal", 300, 600)
    again = [apart(replan, case, long_s).answer.figures for case in days]
    live_routes = f"{median(found['routes'] for found in placed):,.0f} live routes"
    day = f"{days[0].jobs} jobs, {days[0].crews} crews"
    lines = ["### 7. In the live loop", "", f"Seeds {scope.seeds[0]} to {scope.seeds[-1]}.", ""]
    lines += ["| what | size | median of the seeds | worst seed | limit |", "|---|---|---|---|---|"]
    lines += [
        _measured("cheapest place of one job, p50 ms", live_routes, [found["p50"] for found in placed]),
        _measured("the same, p99 ms", live_routes, [found["p99"] for found in placed], PLACE_MS),
        _measured("re-plan of a minute, CPU s, reading and building inside", day, [f["cpu"] for f in again], REPLAN_S),
        _measured("of it reading the JSON object, s", day, [found["read"] for found in again]),
        _measured(f"cost above a search of {long_s:g} s, %", day, [100 * found["worse"] for found in again]),
    ]
    broken = sum(int(found["broken"]) for found in again)
    said = f"A re-plan begins with the plan of a minute ago, three jobs are new, the search gets {SEARCH_S:g} s"
    return [*lines, "", f"{said}; violations of the re-plans: {broken}."]


def _measured(what: str, size: str, found: list[float], limit: float | None = None) -> str:
    held = "" if limit is None else _held(limit, max(found))
    return f"| {what} | {size} | **{median(found):.2f}** | {max(found):.2f} | {held} |"


def _held(limit: float, worst: float) -> str:
    return f"{limit:g}{'' if worst <= limit else ': missed'}"


CAPPED = (
    ("storm", 1_000, 150),
    ("storm", 5_000, 750),
    ("normal", 300, 600),
    ("planned", 1_000, 300),
    ("planned", 5_000, 1_500),
)
PEERS_CAPPED = 1_000  # jobs: peers are shown where they are quick


def capped(scope: Scope) -> list[str]:
    """Shared caps: nobody but us can be told of them."""
    lines = [
        "### 8. Shared caps of depots (承载力): violations",
        "",
        f"Seeds {scope.seeds[0]} to {scope.seeds[-1]}; one core, own 5 s, peers 10 s and as they came. "
        "Visits above a cap / all violations, sums over the seeds; unserved: the most.",
    ]
    lines += ["", "| instances | own | own unserved | VROOM | PyVRP | OR-Tools |", "|---|---|---|---|---|---|"]
    for kind, jobs, crews in CAPPED:
        cases = scope.cases(kind, jobs, crews, caps=True)
        say(f"row 8: {cases[0]}")
        ours = [Scale(case.make()).worth(apart(own, case, scope.seconds(5.0), 1).answer.routes) for case in cases]
        cells = [
            f"**{sum(w.broken.get('cap', 0) for w in ours)} / {sum(w.violations for w in ours)}**",
            f"{max(w.unserved for w in ours)}",
        ]
        cells += [_peer_caps(peer, cases, scope) if jobs <= PEERS_CAPPED else "" for peer in PEERS]
        lines.append(f"| {kind} {cases[0].jobs:,} x {cases[0].crews:,} | {' | '.join(cells)} |")
    return lines


def _peer_caps(peer: str, cases: tuple[Case, ...], scope: Scope) -> str:
    if missing(peer):
        return "not installed"
    seconds, found = scope.seconds(10.0), []
    for case in cases:
        try:
            run = apart(PEERS[peer], case, seconds, 1, WINDOWS[peer], seconds=seconds)
        except Failed as failure:
            say(f"    {peer}: {failure}")
            continue
        found.append(Scale(case.make()).worth(run.answer.routes))
    if not found:
        return "no answer"
    return f"{sum(w.broken.get('cap', 0) for w in found)} / {sum(w.violations for w in found)}"


ROWS: dict[int, Row] = {
    1: storm, 2: large_storm, 3: province, 4: normal_day, 5: planned, 6: public, 7: live, 8: capped,
}  # fmt: skip
