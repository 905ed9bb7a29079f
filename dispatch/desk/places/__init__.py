"""The utility's own places at the desk: imported, found, taught and learned."""
