"""
Figures for Prometheus. Every process counts for itself.

Where several processes share a port, set ``PROMETHEUS_MULTIPROC_DIR`` to an empty directory before any of them starts:
each then writes its figures there, and whichever process answers ``/metrics`` sums them.
"""

import os

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

REQUEST_SECONDS = Histogram(
    "dispatch_request_seconds", "Time to answer a request, by route", ("method", "route", "status"), buckets=SECONDS
)
INTAKE_BATCH = Histogram(
    "dispatch_intake_batch_calls", "Calls committed in one transaction", buckets=(1, 2, 4, 8, 16, 32, 64, 128)
)
FEED_LAG = Gauge(
    "dispatch_feed_lag_seconds",
    "Age of the oldest change that has no feed number yet",
    multiprocess_mode="livemax",
)
DEADLINES_FIRED = Counter("dispatch_deadlines_fired_total", "Limits that passed unmet, by name", ("limit",))
OPEN_CONSOLES = Gauge("dispatch_open_consoles", "Consoles that listen now", multiprocess_mode="livesum")
MESSAGES = Counter("dispatch_messages_total", "Tries to send a message, by what came of it", ("channel", "outcome"))
LOST_DATABASE = Counter("dispatch_database_lost_total", "Requests refused because the database could not be reached")
LOOP_STALLS = Histogram("dispatch_loop_stall_seconds", "Times that the event loop was not free", buckets=SECONDS)
LOOP_STALL_MOST = Gauge(
    "dispatch_loop_stall_most_seconds", "The longest of them within half a minute", multiprocess_mode="livemax"
)
LOOP_BUSY_MOST = Gauge(
    "dispatch_loop_busy_most_seconds",
    "The most processor time that the event loop used at a stretch within half a minute",
    multiprocess_mode="livemax",
)

CONTENT_TYPE = CONTENT_TYPE_LATEST


def exposition() -> bytes:
    """Return all figures in Prometheus' text format, summed over the processes that share a directory."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
