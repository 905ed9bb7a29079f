"""The dashboard's card of overdue tickets leads to a list of exactly those."""

from tests.worlds import XIANGSHAN, minutes

from .conftest import Watch


async def test_the_list_behind_the_card_holds_what_the_card_counts(watch: Watch) -> None:
    late = await watch.centre.call()
    await watch.look(minutes(5))  # nobody accepted it
    await watch.centre.call()  # has time yet
    monitor = await watch.centre.by("monitor")
    listed = (await monitor.get("/tickets", params={"area": XIANGSHAN, "marked": "overdue"})).json()["tickets"]
    board = (await monitor.get("/dashboard", params={"area": XIANGSHAN})).json()
    assert [ticket["id"] for ticket in listed] == [late["id"]]
    assert (board["now"]["overdue"], board["now"]["open"]) == (1, 2)
