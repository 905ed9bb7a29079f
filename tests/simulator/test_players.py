"""The played people: what they do when news reaches them in an odd order."""

from datetime import UTC, datetime
from pathlib import Path

from dispatch.kit.clock import SharedClock
from dispatch.simulator.connections import Connections
from dispatch.simulator.day import Call
from dispatch.simulator.habits import Habits
from dispatch.simulator.play import Job, Stage
from dispatch.simulator.players import Players
from dispatch.simulator.timeline import Timeline
from dispatch.simulator.world import World

START = datetime(2024, 7, 25, 4, tzinfo=UTC)


def test_a_dispatch_that_is_heard_of_twice_sends_one_crew_once(tmp_path: Path) -> None:
    timeline = Timeline(SharedClock(tmp_path / "clock"), start=START)
    stage = Stage(nowhere(), {}, Connections("http://127.0.0.1:9"), timeline, Habits(1), "nearest")
    job = Job(Call("k1", START, 121.87, 29.48, "丹城"), 0, ticket_id="t1")
    stage.wait(job)

    for _ in range(2):  # the answer of the request, and a look at the ticket while that was under way
        Players(stage).sent(job, "c1", START)

    assert (job.crew, job.sent_n, stage.done["dispatch"]) == ("c1", 1, 1)
    assert len(timeline) == 1  # the crew answers once
    assert not stage.waiting


def nowhere() -> World:
    """A world without people; nobody in it is asked for anything."""
    return World(**{name: {} for name in World.__dataclass_fields__})
