"""What a bound needs to know: for each job the least that a visit takes and costs, for each crew its hours."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from dispatch.routing.optimiser.problem import Job, Problem
from dispatch.routing.optimiser.search.columns import Numbering, facts_of
from dispatch.routing.optimiser.search.facts import MATRIX, NEVER, Facts, Floats, Ints, Shorts
from dispatch.routing.optimiser.search.legs import drives, least_drives

Bools = NDArray[np.bool_]

MOST_SORTS = 64  # of crews by skills; if there are more, all count as one that can do everything
BLOCK = 512  # jobs whose drives from all crews are held at a time


@dataclass(frozen=True, slots=True)
class Day:
    """
    Jobs that are not frozen and that some crew can do, side by side, and all crews.

    :ivar facts: of the whole problem; ``job`` numbers in it, ``place`` where each crew is when it is free
    :ivar at_once: how many jobs are left out here because they take no time where their crew stands
    :ivar sure: what every plan pays besides: what nobody can do, what is frozen, what takes no time
    :ivar skill: what each job asks for; ``may`` (skills, sorts of crews) who has it
    :ivar crews: how many crews each job wants; ``seconds`` what one visit takes, ``need`` what all of them take
    :ivar way_in: the shortest drive in, ``way_cost`` what it costs
    :ivar release: a visit takes no seconds before, ``last`` none after; ``due_end`` when work ends that begins when due
    :ivar slope: cost of a second late, ``skip`` of leaving out; of one visit, and of the whole job
    :ivar sort: of each crew; ``free``, ``ends``, ``latest`` its hours; ``over`` cost of a second after ``ends``
    """

    facts: Facts
    job: Ints
    place: Shorts
    at_once: int
    sure: float
    skill: Ints
    may: Bools
    crews: Ints
    seconds: Ints
    need: Ints
    way_in: Ints
    way_cost: Floats
    release: Ints
    last: Ints
    due_end: Ints
    slope: Floats
    skip: Floats
    sort: Ints
    free: Ints
    ends: Ints
    latest: Ints
    over: float


@dataclass(frozen=True, slots=True)
class Heads:
    """Crews (k) after their frozen work: where, when at the earliest; and the least that this work costs in all."""

    place: Shorts
    free: Ints
    cost: float


def day_of(problem: Problem, numbers: Numbering) -> Day:
    """Return what a bound needs to know."""
    bare = Problem(
        travel=problem.travel,
        jobs=problem.jobs,
        crews=problem.crews,
        plan=problem.plan,
        rules=problem.rules,
        horizon_s=problem.horizon_s,
    )
    facts = facts_of(bare, numbers, near=1, close=1)
    heads = _heads(problem, facts, numbers)
    open_ = np.flatnonzero([not job.frozen for job in problem.jobs]).astype(np.int64)
    skill, able = _skills(problem, [problem.jobs[j] for j in open_])
    way_in, arrival = _ways_in(facts, heads, open_, skill, able)
    release = np.maximum(facts.opens[open_], arrival)
    can = (release <= facts.shuts[open_]) & (way_in < NEVER)
    sure = heads.cost + float(facts.skip[open_[~can]].sum())
    return _day(problem, facts, heads, sure, open_[can], skill[can], able, way_in[can], release[can])


def _day(
    problem: Problem,
    facts: Facts,
    heads: Heads,
    sure: float,
    jobs: Ints,
    skill: Ints,
    able: Bools,
    way_in: Ints,
    begin: Ints,
) -> Day:
    seconds = way_in + facts.work[jobs]
    late = facts.slope[jobs] * np.maximum(0, begin - facts.due[jobs])
    at_once = seconds == 0  # nothing to give out: each is done as well as it can be, or left out
    sure += float(np.minimum(facts.skip[jobs], late)[at_once].sum())
    keep = ~at_once
    jobs, skill, way_in, begin, seconds = jobs[keep], skill[keep], way_in[keep], begin[keep], seconds[keep]
    crews = np.array([problem.jobs[j].crews for j in jobs], np.int64)
    may, sort = _sorts(able)
    last = facts.shuts[jobs] + facts.work[jobs]
    return Day(
        facts=facts, job=jobs, place=heads.place, at_once=int(at_once.sum()),
        sure=sure, skill=skill, may=may, crews=crews, seconds=seconds, need=seconds * crews, way_in=way_in,
        way_cost=facts.drive * way_in.astype(np.float64), release=begin - way_in, last=last,
        due_end=facts.due[jobs] + facts.work[jobs],
        slope=facts.slope[jobs] / crews, skip=facts.skip[jobs], sort=sort, free=heads.free, ends=facts.ends,
        latest=facts.latest, over=facts.over,
    )  # fmt: skip


def _heads(problem: Problem, facts: Facts, numbers: Numbering) -> Heads:
    """Drive each crew's frozen jobs as early as it could be done if nothing but drives and work took time."""
    place, free, cost = facts.start.copy(), facts.free.copy(), 0.0
    for name, route in problem.plan.items():
        c = numbers.crews[name]
        head = [numbers.jobs[job] for job in route if problem.jobs[numbers.jobs[job]].frozen]
        for j in head:
            way = int(drives(facts, place[c], facts.place[j])) % NEVER  # where there is no way the score counts none
            cost += facts.drive * way
            free[c] += way
            cost += float(facts.slope[j]) * max(0, int(free[c] - facts.due[j])) / problem.jobs[j].crews
            free[c] += facts.work[j]
            place[c] = facts.place[j]
        cost += facts.over * max(0, int(free[c] - facts.ends[c])) if head else 0.0
    return Heads(place, free, cost)


