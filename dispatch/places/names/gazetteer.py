"""The country's administrative places, province to village, as columns in memory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import isnan
from pathlib import Path
from typing import Any, Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from dispatch.kit.errors import NotFound, Unavailable
from dispatch.kit.words import Labelled

from .typed import Typed

LENGTH = 12
PROVINCE, CITY, COUNTY, TOWNSHIP, VILLAGE = range(5)
WIDTHS = (2, 4, 6, 9, 12)  # digits of a code that count, level by level
STAND_INS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})  # cities that nobody says


class PlaceLevel(Labelled):
    """How large an administrative place is."""

    PROVINCE = "province", "省"
    CITY = "city", "市"
    COUNTY = "county", "县(区)"
    TOWNSHIP = "township", "乡镇(街道)"
    VILLAGE = "village", "村(社区)"


LEVELS = tuple(PlaceLevel)


class NoSuchUnit(NotFound):
    """No administrative place has that code."""


class NoGazetteer(Unavailable):
    """The file of place names is missing or cannot be used."""


@dataclass(frozen=True, slots=True)
class Unit:
    """
    One place. ``code`` and ``parent`` have 12 digits; a province has no parent.

    ``lon``, ``lat``: WGS-84 degrees of its own seat, None where they are not known.
    """

    code: str
    level: PlaceLevel
    name: str
    parent: str | None
    lon: float | None
    lat: float | None


class Gazetteer:
    """
    Units in rows, level by level, each level in the order of codes, so that what lies in a unit is a range of rows.

    ``start[i]:start[i + 1]`` are the row's characters (``char``: code points, ``syllable``: numbers of ``syllables``),
    the first ``core[i]`` of which carry the name.
    """

    def __init__(self, table: Mapping[str, NDArray[Any]]) -> None:
        self.code = np.ascontiguousarray(table["code"], np.int64)
        self.level = np.ascontiguousarray(table["level"], np.uint8)
        self.parent = np.ascontiguousarray(table["parent"], np.int32)
        self.start = np.ascontiguousarray(table["start"], np.uint32)
        self.core = np.ascontiguousarray(table["core"], np.uint8)
        self.char = np.ascontiguousarray(table["char"], np.uint32)
        self.syllable = np.ascontiguousarray(table["syllable"], np.uint16)
        self.syllables = tuple(str(name) for name in table["names"])
        self.lon = np.ascontiguousarray(table["lon"], np.float32)
        self.lat = np.ascontiguousarray(table["lat"], np.float32)
        self.names = (self.start, self.core, self.char, self.syllable)  # as ``aligning`` takes them
        self.first = np.searchsorted(self.level, np.arange(len(LEVELS) + 1)).astype(np.int64)  # of each level
        self._table = table

    @classmethod
    def load(cls, path: Path) -> Self:
        """
        Read the file that ``building`` made.

        :raises NoGazetteer: if it is missing, cut off or of another make
        """
        try:
            with path.open("rb") as file, np.load(file) as table:
                return cls({name: table[name] for name in table.files})
        except FileNotFoundError as error:
            message = f"没有地名库 {path.name},请先执行 dispatch places build"
            raise NoGazetteer(message, field="DISPATCH_GAZETTEER") from error
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            message = f"地名库 {path.name} 无法读取({type(error).__name__}),请重新执行 dispatch places build"
            raise NoGazetteer(message, field="DISPATCH_GAZETTEER") from error

    def __len__(self) -> int:
        return len(self.code)

    @cached_property
    def typed(self) -> Typed:
        """What may be typed for each place."""
        return Typed.of(self._table)

    def all_of(self, level: int) -> tuple[int, int]:
        """Return the rows of a level, as a half-open range."""
        return int(self.first[level]), int(self.first[level + 1])

    def name(self, row: int) -> str:
        chars = self.char[self.start[row] : self.start[row + 1]]
        return chars.tobytes().decode("utf-32-le")

    def core_name(self, row: int) -> str:
        """Return the part of the name that carries it: 石浦 of 石浦镇."""
        return self.name(row)[: int(self.core[row])]

    def written(self, row: int, *, whole: bool) -> tuple[str, str, str]:
        """Return name or core as characters, pinyin and initials."""
        low = int(self.start[row])
        high = int(self.start[row + 1]) if whole else low + int(self.core[row])
        syllables = [self.syllables[n] for n in self.syllable[low:high]]
        name = self.char[low:high].tobytes().decode("utf-32-le")
        return name, "".join(syllables), "".join(syllable[:1] for syllable in syllables)

    def code_of(self, row: int) -> str:
        return str(int(self.code[row])).zfill(LENGTH)

    def at(self, row: int) -> Unit:
        """Return the place of a row."""
        lon, lat, parent = float(self.lon[row]), float(self.lat[row]), int(self.parent[row])
        known = not isnan(lon)
        return Unit(
            code=self.code_of(row),
            level=LEVELS[int(self.level[row])],
            name=self.name(row),
            parent=self.code_of(parent) if parent >= 0 else None,
            lon=lon if known else None,
            lat=lat if known else None,
        )

    def unit(self, code: str) -> Unit:
        """
        Return the place with a code of 2 to 12 digits; zeros at the end may be missing.

        :raises NoSuchUnit: if there is none
        """
        if (row := self.row_of(code)) is None:
            raise NoSuchUnit(f"地名库中没有编码“{code[:20]}”,请核对区划代码", field="code")
        return self.at(row)

    def row_of(self, code: str) -> int | None:
        """Return the row of a code of 2 to 12 digits, or None; zeros at the end may be missing."""
        if not (code.isascii() and code.isdecimal() and len(code) <= LENGTH):
            return None
        number = int(code.ljust(LENGTH, "0"))
        for level, width in enumerate(WIDTHS):
            if number % 10 ** (LENGTH - width):
                continue
            low, high = self.first[level], self.first[level + 1]
            row = low + int(np.searchsorted(self.code[low:high], number))
            if row < high and self.code[row] == number:
                return int(row)
        return None

    def within(self, row: int, level: int) -> tuple[int, int]:
        """Return the rows of one level that lie in a unit, as a half-open range."""
        width = 10 ** (LENGTH - WIDTHS[int(self.level[row])])
        low, high = int(self.first[level]), int(self.first[level + 1])
        codes = self.code[low:high]
        number = int(self.code[row])
        a, b = np.searchsorted(codes, (number, number + width))
        return low + int(a), low + int(b)

    def above(self, row: int) -> Iterator[int]:
        """Yield the row itself, then what it lies in, up to the province."""
        while row >= 0:
            yield row
            row = int(self.parent[row])

    def lie_in(self, rows: NDArray[np.int32], places: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Tell of each row whether it lies in one of the places, and is not itself that place."""
        found = np.zeros(len(rows), bool)
        while (rows >= 0).any():
            rows = np.where(rows >= 0, self.parent[rows], -1)
            found |= np.isin(rows, places)
        return found

    def path(self, row: int) -> str:
        """Return the whole name, from the province down, as people write it."""
        names = [self.name(r) for r in self.above(row)]
        return "".join(name for name in reversed(names) if name not in STAND_INS)

    def place(self, row: int) -> tuple[float, float, bool] | None:
        """
        Return lon, lat and whether they are the unit's own.

        Otherwise they are the middle of the townships in it that are known, or of the nearest unit above that has any.
        """
        for r in self.above(row):
            if not isnan(float(self.lon[r])):
                return float(self.lon[r]), float(self.lat[r]), r == row
            if (middle := self._middle(r)) is not None:
                return (*middle, False)
        return None

    def _middle(self, row: int) -> tuple[float, float] | None:
        if self.level[row] >= TOWNSHIP:
            return None
        low, high = self.within(row, TOWNSHIP)
        known = np.flatnonzero(np.isfinite(self.lon[low:high])) + low
        return (float(np.median(self.lon[known])), float(np.median(self.lat[known]))) if len(known) else None
