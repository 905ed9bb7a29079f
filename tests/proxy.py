"""A TCP proxy that cuts, stalls and refuses: what networks do to a connection."""

import asyncio
import random
import socket
from contextlib import suppress
from typing import Self

LOWEST, HIGHEST = 20_000, 32_000  # below the range that the system gives to outgoing connections


def free_socket() -> socket.socket:
    """
    Return a bound socket on a free port of this machine; close it, or hand it to a server.

    Without SO_REUSEADDR: with it two processes could be given the same port, until one of them listens.
    """
    while True:
        bound = socket.socket()
        try:
            bound.bind(("127.0.0.1", random.randint(LOWEST, HIGHEST)))
        except OSError:
            bound.close()
        else:
            return bound


class Proxy:
    """
    Stands between clients and a server on this machine.

    ``stalled``: nothing passes, but the connections stay; ``refuses``: new connections are dropped at once.
    """

    def __init__(self, port: int) -> None:
        self._upstream = port
        self._writers: set[asyncio.StreamWriter] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self._server: asyncio.Server | None = None
        self.refuses = False
        self.carried = 0  # connections so far
        self.port = 0

    async def __aenter__(self) -> Self:
        listening = free_socket()
        self.port = listening.getsockname()[1]
        self._server = await asyncio.start_server(self._carry, sock=listening)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.resume()
        self.cut()
        await self._server.wait_closed()

    def stall(self) -> None:
        self._flows.clear()

    def resume(self) -> None:
        self._flows.set()

    def cut(self) -> int:
        """Reset every connection; return how many there were."""
        cut = len(self._writers) // 2
        for writer in list(self._writers):
            writer.transport.abort()
        return cut

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refuses:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._upstream)
        except OSError:
            writer.transport.abort()
            return
        self.carried += 1
        pair = {writer, far_writer}
        self._writers |= pair
        try:
            await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))
        finally:
            self._writers -= pair
            for end in pair:
                end.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
            writer.transport.abort()
