"""Own places at the desk: imported, taught by agents, learned from arrivals; listed, and undone by those who may."""

from typing import Any

import pytest

from dispatch.accounts.rights import Forbidden
from dispatch.desk.intake.calls import Place
from dispatch.desk.places import importing, teaching
from dispatch.desk.places.importing import BadRows, How
from dispatch.desk.places.keeping import PlaceKeeper
from dispatch.desk.places.teaching import NoName, NoPlace, NoSuchName, as_name
from dispatch.places import ownstore, rows, sheets
from dispatch.places.crs import Crs, from_wgs84
from dispatch.places.finder import LocatedBy
from dispatch.places.own import OwnKind, OwnPlace
from dispatch.tickets import events as e
from dispatch.tickets.events import Geo
from dispatch.tickets.model import Ticket
from tests.worlds import IN_TOWN, NINGHAI, ROAD, START, XIANGSHAN, Small, minutes, person
from tests.worlds import call as make_call

MILL = OwnPlace("L1", OwnKind.LANDMARK, "老碾米厂", XIANGSHAN, "丹城")
PUMP = OwnPlace("S1", OwnKind.SUBSTATION, "东塘变", XIANGSHAN, "丹城", 121.88, 29.47, ("东塘",))


def table(*places: OwnPlace) -> bytes:
    return sheets.written_csv(rows.written(places))


async def bring_in(small: Small, *places: OwnPlace, how: How = How(), content: bytes | None = None) -> Any:
    done = await importing.import_file(
        small.db,
        small.desk.areas,
        small.desk.locator,
        table(*places) if content is None else content,
        how,
        by=person("admin"),
        at=START,
    )
    await PlaceKeeper(small.desk).poll()
    return done


async def refreshed(small: Small) -> None:
    await PlaceKeeper(small.desk).poll()


# ---- the utility's own file -----------------------------------------------------------------------------------------


async def test_a_file_is_imported_and_its_places_are_found(small: Small) -> None:
    done = await bring_in(small, MILL, PUMP)
    assert (done.added_n, done.changed_n, done.same_n, done.kept) == (2, 0, 0, True)
    assert [place.code for place in small.desk.finder.typed("dongtang").places] == ["S1"]


async def test_a_wrong_row_keeps_the_whole_file_out(small: Small) -> None:
    content = table(MILL, OwnPlace("X", OwnKind.ROAD, "东海路", "330299"))
    with pytest.raises(BadRows) as refused:
        await bring_in(small, content=content)
    assert refused.value.details["rows"] == [
        {"row": 3, "column": "县(区)编码", "message": "“330299”不是县(区)编码,请按地区列表填写"}
    ]
    assert small.desk.finder.typed("老碾米厂").places == ()


async def test_wrong_rows_are_left_out_if_that_is_asked_for(small: Small) -> None:
    content = table(MILL, OwnPlace("X", OwnKind.ROAD, "东海路", "330299"))
    done = await bring_in(small, content=content, how=How(skip_bad=True))
    assert (done.added_n, len(done.faults), done.kept) == (1, 1, True)
    assert [place.code for place in small.desk.finder.typed("老碾米厂").places] == ["L1"]


async def test_a_trial_tells_the_same_and_changes_nothing(small: Small) -> None:
    done = await bring_in(small, MILL, how=How(dry_run=True))
    assert (done.added_n, done.kept) == (1, False)
    assert small.desk.finder.typed("老碾米厂").places == ()


async def test_a_second_import_updates_and_an_empty_point_does_not_erase_one(small: Small) -> None:
    await bring_in(small, MILL, PUMP)
    moved = OwnPlace("S1", OwnKind.SUBSTATION, "东塘变电站", XIANGSHAN, "丹城", None, None, ("东塘",))
    done = await bring_in(small, MILL, moved)
    assert (done.added_n, done.changed_n, done.same_n) == (0, 1, 1)
    found = small.desk.finder.place("S1")
    assert found is not None
    assert (found.name, found.lon) == ("东塘变电站", 121.88)


async def test_what_is_exported_is_what_was_imported(small: Small) -> None:
    await bring_in(small, MILL, PUMP)
    async with small.db.connection() as connection:
        written = await importing.exported(connection)
        kept = await ownstore.places(connection)
    assert sorted(kept, key=lambda place: place.code) == [MILL, PUMP]
    again = await bring_in(small, content=sheets.written_xlsx(written, title="地点档案"))
    assert (again.same_n, again.changed_n, again.added_n) == (2, 0, 0)


