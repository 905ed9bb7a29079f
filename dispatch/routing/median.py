"""
The p-median: k of many sites, so that the weighted sum of each place's cost to its cheapest chosen site is least.

Three steps. Greedy and swaps (Teitz & Bart 1968) give a good choice in milliseconds. Prices on the places (Lagrangian
relaxation, Held, Wolfe & Crowder 1974) say how good it is, and which sites no better choice can hold. What is left, if
anything, goes to an exact model (``ladders``) until the time is up. The answer always comes with its bound.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from dispatch.kit.errors import Invalid

from .fleet import Bools, Ints
from .geo import Floats
from .ladders import ask

RUNGS = 4.0  # first length of the ladders, in sites for each site chosen: with k spread out, one in S/k is near
SAME = 1e-9  # relative difference below which two sums are one
PRICED = 600  # rounds of pricing; each is one pass over the matrix
COURSE, PATIENCE, FINEST = 2.0, 12, 1e-4  # step to begin with, halved after so many rounds without gain, and the last


class TooFewSites(Invalid):
    """More sites are to be chosen than there are."""


@dataclass(frozen=True, slots=True)
class Median:
    """
    A choice of sites.

    :param sites: columns of the cost matrix, rising
    :param cost: its weighted sum
    :param bound: no choice of as many sites costs less than this
    """

    sites: tuple[int, ...]
    cost: float
    bound: float

    @property
    def gap(self) -> float:
        """How much dearer than the best it may be at most, as a share of its cost; 0: proven to be the best."""
        return 0.0 if self.cost <= 0 else max(0.0, (self.cost - self.bound) / self.cost)


def median(
    cost: Floats, weight: Floats, k: int, *, starts: Iterable[Iterable[int]] = (), limit_s: float = 30.0
) -> Median:
    """
    Choose ``k`` sites.

    :param cost: (places, sites), finite and not negative
    :param weight: (places,), not negative
    :param starts: choices to begin from beside the greedy one; the answer is never dearer than any of them
    :param limit_s: seconds for the proof; afterwards the best known is returned with the bound reached so far
    :raises TooFewSites: if there are fewer than ``k``
    """
    places, sites = cost.shape
    if not 1 <= k <= sites:
        raise TooFewSites(f"要选 {k} 个点,候选点只有 {sites} 个;请减少 -k,或增加候选点", field="k")
    begun = [_swapped(cost, weight, _filled(cost, weight, start, k)) for start in ((), *starts)]
    best = min(begun, key=lambda chosen: (_sum(cost, weight, chosen), chosen))
    known = Median(best, _sum(cost, weight, best), float(weight @ cost.min(axis=1)) if places else 0.0)
    return _proven(cost, weight, known, time.perf_counter() + limit_s) if places else known


def _sum(cost: Floats, weight: Floats, chosen: Iterable[int]) -> float:
    return float(weight @ cost[:, list(chosen)].min(axis=1)) if len(cost) else 0.0


def _filled(cost: Floats, weight: Floats, start: Iterable[int], k: int) -> tuple[int, ...]:
    """Return ``k`` sites: those begun with, then greedily the one that saves most; of too many, the greedy ones."""
    given = list(dict.fromkeys(start))
    among = np.array(given) if len(given) > k else np.arange(cost.shape[1])
    chosen = [] if len(given) > k else given
    near = cost[:, chosen].min(axis=1) if chosen else np.full(len(cost), np.inf)
    while len(chosen) < k:
        left = among[~np.isin(among, chosen)]
        sums = weight @ np.minimum(near[:, None], cost[:, left])
        chosen.append(int(left[int(np.argmin(sums))]))
        near = np.minimum(near, cost[:, chosen[-1]])
    return tuple(sorted(chosen))


def _swapped(cost: Floats, weight: Floats, chosen: tuple[int, ...]) -> tuple[int, ...]:
    """Exchange one chosen site for another as long as that helps, the best exchange first."""
    while True:
        total = _sum(cost, weight, chosen)
        gain, out, into = max(_exchanges(cost, weight, chosen, total), key=lambda one: (one[0], -one[1], -one[2]))
        if gain <= SAME * max(total, 1.0):
            return chosen
        chosen = tuple(sorted({*chosen, into} - {out}))


def _exchanges(cost: Floats, weight: Floats, chosen: tuple[int, ...], total: float) -> list[tuple[float, int, int]]:
    """Return for each chosen site what its best replacement saves: (saved, site out, site in)."""
    found = []
    for out in chosen:
        rest = [site for site in chosen if site != out]
        near = cost[:, rest].min(axis=1) if rest else np.full(len(cost), np.inf)
        sums = weight @ np.minimum(near[:, None], cost)
        into = int(np.argmin(sums))
        found.append((total - float(sums[into]), out, into))
    return found


@dataclass(slots=True)
class Prices:
    """
    What each place may pay at most to be served, and what follows.

    ``saves[j]`` (not positive) is what opening site j saves at these prices: the bound is the sum of the prices and the
    k greatest savings.
    """

    price: Floats
    saves: Floats
    bound: float

    def open(self, k: int) -> Ints:
        return np.argsort(self.saves, kind="stable")[:k]

    def worth_having(self, k: int, cost: float) -> tuple[Bools, Bools]:
        """Tell which sites may be, and which must be, in a choice that costs less than ``cost``."""
        rising = np.sort(self.saves)
        last = rising[k - 1]
        following = rising[k] if k < len(rising) else np.inf
        open_ = np.zeros(len(rising), bool)
        open_[self.open(k)] = True
        may = open_ | (self.bound + self.saves - last < cost)
        must = open_ & (self.bound + following - self.saves > cost)
        return may, must


def priced(cost: Floats, weight: Floats, k: int, *, best: float, ends: float) -> Prices:
    """
    Look for the prices with the highest bound, by subgradient steps.

    :param best: cost of the best choice known; the length of a step depends on how far the bound is from it
    :param ends: reading of ``perf_counter`` after which no further step is taken
    """
    paid = cost * weight[:, None]
    price = np.sort(paid, axis=1)[:, min(1, paid.shape[1] - 1)]
    top, course, idle = _at(paid, price, k), COURSE, 0
    for _ in range(PRICED):
        now = _at(paid, price, k)
        idle = 0 if now.bound > top.bound + SAME * best else idle + 1
        top = max(top, now, key=lambda prices: prices.bound)
        if idle == PATIENCE:
            course, idle, price = course / 2, 0, top.price
            continue
        slope = 1.0 - (paid[:, now.open(k)] < price[:, None]).sum(axis=1)
        steep = float(slope @ slope)
        if course < FINEST or steep == 0 or top.bound >= best * (1 - SAME) or time.perf_counter() > ends:
            break
        price = price + course * max(best - now.bound, SAME * best) / steep * slope
    return top


def _at(paid: Floats, price: Floats, k: int) -> Prices:
    saves: Floats = np.minimum(paid - price[:, None], 0.0).sum(axis=0)
    return Prices(price, saves, float(price.sum() + np.sort(saves)[:k].sum()))


def _proven(cost: Floats, weight: Floats, known: Median, ends: float) -> Median:
    """Look for a better choice or the proof that there is none."""
    k = len(known.sites)
    prices = priced(cost, weight, k, best=known.cost, ends=ends)
    tried = _swapped(cost, weight, tuple(sorted(int(site) for site in prices.open(k))))
    known = _better(cost, weight, known, tried, prices.bound)
    if known.gap <= SAME:
        return known
    may, must = prices.worth_having(k, known.cost)
    kept = np.flatnonzero(may)
    rungs = min(len(kept), max(8, round(RUNGS * len(kept) / k)))
    while known.gap > SAME and (left_s := ends - time.perf_counter()) > 0:
        said = ask(cost[:, kept], weight, k, certain=must[kept], rungs=rungs, limit_s=left_s)
        tried = known.sites
        if said.order is not None:
            tried = _swapped(cost, weight, tuple(sorted(int(kept[i]) for i in said.order[:k])))
        known = _better(cost, weight, known, tried, said.bound)
        if not said.solved or rungs == len(kept):
            break
        rungs = min(len(kept), 2 * rungs)
    return known


def _better(cost: Floats, weight: Floats, known: Median, tried: tuple[int, ...], bound: float) -> Median:
    """Return the better of two choices under the better of two bounds."""
    chosen = min((known.sites, tried), key=lambda one: (_sum(cost, weight, one), one))
    total = _sum(cost, weight, chosen)
    bound = max(known.bound, bound)
    return Median(chosen, total, total if bound >= total * (1 - SAME) else bound)
