"""The latest of a few things that are dear to make and soon out of date."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Latest(Generic[T]):
    """
    One thing for each name, made anew when it does not hold any more; once, however many ask for it.

    :param most: so many are kept, those asked for last
    """

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[str, T] = OrderedDict()
        self._locks: dict[str, asyncio.Lock] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def clear(self) -> None:
        """Keep nothing."""
        self._kept.clear()

    async def get(self, name: str, *, holds: Callable[[T], bool], make: Callable[[], Awaitable[T]]) -> T:
        """
        Return what is kept under a name if it holds, else what ``make`` makes.

        While it is made anew, who finds that what is kept holds for him does not wait.

        :raises Exception: what ``make`` raises; what was kept stays then
        """
        if (kept := self._held(name, holds)) is not None:
            return kept
        async with self._locks.setdefault(name, asyncio.Lock()):
            if (kept := self._held(name, holds)) is None:
                kept = self._kept[name] = await make()
            self._kept.move_to_end(name)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return kept

    def _held(self, name: str, holds: Callable[[T], bool]) -> T | None:
        """Return what is kept if it holds; it was asked for last then."""
        kept = self._kept.get(name)
        if kept is None or not holds(kept):
            return None
        self._kept.move_to_end(name)
        return kept
