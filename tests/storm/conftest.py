"""Two counties, one of them in a storm, with somebody on duty everywhere."""

import pytest

from dispatch.capacity.modes import Mode
from dispatch.desk.storm.modes import set_mode
from tests.supervision.conftest import Watch
from tests.supervision.conftest import centre as centre
from tests.supervision.conftest import watch as watch
from tests.worlds import XIANGSHAN, Small, minutes, person


async def storm(small: Small, at_min: float = 0, *, mode: Mode = Mode.STORM, area: str = XIANGSHAN) -> None:
    """Let the province switch a county."""
    await set_mode(small.desk, area, mode, reason="台风", by=person("monitor"), at=minutes(at_min))


async def storm_at(watch: Watch, at_min: float = 0, *, mode: Mode = Mode.STORM, area: str = XIANGSHAN) -> None:
    """The same with the whole application."""
    await set_mode(watch.desk, area, mode, reason="台风", by=person("monitor"), at=minutes(at_min))


@pytest.fixture
async def stormy(watch: Watch) -> Watch:
    """The command centre, 象山 in a storm since the start."""
    await storm_at(watch)
    return watch
