"""What is foreseen over HTTP: by depot and by area, for those whose it is."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from dispatch.desk.bookings.forecasts import forecast_due
from tests.worlds import XIANGSHAN

from .conftest import Centre
from .test_declaring import DEPOT, booked, line, puts

AT_FOUR = datetime.fromisoformat("2026-07-01T16:00:00+08:00")


async def outlook(centre: Centre, who: str = "leader", **said: Any) -> Any:
    return await (await centre.by(who)).get("/capacity/forecast", params={"date": "2026-07-02"} | said)


async def test_a_forecast_is_read_by_depot_and_by_area_with_what_came_and_the_errors(centre: Centre) -> None:
    await puts(centre, line(2), line(2, "pm", visits=4))
    await booked(centre)
    await forecast_due(centre.app.state.desk, at=AT_FOUR)
    answer = await outlook(centre, depot=DEPOT)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert [(each["half"], each["declared"], each["came"]) for each in found["forecasts"]] == [
        ("am", 2, None),
        ("pm", 4, None),
    ]
    assert sum(each["booked"] for each in found["forecasts"]) == 1
    assert "没有往周可比" in found["forecasts"][0]["because"]
    assert found["errors"] == {
        "weeks": 4, "n": 0, "mean_error": None, "compared": 0, "mean_error_there": None, "as_last_week": None,
    }  # fmt: skip
    await forecast_due(centre.app.state.desk, at=AT_FOUR + timedelta(days=1))
    later = (await outlook(centre, "xiangshan", area=XIANGSHAN)).json()
    assert sum(each["came"] for each in later["forecasts"]) == 1
    after = (await outlook(centre, "monitor", area="33", date="2026-07-03")).json()
    assert (after["forecasts"], after["errors"]["n"], after["errors"]["mean_error"]) == ([], 2, 0)


@pytest.mark.parametrize(
    ("who", "said", "status", "code"),
    [
        ("leader", {}, 422, "AreaOrDepot"),
        ("leader", {"area": XIANGSHAN, "depot": DEPOT}, 422, "AreaOrDepot"),
        ("leader", {"area": XIANGSHAN}, 403, "Forbidden"),
        ("leader", {"depot": "330225-2"}, 403, "Forbidden"),
        ("ninghai", {"area": XIANGSHAN}, 403, "Forbidden"),
        ("monitor", {"area": "nowhere"}, 404, "NoSuchArea"),
        ("monitor", {"area": "33", "date": "2026-7-2"}, 422, "Invalid"),
    ],
)
async def test_what_cannot_be_asked_is_refused(
    centre: Centre, who: str, said: dict[str, Any], status: int, code: str
) -> None:
    answer = await outlook(centre, who, **said)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text
