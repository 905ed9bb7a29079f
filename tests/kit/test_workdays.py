"""Working days around the holidays and their make-up days; nothing is guessed beyond the table."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dispatch.cli.checks import Verdict, holidays
from dispatch.kit.settings import Settings
from dispatch.kit.workdays import BadHolidays, Calendar, CalendarEnds, begin_of, day_of

CALENDAR = Calendar.of_library()
DAYS = st.dates(date(2024, 1, 1), date(2026, 6, 30))


@pytest.mark.parametrize(
    ("day", "works", "why"),
    [
        ("2026-01-02", False, "Friday after New Year's Day, off for the make-up Sunday"),
        ("2026-01-04", True, "make-up Sunday for New Year"),
        ("2026-02-14", True, "make-up Saturday before the Spring Festival"),
        ("2026-02-16", False, "Monday, New Year's Eve"),
        ("2026-02-23", False, "last Monday of the Spring Festival"),
        ("2026-02-24", True, "the Tuesday after it"),
        ("2026-02-28", True, "make-up Saturday after the Spring Festival"),
        ("2026-09-20", True, "make-up Sunday for National Day"),
        ("2026-10-01", False, "National Day"),
        ("2026-10-10", True, "make-up Saturday after National Day"),
        ("2025-10-08", False, "National Day and Mid-autumn together: eight days"),
        ("2025-10-11", True, "make-up Saturday"),
        ("2026-11-21", False, "a usual Saturday"),
        ("2026-11-23", True, "a usual Monday"),
    ],
)
def test_a_day_is_worked_or_not_as_the_state_council_said(day: str, works: bool, why: str) -> None:
    assert CALENDAR.is_workday(date.fromisoformat(day)) is works, why


@pytest.mark.parametrize(
    ("begun", "n", "due"),
    [
        # solved by hand against the notices of the State Council for 2025 and 2026
        ("2026-09-18", 1, "2026-09-20"),  # Friday: the Sunday after it is worked
        ("2026-09-30", 3, "2026-10-10"),  # 8, 9 and the make-up Saturday 10 October
        ("2026-09-30", 4, "2026-10-12"),
        ("2026-10-05", 1, "2026-10-08"),  # begun in the middle of the holiday
        ("2025-09-30", 3, "2025-10-11"),  # 9, 10, and the make-up Saturday
        ("2026-02-13", 1, "2026-02-14"),  # the make-up Saturday
        ("2026-02-14", 5, "2026-02-28"),  # 24, 25, 26, 27, and the make-up Saturday
        ("2026-02-14", 6, "2026-03-02"),
        ("2025-12-31", 2, "2026-01-05"),  # over the year's end: Sunday 4 January is worked
        ("2026-11-20", 3, "2026-11-25"),  # a usual weekend
        ("2026-11-20", 0, "2026-11-20"),
    ],
)
def test_a_term_ends_where_one_counts_it_to_by_hand(begun: str, n: int, due: str) -> None:
    assert CALENDAR.add_workdays(date.fromisoformat(begun), n) == date.fromisoformat(due)


@given(DAYS, st.integers(0, 60))
@example(date(2026, 9, 30), 3)
@example(date(2026, 2, 14), 5)
def test_what_is_added_is_what_lies_between(day: date, n: int) -> None:
    due = CALENDAR.add_workdays(day, n)
    assert CALENDAR.workdays_between(day, due) == n
    assert n == 0 or CALENDAR.is_workday(due)


@given(DAYS, DAYS, DAYS)
def test_working_days_add_up_and_turn_round(a: date, b: date, c: date) -> None:
    between = CALENDAR.workdays_between
    assert between(a, b) + between(b, c) == between(a, c)
    assert between(a, b) == -between(b, a)
    assert abs(between(a, b)) <= abs((b - a).days)


@given(DAYS, st.integers(0, 40), st.integers(0, 40))
def test_a_longer_term_never_ends_earlier(day: date, n: int, more: int) -> None:
    assert CALENDAR.add_workdays(CALENDAR.add_workdays(day, n), more) == CALENDAR.add_workdays(day, n + more)


def test_the_installed_table_reaches_the_year_that_the_program_was_made_in() -> None:
    assert CALENDAR.first_year <= 2012
    assert CALENDAR.last_year >= 2026


@pytest.mark.parametrize("n", [0, 1, 30])
def test_a_term_that_leaves_the_table_is_refused_with_the_remedy(n: int) -> None:
    last = date(CALENDAR.last_year, 12, 31)
    ask = CALENDAR.is_workday if n == 0 else lambda day: CALENDAR.add_workdays(day, n)
    with pytest.raises(CalendarEnds, match=r"chinesecalendar.*DISPATCH_HOLIDAYS") as refused:
        ask(last + timedelta(days=1))
    assert refused.value.details["last_year"] == CALENDAR.last_year
    with pytest.raises(CalendarEnds, match=str(CALENDAR.last_year)):
        CALENDAR.workdays_between(last, last + timedelta(days=1))
    with pytest.raises(CalendarEnds):
        CALENDAR.is_workday(date(CALENDAR.first_year, 1, 1) - timedelta(days=1))


def test_nobody_counts_backwards_by_a_negative_term() -> None:
    with pytest.raises(ValueError, match="forwards"):
        CALENDAR.add_workdays(date(2026, 5, 1), -1)


NEXT = CALENDAR.last_year + 1
FILE = f"""
{NEXT}:
  source: 通知文号(测试)
  holidays: [{NEXT}-01-01, {NEXT}-10-01, {NEXT}-10-02]
  workdays: []
