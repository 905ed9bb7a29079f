"""The database that a command works on: the named server, or the embedded one for as long as the command runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from dispatch.kit.postgres import Embedded
from dispatch.kit.settings import Settings

SITE_OPTIONS = ("max_connections=200", "shared_buffers=256MB", "max_wal_size=2GB")


def embedded(settings: Settings) -> Embedded:
    """Return the launcher of this installation's own server."""
    return Embedded(settings.postgres_dir, options=SITE_OPTIONS, binaries=settings.postgres_bin)


@contextmanager
def opened(settings: Settings) -> Iterator[Settings]:
    """
    Lend the settings with ``database_url`` filled in; the embedded server is started if nobody runs it yet.

    :raises Unavailable: what :meth:`Embedded.start` raises
    """
    if settings.database_url is not None:
        yield settings
        return
    with embedded(settings) as server:
        yield replace(settings, database_url=server.dsn)


def address_of(settings: Settings) -> str:
    """Return the database's address in settings that came from :func:`opened`."""
    if settings.database_url is None:
        raise ValueError("these settings did not come from opened()")
    return settings.database_url
