"""The judge of a week finds each thing that can be wrong, and nothing in a week that is right."""

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dispatch.capacity.words import Appointment, Half, VisitArea, VisitKind
from dispatch.simulator.week.checking import breaches
from dispatch.simulator.week.drawing import Customer
from dispatch.simulator.week.journal import Journal
from dispatch.simulator.week.script import Week, read

FILE = Path(__file__).resolve().parents[3] / "scenarios" / "week" / "xiangshan.toml"
DEPOT, TEAM = "330225-1", "330225-1/survey/urban/1"
WITH_REPAIRS = read(FILE).model_copy(update={"tasks": None})
WEEK = WITH_REPAIRS.model_copy(update={"repair": ()})
WITH_TASKS = read(FILE).model_copy(update={"repair": ()})
assert WITH_TASKS.tasks is not None
assert WITH_TASKS.storm is not None
DAY = WEEK.monday
BEGIN = WEEK.expected.hours(DAY, Half.AM)[0]
SOMEBODY = Customer(
    "1", BEGIN, 121.88, 29.47, VisitKind.SURVEY, VisitArea.URBAN, Appointment.BY_DATE, {"due": DAY.isoformat()}
)
Spoil = Callable[[Journal], object]


def clock(minutes: float) -> str:
    return (BEGIN + timedelta(minutes=minutes)).isoformat()


def booking(name: str, **said: Any) -> dict[str, Any]:
    usual = {
        "id": name, "account_no": name, "depot": DEPOT, "date": DAY.isoformat(), "half": "am", "kind": "survey",
        "area_class": "urban", "appointment": "by_date", "state": "booked", "lon": 121.88, "lat": 29.47,
        "from_at": clock(0), "to_at": clock(240), "moved_n": 0, "reoffered_n": 0, "missed_n": 0,
    }  # fmt: skip
    return usual | said


def stop(name: str, arrives: float, **said: Any) -> dict[str, Any]:
    facts = booking(name)
    same = ("kind", "area_class", "appointment", "lon", "lat", "from_at", "to_at")
    usual = {each: facts[each] for each in same} | {
        "booking_id": name, "drive_s": 300, "arrives_at": clock(arrives), "begins_at": clock(arrives),
        "ends_at": clock(arrives + 40),
    }  # fmt: skip
    return usual | said


def right() -> Journal:
    """Return a week in which one team makes two visits on Monday morning, a third is left out, and all is well."""
    team = {"team": TEAM, "persons": ["甲", "乙"], "stops": [stop("v1", 5), stop("v2", 50)], "home_at": clock(95)}
    made = {
        "depot": DEPOT, "pooled": False, "teams": [team],
        "left_out": [{"booking_id": "v3", "code": "TOO_LATE", "sentence": "赶不上", "helps": []}],
    }  # fmt: skip
    slot = {"half": "am", "kind": "survey", "area_class": "urban", "teams": 1, "visits": 3, "booked": 3, "held": 0}
    bookings = {name: booking(name) for name in ("v1", "v2", "v3")}
    journal = Journal()
    journal.frozen[DAY, Half.AM] = [made]
    journal.closed[DAY, Half.AM] = [deepcopy(made)]
    journal.booked[DAY, Half.AM] = bookings
    journal.declared[DAY, Half.AM] = {DEPOT: [slot]}
    visited = {"state": "done", "arrived_at": clock(50), "kept": True}
    journal.final = {name: booking(name, **visited) for name in ("v1", "v2")} | {"v3": booking("v3", state="reoffered")}
    journal.made = dict.fromkeys(bookings, SOMEBODY)
    return journal


def team_of(journal: Journal) -> dict[str, Any]:
    found: dict[str, Any] = journal.frozen[DAY, Half.AM][0]["teams"][0]
    return found


