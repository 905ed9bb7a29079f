"""Script files (``scenarios/``): TOML of a shape, and the world in YAML beside it; what is wrong is said by name."""

import tomllib
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from dispatch.kit.errors import Invalid
from dispatch.kit.files import reason, unread
from dispatch.kit.sentences import sentence

Shape = TypeVar("Shape", bound=BaseModel)


def read_script(path: Path, shape: type[Shape], bad: type[Invalid]) -> Shape:
    """
    Read a script.

    :raises Invalid: of the kind ``bad``, naming the file, the place and what is wrong
    """
    try:
        return shape.model_validate(tomllib.loads(path.read_text("utf-8")))
    except FileNotFoundError as error:
        raise bad(f"没有场景文件 {path}", field="file") from error
    except OSError as error:
        raise bad(f"场景文件 {path} 读不出来({reason(error)}):请给出 *.toml 文件", field="file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise bad(f"场景文件 {path.name} 不是正确的 TOML:{error}", field="file") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise bad(f"场景文件 {path.name} 的 {where} 不合要求:{sentence(first)}", field=where) from error


def world_beside(path: Path, name: str, bad: type[Invalid]) -> dict[str, Any]:
    """
    Return the world that a script plays in.

    :param name: of its file, beside the script

    :raises Invalid: of the kind ``bad``, if its file cannot be read
    """
    try:
        world: dict[str, Any] = yaml.safe_load((path.parent / name).read_text("utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise bad(f"场景 {path.name} 的世界文件 {name} 读不出来:{unread(error)}", field="world") from error
    return world
