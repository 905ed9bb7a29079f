"""A call comes in: what is asked, what is known, where it is, whose it is, which matter it belongs to."""
