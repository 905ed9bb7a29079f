"""The judge of repairs that took a team finds what is wrong with what they did to booked visits."""

from collections.abc import Callable
from typing import Any

import pytest

from dispatch.simulator.week.journal import Journal
from dispatch.simulator.week.takings import hurt_by, taken

from .test_checking import DEPOT, TEAM, WITH_REPAIRS, booking, clock, stop

WEEK = WITH_REPAIRS.model_copy(update={"repair": WITH_REPAIRS.repair[:1]})
OTHER = f"{DEPOT}/survey/urban/2"
Spoil = Callable[[Journal, dict[str, Any]], object]


def right() -> Journal:
    """Return a week whose one repair took a team: v1 was in hand, v2 kept, v3 goes to others, v4 moves, v5 is asked."""
    errand = {"ticket_no": "1", "from_at": clock(30), "until_at": clock(90), "over": False}
    mine = {"team": TEAM, "errand": errand, "stops": [stop("v1", 5), stop("v2", 100)]}
    others = {"team": OTHER, "errand": None, "stops": [stop("v3", 60)]}
    was = {"v1": booking("v1", state="arrived")} | {name: booking(name) for name in ("v2", "v3", "v4", "v5")}
    now = was | {
        "v4": booking("v4", half="pm", moved_n=1),
        "v5": booking("v5", state="reoffered", reoffered_n=1),
    }
    one = {
        "at": clock(30), "until": clock(70), "team": TEAM, "was": was, "bookings": now,
        "list": {"teams": [mine, others]}, "back": errand | {"until_at": clock(70), "over": True},
    }  # fmt: skip
    return Journal(repairs=[one], indices={"taken_teams": 1, "taken_visits": 3})


def spoilt(spoil: Spoil) -> list[str]:
    journal = right()
    spoil(journal, journal.repairs[0])
    return list(taken(WEEK, journal))


def test_a_repair_whose_visits_are_all_seen_to_has_no_breach() -> None:
    journal = right()
    assert list(taken(WEEK, journal)) == []
    assert hurt_by(journal.repairs[0]) == ["v3", "v4", "v5"]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda j, one: j.repairs.clear(), "应有 1 次抢修抽走队伍,只有 0 次"),
        (lambda j, one: one["bookings"].update(v5=booking("v5")), "v5 已离开清单,却没有改期"),
        (lambda j, one: one["bookings"].update(v4=booking("v4", moved_n=1)), "v4 已离开清单,却没有改期"),
        (lambda j, one: one["list"]["teams"][1]["stops"][0].update(begins_at=clock(300)), "v3 改由"),
        (lambda j, one: one["list"]["teams"][0]["stops"][1].update(begins_at=clock(80)), "v2 仍由本队在抢修期间上门"),
        (lambda j, one: one["list"]["teams"][0].update(errand=None), "清单不知道本队在抢修"),
        (lambda j, one: one.update(back=None), "清单仍以为本队不在"),
        (lambda j, one: one["back"].update(over=False), "清单仍以为本队不在"),
        (lambda j, one: one["back"].update(until_at=clock(90)), "归队,清单记为"),
        (lambda j, one: j.indices.update(taken_visits=2), "指标 taken_visits 应为 3,记为 2"),
        (lambda j, one: one.update(was={}), "没有一户受抢修影响"),
    ],
)
def test_the_judge_finds_what_a_repair_left_behind(spoil: Spoil, said: str) -> None:
    assert any(said in each for each in spoilt(spoil)), spoilt(spoil)
