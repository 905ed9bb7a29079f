"""``dispatch ledger``: months that are none, and a book that says what the ledger says."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook

from dispatch.cli.ledger import BadMonth, _period
from dispatch.desk.crews.ledger import Balance, Ledger, LedgerLine, LentTo
from dispatch.reports.ledger import COLUMNS, book
from dispatch.reports.workbook import workbook

NOW = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)  # already January in China


def test_a_month_is_china_s_and_december_has_an_end() -> None:
    assert _period("2026-12", NOW) == (datetime(2026, 11, 30, 16, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC))
    assert _period(None, NOW)[0] == datetime(2026, 12, 31, 16, tzinfo=UTC)


@pytest.mark.parametrize("month", ["2026-13", "七月", "2026-07-01", "2027-02"])
def test_what_is_no_month_or_lies_ahead_is_refused(month: str) -> None:
    with pytest.raises(BadMonth):
        _period(month, NOW)


def test_the_book_has_the_balances_the_pairs_and_the_lines() -> None:
    found = Ledger(
        "33",
        NOW,
        NOW,
        [Balance("330225", "2026-12", 9, 3, 1, -120, 4500, 60, 800, 1)],
        [LentTo("330226", "330225", 3, -120, 4500)],
    )
    line = LedgerLine("T1", 1, "330225", "330226", NOW, "c3", 600, 5000, None, None, None, False, "line", "NEAREST",
                      "standing", None, None)  # fmt: skip
    sheets = load_workbook(BytesIO(workbook(book(found, [line], name="浙江", made_at=NOW))))
    cells = [cell.value for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert set(COLUMNS) <= set(cells)
    assert {"330225", "330226", -2, 4.5, "standing", "c3"} <= set(cells)
    assert found.balances[0].balance == -2
