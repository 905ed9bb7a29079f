"""The benchmark against other solvers, as far as it can be tried in seconds; what it measures is not judged here."""

from pathlib import Path

import pytest

from benchmarks.optimiser.__main__ import main
from benchmarks.optimiser.page import written
from benchmarks.optimiser.problems import Case, Scale
from benchmarks.optimiser.repair import repaired

ROWS = ["how", "1", "2", "3"]


def test_a_quick_run_writes_a_page_with_a_row_and_its_plot(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    assert main(["--quick", "--rows", "3", "--out", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "| **own search** |" in text
    assert "<!-- end of optimiser 3 -->" in text
    assert (tmp_path / "images" / "optimiser-province.png").stat().st_size > 0


def test_a_row_without_its_input_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.md"
    assert main(["--quick", "--rows", "6", "--out", str(page), "--public", str(tmp_path)]) == 0
    assert "row left out" in capsys.readouterr().err
    assert "Left out: the public instances" in page.read_text(encoding="utf-8")


def test_a_row_that_is_none_is_refused(tmp_path: Path) -> None:
    assert main(["--rows", "99", "--out", str(tmp_path / "page.md")]) == 2


def test_a_row_takes_the_place_of_the_last_one_and_leaves_the_others() -> None:
    page = "# Figures\n\n## Intake\n\nfast\n"
    for row, line in (("2", "old"), ("1", "one"), ("how", "so"), ("2", "new")):
        page = written(page, row, [line], ROWS)
    assert page.startswith("# Figures\n\n## Intake\n\nfast\n\n## Optimiser\n")
    assert [line for line in page.splitlines() if line in ("so", "one", "old", "new")] == ["so", "one", "new"]


def test_repair_keeps_crews_and_puts_in_what_was_left_out() -> None:
    case = Case("storm", 12, 4, 1)
    problem = case.make()
    scale = Scale(problem)
    whole = repaired(case, {}).routes
    assert scale.worth(whole).unserved == 0
    turned = {crew: tuple(reversed(route)) for crew, route in whole.items()}
    again = repaired(case, turned).routes
    assert {crew: set(route) for crew, route in again.items()} == {crew: set(route) for crew, route in whole.items()}
    assert scale.worth(again).cost <= scale.worth(turned).cost
