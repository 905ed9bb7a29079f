"""What is known of names that may have been heard, as columns, and of a place that was."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Columns = tuple[NDArray[np.uint32], NDArray[np.uint8], NDArray[np.uint32], NDArray[np.uint16]]
FULL = 3000  # what a name is worth that explains, by the letter, all that was said: more than any likeness


class Way(NamedTuple):
    """
    One way in which rows may have been heard: which, what counts already, from where on, what is taken off.

    ``exact``, ``first``: see ``State``.
    """

    which: Ints
    base: Ints
    begin: Ints
    exact: Ints
    first: Ints
    below: Bools
    off: Ints

    def of(self, kept: Ints) -> "Way":
        which, base, begin, exact, first = (column[kept] for column in self[:5])
        return Way(which, base, begin, exact, first, self.below[kept], self.off[kept])


class State(NamedTuple):
    """
    What was heard so far, row by row: its worth, where it ends.

    ``ending`` is the part of it that the last generic ending (镇, 街道) is worth, ``signs`` how many signs that took.
    ``exact`` signs of it were heard by the letter, ``first`` is where it begins.
    """

    score: Ints
    end: Ints
    ending: Ints
    signs: Ints
    exact: Ints
    first: Ints

    def of(self, which: Ints) -> "State":
        return State(*(column[which] for column in self))


@dataclass(frozen=True, slots=True)
class Level:
    """What was heard down to each unit of a level: with the unit itself, and without it."""

    rows: Ints
    with_it: State
    without: State
    heard: Bools


@dataclass(frozen=True, slots=True)
class Heard:
    """
    A place that was heard: what all of it is worth, and which share of its own name, hundredths.

    ``above``: something it lies in was heard before it; ``below``: the very next one. ``loose``: so many signs just
    before it belong to nothing. ``word``: which share of the word it was heard in it explains, hundredths. ``first``:
    where it, or what it lies in, begins. ``sound``: what it is worth but for explaining all that was said.
    """

    row: int
    score: int
    share: int
    above: bool
    below: bool
    loose: int
    word: int
    first: int
    sound: int

    @property
    def full(self) -> bool:
        """Whether all that was said is its name, by the letter."""
        return self.score >= FULL


class Scores(NamedTuple):
    """
    What rows are worth (score 0: not heard), and which share of the name was heard, hundredths.

    ``above`` 1: something it lies in was heard before it, 2: the very next one; ``loose``: signs between the two;
    ``word``: see ``Heard``; ``rank``: what it is worth as the answer, and not only as where something lies.
    """

    row: Ints
    score: Ints
    end: Ints
    ending: Ints
    signs: Ints
    exact: Ints
    first: Ints
    share: Ints
    above: Ints
    loose: Ints
    word: Ints
    rank: Ints

    @property
    def state(self) -> State:
        return State(*self[1:7])


class Fit(NamedTuple):
    """
    Where in what was said names were heard.

    Length of the core and its worth; worth and signs of the ending; begin and end; whether the core was heard letter by
    letter.
    """

    core: Ints
    value: Ints
    ending: Ints
    signs: Ints
    begin: Ints
    end: Ints
    by_letter: Bools

    def of(self, kept: Ints) -> "Fit":
        core, value, ending, signs, begin, end = (column[kept] for column in self[:6])
        return Fit(core, value, ending, signs, begin, end, self.by_letter[kept])


class Entries(NamedTuple):
    """Names that may have been heard: the ``which`` of some columns, each of them the name of the row beside it."""

    row: Ints
    parent: Ints
    which: Ints
    columns: Columns
