"""Outages at the desk: found, announced, merged, nested, ended."""
