"""What is proved of plans with OR-Tools: optima of small problems, lower bounds, many jobs at once under caps."""
