"""Which problems are measured, and what one plan of one of them is worth by the independent scorer."""

from collections.abc import Mapping
from dataclasses import dataclass

from dispatch.routing.optimiser import scorer
from dispatch.routing.optimiser.files.generate import generate
from dispatch.routing.optimiser.files.writing import json_of_plan, json_of_problem
from dispatch.routing.optimiser.problem import Plan, Problem

Routes = Mapping[str, tuple[str, ...]]  # crew id -> job ids in order
SEEDS = tuple(range(9001, 9021))  # none of them was tuned on
COUNTED = 5


@dataclass(frozen=True, slots=True)
class Case:
    """A problem by the arguments of its generator, so that a child process makes it itself."""

    kind: str
    jobs: int
    crews: int
    seed: int
    caps: bool = False

    def make(self) -> Problem:
        """Return the problem."""
        return generate(self.kind, self.jobs, self.crews, self.seed, caps=self.caps)


@dataclass(frozen=True, slots=True)
class Worth:
    """What the scorer says of a plan; ``broken``: violation -> how many, without those that are 0."""

    cost: float
    unserved: int
    broken: Mapping[str, int]

    @property
    def violations(self) -> int:
        return sum(self.broken.values())


class Scale:
    """A problem that plans are scored on."""

    def __init__(self, problem: Problem) -> None:
        self.name = problem.name
        self._json = json_of_problem(problem)

    def worth(self, routes: Routes) -> Worth:
        """Return what a plan is worth."""
        plan = Plan(problem=self.name, routes={crew: tuple(route) for crew, route in routes.items()})
        found = scorer.score(self._json, json_of_plan(plan))
        broken = {kind: count for kind, count in found["violations"].items() if count}
        return Worth(found["cost"], found["unserved"], broken)
