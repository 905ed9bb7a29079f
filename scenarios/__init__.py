"""Made-up days: their numbers in YAML, their generators beside them. A generator returns a day and its world."""
