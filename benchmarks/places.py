"""
Spoken places and type-ahead on the whole country: how often right, how often wrongly sure, how long, how much memory.

usage: python -m benchmarks.places [--queries 1560] [--peer 520] [--typed 5000] [--seed 7] [--json FILE]

Needs the file of place names (``make places``). The queries are those of tests/places/spoken: made by a seed, and
written by hand. The peer is what PostgreSQL has for it: pg_trgm's similarity on the characters of county, township and
village, within the same scope, on the embedded server. CPU is measured beside wall time: others share the machine.
"""

import argparse
import asyncio
import json
import platform
import random
import resource
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import asyncpg

from dispatch.kit.settings import Settings
from dispatch.places.names.dialects import Dialects
from dispatch.places.names.gazetteer import COUNTY, LEVELS, TOWNSHIP, VILLAGE, Gazetteer
from dispatch.places.names.matching import Matcher
from dispatch.places.names.typeahead import Scope, TypeAhead
from tests.places.spoken.generator import Query, generate, in_townships
from tests.places.spoken.judging import HANDWRITTEN, UNSEEN, Verdict, handwritten, judged, shares
from tests.places.spoken.sounds import PROVINCES
from tests.servers import embedded, scratch

LIMITS = {"top1": 0.977, "top5": 0.99, "match_ms": 9.0, "typed_p99_ms": 10.0, "memory_mb": 1000.0}
GRAPH_MB = 2_000_000 * (4 + 2.2 * 2 * (4 + 4 + 4) + 2 * 4) / 1e6  # nodes; 2.2 edges, each from both ends; coordinates
NAMES = """
CREATE EXTENSION pg_trgm;
CREATE TABLE place (code text, province text, county text, said text)
"""
PEER = """
SELECT code FROM place WHERE province = $2 AND ($3::text IS NULL OR county = $3)
ORDER BY similarity(said, $1) DESC, code LIMIT 5
"""


def timed(work: Callable[[Any], Any], asked: Iterable[Any]) -> tuple[list[Any], dict[str, float]]:
    """Return the answers, and milliseconds of wall and CPU time."""
    answers, wall, cpu = [], [], []
    for one in asked:
        began, burnt = time.perf_counter(), time.thread_time()
        answers.append(work(one))
        cpu.append((time.thread_time() - burnt) * 1e3)
        wall.append((time.perf_counter() - began) * 1e3)
    return answers, {
        "p50_ms": round(at(wall, 0.5), 2),
        "p99_ms": round(at(wall, 0.99), 2),
        "cpu_p50_ms": round(at(cpu, 0.5), 2),
        "cpu_p99_ms": round(at(cpu, 0.99), 2),
    }


