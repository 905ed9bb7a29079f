"""The latest changes in memory, by area: what most consoles that were away for a moment have missed."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .feed import Line

MOST_SIZE = 32 * 1024 * 1024  # characters in the ring, at most 2 bytes each: over a minute of 200 changes a second
CUT_SIZE = 128 * 1024  # characters after which a cut ends


class GapInFeed(Exception):
    """Numbers are missing: they were retired while this process was cut off, or the feed was restored."""


@dataclass(slots=True)
class News:
    """How much came in for an area at one tick: messages, and their size in characters."""

    count: int = 0
    size: int = 0


class Strand:
    """One area's latest changes, numbered without a gap up to ``head``."""

    __slots__ = ("_cuts", "_texts", "head")

    def __init__(self, head: int) -> None:
        self.head = head
        self._texts: deque[str] = deque()
        self._cuts: dict[int, tuple[str, int]] = {}

    def append(self, text: str) -> None:
        self._texts.append(text)
        self.head += 1
        self._cuts.clear()

    def forget_oldest(self) -> int:
        """Drop the oldest change, and return its size."""
        self._cuts.clear()
        return len(self._texts.popleft()) if self._texts else 0

    def reaches(self, seq: int) -> bool:
        """Say whether all that came after ``seq`` is still here."""
        return seq >= self.head - len(self._texts)

    def cut(self, seq: int) -> tuple[str, int]:
        """
        Return the messages after ``seq`` (as the inside of a frame, at most about ``CUT_SIZE``) and the last one's seq.

        Joined once for all the consoles that stand at the same place. ``reaches(seq)`` must hold.
        """
        if seq >= self.head:
            return "", seq
        made = self._cuts.get(seq)
        if made is None:
            made = self._cuts[seq] = self._join(seq)
        return made

    def _join(self, seq: int) -> tuple[str, int]:
        texts: list[str] = []
        size = 0
        for place in range(seq - self.head, 0):
            text = self._texts[place]
            if texts and size + len(text) > CUT_SIZE:
                break
            texts.append(text)
            size += len(text)
        return ",".join(texts), seq + len(texts)


class Ring:
    """All areas' strands, bounded together by size; the oldest change goes first."""

    def __init__(self, *, most_size: int = MOST_SIZE) -> None:
        self._most_size = most_size
        self._size = 0
        self._order: deque[Strand] = deque()
        self._strands: dict[str, Strand] = {}

    def strand(self, area: str) -> Strand:
        """Return an area's strand; one that was never told of stands at 0."""
        found = self._strands.get(area)
        if found is None:
            found = self._strands[area] = Strand(0)
        return found

    def load(self, heads: Mapping[str, int], lines: Iterable[Line]) -> None:
        """Begin anew: where the areas stand, and the last of what led there."""
        self._size = 0
        self._order.clear()
        self._strands = {area: Strand(head) for area, head in heads.items()}
        begun: set[str] = set()
        for line in lines:
            if line.area not in begun:
                begun.add(line.area)
                self._strands[line.area] = Strand(line.seq - 1)
            self._append(line)

    def add(self, lines: Iterable[Line]) -> dict[str, News]:
        """Take in new changes, in order; return what came in for which area."""
        news: dict[str, News] = {}
        for line in lines:
            self._append(line)
            came = news.setdefault(line.area, News())
            came.count += 1
            came.size += len(line.text)
        return news

    def _append(self, line: Line) -> None:
        strand = self.strand(line.area)
        if line.seq != strand.head + 1:
            raise GapInFeed(f"area {line.area}: expected {strand.head + 1}, found {line.seq}")
        strand.append(line.text)
        self._order.append(strand)
        self._size += len(line.text)
        while self._size > self._most_size:
            self._size -= self._order.popleft().forget_oldest()
