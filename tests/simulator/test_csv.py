"""A user's own log: what is wrong is said by row and field, and nothing is taken while anything is wrong."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dispatch.simulator.day import Window
from dispatch.simulator.readers import generic
from dispatch.simulator.readers.rows import BadFile
from dispatch.tickets.words import Category, Level, Symptom

Write = Callable[[str], Path]


def errors(path: Path) -> list[tuple[int, str]]:
    with pytest.raises(BadFile) as refused:
        generic.read(path, Window())
    rows = refused.value.details["rows"]
    assert isinstance(rows, list)
    return [(row["row"], row["field"]) for row in rows]


def test_a_log_needs_no_more_than_id_time_and_place(written: Write) -> None:
    day = generic.read(written("id,at,lon,lat\na,2024-07-25T14:03:00+08:00,121.87,29.47\n"), Window())
    (call,) = day.calls
    assert call.at == datetime(2024, 7, 25, 6, 3, tzinfo=UTC)
    assert call.work == timedelta(hours=2)


def test_words_may_be_codes_or_their_chinese(written: Write) -> None:
    header = "id,at,lon,lat,symptom,category,level,hazard,work_min,district\n"
    rows = (
        "a,2024-07-25T14:03:00+08:00,121.87,29.47,line_down,hv,urgent,1,30,象山\n"
        "b,2024-07-25T14:04:00+08:00,121.87,29.48,线路断落,高压故障,紧急,是,30,象山\n"
    )
    day = generic.read(written(header + rows), Window())
    for call in day.calls:
        assert (call.symptom, call.category, call.level) == (Symptom.LINE_DOWN, Category.HV, Level.URGENT)
        assert call.hazard
        assert call.work == timedelta(minutes=30)
    assert {town.district for town in day.towns} == {"象山"}


def test_a_header_is_checked_before_any_row(written: Write) -> None:
    assert errors(written("id,time,lon,lat\n")) == [(1, "at"), (1, "time")]
    assert errors(written("id,at,lon,lat,lat\n")) == [(1, "lat")]


def test_every_wrong_row_is_named_with_its_field(written: Write) -> None:
    rows = [
        "id,at,lon,lat,symptom,customers",
        "a,2024-07-25T14:03:00+08:00,121.87,29.47,no_power_one,3",
        "b,2024-07-25T14:03:00,121.87,29.47,no_power_one,3",  # no zone
        "c,25/07/2024,121.87,29.47,no_power_one,3",
        "d,2024-07-25T14:03:00+08:00,29.47,121.87,no_power_one,3",  # swapped
        "a,2024-07-25T14:03:00+08:00,121.87,29.47,no_power_one,3",  # twice
        "e,2024-07-25T14:03:00+08:00,121.87,29.47,dark,3",
        "f,2024-07-25T14:03:00+08:00,121.87,nan,no_power_one,3",
        "g,2024-07-25T14:03:00+08:00,121.87,29.47,no_power_one,-1",
        ",2024-07-25T14:03:00+08:00,121.87,29.47,no_power_one,1",
        "h,2024-07-25T14:03:00+08:00,121.87",
        "i,0001-01-01T00:00:00+08:00,121.87,29.47,no_power_one,1",
    ]
    assert errors(written("\n".join(rows) + "\n")) == [
        (3, "at"),
        (4, "at"),
        (5, "lat"),
        (6, "id"),
        (7, "symptom"),
        (8, "lat"),
        (9, "customers"),
        (10, "id"),
        (11, "row"),
        (12, "at"),
    ]


def test_coordinates_that_are_swapped_within_their_ranges_are_seen_by_their_neighbours(written: Write) -> None:
    rows = [f"{n},2024-07-25T14:03:00+08:00,85.{n},29.4" for n in range(9)]
    rows.append("x,2024-07-25T14:03:00+08:00,29.4,85.1")
    assert errors(written("id,at,lon,lat\n" + "\n".join(rows) + "\n")) == [(11, "lon")]


def test_no_more_than_fifty_errors_are_written_out_but_all_are_counted(written: Write) -> None:
    rows = "".join(f"{n},never,121,29\n" for n in range(80))
    with pytest.raises(BadFile, match="80 处错误") as refused:
        generic.read(written("id,at,lon,lat\n" + rows), Window())
    assert len(refused.value.details["rows"]) == 50  # type: ignore[arg-type]


def test_a_log_in_another_encoding_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes("id,at,lon,lat,address\na,2024-07-25T14:03:00+08:00,121,29,象山县\n".encode("gbk"))
    with pytest.raises(BadFile, match="UTF-8"):
        generic.read(path, Window())


def test_a_byte_order_mark_of_a_spreadsheet_does_no_harm(written: Write) -> None:
    day = generic.read(written("\ufeffid,at,lon,lat\na,2024-07-25T14:03:00+08:00,121.87,29.47\n"), Window())
    assert day.calls[0].key == "a"


def test_all_that_is_wrong_in_a_row_is_said_at_once(written: Write) -> None:
    rows = "id,at,lon,lat,symptom,hazard,customers\n,never,900,x,dark,maybe,-1\n"
    assert errors(written(rows)) == [(2, name) for name in ("id", "at", "lon", "lat", "symptom", "hazard", "customers")]


def test_an_invisible_character_that_no_server_takes_is_named(written: Write) -> None:
    rows = "id,at,lon,lat,text\na,2024-07-25T14:03:00+08:00,121.87,29.47,停\0电\n"
    assert errors(written(rows)) == [(2, "text")]


def test_a_point_in_another_part_of_the_world_is_named(written: Write) -> None:
    rows = [f"{n},2024-07-25T14:03:00+08:00,121.{n},29.4" for n in range(9)]
    rows.append("x,2024-07-25T14:03:00+08:00,116.4,39.9")  # Beijing, among calls of Zhejiang
    assert errors(written("id,at,lon,lat\n" + "\n".join(rows) + "\n")) == [(11, "lon")]
