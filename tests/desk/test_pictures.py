"""Maps of what is in the database: a ticket with its candidates, a depot's reach, who lent to whom, past calls."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.desk.pictures import candidates, flows, history, reach
from dispatch.desk.setup import open_desk
from dispatch.kit.db import Database
from dispatch.reports.maps import isochrones, ledger, ticket
from dispatch.reports.maps.leaf import html
from dispatch.reports.maps.phrases import sooner
from dispatch.reports.maps.picture import png
from dispatch.routing.roads.network import Roads
from dispatch.routing.sifting import Doubt, sifted
from dispatch.routing.standby import SiteKind
from tests.routing.roads.networks import RULE, graph_of
from tests.worlds import IN_NINGHAI, NINGHAI, START, XIANGSHAN, Small, minutes

POINTS = {1: (121.43, 29.29), 2: (121.44, 29.46), 3: (121.65, 29.45), 4: (121.88, 29.47), 5: (121.94, 29.21)}
ROADS = [((1, 2), "primary", 0), ((2, 3), "primary", 0), ((3, 4), "secondary", 0), ((4, 5), "primary", 0)]
MOVED = """
UPDATE ticket SET doc = (doc::jsonb || jsonb_build_object('lon', $2::float8, 'lat', $3::float8))::json WHERE id = $1
"""
NAMES = ("宁海路", "西店路", "跨海路", "石浦路")


def by_road(small: Small) -> None:
    """Let the desk of the small world know a road from 宁海 over 西店 and 丹城 to 石浦."""
    small.desk.travel = Roads(graph_of(POINTS, ROADS, names=NAMES), RULE)


async def test_a_ticket_is_drawn_with_every_crew_its_minutes_and_its_reason(small: Small) -> None:
    made = await small.call()
    found = await candidates.of_ticket(small.desk, made.ticket_no, at=minutes(1))
    assert found.offers.best is not None
    assert found.offered[0].offer.crew_id == found.offers.best.crew_id == "c1"
    page = html(ticket.scene(found, travel=small.desk.travel, counties=history.borders(small.desk, "33"))).decode()
    for text in (made.ticket_no, "丹城一队", "NEAREST", "按直线距离估算", "直线,非实际道路", "县界"):
        assert text in page, text
    assert "OpenStreetMap" not in page


async def test_with_roads_the_way_is_drawn_along_them_and_their_source_is_named(small: Small) -> None:
    by_road(small)
    made = await small.call(place=IN_NINGHAI)
    found = await candidates.of_ticket(small.desk, made.id, at=minutes(1))
    ways = {c.offer.crew_id: c.way for c in found.offered}
    far = ways["c1"]
    assert far is not None
    assert far.roads == ("跨海路", "西店路", "宁海路")
    assert len(far.points) >= 4
    scene = ticket.scene(found, travel=small.desk.travel)
    page = html(scene).decode()
    for text in ("按道路行驶计算", "OpenStreetMap", "跨海路 → 西店路 → 宁海路"):
        assert text in page, text
    assert png(scene)[:4] == b"\x89PNG"


async def test_a_number_nobody_knows_is_said(small: Small) -> None:
    with pytest.raises(candidates.NoSuchNumber, match="没有编号"):
        await candidates.of_ticket(small.desk, "000", at=START)


async def test_a_depots_reach_grows_with_time_and_keeps_to_the_roads(small: Small) -> None:
    by_road(small)
    near = reach.of_depot(small.desk, "330225-1", within_s=600, at=START)
    far = reach.of_depot(small.desk, "330225-1", within_s=3600, at=START)
    assert near.by_road
    assert 0 < len(near.bits) < len(far.bits)
    assert near.seconds.max() <= 600 < far.seconds.max() <= 3600
    assert near.bits[:, :, 0].min() > 121.65, "ten minutes do not lead to the next junction, but some way there"
    assert 121.43 <= far.bits[:, :, 0].min() < 121.45
    scene = isochrones.scene(far, [600.0, 1800.0, 3600.0], travel=small.desk.travel)
    assert "丹城供电所等时圈" in html(scene).decode()
    assert png(scene)[:4] == b"\x89PNG"


def turns_left(ring: tuple[tuple[float, float], ...]) -> bool:
    return sum(x * v - u * y for (x, y), (u, v) in pairwise(ring)) > 0


async def test_without_roads_a_reach_is_circles_and_says_so(small: Small) -> None:
    found = reach.of_depot(small.desk, "330225-1", within_s=1200, at=START)
    scene = isochrones.scene(found, [600.0, 1200.0], travel=small.desk.travel)
    assert "按直线距离折算" in html(scene).decode()
    (outer,) = next(layer for layer in scene.layers if layer.name == "10–20 分").ways
    assert [turns_left(ring) for ring in outer.paths] == [True, False], "the inner circle is a hole: colours do not mix"
    with pytest.raises(reach.NotADepot):
        reach.of_depot(small.desk, XIANGSHAN, within_s=600, at=START)


async def test_the_ledger_is_drawn_as_flows_from_lender_to_borrower(small: Small) -> None:
    async with small.db.transaction() as tx:
        for n in range(3):
            await tx.execute(
                """INSERT INTO border_ledger (ticket_id, no, area, lender, at, crew_id, eta_s, own_crew_id, own_eta_s,
                   basis, reason) VALUES ($1, 1, $2, $3, $4, 'c3', 600, $5, $6, 'line', 'NEAREST')""",
                *(f"t{n}", XIANGSHAN, NINGHAI, minutes(n), "c1" if n else None, 1500 if n else None),
            )
    found = await flows.of_area(small.desk, "33", START, START + timedelta(days=1))
    (flow,) = found.flows
    assert (flow.lender, flow.borrower, flow.crews, flow.known, flow.saved_s) == (NINGHAI, XIANGSHAN, 3, 2, 1800)
    assert (found.lent(NINGHAI), found.borrowed(XIANGSHAN), found.lent(XIANGSHAN)) == (3, 3, 0)
    scene = ledger.scene(found)
    page = html(scene).decode()
    for text in ("宁海 → 象山:3 队次", "平均早到 15.0 分", "1 队次时本县没有合格的空闲班组", "象山 出0 入3"):
        assert text in page, text
    assert png(scene)[:4] == b"\x89PNG"
    nothing = await flows.of_area(small.desk, "33", START - timedelta(days=9), START - timedelta(days=8))
    empty = ledger.scene(nothing)
    told = "浙江本期没有派工记录,跨界台账为空;请核对月份(--month)与区域(--area)"
    assert (empty.notice, empty.facts) == (told, (told,))
    assert f'<p class="notice" role="note">{told}</p>' in html(empty).decode()
    assert png(empty) != png(replace(empty, notice=""))
    assert scene.notice == ""


async def test_a_month_without_lending_is_told_apart_from_one_without_any_work(small: Small) -> None:
    await small.walk(await small.call(), to="dispatch")
    async with small.db.transaction() as tx:
        await tx.execute(
            """INSERT INTO border_ledger (ticket_id, no, area, lender, at, crew_id, eta_s, basis, reason)
               VALUES ('own', 1, $1, $1, $2, 'c1', 600, 'line', 'NEAREST')""",
            XIANGSHAN,
            START,
        )
    found = await flows.of_area(small.desk, "33", START, START + timedelta(days=1))
    assert ledger.scene(found).notice == f"本期派工 {found.sent} 队次,没有跨县支援"
    assert found.sent >= 1


async def test_a_period_in_which_lending_cost_time_says_later_and_not_sooner_by_less_than_nothing(small: Small) -> None:
    async with small.db.transaction() as tx:
        await tx.execute(
            """INSERT INTO border_ledger (ticket_id, no, area, lender, at, crew_id, eta_s, own_crew_id, own_eta_s,
               basis, reason) VALUES ('t1', 1, $1, $2, $3, 'c3', 1260, 'c1', 600, 'line', 'NEAREST')""",
            *(XIANGSHAN, NINGHAI, START),
        )
    page = html(ledger.scene(await flows.of_area(small.desk, "33", START, START + timedelta(days=1)))).decode()
    assert "1 队次共晚到 11 分,平均晚到 11.0 分" in page
    assert "比原辖区规则晚到 11 分" in page
    assert "到 -" not in page


@given(st.floats(-1e6, 1e6))
def test_sooner_and_later_never_have_a_sign(seconds: float) -> None:
    for digits in (0, 1):
        text, turned = sooner(seconds, digits=digits), sooner(-seconds, digits=digits)
        assert "-" not in text
        assert {text[:2], turned[:2]} in ({"早到", "晚到"}, {"同时"})


async def test_the_past_calls_of_an_area_have_their_place_hour_and_class(small: Small, db: Database) -> None:
    await small.call()
    await small.call(place=IN_NINGHAI, at=minutes(120))
    desk = await open_desk(db, "sgcc")
    every = await history.calls(desk, "33", START, minutes(600))
    assert sorted((c.lon, c.hour, c.area_class) for c in every) == [(121.43, 11, "urban"), (121.87, 9, "urban")]
    assert len(await history.calls(desk, NINGHAI, START, minutes(600))) == 1
    assert [(s.name, s.kind) for s in history.depots(desk, NINGHAI)] == [
        ("西店供电所", SiteKind.DEPOT),
        ("城关供电所", SiteKind.DEPOT),
    ]
    assert history.promises(desk)["urban"] == 2700


async def test_a_ticket_out_at_sea_is_named_and_no_standby_point_is_chosen_for_it(small: Small, db: Database) -> None:
    """Its point was kept as the caller's device said it: latitude first, or far out."""
    tickets = [await small.call() for _ in range(12)]
    async with db.transaction() as tx:
        for ticket, lon, lat in ((tickets[0], 29.48, 121.87), (tickets[1], 126.5, 27.0)):
            await tx.execute(MOVED, ticket.id, lon, lat)
    desk = await open_desk(db, "sgcc")
    past = await history.calls(desk, "33", START, minutes(600))
    kept, left = sifted(past, history.knows(desk))
    assert len(kept) == 10
    assert {one.name: one.doubt for one in left} == {
        f"工单 {tickets[0].ticket_no}": Doubt.SWAPPED,
        f"工单 {tickets[1].ticket_no}": Doubt.OUTSIDE,
    }