def at(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def line(name: str, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Print a line of the table and return it."""
    first, five, wrong = shares(verdicts)
    print(f"{name:<34}{len(verdicts):>6}{first:>9.1%}{five:>9.1%}{wrong:>9.2%}", flush=True)
    return {"name": name, "n": len(verdicts), "top1": first, "top5": five, "wrong_village": wrong}


def spoken(matcher: Matcher, asked: Sequence[Query]) -> tuple[list[dict[str, Any]], dict[str, float]]:
    found, times = timed(lambda q: matcher.find(q.q, province=q.province, counties={q.county} - {None}), asked)
    verdicts = [judged(answer, [query.want]) for answer, query in zip(found, asked, strict=True)]
    print(f"{'queries':<34}{'n':>6}{'top-1':>9}{'top-5':>9}{'wrong':>9}")
    kinds = list(dict.fromkeys(query.kind for query in asked))
    rows = [line(k, [v for v, q in zip(verdicts, asked, strict=True) if q.kind == k]) for k in kinds]
    rows.append(line("all generated", verdicts))
    rows += [by_hand(matcher, "written by hand", HANDWRITTEN), by_hand(matcher, "written by hand, unseen", UNSEEN)]
    needless = sum(
        a.ask is not None and v.first and q.kind != "township only"
        for a, v, q in zip(found, verdicts, asked, strict=True)
    )
    print(f"right, and asked all the same: {needless / len(asked):.1%}")
    return rows, times | {"needless_questions": needless / len(asked)}


def by_hand(matcher: Matcher, name: str, path: Path) -> dict[str, Any]:
    ones = list(handwritten(path))
    answers = [matcher.find(one.q, province=one.province, counties=one.counties) for one in ones]
    return line(name, [judged(found, one.want, ask=one.ask) for found, one in zip(answers, ones, strict=True)])


def standing(gazetteer: Gazetteer, matcher: Matcher, count: int, seed: int) -> dict[str, Any]:
    """Townships and something that stands in each: the township and a question are right, a village is wrong."""
    asked = list(in_townships(gazetteer, seed, count))
    found = [matcher.find(q.q, province=q.province, counties={q.county} - {None}) for q in asked]
    return line("standing in a township", [judged(f, [q.want], ask=True) for f, q in zip(found, asked, strict=True)])


def typed(gazetteer: Gazetteer, count: int, seed: int) -> dict[str, float]:
    """Type-ahead: beginnings of names in each spelling, half of them behind their township, half in a county."""
    rng, ahead = random.Random(seed), TypeAhead(gazetteer, gazetteer.typed)
    asked = [_typed(gazetteer, rng) for _ in range(count)]
    return timed(lambda one: ahead.complete(one[0], scope=one[1]), asked)[1]


def _typed(gazetteer: Gazetteer, rng: random.Random) -> tuple[str, Scope]:
    row = rng.randrange(gazetteer.all_of(TOWNSHIP)[0], len(gazetteer))
    text = gazetteer.written(row, whole=rng.random() < 0.5)[rng.randrange(3)]
    if rng.random() < 0.5:
        text = gazetteer.written(int(gazetteer.parent[row]), whole=False)[rng.randrange(3)] + text
    county = next(r for r in gazetteer.above(row) if gazetteer.level[r] == COUNTY)
    return text[: rng.randrange(1, len(text) + 1)], Scope((county,) if rng.random() < 0.5 else ())


def peer(gazetteer: Gazetteer, asked: Sequence[Query]) -> dict[str, Any]:
    """Ask the same by pg_trgm's similarity, on a server of its own."""
    folder = scratch()
    try:
        with embedded(folder) as server:
            return asyncio.run(_peer(server.dsn, gazetteer, asked))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _peer(dsn: str, gazetteer: Gazetteer, asked: Sequence[Query]) -> dict[str, Any]:
    connection = await asyncpg.connect(dsn)
    await connection.execute(NAMES)
    await connection.copy_records_to_table("place", records=list(_rows(gazetteer)))
    await connection.execute("CREATE INDEX ON place (province, county); ANALYZE place")
    verdicts, took = [], []
    for query in asked:
        began = time.perf_counter()
        found = await connection.fetch(PEER, query.q, query.province, query.county)
        took.append((time.perf_counter() - began) * 1e3)
        codes = [row["code"] for row in found]
        right = codes[:1] == [query.want]
        verdicts.append(Verdict(right, query.want in codes, not right))  # it names one each time, and asks nothing
    await connection.close()
    return line("pg_trgm on hanzi", verdicts) | {"p50_ms": at(took, 0.5), "p99_ms": at(took, 0.99)}


def _rows(gazetteer: Gazetteer) -> Iterable[tuple[str, str, str, str]]:
    for province in PROVINCES:
        root = gazetteer.row_of(province)
        assert root is not None
        for level in (TOWNSHIP, VILLAGE):
            for row in range(*gazetteer.within(root, level)):
                line = [r for r in gazetteer.above(row) if gazetteer.level[r] >= COUNTY]
                code = gazetteer.code_of(row)
                yield code, province, code[:6], "".join(gazetteer.name(r) for r in reversed(line))


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queries", type=int, default=1560)
    parser.add_argument("--peer", type=int, default=520, help="how many of them the peer is asked; 0: none")
    parser.add_argument("--typed", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def main() -> None:
    wanted, path = options(), Settings.from_env().gazetteer_path
    if not path.exists():
        sys.exit(f"{path} is missing: make places")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began = time.perf_counter()
    gazetteer = Gazetteer.load(path)
    matcher, _ = Matcher(gazetteer, Dialects()), gazetteer.typed
    load_s = time.perf_counter() - began
    matcher.find("石浦", province="33")
    TypeAhead(gazetteer, gazetteer.typed).complete("shipu")
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before
    sizes = ", ".join(f"{gazetteer.all_of(n)[1] - gazetteer.all_of(n)[0]:,} {level}" for n, level in enumerate(LEVELS))
    print(f"{sizes}\nfile {path.stat().st_size / 1e6:.1f} MB, loaded in {load_s:.2f} s, memory {memory_mb:.0f} MB")
    asked = list(generate(gazetteer, wanted.seed, wanted.queries))
    rows, matched = spoken(matcher, asked)
    rows.append(standing(gazetteer, matcher, wanted.queries, wanted.seed))
    ahead = typed(gazetteer, wanted.typed, wanted.seed)
    other = peer(gazetteer, asked[: wanted.peer]) if wanted.peer else None
    total = next(row for row in rows if row["name"] == "all generated")
    print(f"match      {matched}\ntype-ahead {ahead}")
    ratios = {
        "top1": (1 - total["top1"]) / (1 - LIMITS["top1"]),
        "top5": (1 - total["top5"]) / (1 - LIMITS["top5"]),
        "match_ms": matched["p50_ms"] / LIMITS["match_ms"],
        "typed_p99_ms": ahead["p99_ms"] / LIMITS["typed_p99_ms"],
        "memory_with_graph": (memory_mb + GRAPH_MB) / LIMITS["memory_mb"],
    }
    print("ratios to the limits (errors for shares; below 1 is better):", {k: round(v, 2) for k, v in ratios.items()})
    result = {
        "rows": rows, "match": matched, "type_ahead": ahead, "peer": other, "load_s": load_s, "memory_mb": memory_mb,
        "graph_mb": GRAPH_MB, "ratios": ratios, "python": platform.python_version(),
    }  # fmt: skip
    print(json.dumps(result, ensure_ascii=False))
    if wanted.json:
        wanted.json.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
