"""What customers, crews and those on duty are written, and what becomes of it."""
