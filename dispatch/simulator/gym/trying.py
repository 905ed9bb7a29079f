"""All plays of a comparison: each day under each policy, on several cores, in an order that changes nothing."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context

from .days import PlayDay
from .figures import Figures, measured
from .playing import play
from .policies import PolicyName
from .replanning import Search

Told = Callable[[float], None]  # the share of all plays that is done


def tried(
    days: Iterable[PlayDay], count: int, policies: Sequence[PolicyName], search: Search, cores: int, told: Told
) -> dict[str, list[Figures]]:
    """
    Play each day under each policy.

    :param count: how many days
    :return: policy -> its figures in the order of the days
    :raises NotBuilt: if the compiled search is missing
    """
    tell = _Counting(count * len(policies), told)
    found = _alone(days, policies, search, tell) if cores == 1 else _together(days, policies, search, cores, tell)
    return {name.value: [found[day, name] for day in range(count)] for name in policies}


class _Counting:
    """Tells how far all plays are."""

    def __init__(self, plays: int, told: Told) -> None:
        self._plays, self._told, self._done = max(1, plays), told, 0

    def within(self, share: float) -> None:
        self._told((self._done + share) / self._plays)

    def over(self) -> None:
        self._done += 1
        self.within(0.0)


Found = dict[tuple[int, PolicyName], Figures]


def _alone(days: Iterable[PlayDay], policies: Sequence[PolicyName], search: Search, tell: _Counting) -> Found:
    found: Found = {}
    for number, day in enumerate(days):
        for name in policies:
            found[number, name] = measured(play(day, name, search, tell.within))
            tell.over()
    return found


def _together(
    days: Iterable[PlayDay], policies: Sequence[PolicyName], search: Search, cores: int, tell: _Counting
) -> Found:
    """Play in processes of their own; days are made here meanwhile, only as many as are needed next."""
    found: Found = {}
    running: dict[Future[Figures], tuple[int, PolicyName]] = {}

    def gather(most: int) -> None:
        while len(running) > most:
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                found[running.pop(future)] = future.result()
                tell.over()

    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        for number, day in enumerate(days):
            for name in policies:
                running[pool.submit(_one, day, name, search)] = number, name
            gather(2 * cores * len(policies))
        gather(0)
    return found


def _one(day: PlayDay, name: PolicyName, search: Search) -> Figures:
    return measured(play(day, name, search, _quiet))


def _quiet(_: float) -> None:
    """Say nothing."""
