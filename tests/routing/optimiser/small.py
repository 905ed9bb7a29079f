"""Small problems that use every rule of docs/formats.md, drawn with a seed; what they say agrees."""

from itertools import pairwise
from random import Random
from typing import Any

Json = dict[str, Any]
MIN = 60
SKILLS = ("a", "b")
DEPOTS = ("north", "south")
COUNTIES = ("east", "west", "")
KINDS = ("repair", "meter")


def rich(seed: int, *, jobs: int, crews: int, after: bool = False) -> Json:
    """
    Return a problem of an hour or two, in which some of the rules bind.

    :param after: whether some jobs wait for others
    """
    rng = Random(seed)
    made: Json = {"format": "dispatch-problem/1", "name": f"rich-{seed}", "horizon_s": 180 * MIN}
    made["travel"] = _travel(rng, jobs + 2 * crews)
    made["crews"] = [_crew(rng, i, jobs + i, jobs + crews + i) for i in range(crews)]
    made["jobs"] = [_job(rng, i, crews) for i in range(jobs)]
    if after:
        for i in range(1, jobs):
            if rng.random() < 0.3:
                made["jobs"][i]["after"] = [f"j{rng.randrange(i)}"]
    made["rules"] = {
        "change": rng.choice([0, 3]), "foreign": rng.choice([0, 5]), "reserve": rng.choice([0, 20]),
        "protected": rng.choice([0, 1]), "late": rng.choice([1, 2]),
    }  # fmt: skip
    made["plan"] = _published(rng, made)
    if (own := Random(-1 - seed)).random() < 0.5:
        made["told"] = [job for route in made["plan"].values() for job in route if own.random() < 0.5]
    made["caps"] = _caps(rng, made)
    if rng.random() < 0.5:
        made["reserves"] = [{"county": made["crews"][0].get("county") or "east", "crews": rng.randint(1, crews)}]
        made["crews"][0]["county"] = made["reserves"][0]["county"]
    return made


def _travel(rng: Random, places: int) -> Json:
    """A matrix, metric or not, rarely without a way; or a plane (the same places by number and by kilometre)."""
    at = [(rng.uniform(0, 12), rng.uniform(0, 12)) for _ in range(places)]
    seconds = [[round(90 * (abs(a[0] - b[0]) + abs(a[1] - b[1]))) for b in at] for a in at]
    if rng.random() < 0.5:
        for row in seconds:
            for k in range(places):
                row[k] = -1 if rng.random() < 0.05 else round(row[k] * rng.uniform(0.5, 1.5))
    return {"by": "matrix", "seconds": seconds}


def _crew(rng: Random, i: int, place: int, back: int) -> Json:
    crew: Json = {"id": f"c{i}", "place": place, "free_s": rng.choice([0, rng.randrange(40 * MIN)])}
    crew |= {
        "skills": rng.sample(SKILLS, rng.randint(0, 2)),
        "county": rng.choice(COUNTIES),
        "depot": rng.choice(DEPOTS),
    }
    crew["ends_s"] = rng.randint(60, 180) * MIN
    crew["latest_s"] = crew["ends_s"] + rng.choice([0, 30 * MIN])
    if rng.random() < 0.5:
        crew["back"] = {"place": back}
    if rng.random() < 0.4:
        from_s = rng.randint(10, 120) * MIN
        crew["rest_s"] = [from_s, from_s + rng.randint(5, 30) * MIN]
    if rng.random() < 0.3:
        crew["room"] = rng.randint(1, 5)
    if rng.random() < 0.3:
        crew["lent_cost"] = rng.choice([0, 7.5])
    return crew


def _job(rng: Random, i: int, crews: int) -> Json:
    job: Json = {"id": f"j{i}", "place": i, "work_s": rng.choice([0, rng.randint(1, 40) * MIN])}
    job |= {
        "needs": rng.sample(SKILLS, rng.choice([0, 0, 0, 1])),
        "kind": rng.choice(KINDS),
        "county": rng.choice(COUNTIES),
    }
    job |= {"weight": rng.choice([0.5, 1, 4, 10]), "protected": rng.random() < 0.2, "load": rng.randrange(3)}
    job["unserved"] = rng.choice([20, 200, 5_000])
    if rng.random() < 0.8:
        job["due_s"] = rng.randint(-30, 100) * MIN
    if rng.random() < 0.4:
        from_s = rng.randint(0, 100) * MIN
        job["window_s"] = [from_s, from_s + rng.randint(10, 60) * MIN]
    if rng.random() < 0.2:
        job["vetoed"] = [f"c{rng.randrange(crews)}"]
    return job


def _published(rng: Random, made: Json) -> Json:
    """Give some jobs to crews that may do them; pin a few of these, and freeze what stands first."""
    plan: Json = {}
    for job in made["jobs"]:
        able = [
            c["id"]
            for c in made["crews"]
            if set(job["needs"]) <= set(c["skills"]) and c["id"] not in job.get("vetoed", ())
        ]
        if able and rng.random() < 0.6:
            plan.setdefault(rng.choice(able), []).append(job["id"])
    by_id = {job["id"]: job for job in made["jobs"]}
    for crew, route in plan.items():
        if rng.random() < 0.2:
            by_id[route[-1]]["pinned"] = crew
        if rng.random() < 0.25:
            head = by_id[route[0]]
            head["frozen"] = True
            head.pop("window_s", None)
            head.pop("after", None)
            next(c for c in made["crews"] if c["id"] == crew).pop("room", None)
    return plan


def _caps(rng: Random, made: Json) -> list[Json]:
    """Declare for some depots and kinds, for the whole time or for two halves; nothing below what is frozen."""
    caps = []
    for depot in sorted({crew["depot"] for crew in made["crews"]}):
        for kind in KINDS:
            if rng.random() < 0.4:
                edges = [0, 180 * MIN + 1] if rng.random() < 0.5 else [0, 45 * MIN, 180 * MIN + 1]
                least = 1 if any(job.get("frozen") for job in made["jobs"]) else 0
                caps += [
                    {"depot": depot, "kind": kind, "from_s": a, "to_s": b, "visits": rng.randint(least, 2)}
                    for a, b in pairwise(edges)
                ]
    return caps
