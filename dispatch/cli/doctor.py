"""``dispatch doctor``: what a technician checks first when the system does not start or is slow."""

import asyncio
import json
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from dispatch.cli.checks import Finding, Verdict, examine
from dispatch.kit.settings import Settings

COLOURS = {Verdict.OK: "green", Verdict.WARNING: "yellow", Verdict.FAULT: "red"}


def doctor(as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """检查运行条件:Python、数据库、结构版本、端口、磁盘、字体、时钟。有故障时退出码为 1。"""
    findings = asyncio.run(examine(Settings.from_env()))
    healthy = all(finding.verdict is not Verdict.FAULT for finding in findings)
    if as_json:
        body = {"healthy": healthy, "findings": [finding.as_dict() for finding in findings]}
        print(json.dumps(body, indent=2, ensure_ascii=False))
    else:
        Console().print(_table(findings))
    sys.exit(0 if healthy else 1)


def _table(findings: list[Finding]) -> Table:
    table = Table("项目", "结果", "现状", "补救办法", title="运行条件检查")
    for finding in findings:
        colour = COLOURS[finding.verdict]
        verdict = f"[{colour}]{finding.verdict.label}[/]"
        table.add_row(finding.subject, verdict, finding.said, finding.remedy)
    return table
