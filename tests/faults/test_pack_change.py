"""A rule pack comes into force while everything runs: workers begin anew with it, and its limits break when it says."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.screens.house import House, opened, world
from tests.web.test_pack_plans import LONGER

pytestmark = pytest.mark.faults


def until(seen: Callable[[], Any], *, seconds: float = 60) -> Any:
    """Look until something is seen."""
    ends = time.monotonic() + seconds
    while not (found := seen()):
        assert time.monotonic() < ends, "not seen in time"
        time.sleep(0.2)
    return found


def workers(house: House) -> set[int]:
    """Return the process ids of the workers."""
    found: dict[str, int] = house.server.running["processes"]
    return {pid for name, pid in found.items() if name.startswith("worker")}


def test_limits_of_a_new_pack_break_when_it_says_and_those_of_old_tickets_when_theirs_did() -> None:
    with opened(world()) as house:
        old, first = house.call(), workers(house)
        from_at = (house.hands.now() + timedelta(minutes=2)).isoformat()
        house.does("admin", "/packs", text=LONGER, from_at=from_at, reason="试行四分钟接单")
        until(lambda: workers(house).isdisjoint(first))  # they have heard of it, before it is in force
        house.hands.forward(minutes=2, seconds=5)
        until(lambda: [pack for pack in house.by("admin").get("/packs").json()["packs"]
                       if pack["current"] and pack["key"] == "sgcc@2026.9"])  # fmt: skip
        new = house.call()
        assert (old["pack"], new["pack"]) == ("sgcc@2026.2", "sgcc@2026.9")
        house.hands.forward(minutes=3, seconds=10)
        until(lambda: "accept" in house.ticket(old)["flags"]["overdue"])
        assert "accept" not in house.ticket(new)["flags"]["overdue"]
        house.hands.forward(minutes=1)
        until(lambda: "accept" in house.ticket(new)["flags"]["overdue"])
