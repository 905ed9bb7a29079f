"""The optimiser: problems, plans, scores."""
