"""The address: what the command line says, the one listening socket that all API processes share, and who has it."""

import errno
import json
import socket
from dataclasses import replace
from typing import Annotated

import typer

from dispatch.cli import holders
from dispatch.kit.files import no_port
from dispatch.kit.postgres import PortBusy
from dispatch.kit.settings import Settings

Host = Annotated[str | None, typer.Option(help="监听地址(默认 DISPATCH_HOST 或 127.0.0.1)")]
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="端口,0 为自动选择(默认 DISPATCH_PORT 或 8095)")]
LONGEST_SILENCE_MS = 60_000  # a console that neither reads nor answers is dropped, with what was queued for it
BACKLOG = 2048  # calls that wait while an API process is brought back


def chosen(host: str | None, port: int | None) -> Settings:
    """Return the settings of the environment with what the command line says instead."""
    settings = Settings.from_env()
    return replace(settings, host=host or settings.host, port=settings.port if port is None else port)


def listen(host: str, port: int) -> socket.socket:
    """
    Open the socket and start queueing connections.

    :param port: 0 lets the system choose
    :raises PortBusy: if it is taken or not allowed; the message names who has it
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # inherited by every connection
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, LONGEST_SILENCE_MS)
        listener.bind(address)
    except OSError as error:
        remedy = holders.remedy(port) if error.errno == errno.EADDRINUSE else "请用 --port / DISPATCH_PORT 换一个端口"
        message = f"无法监听 {host}:{port}({no_port(error)}):{remedy}"
        raise PortBusy(message, field="DISPATCH_PORT", host=host, port=port) from error
    listener.listen(BACKLOG)
    return listener


def running_server() -> str:
    """Return the address of the ``dispatch serve`` on this machine, or where it would be."""
    settings = Settings.from_env()
    try:
        return str(json.loads(settings.run_file.read_text())["url"])
    except (OSError, ValueError, KeyError):
        return f"http://{settings.host}:{settings.port}"


def url_of(listener: socket.socket) -> str:
    """Return the address at which a program on this machine reaches the socket."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
