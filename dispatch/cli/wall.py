"""What ``dispatch watch`` shows: counts by stage, the clocks that break next, the last events, the line's age."""

import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from dispatch.client import Board, Changed, Gone, Head, Hello, LiveClient, Message, Refused, TicketBody
from dispatch.kit.clock import CHINA
from dispatch.kit.rulepack import Packs, UnknownPack
from dispatch.tickets.limits import deadlines
from dispatch.tickets.model import Ticket
from dispatch.tickets.words import Limit, Stage

EVENTS_SHOWN = 8
CLOCKS_SHOWN = 10
AREAS_SHOWN = 14
STALE_S = 12.0  # heartbeats come every 5 s: two were missed
NONE_LEFT, LITTLE_LEFT = timedelta(0), timedelta(minutes=5)


class TradeClock:
    """
    The server's time between two heartbeats, also when a replay drives it faster than real time.

    :param wall: monotonic seconds
    """

    def __init__(self) -> None:
        self._at: datetime | None = None
        self._heard_at = 0.0
        self._speed = 1.0

    def heard(self, at: datetime, *, wall: float) -> None:
        if self._at is not None and wall - self._heard_at >= 1:
            self._speed = max(0.0, (at - self._at).total_seconds() / (wall - self._heard_at))
        self._at, self._heard_at = at, wall

    def now(self, *, wall: float) -> datetime:
        if self._at is None:
            return datetime.now(UTC)
        return self._at + timedelta(seconds=(wall - self._heard_at) * self._speed)


@dataclass(frozen=True, slots=True)
class RunningClock:
    """A limit that is not broken yet."""

    due_at: datetime
    limit: Limit
    ticket: TicketBody


class Wall:
    """
    Follows a live feed and can be drawn at any moment.

    :param names: Chinese names of the areas by code
    """

    def __init__(self, live: LiveClient, names: Mapping[str, str], packs: Packs) -> None:
        self.live = live
        self.board = Board()
        self.clock = TradeClock()
        self._names = names
        self._packs = packs
        self._clocks: dict[str, tuple[int, list[RunningClock]]] = {}  # ticket -> version, what runs
        self._events: deque[str] = deque(maxlen=EVENTS_SHOWN)

    def hear(self, message: Message) -> None:
        """Take a message in."""
        self.board.apply(message)
        match message:
            case Hello(at=at) | Head(at=at):
                self.clock.heard(datetime.fromisoformat(at), wall=time.monotonic())
            case Changed() | Gone():
                self._events.appendleft(self._sentence(message))
            case Refused(message=sentence, areas=areas):
                self._events.appendleft(f"{'、'.join(areas)}  {sentence}")
            case _:
                pass

    def __rich__(self) -> RenderableType:
        now = self.clock.now(wall=time.monotonic())
        tickets = self.board.tickets
        columns = Table.grid(expand=True, padding=(0, 1))
        columns.add_row(self._counts(tickets), self._next_clocks(tickets, now))
        events = Panel(Text("\n".join(self._events) or "还没有变化"), title="最近变化", title_align="left")
        return Group(self._line(now, len(tickets)), columns, events)

    def _name(self, area: str) -> str:
        return self._names.get(area, area)

    def _sentence(self, message: Changed | Gone) -> str:
        at = datetime.fromtimestamp(message.ts / 1000, CHINA).strftime("%H:%M:%S")
        if isinstance(message, Gone):
            return f"{at}  {self._name(message.area)}  {message.body.id} 已不在本辖区"
        ticket = message.body
        return f"{at}  {self._name(message.area)}  {ticket['ticket_no']}  {Stage(ticket['stage']).label}"

    def _line(self, now: datetime, count: int) -> Text:
        """Say how fresh all this is; what is stale must not look alive."""
        age_s = time.monotonic() - self.live.heard_at if self.live.heard_at is not None else None
        shown = now.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
        if age_s is None:
            return Text("正在连接……", style="yellow")
        if age_s > STALE_S:
            return Text(f"已断开 {age_s:.0f} 秒,正在重连;以下是旧数据", style="bold red")
        return Text(f"实时 {age_s:.1f} 秒 · {shown} · 在办 {count} 单 · 重连 {self.live.reconnects} 次", style="green")

    def _counts(self, tickets: Mapping[str, TicketBody]) -> Table:
        by_stage = Counter(Stage(ticket["stage"]) for ticket in tickets.values())
        by_area = Counter(ticket["area"] for ticket in tickets.values())
        table = Table("环节", "单数", "单位", "在办", title="工单", expand=True)
        stages = [(stage.label, str(by_stage[stage])) for stage in Stage if by_stage[stage]]
        areas = [(self._name(area), str(n)) for area, n in by_area.most_common(AREAS_SHOWN)]
        for row in range(max(len(stages), len(areas))):
            left = stages[row] if row < len(stages) else ("", "")
            table.add_row(*left, *(areas[row] if row < len(areas) else ("", "")))
        return table

    def _next_clocks(self, tickets: Mapping[str, TicketBody], now: datetime) -> Table:
        table = Table("剩余", "时限", "工单", "单位", title="最先到期", expand=True)
        running = sorted(self._all_clocks(tickets), key=lambda clock: clock.due_at)
        for clock in running[:CLOCKS_SHOWN]:
            left = clock.due_at - now
            style = "bold red" if left <= NONE_LEFT else "yellow" if left <= LITTLE_LEFT else ""
            shown = Text(f"{'超 ' if left < NONE_LEFT else ''}{_minutes(abs(left))}", style=style)
            table.add_row(shown, clock.limit.label, clock.ticket["ticket_no"], self._name(clock.ticket["area"]))
        return table

    def _all_clocks(self, tickets: Mapping[str, TicketBody]) -> Iterator[RunningClock]:
        self._clocks = {id_: kept for id_, kept in self._clocks.items() if id_ in tickets}
        for id_, ticket in tickets.items():
            version, clocks = self._clocks.get(id_, (0, []))
            if version != ticket["version"]:
                clocks = self._clocks_of(ticket)
                self._clocks[id_] = (ticket["version"], clocks)
            yield from clocks

    def _clocks_of(self, body: TicketBody) -> list[RunningClock]:
        ticket = Ticket.model_validate_json(_json(body))
        try:
            due = deadlines(ticket, self._packs.get(ticket.pack))
        except UnknownPack:  # a pack that came after this program: its clocks are the server's to know
            return []
        return [RunningClock(at, limit, body) for limit, at in due.items() if limit not in ticket.flags.overdue]


def summary(message: Message) -> dict[str, Any] | None:
    """Return a change in one flat line for programs, without personal data; None for what is no change."""
    match message:
        case Changed(area=area, seq=seq, ts=ts, body=ticket):
            facts = {name: ticket[name] for name in ("id", "ticket_no", "version", "stage")}
            return {"kind": "ticket", "area": area, "seq": seq, "ts": ts} | facts
        case Gone(area=area, seq=seq, ts=ts, body=left):
            return {"kind": "gone", "area": area, "seq": seq, "ts": ts, "id": left.id, "version": left.version}
        case _:
            return None


def _minutes(span: timedelta) -> str:
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    return f"{minutes}:{seconds:02}"


def _json(body: TicketBody) -> bytes:
    return msgspec.json.encode(body)
