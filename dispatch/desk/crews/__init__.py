"""Crews at the desk: where they are, what they do, and which one is sent."""
