"""Telling the consoles: the numbered feed, and the hub that every open console is joined to."""
