"""跨界台账: who lent to whom, what it saved against the old-district rule, and every dispatch across a border."""

from collections.abc import Sequence
from datetime import datetime

from dispatch.desk.crews.ledger import Balance, Ledger, LedgerLine
from dispatch.kit.clock import CHINA

from .book import Amount, Book, Cell, Moment, Section, Table

COLUMNS = (
    "单位",
    "月份",
    "派工",
    "借入",
    "借出",
    "差额",
    "客户早到(分)",
    "少行(公里)",
    "支援外县早到(分)",
    "支援少行(公里)",
    "不可比",
)
NOTE = "差额为借出减借入;早到、少行与原辖区规则比较,可为负;不可比:原辖区规则当时无班组可派。"


def minutes(seconds: int | None) -> Cell:
    return None if seconds is None else Amount(seconds / 60, 1)


def kilometres(metres: int | None) -> Cell:
    return None if metres is None else Amount(metres / 1000, 1)


def row_of(balance: Balance) -> tuple[Cell, ...]:
    """Return a county's month as a row of ``COLUMNS``."""
    counts = (balance.dispatches, balance.borrowed, balance.lent, balance.balance)
    gained = (minutes(balance.saved_s), kilometres(balance.saved_m))
    given = (minutes(balance.given_s), kilometres(balance.given_m))
    return (balance.county, balance.month, *counts, *gained, *given, balance.unknown)


def book(ledger: Ledger, lines: Sequence[LedgerLine], *, name: str, made_at: datetime) -> Book:
    """Return the ledger of a period as a book."""
    begin, end = (at.astimezone(CHINA) for at in (ledger.begin_at, ledger.end_at))
    about = (
        f"{begin:%Y-%m-%d %H:%M} 至 {end:%Y-%m-%d %H:%M} · 生成于 {made_at.astimezone(CHINA):%Y-%m-%d %H:%M}(北京时间)"
    )
    balances = Table("各单位各月", COLUMNS, [row_of(balance) for balance in ledger.balances], NOTE)
    pairs = Table(
        "谁借给谁",
        ("出借", "借入", "次数", "早到(分)", "少行(公里)"),
        [(p.lender, p.borrower, p.n, minutes(p.saved_s), kilometres(p.saved_m)) for p in ledger.pairs],
    )
    sections = (Section("收支", (balances, pairs)), Section("跨县派工明细", (_lines(lines),)))
    return Book(f"{name}跨界台账", about, sections, made_at)


def _lines(lines: Sequence[LedgerLine]) -> Table:
    columns = (
        "工单",
        "次",
        "时间",
        "借入",
        "出借",
        "班组",
        "预计到达(分)",
        "原规则班组",
        "原规则到达(分)",
        "早到(分)",
        "少行(公里)",
    )
    rows: list[tuple[Cell, ...]] = [
        (
            line.ticket_id,
            line.no,
            Moment(line.at),
            line.borrower,
            line.lender,
            line.crew_id,
            minutes(line.eta_s),
            line.own_crew_id,
            minutes(line.own_eta_s),
            minutes(line.saved_s),
            kilometres(line.saved_m),
        )
        for line in lines
    ]
    return Table("跨县派工", (*columns, "凭据"), [(*row, line.lent_by) for row, line in zip(rows, lines, strict=True)])
