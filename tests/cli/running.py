"""
A command of the terminal through its real entrance, in the test's own process: nothing is proved by waiting for another
interpreter to load two hundred modules.

Commands that serve (``serve``, ``api``, ``worker``, ``gateway``) and those that set up the logs or a database server
of their own are started as processes: what they set up would last for all tests that follow.
"""

import asyncio
import io
import os
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from dispatch import cli

HIDDEN = ("DISPATCH_", "DATABASE_URL")  # what the person who runs the tests has set for himself
Ended = CompletedProcess[str]  # the shape that a process would have had


def command(*words: str, folder: Path | None = None, **environ: str) -> Ended:
    """
    Run a command to its end.

    :param folder: its working directory; None: that of the tests
    :param environ: its environment, beside what is not about this program
    """
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as around, redirect_stdout(out), redirect_stderr(err):
        for name in [name for name in os.environ if name.startswith(HIDDEN)]:
            around.delenv(name)
        for name, value in {"COLUMNS": "120", **environ}.items():
            around.setenv(name, value)
        around.chdir(folder or Path.cwd())
        try:
            code = cli.run(words)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return Ended(words, code, out.getvalue(), err.getvalue())


async def on_database(dsn: str, *words: str, **environ: str) -> Ended:
    """Run a command on a database, in a thread: it has a loop of its own."""
    clock = {name: value for name, value in os.environ.items() if name == "DISPATCH_CLOCK"}
    return await asyncio.to_thread(lambda: command(*words, DATABASE_URL=dsn, **clock, **environ))
