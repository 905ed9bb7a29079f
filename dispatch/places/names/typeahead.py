"""
What a seat may mean while typing: 石浦, shipu, sp; or down the levels: 象山石浦, xiangshanshipu, xssp.

The county comes before the township, the township before the village; within a level the order is that of codes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .gazetteer import COUNTY, VILLAGE, Gazetteer
from .typed import Rows, Typed, plain

LIMIT = 10
LONGEST = 24  # signs of what was typed that are looked at
DOUBLED = 8  # ways in which one row may be found
FEW = 4_000  # rows of which it is asked where they lie
ABOVE = 12  # places above that one beginning may name, at most


@dataclass(frozen=True, slots=True)
class Scope:
    """Rows of places in which is looked for first; ``only``: and nowhere else."""

    roots: tuple[int, ...] = ()
    only: bool = False


EVERYWHERE = Scope()


class TypeAhead:
    """Completes what is typed, over the whole country."""

    def __init__(self, gazetteer: Gazetteer, typed: Typed) -> None:
        self._gazetteer = gazetteer
        self._typed = typed

    def complete(self, text: str, *, scope: Scope = EVERYWHERE, limit: int = LIMIT) -> list[int]:
        """Return the rows that may be meant, those in the scope first, then the higher level, then by code."""
        typed = plain(text)[:LONGEST]
        if not typed:
            return []
        found = np.concatenate([self._typed.starting(typed), *self._below(typed, scope, None)])
        return self._first(found, scope, limit)

    def _first(self, rows: Rows, scope: Scope, limit: int) -> list[int]:
        """Return the first rows in their order; of tens of thousands only those are sorted."""
        inside = self._in_scope(rows, scope)
        parts = [rows[inside]] if scope.only else [rows[inside], rows[~inside]]
        found: list[int] = []
        for part in parts:
            most = DOUBLED * limit
            few = np.partition(part, most)[:most] if len(part) > most else part
            found += np.unique(few)[: limit - len(found)].tolist()
        return found

    def _below(self, typed: str, scope: Scope, within: int | None) -> Iterator[Rows]:
        """Yield rows below a place that the beginning names, as far as the rest names them."""
        for cut in range(2, len(typed)):
            above = self._typed.called(typed[:cut])
            above = above if within is None else self._inside(above, within)
            if not len(above):
                continue
            rest = typed[cut:]
            above = self._ordered(above, scope)[:ABOVE]
            yield self._beginning(rest, above)
            for row in above[self._gazetteer.level[above] == COUNTY].tolist():
                yield from self._below(rest, scope, row)

    def _beginning(self, typed: str, above: Rows) -> Rows:
        """Return the rows in the places that begin so: from the few that begin so, or the few that lie there."""
        found = self._typed.starting(typed)
        if len(found) <= FEW:
            return found[self._gazetteer.lie_in(found, above)]
        below = np.concatenate([self._all_below(row) for row in above.tolist()])
        return below[self._typed.begins(below, typed)]

    def _inside(self, rows: Rows, above: int) -> Rows:
        """Return those of the rows that lie in a place and are not the place itself."""
        first = int(self._gazetteer.level[above]) + 1
        return rows[self._in(rows, above, first)]

    def _all_below(self, above: int) -> Rows:
        first = int(self._gazetteer.level[above]) + 1
        spans = [self._gazetteer.within(above, level) for level in range(first, VILLAGE + 1)]
        return np.concatenate([np.arange(low, high, dtype=np.int32) for low, high in spans])

    def _in(self, rows: Rows, above: int, first: int) -> NDArray[np.bool_]:
        kept = np.zeros(len(rows), bool)
        for level in range(first, VILLAGE + 1):
            low, high = self._gazetteer.within(above, level)
            kept |= (rows >= low) & (rows < high)
        return kept

    def _ordered(self, rows: Rows, scope: Scope) -> Rows:
        """
        Return rows in their order, those of the scope first; without the others if it says so.

        Rows stand level by level in the order of codes, so the lower row is the higher level.
        """
        if not scope.roots:
            return rows
        inside = self._in_scope(rows, scope)
        return rows[inside] if scope.only else np.concatenate([rows[inside], rows[~inside]])

    def _in_scope(self, rows: Rows, scope: Scope) -> NDArray[np.bool_]:
        inside = np.zeros(len(rows), bool)
        for root in scope.roots:
            inside |= self._in(rows, root, int(self._gazetteer.level[root]))
        return inside