"""


def test_a_file_adds_the_years_that_the_library_lacks(tmp_path: Path) -> None:
    (tmp_path / "holidays.yaml").write_text(FILE, "utf-8")
    calendar = Calendar.load(tmp_path / "holidays.yaml")
    assert calendar.last_year == NEXT
    assert not calendar.is_workday(date(NEXT, 1, 1))
    assert calendar.is_workday(date(2026, 10, 10))
    assert calendar.workdays_between(date(NEXT - 1, 12, 31), date(NEXT, 12, 31)) > 240
    assert Calendar.load() == CALENDAR


def test_a_year_of_the_file_counts_as_the_file_says() -> None:
    changed = CALENDAR.having(
        {2026: {"source": "通知", "holidays": [date(2026, 2, 24)], "workdays": [date(2026, 2, 21)]}}
    )
    assert not changed.is_workday(date(2026, 2, 24))
    assert changed.is_workday(date(2026, 2, 21))
    assert changed.is_workday(date(2026, 10, 1))  # the file names every holiday of its year
    assert not changed.is_workday(date(2025, 10, 1))


GOOD = {"source": "通知", "holidays": [date(NEXT, 1, 1)], "workdays": []}
SATURDAY = next(date(NEXT, 3, n) for n in range(1, 8) if date(NEXT, 3, n).weekday() == 5)


@pytest.mark.parametrize(
    ("years", "said"),
    [
        (None, "按年列出"),
        ([], "按年列出"),
        ({}, "按年列出"),
        ({str(NEXT): GOOD}, "按年列出"),
        ({NEXT + 1: {**GOOD, "holidays": [date(NEXT + 1, 1, 1)]}}, f"缺少 {NEXT} 年"),
        ({NEXT: None}, "source"),
        ({NEXT: {**GOOD, "source": " "}}, "source"),
        ({NEXT: {**GOOD, "days": []}}, "source"),
        ({NEXT: {**GOOD, "holidays": [date(NEXT + 1, 1, 1)]}}, "holidays"),
        ({NEXT: {**GOOD, "holidays": [f"{NEXT}-01-01"]}}, "holidays"),
        ({NEXT: {**GOOD, "holidays": []}}, "没有放假日期"),
        ({NEXT: {**GOOD, "workdays": [date(NEXT, 1, 1)]}}, f"{NEXT}-01-01"),
        ({NEXT: {**GOOD, "workdays": [SATURDAY + timedelta(days=2)]}}, "本来就是工作日"),
        ({NEXT: {**GOOD, "holidays": [SATURDAY], "workdays": [SATURDAY]}}, "同时放假"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_the_year_and_the_reason(years: object, said: str) -> None:
    with pytest.raises(BadHolidays, match=said):
        CALENDAR.having(years, "holidays.yaml")


@pytest.mark.parametrize("text", ["2027: [", "\x00", "just words"])
def test_what_is_no_table_at_all_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "holidays.yaml").write_text(text, "utf-8")
    with pytest.raises(BadHolidays, match=r"holidays\.yaml"):
        Calendar.load(tmp_path / "holidays.yaml")
    with pytest.raises(BadHolidays, match=r"nowhere\.yaml"):
        Calendar.load(tmp_path / "nowhere.yaml")


def test_a_day_is_a_day_in_china() -> None:
    assert day_of(datetime(2026, 9, 30, 16, 30, tzinfo=UTC)) == date(2026, 10, 1)
    assert begin_of(date(2026, 10, 1)) == datetime(2026, 9, 30, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "没有这个文件"),
        ("2031: {", "不是正确的 YAML"),
        ("2031: {source: 国办发明电, holidays: [2031-01-01], workdays: []}", "缺少"),
        ("2027: {holidays: [2027-01-01], workdays: []}", "source"),
    ],
)
def test_a_bad_file_of_holidays_is_refused_by_the_server_and_named_by_the_doctor(
    tmp_path: Path, text: str | None, said: str
) -> None:
    file = tmp_path / "holidays.yaml"
    if text is not None:
        file.write_text(text, "utf-8")
    answer = subprocess.run(  # a process of its own: serving sets up the logs of all that follows
        [sys.executable, "-m", "dispatch", "serve", "--port", "0"],
        env={**os.environ, "DISPATCH_HOLIDAYS": str(file), "DISPATCH_DATA": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 2, answer.stderr
    assert said in answer.stderr
    assert "Traceback" not in answer.stderr
    finding = holidays(Settings(holidays=file))
    assert (finding.verdict, said in finding.remedy) == (Verdict.FAULT, True)
