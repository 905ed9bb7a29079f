"""停电: what is out, what is announced, what meters and devices say, and what all that makes of a call."""
