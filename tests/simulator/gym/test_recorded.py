"""Real records as days of the gym."""

from pathlib import Path

import pytest

from dispatch.kit.rulepack import Packs
from dispatch.simulator.day import Window
from dispatch.simulator.gym.figures import measured
from dispatch.simulator.gym.playing import play
from dispatch.simulator.gym.policies import PolicyName
from dispatch.simulator.gym.recorded import Record
from dispatch.simulator.gym.replanning import Search
from dispatch.simulator.readers import generic, sffd


def test_a_record_of_one_s_own_becomes_a_day(tmp_path: Path) -> None:
    rows = [
        f"{i},2024-07-01T{8 + i // 12:02}:{i % 12 * 5:02}:00+08:00,{lon},{29.5 + i % 5 / 50},镇{i % 3},{30 + i}"
        for i, lon in enumerate(121.5 + i % 7 / 50 for i in range(40))
    ]
    file = tmp_path / "log.csv"
    file.write_text("id,at,lon,lat,town,work_min\n" + "\n".join(rows) + "\n", "utf-8")
    record = Record(generic.read(file, Window()), Packs.load().latest("sgcc"), calls=15, crews=6, districts=2)
    day = record.day(2)
    again = record.day(2)
    assert day.problem == again.problem
    assert (day.works_s == again.works_s).all()
    assert len(day.problem.jobs) <= 15
    assert {job.county for job in day.problem.jobs} <= {crew.county for crew in day.problem.crews}
    limits = {int(job.due_s or 0) - int(called) for job, called in zip(day.problem.jobs, day.called_s, strict=True)}
    assert limits <= {45 * 60, 90 * 60, 120 * 60}
    for name in PolicyName:
        assert measured(play(day, name, Search(), lambda _: None)).never == 0


@pytest.mark.real_data
def test_a_city_s_calls_are_played(sffd_file: Path) -> None:
    record = Record(sffd.read(sffd_file, Window()), Packs.load().latest("sgcc"), calls=60, crews=None, districts=10)
    day = record.day(1)
    assert len(day.problem.jobs) == 60
    assert measured(play(day, PolicyName.ROLLING, Search(), lambda _: None)).never == 0
