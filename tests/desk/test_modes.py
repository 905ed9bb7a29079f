"""Who sends the crews in a county, and who said so."""

import json

import pytest

from dispatch.accounts.rights import Forbidden
from dispatch.desk.modes import CountyMode, Mode, NotACounty, auto_counties, mode_of, set_mode
from dispatch.places.areas import NoSuchArea
from tests.worlds import NINGHAI, XIANGSHAN, Small, minutes, person


async def switch(small: Small, area: str, mode: Mode, who: str = "monitor", reason: str = "台风") -> CountyMode:
    return await set_mode(small.desk, area, mode, reason=reason, by=person(who), at=minutes(5))


async def test_a_county_begins_with_a_person_confirming(small: Small) -> None:
    assert await mode_of(small.desk, XIANGSHAN, by=person("xiangshan")) == CountyMode(XIANGSHAN, Mode.CONFIRM)


async def test_a_switch_is_kept_with_who_when_and_why(small: Small) -> None:
    done = await switch(small, XIANGSHAN, Mode.AUTO)
    assert done == CountyMode(XIANGSHAN, Mode.AUTO, "monitor", minutes(5), "台风")
    assert await mode_of(small.desk, XIANGSHAN, by=person("xiangshan")) == done
    async with small.db.connection() as connection:
        assert await auto_counties(connection) == [XIANGSHAN]
        (row,) = await connection.fetch("SELECT * FROM audit WHERE action = 'mode.set'")
    assert (row["account_id"], row["subject"], row["at"]) == ("monitor", XIANGSHAN, minutes(5))
    assert json.loads(row["details"]) == {"from": "confirm", "to": "auto", "reason": "台风"}


async def test_setting_what_is_set_leaves_no_second_trace(small: Small) -> None:
    for _ in range(2):
        await switch(small, XIANGSHAN, Mode.MANUAL)
    await switch(small, NINGHAI, Mode.CONFIRM)  # it is so from the beginning
    async with small.db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM audit WHERE action = 'mode.set'") == 1
        assert await auto_counties(connection) == []


async def test_only_counties_have_a_mode_and_only_the_province_switches_it(small: Small) -> None:
    with pytest.raises(NotACounty, match="省"):
        await switch(small, "33", Mode.AUTO)
    with pytest.raises(NoSuchArea):
        await switch(small, "9999", Mode.AUTO)
    for who in ("xiangshan", "seat", "admin"):
        with pytest.raises(Forbidden):
            await switch(small, XIANGSHAN, Mode.AUTO, who)
