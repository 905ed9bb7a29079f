"""
What must be true of an answer, as the scenario's file says it: a path and a value, or a path and a comparison.

``"ticket.stage" = "accepted"``; ``"ticket.flags.chased_n" = {ge = 1}``; ``"tickets" = {size = 4}``; ``"tickets" =
{some = {stage = "merged"}}``; ``"error.message" = {has = "退单"}``; ``"ticket.arrived_at" = {absent = true}``;
``"ticket.arrived_at" = {minute = 31}`` (an instant, in minutes from the start).
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

MISSING = object()
TOLERANCE_MIN = 0.02
OF_MEMBERS = frozenset({"some", "none", "every", "count"})  # comparisons that say something of a list's members
TELLING = ("ticket_no", "id", "kind", "stage", "state", "outcome")


def at_path(answer: Any, path: str) -> Any:
    """Return what stands at ``a.b.0.c``; ``MISSING`` if nothing does; an empty path is the whole answer."""
    for part in path.split(".") if path else ():
        if isinstance(answer, dict) and part in answer:
            answer = answer[part]
        elif isinstance(answer, list) and part.lstrip("-").isdigit() and -len(answer) <= int(part) < len(answer):
            answer = answer[int(part)]
        else:
            return MISSING
    return answer


def differences(answer: Any, expected: dict[str, Any], start: datetime) -> Iterator[str]:
    """Yield a sentence for each expectation that does not hold."""
    for path, wanted in expected.items():
        found = at_path(answer, path)
        if not holds(found, wanted, start):
            shown = "无此项" if found is MISSING else _shown(found)
            yield f"{path or '(答复)'} 应为 {wanted!r},实为 {shown}"


def expectations(expected: dict[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every place that is spoken of, and what is wanted there; of members of lists as of the first."""
    for path, wanted in expected.items():
        place = f"{above}.{path}".strip(".")
        yield place, wanted
        for word, value in wanted.items() if isinstance(wanted, dict) else ():
            of = value.get("of") if word == "count" and isinstance(value, dict) else value
            if word in OF_MEMBERS and isinstance(of, dict):
                yield from expectations(of, f"{place}.0")


def places(expected: dict[str, Any]) -> Iterator[str]:
    """Yield every place that is spoken of."""
    return (place for place, _ in expectations(expected))


def _shown(found: Any) -> str:
    """Return what was found, of a list how long it is and what tells its members apart."""
    if not isinstance(found, list):
        return repr(found)[:300]
    told = [{k: each[k] for k in TELLING if k in each} if isinstance(each, dict) else each for each in found]
    return f"{len(found)} 项:{'、'.join(map(str, told))[:300]}"


def holds(found: Any, wanted: Any, start: datetime) -> bool:
    """Tell whether what was found is what was wanted: a value, or every comparison of a table."""
    if isinstance(wanted, dict) and wanted and wanted.keys() <= COMPARISONS.keys():
        return all(COMPARISONS[word](found, value, start) for word, value in wanted.items())
    return found is not MISSING and bool(found == wanted)


def _present(compare: Callable[[Any, Any, datetime], bool]) -> Callable[[Any, Any, datetime], bool]:
    return lambda found, value, start: found is not MISSING and found is not None and compare(found, value, start)


def _minute(found: Any, value: Any, start: datetime) -> bool:
    return abs((datetime.fromisoformat(found) - start).total_seconds() / 60 - float(value)) <= TOLERANCE_MIN


def _matches(each: Any, wanted: dict[str, Any], start: datetime) -> bool:
    return not list(differences(each, wanted, start))


COMPARISONS: dict[str, Callable[[Any, Any, datetime], bool]] = {
    "is": _present(lambda found, value, _: bool(found == value)),
    "not": lambda found, value, _: bool(found != value),
    "ge": _present(lambda found, value, _: bool(found >= value)),
    "le": _present(lambda found, value, _: bool(found <= value)),
    "gt": _present(lambda found, value, _: bool(found > value)),
    "lt": _present(lambda found, value, _: bool(found < value)),
    "has": _present(lambda found, value, _: value in found),
    "lacks": _present(lambda found, value, _: value not in found),
    "size": _present(lambda found, value, _: len(found) == value),
    "absent": lambda found, value, _: (found is MISSING or found is None) == value,
    "one_of": _present(lambda found, value, _: found in value),
    "minute": _present(_minute),
    "some": _present(lambda found, value, start: any(_matches(each, value, start) for each in found)),
    "none": _present(lambda found, value, start: not any(_matches(each, value, start) for each in found)),
    "every": _present(lambda found, value, start: all(_matches(each, value, start) for each in found)),
    "count": _present(
        lambda found, value, start: sum(_matches(each, value["of"], start) for each in found) == value["is"]
    ),
}
