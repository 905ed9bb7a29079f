"""The page on scenarios says what the files may say, lists each of ours, and its example can be played."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.simulator.golden.answers import Answers
from dispatch.simulator.golden.matching import COMPARISONS
from dispatch.simulator.golden.playing import play_all
from dispatch.simulator.golden.script import Scenario, Step, read
from tests.application import document
from tests.servers import scratch

DOCUMENT = document()
ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "scenarios.md").read_text("utf-8")
LISTED = re.compile(r"^\| \[(\d+)\]\(\.\./scenarios/([\w.]+)\) \| (.+) \| (.+) \|$", re.MULTILINE)


def words_of(heading: str) -> set[str]:
    """Return the words that the table under a heading explains."""
    table = PAGE.partition(f"### {heading}\n")[2].partition("\n## ")[0].partition("\n### ")[0]
    first_cells = re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)
    return {word for cell in first_cells for word in re.findall(r"`(\w+)`", cell)}


@pytest.fixture
def root() -> Iterator[Path]:
    """A directory that the embedded PostgreSQL's own account can reach."""
    path = scratch()
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The page's example as a file, with its world beside it."""
    path = tmp_path / "101_example.toml"
    path.write_text(PAGE.partition("```toml\n")[2].partition("```")[0], encoding="utf-8")
    shutil.copy(ROOT / "scenarios" / "two_counties.yaml", tmp_path)
    return path


def test_the_page_explains_each_word_of_a_file_and_no_other() -> None:
    assert words_of("文件头") == set(Scenario.model_fields)
    assert words_of("步骤") == set(Step.model_fields)
    assert words_of("期望") == set(COMPARISONS)


def test_the_page_lists_every_scenario_as_its_file_says_it() -> None:
    files = sorted((ROOT / "scenarios").glob("[0-9][0-9]_*.toml"))
    told = [(path.name, read(path)) for path in files]
    assert LISTED.findall(PAGE) == [(str(one.number), name, one.name, one.law) for name, one in told]


def test_the_example_of_the_page_is_a_scenario(example: Path) -> None:
    assert len(read(example).step) == 6
    Answers(DOCUMENT, "/api/v1").check(read(example), example.name)


@pytest.mark.golden
async def test_the_example_of_the_page_holds_on_a_real_server(example: Path, root: Path) -> None:
    (outcome,) = await play_all([example], root=root, tell=print, document=DOCUMENT)
    assert outcome.faults == ()
