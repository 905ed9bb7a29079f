"""The gazetteer that is installed, with what finds names in it; read once for each process."""

from functools import lru_cache
from pathlib import Path
from typing import Self

from .names.dialects import Dialects
from .names.gazetteer import Gazetteer
from .names.matching import Matcher
from .names.typeahead import TypeAhead

WARMING = "石浦镇"  # any name will do


class Names:
    """What ``Finder`` asks for places of the whole country."""

    def __init__(self, gazetteer: Gazetteer, dialects: Dialects) -> None:
        self.gazetteer = gazetteer
        self.matcher = Matcher(gazetteer, dialects)
        self.typeahead = TypeAhead(gazetteer, gazetteer.typed)

    @classmethod
    def load(cls, path: Path, dialects: Path | None = None) -> Self:
        """
        Read the file and the table of dialects, and have everything compiled before the first question.

        :raises NoGazetteer, BadDialects: if one of them cannot be used
        """
        changed_at = path.stat().st_mtime_ns if path.exists() else 0
        return cls._read(path, changed_at, dialects)

    @classmethod
    @lru_cache(maxsize=1)  # what is read is never changed, and a process reads one file
    def _read(cls, path: Path, _changed_at: int, dialects: Path | None) -> Self:
        names = cls(Gazetteer.load(path), Dialects.of(dialects))
        names.matcher.find(WARMING)
        names.typeahead.complete(WARMING)
        return names
