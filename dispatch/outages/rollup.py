"""
From what is dark below to the device above that explains it (停电设备上卷). Domain 4.4.5.

*Probable* is what calls alone suggest; *confirmed* needs SCADA, a meter or a crew, and is decided elsewhere.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from .model import NodeKind, Parents, line


@dataclass(frozen=True, slots=True)
class Tree:
    """A part of the network, by code."""

    parents: Parents
    kinds: Mapping[str, NodeKind]

    def line(self, code: str) -> tuple[str, ...]:
        """Return the code and all above it, nearest first."""
        return line(self.parents, code)

    def box_of(self, account_no: str) -> str | None:
        """Return the box that an account hangs on."""
        return next((code for code in self.line(account_no) if self.kinds[code] is NodeKind.BOX), None)

    def children(self) -> Mapping[str, list[str]]:
        """Return the codes right below each."""
        below: dict[str, list[str]] = defaultdict(list)
        for code, parent in self.parents.items():
            if parent is not None:
                below[parent].append(code)
        return below


@dataclass(frozen=True, slots=True)
class RollRule:
    """The numbers of the pack."""

    calls: int  # at least so many calls
    boxes: int  # from so many boxes
    window: timedelta  # in this time
    siblings: int  # so many dark side by side mean that the device above them is


@dataclass(frozen=True, slots=True)
class Heard:
    """One call of one account."""

    account_no: str
    at: datetime


def risen(tree: Tree, dark: Collection[str], *, live: Collection[str] = (), siblings: int = 2) -> set[str]:
    """
    Return the highest devices that explain what is dark.

    ``siblings`` dark ones side by side make the device above them dark, unless one beside them is known to be live; a
    substation takes all of its feeders.

    :param dark: devices that are dark for certain (or probable, to find what is probable)
    :param live: devices that are live for certain
    """
    found, below = set(dark) & tree.parents.keys(), tree.children()
    lit = {code for device in live for code in tree.line(device)}

    def explained() -> set[str]:
        above = _parents(tree, found) - found - lit
        return {code for code in above if len(found.intersection(below[code])) >= _needed(tree, code, below, siblings)}

    while more := explained():
        found |= more
    return {code for code in found if not found.intersection(tree.line(code)[1:])}


def _parents(tree: Tree, codes: Iterable[str]) -> set[str]:
    return {parent for code in codes if (parent := tree.parents[code]) is not None and parent in tree.parents}


def _needed(tree: Tree, code: str, below: Mapping[str, list[str]], siblings: int) -> int:
    """A substation is dark only when all its feeders are (domain 4.4.5)."""
    return max(len(below[code]), siblings) if tree.kinds[code] is NodeKind.SUBSTATION else siblings


def probable(tree: Tree, calls: Iterable[Heard], *, at: datetime, rule: RollRule) -> set[str]:
    """
    Return the devices that are probably dark by the calls alone.

    A device: the lowest ones with enough calls from enough boxes in the window, and what explains several of them. One
    account that calls often counts once.
    """
    recent = {call.account_no for call in calls if at - rule.window <= call.at <= at}
    boxes = {account_no: box for account_no in recent if (box := tree.box_of(account_no)) is not None}
    callers: Counter[str] = Counter()
    from_boxes: dict[str, set[str]] = defaultdict(set)
    for box in boxes.values():
        for code in tree.line(box)[1:]:
            callers[code] += 1
            from_boxes[code].add(box)
    enough = {code for code, n in callers.items() if n >= rule.calls and len(from_boxes[code]) >= rule.boxes}
    lowest = enough - {above for code in enough for above in tree.line(code)[1:]}
    return risen(tree, lowest, siblings=rule.siblings)


def remainder(tree: Tree, top: str, back: Collection[str]) -> set[str]:
    """
    Return the largest parts below a dark device that have not come back (剩余停电设备); empty: all of it is live.

    :param tree: the lines of what came back, with what hangs right on them
    :param back: devices that are live again, with all below them
    """
    below = tree.children()
    lines = {code for device in back for code in tree.line(device)}

    def dark(code: str) -> set[str]:
        if code in back:
            return set()
        if code not in lines:
            return {code}
        return {part for child in below[code] for part in dark(child)}

    return dark(top)
