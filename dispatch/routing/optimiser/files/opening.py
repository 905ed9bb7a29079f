"""Files of people: what stands in them, and whether it is a JSON object."""

import json
from pathlib import Path
from typing import Any

from dispatch.kit.errors import Invalid
from dispatch.kit.files import reason

Json = dict[str, Any]


def bytes_of(file: Path, kind: type[Invalid]) -> bytes:
    """
    Return what stands in a file.

    :raises Invalid: of that kind, if it cannot be read
    """
    try:
        return file.read_bytes()
    except IsADirectoryError as error:
        raise kind(f"{file} 是目录,不是文件:请写出文件名", field="file") from error
    except (OSError, ValueError) as error:  # a path with a null character is a ValueError
        said = reason(error) if isinstance(error, OSError) else "路径中有不能用的字符"
        raise kind(f"读不到文件 {file}:{said}", field="file") from error


def parse(data: bytes, kind: type[Invalid]) -> Json:
    """
    Return the JSON object in the bytes.

    :raises Invalid: of that kind, if there is none: empty, cut off, not UTF-8, a name twice in one object
    """
    if not data.strip():
        raise kind("文件是空的:请核对是否写完、是否选错了文件", field="file")

    def pairs(items: list[tuple[str, Any]]) -> Json:
        if len(named := dict(items)) < len(items):
            twice = next(name for i, (name, _) in enumerate(items) if name in dict(items[:i]))
            raise kind(f"{twice} 在同一个对象中写了两次:请只留一个", field=twice)
        return named

    try:
        found = json.loads(data.decode("utf-8-sig"), object_pairs_hook=pairs)
    except UnicodeDecodeError as error:
        raise kind(f"第 {error.start} 字节起不是 UTF-8 编码:请另存为 UTF-8", field="file") from error
    except json.JSONDecodeError as error:
        raise kind(
            f"第 {error.lineno} 行第 {error.colno} 列起不是完整的 JSON:文件可能被截断,请重新导出", field="file"
        ) from error
    except (RecursionError, ValueError) as error:  # brackets without end; a number of thousands of digits
        raise kind("括号套得太深,或有一个数太长:请核对文件", field="file") from error
    if not isinstance(found, dict):
        raise kind("文件的最外层应为一个对象 {...},请核对是否选错了文件", field="file")
    return found
