"""Half-day lists (派工清单) at the desk: made at the cut-off, named, changed, read. Domain 7.2."""
