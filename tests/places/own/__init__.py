"""The utility's own places, coordinates, and what is learned of places."""