@pytest.mark.parametrize("who", ["seat", "monitor", "xiangshan", "crew-1"])
async def test_the_file_is_the_administrators(small: Small, who: str) -> None:
    with pytest.raises(Forbidden):
        await importing.import_file(
            small.db, small.desk.areas, small.desk.locator, table(MILL), How(), by=person(who), at=START
        )


# ---- calls that name a place ----------------------------------------------------------------------------------------


async def test_a_call_for_a_place_that_was_picked_is_at_that_place(small: Small) -> None:
    await bring_in(small, PUMP)
    ticket = await small.call(place=None, place_code="S1")
    assert (ticket.lon, ticket.lat, ticket.area, ticket.place_code) == (121.88, 29.47, XIANGSHAN, "S1")
    assert not ticket.flags.place_unresolved


async def test_a_place_without_a_point_leaves_the_ticket_to_its_county(small: Small) -> None:
    await bring_in(small, MILL)
    ticket = await small.call(place=None, place_code="L1")
    assert (ticket.area, ticket.lon, ticket.flags.place_unresolved) == (XIANGSHAN, None, True)


@pytest.mark.parametrize(
    ("place", "county", "area", "said"),
    [
        (Place(lon=29.48, lat=80), None, "33", "不在本省范围内"),
        (Place(lon=0, lat=0), XIANGSHAN, XIANGSHAN, "不在本省范围内"),
        (Place(lon=121.87, lat=29.48, crs="utm"), XIANGSHAN, XIANGSHAN, "不认识坐标系"),
    ],
)
async def test_a_call_whose_point_cannot_be_is_kept_without_it_and_says_why(
    small: Small, place: Place, county: str | None, area: str, said: str
) -> None:
    ticket = await small.call(place=place, county=county)
    assert (ticket.area, ticket.lon, ticket.flags.place_unresolved) == (area, None, True)
    assert said in (ticket.place_doubt or "")
    right = e.Corrected(reason="与客户核实", lon=IN_TOWN.lon, lat=IN_TOWN.lat)
    who = "xiangshan" if area == XIANGSHAN else "monitor"
    found = await small.does(ticket, "correct", who, right, at=minutes(1))
    assert (found.place_doubt, found.flags.place_unresolved, found.area) == ("", False, XIANGSHAN)


@pytest.mark.parametrize("crs", [Crs.GCJ02, Crs.BD09])
async def test_a_call_in_another_system_is_kept_in_wgs84(small: Small, crs: Crs) -> None:
    lon, lat = from_wgs84(121.87, 29.48, crs)
    ticket = await small.call(place=Place(lon=lon, lat=lat, crs=crs.value))
    assert ticket.lon == pytest.approx(121.87, abs=5e-6)
    assert ticket.lat == pytest.approx(29.48, abs=5e-6)
    assert ticket.place_doubt is None


# ---- what agents teach ----------------------------------------------------------------------------------------------


async def pick(small: Small, said: str = "碾米厂边", at: float = 0) -> Ticket:
    return await small.call(place=None, place_code="L1", place_said=said, at=minutes(at))


async def give(small: Small, who: str, said: str, n: int) -> None:
    """Let an agent pick 东塘变 for what a caller said."""
    ticket = await small.call(place=None, county=XIANGSHAN, address="不详", at=minutes(n))
    event = e.Corrected(reason="按客户所说选定", place_code="S1", place_said=said)
    await small.does(ticket, "correct", who, event, at=minutes(n + 1))


async def test_a_name_that_seats_pick_counts_once_enough_people_gave_it(small: Small) -> None:
    await bring_in(small, PUMP)
    for n, who in enumerate(["seat", "seat", "shift"]):
        assert small.desk.finder.said("大水塘那里").places == ()
        ticket = await small.intake.log_call(
            (await _call(place_code="S1", place_said="大水塘")), by=person(who), at=minutes(n)
        )
        assert ticket.ticket.place_code == "S1"
        await refreshed(small)
    assert [place.code for place in small.desk.finder.said("大水塘那里").places] == ["S1"]
    (seen,) = await teaching.names_in(small.desk, "33", by=person("monitor"))
    assert (seen.name.given_n, seen.name.people, seen.used) == (3, ("seat", "shift"), True)
    assert (seen.name.first_at, seen.name.last_at) == (minutes(0), minutes(2))


async def _call(**said: Any) -> Any:
    from_worlds = {"place": None, "address": "丹城", **said}
    return make_call(**from_worlds)


