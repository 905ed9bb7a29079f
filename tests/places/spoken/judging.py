"""How an answer is judged: right first, right among five, or a wrong village named without a question."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dispatch.places.names.matching import Found

HANDWRITTEN = Path(__file__).with_name("handwritten.jsonl")
UNSEEN = Path(__file__).with_name("unseen.jsonl")  # written before any answer to them was looked at


@dataclass(frozen=True, slots=True)
class Spoken:
    """
    One written query.

    :param want: codes of which one must come first; none: no village may be named
    :param ask: the caller must be asked again
    """

    q: str
    why: str
    province: str | None
    counties: frozenset[str]
    want: tuple[str, ...]
    ask: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    first: bool
    among_five: bool
    wrong_village: bool


def handwritten(path: Path = HANDWRITTEN) -> Iterator[Spoken]:
    for line in path.read_text(encoding="utf-8").splitlines():
        one: dict[str, Any] = json.loads(line)
        want = list(one["want"])
        if one.get("or_township"):  # so far from the name that the township and a question are right too
            want.append(want[0][:9] + "000")
        counties = frozenset({one["county"]} if "county" in one else ())
        yield Spoken(one["q"], one["why"], one.get("province"), counties, tuple(want), one.get("ask", False))


def judged(found: Found, want: Sequence[str], *, ask: bool = False) -> Verdict:
    codes = [one.code for one in found.candidates[:5]]
    named = found.ask is None and found.level_reached == "village"
    if not want:
        return Verdict(not named, not named, named)
    first = codes[:1] != [] and codes[0] in want and not (ask and found.ask is None)
    return Verdict(first, any(code in want for code in codes), named and (codes[0] not in want or ask))


def shares(verdicts: Iterable[Verdict]) -> tuple[float, float, float]:
    """Return the shares of first, among five and wrong village."""
    all_ = list(verdicts)
    parts = ([v.first for v in all_], [v.among_five for v in all_], [v.wrong_village for v in all_])
    first, five, wrong = (sum(part) / len(all_) for part in parts)
    return first, five, wrong
