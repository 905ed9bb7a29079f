"""
Problems to measure with: a city and its surroundings after a storm, trucks at depots, groups of customers in the dark.

Invented shares and sizes of the trade's order; no data of anybody. The same arguments make the same problem.
"""

import numpy as np

from dispatch.kit.errors import Invalid
from dispatch.routing.optimiser.problem import ByPlane, Place

from .problem import Group, Problem, Truck
from .shapes import MOST_GROUPS, MOST_TRUCKS

Rng = np.random.Generator

HOUR_S, MINUTE_S, HORIZON_S = 3600, 60, 12 * 3600
KVA = (100, 200, 400, 500, 800, 1000, 1250)
OWNED = (0.10, 0.20, 0.25, 0.20, 0.15, 0.07, 0.03)
NEEDS = (50, 80, 160, 250, 315, 400, 630, 800, 1250, 2000)
NEEDED = (0.10, 0.12, 0.16, 0.17, 0.13, 0.13, 0.09, 0.05, 0.03, 0.02)
DEPOTS = 8


class BadSize(Invalid):
    """No problem of that size is made."""


def generate(trucks: int, groups: int, seed: int) -> Problem:
    """
    Return a problem of that size on a plane of 60 x 60 km.

    :raises BadSize: for sizes below zero or beyond what files may hold
    """
    for field, count, most in (("trucks", trucks, MOST_TRUCKS), ("groups", groups, MOST_GROUPS)):
        if not 0 <= count <= most:
            raise BadSize(f"{field} 应在 0 到 {most:,} 之间,现为 {count:,}", field=f"--{field}")
    rng = np.random.default_rng(seed)
    depots = rng.uniform(10.0, 50.0, (DEPOTS, 2))
    return Problem(
        name=f"generators {trucks}x{groups} seed {seed}",
        starts_at="2026-08-01T08:00:00+08:00",
        horizon_s=HORIZON_S,
        travel=ByPlane(),
        trucks=tuple(_truck(rng, i, depots) for i in range(trucks)),
        groups=tuple(_group(rng, i) for i in range(groups)),
    )


def _truck(rng: Rng, i: int, depots: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> Truck:
    depot = int(rng.integers(DEPOTS))
    tank_s = int(rng.integers(4, 11)) * HOUR_S
    return Truck(
        id=f"T{i:03d}",
        at=_place(*(depots[depot] + rng.normal(0.0, 0.3, 2)).tolist()),
        depot=f"depot {depot}",
        kva=int(rng.choice(KVA, p=OWNED)),
        fuel_s=int(tank_s * rng.uniform(0.5, 1.0)) // MINUTE_S * MINUTE_S,
        tank_s=tank_s,
        refuel_s=int(rng.integers(20, 61)) * MINUTE_S if rng.random() < 0.6 else None,
        connect_s=int(rng.integers(15, 46)) * MINUTE_S,
        disconnect_s=int(rng.integers(5, 16)) * MINUTE_S,
        free_s=int(rng.integers(0, 60)) * MINUTE_S if rng.random() < 0.3 else 0,
        ends_s=HORIZON_S if rng.random() < 0.8 else 8 * HOUR_S,
    )


def _group(rng: Rng, i: int) -> Group:
    need = int(rng.choice(NEEDS, p=NEEDED))
    ahead = rng.random() < 0.08
    since_s = int(rng.integers(30, 240)) * MINUTE_S if ahead else -int(rng.integers(0, 180)) * MINUTE_S
    protected = rng.random() < 0.12
    p50_s = max(0, since_s) + int(np.clip(rng.lognormal(np.log(3.0), 0.6), 0.5, 11.0) * HOUR_S) // MINUTE_S * MINUTE_S
    return Group(
        id=f"G{i:03d}",
        at=_place(*np.clip(rng.normal(30.0, 12.0, 2), 0.0, 60.0).tolist()),
        kva=need,
        customers=max(1, int(need * rng.uniform(0.1, 0.7))) if not protected else int(rng.integers(1, 80)),
        weight=10.0 if protected else 1.0,
        protected=protected,
        fault="customer" if rng.random() < 0.2 else "grid",
        window_s=(0, HORIZON_S),
        since_s=since_s,
        p50_s=p50_s,
        p90_s=int(p50_s * 1.6) // MINUTE_S * MINUTE_S,
        ahead=ahead,
        split=need >= 400 and rng.random() < 0.5,
        feedings=2 if rng.random() < 0.1 else 1,
    )


def _place(x_km: float, y_km: float) -> Place:
    return Place(x_km=round(x_km, 3), y_km=round(y_km, 3))
