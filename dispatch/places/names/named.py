"""Provinces, cities and counties by their names, to see which of them a caller began with."""

from collections.abc import Iterator

from .gazetteer import COUNTY, PROVINCE, STAND_INS, Gazetteer


class Named:
    """Looks names up in the whole country, whatever the scope: 江苏省象山县 contradicts itself."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._rows: dict[str, list[int]] = {}
        for row in range(gazetteer.all_of(PROVINCE)[0], gazetteer.all_of(COUNTY)[1]):
            name = gazetteer.name(row)
            if name not in STAND_INS:
                for one in {name, gazetteer.core_name(row)} if gazetteer.level[row] == PROVINCE else {name}:
                    self._rows.setdefault(one, []).append(row)
        self._longest = max(map(len, self._rows), default=0)

    def at_the_beginning(self, text: str) -> Iterator[tuple[list[int], int]]:
        """Yield the rows that have a name the text begins with, and how long it is; the longest first."""
        for length in range(min(self._longest, len(text)), 1, -1):
            if (rows := self._rows.get(text[:length])) is not None:
                yield rows, length
