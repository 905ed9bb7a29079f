"""Distance on the ground, as routing uses it; the arithmetic itself is in ``kit.earth``, which other rooms share."""

import numpy as np
from numpy.typing import NDArray

from dispatch.kit.earth import EARTH_RADIUS_M, Floats, arcs_m, distance_m, grid_m, unit_vectors

__all__ = ["EARTH_RADIUS_M", "Floats", "Floats32", "arcs_m", "distance_m", "grid_m", "lon_lat", "unit_vectors"]

Floats32 = NDArray[np.float32]


def lon_lat(vectors: Floats) -> tuple[Floats, Floats]:
    """Return unit vectors, shape (3, n), as degrees again, within 1e-13 of what they were; NaN stays NaN."""
    return np.degrees(np.arctan2(vectors[1], vectors[0])), np.degrees(np.arctan2(vectors[2], np.hypot(*vectors[:2])))
