"""
A table of declarations as depots fill it in: which columns it has, and what a row declares.

Pure. What a cell means says ``cells``. A row that names a half-day and says neither teams nor visits declares nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dispatch.kit.errors import Refusal
from dispatch.kit.tables import Line

from .cells import (
    BadCell,
    BadHeadings,
    Cells,
    Fault,
    Readers,
    count_of,
    date_of,
    headings_of,
    merged_faults,
    plain,
    word_of,
)
from .declaration import Slot
from .words import Half, VisitArea, VisitKind

HEADINGS = ("班所", "日期", "半日", "类别", "城乡", "队伍数", "户数", "所见版本")
DEPOT, DATE, HALF, KIND, AREA, TEAMS, VISITS, SEEN = range(len(HEADINGS))
OPTIONAL = frozenset({SEEN})
FIELDS = {"depot": DEPOT, "date": DATE, "teams": TEAMS, "visits": VISITS, "reason": VISITS, "version": SEEN}
GUIDE = (
    "填写说明:每行一个半日;队伍数、户数填 0 或正整数,都不填的行不申报;日期如 2026-07-06;"
    "半日、类别、城乡从下拉框选;所见版本不要改;不要合并单元格,不要用公式"
)
MOST = {TEAMS: 1000, VISITS: 10_000, SEEN: 2**31 - 1}


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One row that declares something; ``places``: field of a refusal → its column letter.

    :param seen: version that the row was filled in upon; None: its cell is empty
    """

    row: int
    slot: Slot
    teams: int
    visits: int
    seen: int | None
    places: Mapping[int, str] = field(compare=False)

    def fault(self, refusal: Refusal) -> Fault:
        """Return what a rule says of this row, at the cell that it is about."""
        column = self.places.get(FIELDS.get(refusal.field or "", DATE)) or self.places[DATE]
        return Fault(self.row, column, refusal.message)


@dataclass(frozen=True, slots=True)
class Read:
    """What stands in a table: rows below the headings, what they declare, what is wrong in them."""

    rows_n: int
    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...]


def read(lines: Sequence[Line], merged: Sequence[str], depots: Mapping[str, Sequence[str]]) -> Read:
    """
    Return what a table declares, and every cell that is wrong.

    :param merged: merged cells, as ``A3:A9``
    :param depots: name or code of a depot → codes that it may mean
    :raises BadHeadings: if it has other columns than a table of declarations
    """
    headings, rows = headings_of(lines, HEADINGS, OPTIONAL)
    faults = merged_faults(merged, headings)
    entries: list[Entry] = []
    for line in rows:
        entry, wrong = _Row(line, headings.columns, spare=VISITS).entry(depots)
        faults += wrong
        if entry is not None:
            entries.append(entry)
    faults += _doubled(entries)
    if not rows:
        raise BadHeadings("表中只有表头,没有数据行,请先填写", field="file")
    return Read(len(rows), tuple(entries), tuple(faults))


class _Row(Cells):
    def entry(self, depots: Mapping[str, Sequence[str]]) -> tuple[Entry | None, list[Fault]]:
        """Return what the row declares, None where it declares nothing or cannot be read, and its wrong cells."""
        if not plain(self.text(TEAMS)) and not plain(self.text(VISITS)):
            return None, []
        said, faults = self.read(HEADINGS, _readers(depots))
        return (None if faults else self._entry(said)), faults

    def _entry(self, said: Mapping[int, object]) -> Entry:
        names = {DEPOT: "depot", DATE: "date", HALF: "half", KIND: "kind", AREA: "area_class"}
        slot = Slot.model_validate({name: said[n] for n, name in names.items()})
        numbers = {"teams": said[TEAMS], "visits": said[VISITS], "seen": said[SEEN]}
        places = {n: self.place(n) for n in range(len(HEADINGS))}
        return Entry(row=self.line.no, slot=slot, places=places, **numbers)  # type: ignore[arg-type]


def _readers(depots: Mapping[str, Sequence[str]]) -> Readers:
    """Return for each column what a cell's text means."""
    return {
        DEPOT: lambda text: _depot(text, depots),
        DATE: date_of,
        HALF: lambda text: word_of(text, Half),
        KIND: lambda text: word_of(text, VisitKind),
        AREA: lambda text: word_of(text, VisitArea),
        TEAMS: lambda text: count_of(text, MOST[TEAMS]),
        VISITS: lambda text: count_of(text, MOST[VISITS]),
        SEEN: lambda text: count_of(text, MOST[SEEN]) if text else None,
    }


def _depot(text: str, depots: Mapping[str, Sequence[str]]) -> str:
    found = depots.get(text, ())
    if len(found) == 1:
        return found[0]
    if found:
        raise BadCell(f"“{text[:20]}”有 {len(found)} 个,请改填编码:{'、'.join(found[:5])}")
    if not text:
        raise BadCell("没有填,请填班所名称或编码")
    raise BadCell(f"“{text[:20]}”不存在,或不由您申报,请核对名称或编码")


def _doubled(entries: Iterable[Entry]) -> Iterator[Fault]:
    first: dict[Slot, int] = {}
    for entry in entries:
        row = first.setdefault(entry.slot, entry.row)
        if row != entry.row:
            yield Fault(entry.row, entry.places[DEPOT], f"与第 {row} 行是同一班所、半日、类别和城乡,请合并为一行")
