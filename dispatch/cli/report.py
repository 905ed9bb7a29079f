"""``dispatch report``: the day or the week of an area, as a workbook, a paper or a page."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from dispatch.accounts.model import SYSTEM
from dispatch.cli.database import address_of, opened
from dispatch.desk.closing import reviewing
from dispatch.desk.closing.reporting import Material, material
from dispatch.desk.setup import open_desk
from dispatch.kit import migrate
from dispatch.kit.clock import CHINA, clock_from
from dispatch.kit.db import Database
from dispatch.kit.errors import Invalid
from dispatch.kit.settings import Settings
from dispatch.reports.book import Book
from dispatch.reports.daily import daily
from dispatch.reports.page import page
from dispatch.reports.paper import paper
from dispatch.reports.weekly import weekly
from dispatch.reports.workbook import workbook


class Kind(StrEnum):
    """Which report."""

    DAILY = "daily"
    WEEKLY = "weekly"


class Shape(StrEnum):
    """Which file."""

    XLSX = "xlsx"
    DOCX = "docx"
    HTML = "html"


BOOKS = {Kind.DAILY: daily, Kind.WEEKLY: weekly}
SHAPES = {Shape.XLSX: workbook, Shape.DOCX: paper, Shape.HTML: page}


class BadDate(Invalid):
    """An option that should be a date."""


class BadFolder(Invalid):
    """The file cannot be written there."""


def report(
    kind: Annotated[Kind, typer.Argument(help="daily 日报,weekly 周报")],
    area: Annotated[str, typer.Option(help="区域编码,含其下属单位")],
    day: Annotated[str, typer.Option("--date", help="日期,如 2026-07-01;周报为该日所在的周(周一至周日)")],
    out: Annotated[Path, typer.Option(help="写入这个文件")],
    shape: Annotated[Shape, typer.Option("--as", help="文件格式")] = Shape.XLSX,
    rejudge: Annotated[bool, typer.Option("--rejudge", help="先补评升级前办结的工单")] = False,
) -> None:
    """出日报或周报:件数、指标、分时曲线、未办结与超时清单;周报按省公司周报的表名和顺序。"""
    begin, end = _period(kind, day)
    if not out.parent.is_dir():
        raise BadFolder(f"没有文件夹 {out.parent},请先建立或改正 --out", field="out")
    console = Console(stderr=True)
    parts = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*parts, console=console, transient=True) as progress:
        with opened(Settings.from_env()) as settings:
            read = asyncio.run(_read(settings, area, begin, end, progress, rejudge=rejudge))
        task = progress.add_task(f"生成 {shape}")
        made = SHAPES[shape](_book(kind, read))
        progress.remove_task(task)
    try:
        out.write_bytes(made)
    except OSError as error:
        raise BadFolder(f"写不了 {out}:{error.strerror},请改正 --out", field="out") from error
    console.print(f"已写入 {out}({len(made) / 1024:.0f} KB,{len(read.findings.rows)} 件办结工单)", highlight=False)
    if read.unjudged:
        console.print(f"另有 {read.unjudged} 件办结工单没有评价,不在指标内;可加 --rejudge 补评", highlight=False)


def _book(kind: Kind, read: Material) -> Book:
    return BOOKS[kind](read)


def _period(kind: Kind, text: str) -> tuple[datetime, datetime]:
    """
    Return the day, or its week from Monday to Sunday, in Chinese time, half-open.

    :raises BadDate: if it is no date
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadDate(f"--date 应为 2026-07-01 这样的日期,现为 {text!r}", field="date") from None
    first, days = (day, 1) if kind is Kind.DAILY else (day - timedelta(days=day.weekday()), 7)
    begin = datetime.combine(first, time(), CHINA).astimezone(UTC)
    return begin, begin + timedelta(days=days)


async def _read(
    settings: Settings, area: str, begin: datetime, end: datetime, progress: Progress, *, rejudge: bool
) -> Material:
    dsn = address_of(settings)
    await migrate.require_current(dsn)
    db, now = Database(dsn, size=2), clock_from(settings.clock_path).now()
    try:
        desk = await open_desk(db, settings.pack, holidays=settings.holidays)
        task = progress.add_task("读取工单评价")
        if rejudge:
            progress.update(task, description="补评")
            await reviewing.rejudge(
                desk, area, by=SYSTEM, at=now, progress=lambda n: progress.update(task, description=f"补评 {n} 件")
            )
            progress.update(task, description="读取工单评价")
        found = await material(desk, area, begin, end, by=SYSTEM, at=now)
        progress.remove_task(task)
        return found
    finally:
        await db.close()
