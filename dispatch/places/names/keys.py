"""The keys under which places are typed, for the file: see ``typed``."""

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .gazetteer import COUNTY, TOWNSHIP, Gazetteer
from .typed import KINDS, Column, Keys

LONGEST = 6  # characters of a name that are looked at


def columns(gazetteer: Gazetteer) -> dict[str, Column]:
    """Return for each kind the keys in their order and their rows, as ``Typed`` reads them."""
    found: dict[str, Column] = {}
    for kind, column in _beginnings(gazetteer).items():
        found |= _ordered(f"typed_{kind}", column, np.arange(len(gazetteer)))
    rows = np.arange(gazetteer.all_of(COUNTY)[0], gazetteer.all_of(TOWNSHIP)[1])
    for i, kind in enumerate(KINDS):
        names = [gazetteer.written(row, whole=whole)[i] for whole in (False, True) for row in rows.tolist()]
        found |= _ordered(f"called_{kind}", _column(names), np.concatenate([rows, rows]))
    return found


def _ordered(name: str, column: Keys, rows: NDArray[np.int64]) -> dict[str, Column]:
    order = np.argsort(column, kind="stable")
    return {name: column[order], f"{name}_row": rows[order].astype(np.int32)}


def _beginnings(gazetteer: Gazetteer) -> dict[str, Keys]:
    start, syllable = gazetteer.start.tolist(), gazetteer.syllable.tolist()
    text = gazetteer.char.tobytes().decode("utf-32-le")
    spans = [(low, min(low + LONGEST, high)) for low, high in itertools.pairwise(start)]
    names = [[gazetteer.syllables[n] for n in syllable[low:high]] for low, high in spans]
    return {
        "hanzi": _column([text[low:high] for low, high in spans]),
        "pinyin": _column(["".join(one) for one in names]),
        "initials": _column(["".join(part[:1] for part in one) for one in names]),
    }


def _column(written: Sequence[str]) -> Keys:
    return np.array([one.encode() for one in written])
