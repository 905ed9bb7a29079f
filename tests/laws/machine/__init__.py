"""
The whole life of a ticket as a machine: legal moves by a table of its own, illegal ones beside them, time between.

``table`` and ``model`` say what domain 2.3 to 2.14 allows, without looking at the code; ``case`` is a ticket with its
log and clocks in memory, ``laws`` what must hold after each move. ``town`` is the same on a real PostgreSQL, with
several customers, crews and outages.
"""
