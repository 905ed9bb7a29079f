"""Recorded logs, each read into a ``Day``."""
