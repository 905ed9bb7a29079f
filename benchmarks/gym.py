"""
The policies of dispatching on the gym's days: costs, moves, speed, as tables in Markdown for docs/benchmarks.md.

usage: python -m benchmarks.gym [--seeds 20] [--first-seed 1] [--cores 2] [--only storm_day …] [--out FOLDER]

Scenarios of ``scenarios/gym`` and, where they lie beside the repository, the two real records (``--record-seeds``
stretches of each). In storms the rolling policy runs three times more: without a price for changes, which is the best
cost that the others are held against, and with more published: the next job however long the present one takes, and
all of a crew's jobs. Settings were found on seeds from 1001 on, reported are those from ``--first-seed`` on.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from dispatch.kit.rulepack import Packs, RulePack
from dispatch.reports.plots import chinese_font
from dispatch.simulator.day import Window
from dispatch.simulator.gym import comparing, making, scenario, showing
from dispatch.simulator.gym.days import PlayDay
from dispatch.simulator.gym.figures import Figures
from dispatch.simulator.gym.policies import PolicyName
from dispatch.simulator.gym.recorded import Record
from dispatch.simulator.gym.replanning import Search
from dispatch.simulator.gym.terms import terms_of
from dispatch.simulator.gym.trying import tried
from dispatch.simulator.readers import pge, sffd

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios/gym"
DATA = Path(__file__).resolve().parents[2] / "shared/data"
RECORDS = {"pge": (pge.read, "pge_outages_2019_2020.csv.gz"), "sffd": (sffd.read, "sf_fire_calls_2016_2017.csv.gz")}
USUAL = Search()
ALL = 10_000  # jobs of a route; minutes
VARIANTS = {
    "rolling": USUAL,
    "rolling, changes free": replace(USUAL, change=0.0),
    "rolling, next published at once": replace(USUAL, within_min=ALL),
    "rolling, all published, change 14": replace(USUAL, ahead=ALL, within_min=ALL, change=14.0),
}
RECORD_CALLS = 1_000
Days = Callable[[], Iterator[PlayDay]]


def sources(only: list[str], seeds: range, record_seeds: range) -> Iterator[tuple[str, Days, int, bool]]:
    """Yield name, days, their number, and whether all variants of the rolling policy are played."""
    pack = Packs.load().latest("sgcc")
    for file in sorted(SCENARIOS.glob("*.toml")):
        if not only or file.stem in only:
            asked = scenario.read(file)
            yield file.stem, _made(asked, seeds, pack), len(seeds), file.stem.startswith("storm")
    for name, (read, file_name) in RECORDS.items():
        if (not only or name in only) and (DATA / file_name).exists():
            record = Record(read(DATA / file_name, Window()), pack, RECORD_CALLS, None, 60)
            yield name, _drawn(record, record_seeds), len(record_seeds), False


def _made(asked: scenario.Scenario, seeds: range, pack: RulePack) -> Days:
    return lambda: (making.made(asked, seed, terms_of(pack)) for seed in seeds)


def _drawn(record: Record, seeds: range) -> Days:
    days = [record.day(seed) for seed in seeds]
    return lambda: iter(days)


def row(name: str, figures: list[Figures], nearest: list[Figures], own: list[Figures]) -> str:
    cost, to = comparing.mean(figures, "cost"), comparing.ratio(figures, nearest)
    to_own = comparing.ratio(figures, own)
    mean = {
        one: comparing.mean(figures, one).value
        for one in ("on_time", "response_mean", "response_p95", "drive_min", "moves")
    }
    took = comparing.mean_and_most(figures, "replan_ms" if any(one.replans for one in figures) else "decide_ms")
    response = f"{mean['response_mean']:.0f} / {mean['response_p95']:.0f}"
    speed = f"{min(one.speed for one in figures):,.0f}"
    cells = (
        *(name, f"{cost.value:,.0f}", span(to), span(to_own), f"{mean['on_time']:.1%}", response),
        *(f"{mean['drive_min']:,.0f}", f"{mean['moves']:.2f}", f"{took[0]:.2f} / {took[1]:.1f}", speed),
    )
    return f"| {' | '.join(cells)} |"


def span(one: comparing.Between) -> str:
    return f"{one.value:.3f}" if one.low is None else f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]"


HEAD = (
    "| policy | cost | of nearest [95 %] | of own district [95 %] | on time | response mean / p95, min | driving, min |"
    " moves a job | planner ms mean / max | times real time, least |\n" + "|---" * 10 + "|"
)


def compared(days: Days, count: int, variants: Iterable[str], cores: int) -> dict[str, list[Figures]]:
    on_line = [name for name in PolicyName if name is not PolicyName.ROLLING]
    played = tried(days(), count, on_line, USUAL, cores, lambda _: None)
    for name in variants:
        played[name] = tried(days(), count, [PolicyName.ROLLING], VARIANTS[name], cores, lambda _: None)["rolling"]
    return played


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--record-seeds", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--cores", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    first = options.first_seed
    for name, days, count, whole in sources(
        options.only, range(first, first + options.seeds), range(first, first + options.record_seeds)
    ):
        variants = VARIANTS if whole else ["rolling"]
        played = compared(days, count, variants, options.cores)
        jobs = sum(one.jobs for one in played["nearest"]) / count
        print(f"\n{name}: {count} days of {jobs:,.0f} calls\n\n{HEAD}", flush=True)
        for policy, figures in played.items():
            print(row(policy, figures, played["nearest"], played["own-district"]), flush=True)
        if "rolling, changes free" in played:
            free = played["rolling, changes free"]
            for other in variants:
                print(f"{other} / changes free: {span(comparing.ratio(played[other], free))}")
        if options.out:
            plain = {policy.value: played[policy.value] for policy in PolicyName}
            showing.prepare(options.out / name)
            showing.write(plain, comparing.report(plain), options.out / name, font=chinese_font())


if __name__ == "__main__":
    main()
