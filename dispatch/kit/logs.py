"""
Log lines: JSON on stderr, one a line, with the request's id and without personal data.

Phone numbers, addresses and customers' names never reach a line: their keys are dropped by name, and whatever still
looks like a telephone number in the finished line is masked.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any, TextIO, cast

import msgspec
import structlog

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)

PRIVATE = frozenset(
    {
        "phone",
        "phones",
        "caller",
        "address",
        "customer_name",
        "symptom_text",
        "text",
        "handling",
        "field_record",
        "password",
        "token",
        "cookie",
        "authorization",
        "body",
    }
)
# Chinese mobile numbers with or without +86, and land lines written with their area code.
NUMBER = re.compile(r"(?<![\d.])(?:(?:\+?86[- ]?)?1[3-9]\d{9}|0\d{2,3}-\d{7,8})(?!\d)")
MASK = "***"
OWN_HANDLERS = ("uvicorn", "uvicorn.error", "uvicorn.access")  # loggers that come with handlers of their own
TALKATIVE = ("httpx", "httpcore")  # a line for every request that we make
UNHEARD = "uvicorn.access"  # ``web.middleware`` writes the line of a request, without its query

Line = MutableMapping[str, Any]


def without_private(_logger: object, _method: str, line: Line) -> Line:
    """Drop the keys that hold personal data, at any depth."""
    for key in PRIVATE & line.keys():
        del line[key]
    for key, value in line.items():
        if isinstance(value, dict):
            line[key] = without_private(_logger, _method, dict(value))
    return line


def with_request(_logger: object, _method: str, line: Line) -> Line:
    """Add the id of the request that is being served, if one is."""
    request_id = REQUEST_ID.get()
    if request_id is not None:
        line["request_id"] = request_id
    return line


def render(_logger: object, _method: str, line: Line) -> str:
    """Return the line as JSON, with telephone numbers masked."""
    return NUMBER.sub(MASK, msgspec.json.encode(line, enc_hook=repr).decode())


def configure(*, process: str, level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """
    Send every log line of this process, our own and the libraries', to ``stream`` (stderr) as JSON.

    :param process: what the process is: ``api``, ``worker``, …
    """
    structlog.contextvars.bind_contextvars(process=process)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        with_request,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_private,
    ]
    target = stream or sys.stderr
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(target),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(_foreign(shared))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in OWN_HANDLERS:
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = name != UNHEARD
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def _foreign(shared: list[structlog.typing.Processor]) -> logging.Formatter:
    """Return a formatter that gives the libraries' records the same shape."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
    )


def logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """Return the logger of one part of the program (``name`` says which)."""
    return cast(structlog.typing.FilteringBoundLogger, structlog.get_logger(part=name))
