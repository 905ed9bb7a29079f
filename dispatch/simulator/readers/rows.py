"""Rows of a CSV file, plain or gzipped, and what is wrong with them, row by row."""

import csv
import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TextIO, TypeVar

from dispatch.kit.errors import Invalid

T = TypeVar("T")
Row = tuple[int, list[str]]  # number, fields

SHOWN = 50  # errors listed in full; the rest is counted


class BadFile(Invalid):
    """The file cannot be read as what it is said to be; ``details['rows']`` lists the rows."""


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing wrong in one row. Row 1 is the header, as a spreadsheet counts."""

    row: int
    field: str
    message: str


class BadField(ValueError):
    """A field that cannot be what it should be; the reader adds the row."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


@dataclass
class Complaints:
    """Collects what is wrong so that a user mends the file once, not row after row."""

    path: Path
    errors: list[RowError] = field(default_factory=list)
    count: int = 0

    def add(self, row: int, field: str, message: str) -> None:
        self.count += 1
        if len(self.errors) < SHOWN:
            self.errors.append(RowError(row, field, message))

    def attempt(self, row: int, read: Callable[..., T], *given: Any) -> T | None:
        """Return what a reader makes of a field; None if it is wrong, which is noted."""
        try:
            return read(*given)
        except BadField as error:
            self.add(row, error.field, error.message)
            return None

    def raise_any(self) -> None:
        """
        Do nothing if all rows were right.

        :raises BadFile: with every row that was not (the first 50 in full)
        """
        if self.count:
            raise BadFile(
                f"{self.path.name} 有 {self.count} 处错误,未导入任何来电;请按行号改正后重试",
                field=self.errors[0].field,
                count=self.count,
                rows=[asdict(error) for error in self.errors],
            )


def table(path: Path, needed: Iterable[str], *, known: Iterable[str] | None = None) -> tuple[list[str], Iterator[Row]]:
    """
    Open a CSV file and check its header.

    :param needed: columns that must be there
    :param known: columns that may be there; None: any
    :return: the header, and an iterator over ``(row number, fields)``
    :raises BadFile: if the file cannot be opened or decoded, or its header is wrong
    """
    rows = _rows(path)
    try:
        _, header = next(rows)
    except StopIteration:
        raise BadFile(f"{path.name} 是空文件,第一行应为列名", field="header", rows=[]) from None
    header = [name.strip() for name in header]
    complaints = Complaints(path)
    for name in needed:
        if name not in header:
            complaints.add(1, name, f"缺少列“{name}”,请在表头补上")
    for name in sorted({name for name in header if header.count(name) > 1}):
        complaints.add(1, name, f"列“{name}”出现了两次,请删去一列")
    allowed = None if known is None else set(known)
    for name in header:
        if allowed is not None and name not in allowed:
            complaints.add(1, name, f"不认识的列“{name}”,可用的列:{'、'.join(sorted(allowed))}")
    complaints.raise_any()
    return header, rows


def _rows(path: Path) -> Iterator[Row]:
    try:
        with _text(path) as text:
            yield from enumerate(csv.reader(text), start=1)
    except UnicodeDecodeError as error:
        raise BadFile(f"{path.name} 不是 UTF-8 编码,请另存为 UTF-8 后重试", field="file", rows=[]) from error
    except (OSError, EOFError, zlib.error) as error:
        raise BadFile(f"无法读取 {path.name}:{_reason(error)}", field="file", rows=[]) from error
    except csv.Error as error:
        raise BadFile(f"{path.name} 不是合格的 CSV:{error}", field="file", rows=[]) from error


def _text(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _reason(error: Exception) -> str:
    match error:
        case FileNotFoundError():
            return "文件不存在"
        case IsADirectoryError():
            return "这是一个目录"
        case PermissionError():
            return "没有读取权限"
        case _:
            return "压缩包损坏或不是 gzip"


def picker(header: Sequence[str], path: Path, complaints: Complaints) -> Callable[[Row], dict[str, str] | None]:
    """Return a function that names a row's fields; a row of another width is complained about and skipped."""
    width = len(header)

    def pick(row: Row) -> dict[str, str] | None:
        number, fields = row
        if not fields:
            return None
        if len(fields) != width:
            complaints.add(number, "row", f"有 {len(fields)} 个字段,应为 {width} 个,请检查引号和逗号")
            return None
        broken = [name for name, text in zip(header, fields, strict=True) if "\0" in text]
        for name in broken:
            complaints.add(number, name, "含有空字符(NUL),请删去,或从原系统重新导出")
        return None if broken else dict(zip(header, fields, strict=True))

    return pick


def number(text: str, field: str, *, low: float, high: float) -> float:
    """
    Read a finite number within bounds.

    :raises BadField: if it is none
    """
    try:
        value = float(text)
    except ValueError:
        raise BadField(field, f"“{text[:40]}”不是数字") from None
    if not low <= value <= high:  # also refuses NaN
        raise BadField(field, f"{text[:40]} 超出范围 {low:g} 至 {high:g}")
    return value
