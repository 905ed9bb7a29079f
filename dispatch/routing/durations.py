"""
How long such work takes, learned from what has ended (同类历史), and how well that was foretold.

A kind of work is a path from the general to the particular: category, area class, cause. Lengths of time are log-normal
at every step of it; what was seen at a step is mixed with what the step above says, as if that had been seen in so many
cases (``weight``; a normal-inverse-gamma prior: Murphy 2007, section 6). At the top stands what the rule pack expects,
so that with nothing seen the answer is the pack's, and with much seen it is the record's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log, sqrt
from statistics import NormalDist

Path = tuple[str, ...]
Lasted = tuple[Path, float]  # a kind of work, and the seconds that one case of it took

SHORTEST_S = 60.0  # what was recorded as shorter is taken for a minute
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class LogNormal:
    """A length of time: its median in seconds, and sigma of its logarithm; 0: always the median."""

    median_s: float
    sigma: float

    def quantile(self, share: float, *, elapsed_s: float = 0.0) -> float:
        """
        Return in how many seconds of the whole it is over in ``share`` of the cases.

        :param share: above 0, below 1
        :param elapsed_s: it is known to have taken so long already
        """
        if elapsed_s <= 0:
            return self.median_s * exp(self.sigma * _NORMAL.inv_cdf(share))
        if self.sigma <= 0:
            return max(self.median_s, elapsed_s)
        still = _NORMAL.cdf(-log(elapsed_s / self.median_s) / self.sigma)  # of all cases, those that take longer
        left = max(still * (1.0 - share), 1e-300)
        return max(elapsed_s, self.median_s * exp(-self.sigma * _NORMAL.inv_cdf(min(left, 1.0 - 1e-16))))


@dataclass(slots=True)
class Seen:
    """Cases of one kind: how many, the mean of their logarithms, and the sum of squares about it (Welford 1962)."""

    n: int = 0
    mean: float = 0.0
    squares: float = 0.0

    def add(self, seconds: float) -> None:
        """Take one case in."""
        x = log(max(SHORTEST_S, seconds))
        self.n += 1
        off = x - self.mean
        self.mean += off / self.n
        self.squares += off * (x - self.mean)

    def drop(self, seconds: float) -> None:
        """Forget one case that was taken in."""
        x = log(max(SHORTEST_S, seconds))
        self.n -= 1
        if self.n <= 0:
            self.n, self.mean, self.squares = 0, 0.0, 0.0
            return
        off = x - self.mean
        self.mean -= off / self.n
        self.squares = max(0.0, self.squares - off * (x - self.mean))


def mixed(above: LogNormal, seen: Seen, *, weight: float) -> LogNormal:
    """Return what is expected of a kind, from what is expected of the kind above it and from its own cases."""
    if not seen.n:
        return above
    total, prior = weight + seen.n, log(above.median_s)
    mean = (weight * prior + seen.n * seen.mean) / total
    apart = weight * seen.n / total * (seen.mean - prior) ** 2
    return LogNormal(exp(mean), sqrt((weight * above.sigma**2 + seen.squares + apart) / total))


@dataclass
class Durations:
    """
    What is known of kinds of work.

    :ivar defaults: first step of a path -> what the rule pack expects
    :ivar usual: of a path whose first step has no default
    :ivar weight: a step above counts as so many cases
    """

    defaults: Mapping[str, LogNormal]
    usual: LogNormal
    weight: float
    seen: dict[Path, Seen] = field(default_factory=dict)

    def add(self, path: Path, seconds: float) -> None:
        """Take in that work of a kind took so long."""
        for depth in range(1, len(path) + 1):
            self.seen.setdefault(path[:depth], Seen()).add(seconds)

    def drop(self, path: Path, seconds: float) -> None:
        """Forget a case that was taken in."""
        for depth in range(1, len(path) + 1):
            self.seen[path[:depth]].drop(seconds)

    def of(self, path: Path) -> LogNormal:
        """Return what is expected of work of a kind."""
        found = self.defaults.get(path[0], self.usual) if path else self.usual
        for depth in range(1, len(path) + 1):
            found = mixed(found, self.seen.get(path[:depth], Seen()), weight=self.weight)
        return found

    def cases(self, path: Path) -> int:
        """Return how many cases of just this kind are known."""
        return self.seen[path].n if path in self.seen else 0


def fitted(rows: Iterable[Lasted], *, defaults: Mapping[str, LogNormal], usual: LogNormal, weight: float) -> Durations:
    """Return what closed cases teach; the order of the rows does not matter but for rounding."""
    found = Durations(defaults, usual, weight)
    for path, seconds in rows:
        found.add(path, seconds)
    return found


def coverage(told: Sequence[float], came: Sequence[float]) -> float:
    """Return the share that had ended by the time that was told."""
    return sum(c <= t for t, c in zip(told, came, strict=True)) / len(told)


def pinball(told: Sequence[float], came: Sequence[float], share: float) -> float:
    """
    Return the mean pinball loss of a foretold quantile (Koenker and Bassett 1978); the smaller the better.

    In the unit of what is told. Too early costs ``share`` for each second, too late ``1 - share``.
    """
    off = ((c - t) for t, c in zip(told, came, strict=True))
    return sum(share * d if d >= 0 else (share - 1.0) * d for d in off) / len(told)
