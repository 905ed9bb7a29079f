"""``dispatch audit``: does all that is kept agree? Folds every log, checks every seal, compares rows and feed."""

import asyncio
import json
import sys
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from dispatch.cli.database import address_of, opened
from dispatch.desk.packs import known_packs
from dispatch.kit import migrate
from dispatch.kit.db import Database
from dispatch.kit.rulepack import Packs
from dispatch.kit.settings import Settings
from dispatch.notify import audit as feed
from dispatch.tickets.audit import Result
from dispatch.tickets.audit import audit as audit_tickets

NOT_CLEAN = 1


def audit(as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """逐单重算日志并核对工单、哈希链、派工、时限与推送编号;有不符时退出码为 1。"""
    with opened(Settings.from_env()) as settings:
        tickets, told = asyncio.run(_audited(address_of(settings)))
    clean = tickets.clean and not told
    if as_json:
        print(json.dumps(_body(tickets, told, clean=clean), ensure_ascii=False, indent=2))
    else:
        _show(tickets, told)
    sys.exit(0 if clean else NOT_CLEAN)


async def _audited(dsn: str) -> tuple[Result, list[feed.Finding]]:
    await migrate.require_current(dsn)
    db = Database(dsn, size=2)
    try:
        packs = await known_packs(db, Packs.load())
        with _progress() as progress:
            task = progress.add_task("工单", total=None)
            tickets = await audit_tickets(
                db, packs, progress=lambda done, total: progress.update(task, completed=done, total=total)
            )
            progress.update(task, description="推送编号")
            async with db.connection() as connection:
                return tickets, await feed.findings(connection)
    finally:
        await db.close()


def _progress() -> Progress:
    """Return a bar on stderr, so that stdout can be read by a machine."""
    parts = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*parts, console=Console(stderr=True), transient=True)


def _body(tickets: Result, told: list[feed.Finding], *, clean: bool) -> dict[str, Any]:
    return {
        "clean": clean,
        "tickets": tickets.tickets,
        "events": tickets.events,
        "deadlines": tickets.deadlines,
        "dispatches": tickets.dispatches,
        "faults": tickets.faults + len(told),
        "findings": [asdict(finding) for finding in tickets.findings],
        "feed": [asdict(finding) for finding in told],
    }


def _show(tickets: Result, told: list[feed.Finding]) -> None:
    console = Console()
    if tickets.clean and not told:
        logs = f"{tickets.tickets} 张工单、{tickets.events} 条日志"
        rest = f"{tickets.dispatches} 次派工、{tickets.deadlines} 个时限"
        console.print(f"[green]全部相符[/]:{logs}、{rest},推送编号连续")
        return
    table = Table("对象", "问题", "详情", title="核对不符")
    for finding in tickets.findings:
        table.add_row(finding.ticket_id, finding.fault.label, finding.detail)
    for breach in told:
        table.add_row(breach.place, breach.rule, breach.found)
    console.print(table)
    console.print(f"[red]共 {tickets.faults + len(told)} 处不符[/],请勿手工改数据库;保留现场并联系管理员")
