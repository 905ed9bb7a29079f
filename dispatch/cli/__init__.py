"""
The ``dispatch`` command.

Each sub-command is a function in a module of its own, loaded when it is called: the worker does not wait for FastAPI.
The list of commands is read from the modules' text, without loading them.
"""

import ast
import gc
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

# Name of the command -> where its function is. A command whose module is not installed is not offered. Names of two
# words are commands of a group: `dispatch places build`. A first word that is a command too, takes what is left.
COMMANDS = {
    "serve": "dispatch.cli.serve:serve",
    "api": "dispatch.cli.api:api",
    "worker": "dispatch.cli.worker:worker",
    "solver": "dispatch.cli.solver:solver",
    "migrate": "dispatch.cli.migrate:migrate",
    "doctor": "dispatch.cli.doctor:doctor",
    "demo": "dispatch.cli.demo:demo",
    "replay": "dispatch.cli.replay:replay",
    "play": "dispatch.cli.play:play",
    "watch": "dispatch.cli.watch:watch",
    "audit": "dispatch.cli.audit:audit",
    "report": "dispatch.cli.report:report",
    "ledger": "dispatch.cli.ledger:ledger",
    "load": "dispatch.cli.load:load",
    "places build": "dispatch.cli.places:build",
    "places find": "dispatch.cli.places:find",
    "places import": "dispatch.cli.ownplaces:import_places",
    "places export": "dispatch.cli.ownplaces:export_places",
    "places template": "dispatch.cli.ownplaces:template",
    "places boundaries": "dispatch.cli.ownplaces:boundaries",
    "roads import": "dispatch.cli.roads:import_",
    "roads show": "dispatch.cli.roads:show",
    "roads calibrate": "dispatch.cli.roads:calibrate",
    "gateway": "dispatch.cli.gateway:gateway",
    "ring": "dispatch.cli.ring:ring",
    "map ticket": "dispatch.cli.map:ticket",
    "map isochrones": "dispatch.cli.map:isochrones",
    "map ledger": "dispatch.cli.map:ledger",
    "map standby": "dispatch.cli.map:standby",
    "standby": "dispatch.cli.standby:standby",
    "optimise": "dispatch.cli.optimise:optimise",
    "optimise generate": "dispatch.cli.instances:generate",
    "score": "dispatch.cli.score:score",
    "generators": "dispatch.cli.generators:generators",
    "generators generate": "dispatch.cli.generators:generate",
    "simulate": "dispatch.cli.simulate:simulate",
}
BAD_INPUT, BROKEN_OFF = 2, 130


class Commands(TyperGroup):
    """The table above as a command group."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(dict.fromkeys(name.partition(" ")[0] for name in _installed()))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in (known := self.list_commands(ctx)):
            raise no_such_command(cmd_name, known)
        return _command(cmd_name) if cmd_name in COMMANDS else _group(cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        if args and args[0] in COMMANDS and (both := " ".join(args[:2])) in COMMANDS:
            return both, _command(both), args[2:]
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("命令"):
            formatter.write_dl([(name, line_of(COMMANDS[name])) for name in _installed()])


class Group(TyperGroup):
    """The commands whose name has the same first word."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [name.removeprefix(f"{self.name} ") for name in _installed() if name.startswith(f"{self.name} ")]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in (known := self.list_commands(ctx)):
            raise no_such_command(f"{self.name} {cmd_name}", [f"{self.name} {one}" for one in known])
        return _command(f"{self.name} {cmd_name}")

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("命令"):
            formatter.write_dl([(one, line_of(COMMANDS[f"{self.name} {one}"])) for one in self.list_commands(ctx)])


def _installed() -> list[str]:
    return [name for name, place in COMMANDS.items() if importlib.util.find_spec(place.partition(":")[0])]


def _command(name: str) -> Any:
    module, _, function = COMMANDS[name].partition(":")
    single = typer.Typer(add_completion=False, rich_markup_mode=None)
    single.command(name.rpartition(" ")[2])(getattr(_loaded(module), function))
    return typer.main.get_command(single)


def _loaded(module: str) -> Any:
    """Load a command's module. From here on there may be garbage, but never among what was loaded (see ``main``)."""
    found = importlib.import_module(module)
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
    return found


def _group(name: str) -> Any:
    group = typer.Typer(name=name, cls=Group, no_args_is_help=True, add_completion=False, rich_markup_mode=None)
    group.callback()(lambda: None)
    return typer.main.get_command(group)


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
    """Run the command line. What a command loads is kept: looking for garbage in it is a quarter of its start."""
    gc.disable()
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
