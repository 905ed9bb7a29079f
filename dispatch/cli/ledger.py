"""``dispatch ledger``: what going to the nearest crew gained each county against the old-district rule."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter
from rich.console import Console
from rich.table import Table

from dispatch.accounts.model import SYSTEM
from dispatch.cli.database import opened
from dispatch.cli.desks import desk_of
from dispatch.desk.crews import ledger as books
from dispatch.desk.crews.ledger import Ledger, LedgerLine
from dispatch.kit.clock import CHINA, clock_from
from dispatch.kit.errors import Invalid
from dispatch.kit.files import reason
from dispatch.kit.settings import Settings
from dispatch.reports.ledger import COLUMNS, book, row_of
from dispatch.reports.workbook import workbook

LINES_AT_MOST = 50_000  # of one workbook


class BadMonth(Invalid):
    """An option that should be a month."""


class BadFile(Invalid):
    """The file cannot be written there."""


def ledger(
    area: Annotated[str | None, typer.Option("--area", help="区域编码,含其下属单位;缺省为全省")] = None,
    month: Annotated[str | None, typer.Option("--month", help="月份,如 2026-07;缺省为本月")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="写成 Excel 文件(.xlsx),含跨县明细")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
) -> None:
    """跨界台账:各县各月跨县派工的次数、借出借入、比原辖区规则省下的分钟和公里。"""
    with opened(Settings.from_env()) as settings:
        found, lines, name, now = asyncio.run(_read(settings, area, month, with_lines=out is not None))
    if out is not None:
        _write(out, workbook(book(found, lines, name=name, made_at=now)))
        Console(stderr=True).print(f"已写入 {out}({len(lines)} 条跨县派工)", highlight=False)
    if as_json:
        typer.echo(TypeAdapter(Ledger).dump_json(found).decode())
    elif out is None:
        _print(found, name)


async def _read(
    settings: Settings, area: str | None, month: str | None, *, with_lines: bool
) -> tuple[Ledger, list[LedgerLine], str, datetime]:
    now = clock_from(settings.clock_path).now()
    async with desk_of(settings) as desk:
        begin, end = _period(month, now)
        code = area or desk.areas.province().code
        found = await books.ledger(desk, code, begin_at=begin, end_at=end, by=SYSTEM, at=now)
        lines: list[LedgerLine] = []
        while with_lines and len(lines) < LINES_AT_MOST:
            after = (lines[-1].ticket_id, lines[-1].no) if lines else None
            page = await books.lines(
                desk, code, begin_at=begin, end_at=end, across=True, after=after, by=SYSTEM, at=now
            )
            lines += page
            if len(page) < books.ENTRIES_AT_MOST:
                break
        return found, lines, desk.areas.get(code).name, now


def _period(month: str | None, now: datetime) -> tuple[datetime, datetime]:
    """
    Return the month in Chinese time, half-open.

    :raises BadMonth: if it is none, or lies ahead
    """
    if month is None:
        month = f"{now.astimezone(CHINA):%Y-%m}"
    try:
        begin = datetime.strptime(month, "%Y-%m").replace(tzinfo=CHINA)
    except ValueError:
        raise BadMonth(f"--month 应为 2026-07 这样的月份,现为 {month!r}", field="month") from None
    if begin > now:
        raise BadMonth(f"--month 不能晚于本月,现为 {month},请改正", field="month")
    return begin.astimezone(UTC), books.month_after(begin).astimezone(UTC)


def _write(out: Path, made: bytes) -> None:
    """:raises BadFile: if it cannot be written there"""
    try:
        out.write_bytes(made)
    except OSError as error:
        raise BadFile(f"写不了 {out}:{reason(error)}(--out)", field="out") from error


def _print(found: Ledger, name: str) -> None:
    table = Table(title=f"{name}跨界台账", title_justify="left")
    for column in COLUMNS:
        table.add_column(column, justify="left" if column in COLUMNS[:2] else "right")
    for balance in found.balances:
        table.add_row(*("" if cell is None else str(cell) for cell in row_of(balance)))
    Console().print(table if found.balances else f"{name}此期间没有派工", highlight=False)
