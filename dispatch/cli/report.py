"""``dispatch report``: the day or the week of an area, or a storm at an hour, as a workbook, a paper or a page."""

import asyncio
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from dispatch.accounts.model import SYSTEM
from dispatch.cli.database import opened
from dispatch.cli.desks import desk_of
from dispatch.desk.closing import reviewing
from dispatch.desk.closing.reporting import Material, material
from dispatch.desk.storm import hourly
from dispatch.desk.storm.figures import StormFigures
from dispatch.kit.clock import CHINA, clock_from
from dispatch.kit.days import begun
from dispatch.kit.errors import Invalid
from dispatch.kit.files import reason
from dispatch.kit.settings import Settings
from dispatch.reports import office
from dispatch.reports.office import Period, Shape
from dispatch.reports.storm import storm


class Kind(StrEnum):
    """Which report."""

    DAILY = "daily"
    WEEKLY = "weekly"
    STORM = "storm"


class BadDate(Invalid):
    """An option that should be a date."""


class BadFolder(Invalid):
    """The file cannot be written there."""


class MissingOption(Invalid):
    """An option that this report needs."""


def report(
    kind: Annotated[Kind, typer.Argument(help="daily 日报,weekly 周报,storm 抗灾抢修快报")],
    out: Annotated[Path, typer.Option(help="写入这个文件")],
    area: Annotated[str | None, typer.Option("--area", "--city", help="区域编码,含其下属单位;快报为市")] = None,
    day: Annotated[str | None, typer.Option("--date", help="日期,如 2026-07-01;周报为该日所在的周(周一至周日)")] = None,
    moment: Annotated[
        str | None, typer.Option("--at", help="快报的时刻,如 2026-07-01T10:00(北京时间);缺省为最近的整点")
    ] = None,
    shape: Annotated[Shape, typer.Option("--as", help="文件格式")] = Shape.XLSX,
    rejudge: Annotated[bool, typer.Option("--rejudge", help="先补评升级前办结的工单")] = False,
) -> None:
    """出日报、周报或抗灾抢修快报:件数、指标、分时曲线、未办结与超时清单;周报按省公司周报的表名和顺序。"""
    code = _given(area, "area", "--area 区域编码(快报为 --city 市)")
    if not out.parent.is_dir():
        raise BadFolder(f"没有文件夹 {out.parent},请先建立或改正 --out", field="out")
    console = Console(stderr=True)
    if kind is Kind.STORM:
        made = _made_of_storm(code, moment, shape)
        _write(out, made)
        console.print(f"已写入 {out}({len(made) / 1024:.0f} KB)", highlight=False)
        return
    now = clock_from(Settings.from_env().clock_path).now()
    period = Period(kind)
    asked = begun(_day(_given(day, "date", "--date 日期")), at=now, name="--date")
    begin, end = office.span(period, asked, now)
    parts = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*parts, console=console, transient=True) as progress:
        with opened(Settings.from_env()) as settings:
            read = asyncio.run(_read(settings, code, begin, end, progress, rejudge=rejudge))
        task = progress.add_task(f"生成 {shape}")
        made = office.file((period, shape, read))
        progress.remove_task(task)
    _write(out, made)
    console.print(f"已写入 {out}({len(made) / 1024:.0f} KB,{len(read.findings.rows)} 件办结工单)", highlight=False)
    if read.unjudged:
        console.print(f"另有 {read.unjudged} 件办结工单没有评价,不在指标内;可加 --rejudge 补评", highlight=False)


def _given(text: str | None, name: str, what: str) -> str:
    """:raises MissingOption: if it was left out"""
    if text is None:
        raise MissingOption(f"请给出 {what}", field=name)
    return text


def _write(out: Path, made: bytes) -> None:
    """:raises BadFolder: if it cannot be written there"""
    try:
        out.write_bytes(made)
    except OSError as error:
        raise BadFolder(f"写不了 {out}:{reason(error)}(--out)", field="out") from error


def _made_of_storm(city: str, moment: str | None, shape: Shape) -> bytes:
    with opened(Settings.from_env()) as settings:
        return office.SHAPES[shape](storm(asyncio.run(_read_storm(settings, city, moment))))


def _hour(text: str | None, now: datetime) -> datetime:
    """
    Return the instant of a storm's report: what was said, in Chinese time, or the last full hour.

    :raises BadDate: if it is none, or lies ahead
    """
    if text is None:
        return now.replace(minute=0, second=0, microsecond=0)
    try:
        said = datetime.fromisoformat(text)
    except ValueError:
        raise BadDate(f"--at 应为 2026-07-01T10:00 这样的时刻,现为 {text!r}", field="at") from None
    at = (said if said.tzinfo else said.replace(tzinfo=CHINA)).astimezone(UTC)
    if at > now:
        raise BadDate("--at 不能晚于现在,请改正", field="at")
    return at


async def _read_storm(settings: Settings, city: str, moment: str | None) -> StormFigures:
    now = clock_from(settings.clock_path).now()
    async with desk_of(settings) as desk:
        return await hourly.at_hour(desk, city, by=SYSTEM, at=_hour(moment, now))


def _day(text: str) -> date:
    """:raises BadDate: if it is no date"""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadDate(f"--date 应为 2026-07-01 这样的日期,现为 {text!r}", field="date") from None


async def _read(
    settings: Settings, area: str, begin: datetime, end: datetime, progress: Progress, *, rejudge: bool
) -> Material:
    now = clock_from(settings.clock_path).now()
    async with desk_of(settings) as desk:
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
