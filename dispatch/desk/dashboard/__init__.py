"""指挥看板: the day of an area in figures, counted from the tickets themselves while they still run."""
