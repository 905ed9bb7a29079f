"""The recorded files become days of calls."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dispatch.simulator.day import SHIFT, SHORTEST, NoCalls, Window
from dispatch.simulator.readers import pge, sffd
from dispatch.simulator.readers.rows import BadFile
from dispatch.tickets.words import Category, Cause, Symptom

STORM = Window(datetime(2019, 10, 25, tzinfo=UTC), datetime(2019, 11, 4, tzinfo=UTC))
HEADER = (
    "outage_id,start,lat,lon,region,customers_max,cause,hazard,first_seen,t_assigned,t_enroute,t_onsite,"
    "t_repair_onsite,last_seen\n"
)


@pytest.mark.real_data
def test_the_storm_slice_of_the_outage_log_has_its_calls_in_time_order(pge_file: Path) -> None:
    day = pge.read(pge_file, STORM)
    assert len(day.calls) == 15_864
    assert [call.at for call in day.calls] == sorted(call.at for call in day.calls)
    assert len({call.key for call in day.calls}) == len(day.calls)
    assert len(day.towns) == 951
    assert all(call.work is not None and SHORTEST <= call.work <= SHIFT for call in day.calls)


@pytest.mark.real_data
def test_a_call_has_the_same_work_in_whichever_slice_it_is_played(pge_file: Path) -> None:
    whole = {call.key: call.work for call in pge.read(pge_file, STORM).calls}
    part = pge.read(pge_file, Window(STORM.start, STORM.end, limit=200))
    assert len(part.calls) == 200
    assert all(whole[call.key] == call.work for call in part.calls)


@pytest.mark.real_data
def test_the_fire_log_makes_one_call_of_all_unit_rows(sffd_file: Path) -> None:
    day = sffd.read(sffd_file, Window())
    assert len(day.calls) == 3_560
    assert len({town.district for town in day.towns}) == 10
    homes = {town.name for town in day.towns}
    assert all(unit.town in homes for unit in day.units)
    known = [call for call in day.calls if call.waited is not None]
    assert len(known) > 2_000
    assert all(call.waited >= timedelta(0) for call in known if call.waited is not None)


def test_an_outage_row_says_when_where_how_many_and_why(written: Callable[[str], Path]) -> None:
    row = "7,1572134400,38.5,-121.5,Davis,60,was caused by the weather.,1,1572135000,,,1572138000,,1572145200\n"
    (call,) = pge.read(written(HEADER + row), Window()).calls
    assert call.key == "pge-7"
    assert call.at == datetime(2019, 10, 27, tzinfo=UTC)
    assert (call.lon, call.lat, call.town) == (-121.5, 38.5, "Davis")
    assert (call.cause, call.category, call.symptom) == (Cause.NATURE, Category.HV, Symptom.NO_POWER_AREA)
    assert call.work == timedelta(hours=2)
    assert call.waited == timedelta(hours=1)
    assert call.hazard


def test_an_outage_of_days_is_no_more_than_one_shift_of_work(written: Callable[[str], Path]) -> None:
    row = "7,1572134400,38.5,-121.5,Davis,60,x,0,1572135000,,,1572138000,,1572945200\n"
    (call,) = pge.read(written(HEADER + row), Window()).calls
    assert call.work == SHIFT


def test_an_outage_from_before_the_archive_is_played_when_it_was_first_seen(written: Callable[[str], Path]) -> None:
    row = "7,556700400,38.5,-121.5,Davis,60,x,0,1572135000,,,,,1572145200\n"
    (call,) = pge.read(written(HEADER + row), Window()).calls
    assert call.at == datetime.fromtimestamp(1572135000, UTC)


def test_wrong_rows_of_an_outage_log_are_all_named(written: Callable[[str], Path]) -> None:
    rows = "7,soon,38.5,-121.5,Davis,60,x,0,1,,,,,2\n8,1572134400,98.5,-121.5,Davis,60,x,0,1,,,,,2\n9,1572134400\n"
    with pytest.raises(BadFile) as refused:
        pge.read(written(HEADER + rows), Window())
    rows_named = refused.value.details["rows"]
    assert isinstance(rows_named, list)
    assert [(row["row"], row["field"]) for row in rows_named] == [(2, "start"), (3, "lat"), (4, "row")]


def test_a_file_of_another_kind_is_refused_by_its_header(written: Callable[[str], Path]) -> None:
    with pytest.raises(BadFile, match="未导入") as refused:
        sffd.read(written(HEADER), Window())
    assert refused.value.field == "Call Number"


def test_an_empty_slice_is_said_to_be_empty(written: Callable[[str], Path]) -> None:
    row = "7,1572134400,38.5,-121.5,Davis,60,x,0,1,,,,,2\n"
    with pytest.raises(NoCalls):
        pge.read(written(HEADER + row), Window(start=datetime(2021, 1, 1, tzinfo=UTC)))


def test_a_broken_archive_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "log.csv.gz"
    path.write_bytes(b"\x1f\x8bnot really")
    with pytest.raises(BadFile, match="gzip"):
        pge.read(path, Window())


def test_a_file_that_is_not_there_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="不存在"):
        pge.read(tmp_path / "none.csv", Window())
