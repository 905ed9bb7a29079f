"""The lines of ``dispatch places find --batch``: each is read by itself, and a bad one is answered by what is wrong."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dispatch.kit.errors import Invalid, Refusal
from dispatch.kit.files import reason

STDIN = "-"
BOM = b"\xef\xbb\xbf"
SCOPE = ("province", "county")
WANTED = '{"q": "石浦东门", "province": "33", "county": "330225"}(后两项可无)'
SHOWN = 40  # signs of a bad line that are repeated


class BadBatch(Invalid):
    """The file cannot be read."""


class BadLine(Invalid):
    """A line of a batch is no question."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A line of a batch: a question in its scope, or why it is none."""

    no: int
    q: str | None
    scope: dict[str, str | None]
    fault: Refusal | None = None


def lines_of(batch: Path) -> Iterator[Asked]:
    """
    Yield the lines as they come; those that are empty are left out, but counted.

    :raises BadBatch: if the file cannot be opened
    """
    if str(batch) == STDIN:
        yield from _asked(sys.stdin.buffer)
        return
    try:
        with batch.open("rb") as lines:
            yield from _asked(lines)
    except OSError as error:
        raise BadBatch(f"读不到文件 {batch}:{reason(error)}", field="--batch") from error


def _asked(lines: Any) -> Iterator[Asked]:
    for no, raw in enumerate(lines, 1):
        line = raw.removeprefix(BOM) if no == 1 else raw
        if line.strip():
            yield _line(no, line)


def _line(no: int, raw: bytes) -> Asked:
    try:
        text = raw.decode("utf-8").strip()
    except UnicodeDecodeError:
        return Asked(no, None, {}, BadLine("不是 UTF-8 编码,请转为 UTF-8", field="q"))
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return Asked(no, None, {}, BadLine(f"应为 {WANTED},现为 {text[:SHOWN]!r}"))
    return _question(no, said, text)


def _question(no: int, said: object, text: str) -> Asked:
    q = said.get("q") if isinstance(said, dict) else None
    if not isinstance(said, dict) or not isinstance(q, str):
        return Asked(no, None, {}, BadLine(f"应为 {WANTED},现为 {text[:SHOWN]!r}", field="q"))
    if fault := unwritable(q):
        return Asked(no, None, {}, fault)
    scope = {name: said.get(name) for name in SCOPE}
    for name, code in scope.items():
        if not isinstance(code, str | None):
            return Asked(no, q, {}, BadLine(f"{name} 应为文字,例如 {WANTED}", field=name))
    return Asked(no, q, scope)


def unwritable(q: str) -> BadLine | None:
    """Return what is wrong with a text that has half a sign in it, which cannot even be repeated."""
    try:
        q.encode()
    except UnicodeEncodeError:
        return BadLine("q 中有不完整的字符,请改正", field="q")
    return None


def failed(asked: Asked, refusal: Refusal) -> dict[str, Any]:
    """Return the answer to a line that cannot be answered."""
    error = {"code": refusal.code, "message": refusal.message}
    return {"q": asked.q, "line": asked.no, "error": error}
