"""Tables of places, CSV or XLSX: what they may be at most; how a table is read at all says ``kit.tables``."""

from dispatch.kit import tables
from dispatch.kit.tables import ENCODINGS, ZIP, BadTable, Bounds, Line, written_csv, written_xlsx

BYTES_MOST = 32 * 1024 * 1024
EMPTY = "空表可用 dispatch places template 生成"
BOUNDS = Bounds(rows=200_000, size=BYTES_MOST, unpacked=16 * BYTES_MOST, empty=EMPTY)

__all__ = ["BOUNDS", "ENCODINGS", "ZIP", "BadTable", "Line", "read", "written_csv", "written_xlsx"]


def read(content: bytes) -> list[Line]:
    """
    Return the rows that hold anything, headings included.

    :raises BadTable: if it is too large, or neither CSV nor XLSX
    """
    return tables.read(content, BOUNDS)
