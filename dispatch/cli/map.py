"""``dispatch map``: a ticket with its candidates, how far a depot's crews get, who lent to whom; PNG or HTML."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from dispatch.cli.database import opened
from dispatch.cli.desks import desk_of
from dispatch.cli.drawn import check, save
from dispatch.cli.standby import standby as chosen
from dispatch.desk.pictures import candidates, flows, history, reach
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA, clock_from
from dispatch.kit.errors import Invalid
from dispatch.kit.settings import Settings
from dispatch.reports.maps import isochrones as rings
from dispatch.reports.maps import ledger as lending
from dispatch.reports.maps import ticket as offers
from dispatch.reports.maps.scene import Scene
from dispatch.routing.standby import Goal

Png = Annotated[Path | None, typer.Option("--png", help="写入这个 PNG 文件")]
Html = Annotated[Path | None, typer.Option("--html", help="写入这个 HTML 文件:单个文件,不联网即可打开")]
LONGEST_MIN = 600


class NoPicture(Invalid):
    """Neither a PNG nor an HTML file was asked for."""


class BadMinutes(Invalid):
    """The limits of isochrones cannot be read."""


class BadMonth(Invalid):
    """The month cannot be read."""


def ticket(number: Annotated[str, typer.Argument(help="工单编号")], png: Png = None, html: Html = None) -> None:
    """画一张工单和它的派工候选:谁在哪里、几分钟到、走哪条路、为何选他不选别人。"""

    async def made(desk: Desk, at: datetime) -> Scene:
        found = await candidates.of_ticket(desk, number, at=at)
        counties = history.borders(desk, desk.areas.province().code)
        return offers.scene(found, travel=desk.travel, counties=counties)

    _draw(made, png, html)


def isochrones(
    depot: Annotated[str, typer.Argument(help="班所编码")],
    minutes: Annotated[str, typer.Option(help="各圈的分钟数,由小到大")] = "10,20,30,45",
    png: Png = None,
    html: Html = None,
) -> None:
    """画一个班所的等时圈:几分钟内能到哪里,按道路和当前的封闭情况。"""
    limits = _minutes(minutes)

    async def made(desk: Desk, at: datetime) -> Scene:
        found = await asyncio.to_thread(reach.of_depot, desk, depot, within_s=limits[-1], at=at)
        counties = history.borders(desk, desk.areas.province().code)
        return rings.scene(found, limits, travel=desk.travel, counties=counties)

    _draw(made, png, html)


def ledger(
    month: Annotated[str | None, typer.Option(help="月份,如 2026-07;缺省为本月")] = None,
    area: Annotated[str | None, typer.Option(help="区域编码;缺省为全省")] = None,
    png: Png = None,
    html: Html = None,
) -> None:
    """画跨界台账:一个月里哪个县支援了哪个县几队次,早到多少分。"""

    async def made(desk: Desk, at: datetime) -> Scene:
        begin, end = _month(month, at)
        return lending.scene(await flows.of_area(desk, area or desk.areas.province().code, begin, end))

    _draw(made, png, html)


def standby(
    k: Annotated[int, typer.Option("-k", min=1, help="停几支队伍")],
    source: Annotated[Path | None, typer.Option("--from", help="来电记录 CSV 或 XLSX;缺省取数据库中的工单")] = None,
    area: Annotated[str | None, typer.Option(help="区域编码;缺省为全省")] = None,
    hours: Annotated[str | None, typer.Option(help="一天中的时段,如 8-20")] = None,
    depots: Annotated[Path | None, typer.Option(help="现有班所 CSV 或 XLSX(name、lon、lat)")] = None,
    goal: Annotated[Goal, typer.Option(help="mean 平均到达最快,promise 承诺时限内到达最多")] = Goal.MEAN,
    png: Png = None,
    html: Html = None,
) -> None:
    """画待命点:同 dispatch standby,只作图。"""
    chosen(k, _files(png, html), source=source, area=area, hours=hours, depots=depots, goal=goal)


def _draw(made: Callable[[Desk, datetime], Awaitable[Scene]], png: Path | None, html: Path | None) -> None:
    files = _files(png, html)
    settings = Settings.from_env()
    now = clock_from(settings.clock_path).now()
    console = Console(stderr=True)

    async def read(found: Settings) -> Scene:
        async with desk_of(found, roads=True) as desk:
            return await made(desk, now)

    parts = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*parts, console=console, transient=True) as shown, opened(settings) as found:
        task = shown.add_task("读取数据")
        scene = asyncio.run(read(found))
        shown.update(task, description="作图")
        for path in files:
            save(path, scene)
    for fact in scene.facts:
        console.print(fact, highlight=False)
    console.print(f"已写入 {'、'.join(str(path) for path in files)}", highlight=False)


def _files(png: Path | None, html: Path | None) -> list[Path]:
    """
    Return the files to write.

    :raises NoPicture: if there is none
    :raises BadPicture: if one cannot be written
    """
    for path, kind in ((png, "png"), (html, "html")):
        if path is not None:
            check(path, (kind,))
    files = [path for path in (png, html) if path is not None]
    if not files:
        raise NoPicture("请给出 --png 文件或 --html 文件(可同时给出)", field="png")
    return files


def _minutes(text: str) -> list[float]:
    """
    Read the limits, as seconds.

    :raises BadMinutes: if they are not rising numbers of minutes
    """
    parts = [part.strip() for part in text.replace("、", ",").replace(",", ",").split(",") if part.strip()]
    if not parts or not all(part.isascii() and part.isdigit() for part in parts):
        raise BadMinutes(f"--minutes 应为 10,20,30,45 这样的整数,现为 {text!r}", field="minutes")
    limits = [int(part) for part in parts]
    if limits != sorted(set(limits)) or not 0 < limits[0] <= limits[-1] <= LONGEST_MIN:
        raise BadMinutes(f"--minutes 应由小到大、在 1 至 {LONGEST_MIN} 之间,现为 {text!r}", field="minutes")
    return [60.0 * limit for limit in limits]


def _month(text: str | None, at: datetime) -> tuple[datetime, datetime]:
    """
    Return a month of the Chinese calendar, half-open.

    :raises BadMonth: if it is none
    """
    try:
        begin = datetime.strptime(text or f"{at.astimezone(CHINA):%Y-%m}", "%Y-%m").replace(tzinfo=CHINA)
    except ValueError:
        raise BadMonth(f"--month 应为 2026-07 这样的月份,现为 {text!r}", field="month") from None
    following = (begin + timedelta(days=32)).replace(day=1)
    return begin.astimezone(UTC), following.astimezone(UTC)
