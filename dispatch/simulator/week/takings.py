"""The judge of repairs that took a team: who was hurt has another team in time or another half-day, and is counted."""

from collections.abc import Iterator
from datetime import datetime

from .journal import Journal, Json
from .script import Week

STANDS, ASKED = "booked", "reoffered"


def taken(week: Week, journal: Journal) -> Iterator[str]:
    """Yield what is wrong with what the repairs of a week did to booked visits."""
    if len(journal.repairs) != len(week.repair):
        yield f"应有 {len(week.repair)} 次抢修抽走队伍,只有 {len(journal.repairs)} 次"
    for one in journal.repairs:
        yield from (f"{one['team']} {one['at']} 抽去抢修:{each}" for each in (*_left_behind(one), *_back(one)))
    hurt = sum(len(hurt_by(one)) for one in journal.repairs)
    if week.repair and not hurt:
        yield "没有一户受抢修影响,这几次抢修检验不了什么"
    wanted = {"taken_teams": len(journal.repairs), "taken_visits": hurt}
    for index, n in wanted.items():
        if week.repair and journal.indices.get(index) != n:
            yield f"指标 {index} 应为 {n},记为 {journal.indices.get(index)}"


def hurt_by(one: Json) -> list[str]:
    """Return the visits of the taken team that another team makes, or nobody in this half-day."""
    where = _listed(one)
    return [name for name in _waiting(one) if name not in where or where[name][0] != one["team"]]


def _left_behind(one: Json) -> Iterator[str]:
    """Every visit that waited is made in its promised time, or its customer has, or is offered, another half-day."""
    where, errand = _listed(one), next(team["errand"] for team in one["list"]["teams"] if team["team"] == one["team"])
    if errand is None:
        yield "清单不知道本队在抢修"
        return
    for name in _waiting(one):
        was, now = one["was"][name], one["bookings"][name]
        if name not in where:
            if not _elsewhere(was, now):
                yield f"预约 {name} 已离开清单,却没有改期,也没有重新提供时段"
            continue
        team, stop = where[name]
        if not _at(stop["from_at"]) <= _at(stop["begins_at"]) <= _at(stop["to_at"]):
            yield f"预约 {name} 改由 {team},预计 {stop['begins_at']} 开始,不在承诺的时段内"
        late = team == one["team"] and _at(one["at"]) < _at(stop["begins_at"]) < _at(errand["until_at"])
        if late:
            yield f"预约 {name} 仍由本队在抢修期间上门"


def _elsewhere(was: Json, now: Json) -> bool:
    """Tell whether who lost his place was moved to another half-day, or is asked."""
    moved = now["state"] == STANDS and (now["date"], now["half"]) != (was["date"], was["half"])
    asked = now["state"] == ASKED and now["reoffered_n"] > was["reoffered_n"]
    return asked or (moved and bool(now["moved_n"] > was["moved_n"]))


def _back(one: Json) -> Iterator[str]:
    """When the crew is off the repair its list knows it at once."""
    back = one["back"]
    if back is None or not back["over"]:
        yield "抢修结束后清单仍以为本队不在"
    elif _at(back["until_at"]) != _at(one["until"]):
        yield f"{one['until']} 归队,清单记为 {back['until_at']}"


def _waiting(one: Json) -> list[str]:
    return [name for name, was in one["was"].items() if was["state"] == STANDS]


def _listed(one: Json) -> dict[str, tuple[str, Json]]:
    return {stop["booking_id"]: (team["team"], stop) for team in one["list"]["teams"] for stop in team["stops"]}


def _at(said: str) -> datetime:
    return datetime.fromisoformat(said)
