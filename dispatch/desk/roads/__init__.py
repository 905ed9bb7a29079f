"""Roads at the desk: what is closed or slow now, how fast crews really drive, and who hears of it."""
