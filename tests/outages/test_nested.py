"""Golden scenario 4, its end: a lateral stays dark after the feeder is back."""

import pytest

from tests.worlds import minutes

from .conftest import Grid
from .grid import account_no
from .repairs import ONE, walked


async def test_a_lateral_that_stays_dark_after_the_feeder_is_back_is_an_outage_of_its_own(grid: Grid) -> None:
    """Scenario 4, its end: nested, and dark since the beginning."""
    grid.at(2)
    await grid.signal("F1", "trip", at=minutes(1), by="scada")
    (feeder,) = await grid.outages("active")
    grid.at(60)
    await grid.signal("F1", "restore", at=minutes(59), by="scada")
    assert await grid.outages("active") == []
    grid.at(62)
    live = [f"TM{n}" for n in (1, 2, 5, 6, 7, 8, 9, 10)]
    await grid.reads(*live, live=True, at=minutes(61))
    await grid.reads("TM3", "TM4", live=False, at=minutes(61))
    (nested,) = await grid.outages("active")
    assert (nested["node"], nested["nested_in"], nested["begins_at"]) == ("L2", feeder["id"], feeder["begins_at"])
    assert nested["incident_ticket_id"] != feeder["incident_ticket_id"]
    assert {o["id"]: o["remainder"] for o in await grid.outages("ended")} == {feeder["id"]: ["L2"]}
    known = await grid.known(account_no=account_no(3))
    assert (known["verdict"], known["outage_id"]) == ("known_outage", nested["id"])
    await grid.reads("TM3", "TM4", live=False, at=minutes(62))
    assert len(await grid.outages("active")) == 1


@pytest.mark.parametrize("meters_first", [True, False])
async def test_who_is_still_dark_and_the_meters_of_his_lateral_mean_one_fault(grid: Grid, meters_first: bool) -> None:
    """Scenario 4: one nested fault and one crew, whoever speaks first."""
    first = await walked(grid, account_no=ONE)
    await grid.signal("F1", "trip", at=minutes(9), by="scada")
    (feeder,) = await grid.outages("active")
    west = await grid.centre.call(account_no=account_no(3))
    await grid.attach(feeder["id"], west)
    grid.at(60)
    await grid.centre.does("crew-1", first, "restore", cause_l1="equipment", field_record="试送成功")
    grid.at(63)
    if meters_first:
        await grid.reads("TM3", "TM4", live=False, at=minutes(62))
    after = await grid.centre.does("seat", west, "power-back", live=False)
    if not meters_first:
        await grid.reads("TM3", "TM4", live=False, at=minutes(62))
    (nested,) = await grid.outages("active")
    assert (nested["node"], nested["nested_in"]) == ("L2", feeder["id"])
    assert (after["stage"], after["nested_in"]) == ("merged" if meters_first else "accepted", first["id"])
    assert after["incident_id"] == nested["incident_ticket_id"]


async def test_a_nested_outage_that_no_customer_speaks_of_is_as_old_as_the_first_and_stands_in_it(grid: Grid) -> None:
    grid.at(2)
    await grid.signal("F1", "trip", at=minutes(1), by="scada")
    (feeder,) = await grid.outages("active")
    grid.at(60)
    await grid.signal("F1", "restore", at=minutes(59), by="scada")
    grid.at(62)
    live = [f"TM{n}" for n in (1, 2, 5, 6, 7, 8, 9, 10)]
    await grid.reads(*live, live=True, at=minutes(61))
    await grid.reads("TM3", "TM4", live=False, at=minutes(61))
    (nested,) = await grid.outages("active")
    ticket = await grid.ticket(nested["incident_ticket_id"])
    assert (ticket.dark_since, ticket.nested_in) == (minutes(1), feeder["incident_ticket_id"])
    async with grid.centre.db.connection() as connection:
        outer = await connection.fetchval("SELECT nested_in FROM incident WHERE id = $1", ticket.id)
    assert outer == feeder["incident_ticket_id"]
