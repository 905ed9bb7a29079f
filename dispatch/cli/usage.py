"""What is wrong with a command line, in one Chinese sentence that names the word and the remedy."""

import difflib
from collections.abc import Collection, Mapping
from typing import Any

from pydantic import ValidationError
from typer import TyperException

from dispatch.kit.errors import Invalid

# What a value should have been, by pydantic's word for what is wrong with it; braces take what pydantic says of it.
SHOULD_BE = {
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "float_parsing": "应为数字",
    "float_type": "应为数字",
    "finite_number": "应为有限的数字",
    "bool_parsing": "应为 true 或 false",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "greater_than": "应大于 {gt}",
    "less_than": "应小于 {lt}",
}


NOT_FINITE = frozenset({"nan", "+nan", "-nan"})  # which no bound says anything about


class BadUsage(Invalid):
    """The command line cannot be understood; nothing was done."""


class NoSuchCommand(Invalid):
    """There is no such command."""


def no_such_command(name: str, known: Collection[str]) -> NoSuchCommand:
    """Return the refusal of an unknown command, with the one that was perhaps meant."""
    near = difflib.get_close_matches(name, known, n=1)
    perhaps = f"是不是 {near[0]}?" if near else ""
    return NoSuchCommand(f"没有命令 {name}:{perhaps}可用的命令有 {'、'.join(known)}")


def refusal(error: TyperException) -> BadUsage:
    """
    Return what the library found wrong, in our words.

    Its classes are private, so an error is told by the facts that it carries: the parameter, the option's name.
    """
    parameter, option = getattr(error, "param", None), getattr(error, "option_name", None)
    if parameter is not None:
        name = _name(parameter)
        said = _about_value(name, parameter, error)
    elif option is not None:
        name, said = option, _about_option(option, error)
    else:
        name, said = None, _about_words(error.message)
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "dispatch"
    return BadUsage(f"{said};用法见 {command} --help", field=name)


def _name(parameter: Any) -> str:
    """Return what a person typed, or should have: ``--port`` or ``WORLD.json``."""
    names: list[str] = parameter.opts
    return max(names, key=len) if parameter.param_type_name == "option" else str(parameter.metavar or parameter.name)


def _about_value(name: str, parameter: Any, error: TyperException) -> str:
    kind = "选项" if parameter.param_type_name == "option" else "参数"
    choices = parameter.type_descriptor.choices
    only = f"只能是 {'、'.join(str(getattr(one, 'value', one)) for one in choices)}" if choices else ""
    if type(error).__name__ == "MissingParameter":
        return f"缺少{kind} {name},请补上" + (f"({only})" if only else "")
    found = error.__cause__.errors()[0] if isinstance(error.__cause__, ValidationError) else None
    given = f",现为 {found['input']!r}" if found else ""
    return f"{kind} {name} 的值不合要求:{only or _should_be(found)}{given}"


def _should_be(found: Mapping[str, Any] | None) -> str:
    kind = "finite_number" if found and str(found["input"]).lower() in NOT_FINITE else found["type"] if found else ""
    sentence = SHOULD_BE.get(kind)
    return sentence.format(**found.get("ctx", {})) if sentence and found else "请按用法改写"


def _about_option(name: str, error: TyperException) -> str:
    if type(error).__name__ != "NoSuchOption":
        needs_none = "does not take" in error.message
        return f"选项 {name} 后面不带值,请去掉等号及其后的内容" if needs_none else f"选项 {name} 后面要有值,请补上"
    near = getattr(error, "possibilities", None)
    return f"没有选项 {name}" + (f",是不是 {'、'.join(sorted(near))}?" if near else ",请去掉或核对拼写")


def _about_words(said: str) -> str:
    surplus = said.partition("unexpected extra argument(s) ")[2].strip("()")
    return f"多出参数 {surplus},请去掉" if surplus else f"命令行有误({said})"
