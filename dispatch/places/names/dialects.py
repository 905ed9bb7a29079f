"""Which sounds are mixed up where: the table of mergers, and which dialect area a county lies in."""

from collections.abc import Iterable
from pathlib import Path
from typing import Self

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dispatch.kit.errors import Invalid
from dispatch.kit.files import unread

from .syllables import Likeness, Mergers, Syllabary

OURS = Path(__file__).with_name("dialects.yaml")
PAIR = r"^[a-z_]+/[a-z_]+$"
Pairs = list[str]


class BadDialects(Invalid):
    """The table of dialect areas cannot be used."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    initials: Pairs = []
    finals: Pairs = []
    syllables: Pairs = []

    @property
    def mergers(self) -> Mergers:
        return Mergers.of(self.initials, self.finals, self.syllables)


class _Area(_Table):
    codes: list[str] = Field(min_length=1)


class _Dialects(BaseModel):
    model_config = ConfigDict(extra="forbid")

    everywhere: _Table
    areas: dict[str, _Area]


class Dialects:
    """
    The table, and how alike syllables sound in each area.

    :param path: a table of one's own in place of ours
    :raises BadDialects: naming the line that is wrong
    """

    def __init__(self, path: Path = OURS) -> None:
        try:
            read = _Dialects.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (OSError, yaml.YAMLError, ValidationError, UnicodeDecodeError) as error:
            why = str(error) if isinstance(error, ValidationError) else unread(error)
            raise BadDialects(f"方言表 {path.name} 无法使用:{why}", field="DISPATCH_DIALECTS") from error
        self._common = read.everywhere.mergers
        self._areas = read.areas
        self._of_code = {code: name for name, area in read.areas.items() for code in area.codes}

    @classmethod
    def of(cls, path: Path | None) -> Self:
        """Read the set table, or ours."""
        return cls(path or OURS)

    def at(self, code: str | None) -> tuple[str, ...]:
        """
        Return the dialect areas of a place, in their order: the one of the longest beginning of its code.

        A place that only parts of lie in an area has all of those: 江苏 speaks 江淮官话 and 吴语.
        """
        digits = (code or "").rstrip("0")
        for width in range(len(digits), 1, -1):
            if (name := self._of_code.get(digits[:width])) is not None:
                return (name, *self._inside(digits, but=name))
        return self._inside(digits) if digits else ()

    def _inside(self, digits: str, but: str = "") -> tuple[str, ...]:
        found = {name for code, name in self._of_code.items() if code.startswith(digits) and code != digits}
        return tuple(sorted(found - {but}))

    def likeness(self, syllabary: Syllabary, areas: Iterable[str] = ()) -> Likeness:
        """Return how alike the syllables sound to who comes from one of the areas; without one, as everywhere."""
        tables = [syllabary.likeness(self._common, self._areas[name].mergers) for name in areas]
        plain = syllabary.likeness(self._common, Mergers())
        alike: Likeness = np.maximum.reduce([plain, *tables])
        return alike
