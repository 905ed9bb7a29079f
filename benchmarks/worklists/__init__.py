"""Half-day lists of a province, against VROOM, PyVRP and OR-Tools."""
