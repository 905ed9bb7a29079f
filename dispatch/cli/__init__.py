"""
The ``dispatch`` command.

Each sub-command is a function in a module of its own, loaded when it is called: the worker does not wait for FastAPI.
The list of commands is read from the modules' text, without loading them.
"""

import ast
import importlib
import importlib.util
import logging
import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from dispatch.cli.usage import no_such_command, refusal
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
    "play": "dispatch.cli.play:play",
    "watch": "dispatch.cli.watch:watch",
    "audit": "dispatch.cli.audit:audit",
    "report": "dispatch.cli.report:report",
    "load": "dispatch.cli.load:load",
    "gateway": "dispatch.cli.gateway:gateway",
}
BAD_INPUT, BROKEN_OFF = 2, 130


class Commands(TyperGroup):
    """The table above as a command group."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [name for name, place in COMMANDS.items() if importlib.util.find_spec(place.partition(":")[0])]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in (known := self.list_commands(ctx)):
            raise no_such_command(cmd_name, known)
        module, _, function = COMMANDS[cmd_name].partition(":")
        single = typer.Typer(add_completion=False, rich_markup_mode=None)
        single.command(cmd_name)(getattr(importlib.import_module(module), function))
        return typer.main.get_command(single)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("命令"):
            formatter.write_dl([(name, line_of(COMMANDS[name])) for name in self.list_commands(ctx)])


def line_of(place: str) -> str:
    """Return the first line of a command's docstring, from its module's text."""
    module, _, function = place.partition(":")
    spec = importlib.util.find_spec(module)
    source: str = spec.loader.get_source(module)  # type: ignore[union-attr]  # our own modules have text
    found = next(one for one in ast.parse(source).body if isinstance(one, ast.FunctionDef) and one.name == function)
    return (ast.get_docstring(found) or "").partition("\n")[0]


app = typer.Typer(cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.callback()
def dispatch() -> None:
    """95598 故障抢修指挥:一个来电进来,最先能到的队伍出去,所有人同时看见。"""


def main() -> None:
    """Run the command line."""
    logs.configure(process="cli")
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it counts its plugins at every start
    sys.exit(run(sys.argv[1:]))


def run(words: Sequence[str]) -> int:
    """Run one command; return the exit code. What the operator can put right is one sentence, not a traceback."""
    try:
        return app(list(words), prog_name="dispatch", standalone_mode=False) or 0
    except Refusal as refused:
        return _say(refused)
    except typer.TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # no word at all: its text is the help
            print(error.message, file=sys.stderr)
            return BAD_INPUT
        return _say(refusal(error))
    except (KeyboardInterrupt, typer.Abort):
        return BROKEN_OFF


def _say(refused: Refusal) -> int:
    where = f"({refused.field})" if refused.field else ""
    print(f"错误 [{refused.code}]{where}:{refused.message}", file=sys.stderr)
    return BAD_INPUT
