"""Half-day lists (派工清单): which team makes which booked visits, in which order and when."""
