"""
The compiled search behind functions of Python: built from ``native/*.cpp`` when the package is installed.

A call lets other threads run; what two threads work on at once must not share a ``Tour``.
"""

import ctypes
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, get_type_hints

import numpy as np

from dispatch.kit.errors import Unavailable

from .facts import Facts, Floats, Ints, Shorts, Tour

LIBRARY = Path(__file__).with_name("native") / "libsearch.so"
TOUCHED = 192  # routes that one turn of the search may change


class NotBuilt(Unavailable):
    """The compiled search is missing or of another version."""


class Manner(NamedTuple):
    """How a search behaves; ``hot`` and ``cold`` are costs."""

    hot: float  # threshold at the first and the last turn
    cold: float
    mean: int = 10  # jobs taken out in a turn, on average
    longest: int = 6  # string of one route
    blink: float = 0.01  # chance with which a place is overlooked
    most: int = 60  # crews looked at through neighbours, at the most
    narrow: float = 0.15  # the least share of ``most``, and of the crews that stand near; each turn draws its own


class Journal(NamedTuple):
    """What a turn changed, to undo it; and the best plan so far. The same members as in ``native/journal.hpp``."""

    most: int
    crew: Shorts
    length: Shorts
    stops: Shorts  # (most, m)
    mark: Ints  # (k) the turn that touched the crew last
    absent: Shorts
    again: Shorts
    key: Floats
    counts: Ints  # turn, routes touched, number absent before
    best_stops: Shorts  # (k, m)
    best_length: Shorts
    best: Floats  # (1)


def journal_of(tour: Tour) -> Journal:
    """Return an empty journal for a plan; the plan is the best so far."""
    n = len(tour.crew_of)
    return Journal(
        most=TOUCHED, crew=np.zeros(TOUCHED, np.int32), length=np.zeros(TOUCHED, np.int32),
        stops=np.zeros((TOUCHED, tour.width), np.int32), mark=np.zeros(len(tour.length), np.int64),
        absent=np.zeros(n, np.int32), again=np.zeros(n, np.int32), key=np.zeros(n), counts=np.zeros(3, np.int64),
        best_stops=tour.stops.copy(), best_length=tour.length.copy(), best=tour.total.copy(),
    )  # fmt: skip


def _structure(shape: type) -> type[ctypes.Structure]:
    """Return the C structure of a tuple: whole numbers, doubles and addresses, eight bytes each."""
    kinds: dict[Any, Any] = {int: ctypes.c_int64, float: ctypes.c_double}
    fields = [(name, kinds.get(kind, ctypes.c_void_p)) for name, kind in get_type_hints(shape).items()]
    return type(f"C{shape.__name__}", (ctypes.Structure,), {"_fields_": fields})


STRUCTURES: dict[type, type[ctypes.Structure]] = {shape: _structure(shape) for shape in (Facts, Tour, Journal, Manner)}


def _handed(values: Any) -> ctypes.Structure:
    """Return the structure that says where the columns lie; the tuple must live as long as it is used."""
    structure = STRUCTURES[type(values)]
    return structure(*(v.ctypes.data if isinstance(v, np.ndarray) else v for v in values))


@cache
def _library() -> Any:
    try:
        library = ctypes.CDLL(str(LIBRARY))
    except OSError as error:
        raise NotBuilt("优化器的编译部分缺失,请重新执行 make setup 或重新安装软件包") from error
    sizes = {Facts: library.size_of_facts, Tour: library.size_of_tour, Journal: library.size_of_journal}
    for shape, size in sizes.items():
        size.restype = ctypes.c_int64
        if size() != ctypes.sizeof(STRUCTURES[shape]):
            raise NotBuilt("优化器的编译部分与程序版本不符,请重新执行 make setup 或重新安装软件包")
    whole, cost = ctypes.c_int64, ctypes.c_double
    pointer = ctypes.c_void_p
    for name, gives, takes in (
        ("construct", None, [pointer, whole]), ("append", whole, [whole, whole]),
        ("run", whole, [pointer, pointer, whole]), ("cheapest_place", cost, [whole, pointer]),
        ("places_with_each", None, [whole, pointer, pointer]), ("insert", None, [whole, whole, whole]),
        ("recount", None, []),
    ):  # fmt: skip
        function = getattr(library, name)
        function.restype, function.argtypes = gives, [pointer, pointer, *takes]
    return library


class Native:
    """The compiled search on one problem and one plan."""

    def __init__(self, facts: Facts, tour: Tour) -> None:
        """:raises NotBuilt: if the compiled part is missing"""
        self._library = _library()
        self.facts, self.tour = facts, tour
        self.journal = journal_of(tour)
        self._f, self._s, self._w = (_handed(v) for v in (facts, tour, self.journal))
        self._fs = ctypes.byref(self._f), ctypes.byref(self._s)

    def construct(self, order: Shorts) -> None:
        """Put absent jobs into the plan in this order, each where it costs least; the others stay out."""
        order = np.ascontiguousarray(order, np.int32)
        self._library.construct(*self._fs, order.ctypes.data, len(order))

    def append(self, crew: int, job: int) -> bool:
        """Put a job at the end of a route, if the route can be driven then; it must be struck from ``absent`` after."""
        return bool(self._library.append(*self._fs, crew, job))

    def run(self, manner: Manner, turns: int) -> int:
        """Search for so many turns; returns how many changes were kept."""
        how = _handed(manner)
        return int(self._library.run(*self._fs, ctypes.byref(self._w), ctypes.byref(how), turns))

    def cheapest_place(self, job: int) -> tuple[float, int, int]:
        """Return (cost, crew, stop) of the cheapest place for an absent job; crew -1: leaving it out costs less."""
        where = np.empty(2, np.int64)
        cost = self._library.cheapest_place(*self._fs, job, where.ctypes.data)
        return float(cost), int(where[0]), int(where[1])

    def places_with_each(self, job: int) -> tuple[Floats, Ints]:
        """Return the cost and the stop of the cheapest place with each crew (k); stop -1: not possible."""
        crews = len(self.tour.length)
        cost, stop = np.empty(crews), np.empty(crews, np.int64)
        self._library.places_with_each(*self._fs, job, cost.ctypes.data, stop.ctypes.data)
        return cost, stop

    def insert(self, crew: int, stop: int, job: int) -> None:
        """Put a job into a route before a stop; it must be struck from ``absent`` after."""
        self._library.insert(*self._fs, crew, stop, job)

    def recount(self) -> None:
        """Compute all that is kept of the plan anew, after its routes or its absent jobs were written from outside."""
        self._library.recount(*self._fs)
