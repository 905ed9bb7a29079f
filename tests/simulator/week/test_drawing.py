"""The customers of a week: drawn from a seed, the same each time, as the file says."""

from collections import Counter
from datetime import datetime, time
from pathlib import Path

import pytest

from dispatch.capacity.words import Appointment, VisitArea
from dispatch.kit.clock import CHINA
from dispatch.simulator.week.drawing import customers
from dispatch.simulator.week.script import BadWeek, Week, is_week, read, world_of

ROOT = Path(__file__).resolve().parents[3] / "scenarios"
FILE = ROOT / "week" / "xiangshan.toml"


@pytest.fixture(scope="module")
def week() -> Week:
    return read(FILE)


def places(week: Week) -> dict[str, tuple[float, float]]:
    world = world_of(FILE, week)
    return {area["code"]: (area["lon"], area["lat"]) for area in world["areas"] if area["level"] == "depot"}


def test_the_same_seed_gives_the_same_customers_and_another_gives_others(week: Week) -> None:
    first, again = customers(week, places(week)), customers(week, places(week))
    assert first == again
    other = week.model_copy(update={"seed": week.seed + 1})
    assert customers(other, places(week)) != first


def test_there_are_as_many_of_each_as_the_file_says(week: Week) -> None:
    drawn, said = customers(week, places(week)), week.bookings
    assert len(drawn) == said.n == 400
    assert len({each.account_no for each in drawn}) == said.n
    for kind, share in said.kinds.items():
        assert Counter(each.kind for each in drawn)[kind] / said.n == pytest.approx(share, abs=0.08)
    for appointment, share in said.appointments.items():
        assert Counter(each.appointment for each in drawn)[appointment] / said.n == pytest.approx(share, abs=0.08)
    assert Counter(each.area_class for each in drawn)[VisitArea.RURAL] / said.n == pytest.approx(said.rural, abs=0.08)


def test_they_call_while_the_desk_is_manned_and_want_what_is_still_to_come(week: Week) -> None:
    for each in customers(week, places(week)):
        local = each.calls_at.astimezone(CHINA)
        assert local.weekday() < 5
        assert time(8, 30) <= local.time() < time(17)
        match each.appointment:
            case Appointment.FIXED:
                begins, ends = (datetime.fromisoformat(each.wish[name]) for name in ("from_at", "to_at"))
                assert each.calls_at < begins < ends
                assert (ends - begins).total_seconds() / 60 in week.bookings.window_min
            case Appointment.WITHIN:
                assert each.calls_at < datetime.fromisoformat(each.wish["start_by"])
            case _:
                assert each.wish["due"] >= local.date().isoformat()


def test_a_week_is_told_from_a_golden_scenario(tmp_path: Path) -> None:
    assert is_week(FILE)
    assert not any(is_week(path) for path in ROOT.glob("*.toml"))
    (tmp_path / "broken.toml").write_text("= 1", encoding="utf-8")
    assert not is_week(tmp_path / "broken.toml")
    assert not is_week(tmp_path / "nothing.toml")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("monday = 2026-07-06", "monday = 2026-07-07", "monday"),
        ("survey = 0.4, metering = 0.4", "survey = 0.5, metering = 0.4", "bookings.kinds"),
        ("n = 400", "n = 0", "bookings.n"),
        ("seed = 20260706", "seed = 20260706\nweather = 1", "weather"),
        ('depot = "330225-2"\nhalf', 'depot = "330225-9"\nhalf', "cut"),
        ("share = 0.35", "share = 0.36", "depot"),
        ("from = 2026-07-03T13:30:00+08:00", "from = 2026-07-03T13:30:00", "from"),
    ],
)
def test_a_file_that_asks_for_nothing_sensible_is_refused(tmp_path: Path, before: str, after: str, said: str) -> None:
    path = tmp_path / "week.toml"
    text = FILE.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(BadWeek) as refused:
        read(path)
    assert said in str(refused.value.field)


def test_a_file_that_is_not_there_or_no_toml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadWeek, match="没有场景文件"):
        read(tmp_path / "nothing.toml")
    (tmp_path / "broken.toml").write_text("= 1", encoding="utf-8")
    with pytest.raises(BadWeek, match="不是正确的 TOML"):
        read(tmp_path / "broken.toml")
    bare = read(FILE).model_copy(update={"world": "nowhere.yaml"})
    with pytest.raises(BadWeek, match=r"nowhere\.yaml 读不出来"):
        world_of(FILE, bare)
