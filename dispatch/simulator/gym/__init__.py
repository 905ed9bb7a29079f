"""The policy gym: the same day, dispatched by each policy, and what came of it."""
