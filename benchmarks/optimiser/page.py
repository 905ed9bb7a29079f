"""The section "Optimiser" of docs/benchmarks.md: each row between marks of its own, replaced when it is measured."""

import re
from pathlib import Path

HEADING = "## Optimiser"
BEGIN, END = "<!-- optimiser {row} -->", "<!-- end of optimiser {row} -->"


def written(page: str, row: str, lines: list[str], rows: list[str]) -> str:
    """
    Return the page with a row's lines in place of the last ones.

    :param row: which; :param rows: all there can be, in the order of the page
    """
    if HEADING not in page:
        page = page.rstrip("\n") + f"\n\n{HEADING}\n"
    begin, end = BEGIN.format(row=row), END.format(row=row)
    block = "\n".join([begin, *lines, end])
    if begin in page:
        return re.sub(re.escape(begin) + ".*?" + re.escape(end), lambda _: block, page, flags=re.DOTALL)
    at = _after(page, rows[: rows.index(row)])
    return page[:at].rstrip("\n") + f"\n\n{block}\n" + page[at:]


def _after(page: str, before: list[str]) -> int:
    """Return where the last of these rows that the page has ends, or the section's heading."""
    for row in reversed(before):
        if (at := page.find(END.format(row=row))) >= 0:
            return at + len(END.format(row=row))
    return page.index(HEADING) + len(HEADING)


def write(file: Path, row: str, lines: list[str], rows: list[str]) -> None:
    """Write a row into the file."""
    page = file.read_text(encoding="utf-8") if file.exists() else "# Measured figures\n"
    file.write_text(written(page, row, lines, rows), encoding="utf-8")
