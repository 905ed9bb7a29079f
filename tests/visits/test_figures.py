"""The indices of booked work: formulas, and what a day over HTTP makes of them."""

import pytest

from dispatch.capacity.visitfigures import Counts, VisitIndex, figures
from dispatch.capacity.words import Half
from dispatch.desk.worklists.rolling import roll_due
from tests.web.conftest import Centre
from tests.worklists.halfday import DAY, DEPOT, at, declares, slot

from .day import does, morning, refused

COUNTS = Counts(
    arrived=8, kept=6, early=1, late=1, done=6, first=5, absent=2, missed=1, rolled=1, moved=3, reoffered=4, teams=2,
    taken=5, declared=24,
)  # fmt: skip


def test_each_share_has_its_population() -> None:
    found = {one.index: one for one in figures([COUNTS])}
    assert list(found) == list(VisitIndex)
    shares = {
        index.value: (one.numerator, one.denominator) for index, one in found.items() if one.denominator is not None
    }
    assert shares == {
        "kept": (6, 10),
        "early": (1, 10),
        "late": (1, 10),
        "missed_appointment": (1, 10),
        "no_show": (2, 8),
        "fill": (6, 24),
        "first_time": (5, 6),
    }
    assert found[VisitIndex.KEPT].value == 0.6
    assert (found[VisitIndex.BOOKED].value, found[VisitIndex.TAKEN_VISITS].value) == (10, 5)
    assert all(one.population and one.source for one in found.values())


def test_nothing_divided_by_nothing_is_not_zero() -> None:
    found = {one.index: one.value for one in figures([Counts(), Counts()])}
    assert found[VisitIndex.KEPT] is None
    assert found[VisitIndex.BOOKED] == 0


async def test_a_morning_shows_in_the_indices(centre: Centre) -> None:
    desk = await morning(centre)
    await declares(desk, 1, 6, slot(half=Half.PM))
    centre.set_clock(at("08:30"))
    await does(centre, "leader", "a", "arrive")
    await does(centre, "leader", "a", "finish")
    await roll_due(desk, at=at("12:20"))
    params = {"area": "330225", "from": DAY.isoformat(), "to": DAY.isoformat()}
    answer = await (await centre.by("xiangshan")).get("/capacity/indices", params=params)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["area"], body["from"], body["to"]) == ("330225", "2026-07-02", "2026-07-02")
    found = {one["index"]: (one["numerator"], one["denominator"]) for one in body["figures"]}
    assert found["booked"] == (3, None)
    assert found["kept"] == (1, 3)
    assert found["missed_appointment"] == (1, 3)
    assert (found["rolled"], found["reoffered"]) == ((1, None), (1, None))
    assert (found["fill"], found["first_time"]) == ((1, 12), (1, 1))
    assert [one["area"] for one in body["counties"]] == ["330225"]
    of_depot = await (await centre.by("leader")).get("/capacity/indices", params=params | {"area": DEPOT})
    assert of_depot.json()["figures"] == body["figures"]
    whole = (await (await centre.by("monitor")).get("/capacity/indices", params=params | {"area": "33"})).json()
    assert whole["figures"] == body["figures"]
    assert len(whole["counties"]) == 2
    before = params | {"from": "2026-07-01", "to": "2026-07-01"}
    empty = (await (await centre.by("monitor")).get("/capacity/indices", params=before)).json()
    assert empty["figures"][0]["numerator"] == 0


@pytest.mark.parametrize(
    ("who", "said", "status", "code"),
    [
        ("ninghai", {}, 403, "Forbidden"),
        ("crew-1", {}, 403, "Forbidden"),
        ("monitor", {"area": "nowhere"}, 404, "NoSuchArea"),
        ("monitor", {"to": "2026-07-01"}, 422, "BadPeriod"),
        ("monitor", {"to": "2026-12-01"}, 422, "BadPeriod"),
        ("monitor", {"to": "2026-7-2"}, 422, "Invalid"),
        ("monitor", {"depot": DEPOT}, 422, "Invalid"),
    ],
)
async def test_what_cannot_be_asked_is_refused(
    centre: Centre, who: str, said: dict[str, str], status: int, code: str
) -> None:
    params = {"area": "330225", "from": DAY.isoformat(), "to": DAY.isoformat()} | said
    assert refused(await (await centre.by(who)).get("/capacity/indices", params=params)) == (status, code)
