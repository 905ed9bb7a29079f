"""The report of a played day: where it goes, and whether the day was sound."""

import json
import sys
from pathlib import Path
from typing import Any

from dispatch.kit.errors import Invalid
from dispatch.kit.files import reason

Json = dict[str, Any]
NOT_SOUND = 1  # exit code
WRONG = {  # figures that must be 0
    "lost": "已确认的来电丢失",
    "duplicated": "来电重复成单",
    "feed_gaps": "推送编号有缺口",
    "console_divergence": "席位所见与数据库不符",
    "troubles": "步骤被拒绝",
}


class BadReportPath(Invalid):
    """The report cannot be written where it is wanted."""


def check_path(path: Path | None) -> None:
    """
    Make sure before a long play that its report can be written.

    :raises BadReportPath: if it cannot
    """
    if path is None:
        return
    try:
        with path.open("a", encoding="utf-8"):
            pass
    except OSError as error:
        raise _bad(path, error) from error


def write(path: Path | None, figures: Json) -> None:
    """
    Write the report; if that fails after all, the figures go to standard output instead of being lost.

    :raises BadReportPath: then
    """
    if path is None:
        return
    text = json.dumps(figures, ensure_ascii=False, indent=2)
    try:
        path.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        print(text)
        raise _bad(path, error) from error


def _bad(path: Path, error: OSError) -> BadReportPath:
    return BadReportPath(f"报告不能写入 {path}:{reason(error)}", field="--report")


def findings(figures: Json) -> list[str]:
    """Return what went wrong in a played day, in words; [] if it was sound."""
    wrong = [f"{label} {figures[name]} 处" for name, label in WRONG.items() if figures[name]]
    return wrong if figures["audit_clean"] else [*wrong, "核对日志有不符"]


def judge(figures: Json) -> None:
    """End the program with code 1 if the day was not sound, saying why."""
    if found := findings(figures):
        print(f"本次演练有问题:{';'.join(found)}。详见报告", file=sys.stderr)
        sys.exit(NOT_SOUND)
