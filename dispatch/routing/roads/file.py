"""
The file of a road graph: a line of JSON that names the columns, then the columns, each as it stands in memory.

It is mapped, not read: the processes of a site share one copy. Version and digest stand in the head; a file that was
cut or changed is refused.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispatch.kit.errors import Invalid
from dispatch.kit.files import reason

from .grid import Columns

MAGIC = b"DISPATCH-ROADS\n"
VERSION = 1
ALIGNED = 64
REMEDY = "请用 dispatch roads import 重新生成"


class BadGraph(Invalid):
    """The file is no road graph of ours, or not a whole one."""


class NotAGraph(BadGraph):
    """Something else stands where a graph is to be written."""


def check_place(path: Path) -> None:
    """
    Make sure that writing a graph destroys nothing but a graph, whole or not.

    :raises NotAGraph: if something else is there
    """
    if path.is_dir():
        raise NotAGraph(f"{path} 是文件夹,请在 --out 中写明文件名,例如 {path / 'roads.graph'}", field="out")
    if not path.exists():
        return
    try:
        with path.open("rb") as file:
            ours = file.read(len(MAGIC)) == MAGIC
    except OSError as error:
        raise NotAGraph(f"无法读取已有的 {path}:{reason(error)}", field="out") from error
    if not ours:
        raise NotAGraph(
            f"{path} 已存在且不是路网文件,未覆盖;请换一个文件名,确要覆盖请加 --force", field="out", file=str(path)
        )


def save(path: Path, columns: Columns, about: Mapping[str, Any]) -> str:
    """
    Write a graph and return its digest; a reader never sees half of it, and a failure leaves what was there.

    :param about: what else the head says: source, counts
    :raises BadGraph: if the folder cannot be written
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        digest = _write(fresh, columns, about)
        fresh.replace(path)
    except OSError as error:
        raise BadGraph(f"无法写入 {path}:{reason(error)}", field="out") from error
    finally:
        with suppress(NotADirectoryError):  # where a file stands in a folder's place nothing was begun
            fresh.unlink(missing_ok=True)
    return digest


def _write(path: Path, columns: Columns, about: Mapping[str, Any]) -> str:
    places: dict[str, tuple[str, list[int], int]] = {}
    digest, at = hashlib.sha256(), 0
    for name, column in columns.items():
        places[name] = (column.dtype.str, list(column.shape), at)
        for part in (column.tobytes(), bytes(-column.nbytes % ALIGNED)):
            digest.update(part)
        at += column.nbytes + -column.nbytes % ALIGNED
    head = {"version": VERSION, "bytes": at, "digest": digest.hexdigest(), "columns": places, **about}
    line = MAGIC + json.dumps(head, ensure_ascii=False).encode() + b"\n"
    with path.open("wb") as file:
        file.write(line + bytes(-len(line) % ALIGNED))
        for column in columns.values():
            file.write(column.tobytes() + bytes(-column.nbytes % ALIGNED))
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def load(path: Path) -> tuple[Columns, dict[str, Any]]:
    """
    Map a graph into memory; return its columns (for reading only) and its head.

    :raises BadGraph: if it is none, of another version, or not whole
    """
    try:
        head, begins = _head(path)
        whole = np.memmap(path, np.uint8, mode="r", offset=begins)
    except (OSError, ValueError, KeyError, UnicodeDecodeError) as error:
        raise BadGraph(f"{path} 不是本系统的路网文件,{REMEDY}", field="DISPATCH_ROADS") from error
    if head["version"] != VERSION:
        raise BadGraph(
            f"{path} 是第 {head['version']} 版路网文件,本程序用第 {VERSION} 版,{REMEDY}", field="DISPATCH_ROADS"
        )
    if len(whole) != head["bytes"] or hashlib.sha256(whole.data).hexdigest() != head["digest"]:
        raise BadGraph(f"{path} 不完整或已损坏(校验值不符),{REMEDY}", field="DISPATCH_ROADS")
    data = np.asarray(whole)
    return {name: _column(data, *place) for name, place in head["columns"].items()}, head


def _head(path: Path) -> tuple[dict[str, Any], int]:
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise ValueError("magic")
        line = file.readline()
    read = len(MAGIC) + len(line)
    head = json.loads(line)
    return {"version": head["version"], "bytes": head["bytes"], **head}, read + -read % ALIGNED


def _column(data: NDArray[np.uint8], kind: str, shape: list[int], at: int) -> NDArray[Any]:
    size = int(np.prod(shape)) * np.dtype(kind).itemsize
    return data[at : at + size].view(kind).reshape(shape)
