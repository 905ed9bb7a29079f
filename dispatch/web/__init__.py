"""The HTTP floor: translates between the wire and the desk, and decides nothing."""