async def test_a_dispatcher_knows_his_county_and_his_name_counts_at_once(small: Small) -> None:
    await bring_in(small, PUMP)
    await give(small, "xiangshan", "大水塘", 0)
    await refreshed(small)
    assert [place.code for place in small.desk.finder.said("大水塘那里").places] == ["S1"]
    (seen,) = await teaching.names_in(small.desk, XIANGSHAN, by=person("xiangshan"))
    assert (seen.name.named_by, seen.name.given_n, seen.used) == ("xiangshan", 1, True)


async def test_a_pin_that_is_moved_gives_the_words_a_point_of_their_own(small: Small) -> None:
    ticket = await small.call(place=None, county=XIANGSHAN, address="大樟树底下")
    here = e.Corrected(reason="与客户核实", lon=121.7, lat=29.3)
    await small.does(ticket, "correct", "xiangshan", here, at=minutes(1))
    await refreshed(small)
    found = small.desk.finder.said("大樟树底下有根电线断了").places[0]
    assert (found.level, found.lon, found.lat, found.located_by) == ("alias", 121.7, 29.3, LocatedBy.PINS)


@pytest.mark.parametrize("said", ["丹城镇东街1号", "东门头三号", "阳光花园二幢", "x", "", "长" * 21, "——"])
def test_a_door_is_nobody_elses_name_for_a_place(said: str) -> None:
    assert as_name(said) is None


async def test_a_name_is_undone_with_who_did_it_and_can_be_given_anew_by_right(small: Small) -> None:
    await bring_in(small, PUMP)
    given = await teaching.give_name(
        small.desk, "大水塘", county=XIANGSHAN, code="S1", point=None, by=person("xiangshan"), at=START
    )
    undone = await teaching.undo_name(small.desk, given.name.id, by=person("monitor"), at=minutes(1))
    assert (undone.name.undone_by, undone.name.undone_at, undone.used) == ("monitor", minutes(1), False)
    await refreshed(small)
    assert small.desk.finder.said("大水塘").places == ()
    await small.intake.log_call(await _call(place_code="S1", place_said="大水塘"), by=person("seat"), at=minutes(2))
    await refreshed(small)
    assert small.desk.finder.said("大水塘").places == ()
    again = await teaching.give_name(
        small.desk, "大水塘", county=XIANGSHAN, code="S1", point=None, by=person("xiangshan"), at=minutes(3)
    )
    assert (again.name.id, again.used, again.name.given_n) == (given.name.id, True, 2)


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"code": "gone"}, NoPlace),
        ({"code": None}, NoPlace),
        ({"said": "-"}, NoName),
        ({"who": "seat"}, Forbidden),
        ({"who": "ninghai"}, Forbidden),
    ],
)
async def test_a_name_must_be_one_for_a_place_by_one_who_may(
    small: Small, said: dict[str, Any], refusal: type[Exception]
) -> None:
    await bring_in(small, PUMP)
    wanted = {"said": "大水塘", "code": "S1", "who": "xiangshan"} | said
    with pytest.raises(refusal):
        await teaching.give_name(
            small.desk,
            wanted["said"],
            county=XIANGSHAN,
            code=wanted["code"],
            point=None,
            by=person(wanted["who"]),
            at=START,
        )


async def test_nobody_undoes_what_is_not_his(small: Small) -> None:
    await bring_in(small, PUMP)
    given = await teaching.give_name(
        small.desk, "大水塘", county=XIANGSHAN, code="S1", point=None, by=person("xiangshan"), at=START
    )
    for who in ("seat", "ninghai"):
        with pytest.raises(Forbidden):
            await teaching.undo_name(small.desk, given.name.id, by=person(who), at=START)
    with pytest.raises(NoSuchName):
        await teaching.undo_name(small.desk, "no-such", by=person("monitor"), at=START)
    assert await teaching.names_in(small.desk, NINGHAI, by=person("ninghai")) == []


