"""Province-wide fault-repair dispatch (95598): one call in, the crew that can be there first out, everyone watching."""
