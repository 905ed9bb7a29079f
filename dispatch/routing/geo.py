"""Distance on the ground, as routing uses it; the arithmetic itself is in ``kit.earth``, which other rooms share."""

from dispatch.kit.earth import EARTH_RADIUS_M, Floats, arcs_m, distance_m, grid_m, unit_vectors

__all__ = ["EARTH_RADIUS_M", "Floats", "arcs_m", "distance_m", "grid_m", "unit_vectors"]
