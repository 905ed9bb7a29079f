"""What problem files of every kind must keep to: names once, instants with a zone, a matrix that has all places."""

from collections.abc import Iterable
from datetime import datetime

from dispatch.routing.optimiser.problem import ByMatrix, Place, Travel

from .saying import BadProblem, shown


def refused(where: str, said: str) -> BadProblem:
    """Return the refusal of a field."""
    return BadProblem(f"{where} {said}", field=where)


def once(field: str, names: Iterable[str], key: str) -> None:
    """:raises BadProblem: if a name stands twice in a list"""
    first: dict[str, int] = {}
    for i, name in enumerate(names):
        if name in first:
            said = f"与 {field}[{first[name]}] 相同,都是 {shown(name)}:请改成不同的,或删去一个"
            raise refused(f"{field}[{i}].{key}", said)
        first[name] = i


def is_an_instant(field: str, value: str | None) -> None:
    """:raises BadProblem: if it is there and no instant with a zone"""
    if value is None:
        return
    try:
        aware = datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        aware = False
    if not aware:
        raise refused(field, f"应为带时区的时刻,如 2026-08-01T08:00:00+08:00,现为 {shown(value)}")


def has_all_places(travel: Travel, places: Iterable[tuple[str, Place]]) -> None:
    """
    Check a matrix; other ways of travelling have all places.

    :raises BadProblem: if it is not square, or has no row for a place
    """
    if not isinstance(travel, ByMatrix):
        return
    rows = travel.seconds
    for i, row in enumerate(rows):
        if len(row) != len(rows):
            raise refused(f"travel.seconds[{i}]", f"有 {len(row)} 个数,应与行数 {len(rows)} 相同:请补成方阵")
    for where, place in places:
        if place.place >= len(rows):
            raise refused(f"{where}.place", f"为 {place.place},但 travel.seconds 只有 {len(rows)} 行(从 0 数起):请核对")