def stop_of(journal: Journal, number: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = team_of(journal)["stops"][number]
    return found


def test_a_week_in_which_all_is_well_has_no_breach() -> None:
    assert breaches(WEEK, right()) == []


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda j: team_of(j)["stops"].pop(), "v2 未列入清单"),
        (lambda j: team_of(j)["stops"].append(stop("v1", 100)), "v1 在清单上出现 2 次"),
        (lambda j: team_of(j)["stops"].append(stop("v9", 100)), "v9 不在本半日或已不成立"),
        (lambda j: j.booked[DAY, Half.AM]["v1"].update(state="cancelled"), "v1 不在本半日或已不成立"),
        (lambda j: j.frozen[DAY, Half.AM][0]["left_out"][0].update(sentence=""), "v3 未排入而没有原因"),
        (lambda j: j.declared[DAY, Half.AM][DEPOT][0].update(visits=1), "排了 2 户,只申报了 1 户"),
        (lambda j: j.declared[DAY, Half.AM][DEPOT][0].update(teams=0), "有 1 队,只申报了 0 队"),
        (lambda j: j.declared[DAY, Half.AM][DEPOT][0].update(visits=2), "超约"),
        (lambda j: team_of(j).update(persons=["甲", "甲"]), "甲 同时在 2 队"),
        (lambda j: team_of(j).update(team="330225-2/survey/urban/1"), "不是 330225-1 的队伍"),
        (lambda j: stop_of(j).update(kind="metering"), "没有 metering/urban 的技能"),
        (lambda j: stop_of(j).update(to_at=clock(200)), "v1 清单上的时段与预约不符"),
        (lambda j: stop_of(j).update(lon=121.9), "v1 清单上的地点与预约不符"),
        (lambda j: j.booked[DAY, Half.AM]["v1"].update(from_at=clock(6)), "v1 预计"),
        (lambda j: stop_of(j).update(drive_s=600), "就出发,半日 08:00 才开始"),
        (lambda j: stop_of(j, 1).update(arrives_at=clock(46)), "v2 上一户结束加行车之前就到了"),
        (lambda j: stop_of(j, 1).update(begins_at=clock(49)), "v2 到达之前就开始"),
        (lambda j: stop_of(j).update(ends_at=clock(30)), "v1 作业时长与类别不符"),
        (lambda j: stop_of(j, 1).update(lon=122.0), "v1 到 v2 只用 300 秒,开不到"),
        (lambda j: team_of(j).update(home_at=clock(241)), "才回到班所"),
        (lambda j: team_of(j).update(home_at=clock(60)), "才回到班所"),
        (lambda j: j.final.pop("v3"), "v3 不见了"),
        (lambda j: j.final.update(v4=booking("v4")), "多出预约 v4"),
        (lambda j: j.twice.append("v1"), "v1 在两个班所或两天里出现"),
        (lambda j: j.closed[DAY, Half.AM][0]["teams"].clear(), "v1(2026-07-06 am)从未列入当时的清单"),
        (lambda j: j.final["v3"].update(state="booked"), "v3 的半日已结束,状态仍是 booked"),
        (lambda j: j.final["v3"].update(missed_n=1), "v3 的队伍去过,却记为爽约"),
        (lambda j: j.final["v1"].update(kept=False), "v1 08:50 到达,按时应为 True,记为 False"),
        (lambda j: j.final["v1"].update(arrived_at=clock(256)), "v1 12:16 到达,按时应为 False,记为 True"),
        (lambda j: j.faults.append("截单 60 秒后仍缺清单"), "仍缺清单"),
    ],
)
def test_the_judge_finds_what_is_wrong(spoil: Spoil, said: str) -> None:
    journal = right()
    spoil(journal)
    assert any(said in each for each in breaches(WEEK, journal)), breaches(WEEK, journal)


def task(name: str, *log: tuple[str, datetime], slack_min: int | None = 30) -> dict[str, Any]:
    """Return a grid service task with its log, as the API tells it."""
    return {"task": {"id": name, "slack_min": slack_min}, "log": [{"step": s, "at": at.isoformat()} for s, at in log]}


def test_the_judge_looks_at_what_is_done_in_passing() -> None:
    one = WITH_TASKS.model_copy(update={"tasks": WITH_TASKS.tasks.model_copy(update={"n": 1})})
    journal, storm = right(), WITH_TASKS.storm.at
    assert breaches(one, journal) == ["建了 1 项网格任务,周末有 0 项"]
    journal.tasks = [task("t1", ("offered", BEGIN), ("taken", BEGIN), ("given_back", storm))]
    assert breaches(one, journal) == []
    journal.tasks = [task("t1", ("offered", storm + timedelta(minutes=5)))]
    assert breaches(one, journal) == ["网格任务 t1 在抗灾抢修时被offered"]
    journal.tasks = [task("t1", ("offered", BEGIN), slack_min=9)]
    assert breaches(one, journal) == ["网格任务 t1 推荐时只剩 9 分钟余量"]


def test_the_judge_knows_the_half_days_of_the_weeks_file() -> None:
    assert isinstance(WEEK, Week)
    assert datetime.fromisoformat(clock(0)) == BEGIN
    assert len(WEEK.half_days) == 10
