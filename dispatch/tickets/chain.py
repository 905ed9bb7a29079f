"""
The seal on a ticket's log: each line carries a hash over itself and the line before (domain 2.4, ``prev_hash``).

A line that is changed, taken out or put in later breaks the chain from there on; the ticket's row keeps the latest
hash.
"""

import json
from hashlib import sha256

import msgspec
from pydantic_core import to_json

from .events import Entry, Geo


def payload_of(entry: Entry) -> str:
    """Return the event as it is kept, JSON without what it leaves open; the hash is over these very characters."""
    return to_json(entry.event, exclude_none=True).decode()


def geo_text(geo: Geo | None) -> str | None:
    """Return where the reporter was, as it is kept."""
    if geo is None:
        return None
    return json.dumps({"lon": geo.lon, "lat": geo.lat, "accuracy_m": geo.accuracy_m})


def digest(before: bytes, entry: Entry, payload: str, geo: str | None) -> bytes:
    """
    Return the hash of a line.

    :param before: hash of the line before; empty for the first
    """
    line = (
        entry.ticket_id,
        entry.version,
        entry.at_claimed.timestamp(),
        entry.at_server.timestamp(),
        entry.by.id,
        entry.by.role,
        entry.source.value,
        geo,
        payload,
    )
    return sha256(before + msgspec.json.encode(line)).digest()


def sealed(before: bytes, entry: Entry) -> tuple[Entry, str]:
    """Return the entry with its hash, and its payload as it is kept."""
    payload = payload_of(entry)
    seal = digest(before, entry, payload, geo_text(entry.geo))
    said = (entry.ticket_id, entry.version, entry.at_claimed, entry.at_server, entry.by, entry.source, entry.event)
    return Entry(*said, entry.geo, seal), payload
