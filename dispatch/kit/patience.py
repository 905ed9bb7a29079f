"""How long to wait before the next try."""


class Patience:
    """
    Waits that grow while something fails, and start small again when it works.

    :param first_s: the first wait, seconds; each one after it is twice as long, up to ``longest_s``
    """

    def __init__(self, *, first_s: float = 0.2, longest_s: float = 3.0) -> None:
        self._first_s, self._longest_s = first_s, longest_s
        self._next_s = first_s

    def next_s(self) -> float:
        """Return how long to wait now."""
        wait_s, self._next_s = self._next_s, min(self._next_s * 2, self._longest_s)
        return wait_s

    def restore(self) -> None:
        """Start small again: it works."""
        self._next_s = self._first_s
