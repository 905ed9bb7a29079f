"""
What a plan must keep, as statements for CP-SAT: each crew a circuit over the jobs it may do, each job a start.

Starts are equal to, not at least, what the plan's course gives: under caps of several periods a crew that dawdles could
escape into the next one, and no plan says that. Frozen work is done whatever it breaks: its own window does not bind
it, and shift, room and caps leave it as much as it needs. All weights are whole numbers of ``1 / scale``, rounded
down, so that the least sum is never above the least cost.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ortools.sat.python import cp_model

from dispatch.routing.optimiser.problem import Cap, Crew, Job, Problem
from dispatch.routing.optimiser.search.columns import Numbering, facts_of
from dispatch.routing.optimiser.search.facts import NEVER, Facts
from dispatch.routing.optimiser.search.legs import drives

FINEST = 60_000  # parts of a cost that are told apart: a thousandth of the cost of a second at weight 1
LARGEST = 2**50  # the sum of all costs in such parts: CP-SAT adds them in 64 bits

Literal = Any  # a variable of 0 or 1, or its negation: the solver's stubs tell them apart where it does not
Whole = cp_model.LinearExprT
Arc = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Term:
    """A cost: so much for each one of the variable."""

    weight: float
    of: cp_model.IntVar


class Statements:
    """
    The model of one problem; jobs and crews by their numbers in it.

    ``does[c, j]``: crew c does job j; ``arcs[c][i, j]``: it goes from i to j, where -1 is its start and its end.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem, self.model = problem, cp_model.CpModel()
        self.numbers = Numbering.of(problem)
        self.facts: Facts = facts_of(_without_caps(problem), self.numbers)
        self.heads = [self._head(crew) for crew in problem.crews]
        self.far = self._far()
        self.terms: list[Term] = []
        self.arcs: list[dict[Arc, Literal]] = []
        self.does: dict[tuple[int, int], Literal] = {}
        self.idle = [self._bool() for _ in problem.crews]
        self.out = [self._bool() for _ in problem.jobs]
        span = -self.far, self.far
        self.arrives = [self.model.new_int_var(*span, "") for _ in problem.jobs]
        self.ready = [self.model.new_int_var(*span, "") for _ in problem.jobs]
        self.begins = [self.model.new_int_var(*span, "") for _ in problem.jobs]
        for c in range(len(problem.crews)):
            self._crew(c)
        for j in range(len(problem.jobs)):
            self._job(j)
        self._order()
        for cap in problem.caps:
            self._cap(cap)
        self._reserves()
        self.scale = self._objective()

    def _bool(self) -> Literal:
        return self.model.new_bool_var("")

    def _head(self, crew: Crew) -> list[int]:
        """Return the frozen jobs at the head of the crew's route."""
        route = (self.numbers.jobs[name] for name in self.problem.plan.get(crew.id, ()))
        return [j for j in route if self.problem.jobs[j].frozen]

    def _far(self) -> int:
        """Return an instant before which every plan is over."""
        jobs, crews = self.problem.jobs, self.problem.crews
        latest = [t for job in jobs for t in job.window_s] + [c.free_s for c in crews] + [self.problem.horizon_s]
        latest += [abs(job.due_s or 0) for job in jobs] + [abs(t) for c in crews for t in (c.ends_s, c.latest_s)]
        latest += [t for c in crews for t in c.rest_s or ()]
        ways = sum(
            max((self._way(i, j, c) or 0 for c in range(len(crews)) for i in self._from(j)), default=0)
            for j in range(len(jobs))
        )
        home = max((self._home(c, j) or 0 for c in range(len(crews)) for j in range(len(jobs))), default=0)
        return 1 + 2 * (max(latest) + sum(job.work_s for job in jobs) + ways + home)

    def _from(self, j: int) -> Iterator[int]:
        yield from (i for i in range(-1, len(self.problem.jobs)) if i != j)

    def _way(self, i: int, j: int, c: int) -> int | None:
        """Return the seconds from job i, or -1: where crew c stands, to job j; None: no way."""
        place = self.facts.start[c] if i < 0 else self.facts.place[i]
        found = int(drives(self.facts, place, self.facts.place[j]))
        return None if found >= NEVER else found

    def _home(self, c: int, j: int) -> int | None:
        if self.facts.back[c] < 0:
            return 0
        place = self.facts.place[j]
        found = int(drives(self.facts, place, self.facts.back[c], self.facts.pace[place]))
        return None if found >= NEVER else found

    def _crew(self, c: int) -> None:
        """State one crew's route: a circuit, the drives in it, its end."""
        able = [j for j in range(self.facts.jobs) if self._may(c, j)]
        arcs: dict[Arc, Literal] = {}
        for j in able:
            self.does[c, j] = self._bool()
            for i in [-1, *able]:
                if i != j and (drive := self._way(i, j, c)) is not None:
                    arcs[i, j] = arc = self._bool()
                    left: Whole = (
                        self.begins[i] + self.problem.jobs[i].work_s if i >= 0 else self.problem.crews[c].free_s
                    )
                    self.model.add(self.arrives[j] == left + drive).only_enforce_if(arc)
                    self._cost(self.facts.drive * drive, arc)
            self._does(c, j)
        self._ends(c, able, arcs)
        self._circuit(c, able, arcs)
        for i, j in zip([-1, *self.heads[c]], self.heads[c], strict=False):
            self.model.add_bool_and(arcs[i, j]) if (i, j) in arcs else self.model.add_bool_or()
        self.arcs.append(arcs)

    def _may(self, c: int, j: int) -> bool:
        held = self.problem.jobs[j].frozen and j not in self.heads[c]
        return bool(self.facts.able[self.facts.sort[j], c]) and not held

    def _does(self, c: int, j: int) -> None:
        """State what holds of a job if this crew does it: surcharges, the window, the crew's rest."""
        job, crew, does = self.problem.jobs[j], self.problem.crews[c], self.does[c, j]
        self._cost(self._surcharge(job, crew), does)
        if not job.frozen:
            self.model.add(self.begins[j] <= min(job.window_s[1], self.problem.horizon_s)).only_enforce_if(does)

    def _surcharge(self, job: Job, crew: Crew) -> float:
        told = self.problem.told is None or job.id in self.problem.told
        named = {name for name, route in self.problem.plan.items() if told and job.id in route}
        change = self.problem.rules.change if named and crew.id not in named else 0.0
        return change + (crew.lent_cost if job.county and crew.county and job.county != crew.county else 0.0)

    def _circuit(self, c: int, able: Sequence[int], arcs: dict[Arc, Literal]) -> None:
        node = {-1: 0} | {j: n + 1 for n, j in enumerate(able)}
        circuit = [(node[i], node[j], arc) for (i, j), arc in arcs.items()]
        circuit += [(node[j], node[j], self.does[c, j].negated()) for j in able]
        self.model.add_circuit([*circuit, (0, 0, self.idle[c])])
        crew = self.problem.crews[c]
        if crew.room is not None:
            room = max(crew.room, sum(self.problem.jobs[j].load for j in self.heads[c]))
            self.model.add(sum(self.problem.jobs[j].load * self.does[c, j] for j in able) <= room)

    def _ends(self, c: int, able: Sequence[int], arcs: dict[Arc, Literal]) -> None:
        """State when the crew has ended, with its drive back, and what that costs."""
        crew, end = self.problem.crews[c], self.model.new_int_var(-self.far, self.far, "")
        for j in able:
            if (home := self._home(c, j)) is not None:
                arcs[j, -1] = last = self._bool()
                self.model.add(end == self.begins[j] + self.problem.jobs[j].work_s + home).only_enforce_if(last)
                self._cost(self.facts.drive * home, last)
        latest = max(crew.latest_s, self._forced(c)) if self.heads[c] else crew.latest_s
        self.model.add(end <= latest).only_enforce_if(self.idle[c].negated())
        self._above(self.facts.over, end - crew.ends_s, self.idle[c].negated())

    def _forced(self, c: int) -> int:
        """Return when the crew has ended if it does its frozen jobs only; what they may wait for is not looked at."""
        t, i = self.problem.crews[c].free_s, -1
        for j in self.heads[c]:
            job, rest = self.problem.jobs[j], self.problem.crews[c].rest_s or (0, 0)
            t = max(t + (self._way(i, j, c) or 0), job.window_s[0])
            t = rest[1] if rest[0] < rest[1] and t < rest[1] and t + job.work_s > rest[0] else t
            t, i = t + job.work_s, j
        return t + (self._home(c, i) or 0)

    def _job(self, j: int) -> None:
        """State who does a job, when it begins, and what lateness or leaving it out costs."""
        job, crews = self.problem.jobs[j], [c for c in range(self.facts.crews) if (c, j) in self.does]
        self.model.add_exactly_one([self.out[j], *(self.does[c, j] for c in crews)])
        if job.frozen:
            self.model.add(self.out[j] == 0)
        before = [self.begins[self.numbers.jobs[a]] + self.problem.jobs[self.numbers.jobs[a]].work_s for a in job.after]
        self.model.add_max_equality(self.ready[j], [self.arrives[j], job.window_s[0], *before])
        self._rests(j, crews)
        self._cost(float(self.facts.skip[j]), self.out[j])
        if job.due_s is not None:
            self._above(float(self.facts.slope[j]), self.begins[j] - job.due_s, self.out[j].negated())

    def _rests(self, j: int, crews: Sequence[int]) -> None:
        """State that work which would meet its crew's rest begins at the rest's end, and other work when it can."""
        met = []
        for c in crews:
            rest = self.problem.crews[c].rest_s
            if rest is not None:
                meets = self._all([
                    self.does[c, j], self._less(self.ready[j], rest[1]),
                    self._less(rest[0], self.ready[j] + self.problem.jobs[j].work_s),
                ])  # fmt: skip
                self.model.add(self.begins[j] == rest[1]).only_enforce_if(meets)
                met.append(meets)
        self.model.add(self.begins[j] == self.ready[j]).only_enforce_if([one.negated() for one in met])

    def _less(self, a: Whole, b: Whole) -> Literal:
        """Return whether a is less than b."""
        less = self._bool()
        self.model.add(a < b).only_enforce_if(less)
        self.model.add(a >= b).only_enforce_if(less.negated())
        return less

    def _all(self, literals: Sequence[Literal]) -> Literal:
        """Return whether all of these hold."""
        every = self._bool()
        self.model.add_bool_and(literals).only_enforce_if(every)
        self.model.add_bool_or([*(one.negated() for one in literals), every])
        return every

    def _above(self, weight: float, over: Whole, when: Literal) -> None:
        """State a cost for what lies above zero, when that holds."""
        if weight <= 0.0:
            return
        amount, is_over = self.model.new_int_var(0, 2 * self.far, ""), self._bool()
        self.model.add_implication(is_over, when)
        self.model.add(amount == over).only_enforce_if(is_over)
        self.model.add(amount == 0).only_enforce_if(is_over.negated())
        self.model.add(over <= 0).only_enforce_if([when, is_over.negated()])
        self._cost(weight, amount)

    def _order(self) -> None:
        """State what jobs wait for, and that nothing waits in a circle, also where no time passes."""
        if not any(job.after for job in self.problem.jobs):
            return
        n = self.facts.jobs
        rank = [self.model.new_int_var(0, n, "") for _ in range(n)]
        for arcs in self.arcs:
            for (i, j), arc in arcs.items():
                if i >= 0 and j >= 0:
                    self.model.add(rank[j] > rank[i]).only_enforce_if(arc)
        for j, job in enumerate(self.problem.jobs):
            for a in (self.numbers.jobs[name] for name in job.after):
                self.model.add_implication(self.out[a], self.out[j])
                self.model.add(rank[j] > rank[a]).only_enforce_if(self.out[j].negated())

    def _cap(self, cap: Cap) -> None:
        """State how many visits begin under a cap."""
        visits = [(c, j) for c, j in self.does if self._counts(cap, c, j)]
        whole = cap.from_s <= 0 and cap.to_s > self.far
        counted = [self.does[c, j] if whole else self._inside(cap, c, j) for c, j in visits]
        held = sum(j in self.heads[c] for c, j in visits)
        self.model.add(sum(counted) <= max(cap.visits, held))

    def _counts(self, cap: Cap, c: int, j: int) -> bool:
        return self.problem.crews[c].depot == cap.depot and self.problem.jobs[j].kind == cap.kind

    def _inside(self, cap: Cap, c: int, j: int) -> Literal:
        begun, over = self._less(cap.from_s - 1, self.begins[j]), self._less(self.begins[j], cap.to_s)
        return self._all([self.does[c, j], begun, over])

    def _reserves(self) -> None:
        always = self.model.new_constant(1)
        for reserve in self.problem.reserves:
            idle = sum(self.idle[c] for c, crew in enumerate(self.problem.crews) if crew.county == reserve.county)
            self._above(self.facts.reserve, reserve.crews - idle, always)

    def _cost(self, weight: float, of: Literal) -> None:
        if weight > 0.0:
            self.terms.append(Term(weight, of))

    def _objective(self) -> float:
        """Minimise the sum of all costs; returns how many parts of it make one."""
        most = sum(term.weight * term.of.proto.domain[-1] for term in self.terms)
        scale = min(float(FINEST), LARGEST / max(1.0, float(most)))
        self.model.minimize(sum(int(term.weight * scale * (1.0 + 1e-12)) * term.of for term in self.terms))
        return scale


def _without_caps(problem: Problem) -> Problem:
    """Return the problem for the columns, which know no caps that overlap."""
    return Problem(
        travel=problem.travel, jobs=problem.jobs, crews=problem.crews, name=problem.name, horizon_s=problem.horizon_s,
        reserves=problem.reserves, plan=problem.plan, rules=problem.rules,
    )  # fmt: skip
