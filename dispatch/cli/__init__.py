"""
The ``dispatch`` command.

Each sub-command is a function in a module of its own, loaded when it is called: the worker does not wait for FastAPI.
"""

import importlib
import importlib.util
import logging
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from dispatch.kit import logs
from dispatch.kit.errors import Refusal

# Name of the command -> where its function is. A command whose module is not installed is not offered.
COMMANDS = {
    "serve": "dispatch.cli.serve:serve",
    "api": "dispatch.cli.api:api",
    "worker": "dispatch.cli.worker:worker",
    "migrate": "dispatch.cli.migrate:migrate",
    "doctor": "dispatch.cli.doctor:doctor",
    "demo": "dispatch.cli.demo:demo",
    "replay": "dispatch.cli.replay:replay",
    "watch": "dispatch.cli.watch:watch",
    "audit": "dispatch.cli.audit:audit",
    "load": "dispatch.cli.load:load",
}
BAD_INPUT = 2


class Commands(TyperGroup):
    """The table above as a command group."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [name for name, place in COMMANDS.items() if importlib.util.find_spec(place.partition(":")[0])]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.list_commands(ctx):
            return None
        module, _, function = COMMANDS[cmd_name].partition(":")
        single = typer.Typer(add_completion=False, rich_markup_mode=None)
        single.command(cmd_name)(getattr(importlib.import_module(module), function))
        return typer.main.get_command(single)


app = typer.Typer(cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.callback()
def dispatch() -> None:
    """95598 故障抢修指挥:一个来电进来,最先能到的队伍出去,所有人同时看见。"""


def main() -> None:
    """Run the command line; what the operator can put right ends with one sentence and code 2, not with a traceback."""
    logs.configure(process="cli")
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it counts its plugins at every start
    try:
        app()
    except Refusal as refusal:
        where = f"({refusal.field})" if refusal.field else ""
        print(f"错误 [{refusal.code}]{where}:{refusal.message}", file=sys.stderr)
        sys.exit(BAD_INPUT)
    except KeyboardInterrupt:
        sys.exit(130)