def _skills(problem: Problem, jobs: list[Job]) -> tuple[Ints, Bools]:
    """Return what each job asks for, by number, and (skills, crews) who has it."""
    kinds: dict[frozenset[str], int] = {}
    skill = np.array([kinds.setdefault(frozenset(job.needs), len(kinds)) for job in jobs], np.int64)
    has = [frozenset(crew.skills) for crew in problem.crews]
    able = np.array([[needs <= own for own in has] for needs in kinds], bool).reshape(len(kinds), len(has))
    return skill, able


def _sorts(able: Bools) -> tuple[Bools, Ints]:
    """Return (skills, sorts) what each sort of crews can do, and the sort of each crew."""
    may, sort = np.unique(able, axis=1, return_inverse=True)
    if may.shape[1] > MOST_SORTS:
        return np.ones((len(able), 1), bool), np.zeros(able.shape[1], np.int64)
    return may, sort.reshape(-1).astype(np.int64)


def _ways_in(facts: Facts, heads: Heads, jobs: Ints, skill: Ints, able: Bools) -> tuple[Ints, Ints]:
    """Return the shortest drive into each job from where its crews can come from, and when one of them can be there."""
    way, arrival = np.full(len(jobs), NEVER), np.full(len(jobs), NEVER)
    meet = (able.astype(np.int32) @ able.astype(np.int32).T) > 0  # skills that some crew has both of
    for kind in range(len(able)):
        rows, crews = np.flatnonzero(skill == kind), np.flatnonzero(able[kind])
        before = np.flatnonzero(meet[kind][skill])
        for first in range(0, len(rows), BLOCK) if len(crews) else ():
            block = rows[first : first + BLOCK]
            there = facts.place[jobs[block]][:, None]
            from_crew = drives(facts, heads.place[crews], there).min(axis=1)
            way[block] = np.minimum(from_crew, _from_jobs(facts, jobs, block, before))
            soonest = (heads.free[crews] + least_drives(facts, heads.place[crews], there)).min(axis=1)
            arrival[block] = np.maximum(soonest, heads.free[crews].min() + way[block])
    return way, arrival


def _from_jobs(facts: Facts, jobs: Ints, block: Ints, before: Ints) -> Ints:
    """Return the shortest drive into each job of the block from another of those ``before``; by rows of ``jobs``."""
    if facts.by == MATRIX:
        far = drives(facts, facts.place[jobs[before]], facts.place[jobs[block]][:, None])
        far[block[:, None] == before] = NEVER
        least: Ints = far.min(axis=1, initial=NEVER)
        return least
    points = np.column_stack([facts.x, facts.y, facts.z])[facts.place[jobs]]
    near = cKDTree(points[before]).query(points[block], k=min(2, len(before)))[1].reshape(len(block), -1)
    found = drives(facts, facts.place[jobs[before[near]]], facts.place[jobs[block]][:, None])
    found[before[near] == block[:, None]] = NEVER
    shortest: Ints = found.min(axis=1)
    return shortest
