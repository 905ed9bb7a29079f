"""What a play looks like: a live board on a terminal, plain lines elsewhere, the report at the end."""

import time
from collections import deque
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from dispatch.kit.clock import CHINA
from dispatch.routing.model import Policy

from .carried import Rule
from .play import Stage

Json = dict[str, Any]

REDRAW_S, LINE_S = 0.2, 10.0  # between two pictures, between two plain lines
EVENTS = 8  # latest events shown

STEPS = (
    ("call", "受理"),
    ("accept", "接单"),
    ("dispatch", "派工"),
    ("depart", "出发"),
    ("arrive", "到场"),
    ("restore", "复电"),
    ("reply", "回单"),
    ("close", "归档"),
)
LABELS = dict(STEPS) | {
    "crew-accept": "班组接单",
    "crew-reject": "班组拒单",
    "locate": "故障点确认",
    "start-repair": "开始抢修",
    "progress": "进展汇报",
    "queue-callback": "转回访",
    "missed": "回访未通",
    "answer": "回访",
}

# Rows of the final table: key of the report, what it says, how it is written.
ROWS = (
    ("calls", "来电", "{:,}"),
    ("tickets", "工单", "{:,}"),
    ("crews", "抢修队", "{:,}"),
    ("dispatched", "已派工", "{:,}"),
    ("arrived", "已到场", "{:,}"),
    ("restored", "已复电", "{:,}"),
    ("closed", "已归档", "{:,}"),
    ("arrival_in_time_share", "到场及时率", "{:.1%}"),
    ("arrival_min_p50", "到场时长 中位,分", "{:.1f}"),
    ("arrival_min_p90", "到场时长 九成,分", "{:.1f}"),
    ("arrival_45min_share", "45 分钟内到场", "{:.1%}"),
    ("km_driven", "赴现场里程,公里", "{:,.0f}"),
    ("cross_border_share", "跨区派工占比", "{:.1%}"),
    ("minutes_saved_mean", "比原辖区派工早到,分(平均)", "{:.1f}"),
    ("waiting_max", "同时待派最多", "{:,}"),
    ("deadlines_fired", "时限超时", "{:,}"),
    ("lost", "丢失来电", "{:,}"),
    ("duplicated", "重复工单", "{:,}"),
    ("feed_gaps", "推送断号", "{:,}"),
    ("console_divergence", "席位与数据库不一致", "{:,}"),
    ("audit_clean", "审计", "{}"),
    ("ack_ms_p50", "受理应答 中位,毫秒", "{:.1f}"),
    ("ack_ms_p99", "受理应答 99 分位,毫秒", "{:.1f}"),
    ("push_ms_p50", "推送 中位,毫秒", "{:.1f}"),
    ("push_ms_p99", "推送 99 分位,毫秒", "{:.1f}"),
    ("requests", "请求", "{:,}"),
    ("sim_hours", "模拟时长,小时", "{:.1f}"),
    ("wall_s", "实际用时,秒", "{:.1f}"),
)


class Show:
    """
    Draws a play as it goes; a context manager.

    :param calls: how many calls the day has
    """

    def __init__(self, console: Console, title: str, calls: int) -> None:
        self._console, self._title, self._calls = console, title, calls
        self._live = Live(console=console, auto_refresh=False, transient=True) if console.is_terminal else None
        self._drawn = self._said = 0.0
        self._latest: deque[str] = deque(maxlen=EVENTS)
        self._last = ""

    def __enter__(self) -> "Show":
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def say(self, words: str) -> None:
        """Say what is being done now."""
        self._console.print(words, highlight=False, soft_wrap=True)

    def watch(self, stage: Stage) -> None:
        """Take note of where the play stands; draw it if it is time to."""
        if stage.last != self._last:
            self._last = stage.last
            self._latest.append(f"{_clock(stage)}  {_named(stage.last)}")
        now = time.perf_counter()
        if self._live is not None and now - self._drawn >= REDRAW_S:
            self._drawn = now
            self._live.update(self._picture(stage), refresh=True)
        elif self._live is None and now - self._said >= LINE_S:
            self._said = now
            self._console.print(self._line(stage), highlight=False, soft_wrap=True)

    def _line(self, stage: Stage) -> str:
        done = " ".join(f"{label}{stage.done[step]}" for step, label in STEPS)
        return f"{_clock(stage)}  {done}  待派{len(stage.waiting)}  在办{_open(stage)}"

    def _picture(self, stage: Stage) -> Panel:
        steps = Table.grid(padding=(0, 3))
        for _ in STEPS:
            steps.add_column(justify="right")
        steps.add_row(*(Text(label, "dim") for _, label in STEPS))
        steps.add_row(*(Text(f"{stage.done[step]:,}", "bold") for step, _ in STEPS))
        waiting = Text(f"待派 {len(stage.waiting):,}", "bold red" if stage.waiting else "green")
        state = Text.assemble(
            (f"{_clock(stage)}   ", "bold cyan"),
            f"在办 {_open(stage):,}   ",
            waiting,
            f"   出动 {len(stage.busy):,}/{len(stage.world.crews):,} 队   途中 {len(stage.road):,}",
        )
        bar = ProgressBar(total=max(1, self._calls), completed=stage.done["close"], width=70)
        events = Text("\n".join(self._latest), "dim")
        return Panel(Group(state, Text(""), steps, Text(""), bar, Text(""), events), title=self._title)


def print_report(console: Console, figures: Json) -> None:
    """Print the figures as a table, and what went wrong, if anything did."""
    table = Table(title=f"{figures['day']} · {_policy(figures['policy'])}", show_header=False)
    table.add_column("")
    table.add_column("", justify="right")
    for key, label, form in ROWS:
        value = figures.get(key)
        if isinstance(value, bool):
            value = "相符" if value else "有出入"
        table.add_row(label, "—" if value is None else form.format(value))
    console.print(table)
    for trouble in figures.get("trouble_samples", ()):
        console.print(
            f"被拒:{trouble['key']} {trouble['step']} {trouble['status']} {trouble['code']} {trouble['message']}"
        )


def _policy(name: str) -> str:
    return next((rule.label for rule in (*Rule, *Policy) if rule.value == name), name)


def _clock(stage: Stage) -> str:
    return f"{stage.timeline.now.astimezone(CHINA):%m-%d %H:%M:%S}"


def _open(stage: Stage) -> int:
    return stage.done["call"] - stage.done["close"]


def _named(last: str) -> str:
    place, _, step = last.rpartition(" ")
    return f"{place} {LABELS.get(step, step)}"