async def paged(read: Any, after: Any, limit: int) -> list[Any]:
    """Return all that a list has, read a page at a time."""
    found: list[Any] = []
    while True:
        page = await read(after=after(found[-1]) if found else None, limit=limit)
        assert len(page) <= limit
        if not page:
            return found
        found += page


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 500])
async def test_pages_of_names_and_arrivals_put_together_are_the_whole_list(small: Small, limit: int) -> None:
    """Names that were undone between two pages among them; nothing twice, nothing left out."""
    await bring_in(small, PUMP)
    by = person("monitor")
    for n, said in enumerate(["大水塘", "老渡口", "东海边", "大樟树", "青石桥", "大水塘边", "火车站"]):
        county = (XIANGSHAN, NINGHAI)[n % 2]
        here = {"code": "S1", "point": None} if n % 3 else {"code": None, "point": (121.7, 29.3)}
        await teaching.give_name(small.desk, said, county=county, by=by, at=minutes(n), **here)  # type: ignore[arg-type]
    async with small.db.transaction() as tx:
        rows_of = [(f"P{n % 3}", f"t{n}", minutes(n // 2)) for n in range(7)]
        for code, ticket_id, at in rows_of:
            await tx.execute(ownstore.ARRIVED, code, ticket_id, XIANGSHAN, "c1", at, 121.87, 29.48, 9.0)
    names = await teaching.names_in(small.desk, None, by=by)
    arrivals = list(await teaching.arrivals_in(small.desk, None, by=by))
    assert (len(names), len(arrivals)) == (7, 7)

    async def names_page(**how: Any) -> Any:
        page = await teaching.names_in(small.desk, None, by=by, **how)
        if how["after"] is None:
            await teaching.undo_name(small.desk, page[0].name.id, by=by, at=minutes(9))
        return page

    async def arrivals_page(**how: Any) -> Any:
        return await teaching.arrivals_in(small.desk, None, by=by, **how)

    found = await paged(names_page, lambda seen: seen.name.id, limit)
    assert [seen.name.id for seen in found] == [seen.name.id for seen in names]
    assert await paged(arrivals_page, lambda one: (one.code, one.ticket_id), limit) == arrivals


# ---- where crews really arrived -------------------------------------------------------------------------------------

AT_THE_MILL = Geo(121.872, 29.481, 15.0)


async def repaired(small: Small, *, geo: Geo | None, start: float = 0) -> Ticket:
    """Let a ticket of the old mill go its whole way; the crew taps its arrival there, and stays twenty minutes."""
    ticket = await small.call(place=None, place_code="L1", at=minutes(start))
    assert ticket.lon is None
    for n, (action, who, event) in enumerate(ROAD):
        more: dict[str, Any] = {"geo": geo} if action == "arrive" and geo else {}
        who = "auditor" if action == "queue-callback" else who
        later = 20 if n > 4 else 0  # dwell
        ticket = await small.does(ticket, action, who, event, at=minutes(start + n + 1 + later), **more)
    return ticket


async def test_where_a_crew_really_arrived_gives_a_place_its_point(small: Small) -> None:
    await bring_in(small, MILL)
    ticket = await repaired(small, geo=AT_THE_MILL)
    await refreshed(small)
    found = small.desk.finder.typed("老碾米厂").places[0]
    assert (found.lon, found.lat, found.exact) == (121.872, 29.481, True)
    assert (found.located_by, found.located_n) == (LocatedBy.CREWS, 1)
    (arrival,) = await teaching.arrivals_in(small.desk, XIANGSHAN, by=person("xiangshan"))
    assert (arrival.ticket_id, arrival.crew_id, arrival.accuracy_m) == (ticket.id, "c1", 15.0)


async def test_the_next_call_from_there_has_the_point(small: Small) -> None:
    await bring_in(small, MILL)
    await repaired(small, geo=AT_THE_MILL)
    await refreshed(small)
    ticket = await small.call(place=None, place_code="L1", at=minutes(100))
    assert (ticket.lon, ticket.flags.place_unresolved) == (121.872, False)


@pytest.mark.parametrize("geo", [None, Geo(121.872, 29.481, 800.0), Geo(121.872, 29.481), Geo(116.4, 39.9, 10.0)])
async def test_an_arrival_that_proves_nothing_teaches_nothing(small: Small, geo: Geo | None) -> None:
    """None, vague, of unknown accuracy, or in another province."""
    await bring_in(small, MILL)
    await repaired(small, geo=geo)
    assert await teaching.arrivals_in(small.desk, XIANGSHAN, by=person("xiangshan")) == []


async def test_what_was_learned_is_undone_by_those_who_may(small: Small) -> None:
    await bring_in(small, MILL)
    ticket = await repaired(small, geo=AT_THE_MILL)
    with pytest.raises(Forbidden):
        await teaching.undo_arrivals(small.desk, "L1", ticket_id=None, by=person("ninghai"), at=minutes(90))
    with pytest.raises(NoSuchName):
        await teaching.undo_arrivals(small.desk, "L1", ticket_id="other", by=person("xiangshan"), at=minutes(90))
    (arrival,) = await teaching.undo_arrivals(
        small.desk, "L1", ticket_id=ticket.id, by=person("xiangshan"), at=minutes(90)
    )
    assert (arrival.undone_by, arrival.undone_at) == ("xiangshan", minutes(90))
    await refreshed(small)
    assert small.desk.finder.typed("老碾米厂").places[0].exact is False
